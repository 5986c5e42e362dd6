//! A nonlinear function of the row sums, added to the diagonal of a matrix, makes visible a planted signal of one sign that is
//! too weak to be seen in the spectrum of the matrix itself.
//!
//! L_σ = Ŷ + diag(σ(Ŷ1)), Ŷ = βxxᵀ + Ŵ with ‖Ŵ‖ → 2. With θ(β) the root of E[y²/(θ − σ((m₁/m₂)βy + g))] = m₂/β and
//! H(z) = z + E[1/(z − σ(g))], the top eigenvalue leaves the bulk if and only if H′(θ(β)) > 0, and then λ₁ → H(θ) and
//! ⟨x, v₁⟩² → m₂H′(θ)/(β² E[y²/(θ − σ)²]). σ = 0 is the direct method, visible from β = 1 on; a tuned tanh from 0.755.
//!
//! Assumes a signal x ≥ 0 of β√n random entries and a σ that is bounded and non-decreasing. Planted cliques are conjectured to
//! behave as planted submatrices do; the published script for submatrices draws cliques, the one here draws both.
//!
//! Source: Yuxin Ma & Dmitriy Kunisky, *Nonlinear Laplacians: Tunable principal component analysis under directional prior
//! information*, 2025, arXiv 2505.12528, Theorems 3.1 and 3.3, Lemma 3.8. Left out: Theorem 3.5 (neither eigenvalues nor row
//! sums alone detect below β = 1), which no measurement shows.

pub mod bulk;
pub mod critical;
pub mod draws;
pub mod learned;
pub mod spectrum;

use crate::framework::{Law, Profile};

/// The law.
pub fn law() -> Law {
    Law::new("equivariant", "nonlinear-laplacian", file!())
        .title("A nonlinear Laplacian sees planted signals that the spectrum of the matrix hides")
        .statement(
            "The top eigenvalue of L_σ = Ŷ + diag(σ(Ŷ1)) and the overlap of its eigenvector with a planted non-negative \
             signal follow from one scalar equation for the effective signal. A tuned tanh lowers the critical signal strength \
             from 1 to 0.755 for planted submatrices and to 0.662 for sparse non-negative PCA; planted cliques behave as \
             planted submatrices do. A network learns such a nonlinearity from labelled matrices. The bulk is the free convolution of the semicircle with the law of σ(g).",
        )
        .equation(
            r"\mathbb{E}\,\frac{y^2}{\theta - \sigma(\frac{m_1}{m_2}\beta y + g)} = \frac{m_2}{\beta}, \qquad
             \lambda_1 \to H(\theta) = \theta + \mathbb{E}\,\frac{1}{\theta - \sigma(g)}, \qquad
             H'(\theta(\beta_*)) = 0",
        )
        .symbol(r"\sigma", "the nonlinearity, bounded and non-decreasing")
        .symbol(r"\theta(\beta)", "the effective signal")
        .symbol(r"y", "a nonzero entry of the signal before it is normalised; m₁ and m₂ are its moments")
        .symbol(r"g", "a standard normal")
        .source("Ma & Kunisky, Nonlinear Laplacians, 2025, arXiv 2505.12528")
        // An outlier scatters by √(2/n), whatever the method: many seeds of few draws resolve its mean sooner than the other
        // way round.
        .seeds(|profile| match profile {
            Profile::Smoke => (4, 8),
            Profile::Quick => (12, 48),
            Profile::Full => (12, 64),
        })
        .study::<critical::Critical>()
        .study::<spectrum::Spectrum>()
        .study::<bulk::FreeConvolution>()
        .study::<learned::Learned>()
}
