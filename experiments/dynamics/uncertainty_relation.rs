//! The universal thermodynamic uncertainty relation.
//!
//! Any reference dynamics bounds from below how little an observable fluctuates, with equality for `f` affine in `e^R`. With
//! time reversal as the reference, a current pays for its precision with entropy production, in discrete time, in transients
//! and under absolute irreversibility, where the usual relation `2/⟨σ⟩` fails; with the risk-neutral measure as the reference,
//! no claim on a market has a Sharpe ratio beyond `√Var(dQ/dP)`.
//!
//! Assumptions: none on the dynamics; `f` odd under time reversal and `γ = 1` for the form with `⟨e^{−2σ}⟩`.
//!
//! Left out: the bound with the divergence of the final from the initial state (equation 4), whose form was not available, and
//! the Heston market, whose parameters were not.
//!
//! Source: Liu Ziyin, Masahito Ueda, *Universal Thermodynamic Uncertainty Relation in Non-Equilibrium Dynamics*, Phys. Rev.
//! Research, arXiv 2207.14280.

use crate::framework::Law;

pub mod market;
pub mod observables;
pub mod two_states;
pub mod walk;

/// The law.
pub fn law() -> Law {
    Law::new("dynamics", "uncertainty-relation", file!())
        .title("Precision costs entropy, in any dynamics: a bound by the mean of exp(−2σ)")
        .statement(
            "The variance of any observable is bounded from below by how its mean differs in any reference process. Against \
             the reversed process, the relative variance of a current is at least 4 over the mean of exp(−2σ) less 1: in \
             discrete time, where the usual bound 2/⟨σ⟩ is violated, in transients, and where some paths have no reverse. \
             Against the risk-neutral measure it bounds Sharpe ratios.",
        )
        .equation(
            r"\mathrm{Var}_P f \ge \frac{\left(\langle f e^{R}\rangle_P-\gamma\langle f\rangle_P\right)^2}
             {\langle e^{2R}\rangle_P-\gamma^2}, \qquad
             \frac{\mathrm{Var} J}{\langle J\rangle^2} \ge \frac{4}{\langle e^{-2\sigma}\rangle-1}",
        )
        .symbol("P", "the process")
        .symbol("R", "ln(Q/P) for a reference process Q")
        .symbol("f", "any observable of a path")
        .symbol(r"\gamma", "mean of exp(R): 1, unless the reference goes where the process cannot")
        .symbol("J", "a current: an observable that changes sign under time reversal")
        .symbol(r"\sigma", "entropy production of a path: ln(P/P*) for the reversed process P*")
        .source(
            "Liu Ziyin, Masahito Ueda, Universal Thermodynamic Uncertainty Relation in Non-Equilibrium Dynamics, Phys. Rev. \
             Research, arXiv 2207.14280",
        )
        .study::<walk::Walk>()
        .study::<two_states::TwoStates>()
        .study::<observables::Observables>()
        .study::<market::Market>()
}
