//! Stability of the origin of a two-layer unit under SGD at any learning rate.
//!
//! Near `u = w = 0` a step of SGD at batch size 1 multiplies `u + w` by `1 + 2 η x y`, so the origin attracts exactly if
//! `E ln|1 + 2 η x y| < 0` (Ziyin, Li, Galanti & Ueda, *The Probabilistic Stability of Stochastic Gradient Descent*, 2023, arXiv
//! 2303.13093; there with half the loss). No expansion in `η`.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2};

use lawbook_analysis::{quadrature::integral, root::bisect};

use crate::theory::moments::NoisyLine;

/// `E ln|μ + σ Z|` for a standard normal `Z` and `σ` of either sign, to 10⁻¹¹: without noise `ln|μ|`.
///
/// With `a = μ/σ`, `(a + Z)²` is noncentral chi-squared: `E ln (a + Z)² = ln 2 + Σⱼ Poisson(j; a²/2) ψ(j + ½)`.
pub fn expected_log_abs(mean: f64, deviation: f64) -> f64 {
    let deviation = deviation.abs();
    let a = (mean / deviation).abs();
    match deviation {
        0.0 => mean.abs().ln(),
        _ if a > 8.0 => mean.abs().ln() - far(a),
        _ => deviation.ln() + 0.5 * (LN_2 + near(0.5 * a * a)),
    }
}

/// The Poisson mixture of digammas.
fn near(intensity: f64) -> f64 {
    // ψ(1/2) = −γ − 2 ln 2.
    let mut digamma = -0.577_215_664_901_532_9 - 2.0 * LN_2;
    let mut weight = (-intensity).exp();
    let mut sum = weight * digamma;
    for j in 0..160 {
        digamma += 1.0 / (f64::from(j) + 0.5);
        weight *= intensity / f64::from(j + 1);
        sum += weight * digamma;
    }
    sum
}

/// The asymptotic series `Σₖ (2k − 1)!!/(2k a^{2k})`.
fn far(a: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 0.0);
    for k in 1..=16 {
        term *= f64::from(2 * k - 1) / (a * a);
        sum += term / f64::from(2 * k);
    }
    sum
}

/// `E ln|1 + 2 η x y|`: growth of `ln|u + w|` per step of SGD at batch size 1 near the origin; `ln|v|` grows twice as fast.
pub fn growth_rate(data: &NoisyLine, rate: f64) -> f64 {
    let at = |x: f64| {
        let (mean, deviation) = (1.0 + 2.0 * rate * data.slope * x * x, 2.0 * rate * data.noise * x);
        // The normal density, doubled because x and −x count alike.
        (-0.5 * x * x).exp() * std::f64::consts::FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * expected_log_abs(mean, deviation)
    };
    integral(at, 0.0, 9.0, 60)
}

/// Why there is no critical learning rate.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum CriticalRateError {
    /// The origin attracts at no learning rate of the range.
    #[error(
        "E ln|1 + 2 eta x y| stays positive up to eta = 2 b2/a3 = {highest}: at a signal-to-noise ratio b2^2/a3 of {ratio} SGD \
         never falls to zero; give a smaller slope or more noise"
    )]
    NeverCollapses {
        /// The largest learning rate tried.
        highest: f64,
        /// `b₂²/a₃`.
        ratio: f64,
    },
    /// Nothing to be lost, or nothing that makes SGD lose it.
    #[error("slope {slope} and label noise {noise}: both must be positive and finite")]
    Data {
        /// The slope of the labels.
        slope: f64,
        /// Their deviation around it.
        noise: f64,
    },
}

/// The smallest learning rate from which on the origin attracts SGD at batch size 1, if there is one below twice the critical
/// temperature of the diffusion.
pub fn critical_rate(data: &NoisyLine) -> Result<f64, CriticalRateError> {
    let NoisyLine { slope, noise } = *data;
    if ![slope, noise].iter().all(|value| *value > 0.0 && value.is_finite()) {
        return Err(CriticalRateError::Data { slope, noise });
    }
    let m = data.moments();
    let scale = m.b2 / m.a3;
    let mut grid = (1..=40).map(|i| 0.05 * f64::from(i) * scale);
    let never = CriticalRateError::NeverCollapses { highest: 2.0 * scale, ratio: m.b2 * scale };
    let high = grid.find(|&rate| growth_rate(data, rate) < 0.0).ok_or(never)?;
    bisect(|rate| growth_rate(data, rate), 0.01 * scale, high).map_err(|_| never)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: scipy 1.17.1, E ln|a + Z| = −(γ + ln 2)/2 + √2 ∫₀ᵃ dawsn(t/√2) dt by `scipy.integrate.quad`.
    #[test]
    fn the_mean_log_of_a_normal() {
        let exact = [
            (0.0, -0.635_181_422_730_739_1),
            (0.5, -0.515_220_693_836_032_2),
            (1.0, -0.208_495_818_434_694_28),
            (3.0, 1.027_416_592_726_136_7),
            (7.9, 2.058_647_401_385_244_3),
            (8.1, 2.084_059_391_878_854),
            (20.0, 2.994_477_546_469_35),
        ];
        for (a, value) in exact {
            assert!((expected_log_abs(a, 1.0) - value).abs() < 1e-10, "{a}: {}", expected_log_abs(a, 1.0));
        }
        assert!((expected_log_abs(-6.0, 2.0) - expected_log_abs(3.0, 1.0) - LN_2).abs() < 1e-14);
    }

    /// X-Val: scipy 1.17.1, `brentq` on the double quadrature of ln|1 + 2 η x y| by `quad` and `dawsn`.
    #[test]
    fn the_critical_learning_rate() {
        let cases = [(0.1, 3.0, 0.010_993_881_629_27), (0.2, 2.0, 0.045_836_891_161_07)];
        for (slope, noise, rate) in cases {
            let found = critical_rate(&NoisyLine { slope, noise }).expect("valid input");
            assert!((found / rate - 1.0).abs() < 1e-8, "{found} {rate}");
        }
    }

    /// Where signal and noise are alike, SGD never falls into the origin.
    #[test]
    fn a_strong_signal_has_no_critical_rate() {
        let refused = critical_rate(&NoisyLine { slope: 1.0, noise: 1.0 });
        assert!(matches!(refused, Err(CriticalRateError::NeverCollapses { .. })), "{refused:?}");
        for (slope, noise) in [(0.0, 1.0), (-0.1, 1.0), (0.1, 0.0), (f64::NAN, 1.0), (0.1, f64::INFINITY)] {
            let refused = critical_rate(&NoisyLine { slope, noise });
            assert!(matches!(refused, Err(CriticalRateError::Data { .. })), "{slope} {noise}: {refused:?}");
        }
    }

    /// To first order in the signal-to-noise ratio the threshold is that of the diffusion.
    #[test]
    fn at_low_signal_it_tends_to_the_diffusion() {
        let data = NoisyLine { slope: 0.02, noise: 3.0 };
        let m = data.moments();
        let relative = critical_rate(&data).expect("valid input") * m.a3 / m.b2 - 1.0;
        // −7 b₂²/a₃ in the next order, for the product of two normals.
        assert!((relative / (m.b2 * m.b2 / m.a3) + 7.0).abs() < 0.1, "{relative}");
    }
}
