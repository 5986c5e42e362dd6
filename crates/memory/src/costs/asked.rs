//! What adds up, tile by tile, for one of the states whose costs are asked for.

use lawbook_core::{
    popcount::{Numbers, REST, SITES, Sums, Tile, lift},
    simd::Level,
};

use crate::State;

/// Lifts that fit into 16 bits.
const LIFTS: u32 = 1 << REST;

/// The sums for a state.
pub(super) struct Asked<'a, const D: usize> {
    pub(super) state: &'a State,
    /// By digit and site, the weights of patterns with bit 1 there: below 2⁶ or of the last tiles, which add up to this much;
    pub(super) narrow: [Vec<Sums>; D],
    pub(super) pending: u32,
    /// what was lifted so many times;
    pub(super) upper: [Vec<Sums>; D],
    pub(super) lifts: u32,
    pub(super) lifting: bool,
    /// and before that.
    pub(super) sums: [Vec<u32>; D],
    /// Patterns in range, and the numbers of their stakes (but for single ones) and gains.
    pub(super) inside: i64,
    pub(super) stakes: u64,
    pub(super) gains: u64,
    /// Patterns that are added one by one, with what their stake exceeds the base by.
    pub(super) single: Vec<(usize, i64)>,
    pub(super) single_gains: i64,
}

impl<'a, const D: usize> Asked<'a, D> {
    pub(super) fn new(state: &'a State, sites: usize) -> Self {
        let sums = [(); D].map(|()| vec![0; sites]);
        let narrow = [(); D].map(|()| vec![Sums::default(); sites / SITES]);
        let (upper, single) = (narrow.clone(), Vec::new());
        let (inside, stakes, gains, single_gains) = (0, 0, 0, 0);
        Self {
            state,
            narrow,
            pending: 0,
            upper,
            lifts: 0,
            lifting: false,
            sums,
            inside,
            stakes,
            gains,
            single,
            single_gains,
        }
    }

    pub(super) fn schedule_lift(&mut self) {
        if self.lifts == LIFTS {
            self.widen();
        }
        self.lifting = true;
        self.pending = (1 << REST) - 1;
        self.lifts += 1;
    }

    /// Adds the weights of a tile, lifting before if that is due.
    pub(super) fn add(&mut self, tile: &Tile, weights: &[Numbers; D]) {
        for ((weights, narrow), upper) in weights.iter().zip(&mut self.narrow).zip(&mut self.upper) {
            tile.add_weights(weights, narrow, self.lifting.then_some(upper));
        }
        self.lifting = false;
    }

    pub(super) fn finish(&mut self) {
        self.schedule_lift();
        self.narrow.iter_mut().zip(&mut self.upper).for_each(|(narrow, upper)| lift(Level::widest(), narrow, upper));
        self.widen();
    }

    fn widen(&mut self) {
        for (upper, sums) in self.upper.iter_mut().zip(&mut self.sums) {
            for (Sums(upper), sums) in upper.iter_mut().zip(sums.as_chunks_mut::<SITES>().0) {
                upper.iter_mut().zip(sums).for_each(|(upper, sum)| *sum += u32::from(std::mem::take(upper)));
            }
        }
        self.lifts = 0;
    }
}
