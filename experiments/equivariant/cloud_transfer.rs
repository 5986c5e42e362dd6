//! An invariant of point clouds works at every size if it averages over all points and all pairs; it is continuous only where its frame
//! is.
//!
//! V ∼ V ⊗ 1: a cloud up to O(k) is a measure. Compatible DS-CI averages over all n² entries of the Gram matrix, SVD-DS over the points in
//! the singular frame: both are exactly compatible. Normalised DS-CI averages over pairs of distinct points and differs from the
//! compatible one by O(1/n): for f*, by (1/n) E|v|⁴. OI-DS takes inner products with centroids, which depend on the measure alone.
//! SVD-DS is Lipschitz only where singular values are distinct; Gram matrices need no frame.
//!
//! Assumes networks that do not depend on n; for the gap, independent points with finite fourth moments and mean zero.
//!
//! Source: Eitan Levin, Yuxin Ma, Mateo Díaz & Soledad Villar, *On Transferring Transferability: Towards a Theory for Size
//! Generalization*, NeurIPS 2025, arXiv 2505.23599: Section 5.3, Lemma H.2, Appendix I.4.

pub mod bounds;
pub mod compatibility;
pub mod continuity;
pub mod gap;
mod published;
pub mod siamese;

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("equivariant", "cloud-transfer", file!())
        .title("Invariants of point clouds transfer to any size if they average over all points and pairs")
        .statement(
            "SVD-DS with means, compatible DS-CI and OI-DS are unchanged by duplication of points; sums and averages over distinct pairs are \
             not. Normalised and compatible DS-CI differ by O(1/n), with known constants. SVD-DS jumps where singular values \
             coincide; DS-CI does not. The third lower bound is at most the Gromov–Wasserstein distance, that at most the \
             Wasserstein distance. Trained to predict it at one size, means transfer to larger clouds and sums blow up.",
        )
        .equation(
            r"n\Big(\frac1{n^2} \sum_{i,j} G_{ii} G_{ij} - \frac1{n(n-1)} \sum_{i \ne j} G_{ii} G_{ij}\Big) \to E|v|^4, \qquad
             \mathrm{TLB}_p \le \mathrm{GW}_p \le W_p",
        )
        .symbol("G", "Gram matrix of the points")
        .symbol("v", "a point, drawn from the measure")
        .symbol("W_p", "Wasserstein distance of the clouds in any position")
        .source("Levin, Ma, Díaz & Villar, On Transferring Transferability, NeurIPS 2025, arXiv 2505.23599")
        .study::<compatibility::Compatibility>()
        .study::<gap::Gap>()
        .study::<continuity::Continuity>()
        .study::<bounds::Bounds>()
        .study::<siamese::SizeGeneralisation>()
}
