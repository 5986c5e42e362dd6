//! Numbers of differing sites of many queries and many patterns, where queries share their additions.

use std::ops::Range;

#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{
    Numbers, SLAB, TILE, Turned, Words, differing, load,
    queries::{CLASSES, GROUP, Queries, TILES},
};
use crate::simd::Level;

/// Bits of a number of sites.
pub(super) const BITS: usize = 16;

/// The bits of a strip's patterns at one site.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Row(pub(super) [u64; TILES]);

/// By class of sites and bit, how many of them have bit 1 in each pattern.
#[derive(Debug, Clone, Default)]
pub(super) struct Room(pub(super) [[Row; BITS]; CLASSES]);

/// Patterns that are compared with some queries before their tiles are added, as many [tiles](Queries::tiles) as these take. What is
/// missing at the end of the planes is blank, with all bits 0.
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
        let tiles = queries.tiles();
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
        load(&mut self.words, self.tiles, planes, count, from);
    }

    /// Asks for a share of the patterns that will be [loaded](Self::load) next. Of all shares at once the processor would have to
    /// wait for the first before it can ask for the last.
    pub fn fetch(&self, planes: &[u64], count: usize, from: usize, share: Range<usize>) {
        #[cfg(target_arch = "x86_64")]
        {
            let lines = self.lines_of_word();
            let (mut word, mut line) = (share.start / lines, share.start % lines);
            for _ in share {
                let at = word * count + from + (line * 8).min(self.tiles * TILE - 1);
                planes.get(at..).into_iter().for_each(x86::fetch);
                // A division for every line would take longer than asking.
                (word, line) = if line + 1 < lines { (word, line + 1) } else { (word + 1, 0) };
            }
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

    /// Turns one of its tiles from words of sites to sites of words.
    ///
    /// # Panics
    /// If there is no such tile, or `turned` is of another number of words.
    pub fn turn(&self, tile: usize, turned: &mut Turned) {
        assert_eq!(turned.sites().len() * self.tiles, self.words.len() * TILE, "words of what is turned");
        turned.turn(self.words.chunks_exact(self.tiles).map(|tiles| &tiles[tile]));
    }

    /// Makes a slab of one of its tiles ready to add weights at its sites.
    ///
    /// # Panics
    /// If there is no such tile, or the slab is none of `turned`'s [slabs](Turned::slabs).
    pub fn pack(&self, tile: usize, slab: Range<usize>, turned: &mut Turned) {
        assert!(slab.len() <= SLAB, "{} words of a slab", slab.len());
        let words = &self.words[slab.start * self.tiles..slab.end * self.tiles];
        turned.pack(slab, words.chunks_exact(self.tiles).map(|tiles| &tiles[tile]));
    }

    /// The numbers of sites at which the patterns differ from the queries that the strip is for, modulo 2¹⁶: by tile, by query.
    ///
    /// # Panics
    /// If queries have another number of words or take another number of tiles, or the numbers are not as many.
    pub fn differing(&mut self, queries: &Queries, numbers: &mut [Numbers]) {
        let (tiles, count) = (self.tiles, queries.count());
        assert!(queries.length * tiles == self.words.len() && queries.tiles() == tiles, "queries that the strip is for");
        assert_eq!(numbers.len(), tiles * count, "a number for each query of each tile");
        let Some(together) = &mut self.together else {
            for (tile, numbers) in numbers.chunks_exact_mut(count).enumerate() {
                let words = self.words.chunks_exact(tiles).map(|tiles| &tiles[tile]);
                queries.iter().zip(numbers).for_each(|(query, Numbers(numbers))| {
                    differing(self.level, words.clone(), query, numbers);
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
                let words = self.words.chunks_exact(tiles).map(|tiles| &tiles[tile]);
                differing(self.level, words, nothing, ones);
            }
            for (group, first) in queries.groups.iter().zip((0..).step_by(GROUP)) {
                // SAFETY: as above; the rows are those of the group's sites, for their words are as many.
                unsafe { x86::differing_together(rows, ones, group, room, numbers, [first, count]) };
            }
        }
    }
}
