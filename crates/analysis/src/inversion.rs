//! Probabilities from characteristic functions.

use std::f64::consts::{PI, TAU};

/// Terms after which the sum is cut off, whatever is left of it.
const MOST_TERMS: usize = 200_000;

/// A characteristic function below this, so many times in a row, has died out.
const NEGLIGIBLE: (f64, usize) = (1e-10, 8);

/// The probability that X lies below `at`, from its characteristic function `E exp(itX)`, given as real and imaginary part:
/// `½ − Σ_k Im(φ(t_k) e^(−i t_k at))/(π(k + ½))` at `t_k = (k + ½) 2π/reach`.
///
/// R. B. Davies, *Numerical inversion of a characteristic function*, Biometrika 60 (1973), 415. It errs by the probability of
/// |X − at| beyond `reach`. Where X lives on a lattice much finer than its deviation, the sum stops before the characteristic
/// function returns, and counts half of an atom at `at`: put `at` between two lattice points.
pub fn probability_below(at: f64, reach: f64, mut characteristic: impl FnMut(f64) -> (f64, f64)) -> f64 {
    let (mut sum, mut negligible) = (0.0, 0);
    for k in 0..MOST_TERMS {
        let middle = k as f64 + 0.5;
        let t = middle * TAU / reach;
        let (real, imaginary) = characteristic(t);
        let (sin, cos) = (t * at).sin_cos();
        sum += (imaginary * cos - real * sin) / (PI * middle);
        negligible = if real.abs() + imaginary.abs() < NEGLIGIBLE.0 { negligible + 1 } else { 0 };
        if negligible == NEGLIGIBLE.1 {
            break;
        }
    }
    (0.5 - sum).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gaussian::normal_cdf;

    /// X-Val: the normal distribution function, from exp(iμt − σ²t²/2).
    #[test]
    fn a_normal_is_inverted_to_its_distribution_function() {
        let (mean, deviation): (f64, f64) = (1.3, 0.4);
        let characteristic = |t: f64| {
            let size = (-0.5 * (deviation * t).powi(2)).exp();
            (size * (mean * t).cos(), size * (mean * t).sin())
        };
        for at in [-0.5, 0.2, 1.3, 2.0] {
            let exact = normal_cdf((at - mean) / deviation);
            assert!((probability_below(at, 12.0, characteristic) - exact).abs() < 1e-11, "{at}");
        }
    }

    /// X-Val: `scipy.stats.binom.cdf(429, 1000, 0.45)` of scipy 1.17.1, from the characteristic function of counts.
    #[test]
    fn a_binomial_is_inverted_between_its_atoms() {
        let characteristic = |t: f64| {
            let (real, imaginary) = (1.0 + 0.45 * (t.cos() - 1.0), 0.45 * t.sin());
            let (size, angle) = (real.hypot(imaginary).powi(1000), 1000.0 * imaginary.atan2(real));
            (size * angle.cos(), size * angle.sin())
        };
        let below = probability_below(429.5, 900.0, characteristic);
        assert!((below - BINOMIAL).abs() < 1e-3 * BINOMIAL, "{below}");
    }

    const BINOMIAL: f64 = 0.096_136_214_486_818_83;
}
