//! The two-layer unit `f(x) = u w x` on noisy labels: SGD, gradient descent, and the two diffusions that stand for SGD.
//!
//! Whatever `g = ∂ℓ/∂(uw)` is drawn, one step is `u' = u − η g w`, `w' = w − η g u`, hence exactly
//! `u'² − w'² = (u² − w²)(1 − η² g²)`: the law of balance in discrete time.

use lawbook_core::Key;

use crate::{
    Ensemble,
    engine::noise::Noise,
    engine::number::Number,
    engine::process::Process,
    estimators::divergence::{Diverged, all_finite},
    theory::moments::{Moments, NoisyLine},
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

    /// `[u, w]`, the state of a process.
    pub fn state(self) -> [f64; 2] {
        [self.u, self.w]
    }
}

impl From<[f64; 2]> for Weights {
    fn from([u, w]: [f64; 2]) -> Self {
        Self { u, w }
    }
}

/// The weights after a step of size `rate` along the gradient, where `slope` is the derivative of the loss in the product.
#[inline(always)]
pub fn descend<X: Number>([u, w]: [X; 2], rate: f64, slope: X) -> [X; 2] {
    let pull = slope * rate;
    [u - pull * w, w - pull * u]
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
    #[inline(always)]
    pub fn slope<X: Number, N: Noise<X>>(&self, v: X, noise: &mut N) -> X {
        let mut sum = X::constant(0.0);
        for _ in 0..self.batch {
            let (x, y) = self.data.draw(noise);
            sum = sum + (v * x - y) * x;
        }
        sum * (2.0 / f64::from(self.batch))
    }
}

impl Process for Sgd {
    type State<X: Number> = [X; 2];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [u, w]: [X; 2], noise: &mut N) -> [X; 2] {
        descend([u, w], self.rate, self.slope(u * w, noise))
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

impl Process for GradientDescent {
    type State<X: Number> = [X; 2];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [u, w]: [X; 2], _: &mut N) -> [X; 2] {
        descend([u, w], self.rate, self.moments.pull(u * w) * 2.0)
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

impl Process for IsotropicNoise {
    type State<X: Number> = [X; 2];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [u, w]: [X; 2], noise: &mut N) -> [X; 2] {
        let [u, w] = descend([u, w], self.rate, self.moments.pull(u * w) * 2.0);
        let scatter = (self.strength * self.rate).sqrt();
        [u + noise.normal() * scatter, w + noise.normal() * scatter]
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

impl Process for BalanceSde {
    type State<X: Number> = [X; 2];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [u, w]: [X; 2], noise: &mut N) -> [X; 2] {
        let v = u * w;
        let scatter = (self.moments.noise(v) * (self.temperature / self.step)).sqrt();
        descend([u, w], self.step, (self.moments.pull(v) + scatter * noise.normal()) * 2.0)
    }
}

/// The weights of `replicas` replicas of a two-layer process after each number of steps in `times`, which ascend. A replica that
/// diverges keeps what it overflowed to: count it, do not average over it.
pub fn snapshots(
    process: impl Process<State<f64> = [f64; 2]>,
    start: Weights,
    replicas: u64,
    key: &Key,
    times: impl IntoIterator<Item = u64>,
) -> Vec<Vec<Weights>> {
    let mut ensemble = Ensemble::<_, f64>::new(process, replicas, key, |_| start.state());
    followed(&mut ensemble, times)
}

/// The same where all are averaged over: an error with the step if any of them has diverged.
pub fn finite_snapshots(
    process: impl Process<State<f64> = [f64; 2]>,
    start: Weights,
    replicas: u64,
    key: &Key,
    times: impl IntoIterator<Item = u64>,
) -> Result<Vec<Vec<Weights>>, Diverged> {
    let mut ensemble = Ensemble::<_, f64>::new(process, replicas, key, |_| start.state());
    let states = followed(&mut ensemble, times);
    all_finite(&ensemble)?;
    Ok(states)
}

fn followed(
    ensemble: &mut Ensemble<impl Process<State<f64> = [f64; 2]>>,
    times: impl IntoIterator<Item = u64>,
) -> Vec<Vec<Weights>> {
    let mut at = |time: u64| {
        ensemble.advance_to(time);
        ensemble.states().map(Weights::from).collect()
    };
    times.into_iter().map(&mut at).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The law of balance in discrete time, for any weights, rate and slope.
        #[test]
        fn a_step_multiplies_the_imbalance(u in -3.0..3.0f64, w in -3.0..3.0f64, rate in 0.0..2.0f64, slope in -5.0..5.0f64) {
            let before = Weights { u, w };
            let after = Weights::from(descend([u, w], rate, slope));
            let factor = 1.0 - (rate * slope).powi(2);
            let scale = before.size() * (1.0 + (rate * slope).powi(2));
            prop_assert!((after.imbalance() - before.imbalance() * factor).abs() <= 1e-13 * scale);
        }

        #[test]
        fn balanced_weights_stay_balanced(v in -3.0..3.0f64, seed in 0u64..99) {
            let sgd = Sgd { data: NoisyLine { slope: 0.3, noise: 1.0 }, rate: 0.05, batch: 3 };
            let weights = Weights::balanced(v);
            prop_assert!((weights.product() - v).abs() < 1e-14);
            let key = Key::new(["balanced", &seed.to_string()]);
            let mut ensemble = Ensemble::<_, f64>::new(sgd, 8, &key, |_| weights.state());
            ensemble.advance(50);
            for state in ensemble.states() {
                prop_assert_eq!(Weights::from(state).imbalance(), 0.0);
            }
        }
    }

    /// One step from given weights shows the slope: its mean and variance against the moments, 2 (b₁ v − b₂) and 4 Q(v)/S. Five
    /// standard errors.
    #[test]
    fn the_slope_has_the_mean_and_the_variance_of_the_moments() {
        let sgd = Sgd { data: NoisyLine { slope: 0.7, noise: 1.3 }, rate: 0.1, batch: 4 };
        let (m, v, n) = (sgd.data.moments(), 1.8, 200_000);
        let mut ensemble = Ensemble::<_, f64>::new(sgd, n, &Key::new(["slope"]), |_| [v, 1.0]);
        ensemble.advance(1);
        let slopes: Vec<f64> = ensemble.states().map(|[u, _]| (v - u) / sgd.rate).collect();
        let n = n as f64;
        let mean = slopes.iter().sum::<f64>() / n;
        let variance = slopes.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / n;
        let expected = m.noise(v);
        assert!((mean - 2.0 * m.pull(v)).abs() < 5.0 * (expected / n).sqrt(), "{mean}");
        // The kurtosis of a mean of four is below 12.
        assert!((variance / expected - 1.0).abs() < 5.0 * (11.0 / n).sqrt(), "{variance} {expected}");
    }
}
