//! Retrieval: one site at a time takes the value of lower energy, until none wants to move.

use std::sync::Arc;

use lawbook_core::{Stream, popcount::Rows};
use rayon::prelude::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator, ParallelSlice, ParallelSliceMut};

mod carried;
mod cubic;

use carried::Carried;

use crate::{
    AsynchronousUpdate, DenseMemory, MemoryError, State,
    balance::rows,
    descent::{MOST_SWEEPS, shuffle_anew},
};

/// Cues that are compared with the patterns together: their overlaps are to stay in the second-level cache.
const CUES: usize = 16;

/// Where a descent ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retrieved {
    /// The fixed point.
    pub state: State,
    /// Sites turned over on the way.
    pub flips: usize,
    /// Sweeps over all sites, the last one without a flip.
    pub sweeps: usize,
}

/// A state on its way down. It carries the overlaps with all patterns along: O(K) per visited site and per flip. To visit
/// sites fast it keeps the bits of the patterns a second time, all patterns of a site together, as long as it runs: twice the
/// memory of [`Patterns`](crate::Patterns).
#[derive(Debug, Clone)]
pub struct Descent<'a> {
    memory: &'a DenseMemory,
    state: State,
    carried: Carried,
}

/// Krotov & Hopfield 2016, arXiv 1606.01164, eq. 3.
impl AsynchronousUpdate for DenseMemory {
    type Error = MemoryError;

    fn visits(&self, cue: &State) -> Result<impl FnMut(&State, usize) -> bool, MemoryError> {
        let mut descent = Descent::new(self, cue)?;
        Ok(move |_: &State, site: usize| descent.visit(site))
    }

    fn shuffle(order: &mut [usize], stream: &mut Stream) {
        shuffle_anew(order, stream);
    }

    /// The same way, with several sites summed at a time where nobody looks on.
    fn retrieve(&self, cue: &State, stream: &mut Stream) -> Result<Retrieved, MemoryError> {
        Descent::new(self, cue)?.finish(stream)
    }
}

impl DenseMemory {
    /// Descends from each cue with its own stream, as [`retrieve`](AsynchronousUpdate::retrieve) does, on all threads. Meanwhile
    /// they share a second copy of the patterns' bits.
    pub fn retrieve_all(&self, cues: &[State], streams: &mut [Stream]) -> Result<Vec<Retrieved>, MemoryError> {
        if cues.len() != streams.len() {
            return Err(MemoryError::Streams { cues: cues.len(), streams: streams.len() });
        }
        let rows = rows(self.patterns());
        let together = cues.par_chunks(CUES).zip(streams.par_chunks_mut(CUES));
        let swept = together.map(|(cues, streams)| self.sweep_once(cues, streams, &rows));
        let mut reached = swept.collect::<Result<Vec<_>, _>>()?.concat();
        // What nothing moves any more, which is known of all together faster than one site after the other, is at its end.
        let moved: Vec<_> = reached.iter_mut().zip(streams).filter(|(end, _)| end.flips > 0).collect();
        let states: Vec<State> = moved.iter().map(|(end, _)| end.state.clone()).collect();
        let rests = moved.into_par_iter().zip(self.preferred_flips(&states)?);
        rests.try_for_each(|((end, stream), unstable)| -> Result<(), MemoryError> {
            if unstable.is_empty() {
                stream.shuffle(&mut (0..end.state.sites()).collect::<Vec<_>>());
                end.sweeps += 1;
                return Ok(());
            }
            let carried = Carried::new(self, self.patterns().agreements(&end.state)?, || rows.clone());
            let rest = Descent { memory: self, state: end.state.clone(), carried }.finish(stream)?;
            *end = Retrieved { state: rest.state, flips: end.flips + rest.flips, sweeps: 1 + rest.sweeps };
            Ok(())
        })?;
        Ok(reached)
    }

    /// One sweep from each cue.
    fn sweep_once(&self, cues: &[State], streams: &mut [Stream], rows: &Arc<Rows>) -> Result<Vec<Retrieved>, MemoryError> {
        let mut stretch = None;
        let sweep = |((agreements, cue), stream): ((Vec<u32>, &State), &mut Stream)| {
            let carried = Carried::within(&mut stretch, self, agreements, || rows.clone());
            let mut descent = Descent { memory: self, state: cue.clone(), carried };
            let flips = descent.sweep(stream);
            Retrieved { state: descent.state, flips, sweeps: 1 }
        };
        Ok(self.patterns().agreements_of(cues)?.into_iter().zip(cues).zip(streams).map(sweep).collect())
    }

    /// Whether no single flip lowers the energy.
    pub fn is_fixed_point(&self, state: &State) -> Result<bool, MemoryError> {
        Ok(self.preferred_flips(std::slice::from_ref(state))?.concat().is_empty())
    }
}

impl<'a> Descent<'a> {
    /// Starts at `cue`.
    pub fn new(memory: &'a DenseMemory, cue: &State) -> Result<Self, MemoryError> {
        let patterns = memory.patterns();
        let carried = Carried::new(memory, patterns.agreements(cue)?, || rows(patterns));
        Ok(Self { memory, state: cue.clone(), carried })
    }

    /// Descends to a fixed point.
    fn finish(mut self, stream: &mut Stream) -> Result<Retrieved, MemoryError> {
        let mut flips = 0;
        for sweeps in 1..=MOST_SWEEPS {
            match self.sweep(stream) {
                0 => return Ok(Retrieved { state: self.state, flips, sweeps }),
                turned => flips += turned,
            }
        }
        Err(MemoryError::Unfinished(MOST_SWEEPS))
    }

    /// Where it is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The energy, from the overlaps carried along.
    pub fn energy(&self) -> f64 {
        self.carried.energy(self.memory)
    }

    /// Visits one site and turns it over if that lowers the energy. Says whether it did.
    pub fn visit(&mut self, site: usize) -> bool {
        self.carried.visit(self.memory, &mut self.state, &[site]).1
    }

    /// Visits every site once in random order. Returns how many were turned over.
    pub fn sweep(&mut self, stream: &mut Stream) -> usize {
        let mut order: Vec<usize> = (0..self.state.sites()).collect();
        stream.shuffle(&mut order);
        let (mut flips, mut rest) = (0, &order[..]);
        while !rest.is_empty() {
            let (visited, turned) = self.carried.visit(self.memory, &mut self.state, rest);
            flips += usize::from(turned);
            rest = &rest[visited..];
        }
        flips
    }
}
