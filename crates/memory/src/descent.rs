//! Downhill, one site at a time, and an observer that sees to it that the way leads down.
//!
//! ```
//! use lawbook_core::Key;
//! use lawbook_memory::{AsynchronousUpdate, Dilution, EnergyWatch, Patterns, SimplicialMemory};
//!
//! let mut stream = Key::new(["example"]).stream("patterns", 0);
//! let patterns = Patterns::random(30, 60, &mut stream)?;
//! let memory = SimplicialMemory::new(&patterns, &Dilution::SameBudget { triangles: 0.5 }, &mut stream)?;
//! // Whole numbers over N: their energies have no rounding to forgive.
//! let (cue, mut watch) = (patterns.state(3).corrupted(15, &mut stream)?, EnergyWatch::new(0.0));
//! let found = memory.retrieve_watched(&cue, &mut stream, |state| watch.see(memory.energy(state)?))?;
//! assert_eq!(watch.seen(), 1 + found.flips);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use lawbook_core::Stream;

use crate::{MemoryError, Retrieved, State};

/// Sweeps after which a descent is given up. Every flip lowers the energy, so a descent ends; this bounds how long it may take.
pub(crate) const MOST_SWEEPS: usize = 10_000;

/// Looks at energies one after another and refuses the first that is above the one before: an observer for the descent of any
/// network, discrete or continuous.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnergyWatch {
    tolerance: f64,
    last: Option<f64>,
    seen: usize,
}

impl EnergyWatch {
    /// An observer to whom a rise of up to `tolerance`, in units of the energy, is rounding.
    pub fn new(tolerance: f64) -> Self {
        Self { tolerance, last: None, seen: 0 }
    }

    /// Looks at the next energy.
    pub fn see(&mut self, energy: f64) -> Result<(), MemoryError> {
        let before = self.last.unwrap_or(f64::INFINITY);
        if energy.is_nan() || energy > before + self.tolerance {
            return Err(MemoryError::Rise { step: self.seen, before, after: energy });
        }
        (self.last, self.seen) = (Some(energy), self.seen + 1);
        Ok(())
    }

    /// How many energies it has seen, none above the one before.
    pub fn seen(&self) -> usize {
        self.seen
    }
}

/// The asynchronous update of a network of ±1 sites, one site at a time, which descends its energy to a fixed point.
///
/// A network says how one site is updated, by [`visits`](Self::visits), and gets its retrieval from that.
pub trait AsynchronousUpdate {
    /// How bad input is refused.
    type Error: From<MemoryError>;

    /// What visits one site after another on the way down from `cue`, given the state and the site, and says whether the update
    /// turns it over; the caller then does so in the state. Whatever makes visits fast, such as fields, is carried along.
    ///
    /// # Errors
    /// If `cue` has not as many sites as the network, or if the network has no energy to descend.
    fn visits(&self, cue: &State) -> Result<impl FnMut(&State, usize) -> bool, Self::Error>;

    /// The order of sites of the next sweep, in place of that of the last one. At first it is 0, 1, 2, …
    fn shuffle(order: &mut [usize], stream: &mut Stream) {
        stream.shuffle(order);
    }

    /// Updates from `cue`, in a fresh random order of sites for each sweep, until no site wants to move. No flip raises the
    /// energy.
    ///
    /// # Errors
    /// As [`visits`](Self::visits), and if sites still turn over after 10 000 sweeps.
    fn retrieve(&self, cue: &State, stream: &mut Stream) -> Result<Retrieved, Self::Error> {
        self.retrieve_watched(cue, stream, |_| Ok(()))
    }

    /// [`retrieve`](Self::retrieve), which lets `watch` look at the cue and at the state after each flip.
    ///
    /// # Errors
    /// As [`retrieve`](Self::retrieve), and the first one of `watch`, which ends the descent.
    fn retrieve_watched(
        &self,
        cue: &State,
        stream: &mut Stream,
        mut watch: impl FnMut(&State) -> Result<(), MemoryError>,
    ) -> Result<Retrieved, Self::Error> {
        let (mut turns, mut state, mut flips) = (self.visits(cue)?, cue.clone(), 0);
        let mut order: Vec<usize> = (0..state.sites()).collect();
        watch(&state)?;
        for sweeps in 1..=MOST_SWEEPS {
            Self::shuffle(&mut order, stream);
            let before = flips;
            for &site in &order {
                if turns(&state, site) {
                    state.flip(site);
                    flips += 1;
                    watch(&state)?;
                }
            }
            if flips == before {
                return Ok(Retrieved { state, flips, sweeps });
            }
        }
        Err(MemoryError::Unfinished(MOST_SWEEPS).into())
    }
}

/// An order of sites shuffled from 0, 1, 2, … whatever the last one was, as [`crate::Descent`] does: the same stream makes the same
/// visits.
pub(crate) fn shuffle_anew(order: &mut [usize], stream: &mut Stream) {
    order.iter_mut().enumerate().for_each(|(place, site)| *site = place);
    stream.shuffle(order);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_and_what_is_no_number_are_refused_with_their_numbers() {
        let mut watch = EnergyWatch::new(0.5);
        assert_eq!([3.0, 3.5, -1.0].map(|energy| watch.see(energy)), [Ok(()), Ok(()), Ok(())]);
        assert_eq!(watch.see(-0.25), Err(MemoryError::Rise { step: 3, before: -1.0, after: -0.25 }));
        assert!(watch.see(f64::NAN).is_err() && EnergyWatch::new(0.0).see(f64::NAN).is_err());
        assert_eq!(watch.seen(), 3);
    }
}
