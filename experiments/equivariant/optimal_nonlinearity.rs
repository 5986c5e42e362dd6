//! No σ-Laplacian sees a planted submatrix weaker than β = √W(1) = 0.7531: the best nonlinearity has a closed form.
//!
//! With u = 1/(θ − σ) the effective signal says E(uΛ) = 1/β, Λ(g) = E_y[(y²/m₂) e^{γyg − γ²y²/2}], γ = m₁β/m₂, and an outlier
//! needs E u² < 1. By Cauchy and Schwarz β²E(Λ²) > 1 is necessary for every σ, and u = Λ/‖Λ‖ attains it:
//! inf_σ β_*(σ) is the root of β² E_{y,y'}[(yy'/m₂)² e^{γ²yy'}] = 1, with σ = θ − ‖Λ‖/Λ. For submatrices β e^{β²/2} = 1 and
//! σ = const − K e^{−βx}. The best published tanh is within 0.26 % of it; the rest of the way to belief propagation, 1/√e,
//! no tuning of σ can close.
//!
//! Assumes what the theorem below assumes, and σ non-decreasing and bounded; the optimum is unbounded, a limit of clipped ones.
//!
//! Source: derived here from Theorem 3.3 of Yuxin Ma & Dmitriy Kunisky, *Nonlinear Laplacians*, 2025, arXiv 2505.12528, which
//! calls a closed form intractable.

pub mod bound;
pub mod random;
pub mod simulation;

use crate::framework::{Law, Profile};

/// The law.
pub fn law() -> Law {
    Law::new("equivariant", "optimal-nonlinearity", file!())
        .title("The best nonlinear Laplacian has a closed form, and its limit lies above that of belief propagation")
        .statement(
            "Over all non-decreasing bounded nonlinearities the critical signal strength of a σ-Laplacian has the infimum \
             √W(1) = 0.7531 for planted submatrices and 0.6609 for sparse non-negative PCA; an exponential saturation, clipped \
             ever wider, attains it. Tuned tanh and step functions are within 0.3 % of it, and belief propagation at 0.6065 \
             stays out of reach.",
        )
        .equation(
            r"\inf_\sigma \beta_*(\sigma) = \beta_0: \quad
             \beta_0^2\, \mathbb{E}\Big[\frac{(y y')^2}{m_2^2} e^{(m_1\beta_0/m_2)^2 y y'}\Big] = 1,
             \qquad \sigma_0(x) = \theta - \frac{\lVert\Lambda\rVert}{\Lambda(x)}",
        )
        .symbol(r"\Lambda", "the likelihood ratio of a row sum with and without a signal, weighted by y²/m₂")
        .symbol(r"W", "the Lambert function, W(1) = 0.5671")
        .source("derived here from Theorem 3.3 of Ma & Kunisky, Nonlinear Laplacians, 2025, arXiv 2505.12528")
        .seeds(|profile| match profile {
            Profile::Smoke => (4, 8),
            Profile::Quick => (12, 48),
            Profile::Full => (12, 64),
        })
        .study::<bound::ClosedForm>()
        .study::<random::RandomSteps>()
        .study::<simulation::Simulation>()
}
