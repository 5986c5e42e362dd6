//! The projection (pseudo-inverse) rule, and what one update does to a noisy cue under it.
//!
//! L. Personnaz, I. Guyon & G. Dreyfus, *Information storage and retrieval in spin-glass like neural networks*, J. Physique
//! Lett. 46, L359, 1985; I. Kanter & H. Sompolinsky, *Associative recall of memory without errors*, Phys. Rev. A 35, 380, 1987,
//! who take the self-couplings away.

use lawbook_analysis::gaussian::{normal_cdf, normal_tail};

use crate::{
    CouplingError, Couplings, MemoryError, Patterns,
    couplings::{add_scaled, dot},
    room::{self, square},
};

/// Smallest squared distance, per site, of a pattern from the span of those before it that counts as independent.
const INDEPENDENT: f64 = 1e-9;

impl Couplings {
    /// The projection on the span of the patterns, `W = Ξ (Ξᵀ Ξ)⁻¹ Ξᵀ` with the patterns as columns of Ξ, self-couplings
    /// included: `W ξ = ξ` for each of up to N linearly independent patterns, correlated ones too. Equal ones are refused by name.
    pub fn projection(patterns: &Patterns) -> Result<Self, CouplingError> {
        let (sites, count) = (patterns.sites(), patterns.count());
        if let Some(&(first, second)) = patterns.duplicates().first() {
            return Err(MemoryError::Duplicate { first, second, count }.into());
        }
        // Gram-Schmidt, twice for orthogonality to rounding: W is the sum of the projections on the basis.
        let mut weights = square(sites)?;
        // One row for each pattern, of which no more than N are independent.
        let mut basis = room::signs(count.min(sites), sites)?;
        for (pattern, state) in patterns.states().enumerate() {
            let mut rest = state.signs();
            for _ in 0..2 {
                for known in basis.chunks_exact(sites) {
                    let along = dot(known, &rest);
                    add_scaled(&mut rest, -along, known);
                }
            }
            let squares = dot(&rest, &rest);
            if squares < INDEPENDENT * sites as f64 {
                return Err(CouplingError::Dependent { pattern, count, sites });
            }
            rest.iter_mut().for_each(|entry| *entry /= squares.sqrt());
            basis.extend(rest);
        }
        for (i, row) in weights.chunks_exact_mut(sites).enumerate() {
            basis.chunks_exact(sites).for_each(|known| add_scaled(row, known[i], known));
        }
        Self::new(sites, weights)
    }
}

/// One-step errors of the projection rule from a cue that is corrupted at random sites, for large N.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepErrors {
    /// Probability that a site that the cue has right is wrong after the step.
    pub intact: f64,
    /// Probability that a site that the cue has wrong is wrong after the step.
    pub corrupted: f64,
}

/// Without self-couplings, at load α = K/N from 0 to 1 and cue overlap m from −1 to 1 (NaN beyond, and at α = 1, where nothing of
/// signal or noise is left): both errors are
/// `Q(m √((1 − α)/α)/√(1 − m²))` (Kanter & Sompolinsky 1987, first step).
///
/// The cue is `m ξ + s⊥`. W keeps ξ and projects s⊥ on K − 1 other directions; what site i gets of it from other sites is
/// Gaussian with variance `Σ_{j≠i} W_ij² (1 − m²) = α(1 − α)(1 − m²)`, and the signal loses `W_ii = α`.
pub fn step_errors(load: f64, overlap: f64) -> StepErrors {
    let error = normal_tail(overlap * (1.0 - load) / deviation(load, overlap));
    StepErrors { intact: error, corrupted: error }
}

/// With self-couplings, in the same range, each site also votes for itself with weight α: the signal is `m(1 − α) ± α`.
pub fn step_errors_with_self_coupling(load: f64, overlap: f64) -> StepErrors {
    let error = |own: f64| normal_tail((overlap * (1.0 - load) + own) / deviation(load, overlap));
    StepErrors { intact: error(load), corrupted: error(-load) }
}

fn deviation(load: f64, overlap: f64) -> f64 {
    (load * (1.0 - load) * (1.0 - overlap * overlap)).sqrt()
}

/// The probability that, with self-couplings, a single wrong site is corrected, at a load from 0 to 1: `Φ((½ − α)/σ)` with
/// `σ = α √(2(1 − α)/N)`.
///
/// The field there is `ξ_i (1 − 2 W_ii)`, so it is corrected exactly if `W_ii < ½`. `W_ii` has mean α. Its variance comes from
/// the products of different patterns at site i alone, for squares of signs do not vary; Gaussian entries would give
/// `2α(1 − α)/N`.
pub fn single_error_corrected(load: f64, sites: usize) -> f64 {
    normal_cdf((0.5 - load) / (load * (2.0 * (1.0 - load) / sites as f64).sqrt()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::State;

    fn patterns(count: usize, sites: usize, index: u64) -> Patterns {
        Patterns::random(count, sites, &mut Key::new(["projection"]).stream("patterns", index)).unwrap()
    }

    /// W² = W = Wᵀ, trace K, W ξ = ξ: the definition of the projection, not the way it is computed.
    #[test]
    fn it_is_the_projection() {
        let stored = patterns(60, 100, 0);
        let w = Couplings::projection(&stored).unwrap();
        let trace: f64 = (0..100).map(|i| w.weight(i, i)).sum();
        assert!((trace - 60.0).abs() < 1e-10);
        for mu in 0..60 {
            let pattern = stored.state(mu);
            let fields = w.fields(&pattern).unwrap();
            assert!(fields.iter().zip(pattern.signs()).all(|(h, s)| (h - s).abs() < 1e-10));
        }
        for (i, j) in [(0, 0), (3, 77), (50, 51)] {
            let square: f64 = (0..100).map(|k| w.weight(i, k) * w.weight(k, j)).sum();
            assert!((square - w.weight(i, j)).abs() < 1e-12);
            assert_eq!(w.weight(i, j), w.weight(j, i));
        }
    }

    /// A wrong site is corrected with self-coupling if and only if its self-coupling is below one half; always without.
    #[test]
    fn self_coupling_of_one_half_holds_an_error() {
        let stored = patterns(50, 100, 1);
        let kept = Couplings::projection(&stored).unwrap();
        let removed = kept.clone().without_self_coupling();
        let (mut corrected, state) = (0, stored.state(7));
        for site in 0..100 {
            let mut cue = state.clone();
            cue.flip(site);
            let now = |w: &Couplings| w.synchronous_step(&cue).unwrap().signs()[site] == state.signs()[site];
            assert_eq!(now(&kept), kept.weight(site, site) < 0.5);
            assert!(now(&removed));
            corrected += usize::from(now(&kept));
        }
        assert!((20..80).contains(&corrected), "{corrected}");
    }

    /// Signs have less scatter of W_ii than Gaussian entries: α²(1 − α) 2/N against α(1 − α) 2/N.
    #[test]
    fn the_scatter_of_self_couplings_is_that_of_signs() {
        let (sites, count) = (200, 80);
        let squares: f64 = (0..4)
            .map(|index| Couplings::projection(&patterns(count, sites, 10 + index)).unwrap())
            .map(|w| (0..sites).map(|i| (w.weight(i, i) - 0.4).powi(2)).sum::<f64>())
            .sum();
        let variance = squares / (4 * sites) as f64;
        assert!((variance / (0.16 * 0.6 * 2.0 / 200.0) - 1.0).abs() < 0.15, "{variance}");
    }

    #[test]
    fn dependent_patterns_are_refused() {
        let one = State::from_signs(&[1.0, -1.0, 1.0]).unwrap();
        let twice = Patterns::from_states(&[one.clone(), one.negated()]).unwrap();
        assert_eq!(Couplings::projection(&twice), Err(CouplingError::Dependent { pattern: 1, count: 2, sites: 3 }));
        let equal = Patterns::from_states(&[one.negated(), one.clone(), one]).unwrap();
        let duplicate = MemoryError::Duplicate { first: 1, second: 2, count: 3 };
        assert_eq!(Couplings::projection(&equal), Err(duplicate.into()));
    }
}
