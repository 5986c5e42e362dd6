//! The probabilistic stability of SGD.
//!
//! Near a stationary point a step of SGD multiplies the distance by `1 − λ h` with the curvature `h` of the batch. It goes to zero in
//! probability if and only if `E ln|1 − λ h| < 0`, and if in several dimensions the largest Lyapunov exponent of the product of
//! matrices is negative. Moments say otherwise: they diverge at minima that SGD keeps and at saddles that collect it.
//!
//! Assumptions: independent batches; all samples share the stationary point, so that the noise vanishes there (interpolation, or the
//! origin of a net). Normal inputs or labels where closed forms are compared.
//!
//! Source: Liu Ziyin, Botao Li, Tomer Galanti, Masahito Ueda, *The Probabilistic Stability of Stochastic Gradient Descent*, 2023,
//! arXiv 2303.13093 (later versions: *Type-II Saddles and Probabilistic Stability of Stochastic Gradient Descent*), theorems 1 to 3.

use crate::framework::Law;

pub mod batch_size;
pub mod data_set;
pub mod dimension;
pub mod exponent;
pub mod net;
pub mod phases;
pub mod signal;
pub mod spectrum;

/// The law.
pub fn law() -> Law {
    Law::new("dynamics", "probabilistic-stability", file!())
        .title("SGD converges in probability where the mean logarithm of its factors is negative, whatever the moments do")
        .statement(
            "SGD converges to a stationary point shared by all samples if and only if the largest Lyapunov exponent of its steps \
             is negative, far beyond where mean squares diverge. Learning rates up to there do not grow with the batch size; \
             finite data have windows of stability around every 1/h; and between two learning rates a noisy two-layer net falls \
             into the saddle at zero, unless its signal-to-noise ratio is above 0.328.",
        )
        .equation(
            r"\Lambda(\lambda) = \mathbb{E}\ln|1-\lambda h| < 0, \qquad
             \Lambda_\pm(\lambda) = \mathbb{E}\ln|1 \pm \lambda x y|, \qquad
             \lambda_{L_2} = \frac{2\,\mathbb{E}h}{\mathbb{E}h^2}",
        )
        .symbol(r"\Lambda", "Lyapunov exponent: growth of the logarithm of the distance per step")
        .symbol("h", "curvature of the loss of a batch at the stationary point")
        .symbol(r"\lambda", "learning rate")
        .symbol(r"\Lambda_\pm", "exponents along u = w and u = −w at the saddle of ½(uwx − y)²")
        .symbol(r"\lambda_{L_2}", "learning rate above which the mean square diverges")
        .source("Ziyin, Li, Galanti & Ueda 2023, arXiv 2303.13093")
        .study::<exponent::Exponent>()
        .study::<batch_size::BatchSize>()
        .study::<data_set::DataSet>()
        .study::<phases::Phases>()
        .study::<signal::Signal>()
        .study::<net::Net>()
        .study::<dimension::Dimension>()
        .study::<spectrum::Spectrum>()
}
