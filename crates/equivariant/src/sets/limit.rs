//! The size limit of the normalised DeepSet, σ(∫ρ dμ), and the Gaussian fluctuation of its finite-size values around it.

use lawbook_core::{Kind, Tensor, no_grad, optim::gradients, tensor::scalar};

use super::SetModel;

/// What a normalised DeepSet with one output tends to on sets of n independent draws from μ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// σ(∫ρ dμ).
    pub output: f64,
    /// The standard deviation of √n (f_n − output) as n → ∞, by the delta method: √Var_μ(∇σ(∫ρ dμ) · ρ).
    pub deviation: f64,
}

/// The limit on the measure with these `nodes` `[k, d]` and `weights` `[k]` (a quadrature rule, or a sample with weights 1/k).
pub fn limit(model: &SetModel, parameters: &[Tensor], nodes: &Tensor, weights: &Tensor) -> Limit {
    let (point, readout) = model.split(parameters);
    let features = no_grad(|| model.point().forward(point, nodes));
    let mean = weights.unsqueeze(0).matmul(&features).detach().set_requires_grad(true);
    let output = model.readout().forward(readout, &mean).sum(None::<Kind>);
    let slope = gradients(&output, std::slice::from_ref(&mean)).remove(0);
    let along = (features - mean.detach()).matmul(&slope.transpose(0, 1)).squeeze_dim(1);
    let variance = scalar(&(along.square() * weights).sum(Kind::Double));
    Limit { output: scalar(&output), deviation: variance.sqrt() }
}
