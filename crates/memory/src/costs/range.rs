//! Ranges of numbers of agreeing sites, and what the stakes and gains in them look like.

use crate::{DenseMemory, whole::Whole};

/// Numbers of agreeing sites, from the first to the last, and how what is at stake with them is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) stakes: Whole,
    pub(super) gains: Whole,
    /// The sum of the stakes of the patterns in range, and how many these are.
    sum: i64,
    held: i64,
}

impl Range {
    pub(super) fn new(memory: &DenseMemory, histogram: &[usize], first: usize, last: usize) -> Self {
        let (stakes, gains) = (Whole::new(&memory.stakes()[first..=last]), Whole::new(&memory.gains()[first..=last]));
        let mut range = Self { first, last, stakes, gains, sum: 0, held: 0 };
        range.count(memory, histogram, first..last + 1);
        range
    }

    /// A range that holds this one. Only what is new in it is looked at.
    pub(super) fn widened(&self, memory: &DenseMemory, histogram: &[usize], first: usize, last: usize) -> Self {
        let mut wider = Self { first, last, ..*self };
        for new in [first..self.first, self.last + 1..last + 1] {
            wider.stakes = wider.stakes.with(&memory.stakes()[new.clone()]);
            wider.gains = wider.gains.with(&memory.gains()[new.clone()]);
            wider.count(memory, histogram, new);
        }
        wider
    }

    fn count(&mut self, memory: &DenseMemory, histogram: &[usize], new: std::ops::Range<usize>) {
        for agreeing in new {
            self.sum += memory.stakes()[agreeing] as i64 * histogram[agreeing] as i64;
            self.held += histogram[agreeing] as i64;
        }
    }

    /// The mean number of a stake over `count` patterns.
    pub(super) fn mean_stake(&self, count: usize) -> u64 {
        (self.sum - self.stakes.base * self.held) as u64 / self.stakes.unit as u64 / count as u64
    }
}
