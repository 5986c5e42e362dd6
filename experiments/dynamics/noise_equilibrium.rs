//! Noise equilibrium under continuous symmetries.
//!
//! If the loss of every sample is unchanged by `θ → e^{cA} θ`, the noise of SGD moves the charge `θᵀAθ` steadily along the
//! orbit, which gradient flow cannot. Where `A` takes both signs it ends at one point of the orbit, from any start. For a
//! product of two matrices this balances and aligns the noise of both layers; for scale invariance, where `A` is definite,
//! there is no such point, and the norm grows for ever unless weight decay holds it.
//!
//! Assumptions: exact symmetry of the loss; fresh independent samples; noise in every direction; for the closed form at the
//! minimum a small learning rate.
//!
//! Left out: deep linear nets and the two-layer tanh net (no closed form to predict with), learning-rate warmup (no numbers).
//!
//! Source: Liu Ziyin, Mingze Wang, Hongchao Li, Lei Wu, *Parameter Symmetry and Noise Equilibrium of Stochastic Gradient
//! Descent*, NeurIPS 2024, arXiv 2402.07193.

use crate::framework::Law;

pub mod alignment;
pub mod descent;
pub mod factors;
pub mod identity;
pub mod scale;

/// The law.
pub fn law() -> Law {
    Law::new("dynamics", "noise-equilibrium", file!())
        .title("Noise moves SGD along symmetric valleys, to one point from any start")
        .statement(
            "Under an exponential symmetry the charge changes in a step of SGD by exactly the noise it feels. For a product \
             of two matrices SGD ends where the noise of both layers is equal and aligned, whatever the start: the norms \
             then stand in the ratio of the dimensions, and the curvature is lower or higher than at balanced norms as \
             the noise has it. Gradient descent stays where it started.",
        )
        .equation(
            r"\Delta(\theta^T A\theta) = \eta^2\, g^T A g, \qquad
             W\,\Gamma_W W^T = U^T\Gamma_U U, \qquad
             \frac{W\Sigma_x W^T}{\mathrm{Tr}\,\Sigma_x} = \frac{U^T\Sigma_\epsilon U}{\mathrm{Tr}\,\Sigma_\epsilon}",
        )
        .symbol(r"\theta", "all weights")
        .symbol("A", "symmetric matrix that generates the symmetry")
        .symbol("g", "gradient of the sampled loss")
        .symbol(r"\eta", "learning rate")
        .symbol("U, W", "the two factors: the network computes U W x")
        .symbol(
            r"\Gamma_U, \Gamma_W",
            "noise of the gradient as the factors feel it: E|x|² r rᵀ and E|r|² x xᵀ with the residual r",
        )
        .symbol(r"\Sigma_x, \Sigma_\epsilon", "covariances of inputs and label noise")
        .source(
            "Liu Ziyin, Mingze Wang, Hongchao Li, Lei Wu, Parameter Symmetry and Noise Equilibrium of Stochastic Gradient \
             Descent, NeurIPS 2024, arXiv 2402.07193",
        )
        .study::<identity::Identity>()
        .study::<scale::Scale>()
        .study::<factors::Equilibrium>()
        .study::<alignment::Alignment>()
        .study::<descent::Descent>()
}
