//! Lyapunov exponents of SGD on least squares with isotropic normal inputs in any dimension, exactly.
//!
//! A step at batch size 1 multiplies the error by `1 − λ x xᵀ`, `x ~ N(0, 1)` in `d` dimensions. As the law of `x` knows no
//! direction, every step stretches a `k`-dimensional volume as if it were the first (Newman, *The distribution of Lyapunov
//! exponents: exact results for random matrices*, Commun. Math. Phys. 103 (1986) 121): by the root of
//! `1 − 2λa + λ²a(a + b)`, with `a` and `b` the squared lengths of `x` along and across the volume.

use lawbook_analysis::double_exponential::integral;
use libm::lgamma;

/// The sum of the `k` largest Lyapunov exponents in `d` dimensions at learning rate `rate`:
/// `½ E ln(1 − 2λa + λ²a(a + b))` with `a ~ χ²_k`, `b ~ χ²_{d−k}`, to 10⁻⁹. Panics unless `k` is between
/// 1 and `d` and the rate positive.
pub fn largest_exponents(k: u32, d: u32, rate: f64) -> f64 {
    assert!((1..=d).contains(&k), "{k} exponents in {d} dimensions: give 1 to {d}");
    assert!(rate > 0.0 && rate.is_finite(), "learning rate {rate}: give a positive and finite one");
    let pole = (1.0 / rate).sqrt();
    let along = |across: f64| {
        let log_volume = |r: f64| {
            let a = r * r;
            // (1 − λa)² + λ²ab, as a sum of squares of which the first is zero at the pole alone.
            let volume = (rate * (pole - r) * (pole + r)).powi(2) + rate * rate * a * across * across;
            0.5 * volume.ln() * chi_density(k, r)
        };
        let (low, high) = chi_range(k);
        let middle = pole.clamp(low, high);
        [(low, middle), (middle, high)].iter().filter(|(a, b)| a < b).map(|&(a, b)| integral(log_volume, a, b)).sum::<f64>()
    };
    if k == d {
        return along(0.0);
    }
    let (low, high) = chi_range(d - k);
    let mode = f64::from(d - k - 1).sqrt().max(low + 1.0);
    [(low, mode), (mode, high)].iter().map(|&(a, b)| integral(|r| chi_density(d - k, r) * along(r), a, b)).sum()
}

/// The learning rate up to which `E |w|²` goes to zero: `2/(d + 2)`.
pub fn mean_square_bound(d: u32) -> f64 {
    2.0 / (f64::from(d) + 2.0)
}

/// The density of the length of a standard normal vector.
fn chi_density(dimension: u32, r: f64) -> f64 {
    let d = f64::from(dimension);
    let norm = lgamma(0.5 * d) + (0.5 * d - 1.0) * std::f64::consts::LN_2;
    ((d - 1.0) * r.ln() - 0.5 * r * r - norm).exp()
}

/// Where that density is above 10⁻²⁰.
fn chi_range(dimension: u32) -> (f64, f64) {
    let middle = f64::from(dimension).sqrt();
    ((middle - 10.0).max(0.0), middle + 10.0)
}

#[cfg(test)]
mod tests {
    use lawbook_analysis::crossings::crossings;

    use super::*;
    use crate::theory::curvature::Curvature;

    #[test]
    fn one_dimension_is_the_scalar_exponent() {
        for rate in [0.3, 1.0, 2.4] {
            let scalar = Curvature::MeanSquare { batch: 1 }.exponent(rate);
            assert!((largest_exponents(1, 1, rate) - scalar).abs() < 1e-9, "{rate}");
        }
    }

    /// X-Val: scipy 1.17.1, nested `quad` over `stats.chi2.pdf`, and `brentq` on it.
    #[test]
    fn agrees_with_nested_quadrature() {
        let exact = [(1, -0.053_658_238_848_749_25), (2, -0.210_420_494_885_173_86), (3, -0.636_944_793_465_659_7)];
        for (k, sum) in exact {
            assert!((largest_exponents(k, 3, 0.5) - sum).abs() < 1e-8, "{k}: {}", largest_exponents(k, 3, 0.5));
        }
        for (d, rate) in [(2, 0.937_087_371_920_282_2), (5, 0.351_222_270_088_174_4), (10, 0.179_888_569_701_611_63)] {
            let high = crossings(|rate| largest_exponents(1, d, rate), &[mean_square_bound(d), 1.5], 1e-9);
            assert!((high[0] - rate).abs() < 1e-7, "{d}: {high:?}");
        }
    }

    /// Stability in mean square implies stability in probability: ½ ln E|w|² ≥ Λ₁ (Jensen).
    #[test]
    fn the_mean_square_grows_faster() {
        for (d, rate) in [(2, 0.3), (5, 0.2), (10, 0.1)] {
            let mean_square = 1.0 - 2.0 * rate + rate * rate * (f64::from(d) + 2.0);
            assert!(largest_exponents(1, d, rate) < 0.5 * mean_square.ln(), "{d}");
        }
    }
}
