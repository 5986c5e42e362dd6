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

use std::cmp::Ordering;

use lawbook_core::Stream;

use crate::{MemoryError, Retrieved, State};

/// Sweeps after which a descent is given up. Every flip lowers the energy, so a descent ends; this bounds how long it may take.
pub(crate) const MOST_SWEEPS: usize = 10_000;

/// Looks at energies one after another: an observer for the descent of any network, discrete or continuous. [`see`](Self::see)
/// refuses the first energy that is above the one before; [`note`](Self::note) takes every energy and measures the rises, where a
/// law is to be tested. Of many descents at once each has a watch of its own.
///
/// ```
/// use lawbook_memory::EnergyWatch;
///
/// let mut watch = EnergyWatch::relative(1e-12);
/// for energy in [-2.0, -4.0, -3.0, -3.0 + 1e-13, -5.0] {
///     watch.note(energy);
/// }
/// assert_eq!((watch.seen(), watch.rises()), (5, 1));
/// assert_eq!((watch.largest_rise(), watch.largest_relative_rise()), (1.0, 0.25));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnergyWatch {
    tolerance: Tolerance,
    last: Option<f64>,
    seen: usize,
    rises: usize,
    largest: f64,
    largest_relative: f64,
}

/// What is no rise but rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Tolerance {
    /// In units of the energy.
    Absolute(f64),
    /// As a fraction of the energy before, or of 1 where that is smaller.
    Relative(f64),
}

impl EnergyWatch {
    /// An observer to whom a rise of up to `tolerance`, in units of the energy, is rounding.
    ///
    /// # Panics
    /// If the tolerance is not finite or below 0: such a watch would refuse nothing, or everything.
    pub fn new(tolerance: f64) -> Self {
        Self::with(Tolerance::Absolute(checked(tolerance)))
    }

    /// An observer to whom a rise of up to `tolerance · max(1, |E|)` is rounding, E the energy before it.
    ///
    /// # Panics
    /// If the tolerance is not finite or below 0.
    pub fn relative(tolerance: f64) -> Self {
        Self::with(Tolerance::Relative(checked(tolerance)))
    }

    fn with(tolerance: Tolerance) -> Self {
        let (largest, largest_relative) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        Self { tolerance, last: None, seen: 0, rises: 0, largest, largest_relative }
    }

    /// Looks at the next energy.
    ///
    /// # Errors
    /// If it is above the one before by more than rounding, or no number. It is not counted then, and the next one is compared with
    /// the one before.
    pub fn see(&mut self, energy: f64) -> Result<(), MemoryError> {
        if self.is_rise(energy) {
            let before = self.last.unwrap_or(f64::INFINITY);
            return Err(MemoryError::Rise { step: self.seen, before, after: energy });
        }
        self.note(energy);
        Ok(())
    }

    /// Looks at the next energy and goes on whatever it is. What is no number counts as a rise without bound, and the next energy
    /// is compared with the last that was one.
    pub fn note(&mut self, energy: f64) {
        self.rises += usize::from(self.is_rise(energy));
        self.seen += 1;
        if energy.is_nan() {
            (self.largest, self.largest_relative) = (f64::INFINITY, f64::INFINITY);
            return;
        }
        if let Some(before) = self.last.replace(energy) {
            // From 0 to 0 the quotient is no number, which `max` passes over.
            self.largest = self.largest.max(energy - before);
            self.largest_relative = self.largest_relative.max((energy - before) / before.abs());
        }
    }

    /// How many energies it has taken.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// How many of them were above the one before by more than rounding; none, if all were taken by [`see`](Self::see).
    pub fn rises(&self) -> usize {
        self.rises
    }

    /// The largest change from one energy to the next, rounding included: below 0 if all fell, and −∞ before the second energy.
    pub fn largest_rise(&self) -> f64 {
        self.largest
    }

    /// The largest change, each as a fraction of the energy before it (without its sign).
    pub fn largest_relative_rise(&self) -> f64 {
        self.largest_relative
    }

    /// Also of what is no number, which compares with nothing.
    fn is_rise(&self, energy: f64) -> bool {
        let most = self.last.map_or(f64::INFINITY, |before| match self.tolerance {
            Tolerance::Absolute(tolerance) => before + tolerance,
            Tolerance::Relative(tolerance) => before + tolerance * before.abs().max(1.0),
        });
        !matches!(energy.partial_cmp(&most), Some(Ordering::Less | Ordering::Equal))
    }
}

fn checked(tolerance: f64) -> f64 {
    assert!(tolerance.is_finite() && tolerance >= 0.0, "tolerance {tolerance}: give a finite number of at least 0");
    tolerance
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

    /// A watch without bound would never complain, and one of a tolerance that is no number or below 0 always.
    #[test]
    fn tolerances_are_finite_and_not_negative() {
        for tolerance in [f64::NAN, f64::INFINITY, -1e-12] {
            assert!(std::panic::catch_unwind(|| EnergyWatch::new(tolerance)).is_err(), "{tolerance}");
            assert!(std::panic::catch_unwind(|| EnergyWatch::relative(tolerance)).is_err(), "{tolerance}");
        }
    }

    #[test]
    fn rises_are_counted_and_measured_to_the_end() {
        let noted = |mut watch: EnergyWatch, energies: &[f64]| {
            energies.iter().for_each(|&energy| watch.note(energy));
            (watch.seen(), watch.rises(), watch.largest_rise(), watch.largest_relative_rise())
        };
        let none = f64::NEG_INFINITY;
        assert_eq!(noted(EnergyWatch::new(0.0), &[]), (0, 0, none, none));
        assert_eq!(noted(EnergyWatch::new(0.0), &[3.0]), (1, 0, none, none));
        assert_eq!(noted(EnergyWatch::new(0.0), &[4.0, 3.0, 0.0, 0.0]), (4, 0, 0.0, -0.25));
        // One rise of 1 from −4, one of ½ from −8; half a unit is rounding to the second watch.
        let energies = [-4.0, -3.0, -8.0, -7.5, -9.0];
        assert_eq!(noted(EnergyWatch::new(0.0), &energies), (5, 2, 1.0, 0.25));
        assert_eq!(noted(EnergyWatch::new(0.5), &energies), (5, 1, 1.0, 0.25));
        // A tenth of 4 is less than 1, a tenth of 8 is more than ½. Near 0 a tenth of 1 counts.
        assert_eq!(noted(EnergyWatch::relative(0.1), &energies), (5, 1, 1.0, 0.25));
        assert_eq!(noted(EnergyWatch::relative(0.1), &[0.0, 0.05, 0.2]).1, 1);
        assert_eq!(noted(EnergyWatch::new(0.0), &[2.0, f64::NAN, 1.0, 3.0]), (4, 2, f64::INFINITY, f64::INFINITY));
        assert_eq!(noted(EnergyWatch::new(0.0), &[f64::NAN]).1, 1);
        let mut strict = EnergyWatch::relative(0.1);
        assert_eq!([-4.0, -3.7].map(|energy| strict.see(energy)), [Ok(()), Ok(())]);
        assert_eq!(strict.see(-3.0), Err(MemoryError::Rise { step: 2, before: -3.7, after: -3.0 }));
        assert_eq!((strict.seen(), strict.rises()), (2, 0));
    }
}
