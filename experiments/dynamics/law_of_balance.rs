//! The law of balance.
//!
//! If the loss of every sample is unchanged by `u → c u`, `w → w/c`, the noise of SGD drives `|u|² − |w|²` to the point where
//! both layers feel equal noise; without noise it is conserved. For a linear unit with noisy labels, `ℓ = (u w x − y)²`, this
//! leaves a one-dimensional diffusion in `v = u w` whose stationary law is known in closed form, far from a Gaussian, and
//! collapses into `u = w = 0` above a critical temperature `T = η/S`.
//!
//! Assumptions: fresh independent samples; for the stationary laws a small learning rate against the curvature, so that the
//! diffusion stands for SGD; label noise, `Δ = a₁a₃ − a₂² > 0`.
//!
//! Source: Liu Ziyin, Hongchao Li, Masahito Ueda, *Law of Balance and Stationary Distribution of Stochastic Gradient Descent*,
//! 2023, arXiv 2308.06671; Phys. Rev. E 111, 065303 (2025).

use crate::framework::Law;

pub mod decay;
pub mod fluctuations;
pub mod identity;
pub mod interpolation;
pub mod relu;
pub mod sgd;
pub mod stationary;
pub mod tanh;
pub mod temperature;
pub mod variants;
pub mod width;

/// The law.
pub fn law() -> Law {
    Law::new("dynamics", "law-of-balance", file!())
        .title("Noise balances layers, and sets a stationary law that is no Gaussian")
        .statement(
            "Under a rescaling symmetry the noise of SGD makes the difference of the squared norms of two layers decay \
             exponentially; gradient flow conserves it. A two-layer linear unit with noisy labels then has a stationary law \
             in closed form with the tail exponent −7/2, never learns the wrong sign, and above a critical temperature \
             T = η/S collapses to zero, its fluctuations first growing and then falling with T.",
        )
        .equation(
            r"\frac{d}{dt}\left(|u|^2-|w|^2\right) = -T\left(u^T C_1 u - w^T C_2 w\right), \qquad
             p(v) \propto v^{\frac{b_2}{2 a_3 T}-\frac32}\, Q(v)^{-1-\frac{b_2}{4 T a_3}} \exp\left\{-\frac{1}{2T}
             \frac{a_3 b_1-a_2 b_2}{a_3\sqrt\Delta}\arctan\frac{a_1 v-a_2}{\sqrt\Delta}\right\}, \qquad T_c=\frac{b_2}{a_3}",
        )
        .symbol("u, w", "weights of two layers that the symmetry rescales against each other")
        .symbol("T", "temperature: learning rate over batch size")
        .symbol("T_c", "critical temperature, above which u = w = 0 is all that is left")
        .symbol("C_1, C_2", "covariances of the gradient in the product of the layers, seen from either layer")
        .symbol("v", "the product u w that the unit computes")
        .symbol("Q(v)", "a quarter of the variance of the gradient in v: a₁ v² − 2 a₂ v + a₃")
        .symbol("a_1, a_2, a_3", "Var x², Cov(x², xy), Var xy")
        .symbol("b_1, b_2", "E x², E xy")
        .symbol(r"\Delta", "a₁ a₃ − a₂², positive with label noise")
        .source(
            "Liu Ziyin, Hongchao Li, Masahito Ueda, Law of Balance and Stationary Distribution of Stochastic Gradient \
             Descent, 2023, arXiv 2308.06671; Phys. Rev. E 111, 065303 (2025)",
        )
        .study::<identity::Identity>()
        .study::<decay::Decay>()
        .study::<stationary::Stationary>()
        .study::<sgd::RealSgd>()
        .study::<temperature::Temperature>()
        .study::<fluctuations::Fluctuations>()
        .study::<variants::Variants>()
        .study::<width::Width>()
        .study::<interpolation::Interpolating>()
        .study::<tanh::Tanh>()
        .study::<relu::Relu>()
}
