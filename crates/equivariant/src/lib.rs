//! Models that take inputs of any size, and the theory of how they transfer between sizes.
//!
//! - [`groups`] and [`bases`]: matrix groups by generators, their invariants and equivariant maps, extension to every size.
//! - [`mlp`]: the building block, a multilayer perceptron with its parameters in the open.
//! - [`scalars`]: invariant and equivariant functions of vectors from their products.
//! - [`sets`]: the three set models, the two consistent sequences of sets with their norms, optimal transport on the line,
//!   the learning tasks of the size-generalisation literature, and the training recipe.
//!
//! A model is a description (widths, aggregation); its parameters are a plain list of tensors that the caller owns, so that
//! any optimiser and any loss of [`lawbook_core`] can be applied to them.

pub mod bases;
pub mod groups;
pub mod mlp;
pub mod scalars;
pub mod sets;
