//! Bases of invariant tensors and of equivariant linear maps of matrix groups, and how they extend to every size.
//!
//! A linear map W: V → U is equivariant iff vec(W), row-major, is invariant in U ⊗ V*: (ρ(h_i) − 1) vec(W) = 0 for the discrete
//! generators and dρ(A_k) vec(W) = 0 for the Lie generators. [`invariants`] solves this tensor type by tensor type: by orbits of
//! index tuples for permutation groups, by weights for all others.
//!
//! Source: Marc Finzi, Max Welling & Andrew Gordon Wilson, *A Practical Method for Constructing Equivariant Multilayer
//! Perceptrons for Arbitrary Matrix Groups*, ICML 2021, arXiv 2104.09459; Eitan Levin & Mateo Díaz, *Any-dimensional equivariant
//! neural networks*, AISTATS 2024, arXiv 2306.06327.

mod basis;
pub mod modes;
mod network;
mod orbits;
pub mod partitions;
mod representation;
mod sequence;
mod weights;

pub use basis::{Basis, BasisError, equivariant_maps, invariants};
pub use network::{AnySizeError, AnySizeNetwork, AtSize, Weights};
pub use representation::{Factor, Representation};
pub use sequence::{Degrees, Layer, Restriction, Sequence, SequenceError};
