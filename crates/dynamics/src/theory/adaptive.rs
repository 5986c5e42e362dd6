//! The size of an adaptive step on Gaussian gradients: of Adam without ε, for independent gradients `gᵢ ~ N(0, s²)`.
//!
//! With the bias corrected, the step at time `t` is `u_t = m_t/√v_t`, where `m_t = Σ aᵢ gᵢ` and `v_t = Σ wᵢ gᵢ²` are means with
//! weights that fall as powers of `β₁` and `β₂`, or are equal for `β = 1`. It does not depend on `s`.
//!
//! Zhang & Ziyin, *On the Distributional Properties of Adaptive Gradients*, UAI 2021, arXiv 2105.07222; the moments for any
//! `β₁` and `β₂` are derived here.

use std::f64::consts::{FRAC_PI_2, PI};

use lawbook_analysis::quadrature::integral;
use libm::lgamma;

use crate::{Noise, Number, Process};

/// Why there is no such step.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum AdaptiveError {
    /// A decay rate is no weight.
    #[error("decay rates β₁ = {beta1}, β₂ = {beta2}: give 0 ≤ β₁ ≤ 1 and 0 < β₂ ≤ 1 (1 weighs all gradients equally)")]
    Rates {
        /// `β₁`.
        beta1: f64,
        /// `β₂`.
        beta2: f64,
    },
    /// There is no step before the first gradient.
    #[error("the step at time {0}: the first gradient comes at time 1")]
    Time(u64),
    /// A size that is no number.
    #[error("a size of {0}: give a number")]
    Size(f64),
}

/// Adam without ε, as a process of independent standard normal gradients. The state is the two bias-corrected means
/// `[m_t, v_t]`, at first `[0, 0]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    beta1: f64,
    beta2: f64,
}

impl Adam {
    /// With decay rates `0 ≤ β₁ ≤ 1` of the mean of gradients and `0 < β₂ ≤ 1` of the mean of their squares.
    pub fn new(beta1: f64, beta2: f64) -> Result<Self, AdaptiveError> {
        let valid = (0.0..=1.0).contains(&beta1) && beta2 > 0.0 && beta2 <= 1.0;
        if valid { Ok(Self { beta1, beta2 }) } else { Err(AdaptiveError::Rates { beta1, beta2 }) }
    }

    /// `E|u_t|` and `E u_t²`, by one quadrature each of relative error below 1e-12.
    ///
    /// `v^{-1/2} = π^{-1/2} ∫ λ^{-1/2} e^{−λv} dλ` and `v^{-1} = ∫ e^{−λv} dλ`; under the factor `e^{−λv}` the gradients stay
    /// independent and Gaussian, with variances `1/(1 + 2λwᵢ)`, so that `m_t` is Gaussian with `S(λ) = Σ aᵢ²/(1 + 2λwᵢ)`.
    pub fn moments(&self, t: u64) -> Result<Moments, AdaptiveError> {
        if t == 0 {
            return Err(AdaptiveError::Time(t));
        }
        let weights: Vec<(f64, f64)> =
            (0..t).map(|age| (weight(self.beta1, age, t).powi(2), weight(self.beta2, age, t))).collect();
        // In s = ln λ both integrands are analytic for |Im s| < π and fall at least as e^{−|s|/2}: the trapezoidal rule.
        let step = 0.2;
        let mut moments = Moments { mean: 0.0, mean_square: 0.0 };
        for i in -450..=450 {
            let lambda = (step * f64::from(i)).exp();
            let (mut variance, mut log_mass) = (0.0, 0.0);
            for (a_squared, w) in &weights {
                variance += a_squared / (1.0 + 2.0 * lambda * w);
                log_mass -= 0.5 * (2.0 * lambda * w).ln_1p();
            }
            let mass = log_mass.exp() * step;
            moments.mean += mass * (lambda * 2.0 * variance).sqrt() / PI;
            moments.mean_square += mass * lambda * variance;
        }
        Ok(moments)
    }
}

impl Process for Adam {
    type State<X: Number> = [X; 2];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [m, v]: [X; 2], noise: &mut N) -> [X; 2] {
        let t = noise.time() + 1;
        let g = noise.normal();
        [m + (g - m) * weight(self.beta1, 0, t), v + (g * g - v) * weight(self.beta2, 0, t)]
    }
}

/// The first two moments of the size of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// `E|u|`.
    pub mean: f64,
    /// `E u²`, the variance of the step itself.
    pub mean_square: f64,
}

impl Moments {
    /// `Var|u|`.
    pub fn variance(&self) -> f64 {
        self.mean_square - self.mean * self.mean
    }
}

/// The weight at time `t` of a gradient that came `age` steps before, in a mean with decay rate `β`.
#[inline(always)]
fn weight(beta: f64, age: u64, t: u64) -> f64 {
    if beta == 1.0 { 1.0 / t as f64 } else { (1.0 - beta) * beta.powi(age as i32) / (1.0 - beta.powi(t as i32)) }
}

/// `E|u_t| = √(t/π) Γ(t/2)/Γ((t+1)/2)` for `t ≥ 1`, `β₁ = 0`, `β₂ = 1`, where `u_t²/t` has the law `Beta(1/2, (t−1)/2)` and `E u_t² = 1`.
pub fn mean_size(t: u64) -> Result<f64, AdaptiveError> {
    if t == 0 {
        return Err(AdaptiveError::Time(t));
    }
    let t = t as f64;
    Ok((t / PI).sqrt() * (lgamma(0.5 * t) - lgamma(0.5 * (t + 1.0))).exp())
}

/// `Var|u_t| = 1 − (E|u_t|)²` for `β₁ = 0`, `β₂ = 1`: it grows from 0 at `t = 1` to `1 − 2/π`.
pub fn size_variance(t: u64) -> Result<f64, AdaptiveError> {
    Ok(1.0 - mean_size(t)?.powi(2))
}

/// `P(|u_t| ≤ x)` for `β₁ = 0`, `β₂ = 1`: the direction of `t` gradients is uniform on the sphere, and `u_t/√t` one of its
/// coordinates. Hence `|u_t| ≤ √t`; at `t = 3` its law is uniform.
pub fn size_cdf(t: u64, x: f64) -> Result<f64, AdaptiveError> {
    if t == 0 {
        return Err(AdaptiveError::Time(t));
    }
    if x.is_nan() {
        return Err(AdaptiveError::Size(x));
    }
    let edge = (t as f64).sqrt();
    if t < 2 || x >= edge {
        return Ok(f64::from(u8::from(x >= edge)));
    }
    // The density of the angle θ with u = √t sin θ is cos^{t−2} θ; beyond 40 widths it vanishes.
    let power = (t - 2) as f64;
    let widest = (40.0 / (power + 1.0).sqrt()).min(FRAC_PI_2);
    let density = |angle: f64| angle.cos().powf(power);
    Ok(integral(density, 0.0, (x / edge).max(0.0).asin().min(widest), 40) / integral(density, 0.0, widest, 40))
}

#[cfg(test)]
mod tests {
    use lawbook_core::{
        Device, Key, Kind, Tensor,
        optim::{Optimiser, Rule},
        tensor::{from_slice, to_vec},
    };

    use super::*;
    use crate::Ensemble;

    const TIMES: [u64; 7] = [1, 2, 3, 5, 10, 100, 1000];

    /// X-Val: gamma functions of half-integers by hand: E|u_2| = 2√2/π, E|u_3| = √3/2, E|u_5| = 3√5/8.
    #[test]
    fn sizes_at_equal_weights_are_ratios_of_gamma_functions() {
        let exact = [1.0, 2.0 * 2f64.sqrt() / PI, 0.75f64.sqrt(), 3.0 * 5f64.sqrt() / 8.0];
        for (t, exact) in [1, 2, 3, 5].into_iter().zip(exact) {
            assert!((mean_size(t).unwrap() - exact).abs() < 1e-14, "{t}");
        }
        assert!((size_variance(1_000_000).unwrap() - (1.0 - 2.0 / PI)).abs() < 1e-6);
    }

    #[test]
    fn the_quadrature_for_any_weights_contains_the_closed_form_for_equal_ones() {
        for t in TIMES {
            let moments = Adam::new(0.0, 1.0).unwrap().moments(t).unwrap();
            assert!((moments.mean - mean_size(t).unwrap()).abs() < 1e-12, "{t} {moments:?}");
            assert!((moments.mean_square - 1.0).abs() < 1e-12, "{t} {moments:?}");
        }
        // One gradient leaves a sign; with equal weights in both means u_2 = ½ Σg/√(½ Σg²), of mean square ½.
        for (beta1, beta2) in [(0.9, 0.999), (0.3, 0.5), (1.0, 1.0)] {
            let first = Adam::new(beta1, beta2).unwrap().moments(1).unwrap();
            assert!((first.mean - 1.0).abs() < 1e-12 && (first.mean_square - 1.0).abs() < 1e-12, "{first:?}");
        }
        assert!((Adam::new(1.0, 1.0).unwrap().moments(2).unwrap().mean_square - 0.5).abs() < 1e-12);
    }

    /// At t = 2 both gradients are one angle, over which the mean is a plain integral.
    #[test]
    fn two_gradients_are_one_angle() {
        let (beta1, beta2) = (0.9, 0.999);
        let size = |angle: f64| {
            let (g1, g2) = angle.sin_cos();
            let m = (beta1 * g1 + g2) / (1.0 + beta1);
            m / ((beta2 * g1 * g1 + g2 * g2) / (1.0 + beta2)).sqrt()
        };
        let n = 4096;
        let angles = (0..n).map(|i| 2.0 * PI * (f64::from(i) + 0.5) / f64::from(n));
        let moments = Adam::new(beta1, beta2).unwrap().moments(2).unwrap();
        let square = angles.clone().map(|angle| size(angle).powi(2)).sum::<f64>() / f64::from(n);
        assert!((moments.mean_square - square).abs() < 1e-12, "{moments:?} {square}");
        // The modulus has kinks, where the sum over angles is of second order.
        let mean = angles.map(|angle| size(angle).abs()).sum::<f64>() / f64::from(n);
        assert!((moments.mean - mean).abs() < 1e-6, "{moments:?} {mean}");
    }

    /// X-Val: the arcsine law at t = 2, the uniform law at t = 3 (Archimedes), and at large t the normal one.
    #[test]
    fn the_law_of_the_size_is_that_of_a_coordinate_on_a_sphere() {
        let cdf = |t, x| size_cdf(t, x).unwrap();
        for x in [0.1, 0.7, 1.3] {
            assert!((cdf(2, x) - (x / 2f64.sqrt()).asin() / FRAC_PI_2).abs() < 1e-12);
            assert!((cdf(3, x) - x / 3f64.sqrt()).abs() < 1e-12);
            assert!((cdf(100_000, x) - libm::erf(x / 2f64.sqrt())).abs() < 1e-5);
        }
        assert_eq!((cdf(1, 0.99), cdf(1, 1.0), cdf(5, 3.0), cdf(5, 0.0)), (0.0, 1.0, 1.0, 0.0));
    }

    /// The variance grows at every step without momentum, as the paper says; with Adam's β₁ = 0.9 it falls after the second.
    #[test]
    fn the_variance_of_the_size_grows_without_momentum_only() {
        let variance = |t| size_variance(t).unwrap();
        assert!((1..200).all(|t| variance(t + 1) > variance(t)));
        let variance = |beta1, t| Adam::new(beta1, 0.999).unwrap().moments(t).unwrap().variance();
        assert!((1..60).all(|t| variance(0.0, t + 1) > variance(0.0, t)));
        assert!((2..60).all(|t| variance(0.9, t + 1) < variance(0.9, t)));
        // Then v fluctuates by √(1 − β₂) only, and m is Gaussian with variance (1 − β₁)/(1 + β₁).
        let limit = 0.1 / 1.9 * (1.0 - 2.0 / PI);
        assert!((variance(0.9, 3000) - limit).abs() < 0.005 * limit, "{} {limit}", variance(0.9, 3000));
    }

    /// X-Val: the optimiser that trains networks, on the same gradients.
    #[test]
    fn the_process_takes_the_steps_of_the_tensor_optimiser() {
        let (beta1, beta2, replicas, key) = (0.9, 0.99, 20, Key::new(["adam"]));
        let mut ensemble = Ensemble::<_, f64>::new(Adam::new(beta1, beta2).unwrap(), replicas, &key, |_| [0.0; 2]);
        let mut streams: Vec<_> = (0..replicas).map(|i| key.stream("normals", i)).collect();
        let mut w = [Tensor::zeros([20], (Kind::Double, Device::Cpu))];
        let mut adam = Optimiser::new(Rule::Adam { beta1, beta2, epsilon: 0.0 }, 1.0, &w);
        for t in 1..=30 {
            let before = to_vec(&w[0]);
            let g: Vec<f64> = streams.iter_mut().map(|stream| stream.normal()).collect();
            adam.step(&mut w, &[from_slice(&g, &[20], Kind::Double, Device::Cpu)]);
            ensemble.advance(1);
            for ((after, before), [m, v]) in to_vec(&w[0]).iter().zip(before).zip(ensemble.states()) {
                assert!((before - after - m / v.sqrt()).abs() < 1e-12, "at {t}");
            }
        }
    }

    #[test]
    fn what_is_no_weight_is_refused() {
        for (beta1, beta2) in [(-0.1, 0.9), (1.1, 0.9), (0.9, 0.0), (0.9, f64::NAN)] {
            assert!(matches!(Adam::new(beta1, beta2), Err(AdaptiveError::Rates { .. })));
        }
        assert_eq!(Adam::new(0.9, 0.9).unwrap().moments(0), Err(AdaptiveError::Time(0)));
    }
}
