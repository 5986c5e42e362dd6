//! A Hopfield network that goes on learning: patterns are stored one after the other, and old ones fade.
//!
//! Couplings `W_ij` take `ξ_i ξ_j` of every pattern in turn. Plain Hebbian sums treat all patterns alike and lose all of them
//! past the capacity; weights that decay or are bounded keep the latest ones (G. Parisi, *A memory which forgets*, J. Phys. A
//! 19, 1986; M. Mézard, J. P. Nadal & G. Toulouse, *Solvable models of working memories*, J. Physique 47, 1986).
//!
//! ```
//! use lawbook_core::Key;
//! use lawbook_memory::{AsynchronousUpdate, Palimpsest, Patterns, Storage};
//!
//! let mut stream = Key::new(["example"]).stream("patterns", 0);
//! let patterns = Patterns::random(100, 200, &mut stream)?;
//! let mut memory = Palimpsest::new(200, Storage::Decay(0.05))?;
//! for mu in 0..100 {
//!     memory.store(&patterns.state(mu))?;
//! }
//! let latest = patterns.state(99);
//! assert_eq!(memory.retrieve(&latest, &mut stream)?.state, latest);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod theory;

use lawbook_core::simd::{Level, Wide, WideKernel};

use crate::{AsynchronousUpdate, MemoryError, OutOfRange, State, patterns::same_sites, room::square, slices::add_scaled};

/// What storing a pattern does to the couplings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Storage {
    /// `W ← W + ξξᵀ`: nothing fades.
    Hebb,
    /// `W ← (1 − λ) W + ξξᵀ`, 0 < λ < 1.
    Decay(f64),
    /// `W ← W + ξξᵀ`, each coupling held between −B and B, B ≥ 1.
    Bounded(u32),
}

/// The network, in units in which one pattern changes a coupling by ±1; no site is coupled to itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Palimpsest {
    storage: Storage,
    sites: usize,
    couplings: Vec<f64>,
}

impl Storage {
    /// Whether its parameter is in range.
    pub(crate) fn check(self) -> Result<(), OutOfRange> {
        match self {
            Self::Hebb => Ok(()),
            Self::Decay(rate) => OutOfRange::check("the rate of decay", rate, 1e-9, 1.0 - 1e-9),
            Self::Bounded(bound) => OutOfRange::check("the bound of a coupling", f64::from(bound), 1.0, 1e6),
        }
    }
}

impl Palimpsest {
    /// An empty network.
    pub fn new(sites: usize, storage: Storage) -> Result<Self, MemoryError> {
        MemoryError::check("the number of sites", sites as f64, 2.0, 1e9)?;
        let refused = |OutOfRange { what, value, low, high }| MemoryError::Range { what, value, low, high };
        storage.check().map_err(refused)?;
        Ok(Self { storage, sites, couplings: square(sites)? })
    }

    /// Number of sites.
    pub fn sites(&self) -> usize {
        self.sites
    }

    /// The rule of storage.
    pub fn storage(&self) -> Storage {
        self.storage
    }

    /// Stores one more pattern.
    pub fn store(&mut self, pattern: &State) -> Result<(), MemoryError> {
        same_sites(self.sites, pattern.sites())?;
        let signs = pattern.signs();
        Level::widest().run(Store { storage: self.storage, couplings: &mut self.couplings, signs: &signs });
        Ok(())
    }

    /// The coupling of two sites.
    ///
    /// # Panics
    /// If there is no such site.
    pub fn coupling(&self, i: usize, j: usize) -> f64 {
        assert!(i < self.sites && j < self.sites, "sites {i} and {j} of {}", self.sites);
        self.couplings[i * self.sites + j]
    }

    /// The fields `h_i = Σ_j W_ij σ_j`.
    pub fn fields(&self, state: &State) -> Result<Vec<f64>, MemoryError> {
        same_sites(self.sites, state.sites())?;
        let signs = state.signs();
        Ok(Level::widest().run(Fields { couplings: &self.couplings, signs: &signs }))
    }

    /// The energy `−½ Σ W_ij σ_i σ_j`.
    pub fn energy(&self, state: &State) -> Result<f64, MemoryError> {
        let fields = self.fields(state)?;
        Ok(-0.5 * fields.iter().zip(state.signs()).map(|(field, sign)| field * sign).sum::<f64>())
    }

    /// The fraction of sites of a state whose field points the other way; a field of 0 turns nothing over.
    pub fn one_step_error(&self, state: &State) -> Result<f64, MemoryError> {
        let fields = self.fields(state)?;
        let wrong = fields.iter().zip(state.signs()).filter(|(field, sign)| *field * sign < 0.0).count();
        Ok(wrong as f64 / self.sites as f64)
    }
}

impl AsynchronousUpdate for Palimpsest {
    type Error = MemoryError;

    fn visits(&self, cue: &State) -> Result<impl FnMut(&State, usize) -> bool, MemoryError> {
        let (mut fields, mut signs) = (self.fields(cue)?, cue.signs());
        // Sums carried along err by rounding; what is smaller than that is a tie.
        let largest = self.couplings.iter().fold(0.0_f64, |most, w| most.max(w.abs()));
        let tie = 1e-10 * largest * self.sites as f64;
        Ok(move |_: &State, site: usize| {
            let turned = fields[site] * signs[site] < -tie;
            if turned {
                add_scaled(&mut fields, -2.0 * signs[site], &self.couplings[site * self.sites..][..self.sites]);
                signs[site] = -signs[site];
            }
            turned
        })
    }
}

struct Store<'a> {
    storage: Storage,
    couplings: &'a mut [f64],
    signs: &'a [f64],
}

impl WideKernel for Store<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, _: V) {
        let Self { storage, couplings, signs } = self;
        for (i, row) in couplings.chunks_exact_mut(signs.len()).enumerate() {
            let own = signs[i];
            match storage {
                Storage::Hebb => add_scaled(row, own, signs),
                Storage::Decay(rate) => {
                    let keep = 1.0 - rate;
                    for (w, s) in row.iter_mut().zip(signs) {
                        *w = keep * *w + own * s;
                    }
                }
                Storage::Bounded(bound) => {
                    let bound = f64::from(bound);
                    for (w, s) in row.iter_mut().zip(signs) {
                        *w = (*w + own * s).max(-bound).min(bound);
                    }
                }
            }
            row[i] = 0.0;
        }
    }
}

struct Fields<'a> {
    couplings: &'a [f64],
    signs: &'a [f64],
}

impl WideKernel for Fields<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run<V: Wide>(self, _: V) -> Vec<f64> {
        let mut fields = vec![0.0; self.signs.len()];
        // W is symmetric: summing rows lets the inner loop run over independent sums.
        for (row, &sign) in self.couplings.chunks_exact(self.signs.len()).zip(self.signs) {
            add_scaled(&mut fields, sign, row);
        }
        fields
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{DenseMemory, Patterns, Separation};

    fn stored(storage: Storage, patterns: &Patterns) -> Palimpsest {
        let mut memory = Palimpsest::new(patterns.sites(), storage).unwrap();
        patterns.states().for_each(|state| memory.store(&state).unwrap());
        memory
    }

    /// Without fading it is the Hopfield network: energies differ from those of the dense memory with F = x²/2 by the K N/2 of
    /// the self-couplings.
    #[test]
    fn without_fading_it_is_the_hopfield_network() {
        let mut stream = Key::new(["palimpsest"]).stream("patterns", 0);
        let patterns = Patterns::random(9, 70, &mut stream).unwrap();
        let (memory, dense) = (stored(Storage::Hebb, &patterns), DenseMemory::new(patterns, Separation::Power(2)).unwrap());
        let cue = dense.patterns().state(3).corrupted(10, &mut stream).unwrap();
        let expected = 0.5 * dense.energy(&cue).unwrap() + 0.5 * 9.0 * 70.0;
        assert!((memory.energy(&cue).unwrap() - expected).abs() < 1e-9);
        assert_eq!(memory.one_step_error(&cue).unwrap(), {
            let next = dense.synchronous_step(&cue).unwrap();
            0.5 * (70.0 - next.overlap(&cue).unwrap() as f64) / 70.0
        });
    }

    #[test]
    fn retrieval_lowers_the_energy_to_a_fixed_point() {
        let mut stream = Key::new(["palimpsest"]).stream("descent", 0);
        let patterns = Patterns::random(60, 100, &mut stream).unwrap();
        for storage in [Storage::Hebb, Storage::Decay(0.1), Storage::Bounded(3)] {
            let memory = stored(storage, &patterns);
            let cue = patterns.state(59).corrupted(20, &mut stream).unwrap();
            let end = memory.retrieve(&cue, &mut stream).unwrap().state;
            assert!(memory.energy(&end).unwrap() <= memory.energy(&cue).unwrap());
            assert_eq!(memory.one_step_error(&end).unwrap(), 0.0);
        }
    }

    #[test]
    fn couplings_stay_symmetric_and_bounded() {
        let mut stream = Key::new(["palimpsest"]).stream("bounds", 0);
        let memory = stored(Storage::Bounded(2), &Patterns::random(50, 20, &mut stream).unwrap());
        for i in 0..20 {
            assert_eq!(memory.coupling(i, i), 0.0);
            assert!((0..20).all(|j| memory.coupling(i, j) == memory.coupling(j, i) && memory.coupling(i, j).abs() <= 2.0));
        }
    }

    #[test]
    fn bad_input_is_refused() {
        assert!(Palimpsest::new(10, Storage::Decay(1.0)).is_err() && Palimpsest::new(10, Storage::Bounded(0)).is_err());
        let mut memory = Palimpsest::new(10, Storage::Hebb).unwrap();
        let state = State::from_signs(&[1.0]).unwrap();
        assert_eq!(memory.store(&state), Err(MemoryError::Sites { expected: 10, found: 1 }));
    }

    #[test]
    #[should_panic(expected = "sites 0 and 10 of 10")]
    fn a_coupling_of_a_site_that_there_is_not_is_none_of_the_next_row() {
        Palimpsest::new(10, Storage::Hebb).unwrap().coupling(0, 10);
    }
}
