//! Sums over bits: differing sites by population count, and sums of small weights over patterns, many sites at a time.
//!
//! Patterns of ±1 sites lie in *planes*: word `w` of all patterns together, 64 sites to a word. A [`Tile`] is 64 of them, close to
//! the processor: queries are compared with it one after the other, so that neither patterns nor results go through memory.
//! A [`Strip`] is one or several tiles that are compared with many [`Queries`]; its tiles are [`Turned`] one after the other, and
//! weights are added at their sites. A [`Rows`] is the bits of all patterns with those of a site together. All levels give the same
//! integers.

mod factors;
mod layout;
mod lift;
mod plain;
mod queries;
mod rows;
mod span;
mod strip;
mod turned;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use factors::{Factors, Form};
pub use layout::Page;
pub use lift::{REST, lift, widen};
pub use queries::Queries;
pub use rows::{Carried, Followed, Rows, Signed, Stepped};
pub use span::{Looked, Span};
pub use strip::Strip;
pub use turned::{Adding, Turned};

use crate::simd::Level;

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
}

impl Tile {
    /// A blank tile of patterns of so many words.
    pub fn new(level: Level, words: usize) -> Self {
        Self { level: level.min(Level::widest()), words: vec![Words([0; TILE]); words] }
    }

    /// Takes the patterns from number `from` on, at most 64, out of `count` in `planes`.
    ///
    /// # Panics
    /// If `planes` is not `count` times the words of a pattern.
    pub fn load(&mut self, planes: &[u64], count: usize, from: usize) {
        load(&mut self.words, 1, planes, count, from);
    }

    /// The number of sites at which each pattern differs from the query, modulo 2¹⁶.
    ///
    /// # Panics
    /// If the query has another number of words.
    pub fn differing(&self, query: &[u64], Numbers(counts): &mut Numbers) {
        assert_eq!(query.len(), self.words.len(), "words of the query");
        differing(self.level, self.words.iter(), query, counts);
    }
}

/// Takes the patterns of so many tiles, from number `from` on: by word, by tile.
fn load(words: &mut [Words], tiles: usize, planes: &[u64], count: usize, from: usize) {
    assert_eq!(planes.len() * tiles, count * words.len(), "planes of {count} patterns");
    for (tiles, plane) in words.chunks_exact_mut(tiles).zip(planes.chunks_exact(count)) {
        let mut rest = &plane[from.min(count)..];
        for Words(word) in tiles {
            let (held, after) = rest.split_at(rest.len().min(TILE));
            word[..held.len()].copy_from_slice(held);
            word[held.len()..].fill(0);
            rest = after;
        }
    }
}

/// The numbers of sites at which a tile's patterns, of these words, differ from the query.
fn differing<'a>(level: Level, words: impl Iterator<Item = &'a Words> + Clone, query: &[u64], counts: &mut [u16; TILE]) {
    #[cfg(target_arch = "x86_64")]
    match level {
        // SAFETY: the machine has the instructions.
        Level::Avx512 if x86::counts_in_vectors() => unsafe { return x86::differing_avx512(words, query, counts) },
        // SAFETY: as above.
        Level::Avx512 | Level::Avx2 => unsafe { return x86::differing_avx2(words, query, counts) },
        Level::Baseline => {}
    }
    plain::differing(words, query, counts);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
