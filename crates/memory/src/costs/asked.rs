//! What adds up, tile by tile, for one of the states whose costs are asked for.

use lawbook_core::{
    popcount::{Numbers, REST, SITES, Sums, Tile, lift},
    simd::Level,
};

use crate::State;

/// Lifts that fit into 16 bits.
const LIFTS: u32 = 1 << REST;

/// Room for the sums of several states, one after the other: so the processor asks for those of the next in time.
pub(super) struct Room<const D: usize> {
    blocks: usize,
    narrow: [Vec<Sums>; D],
    upper: [Vec<Sums>; D],
}

impl<const D: usize> Room<D> {
    pub(super) fn new(states: usize, sites: usize) -> Self {
        let blocks = sites / SITES;
        let room = || [(); D].map(|()| vec![Sums::default(); states * blocks]);
        Self { blocks, narrow: room(), upper: room() }
    }

    /// Nothing added up yet for these states, as many as there is room for.
    pub(super) fn asked<'a>(&'a mut self, states: &'a [State]) -> Vec<Asked<'a, D>> {
        let (blocks, sites) = (self.blocks, self.blocks * SITES);
        let mut narrow = self.narrow.each_mut().map(|room| room.chunks_exact_mut(blocks));
        let mut upper = self.upper.each_mut().map(|room| room.chunks_exact_mut(blocks));
        let asked = |state| Asked {
            state,
            narrow: narrow.each_mut().map(|room| room.next().unwrap_or_default()),
            pending: 0,
            upper: upper.each_mut().map(|room| room.next().unwrap_or_default()),
            lifts: 0,
            lifting: false,
            sums: [(); D].map(|()| vec![0; sites]),
            inside: 0,
            stakes: 0,
            gains: 0,
            single: Vec::new(),
            single_gains: 0,
        };
        states.iter().map(asked).collect()
    }
}

/// The sums for a state.
pub(super) struct Asked<'a, const D: usize> {
    pub(super) state: &'a State,
    /// By digit and site, the weights of patterns with bit 1 there: below 2⁶ or of the last tiles, which add up to this much;
    pub(super) narrow: [&'a mut [Sums]; D],
    pub(super) pending: u32,
    /// what was lifted so many times;
    pub(super) upper: [&'a mut [Sums]; D],
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

impl<const D: usize> Asked<'_, D> {
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
