//! Ranges of numbers of agreeing sites, and what the stakes and gains in them look like.

use crate::{
    DenseMemory,
    whole::{Alternating, Whole},
};

/// Numbers of agreeing sites, from the first to the last, and how what is at stake with them is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) stakes: Alternating,
    pub(super) gains: Whole,
    /// The sum of the stakes of the patterns in range, and how many of these agree at even and at odd numbers of sites.
    sum: i64,
    held: [i64; 2],
}

impl Range {
    pub(super) fn new(memory: &DenseMemory, histogram: &[usize], first: usize, last: usize) -> Self {
        let stakes = Alternating::new(first, &memory.stakes()[first..=last]);
        let gains = Whole::new(&memory.gains()[first..=last]);
        let mut range = Self { first, last, stakes, gains, sum: 0, held: [0; 2] };
        range.count(memory, histogram, first..last + 1);
        range
    }

    /// A range that holds this one. Only what is new in it is looked at.
    pub(super) fn widened(&self, memory: &DenseMemory, histogram: &[usize], first: usize, last: usize) -> Self {
        let mut wider = Self { first, last, ..*self };
        for new in [first..self.first, self.last + 1..last + 1] {
            wider.stakes = wider.stakes.with(new.start, &memory.stakes()[new.clone()]);
            wider.gains = wider.gains.with(&memory.gains()[new.clone()]);
            wider.count(memory, histogram, new);
        }
        wider
    }

    fn count(&mut self, memory: &DenseMemory, histogram: &[usize], new: std::ops::Range<usize>) {
        for agreeing in new {
            self.sum += memory.stakes()[agreeing] as i64 * histogram[agreeing] as i64;
            self.held[agreeing % 2] += histogram[agreeing] as i64;
        }
    }

    /// The mean number of a stake over `count` patterns.
    pub(super) fn mean_stake(&self, count: usize) -> u64 {
        let [even, odd] = self.held;
        let bases = self.stakes.base(0) * even + self.stakes.base(1) * odd;
        (self.sum - bases) as u64 / self.stakes.unit as u64 / count as u64
    }
}
