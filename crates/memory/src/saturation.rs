//! The Hopfield network near saturation, K = αN patterns by Hebb's rule, N → ∞: replica-symmetric theory.
//!
//! D. J. Amit, H. Gutfreund & H. Sompolinsky, *Storing infinite numbers of patterns in a spin-glass model of neural networks*,
//! Phys. Rev. Lett. 55, 1530, 1985; *Statistical mechanics of neural networks near saturation*, Ann. Phys. 173, 30, 1987.

use std::f64::consts::PI;

use lawbook_analysis::{gaussian::normal_rule, root::bisect};
use libm::erf;

/// Nodes of the Gaussian averages: a spacing of 0.006, fine against the width T/√(αr) of the hyperbolic tangent down to the
/// temperatures at which the zero-temperature theory takes over.
const NODES: usize = 4001;

/// Rounds of the self-consistency; each shrinks the error by a factor that tends to 1 only where the state disappears.
const MOST_ROUNDS: usize = 100_000;

/// The retrieval state of one pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetrievalState {
    /// Overlap m with the pattern; (1 − m)/2 of the sites are wrong.
    pub overlap: f64,
    /// Edwards-Anderson order parameter q, the mean squared magnetisation of a site.
    pub order: f64,
    /// Noise r: the crosstalk of all other patterns has variance α r.
    pub noise: f64,
}

/// Bad input.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("load {load} at temperature {temperature}: the load is positive, the temperature at least 0, both finite")]
pub struct SaturationError {
    /// Load K/N.
    pub load: f64,
    /// Temperature.
    pub temperature: f64,
}

/// The largest load with a retrieval state at zero temperature, α_c = 0.138, and the overlap there.
pub fn critical() -> (f64, f64) {
    let y = critical_y();
    (0.5 * root_load(y).powi(2), erf(y))
}

/// The retrieval state at zero temperature, if there is one: `m = erf(y)`, `y (√(2α) + (2/√π) e^{−y²}) = erf(y)` at its largest
/// root, `r = m²/(2αy²)`.
pub fn retrieval_state(load: f64) -> Result<Option<RetrievalState>, SaturationError> {
    let target = (2.0 * load).sqrt();
    if !(load > 0.0 && load.is_finite()) {
        return Err(SaturationError { load, temperature: 0.0 });
    }
    // root_load(y) < 1/y, so the root lies below 1/√(2α).
    let y = bisect(|y| root_load(y) - target, critical_y(), 1.0 / target).ok();
    Ok(y.filter(|_| load < critical().0).map(|y| {
        let overlap = erf(y);
        RetrievalState { overlap, order: 1.0, noise: overlap * overlap / (2.0 * load * y * y) }
    }))
}

/// The retrieval state at a temperature, if there is one:
/// `m = ⟨tanh((m + √(αr) z)/T)⟩`, `q = ⟨tanh²(…)⟩`, `r = q/(1 − C)²`, `C = (1 − q)/T`, averages over a standard normal z.
///
/// Iterated from the stored pattern, m = q = r = 1. Not for 0 < T ≪ 0.01 √α, where tanh is steeper than the rule of integration;
/// at T = 0 it is [`retrieval_state`].
pub fn retrieval_state_at(load: f64, temperature: f64) -> Result<Option<RetrievalState>, SaturationError> {
    if !(load > 0.0 && load.is_finite() && temperature >= 0.0 && temperature.is_finite()) {
        return Err(SaturationError { load, temperature });
    }
    if temperature == 0.0 {
        return retrieval_state(load);
    }
    let rule = normal_rule(NODES);
    let mut state = RetrievalState { overlap: 1.0, order: 1.0, noise: 1.0 };
    for _ in 0..MOST_ROUNDS {
        let width = (load * state.noise).sqrt();
        let (mut overlap, mut order) = (0.0, 0.0);
        for &(z, weight) in &rule {
            let value = ((state.overlap + width * z) / temperature).tanh();
            overlap += weight * value;
            order += weight * value * value;
        }
        let susceptibility = (1.0 - order) / temperature;
        if susceptibility >= 1.0 || overlap < 1e-3 {
            return Ok(None);
        }
        let next = RetrievalState { overlap, order, noise: order / (1.0 - susceptibility).powi(2) };
        let change = (next.overlap - state.overlap).abs() + (next.noise - state.noise).abs();
        state = next;
        if change < 1e-12 {
            return Ok(Some(state));
        }
    }
    Ok(None)
}

/// √(2α) as a function of y = m/√(2αr).
fn root_load(y: f64) -> f64 {
    erf(y) / y - 2.0 / PI.sqrt() * (-y * y).exp()
}

/// Where `root_load` is largest: its derivative is `e^{−y²}(2/√π)(1/y + 2y) − erf(y)/y²`.
fn critical_y() -> f64 {
    let slope = |y: f64| 2.0 / PI.sqrt() * (-y * y).exp() * (1.0 / y + 2.0 * y) - erf(y) / (y * y);
    // The bracket is good, so the fallback (the root to six digits) is never taken.
    bisect(slope, 1.0, 2.0).unwrap_or(1.511_2)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// X-Val: Amit, Gutfreund & Sompolinsky 1985: α_c = 0.138, with 1.6 % of errors; Steffan & Kühn (Z. Phys. B 95, 249, 1994)
    /// give the replica-symmetric value to nine digits, 0.137905566.
    #[test]
    fn critical_load_of_the_literature() {
        let (load, overlap) = critical();
        assert!((load - 0.137_905_566).abs() < 5e-9, "{load}");
        assert!((0.5 * (1.0 - overlap) - 0.016).abs() < 5e-4);
        assert_eq!(retrieval_state(0.138).unwrap(), None);
        assert!(retrieval_state(0.1379).unwrap().is_some());
    }

    /// The two sets of equations agree as T → 0.
    #[test]
    fn low_temperatures_tend_to_zero_temperature() {
        for load in [0.05, 0.1, 0.13] {
            let (cold, zero) = (retrieval_state_at(load, 0.01).unwrap().unwrap(), retrieval_state(load).unwrap().unwrap());
            assert!((cold.overlap - zero.overlap).abs() < 2e-4, "{cold:?} {zero:?}");
            assert!((cold.noise - zero.noise).abs() < 1e-2, "{cold:?} {zero:?}");
        }
    }

    /// X-Val: SciPy (fsolve on adaptive quadrature) at five points.
    #[test]
    fn temperatures_agree_with_scipy() {
        for (load, temperature, overlap, order, noise) in [
            (0.05, 0.2, 0.998_877_76, 0.997_830_41, 1.019_836_66),
            (0.05, 0.3, 0.991_165, 0.982_960_95, 1.104_907_1),
            (0.05, 0.4, 0.966_186_81, 0.936_682_19, 1.322_123_29),
            (0.02, 0.5, 0.945_004_03, 0.894_585_16, 1.436_415_89),
            (0.1, 0.2, 0.989_085_16, 0.984_417_06, 1.157_809_03),
        ] {
            let found = retrieval_state_at(load, temperature).unwrap().unwrap();
            assert!((found.overlap - overlap).abs() < 1e-7, "{found:?}");
            assert!((found.order - order).abs() < 1e-7 && (found.noise - noise).abs() < 1e-6, "{found:?}");
        }
    }

    /// Few patterns do not disturb: Curie-Weiss, m = tanh(m/T). Above T = 1 nothing is retrieved.
    #[test]
    fn few_patterns_are_a_ferromagnet() {
        let found = retrieval_state_at(1e-9, 0.5).unwrap().unwrap();
        assert!((found.overlap - (found.overlap / 0.5).tanh()).abs() < 1e-7);
        assert!((found.overlap - 0.957_504_024).abs() < 1e-6);
        assert_eq!(retrieval_state_at(0.05, 1.1).unwrap(), None);
        assert!(retrieval_state_at(-0.1, 0.5).is_err() && retrieval_state(f64::NAN).is_err());
    }
}
