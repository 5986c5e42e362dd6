//! The power-law escape rate of SGD.
//!
//! Near a minimum of a mean-square loss the noise of SGD is proportional to the loss, `Σ = (2L/B) H*`. In the time `dτ = L dt`
//! this is constant noise on the landscape ln L, so that SGD leaves a minimum at a rate that is a power of the ratio of losses,
//! `κ ∝ (L_s/L_*)^(−1/2 − B/ηh*)`, not Arrhenius' exponential of their difference; its stationary density is `L^(−φ)` with
//! `φ = 1 + B/(ηh*)`.
//!
//! Assumptions: `ηh* ≪ 1` and `ηh*/B ≪ 1`; the loss of a sample and its feature gradients decouple; escape is rare; `L_* > 0`.
//!
//! Source: Takashi Mori, Liu Ziyin, Kangqiao Liu, Masahito Ueda, *Power-law escape rate of SGD*, ICML 2022, arXiv 2105.09557.

use crate::framework::Law;

pub mod barrier;
pub mod decoupling;
pub mod noise_strength;
pub mod regression;
pub mod stationary;

/// The law.
pub fn law() -> Law {
    Law::new("dynamics", "power-law-escape", file!())
        .title("SGD escapes a minimum at a power of the ratio of losses")
        .statement(
            "For a mean-square loss the strength of SGD noise is proportional to the loss. The landscape that SGD feels is then \
             ln L: it escapes from a minimum at a rate that is a power of the loss at the saddle over that at the minimum, and \
             its stationary density is a power of the loss.",
        )
        .equation(
            r"\kappa = \frac{\sqrt{h^*|h_s|}}{2\pi}\left[\frac{L(\theta_s)}{L(\theta^*)}\right]^{-\left(\frac{B}{\eta h^*}
             +\frac12\right)}, \qquad P_{ss}(\theta) \propto L(\theta)^{-\phi}, \quad \phi = 1+\frac{B}{\eta h^*}",
        )
        .symbol(r"\kappa", "escapes per unit of training time")
        .symbol(r"h^*, h_s", "curvature of the loss at the minimum and at the saddle")
        .symbol(r"L(\theta^*), L(\theta_s)", "loss at the minimum and at the saddle")
        .symbol(r"\eta, B", "learning rate and batch size")
        .symbol(r"\phi", "exponent of the stationary density")
        .source(
            "Takashi Mori, Liu Ziyin, Kangqiao Liu, Masahito Ueda, Power-law escape rate of SGD, ICML 2022, arXiv 2105.09557",
        )
        .study::<barrier::BarrierCrossing>()
        .study::<stationary::StationaryExponent>()
        .study::<regression::Regression>()
        .study::<noise_strength::NoiseStrength>()
        .study::<decoupling::Decoupling>()
}
