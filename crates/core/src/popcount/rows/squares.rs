//! Squares of small numbers with signs, one for each pattern: of those with bit 1 at a site, and after all numbers made a step.
//!
//! What [`Carried`](super::Carried) does for any function, without tables: a square needs but the number.

#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{Bytes, Rows, TILE};
use crate::simd::Level;

/// Steps are at most this long: a number that made one still fits into its byte.
const LONGEST: i8 = 2;

/// A number between −125 and 125 for each pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    count: usize,
    numbers: Vec<Bytes>,
}

/// Numbers after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stepped {
    /// The sum of their squares.
    pub squares: u64,
    /// The largest magnitude of a number.
    pub largest: u8,
}

/// How numbers change with the bits of a row.
#[derive(Clone, Copy)]
pub(in crate::popcount) struct Move<'a> {
    pub(in crate::popcount) row: &'a [u64],
    /// By how much numbers become larger where bits are 0; where they are 1 they become smaller.
    pub(in crate::popcount) by: i8,
    /// The patterns in the last word.
    pub(in crate::popcount) last: u64,
}

impl Signed {
    /// The largest magnitude.
    pub const LARGEST: u8 = i8::MAX as u8 - LONGEST as u8;

    /// The numbers of patterns.
    pub fn new(numbers: &[i8]) -> Self {
        let bytes = |numbers: &[i8]| {
            let mut bytes = Bytes([0; TILE]);
            bytes.0.iter_mut().zip(numbers).for_each(|(byte, &number)| *byte = number as u8);
            bytes
        };
        Self { count: numbers.len(), numbers: numbers.chunks(TILE).map(bytes).collect() }
    }

    /// The number of a pattern.
    pub fn number(&self, pattern: usize) -> i8 {
        self.numbers[pattern / TILE].0[pattern % TILE] as i8
    }

    /// Gives a pattern another number.
    pub fn set(&mut self, pattern: usize, number: i8) {
        self.numbers[pattern / TILE].0[pattern % TILE] = number as u8;
    }

    /// The patterns whose magnitude is too large for another step.
    pub fn beyond(&self) -> Vec<usize> {
        (0..self.count).filter(|&pattern| self.number(pattern).unsigned_abs() > Self::LARGEST).collect()
    }
}

impl Rows {
    /// The sums of the squares of patterns with bit 1 at several sites, which together take less time than one after the other.
    ///
    /// # Panics
    /// If there is not a number for each pattern.
    pub fn squares<const N: usize>(&self, sites: [usize; N], of: &Signed) -> [u64; N] {
        assert_eq!(of.count, self.count, "numbers of patterns");
        let rows: [&[u64]; N] = std::array::from_fn(|at| &self.bits[sites[at] * self.words..][..self.words]);
        #[cfg(target_arch = "x86_64")]
        match self.level {
            // SAFETY: the machine has the instructions.
            Level::Avx512 if x86::multiplies_bytes() => return unsafe { x86::squares_avx512(rows, &of.numbers) },
            // SAFETY: as above.
            Level::Avx512 | Level::Avx2 => return rows.map(|row| unsafe { x86::squares_avx2(row, &of.numbers) }),
            Level::Baseline => {}
        }
        rows.map(|row| squares(row, &of.numbers))
    }

    /// Takes `by` from the number of each pattern that has bit `sign` at the site and adds it to those of the others. Numbers
    /// beyond [`Signed::LARGEST`] may not stay there.
    ///
    /// # Panics
    /// If there is not a number for each pattern, or if the step is longer than 2.
    pub fn step(&self, site: usize, sign: u64, by: i8, of: &mut Signed) -> Stepped {
        assert_eq!(of.count, self.count, "numbers of patterns");
        assert!(by.unsigned_abs() <= LONGEST.unsigned_abs(), "a step by {by}");
        let last = u64::MAX >> (self.words * TILE - self.count);
        let change = Move { row: self.row(site), by: if sign == 1 { by } else { -by }, last };
        #[cfg(target_arch = "x86_64")]
        match self.level {
            // SAFETY: the machine has the instructions.
            Level::Avx512 if x86::multiplies_bytes() => return unsafe { x86::step_avx512(change, &mut of.numbers) },
            // SAFETY: as above.
            Level::Avx512 | Level::Avx2 => return unsafe { x86::step_avx2(change, &mut of.numbers) },
            Level::Baseline => {}
        }
        step(change, &mut of.numbers)
    }
}

fn squares(row: &[u64], numbers: &[Bytes]) -> u64 {
    let of_word = |(bits, Bytes(numbers)): (&u64, &Bytes)| -> u64 {
        let square = |(bit, &number): (usize, &u8)| u64::from((number as i8).unsigned_abs()).pow(2) * (bits >> bit & 1);
        numbers.iter().enumerate().map(square).sum()
    };
    row.iter().zip(numbers).map(of_word).sum()
}

fn step(Move { row, by, last }: Move<'_>, numbers: &mut [Bytes]) -> Stepped {
    let mut stepped = Stepped { squares: 0, largest: 0 };
    for (word, (bits, Bytes(numbers))) in row.iter().zip(numbers).enumerate() {
        let held = if word + 1 == row.len() { last } else { u64::MAX };
        for (bit, number) in numbers.iter_mut().enumerate().filter(|(bit, _)| held >> bit & 1 == 1) {
            let moved = *number as i8 + if bits >> bit & 1 == 1 { -by } else { by };
            let magnitude = moved.unsigned_abs();
            *number = moved as u8;
            stepped.squares += u64::from(magnitude).pow(2);
            stepped.largest = stepped.largest.max(magnitude);
        }
    }
    stepped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;
    use crate::Key;

    proptest! {
        /// All levels do what loops over single bits do, steps there and back end where they began, and nothing is left behind
        /// after the last pattern.
        #[test]
        fn squares_are_those_of_single_bits(seed in any::<u64>(), count in 1usize..400, by in 0i8..3, sign in 0u64..2) {
            let mut stream = Key::new(["squares"]).stream("rows", seed);
            let planes: Vec<u64> = (0..count).map(|_| stream.next_u64()).collect();
            let numbers: Vec<i8> = (0..count).map(|_| stream.below(251) as i8 - 125).collect();
            let sites: [usize; 4] = std::array::from_fn(|_| stream.below(64) as usize);
            let bit = |mu: usize, site: usize| planes[mu] >> site & 1;
            let sum = |numbers: &[i8], site: usize| -> u64 {
                (0..count).map(|mu| u64::from(numbers[mu].unsigned_abs()).pow(2) * bit(mu, site)).sum()
            };
            let moved = |mu: usize| numbers[mu] + if bit(mu, sites[0]) == sign { -by } else { by };
            let after: Vec<i8> = (0..count).map(moved).collect();
            for level in Level::all() {
                let (rows, mut signed) = (Rows::new(level, &planes, count), Signed::new(&numbers));
                assert_eq!(rows.squares(sites, &signed), sites.map(|site| sum(&numbers, site)), "{level:?}");
                assert_eq!(rows.squares([sites[3]], &signed), [sum(&numbers, sites[3])], "{level:?}");
                let stepped = rows.step(sites[0], sign, by, &mut signed);
                let squares = after.iter().map(|number| u64::from(number.unsigned_abs()).pow(2)).sum();
                let largest = after.iter().map(|number| number.unsigned_abs()).max().unwrap_or(0);
                assert_eq!(stepped, Stepped { squares, largest }, "{level:?}");
                assert_eq!(signed, Signed::new(&after), "{level:?}");
                assert!(signed.beyond().iter().all(|&pattern| after[pattern].unsigned_abs() > Signed::LARGEST));
                rows.step(sites[0], 1 - sign, by, &mut signed);
                assert_eq!(signed, Signed::new(&numbers), "{level:?}");
            }
        }
    }
}
