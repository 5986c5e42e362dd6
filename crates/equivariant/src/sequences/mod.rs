//! Consistent sequences: one description of inputs of every size, and the test whether a model respects it.
//!
//! A consistent sequence is a family of vector spaces V_n with groups G_n and linear injective equivariant embeddings
//! φ_{N,n}: V_n → V_N for n ⪯ N, which compose. What is embedded into what is the *same object* at another size: V_∞ is the union
//! of all V_n after identifying v with φ_{N,n}(v). A norm is compatible if every φ and every g is an isometry; the limit space is
//! then the completion of V_∞. Maps f_n are compatible if f_N∘φ = ψ∘f_n and each is equivariant, and transferable if f_∞ also
//! extends continuously to the limit space; Lipschitz maps with one constant for all n are.
//!
//! | sequence | V_n | n ⪯ N | φ_{N,n} | compatible norms | limit space |
//! | --- | --- | --- | --- | --- | --- |
//! | [`Sets`], zero padding | R^{n×d} | n ≤ N | N − n zero rows added | ℓ_p | ℓ_p |
//! | [`Sets`], duplication | R^{n×d} | n divides N | X ⊗ 1 | ℓ_p with a mean | L^p(\[0, 1\]), measures in W_p |
//! | [`Graphs`] | R^{n×n} × R^{n×d} | n divides N | (A ⊗ 11ᵀ, X ⊗ 1) | entrywise, operator 2, cut | graphon signals |
//! | [`Clouds`] | R^{n×k} | n divides N | X ⊗ 1, acted on by S_n × O(k) | ℓ_p with a mean | measures up to rotation |
//! | [`Constant`] | R^m | always | identity | Euclidean | R^m |
//!
//! [`check`] takes any model, a closure included, and says whether it is compatible (with a counter-example if not) and what speaks
//! for or against its being transferable. Something else than these five is checked by implementing [`ConsistentSequence`] for it,
//! and [`Probed`] if it is an input.
//!
//! Source: Levin, Ma, Díaz & Villar, *On Transferring Transferability: Towards a Theory for Size Generalization*, NeurIPS 2025,
//! arXiv 2505.23599, Section 2 and Example 2.6.

mod check;
mod clouds;
mod compatibility;
mod constant;
mod cut_norm;
mod error;
mod graphs;
mod limit;
mod metric;
mod probe;
mod sets;
mod symmetry;
mod transferability;
mod vectors;

pub use check::{Report, check};
pub use clouds::Clouds;
pub use compatibility::{Compatibility, CounterExample, Violation, compatibility};
pub use constant::Constant;
pub use cut_norm::{LARGEST_CUT, cut_norm, subset_norm};
pub use error::SequenceError;
pub use graphs::{GraphNorm, Graphs};
pub use limit::StepFunction;
pub use metric::{LARGEST_ORBIT, distance, symmetrised_distance};
pub use probe::{CheckError, Probe, exponent};
pub use sets::Sets;
pub use symmetry::Symmetry;
pub use transferability::{Convergence, Growth, convergence, lipschitz};

use lawbook_core::Stream;

/// The spaces V_n with their embeddings, their group and a compatible norm.
pub trait ConsistentSequence {
    /// An element of some V_n.
    type Vector;

    /// n of a vector, after checking its shape and that it is finite.
    fn size(&self, vector: &Self::Vector) -> Result<i64, SequenceError>;

    /// Checks that the vector lies in V_n for this n.
    fn expect(&self, vector: &Self::Vector, size: i64) -> Result<(), SequenceError> {
        let given = self.size(vector)?;
        if given == size {
            Ok(())
        } else {
            Err(SequenceError::Sizes { left: given, right: size, join: self.join(given, size) })
        }
    }

    /// The least size into which both embed.
    fn join(&self, n: i64, m: i64) -> i64;

    /// φ_{N,n} of the vector, N = `size`.
    fn embed(&self, vector: &Self::Vector, size: i64) -> Result<Self::Vector, SequenceError>;

    /// g·v.
    fn act(&self, element: &Symmetry, vector: &Self::Vector) -> Self::Vector;

    /// u − v, of the same size.
    fn difference(&self, u: &Self::Vector, v: &Self::Vector) -> Result<Self::Vector, SequenceError>;

    /// The norm, the same at every size under which the vector is known.
    fn norm(&self, vector: &Self::Vector) -> Result<f64, SequenceError>;

    /// A lower bound of the symmetrised distance inf_g ‖g·u − v‖ that needs no search, for vectors of any two sizes.
    ///
    /// Unless a sequence knows better: |‖u‖ − ‖v‖|, since every g is an isometry.
    fn gap(&self, u: &Self::Vector, v: &Self::Vector) -> Result<f64, SequenceError> {
        Ok((self.norm(u)? - self.norm(v)?).abs())
    }
}

/// A sequence whose elements can be drawn, moved and sampled: what a check needs of the inputs.
pub trait Probed: ConsistentSequence {
    /// A generic element of V_n.
    fn random(&self, size: i64, stream: &mut Stream) -> Self::Vector;

    /// A random element of G_n.
    fn symmetry(&self, size: i64, stream: &mut Stream) -> Symmetry;

    /// An element of V_n that approaches one fixed element of the limit space as n → ∞ (in the symmetrised metric).
    fn sample(&self, size: i64, stream: &mut Stream) -> Self::Vector;

    /// The vector moved in ways that a norm weighs differently as n grows: everywhere, and at one place, near and far; with a
    /// name for each.
    fn perturbations(&self, vector: &Self::Vector, stream: &mut Stream) -> Vec<(&'static str, Self::Vector)>;
}
