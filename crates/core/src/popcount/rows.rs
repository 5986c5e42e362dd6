//! All patterns of a site together: sums of values over those patterns that have bit 1 there.

#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{
    TILE, Tile, Turned,
    factors::{Factors, Form},
    plain,
};
use crate::simd::Level;

mod squares;

pub(super) use squares::Move;
pub use squares::{Signed, Stepped};

/// The bits of planes, turned: row `i` holds those of site `i`, 64 patterns to a word.
#[derive(Debug, Clone)]
pub struct Rows {
    level: Level,
    count: usize,
    words: usize,
    bits: Vec<u64>,
    /// By site.
    ones: Vec<u32>,
}

/// A byte for each pattern of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(64))]
pub(super) struct Bytes(pub(super) [u8; TILE]);

/// A number for each pattern and the value there, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    pub(super) form: Form,
    pub(super) numbers: Vec<Bytes>,
    pub(super) left: Vec<Bytes>,
    pub(super) right: Vec<Bytes>,
    /// By tile, the patterns without a value.
    pub(super) outside: Vec<u64>,
}

/// Sums of values after numbers changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// Over all patterns.
    pub total: u64,
    /// Over those with bit 1 at the site.
    pub ones: u64,
}

/// How numbers change with the bits of a row.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) row: &'a [u64],
    /// The bits that are turned before they say which numbers become smaller.
    pub(super) turned: u64,
    pub(super) by: u8,
    /// The patterns in the last word.
    pub(super) last: u64,
}

impl Step<'_> {
    /// The patterns in a word.
    #[inline(always)]
    pub(super) fn held(&self, word: usize) -> u64 {
        if word + 1 == self.row.len() { self.last } else { u64::MAX }
    }
}

impl Carried {
    /// The byte of a pattern's number.
    pub fn byte(&self, pattern: usize) -> u8 {
        self.numbers[pattern / TILE].0[pattern % TILE]
    }

    /// The patterns whose byte was outside when numbers changed last.
    pub fn outside(&self) -> impl Iterator<Item = usize> {
        let bits = |(tile, &outside): (usize, &u64)| {
            let rest = |bits: &u64| Some(bits & (bits - 1)).filter(|rest| *rest != 0);
            std::iter::successors(Some(outside), rest).map(move |bits| tile * TILE + bits.trailing_zeros() as usize)
        };
        self.outside.iter().enumerate().filter(|(_, outside)| **outside != 0).flat_map(bits)
    }

    /// Makes the value of a pattern 0 until numbers change. Gives the value that it had.
    pub fn silence(&mut self, pattern: usize) -> u64 {
        let (tile, lane) = (pattern / TILE, pattern % TILE);
        let (left, right) = (&mut self.left[tile].0[lane], &mut self.right[tile].0[lane]);
        u64::from(self.form.value(std::mem::take(left), std::mem::take(right)))
    }
}

impl Rows {
    /// Turns the `count` patterns of `planes`. This takes as much memory again as the planes.
    ///
    /// # Panics
    /// If the planes are not those of `count` patterns.
    pub fn new(level: Level, planes: &[u64], count: usize) -> Self {
        let words = count.div_ceil(TILE);
        let (mut tile, mut turned) = (Tile::new(level, planes.len() / count), Turned::new(level, planes.len() / count));
        let mut bits: Vec<u64> = vec![0; words * turned.sites().len()];
        for word in 0..words {
            tile.load(planes, count, word * TILE);
            turned.turn(tile.words.iter());
            turned.sites().iter().enumerate().for_each(|(site, &of_site)| bits[site * words + word] = of_site);
        }
        let ones = bits.chunks_exact(words).map(|row| row.iter().map(|bits| bits.count_ones()).sum()).collect();
        Self { level: level.min(Level::widest()), count, words, bits, ones }
    }

    /// The number of patterns with bit 1 at a site.
    pub fn ones(&self, site: usize) -> u32 {
        self.ones[site]
    }

    /// Whether a pattern has bit 1 at a site.
    pub fn has(&self, site: usize, pattern: usize) -> bool {
        self.row(site)[pattern / TILE] >> (pattern % TILE) & 1 == 1
    }

    /// The sum of the amounts, each with its pattern, whose pattern has bit 1 at a site.
    #[inline]
    pub fn sum_of(&self, site: usize, amounts: impl Iterator<Item = (usize, i64)>) -> i64 {
        let row = self.row(site);
        // The bit becomes the sign, and that a mask: a branch on such bits is mispredicted every other time.
        let mask = |pattern: usize| (row[pattern / TILE] << (TILE - 1 - pattern % TILE)) as i64 >> (TILE - 1);
        amounts.map(|(pattern, amount)| amount & mask(pattern)).sum()
    }

    #[inline]
    fn row(&self, site: usize) -> &[u64] {
        &self.bits[site * self.words..][..self.words]
    }

    /// The values at these numbers, one for each pattern, and their sum. The value is 0 where the byte of a number is
    /// [outside](Carried::outside).
    ///
    /// # Panics
    /// If there are not as many numbers as patterns.
    pub fn carry(&self, factors: &Factors, numbers: &[u32]) -> (Carried, u64) {
        assert_eq!(numbers.len(), self.count, "numbers of patterns");
        let blank = vec![Bytes([0; TILE]); self.words];
        let (left, right, outside) = (blank.clone(), blank.clone(), vec![0; self.words]);
        let mut carried = Carried { form: factors.form(), numbers: blank, left, right, outside };
        for (Bytes(bytes), numbers) in carried.numbers.iter_mut().zip(numbers.chunks(TILE)) {
            bytes.iter_mut().zip(numbers).for_each(|(byte, &number)| *byte = factors.byte(number as u16));
        }
        let total = self.change(0, 0, 0, factors, &mut carried).total;
        (carried, total)
    }

    /// The sums of the values of patterns with bit 1 at several sites, which together take less time than one after the other.
    ///
    /// # Panics
    /// If there are not as many tiles of values.
    pub fn sums<const N: usize>(&self, sites: [usize; N], carried: &Carried) -> [u64; N] {
        assert_eq!(carried.left.len(), self.words, "tiles of values");
        let rows = sites.map(|site| self.row(site));
        #[cfg(target_arch = "x86_64")]
        match self.level {
            // SAFETY: the machine has the instructions.
            Level::Avx512 if x86::multiplies_bytes() => return unsafe { x86::sums_avx512(rows, carried) },
            // SAFETY: as above.
            Level::Avx512 | Level::Avx2 => return rows.map(|row| unsafe { x86::sum_avx2(row, carried) }),
            Level::Baseline => {}
        }
        rows.map(|row| plain::sum(row, carried))
    }

    /// Takes one from the number of each pattern that has bit `sign` at the site, adds one to those of the others, and sets the
    /// values to those there: 0 where the byte of a number is [outside](Carried::outside). Numbers that are not next to one
    /// inside may have a byte that is not: [`silence`](Carried::silence) is for them.
    ///
    /// # Panics
    /// If there are not as many tiles of numbers and values.
    pub fn follow(&self, site: usize, sign: u64, factors: &Factors, carried: &mut Carried) -> Followed {
        self.change(site, if sign == 1 { 0 } else { u64::MAX }, 1, factors, carried)
    }

    fn change(&self, site: usize, turned: u64, by: u8, factors: &Factors, carried: &mut Carried) -> Followed {
        assert_eq!(carried.numbers.len(), self.words, "tiles of numbers and values");
        let step = Step { row: self.row(site), turned, by, last: u64::MAX >> (self.words * TILE - self.count) };
        #[cfg(target_arch = "x86_64")]
        if self.level == Level::Avx512 && x86::multiplies_bytes() {
            // SAFETY: the machine has the instructions.
            return unsafe { x86::follow_avx512(step, factors, carried) };
        }
        plain::follow(step, factors, carried)
    }
}
