//! Queries that are compared with the same patterns, and the classes of sites that make them share additions.

use super::TILE;
#[cfg(target_arch = "x86_64")]
use super::x86;
use crate::simd::Level;

/// Tiles that are compared at a time with queries that share their additions.
pub(super) const TILES: usize = 8;
/// Queries of a group.
pub(super) const GROUP: usize = 4;
/// Classes of a group: sites at which the same queries have bit 1. Those at which none has are not looked at.
pub(super) const CLASSES: usize = (1 << GROUP) - 1;
/// Rows that are added in one go: classes are filled up with blank ones.
pub(super) const AT_ONCE: usize = 8;
/// Fewer queries do not pay for the turning of patterns: of 320 to 1024 sites 12 to 24 take as long as one by one, of 10 000 fewer than 8.
const LEAST: usize = 16;

/// Queries of the same number of words.
#[derive(Debug, Clone)]
pub struct Queries {
    /// Words of each.
    pub(super) length: usize,
    words: Vec<u64>,
    pub(super) groups: Vec<Group>,
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
        let groups =
            if together { queries.chunks(GROUP * words).map(|group| Group::new(group, words)).collect() } else { vec![] };
        Self { length: words, words: queries, groups }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.words.len() / self.length
    }

    /// Tiles of patterns that they are compared with at a time: eight where they share their additions, since a register has eight
    /// words, else one.
    pub fn tiles(&self) -> usize {
        if self.groups.is_empty() { 1 } else { TILES }
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
