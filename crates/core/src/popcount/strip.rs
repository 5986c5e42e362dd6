//! Numbers of differing sites of many queries and many patterns, where queries share their additions.

use std::ops::Range;

#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{Numbers, SLAB, TILE, Tile, Words, differing};
use crate::simd::Level;

/// Tiles of a strip whose queries share their additions: a register has eight words.
pub(super) const TILES: usize = 8;
/// Queries of a group.
pub(super) const GROUP: usize = 4;
/// Classes of a group: sites at which the same queries have bit 1. Those at which none has are not looked at.
pub(super) const CLASSES: usize = (1 << GROUP) - 1;
/// Bits of a number of sites.
pub(super) const BITS: usize = 16;
/// Rows that are added in one go: classes are filled up with blank ones.
pub(super) const AT_ONCE: usize = 8;
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

/// Patterns that are compared with some queries before their tiles are added: eight tiles of them where queries share their
/// additions, else one. What is missing at the end of the planes is blank, with all bits 0.
#[derive(Debug, Clone)]
pub struct Strip {
    level: Level,
    tiles: usize,
    /// By word, by tile.
    words: Vec<Words>,
    together: Option<Box<Together>>,
}

/// What queries take to share their additions.
#[derive(Debug, Clone)]
struct Together {
    /// A blank one, and then those of all sites.
    rows: Vec<Row>,
    /// By tile, the sites at which each pattern has bit 1; and a query that has it nowhere.
    ones: [Numbers; TILES],
    nothing: Vec<u64>,
    room: Room,
}

impl Strip {
    /// A blank strip for these queries.
    pub fn new(level: Level, queries: &Queries) -> Self {
        let words = queries.length;
        let together = (!queries.groups.is_empty()).then(|| {
            let (rows, ones) = (vec![Row::default(); words * TILE + 1], [Numbers::default(); TILES]);
            Box::new(Together { rows, ones, nothing: vec![0; words], room: Room::default() })
        });
        let tiles = if together.is_some() { TILES } else { 1 };
        Self { level: level.min(Level::widest()), tiles, words: vec![Words([0; TILE]); tiles * words], together }
    }

    /// How many tiles it has.
    pub fn tiles(&self) -> usize {
        self.tiles
    }

    /// Takes the patterns from number `from` on, as many as the tiles have, out of `count` in `planes`.
    ///
    /// # Panics
    /// If `planes` is not `count` times the words of a pattern.
    pub fn load(&mut self, planes: &[u64], count: usize, from: usize) {
        assert_eq!(planes.len() * self.tiles, count * self.words.len(), "planes of {count} patterns");
        for (tiles, plane) in self.words.chunks_exact_mut(self.tiles).zip(planes.chunks_exact(count)) {
            let mut rest = &plane[from.min(count)..];
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
            let (word, line) = (line / self.lines_of_word(), line % self.lines_of_word());
            let at = word * count + from + (line * 8).min(self.tiles * TILE - 1);
            planes.get(at..).into_iter().for_each(x86::fetch);
        }
    }

    /// Lines of memory of which a strip's patterns are read: what [`fetch`](Self::fetch) takes shares of.
    pub fn lines(&self) -> usize {
        self.words.len() / self.tiles * self.lines_of_word()
    }

    /// One more than its bytes fill, for planes may begin within a line.
    fn lines_of_word(&self) -> usize {
        self.tiles * TILE / 8 + 1
    }

    /// One of its tiles, with all that is needed to compare it.
    pub fn lend(&self, number: usize, tile: &mut Tile) {
        tile.words.iter_mut().zip(self.words.chunks_exact(self.tiles)).for_each(|(word, tiles)| *word = tiles[number]);
    }

    /// Makes a slab of one of its tiles ready to add weights at its sites, as [`Tile::pack`] does of the loaded patterns.
    ///
    /// # Panics
    /// If it is none of the tile's [`slabs`](Tile::slabs).
    pub fn pack(&self, number: usize, slab: Range<usize>, tile: &mut Tile) {
        #[cfg(target_arch = "x86_64")]
        if let Some(packed) = &mut tile.packed
            && x86::transposes_bytes()
        {
            assert!(slab.len() <= SLAB, "{} words of a slab", slab.len());
            let words = &self.words[slab.start * self.tiles..slab.end * self.tiles];
            tile.slab = slab;
            // SAFETY: the machine has the instructions.
            return unsafe { x86::pack_gfni(words, [number, self.tiles], packed) };
        }
        self.lend(number, tile);
        tile.pack(slab);
    }

    /// The numbers of sites at which the patterns differ from the queries that the strip is for, modulo 2¹⁶: by tile, by query.
    ///
    /// # Panics
    /// If queries have another number of words, or the numbers are not as many.
    pub fn differing(&mut self, queries: &Queries, numbers: &mut [Numbers]) {
        let (tiles, count) = (self.tiles, queries.count());
        assert_eq!(queries.length * tiles, self.words.len(), "words of the queries");
        assert_eq!(numbers.len(), tiles * count, "a number for each query of each tile");
        let Some(together) = &mut self.together else {
            for (tile, numbers) in numbers.chunks_exact_mut(count).enumerate() {
                queries.iter().zip(numbers).for_each(|(query, Numbers(numbers))| {
                    differing(self.level, &self.words, [tile, tiles], query, numbers);
                });
            }
            return;
        };
        #[cfg(target_arch = "x86_64")]
        {
            let Together { rows, ones, nothing, room } = &mut **together;
            // SAFETY: the machine has the instructions, or queries would not add together.
            unsafe { x86::turn_strip(self.words.as_chunks().0, &mut rows[1..]) };
            for (tile, Numbers(ones)) in ones.iter_mut().enumerate() {
                differing(self.level, &self.words, [tile, tiles], nothing, ones);
            }
            for (group, first) in queries.groups.iter().zip((0..).step_by(GROUP)) {
                // SAFETY: as above; the rows are those of the group's sites, for their words are as many.
                unsafe { x86::differing_together(rows, ones, group, room, numbers, [first, count]) };
            }
        }
    }
}
