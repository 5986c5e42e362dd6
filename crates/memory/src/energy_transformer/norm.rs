//! Layer normalisation as the activation of a Lagrangian.

use lawbook_core::{Device, Kind, Tensor};

/// `g = γ (x − x̄)/√(‖x − x̄‖²/D + ε) + δ` with one scale γ for all features: the gradient of the convex Lagrangian
/// `L = D γ √(‖x − x̄‖²/D + ε) + δ·x` (Hoover et al. 2023, arXiv 2302.07253, section 2). With a scale per feature, as layer
/// normalisation is usually written, it would be no gradient.
#[derive(Debug)]
pub struct Normalisation {
    /// γ, one number.
    pub scale: Tensor,
    /// δ: shape `[D]`.
    pub shift: Tensor,
    /// ε, in units of the variance.
    pub epsilon: f64,
}

impl Normalisation {
    /// γ = 1, δ = 0, ε = 10⁻⁵.
    pub fn plain(features: i64, options: (Kind, Device)) -> Self {
        Self { scale: Tensor::ones([0i64; 0], options), shift: Tensor::zeros([features], options), epsilon: 1e-5 }
    }

    /// The same with every parameter replaced.
    #[must_use]
    pub fn map(&self, f: impl Fn(&Tensor) -> Tensor) -> Self {
        Self { scale: f(&self.scale), shift: f(&self.shift), epsilon: self.epsilon }
    }

    /// g of x, features along the last dimension.
    pub fn normalised(&self, x: &Tensor) -> Tensor {
        let (centred, deviation) = self.parts(x);
        centred / deviation * &self.scale + &self.shift
    }

    /// L of x.
    pub fn lagrangian(&self, x: &Tensor) -> Tensor {
        let (_, deviation) = self.parts(x);
        let features = x.size().last().copied().unwrap_or(1) as f64;
        let linear = (x * &self.shift).sum_dim_intlist([-1i64].as_slice(), false, None);
        deviation.squeeze_dim(-1) * &self.scale * features + linear
    }

    /// The Legendre transform `g·x − L`, which is an energy of the normalisation alone and no part of what the block descends.
    pub fn legendre(&self, x: &Tensor) -> Tensor {
        (self.normalised(x) * x).sum_dim_intlist([-1i64].as_slice(), false, None) - self.lagrangian(x)
    }

    fn parts(&self, x: &Tensor) -> (Tensor, Tensor) {
        let centred = x - x.mean_dim([-1i64].as_slice(), true, x.kind());
        let variance = centred.square().mean_dim([-1i64].as_slice(), true, x.kind());
        (centred, (variance + self.epsilon).sqrt())
    }
}
