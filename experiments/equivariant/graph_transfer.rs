//! A graph model works at every size if its layers commute with duplication of nodes, and on sampled graphs if it is also continuous
//! in the cut norm.
//!
//! (A, X) ∼ (A ⊗ 11ᵀ, X ⊗ 1): a graph is its step graphon with a signal. Message passing with means, GGNN (all compatible layers) and
//! continuous GGNN (those without diagonal and trace) are exactly compatible; the normalised 2-IGN is not, because of its operations
//! with diagonal outputs. The diagonal of A has no limit: on Erdős–Rényi graphs GGNN keeps a gap to its value on the constant
//! graphon, and continuous GGNN closes it as n^{−1/2}, the rate of the operator norm.
//!
//! Assumes graphs drawn with self-loops, networks that do not depend on n.
//!
//! Source: Eitan Levin, Yuxin Ma, Mateo Díaz & Soledad Villar, *On Transferring Transferability: Towards a Theory for Size
//! Generalization*, NeurIPS 2025, arXiv 2505.23599: Section 5.2, Proposition G.1, Figure 4, Appendix I.2.

pub mod compatibility;
pub mod norms;
pub mod sampling;
pub mod target;
pub mod trained;

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("equivariant", "graph-transfer", file!())
        .title("Graph models transfer to any size if they are compatible with duplication and continuous in the cut norm")
        .statement(
            "Message passing, GGNN and continuous GGNN commute exactly with duplication of nodes; the normalised 2-IGN does not. \
             From Erdős–Rényi graphs to the constant graphon continuous GGNN closes its gap as n^(−1/2), as the operator norm does, \
             and GGNN does not, because it reads the diagonal. Cut and operator norm bound each other. Trained at one size, the \
             continuous GGNN improves at larger ones and the 2-IGN degrades.",
        )
        .equation(
            r"\frac1{\sqrt n}\big\| f_n(A_n, 1) - f_\infty(W, 1) \big\|_F = O\big(\|T_{A_n} - T_W\|_{2\to2}\big) \approx
             n^{-1/2}, \qquad \|W\|_\square \le \|T_W\|_{2\to2} \le 2^{3/2} \|W\|_\square^{1/2}",
        )
        .symbol("A_n", "adjacency matrix of n nodes, drawn from the graphon W")
        .symbol("T_W", "the operator of the graphon on L² of the unit interval")
        .symbol(r"\|W\|_\square", "the cut norm")
        .source("Levin, Ma, Díaz & Villar, On Transferring Transferability, NeurIPS 2025, arXiv 2505.23599")
        .study::<compatibility::Compatibility>()
        .study::<sampling::Sampling>()
        .study::<norms::Norms>()
        .study::<target::Target>()
        .study::<trained::SizeGeneralisation>()
}
