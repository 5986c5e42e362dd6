//! The costs of all flips of a state, from what adds up over the patterns.

use lawbook_core::simd::{Wide, WideKernel};

use super::part::{Added, Ones, Totals};
use crate::{
    Patterns, State,
    bits::WORD,
    whole::{Alternating, Whole},
};

/// What the costs of a state's flips follow from.
pub(super) struct Costs<'a> {
    pub(super) patterns: &'a Patterns,
    pub(super) state: &'a State,
    pub(super) stakes: Alternating,
    pub(super) gains: Whole,
    pub(super) added: Added,
    pub(super) ones: &'a Ones,
}

impl WideKernel for Costs<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run<V: Wide>(self, _: V) -> Vec<f64> {
        let Self { patterns, state, stakes, gains, added: Added { totals, mut of_ones }, ones } = self;
        let Totals { inside, stakes: all_stakes, gains: all_gains, single, single_gains } = totals;
        let gain = inside * gains.base + gains.unit * all_gains as i64 + single_gains;
        // A pattern and a state with bit 1 at numbers of sites of the same parity differ at an even number of them.
        let alike = state.sites() + state.words().iter().map(|word| word.count_ones() as usize).sum::<usize>();
        let (even, odd) = (stakes.base(alike), stakes.base(alike + 1));
        let mut of_all = even * (patterns.count() as i64 - ones.odd_patterns) + odd * ones.odd_patterns;
        of_all += stakes.unit * all_stakes as i64;
        for of_ones in &mut of_ones {
            *of_ones *= stakes.unit;
        }
        for (mu, excess) in single {
            of_all += excess;
            for (word, of_ones) in of_ones.as_chunks_mut::<WORD>().0.iter_mut().enumerate() {
                let bits = patterns.plane(word)[mu];
                for (bit, of_ones) in of_ones.iter_mut().enumerate() {
                    *of_ones += excess & -((bits >> bit & 1) as i64);
                }
            }
        }
        let mut costs = Vec::with_capacity(of_ones.len());
        let ones = ones.all.as_chunks::<WORD>().0.iter().zip(ones.odd.as_chunks::<WORD>().0);
        for (word, (of_ones, (all, odd_ones))) in state.words().iter().zip(of_ones.as_chunks::<WORD>().0.iter().zip(ones)) {
            let mut of_word = [0.0; WORD];
            let ones = all.iter().zip(odd_ones);
            for (bit, (cost, (of_ones, (all, odd_ones)))) in of_word.iter_mut().zip(of_ones.iter().zip(ones)).enumerate() {
                let of_ones = even * i64::from(all - odd_ones) + odd * i64::from(*odd_ones) + of_ones;
                // The stakes of those that agree. Without a branch, for signs are random.
                let has = -((word >> bit & 1) as i64);
                *cost = ((has & of_ones | !has & (of_all - of_ones)) - gain) as f64;
            }
            costs.extend_from_slice(&of_word);
        }
        costs.truncate(state.sites());
        costs
    }
}
