//! Symmetries removed: a static random bias θ₀, and weight decay towards minus it.
//!
//! l_r(θ) = l(θ + θ₀) + γ|θ|² has none of countably many reflection symmetries of l. Where l is symmetric, its gradient across
//! vanishes and decay pushes with −2γPθ₀: no plane is invariant any more, no unit dies, no two neurons stay equal. Without decay
//! the symmetry is only translated. A continuous family, such as rotations, may keep a member; decay γθᵀDθ with distinct
//! entries of D removes it.
//!
//! Source: Liu Ziyin, Yizhou Xu & Isaac Chuang, *Remove Symmetries to Control Model Expressivity and Improve Optimization*, ICLR
//! 2025, arXiv 2408.15495, propositions 1 to 3, theorem 1. Left out: its self-supervised, continual and reinforcement learning.

use crate::framework::Law;

pub mod dead;
pub mod force;
pub mod quadratic;
pub mod rotation;
pub mod trap;

/// The law.
pub fn law() -> Law {
    Law::new("dynamics", "syre", file!())
        .title("A static bias with weight decay removes the symmetries of any loss")
        .statement(
            "Shift the parameters by a constant random vector and decay the unshifted ones: where the loss has a reflection \
             symmetry there is then a force off the plane, in proportion to decay and bias. Dead units revive and equal neurons \
             part, at a shift of the solution of the order of the decay. Without decay nothing is removed; from a continuous \
             family of symmetries only a decay that differs between parameters removes all.",
        )
        .equation(
            r"\ell_r(\theta) = \ell(\theta + \theta_0) + \gamma\, \theta^T D \theta, \qquad
             P \nabla \ell_r = -2\gamma P \theta_0 \quad\text{at}\quad P(\theta + \theta_0) = 0,\; D = 1",
        )
        .symbol(r"\theta_0", "static bias, normal with standard deviation σ₀")
        .symbol(r"\gamma", "weight decay")
        .symbol("D", "diagonal; 1, or with distinct entries near 1")
        .symbol("P", "projection on the directions that the symmetry reverses")
        .source(
            "Liu Ziyin, Yizhou Xu & Isaac Chuang, Remove Symmetries to Control Model Expressivity and Improve Optimization, ICLR \
             2025, arXiv 2408.15495",
        )
        .study::<force::Force>()
        .study::<dead::Dead>()
        .study::<trap::Trap>()
        .study::<quadratic::Quadratic>()
        .study::<rotation::Rotation>()
}
