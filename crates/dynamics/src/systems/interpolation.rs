//! The two-layer unit on data that a line through the origin fits exactly, `y = k x`: there the noise vanishes at `v = k`.
//!
//! `Q(v) = a₁ (v − k)²`, so `v = 0` and `v = k` both stop the diffusion, and which one does depends on the start. With weight decay
//! `γ (u² + w²)` all mass settles between them (Ziyin, Li & Ueda, *Law of Balance and Stationary Distribution of Stochastic
//! Gradient Descent*, 2023, arXiv 2308.06671, section 4 and table 1). In `Y = ln[v/(k − v)]` the noise is constant:
//! `dY = [4 b₁ k + σ²(1 − z)/4 − σ²(1 − 2z)/2 − 4γ/(1 − z)] dt + σ dW`, `z = v/k`, `σ² = 16 T a₁ k²`, by Itô's formula.

use lawbook_analysis::quadrature::integral;

use crate::{
    engine::noise::Noise,
    engine::number::Number,
    engine::process::Process,
    integrators::{leimkuhler_matthews::leimkuhler_matthews, sde::Diffusion},
};

/// Data `y = k x`, noise and weight decay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interpolation {
    slope: f64,
    a1: f64,
    b1: f64,
    temperature: f64,
    decay: f64,
}

/// Bad input.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum InterpolationError {
    /// One of slope, Var x², E x² and temperature is not positive, or the weight decay is negative.
    #[error(
        "k = {0}, Var x^2 = {1}, E x^2 = {2}, T = {3}, weight decay {4}: the first four must be positive and finite, the last not negative"
    )]
    Parameters(f64, f64, f64, f64, f64),
    /// The step of the diffusion is no time.
    #[error("a time step of {0}: give a positive and finite one")]
    Step(f64),
    /// A start that is not between the two ends.
    #[error("a start at v/k = {0}: give a number between 0 and 1, the two points that stop the diffusion")]
    Start(f64),
    /// Nothing keeps the law from a point.
    #[error(
        "theta_2 = {signal} at weight decay {decay}: there is a stationary density only for theta_2 > 1/2 and positive weight decay; \
         otherwise all mass is at v = 0 or v = k"
    )]
    Points {
        /// `θ₂`.
        signal: f64,
        /// `γ`.
        decay: f64,
    },
}

impl Interpolation {
    /// Inputs with `a₁ = Var x²`, `b₁ = E x²`, labels `k x`.
    pub fn new(slope: f64, a1: f64, b1: f64, temperature: f64, decay: f64) -> Result<Self, InterpolationError> {
        if [slope, a1, b1, temperature].iter().all(|&x| x > 0.0 && x.is_finite()) && decay >= 0.0 && decay.is_finite() {
            Ok(Self { slope, a1, b1, temperature, decay })
        } else {
            Err(InterpolationError::Parameters(slope, a1, b1, temperature, decay))
        }
    }

    /// `θ₂ = (b₁ − γ/k)/(2 T a₁ k)`; zero repels from 1/2 on.
    pub fn signal(&self) -> f64 {
        (self.b1 - self.decay / self.slope) / (2.0 * self.temperature * self.a1 * self.slope)
    }

    /// The log density on `0 < v < k` without its constant:
    /// `v^{−3/2 + θ₂} (k − v)^{−2 − θ₂} exp{−γ/[2 T a₁ k (k − v)]}`.
    ///
    /// The paper's table has `b₁ γ` for `γ` in the exponential, which agrees where `E x² = 1`.
    pub fn log_density(&self) -> Result<impl Fn(f64) -> f64 + Clone + 'static, InterpolationError> {
        let (k, signal) = (self.slope, self.signal());
        if signal <= 0.5 || self.decay == 0.0 {
            return Err(InterpolationError::Points { signal, decay: self.decay });
        }
        let barrier = self.decay / (2.0 * self.temperature * self.a1 * k);
        Ok(move |v: f64| (signal - 1.5) * v.ln() - (2.0 + signal) * (k - v).ln() - barrier / (k - v))
    }

    /// The probability to end at `v = k` rather than at `v = 0` from a start at `z = v/k` between them, without weight decay: the
    /// regularised incomplete beta function `I_z(1/2 − θ₂, 1 + θ₂)`, or 1 if zero repels. Follows from the scale function of the
    /// diffusion, `s'(v) ∝ v^{−1/2 − θ₂} (k − v)^{θ₂}`.
    pub fn reaches_slope(&self, start: f64) -> Result<f64, InterpolationError> {
        if !(start > 0.0 && start < 1.0) {
            return Err(InterpolationError::Start(start));
        }
        let (a, signal) = (0.5 - self.signal(), self.signal());
        if a <= 0.0 {
            return Ok(1.0);
        }
        // With t = z^a nothing is singular at 0.
        let upper = start.powf(a);
        let log_beta = libm::lgamma(a) + libm::lgamma(1.0 + signal) - libm::lgamma(1.5);
        Ok(integral(|t: f64| (1.0 - t.powf(1.0 / a)).powf(signal), 0.0, upper, 200) / a / log_beta.exp())
    }

    /// `σ²`.
    #[inline(always)]
    fn noise(&self) -> f64 {
        16.0 * self.temperature * self.a1 * self.slope * self.slope
    }

    /// The diffusion of `Y` with a time step.
    pub fn diffusion(self, step: f64) -> Result<LogitDiffusion, InterpolationError> {
        let valid = step > 0.0 && step.is_finite();
        if valid { Ok(LogitDiffusion { data: self, step }) } else { Err(InterpolationError::Step(step)) }
    }

    /// `v` at a coordinate `Y`.
    pub fn value(&self, logit: f64) -> f64 {
        self.slope / (1.0 + (-logit).exp())
    }

    /// The coordinate of `z = v/k`.
    pub fn logit(z: f64) -> f64 {
        (z / (1.0 - z)).ln()
    }
}

/// The diffusion of `Y = ln[v/(k − v)]`, by the method of Leimkuhler and Matthews. The state is `Y` and the last normal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogitDiffusion {
    data: Interpolation,
    step: f64,
}

impl Diffusion<1> for Interpolation {
    #[inline(always)]
    fn drift<X: Number>(&self, [y]: [X; 1]) -> [X; 1] {
        let z = X::constant(1.0) / ((-y).exp() + 1.0);
        let mut drift = z * (0.75 * self.noise()) + (4.0 * self.b1 * self.slope - 0.25 * self.noise());
        // Without decay Y may grow until its exponential overflows.
        if self.decay > 0.0 {
            drift = drift - (y.exp() + 1.0) * (4.0 * self.decay);
        }
        [drift]
    }

    #[inline(always)]
    fn diffusion<X: Number>(&self, _: [X; 1]) -> [X; 1] {
        [X::constant(self.noise().sqrt())]
    }
}

impl Process for LogitDiffusion {
    type State<X: Number> = [X; 2];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [y, last]: [X; 2], noise: &mut N) -> [X; 2] {
        let next = noise.normal();
        let [y] = leimkuhler_matthews(&self.data, [y], self.step, [[last], [next]]);
        [y, next]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: scipy 1.17.1 `scipy.special.betainc(0.25, 1.25, [0.1, 0.3, 0.5, 0.8])`.
    #[test]
    fn the_end_follows_an_incomplete_beta_function() {
        let data = Interpolation::new(1.0, 2.0, 1.0, 1.0, 0.0).expect("valid input");
        let exact = [(0.1, 0.603_501_628_2), (0.3, 0.785_499_524_1), (0.5, 0.881_379_881_8), (0.8, 0.968_400_923_2)];
        for (start, value) in exact {
            let found = data.reaches_slope(start).expect("between the ends");
            assert!((found - value).abs() < 1e-6, "{start}: {found}");
        }
        assert_eq!(Interpolation::new(1.0, 2.0, 1.0, 0.4, 0.0).expect("valid input").reaches_slope(0.01), Ok(1.0));
    }

    /// The closed form against the integral of the zero-flux density with the drift of v itself.
    #[test]
    fn the_density_has_no_flux() {
        let (k, a1, b1, t, decay) = (0.8, 3.0, 1.5, 0.1, 0.2);
        let closed = Interpolation::new(k, a1, b1, t, decay).expect("valid input").log_density().expect("a density");
        let noise = |v: f64| a1 * (v - k) * (v - k);
        let force =
            |v: f64| (-4.0 * v * b1 * (v - k) + 4.0 * v * t * noise(v) - 4.0 * decay * v) / (8.0 * v * v * t * noise(v));
        for v in [0.05, 0.2, 0.7] {
            let direct = integral(force, 0.4, v, 200) - 2.0 * (v / 0.4).ln() - (noise(v) / noise(0.4)).ln();
            assert!((closed(v) - closed(0.4) - direct).abs() < 1e-8, "{v}");
        }
    }

    #[test]
    fn what_has_no_density_is_refused() {
        let points =
            |t: f64, decay: f64| Interpolation::new(1.0, 2.0, 1.0, t, decay).expect("valid input").log_density().err();
        assert!(matches!(points(0.1, 0.0), Some(InterpolationError::Points { .. })));
        // θ₂ = 1/2 at T = 0.4.
        assert!(points(0.39, 0.2).is_none());
        assert!(matches!(points(0.41, 0.2), Some(InterpolationError::Points { .. })));
        assert!(matches!(Interpolation::new(1.0, 2.0, 0.0, 0.1, 0.0), Err(InterpolationError::Parameters(..))));
    }
}
