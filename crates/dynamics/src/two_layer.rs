//! The two-layer unit `f(x) = u w x` on noisy labels: SGD, gradient descent, and the two diffusions that stand for SGD.
//!
//! Whatever `g = ∂ℓ/∂(uw)` is drawn, one step is `u' = u − η g w`, `w' = w − η g u`, hence exactly
//! `u'² − w'² = (u² − w²)(1 − η² g²)`: the law of balance in discrete time.

use lawbook_core::Stream;

use crate::{
    chain::Chain,
    moments::{Moments, NoisyLine},
};

/// The two weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// First layer.
    pub u: f64,
    /// Second layer.
    pub w: f64,
}

impl Weights {
    /// The balanced weights with product `v`: `|u| = |w|`.
    pub fn balanced(v: f64) -> Self {
        let size = v.abs().sqrt();
        Self { u: size, w: size.copysign(v) }
    }

    /// `v = u w`, the function that the unit computes.
    pub fn product(&self) -> f64 {
        self.u * self.w
    }

    /// `u² − w²`, which gradient flow conserves; by its factors, which loses no digits near balance.
    pub fn imbalance(&self) -> f64 {
        (self.u - self.w) * (self.u + self.w)
    }

    /// `u² + w²`.
    pub fn size(&self) -> f64 {
        self.u * self.u + self.w * self.w
    }

    /// The weights after a step of size `rate` along the gradient, where `slope` is the derivative of the loss in the product.
    #[must_use]
    pub fn descend(self, rate: f64, slope: f64) -> Self {
        Self { u: self.u - rate * slope * self.w, w: self.w - rate * slope * self.u }
    }
}

/// Minibatch SGD on `ℓ = (u w x − y)²` with fresh samples; temperature `T = rate/batch`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    /// Where samples come from.
    pub data: NoisyLine,
    /// Learning rate `η`.
    pub rate: f64,
    /// Samples per step.
    pub batch: u32,
}

impl Sgd {
    /// The derivative of the loss of a fresh batch in the product, at `v`.
    pub fn slope(&self, v: f64, noise: &mut Stream) -> f64 {
        let mut sum = 0.0;
        for _ in 0..self.batch {
            let (x, y) = self.data.sample(noise);
            sum += (v * x - y) * x;
        }
        2.0 * sum / f64::from(self.batch)
    }
}

impl Chain for Sgd {
    type State = Weights;

    fn step(&self, state: Weights, noise: &mut Stream) -> Weights {
        state.descend(self.rate, self.slope(state.product(), noise))
    }
}

/// Gradient descent on the mean loss: SGD without its noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradientDescent {
    /// The data, by their moments.
    pub moments: Moments,
    /// Learning rate.
    pub rate: f64,
}

impl Chain for GradientDescent {
    type State = Weights;

    fn step(&self, state: Weights, _: &mut Stream) -> Weights {
        state.descend(self.rate, 2.0 * self.moments.pull(state.product()))
    }
}

/// Gradient descent with isotropic noise: `dθ = −∇L dt + σ dW` with the same `σ` in both weights, as in Langevin dynamics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IsotropicNoise {
    /// The data, by their moments.
    pub moments: Moments,
    /// Time step.
    pub rate: f64,
    /// `σ²`: variance of each weight per unit time.
    pub strength: f64,
}

impl Chain for IsotropicNoise {
    type State = Weights;

    fn step(&self, state: Weights, noise: &mut Stream) -> Weights {
        let Weights { u, w } = state.descend(self.rate, 2.0 * self.moments.pull(state.product()));
        let scatter = (self.strength * self.rate).sqrt();
        Weights { u: u + scatter * noise.normal(), w: w + scatter * noise.normal() }
    }
}

/// The stochastic differential equation of SGD, `dθ = −∇L dt + sqrt(T C) dW` (Itô) with `C` the covariance of the gradient, by
/// the Euler–Maruyama scheme: SGD with Gaussian noise of the right variance and with a step that may be far below `T`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BalanceSde {
    /// The data, by their moments.
    pub moments: Moments,
    /// `T = η/S`.
    pub temperature: f64,
    /// Time step.
    pub step: f64,
}

impl Chain for BalanceSde {
    type State = Weights;

    fn step(&self, state: Weights, noise: &mut Stream) -> Weights {
        let v = state.product();
        let scatter = (self.temperature * self.moments.noise(v) / self.step).sqrt();
        state.descend(self.step, 2.0 * (self.moments.pull(v) + scatter * noise.normal()))
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The law of balance in discrete time, for any weights, rate and slope.
        #[test]
        fn a_step_multiplies_the_imbalance(u in -3.0..3.0f64, w in -3.0..3.0f64, rate in 0.0..2.0f64, slope in -5.0..5.0f64) {
            let before = Weights { u, w };
            let after = before.descend(rate, slope);
            let factor = 1.0 - (rate * slope).powi(2);
            let scale = before.size() * (1.0 + (rate * slope).powi(2));
            prop_assert!((after.imbalance() - before.imbalance() * factor).abs() <= 1e-13 * scale);
        }

        #[test]
        fn balanced_weights_stay_balanced(v in -3.0..3.0f64, seed in 0u64..99) {
            let sgd = Sgd { data: NoisyLine { slope: 0.3, noise: 1.0 }, rate: 0.05, batch: 3 };
            let mut noise = Key::new(["balanced"]).stream("replica", seed);
            let mut weights = Weights::balanced(v);
            prop_assert!((weights.product() - v).abs() < 1e-14);
            for _ in 0..50 {
                weights = sgd.step(weights, &mut noise);
                prop_assert_eq!(weights.imbalance(), 0.0);
            }
        }
    }

    /// Mean and variance of the slope against the moments: 2 (b₁ v − b₂) and 4 Q(v)/S. Five standard errors.
    #[test]
    fn the_slope_has_the_mean_and_the_variance_of_the_moments() {
        let sgd = Sgd { data: NoisyLine { slope: 0.7, noise: 1.3 }, rate: 0.1, batch: 4 };
        let (m, v, n) = (sgd.data.moments(), 1.8, 200_000);
        let mut noise = Key::new(["slope"]).stream("replica", 0);
        let slopes: Vec<f64> = (0..n).map(|_| sgd.slope(v, &mut noise)).collect();
        let mean = slopes.iter().sum::<f64>() / f64::from(n);
        let variance = slopes.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / f64::from(n);
        let expected = m.noise(v);
        assert!((mean - 2.0 * m.pull(v)).abs() < 5.0 * (expected / f64::from(n)).sqrt(), "{mean}");
        // The kurtosis of a mean of four is below 12.
        assert!((variance / expected - 1.0).abs() < 5.0 * (11.0 / f64::from(n)).sqrt(), "{variance} {expected}");
    }
}
