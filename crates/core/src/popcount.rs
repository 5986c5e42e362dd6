//! Sums over bits: differing sites by population count, and sums of small weights over patterns, many sites at a time.
//!
//! Patterns of ±1 sites lie in *planes*: word `w` of all patterns together, 64 sites to a word. A [`Tile`] is 64 of them, close to
//! the processor: queries are compared with it one after the other, so that neither patterns nor results go through memory.
//! A [`Rows`] is the same bits with all patterns of a site together. All levels give the same integers.

mod factors;
mod layout;
mod lift;
mod plain;
mod rows;
mod span;
mod strip;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use factors::{Factors, Form};
pub use layout::Page;
pub use lift::{REST, lift, widen};
pub use rows::{Carried, Followed, Rows, Signed, Stepped};
pub use span::{Looked, Span};
pub use strip::{Queries, Strip};

use std::ops::Range;

use crate::simd::Level;
use layout::Packed;

/// Patterns in a tile.
pub const TILE: usize = 64;
/// Sites whose sums are made at a time: sums are for a multiple of so many.
pub const SITES: usize = 32;
/// Lookups per tile by four patterns, in AVX2: 16 bytes are half a register.
const FOURS: usize = TILE / 4;
/// Words of patterns that are packed at a time, at most: so many stay in the first-level cache.
const SLAB: usize = 16;

/// One number for each pattern of a tile. It lies where vectors are loaded fastest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(64))]
pub struct Numbers(pub [u16; TILE]);

impl Default for Numbers {
    fn default() -> Self {
        Self([0; TILE])
    }
}

/// One number for each of 32 sites.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(align(64))]
pub struct Sums(pub [u16; SITES]);

/// Word `w` of each pattern of a tile.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Words([u64; TILE]);

/// 64 patterns; what is missing at the end of the planes is blank, with all bits 0.
#[derive(Debug, Clone)]
pub struct Tile {
    level: Level,
    words: Vec<Words>,
    /// By site: bit μ is that of pattern μ.
    sites: Vec<u64>,
    /// The words that are packed:
    slab: Range<usize>,
    /// with AVX-512,
    packed: Option<Box<Packed>>,
    /// with AVX2, by 32 sites and four patterns, the bits at each site.
    fours: Vec<[[u8; SITES]; FOURS]>,
}

impl Tile {
    /// A blank tile of patterns of so many words.
    pub fn new(level: Level, words: usize) -> Self {
        let level = level.min(Level::widest());
        let packed = (level == Level::Avx512).then(Box::default);
        let fours = vec![[[0; SITES]; FOURS]; if level == Level::Avx2 { words.min(SLAB) * TILE / SITES } else { 0 }];
        let (words, sites) = (vec![Words([0; TILE]); words], vec![0; words * TILE]);
        Self { level, words, sites, slab: 0..0, packed, fours }
    }

    /// Takes the patterns from number `from` on, at most 64, out of `count` in `planes`: enough to compare them.
    ///
    /// # Panics
    /// If `planes` is not `count` times the words of a pattern.
    pub fn load(&mut self, planes: &[u64], count: usize, from: usize) {
        assert_eq!(planes.len(), count * self.words.len(), "planes of {count} patterns");
        let held = TILE.min(count - from);
        for (Words(tile), plane) in self.words.iter_mut().zip(planes.chunks_exact(count)) {
            tile[..held].copy_from_slice(&plane[from..][..held]);
            tile[held..].fill(0);
        }
    }

    /// Turns the loaded patterns from words of sites to sites of words.
    pub fn turn(&mut self) {
        self.turn_words(0..self.words.len());
    }

    fn turn_words(&mut self, range: Range<usize>) {
        let (words, sites) = (&self.words[range.clone()], &mut self.sites[range.start * TILE..range.end * TILE]);
        #[cfg(target_arch = "x86_64")]
        match self.level {
            // SAFETY: the machine has the instructions.
            Level::Avx512 if x86::transposes_bytes() => unsafe { return x86::turn_gfni(words, sites) },
            // SAFETY: the machine has the level.
            Level::Avx512 => unsafe { return x86::turn_avx512(words, sites) },
            // SAFETY: as above.
            Level::Avx2 => unsafe { return x86::turn_avx2(words, sites) },
            Level::Baseline => {}
        }
        plain::turn(words, sites);
    }

    /// The words of patterns, in stretches that are [packed](Self::pack) one after the other.
    pub fn slabs(&self) -> impl ExactSizeIterator<Item = Range<usize>> + use<> {
        let words = self.words.len();
        (0..words).step_by(SLAB).map(move |first| first..words.min(first + SLAB))
    }

    /// Makes a slab of the loaded patterns ready to add weights at its sites.
    ///
    /// # Panics
    /// If it is none of the [`slabs`](Self::slabs).
    pub fn pack(&mut self, slab: Range<usize>) {
        assert!(slab.len() <= SLAB && slab.end <= self.words.len(), "words {slab:?} of {}", self.words.len());
        self.slab = slab.clone();
        #[cfg(target_arch = "x86_64")]
        if let Some(packed) = &mut self.packed
            && x86::transposes_bytes()
        {
            // SAFETY: the machine has the instructions.
            return unsafe { x86::pack_gfni(&self.words[slab], [0, 1], packed) };
        }
        self.turn_words(slab);
        #[cfg(target_arch = "x86_64")]
        {
            let sites = self.slab.start * TILE..self.slab.end * TILE;
            match (self.level, &mut self.packed) {
                // SAFETY: the machine has the level.
                (Level::Avx512, Some(packed)) => unsafe { x86::pack_avx512(&self.sites[sites], packed) },
                // SAFETY: as above.
                (Level::Avx2, _) => unsafe { x86::pack_avx2(&self.sites[sites], &mut self.fours) },
                _ => {}
            }
        }
    }

    fn packed_sites(&self) -> Range<usize> {
        self.slab.start * TILE..self.slab.end * TILE
    }

    /// By site: the bits of all patterns.
    pub fn sites(&self) -> &[u64] {
        &self.sites
    }

    /// Adds, to the number of each site, how many of some patterns, which are given as bits, have bit 1 there.
    ///
    /// # Panics
    /// If there are not as many numbers as bits in a pattern's words.
    pub fn add_ones(&self, of: u64, ones: &mut [u32]) {
        assert_eq!(ones.len(), self.sites.len(), "a number for every site");
        #[cfg(target_arch = "x86_64")]
        if self.level == Level::Avx512 && x86::counts_in_vectors() {
            // SAFETY: the machine has the instructions.
            unsafe { return x86::add_ones_avx512(&self.sites, of, ones) }
        }
        ones.iter_mut().zip(&self.sites).for_each(|(ones, bits)| *ones += (bits & of).count_ones());
    }

    /// The number of sites at which each pattern differs from the query, modulo 2¹⁶.
    ///
    /// # Panics
    /// If the query has another number of words.
    pub fn differing(&self, query: &[u64], Numbers(counts): &mut Numbers) {
        assert_eq!(query.len(), self.words.len(), "words of the query");
        differing(self.level, &self.words, [0, 1], query, counts);
    }

    /// The number of sites at which one of the patterns differs from the query, modulo 2¹⁶.
    pub fn differing_one(&self, query: &[u64], pattern: usize) -> u16 {
        let bits = self.words.iter().zip(query).map(|(Words(word), query)| word[pattern] ^ query);
        bits.fold(0, |count: u16, bits| count.wrapping_add(bits.count_ones() as u16))
    }

    /// Adds, to the sum of each site of the packed words, the weights of the patterns with bit 1 there, modulo 2¹⁶: for several
    /// queries, which together take less time than one after the other.
    ///
    /// # Panics
    /// If there are not as many sums as bits in the packed words.
    pub fn add_weights<const N: usize>(&self, adding: &mut [Adding<'_>; N]) {
        let all = |sums: &[Sums]| sums.len() * SITES == self.slab.len() * TILE;
        let fits = |adding: &Adding<'_>| all(adding.sums) && adding.upper.as_ref().is_none_or(|upper| all(upper));
        assert!(adding.iter().all(fits), "a sum for every site");
        #[cfg(target_arch = "x86_64")]
        if let Some(packed) = &self.packed {
            // SAFETY: the machine has the level.
            unsafe { return x86::add_avx512(packed, self.slab.len() * TILE / SITES, adding) }
        }
        for Adding { weights: Numbers(weights), sums, upper } in adding {
            if let Some(upper) = upper {
                plain::lift(sums, upper);
            }
            #[cfg(target_arch = "x86_64")]
            if self.level == Level::Avx2 {
                // SAFETY: as above.
                unsafe { x86::add_avx2(&self.fours, weights, sums) }
                continue;
            }
            plain::add(&self.sites[self.packed_sites()], weights, sums);
        }
    }
}

/// The numbers of differing sites of tile `[tile, tiles]`: its number, and how many there are. By word, by tile, the patterns' words.
fn differing(level: Level, words: &[Words], [tile, tiles]: [usize; 2], query: &[u64], counts: &mut [u16; TILE]) {
    let of_tile = || words.chunks_exact(tiles).map(|tiles| &tiles[tile]);
    #[cfg(target_arch = "x86_64")]
    match level {
        // SAFETY: the machine has the instructions.
        Level::Avx512 if x86::counts_in_vectors() => unsafe { return x86::differing_avx512(of_tile(), query, counts) },
        // SAFETY: as above.
        Level::Avx512 | Level::Avx2 => unsafe { return x86::differing_avx2(of_tile(), query, counts) },
        Level::Baseline => {}
    }
    plain::differing(of_tile(), query, counts);
}

/// What is added for a query.
#[derive(Debug)]
pub struct Adding<'a> {
    /// The weights of a tile's patterns.
    pub weights: &'a Numbers,
    /// The sums of sites, in a [`Page`].
    pub sums: &'a mut [Sums],
    /// Where the sums are [lifted](lift) to before, if they are.
    pub upper: Option<&'a mut [Sums]>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
