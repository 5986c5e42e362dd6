//! Signal and noise of one-dimensional regression: the data and the five moments on which everything else depends.

use lawbook_core::Stream;

use crate::{engine::noise::Noise, engine::number::Number};

/// Gaussian inputs with noisy labels: `y = k x + ε`, `x ~ N(0, 1)`, `ε ~ N(0, s²)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoisyLine {
    /// The slope `k`.
    pub slope: f64,
    /// The standard deviation `s` of the labels around the line.
    pub noise: f64,
}

impl NoisyLine {
    /// One input and its label.
    pub fn sample(&self, stream: &mut Stream) -> (f64, f64) {
        let x = stream.normal();
        (x, self.slope * x + self.noise * stream.normal())
    }

    /// One input and its label, for a process.
    #[inline(always)]
    pub fn draw<X: Number, N: Noise<X>>(&self, noise: &mut N) -> (X, X) {
        let x = noise.normal();
        (x, x * self.slope + noise.normal() * self.noise)
    }

    /// Its moments: `a₁ = 2`, `a₂ = 2k`, `a₃ = 2k² + s²`, `b₁ = 1`, `b₂ = k`.
    pub fn moments(&self) -> Moments {
        let k = self.slope;
        Moments { a1: 2.0, a2: 2.0 * k, a3: 2.0 * k * k + self.noise * self.noise, b1: 1.0, b2: k }
    }
}

/// The moments of inputs `x` and labels `y` (Ziyin, Li & Ueda, *Law of Balance and Stationary Distribution of Stochastic
/// Gradient Descent*, 2023, arXiv 2308.06671, section 4): for `ℓ = (v x − y)²` the gradient in `v` has mean `2 (b₁ v − b₂)` and
/// variance `4 Q(v)`, `Q(v) = a₁ v² − 2 a₂ v + a₃`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// `Var x²`.
    pub a1: f64,
    /// `Cov(x², x y)`.
    pub a2: f64,
    /// `Var x y`.
    pub a3: f64,
    /// `E x²`.
    pub b1: f64,
    /// `E x y`.
    pub b2: f64,
}

/// The diffusion does not stand for SGD.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "E[xy]²/Var[xy] = {0}: SGD at batch size 1 follows the diffusion below 0.1 only; give labels of less slope or more noise"
)]
pub struct StrongSignal(pub f64);

/// Nothing to take moments of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no samples: moments take at least 1")]
pub struct NoSamples;

impl Moments {
    /// The moments of a finite data set, each point with equal weight.
    pub fn of(samples: &[(f64, f64)]) -> Result<Self, NoSamples> {
        if samples.is_empty() {
            return Err(NoSamples);
        }
        let mean = |f: fn(f64, f64) -> f64| samples.iter().map(|&(x, y)| f(x, y)).sum::<f64>() / samples.len() as f64;
        let (b1, b2) = (mean(|x, _| x * x), mean(|x, y| x * y));
        Ok(Self {
            a1: mean(|x, _| x.powi(4)) - b1 * b1,
            a2: mean(|x, y| x.powi(3) * y) - b1 * b2,
            a3: mean(|x, y| (x * y).powi(2)) - b2 * b2,
            b1,
            b2,
        })
    }

    /// `Q(v)`: a quarter of the variance of the gradient in `v`.
    #[inline(always)]
    pub fn noise<X: Number>(&self, v: X) -> X {
        (v * self.a1 - 2.0 * self.a2) * v + self.a3
    }

    /// Half the mean gradient in `v`.
    #[inline(always)]
    pub fn pull<X: Number>(&self, v: X) -> X {
        v * self.b1 - self.b2
    }

    /// The moments with which the two-layer unit has the same law under weight decay `γ (u² + w²)` as it has with these: as
    /// `dv/dt` loses `4γv`, `b₂` falls by `γ`.
    #[must_use]
    pub fn with_weight_decay(&self, decay: f64) -> Self {
        Self { b2: self.b2 - decay, ..*self }
    }

    /// The same moments, if the signal is so weak against the noise of the labels that SGD at batch size 1 follows the diffusion up
    /// to its critical learning rate `b₂/a₃`: the growth `b₂²/a₃` that the signal alone makes in a step there must be below 0.1.
    pub fn weak_signal(self) -> Result<Self, StrongSignal> {
        let ratio = self.b2 * self.b2 / self.a3;
        if ratio < 0.1 { Ok(self) } else { Err(StrongSignal(ratio)) }
    }

    /// `Δ = a₁ a₃ − a₂²`, never negative; 0 if the data lie on a line through the origin.
    pub fn discriminant(&self) -> f64 {
        self.a1 * self.a3 - self.a2 * self.a2
    }

    /// The minimiser `b₂/b₁` of the loss.
    pub fn minimum(&self) -> f64 {
        self.b2 / self.b1
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;

    /// The closed form against a large sample; the fourth-order moments scatter by sqrt(E x⁸/n) ≈ 0.02.
    #[test]
    fn moments_of_a_line_are_those_of_its_samples() {
        let line = NoisyLine { slope: 0.7, noise: 1.3 };
        let mut stream = Key::new(["moments"]).stream("data", 0);
        let samples: Vec<_> = (0..400_000).map(|_| line.sample(&mut stream)).collect();
        let (exact, sampled) = (line.moments(), Moments::of(&samples).expect("samples"));
        let pairs = |m: Moments| [m.a1, m.a2, m.a3, m.b1, m.b2];
        for (exact, sampled) in pairs(exact).into_iter().zip(pairs(sampled)) {
            assert!((exact - sampled).abs() < 0.08, "{exact} {sampled}");
        }
        assert!((exact.discriminant() - 2.0 * 1.69).abs() < 1e-12);
    }

    /// k²/(2k² + s²) of a line.
    #[test]
    fn a_strong_signal_is_refused_with_the_range() {
        assert!(NoisyLine { slope: 0.3, noise: 2.0 }.moments().weak_signal().is_ok());
        let refused = NoisyLine { slope: 1.0, noise: 1.0 }.moments().weak_signal().expect_err("a third");
        assert!((refused.0 - 1.0 / 3.0).abs() < 1e-12 && refused.to_string().contains("below 0.1"), "{refused}");
    }

    #[test]
    fn labels_without_noise_have_no_discriminant_and_no_noise_at_the_minimum() {
        let m = NoisyLine { slope: 0.7, noise: 0.0 }.moments();
        assert!(m.discriminant().abs() < 1e-15 && m.noise(m.minimum()).abs() < 1e-15);
    }
}
