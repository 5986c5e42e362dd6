//! Patterns turned into bits of sites, and weights added there.

use std::ops::Range;

#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{FOURS, Numbers, SITES, SLAB, Sums, TILE, Words, layout::Packed, plain};
use crate::simd::Level;

/// The bits of a tile's patterns by site, as a [`Strip`](super::Strip) turns and packs them.
#[derive(Debug, Clone)]
pub struct Turned {
    level: Level,
    /// By site: bit μ is that of pattern μ.
    sites: Vec<u64>,
    /// The words that are packed:
    slab: Range<usize>,
    /// with AVX-512,
    packed: Option<Box<Packed>>,
    /// with AVX2, by 32 sites and four patterns, the bits at each site.
    fours: Vec<[[u8; SITES]; FOURS]>,
}

impl Turned {
    /// Of blank patterns of so many words.
    pub fn new(level: Level, words: usize) -> Self {
        let level = level.min(Level::widest());
        let packed = (level == Level::Avx512).then(Box::default);
        let fours = vec![[[0; SITES]; FOURS]; if level == Level::Avx2 { words.min(SLAB) * TILE / SITES } else { 0 }];
        Self { level, sites: vec![0; words * TILE], slab: 0..0, packed, fours }
    }

    /// The words of patterns, in stretches that are packed one after the other.
    pub fn slabs(&self) -> impl ExactSizeIterator<Item = Range<usize>> + use<> {
        let words = self.sites.len() / TILE;
        (0..words).step_by(SLAB).map(move |first| first..words.min(first + SLAB))
    }

    /// By site: the bits of all patterns, as far as they were turned.
    pub fn sites(&self) -> &[u64] {
        &self.sites
    }

    /// Adds, to the numbers of each site, how many of the patterns have bit 1 there, and how many of those with an odd number of bits
    /// 1 have it. Of these there are as many as it says.
    ///
    /// # Panics
    /// If there are not as many numbers as bits in a pattern's words.
    pub fn add_ones(&self, ones: &mut [u32], of_odd: &mut [u32]) -> u32 {
        assert!(ones.len() == self.sites.len() && of_odd.len() == ones.len(), "two numbers for every site");
        let odd = self.sites.iter().fold(0, |odd, site| odd ^ site);
        #[cfg(target_arch = "x86_64")]
        if self.level == Level::Avx512 && x86::counts_in_vectors() {
            // SAFETY: the machine has the instructions.
            unsafe { x86::add_ones_avx512(&self.sites, odd, ones, of_odd) };
            return odd.count_ones();
        }
        for (bits, (ones, of_odd)) in self.sites.iter().zip(ones.iter_mut().zip(of_odd)) {
            *ones += bits.count_ones();
            *of_odd += (bits & odd).count_ones();
        }
        odd.count_ones()
    }

    /// Takes the words of patterns.
    pub(super) fn turn<'a>(&mut self, words: impl Iterator<Item = &'a Words>) {
        turn(self.level, words, &mut self.sites);
    }

    /// Makes a slab ready to add weights at its sites, of which these are the words.
    pub(super) fn pack<'a>(&mut self, slab: Range<usize>, words: impl Iterator<Item = &'a Words>) {
        self.slab = slab;
        #[cfg(target_arch = "x86_64")]
        if let Some(packed) = &mut self.packed
            && x86::transposes_bytes()
        {
            // SAFETY: the machine has the instructions.
            return unsafe { x86::pack_gfni(words, packed) };
        }
        let sites = self.slab.start * TILE..self.slab.end * TILE;
        turn(self.level, words, &mut self.sites[sites.clone()]);
        #[cfg(target_arch = "x86_64")]
        match (self.level, &mut self.packed) {
            // SAFETY: the machine has the level.
            (Level::Avx512, Some(packed)) => unsafe { x86::pack_avx512(&self.sites[sites], packed) },
            // SAFETY: as above.
            (Level::Avx2, _) => unsafe { x86::pack_avx2(&self.sites[sites], &mut self.fours) },
            _ => {}
        }
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
            plain::add(&self.sites[self.slab.start * TILE..self.slab.end * TILE], weights, sums);
        }
    }
}

/// Words of patterns become words of sites.
fn turn<'a>(level: Level, words: impl Iterator<Item = &'a Words>, sites: &mut [u64]) {
    #[cfg(target_arch = "x86_64")]
    match level {
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

/// What is added for a query.
#[derive(Debug)]
pub struct Adding<'a> {
    /// The weights of a tile's patterns.
    pub weights: &'a Numbers,
    /// The sums of sites, in a [`Page`](super::Page).
    pub sums: &'a mut [Sums],
    /// Where the sums are [lifted](super::lift) to before, if they are.
    pub upper: Option<&'a mut [Sums]>,
}
