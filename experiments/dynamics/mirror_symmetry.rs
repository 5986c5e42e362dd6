//! Mirror symmetries make structure: sparsity from rescaling, low rank from rotation, equal neurons from permutation.
//!
//! If every sample's loss is the same at θ and at (I − 2OOᵀ)θ, then at Oᵀθ = 0 no sample has a gradient along O and the Hessian
//! has no block between O and the rest: SGD never leaves the plane. Weight decay γ|θ|² draws parameters into it once γ exceeds
//! minus half the smallest curvature across, and noise alone does once the Lyapunov exponent across is negative. For products
//! the decay acts as an L1 penalty on what breaks the symmetry: u w → |v|₁, U W → nuclear norm.
//!
//! Assumes a loss that is twice differentiable. For the thresholds, quadratic loss of the product.
//!
//! Source: Liu Ziyin, *Symmetry Induces Structure and Constraint of Learning*, ICML 2024, PMLR 235, arXiv 2309.16932, theorem 1
//! and corollaries. Left out: its ResNet and its transformer.

use crate::framework::Law;

pub mod committee;
pub mod constraint;
pub mod diagonal;
pub mod ensembling;
pub mod neurons;
pub mod noise;
pub mod rank;

/// The law.
pub fn law() -> Law {
    Law::new("dynamics", "mirror-symmetry", file!())
        .title("Every mirror symmetry of the loss is a constraint that decay and noise enforce")
        .statement(
            "On the plane that a symmetry of the loss reflects, gradients of all samples lie in the plane and the Hessian splits: \
             SGD never leaves it. Weight decay above half the largest negative curvature across makes it attractive; so does \
             gradient noise. Rescaling then gives sparsity, rotation low rank, permutation equal neurons, each at a sharp \
             threshold.",
        )
        .equation(
            r"\ell(\theta) = \ell\left((I - 2OO^T)\theta\right) \;\Rightarrow\; O^T \nabla \ell = 0, \quad O^T H (I - OO^T) = 0
             \quad\text{at}\quad O^T\theta = 0, \qquad s_i(UW) = \max(s_i(Y) - \gamma, 0)",
        )
        .symbol("O", "orthonormal normals of the plane that the symmetry reflects")
        .symbol("H", "Hessian of the loss")
        .symbol(r"\gamma", "weight decay γ|θ|²")
        .symbol("s_i", "singular values, of the target Y and of the learned product")
        .source("Liu Ziyin, Symmetry Induces Structure and Constraint of Learning, ICML 2024, PMLR 235, arXiv 2309.16932")
        .study::<diagonal::Diagonal>()
        .study::<rank::Rank>()
        .study::<neurons::Neurons>()
        .study::<noise::Noise>()
        .study::<constraint::Constraint>()
        .study::<committee::Committee>()
        .study::<ensembling::Ensembling>()
}
