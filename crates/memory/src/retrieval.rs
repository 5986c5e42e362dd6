//! Retrieval: one site at a time takes the value of lower energy, until none wants to move.

use lawbook_core::Stream;

use crate::{DenseMemory, MemoryError, State, dense::Balance};

/// Sweeps after which a descent is given up. Every flip lowers the energy, so a descent ends; this bounds how long it may take.
const MOST_SWEEPS: usize = 10_000;

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

/// A state on its way down. It carries the overlaps with all patterns along: O(K) per visited site and per flip.
#[derive(Debug, Clone)]
pub struct Descent<'a> {
    memory: &'a DenseMemory,
    state: State,
    balance: Balance,
}

impl DenseMemory {
    /// Descends from `cue`, in a fresh random order of sites for each sweep, to a fixed point of the asynchronous update
    /// (Krotov & Hopfield 2016, arXiv 1606.01164, eq. 3).
    pub fn retrieve(&self, cue: &State, stream: &mut Stream) -> Result<Retrieved, MemoryError> {
        let mut descent = Descent::new(self, cue)?;
        let mut flips = 0;
        for sweeps in 1..=MOST_SWEEPS {
            match descent.sweep(stream) {
                0 => return Ok(Retrieved { state: descent.state, flips, sweeps }),
                turned => flips += turned,
            }
        }
        Err(MemoryError::Unfinished(MOST_SWEEPS))
    }

    /// Whether no single flip lowers the energy.
    pub fn is_fixed_point(&self, state: &State) -> Result<bool, MemoryError> {
        let balance = Balance::new(self, self.patterns().agreements(state)?);
        Ok((0..state.sites()).all(|site| !balance.prefers_flip(self, state, site)))
    }
}

impl<'a> Descent<'a> {
    /// Starts at `cue`.
    pub fn new(memory: &'a DenseMemory, cue: &State) -> Result<Self, MemoryError> {
        let balance = Balance::new(memory, memory.patterns().agreements(cue)?);
        Ok(Self { memory, state: cue.clone(), balance })
    }

    /// Where it is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The energy, from the overlaps carried along.
    pub fn energy(&self) -> f64 {
        self.balance.energy(self.memory)
    }

    /// Visits one site and turns it over if that lowers the energy. Says whether it did.
    pub fn visit(&mut self, site: usize) -> bool {
        let flips = self.balance.prefers_flip(self.memory, &self.state, site);
        if flips {
            self.balance.follow_flip(self.memory, &self.state, site);
            self.state.flip(site);
        }
        flips
    }

    /// Visits every site once in random order. Returns how many were turned over.
    pub fn sweep(&mut self, stream: &mut Stream) -> usize {
        let mut order: Vec<usize> = (0..self.state.sites()).collect();
        stream.shuffle(&mut order);
        order.into_iter().filter(|&site| self.visit(site)).count()
    }
}
