//! A set model trained on small sets works on large ones if and only if its aggregation is compatible with how the sizes are
//! identified, and continuous in the metric that comes with it.
//!
//! f_n(X) = σ(Agg_i ρ(X_i)). Under duplication, X ∼ X ⊗ 1, sets are their empirical measures: the mean gives σ(∫ρ dμ), Lipschitz
//! in W_1, so that |f_n(X_n) − f_∞(μ)| shrinks like n^{−1/2} on samples; the maximum gives σ(sup_{supp μ} ρ), continuous in
//! W_∞ only; the sum does not descend, and a sum trained at n_tr is off by (n − n_tr) ∇σ·ρ̄ at n: its squared error grows as
//! (n − n_tr)². Under zero padding the roles are reversed: the sum with ρ(0) = 0 is compatible, mean and maximum are not.
//!
//! Assumes networks ρ and σ that do not depend on n and are Lipschitz; for the rates, independent points of a measure with finite
//! moments; for the blow-up, that σ is affine along the ray on which the sum grows, as a ReLU network is beyond its last kink.
//!
//! Source: Eitan Levin, Yuxin Ma, Mateo Díaz & Soledad Villar, *On Transferring Transferability: Towards a Theory for Size
//! Generalization*, NeurIPS 2025, arXiv 2505.23599: Table 2, Corollary F.9, equation (3), Appendix I.

pub mod compatibility;
pub mod distance;
pub mod lipschitz;
pub mod outlier;
pub mod population;
mod published;
pub mod rate;
pub mod space;
mod trained;
pub mod wasserstein;

use crate::framework::{Law, Profile};

/// The law.
pub fn law() -> Law {
    Law::new("equivariant", "set-transfer", file!())
        .title("Set models transfer to any size if and only if their aggregation is compatible")
        .statement(
            "Under duplication the mean-aggregating and max-aggregating set models are exactly compatible and the sum is not; \
             under zero padding only the sum is. The normalised DeepSet approaches its limit on the underlying measure as \
             n^(−1/2) in every dimension, although the samples themselves come together only as n^(−1/d) for d > 2. Trained \
             at one size, it improves at larger ones; the sum blows up with the square of the excess size; the maximum \
             transfers on a task of the support and drifts on statistics.",
        )
        .equation(
            r"f_n(X) = \sigma\Big(\tfrac1n \sum_{i=1}^n \rho(X_i)\Big) \to \sigma\Big(\int \rho\, d\mu\Big), \qquad
             \frac{\mathrm{MSE}_{\mathrm{sum}}(n_2)}{\mathrm{MSE}_{\mathrm{sum}}(n_1)}
             = \Big(\frac{n_2 - n_{\mathrm{tr}}}{n_1 - n_{\mathrm{tr}}}\Big)^2",
        )
        .symbol(r"\rho, \sigma", "networks applied to every point and to the aggregate, independent of n")
        .symbol(r"\mu", "the measure from which the points are drawn")
        .symbol(r"n_{\mathrm{tr}}", "size of the training sets")
        .source("Levin, Ma, Díaz & Villar, On Transferring Transferability, NeurIPS 2025, arXiv 2505.23599")
        // How far PointNet drifts differs between runs by a factor of 1.5, as in the published logs: its points get more
        // seeds than usual.
        .seeds(|profile| match profile {
            Profile::Smoke => (4, 32),
            Profile::Quick => (6, 96),
            Profile::Full => (8, 96),
        })
        .study::<compatibility::Compatibility>()
        .study::<lipschitz::LipschitzConstants>()
        .study::<rate::Rate>()
        .study::<outlier::SingleOutlier>()
        .study::<wasserstein::Wasserstein>()
        .study::<space::Space>()
        .study::<population::PopulationStatistics>()
        .study::<distance::MaximalDistance>()
}
