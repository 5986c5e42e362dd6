//! All patterns of a site together: sums of weights over those patterns that have bit 1 there.

#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{Numbers, TILE, Tile, plain, span::Span};
use crate::simd::Level;

/// The bits of planes, turned: row `i` holds those of site `i`, 64 patterns to a word.
#[derive(Debug, Clone)]
pub struct Rows {
    level: Level,
    words: usize,
    bits: Vec<u64>,
    /// By site.
    ones: Vec<u32>,
}

/// How sums of weights may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Every 32nd weight of 512 patterns, summed, stays below 2¹⁶.
    Blocks,
    /// Two weights do.
    Pairs,
}

impl Rows {
    /// Turns the `count` patterns of `planes`. This takes as much memory again as the planes.
    ///
    /// # Panics
    /// If the planes are not those of `count` patterns.
    pub fn new(level: Level, planes: &[u64], count: usize) -> Self {
        let words = count.div_ceil(TILE);
        let mut tile = Tile::new(level, planes.len() / count);
        let mut bits = vec![0; words * tile.sites().len()];
        for word in 0..words {
            tile.load(planes, count, word * TILE);
            tile.turn();
            tile.sites().iter().enumerate().for_each(|(site, &of_site)| bits[site * words + word] = of_site);
        }
        let ones = bits.chunks_exact(words).map(|row| row.iter().map(|bits| bits.count_ones()).sum()).collect();
        Self { level: level.min(Level::widest()), words, bits, ones }
    }

    /// Tiles that hold all patterns.
    pub fn tiles(&self) -> usize {
        self.words
    }

    /// The number of patterns with bit 1 at a site.
    pub fn ones(&self, site: usize) -> u32 {
        self.ones[site]
    }

    /// Whether a pattern has bit 1 at a site.
    pub fn has(&self, site: usize, pattern: usize) -> bool {
        self.row(site)[pattern / TILE] >> (pattern % TILE) & 1 == 1
    }

    fn row(&self, site: usize) -> &[u64] {
        &self.bits[site * self.words..][..self.words]
    }

    /// The sum of the weights of patterns with bit 1 at the site. Weights are below 2¹⁵, and as small as [`total`](Self::total) says.
    ///
    /// # Panics
    /// If there are not as many tiles of weights.
    pub fn sum(&self, site: usize, weights: &[Numbers], fit: Fit) -> u64 {
        let row = self.row(site);
        assert_eq!(weights.len(), self.words, "tiles of weights");
        #[cfg(target_arch = "x86_64")]
        match (self.level, fit) {
            // SAFETY: the machine has the level.
            (Level::Avx512, Fit::Blocks) => return unsafe { x86::sums_blocks_avx512([row], weights)[0] },
            // SAFETY: as above.
            (Level::Avx512, Fit::Pairs) => return unsafe { x86::sum_avx512(row, weights) },
            // SAFETY: as above.
            (Level::Avx2, _) => return unsafe { x86::sum_avx2(row, weights) },
            (Level::Baseline, _) => {}
        }
        plain::sum(row, weights)
    }

    /// The sums at several sites, which together take less time than one after the other.
    ///
    /// # Panics
    /// If there are not as many tiles of weights.
    pub fn sums<const N: usize>(&self, sites: [usize; N], weights: &[Numbers], fit: Fit) -> [u64; N] {
        #[cfg(target_arch = "x86_64")]
        if let (Level::Avx512, Fit::Blocks) = (self.level, fit) {
            assert_eq!(weights.len(), self.words, "tiles of weights");
            // SAFETY: the machine has the level.
            return unsafe { x86::sums_blocks_avx512(sites.map(|site| self.row(site)), weights) };
        }
        sites.map(|site| self.sum(site, weights, fit))
    }

    /// The sum of all weights, which are below 2¹⁵, and how small they are.
    ///
    /// # Panics
    /// If there are not as many tiles of weights.
    pub fn total(&self, weights: &[Numbers]) -> (u64, Fit) {
        assert_eq!(weights.len(), self.words, "tiles of weights");
        #[cfg(target_arch = "x86_64")]
        if self.level == Level::Avx512 {
            // SAFETY: the machine has the level.
            let (sum, largest) = unsafe { x86::total_blocks_avx512(weights) };
            if largest < u16::MAX {
                return (sum, Fit::Blocks);
            }
        }
        (plain::sum_all(weights), Fit::Pairs)
    }

    /// Takes one from the number of each pattern that has bit `sign` at the site, adds one to those of the others, and sets the
    /// weights to the values there; where a number lies outside of the span the weight is 0 and the pattern is noted.
    ///
    /// # Panics
    /// If there are not as many tiles of numbers and weights.
    pub fn follow(&self, site: usize, sign: u64, numbers: &mut [Numbers], to: Followed<'_>) {
        let row = self.row(site);
        assert!(numbers.len() == self.words && to.weights.len() == self.words, "tiles of numbers and weights");
        let agree = if sign == 1 { 0 } else { u64::MAX };
        to.outside.clear();
        #[cfg(target_arch = "x86_64")]
        if self.level == Level::Avx512 {
            // SAFETY: the machine has the level.
            unsafe { return x86::follow_avx512(row, agree, numbers, to) };
        }
        plain::follow(row, agree, numbers, to);
    }
}

/// What follows when numbers change.
pub struct Followed<'a> {
    /// The function.
    pub span: &'a Span,
    /// Its values.
    pub weights: &'a mut [Numbers],
    /// Patterns whose number lies outside of the span.
    pub outside: &'a mut Vec<u32>,
}
