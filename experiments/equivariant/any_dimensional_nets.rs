//! Equivariant layers found at one size work at every size: the spaces of layers stabilise, extensions are unique from the
//! presentation degree on, and those that commute with the embedding do not blow up.
//!
//! G_n acts on V_n, with embeddings φ: V_n → V_{n+1}. The map W ↦ ψ⁺ W φ from layers at n + 1 to layers at n is an isomorphism for
//! n at least the presentation degree of V ⊗ U, so that a layer at n_0 extends freely to every size. A compatible layer in
//! addition maps embedded inputs to embedded outputs. In diagrams: equivariant layers of tensors are partitions (S_n) or pairings
//! (O(n)) of all indices; compatible under zero padding are those in which every output index is tied to an input index, under
//! duplication those in which no two output indices are tied to each other.
//!
//! Assumes the embeddings of the paper: zero padding; duplication as in arXiv 2505.23599.
//!
//! Source: Eitan Levin & Mateo Díaz, *Any-dimensional equivariant neural networks*, AISTATS 2024, arXiv 2306.06327; Haggai Maron
//! et al., *Invariant and Equivariant Graph Networks*, ICLR 2019, arXiv 1812.09902.

pub mod compatible;
pub mod extension;
pub mod noise;
mod published;
pub mod singular;
pub mod stability;
pub mod tasks;
pub mod training;

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("equivariant", "any-dimensional-nets", file!())
        .title("Layers found at one size extend to all, uniquely in the stable range")
        .statement(
            "The space of equivariant layers between tensor spaces has the same dimension at every size from the presentation \
             degree on, and a layer there extends uniquely to all sizes; below it does not. Trace, diagonal and symmetric part \
             are learned exactly at size 4, for every size. The compatible layers are a small part of all; errors of a free layer \
             are amplified with size, those of a compatible one are not, and so it is with networks that are trained.",
        )
        .equation(
            r"W_{n_0} = \psi^+ W_n \varphi \;\;\text{has one equivariant solution } W_n \text{ for } n \ge n_0 \ge
             \text{presentation degree}; \quad
             \mathbb{E}\,\|W_n - W_n^*\|^2 = \sigma^2 \operatorname{tr}(G_n G_{n_0}^{-1})",
        )
        .symbol(r"\varphi, \psi", "embeddings of inputs and outputs from size n_0 to size n")
        .symbol(r"\psi^+", "left inverse of the embedding")
        .symbol(r"\sigma", "standard deviation of the labels' noise at size n_0")
        .symbol(r"G_n", "Gram matrix at size n of the consistent basis, n^(blocks of the join) for partitions")
        .source("Levin & Díaz, Any-dimensional equivariant neural networks, AISTATS 2024, arXiv 2306.06327")
        .study::<stability::Stability>()
        .study::<compatible::Compatible>()
        .study::<extension::Extension>()
        .study::<tasks::Tasks>()
        .study::<training::Training>()
        .study::<noise::Noise>()
        .study::<singular::SingularVector>()
}
