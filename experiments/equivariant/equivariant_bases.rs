//! The invariants of a matrix group in a tensor type are the null space of its generators' constraints, and their number is a
//! classical count.
//!
//! C vec(W) = 0 with C = stack[ρ(h_i) − 1; dρ(A_k)] for discrete generators h_i and Lie generators A_k, ρ = ρ_U ⊗ ρ_V*. What is
//! measured is the general solver, which knows generators alone; what is predicted are the counts of invariant theory: pairings
//! for O(d) and Sp, with volume forms for SO(d), central binomials in the plane, Weyl's unitary trick for the Lorentz group,
//! orbits for permutation groups.
//!
//! Assumes finitely many generators, finite matrices, tensors of moderate order.
//!
//! Source: Marc Finzi, Max Welling & Andrew Gordon Wilson, *A Practical Method for Constructing Equivariant Multilayer
//! Perceptrons for Arbitrary Matrix Groups*, ICML 2021, arXiv 2104.09459, Section 4 and Theorem 1.

pub mod commutation;
pub mod dimensions;

use lawbook_equivariant::groups::{GroupError, MatrixGroup};

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("equivariant", "equivariant-bases", file!())
        .title("Generators alone determine all equivariant linear maps")
        .statement(
            "The equivariant linear maps of a matrix group are the null space of the constraints of its generators, discrete and \
             Lie. Their number is that of invariant theory: (r − 1)!! pairings for O(d), one volume form more for SO(d), Motzkin \
             sums for SO(3), Catalan numbers for Sp(1), n^(r−1) for Z_n, set partitions for S_n. A map from this null space \
             commutes with every element of the group; one from the orthogonal complement does not.",
        )
        .equation(
            r"W \rho_V(g) = \rho_U(g) W \;\; \forall g \quad\Longleftrightarrow\quad
             (\rho(h_i) - 1)\,\mathrm{vec}\,W = 0, \;\; d\rho(A_k)\,\mathrm{vec}\,W = 0",
        )
        .symbol(r"h_i, A_k", "discrete and Lie generators")
        .symbol(r"\rho", "the representation on U ⊗ V*")
        .symbol("r", "tensor order")
        .source("Finzi, Welling & Wilson, A Practical Method for Constructing Equivariant MLPs, ICML 2021, arXiv 2104.09459")
        // Dimensions are no matter of chance: one seed more only repeats them.
        .seeds(|_| (2, 6))
        .study::<dimensions::Dimensions>()
        .study::<commutation::Commutation>()
}

/// The group of this name, as the studies' parameter lists it.
fn group(name: &str) -> Result<MatrixGroup, GroupError> {
    match name {
        "O(2)" => MatrixGroup::orthogonal(2),
        "O(3)" => MatrixGroup::orthogonal(3),
        "O(4)" => MatrixGroup::orthogonal(4),
        "SO(2)" => MatrixGroup::special_orthogonal(2),
        "SO(3)" => MatrixGroup::special_orthogonal(3),
        "SO(4)" => MatrixGroup::special_orthogonal(4),
        "O(1,3)" => MatrixGroup::lorentz(3),
        "SO+(1,3)" => MatrixGroup::proper_lorentz(3),
        "Sp(1)" => MatrixGroup::symplectic(1),
        "Z(4)" => MatrixGroup::cyclic(4),
        "S(4)" => MatrixGroup::symmetric(4),
        _ => MatrixGroup::symmetric(6),
    }
}
