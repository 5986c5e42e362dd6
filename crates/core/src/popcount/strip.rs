//! Numbers of differing sites of many queries and many patterns, where queries share their additions.

use std::ops::Range;

#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{Numbers, SLAB, TILE, Tile, Words};
use crate::simd::Level;

/// Patterns of a strip.
pub const STRIP: usize = TILES * TILE;
/// Tiles of a strip: a register has eight words.
pub(super) const TILES: usize = 8;
/// Queries of a group.
pub(super) const GROUP: usize = 4;
/// Classes of a group: sites at which the same queries have bit 1. Those at which none has are not looked at.
pub(super) const CLASSES: usize = (1 << GROUP) - 1;
/// Bits of a number of sites.
pub(super) const BITS: usize = 16;
/// Rows that are added in one go: classes are filled up with blank ones.
pub(super) const AT_ONCE: usize = 8;
/// Lines of memory with a word of each pattern of a strip: one more than its bytes fill, for planes may begin within a line.
const LINES: usize = STRIP / 8 + 1;
/// Fewer queries do not pay for the turning of patterns.
const LEAST: usize = 16;

/// The bits of a strip's patterns at one site.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Row(pub(super) [u64; TILES]);

/// By class of sites and bit, how many of them have bit 1 in each pattern.
#[derive(Debug, Clone, Default)]
pub(super) struct Room(pub(super) [[Row; BITS]; CLASSES]);

/// Queries of the same number of words.
#[derive(Debug, Clone)]
pub struct Queries {
    length: usize,
    words: Vec<u64>,
    groups: Vec<Group>,
}

/// Four queries, or those that are left.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// By class, the numbers of the rows of its sites, where row 0 is blank; one class after the other.
    rows: Vec<u16>,
    /// By class, where the next begins.
    ends: [usize; CLASSES],
    /// By query, the sites at which it has bit 1.
    pub(super) ones: Vec<u16>,
}

impl Queries {
    /// Queries of so many words each, which follow one another.
    ///
    /// # Panics
    /// If they are not whole.
    pub fn new(level: Level, queries: Vec<u64>, words: usize) -> Self {
        assert!(queries.len().is_multiple_of(words), "{} words of queries of {words}", queries.len());
        let together = adds_together(level, words) && queries.len() >= LEAST * words;
        let groups = if together { queries.chunks(GROUP * words).map(|group| Group::new(group, words)).collect() } else { vec![] };
        Self { length: words, words: queries, groups }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.words.len() / self.length
    }

    /// The words of each.
    pub fn iter(&self) -> impl Iterator<Item = &[u64]> {
        self.words.chunks_exact(self.length)
    }
}

/// Whether queries of so many words may share additions: places of rows have 16 bits.
fn adds_together(level: Level, words: usize) -> bool {
    #[cfg(target_arch = "x86_64")]
    return level.min(Level::widest()) == Level::Avx512 && x86::shares_additions() && words * TILE < usize::from(u16::MAX);
    #[cfg(not(target_arch = "x86_64"))]
    false
}

impl Group {
    fn new(queries: &[u64], words: usize) -> Self {
        let mut classes: [Vec<u16>; CLASSES] = Default::default();
        for site in 0..words * TILE {
            let bit = |query: &[u64]| (query[site / TILE] >> (site % TILE) & 1) as usize;
            let class = queries.chunks_exact(words).rev().fold(0, |class, query| class << 1 | bit(query));
            if let Some(sites) = class.checked_sub(1).map(|class| &mut classes[class]) {
                sites.push(site as u16 + 1);
            }
        }
        let (mut rows, mut ends) = (Vec::new(), [0; CLASSES]);
        for (sites, end) in classes.into_iter().zip(&mut ends) {
            rows.extend(sites);
            rows.resize(rows.len().next_multiple_of(AT_ONCE), 0);
            *end = rows.len();
        }
        let ones = |query: &[u64]| query.iter().map(|word| word.count_ones() as u16).sum();
        Self { rows, ends, ones: queries.chunks_exact(words).map(ones).collect() }
    }

    /// The rows of class c + 1.
    #[inline(always)]
    pub(super) fn class(&self, number: usize) -> &[u16] {
        let from = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.rows[from..self.ends[number]]
    }
}

/// 512 patterns; what is missing at the end of the planes is blank, with all bits 0.
#[derive(Debug, Clone)]
pub struct Strip {
    /// By word, by tile.
    words: Vec<[Words; TILES]>,
    tile: Tile,
    /// A blank one, and then those of all sites, where queries add together.
    rows: Vec<Row>,
    /// By tile, the sites at which each pattern has bit 1, where queries add together.
    ones: [Numbers; TILES],
    /// A query without bits 1.
    nothing: Vec<u64>,
    room: Box<Room>,
}

impl Strip {
    /// A blank strip of patterns of so many words.
    pub fn new(level: Level, words: usize) -> Self {
        let rows = if adds_together(level, words) { vec![Row::default(); words * TILE + 1] } else { Vec::new() };
        let (tile, ones) = (Tile::new(level, words), [Numbers::default(); TILES]);
        Self { words: vec![[Words([0; TILE]); TILES]; words], tile, rows, ones, nothing: vec![0; words], room: Box::default() }
    }

    /// Takes the patterns from number `from` on, at most 512, out of `count` in `planes`.
    ///
    /// # Panics
    /// If `planes` is not `count` times the words of a pattern.
    pub fn load(&mut self, planes: &[u64], count: usize, from: usize) {
        assert_eq!(planes.len(), count * self.words.len(), "planes of {count} patterns");
        for (tiles, plane) in self.words.iter_mut().zip(planes.chunks_exact(count)) {
            let mut rest = &plane[from.min(count)..count.min(from + STRIP)];
            for Words(word) in tiles {
                let (held, after) = rest.split_at(rest.len().min(TILE));
                word[..held.len()].copy_from_slice(held);
                word[held.len()..].fill(0);
                rest = after;
            }
        }
    }

    /// Asks for a share of the patterns that will be [loaded](Self::load) next. Of all shares at once the processor would have to
    /// wait for the first before it can ask for the last.
    pub fn fetch(&self, planes: &[u64], count: usize, from: usize, share: Range<usize>) {
        #[cfg(target_arch = "x86_64")]
        for line in share {
            let at = line / LINES * count + from + (line % LINES * 8).min(STRIP - 1);
            planes.get(at..).into_iter().for_each(x86::fetch);
        }
    }

    /// Lines of memory of which a strip's patterns are read: what [`fetch`](Self::fetch) takes shares of.
    pub fn lines(&self) -> usize {
        self.words.len() * LINES
    }

    /// Its tile of some number, from 0 to 7, with all that is needed to compare it.
    pub fn lend(&self, number: usize, tile: &mut Tile) {
        lend(&self.words, number, tile);
    }

    /// Makes a slab of one of its tiles ready to add weights at its sites, as [`Tile::pack`] does of the loaded patterns.
    ///
    /// # Panics
    /// If it is none of the tile's [`slabs`](Tile::slabs).
    pub fn pack(&self, number: usize, slab: Range<usize>, tile: &mut Tile) {
        assert!(slab.len() <= SLAB && slab.end <= self.words.len(), "words {slab:?} of {}", self.words.len());
        #[cfg(target_arch = "x86_64")]
        if let Some(packed) = &mut tile.packed
            && x86::transposes_bytes()
        {
            tile.slab = slab.clone();
            // SAFETY: the machine has the instructions.
            return unsafe { x86::pack_gfni(&self.words[slab], number, packed) };
        }
        lend(&self.words, number, tile);
        tile.pack(slab);
    }

    /// The numbers of sites at which the patterns differ from the queries, modulo 2¹⁶: by tile, by query.
    ///
    /// # Panics
    /// If queries have another number of words, or the numbers are not as many.
    pub fn differing(&mut self, queries: &Queries, numbers: &mut [Numbers]) {
        assert_eq!(queries.length, self.words.len(), "words of the queries");
        assert_eq!(numbers.len(), TILES * queries.count(), "a number for each query of each tile");
        let together = !queries.groups.is_empty() && !self.rows.is_empty();
        if !together {
            for (number, numbers) in numbers.chunks_exact_mut(queries.count()).enumerate() {
                lend(&self.words, number, &mut self.tile);
                queries.iter().zip(numbers).for_each(|(query, numbers)| self.tile.differing(query, numbers));
            }
            return;
        }
        #[cfg(target_arch = "x86_64")]
        {
            // SAFETY: the machine has the instructions, or queries would not add together.
            unsafe { x86::turn_strip(&self.words, &mut self.rows[1..]) };
            for (number, Numbers(ones)) in self.ones.iter_mut().enumerate() {
                // SAFETY: as above.
                unsafe { x86::differing_avx512(&self.words, number, &self.nothing, ones) };
            }
            for (group, first) in queries.groups.iter().zip((0..).step_by(GROUP)) {
                // SAFETY: as above; the rows are those of the group's sites, for their words are as many.
                let of = [first, queries.count()];
                unsafe { x86::differing_together(&self.rows, &self.ones, group, &mut self.room, numbers, of) };
            }
        }
    }
}

fn lend(words: &[[Words; TILES]], number: usize, tile: &mut Tile) {
    tile.words.iter_mut().zip(words).for_each(|(word, tiles)| *word = tiles[number]);
}
