//! Removing symmetries from a loss: a static random bias on the parameters, and weight decay towards minus it.
//!
//! `l_r(θ) = l(θ + θ₀) + γ θᵀDθ` with `θ₀ ~ N(0, σ₀²)` drawn once. With `D = 1` it has, almost surely, none of countably many
//! reflection symmetries of `l`; with distinct entries of `D` also none of a continuous family, such as rotations (Liu Ziyin,
//! Yizhou Xu & Isaac Chuang, *Remove Symmetries to Control Model Expressivity and Improve Optimization*, ICLR 2025, arXiv
//! 2408.15495). Without decay the bias only translates the symmetries.

use lawbook_core::{Device, Kind, Stream, Tensor};
use thiserror::Error;

/// Why symmetries would stay.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum SyreError {
    /// Negative or not a number.
    #[error("gamma is {0}: give a finite number of at least 0, for a negative one lets the parameters grow without bound")]
    Decay(f64),
    /// No bias.
    #[error(
        "sigma_0 is {0}: without a bias every symmetry stays; give a finite number above 0, such as a hundredth of the initial scale"
    )]
    Bias(f64),
    /// Scales that are not positive, or equal.
    #[error(
        "a spread of {0} of the scales: give a number above 0, so that they are distinct, and below 1, so that they are positive"
    )]
    Spread(f64),
}

/// A transformation of losses of flat parameters in f64.
#[derive(Debug)]
pub struct Syre {
    /// `γ`.
    pub gamma: f64,
    /// `θ₀`; constant through training, and part of what a checkpoint has to hold.
    pub bias: Tensor,
    /// The diagonal of `D`.
    pub scales: Tensor,
}

impl Syre {
    /// The basic form, `D = 1`.
    pub fn isotropic(
        gamma: f64,
        sigma: f64,
        parameters: i64,
        stream: &mut Stream,
        device: Device,
    ) -> Result<Self, SyreError> {
        if !(gamma.is_finite() && gamma >= 0.0) {
            return Err(SyreError::Decay(gamma));
        }
        if !(sigma.is_finite() && sigma > 0.0) {
            return Err(SyreError::Bias(sigma));
        }
        let bias = stream.normal_tensor(&[parameters], Kind::Double, device) * sigma;
        Ok(Self { gamma, scales: bias.ones_like(), bias })
    }

    /// The advanced form: the same with scales uniform in `1 ± spread`, distinct with probability one.
    pub fn with_spread(self, spread: f64, stream: &mut Stream) -> Result<Self, SyreError> {
        if !(spread > 0.0 && spread < 1.0) {
            return Err(SyreError::Spread(spread));
        }
        let uniform = stream.uniform_tensor(&self.bias.size(), Kind::Double, self.bias.device());
        Ok(Self { scales: (uniform * 2.0 - 1.0) * spread + 1.0, ..self })
    }

    /// The parameters `θ + θ₀` that the model sees.
    pub fn effective(&self, theta: &Tensor) -> Tensor {
        theta + &self.bias
    }

    /// The parameters to train for given effective ones: start from those that the model would start from.
    pub fn raw(&self, effective: &Tensor) -> Tensor {
        effective - &self.bias
    }

    /// `l(θ + θ₀) + γ θᵀDθ`.
    pub fn loss(&self, theta: &Tensor, loss: impl Fn(&Tensor) -> Tensor) -> Tensor {
        loss(&self.effective(theta)) + (theta.square() * &self.scales).sum(Kind::Double) * self.gamma
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::{Key, tensor::scalar};

    use super::*;
    use crate::systems::mirror::{Mirror, gradient};

    fn product(theta: &Tensor) -> Tensor {
        (theta.get(0) * theta.get(1) - 0.7).square()
    }

    fn basic(gamma: f64) -> Syre {
        Syre::isotropic(gamma, 0.1, 2, &mut Key::new(["syre"]).stream("bias", 0), Device::Cpu).expect("valid")
    }

    /// By hand: at effective u = w = 0 the product has no gradient, and decay pulls with 2γθ = −2γθ₀.
    #[test]
    fn the_bias_pushes_away_from_the_symmetric_point() {
        let syre = basic(0.3);
        let symmetric = syre.raw(&Tensor::zeros([2], (Kind::Double, Device::Cpu)));
        let force = gradient(|t| syre.loss(t, product), &symmetric);
        assert!(scalar(&(force + &syre.bias * 0.6).abs().max()) < 1e-15);
    }

    #[test]
    fn decay_breaks_a_mirror_that_translation_keeps() {
        let exchange = Mirror::exchange(2, &[(0, 1)], Device::Cpu).expect("a pair");
        let mut stream = Key::new(["syre"]).stream("draws", 0);
        let asymmetry = |syre: &Syre, stream: &mut Stream| {
            // About the translated plane: in effective parameters. Beside 1 the rounding of a small loss is small too.
            exchange.asymmetry(|t| syre.loss(&syre.raw(t), product) + 1.0, 20, stream)
        };
        assert!(asymmetry(&basic(0.0), &mut stream) < 1e-13);
        assert!(asymmetry(&basic(0.3), &mut stream) > 1e-3);
    }

    #[test]
    fn what_removes_nothing_is_refused() {
        let new = |gamma, sigma| Syre::isotropic(gamma, sigma, 2, &mut Key::new(["syre"]).stream("bias", 0), Device::Cpu);
        assert!(matches!(new(-0.1, 0.1), Err(SyreError::Decay(-0.1))));
        assert!(matches!(new(0.1, 0.0), Err(SyreError::Bias(0.0))));
        let spread = |spread| basic(0.1).with_spread(spread, &mut Key::new(["syre"]).stream("scales", 0));
        assert!(matches!(spread(0.0), Err(SyreError::Spread(0.0))));
        assert!(spread(1.0).is_err());
        assert!(scalar(&(spread(0.1).expect("valid").scales - 1.0).abs().max()) <= 0.1);
    }
}
