//! Models that take inputs of any size, and the theory of how they transfer between sizes.
//!
//! # Does my model transfer?
//! - [`metanetworks`]: graph networks that read weights, and the widenings under which they should not change their answer.
//! - [`groups`] and [`bases`]: matrix groups by generators, their invariants and equivariant maps, extension to every size.
//! - [`mlp`]: the building block, a multilayer perceptron with its parameters in the open.
//! - [`scalars`]: invariant and equivariant functions of vectors from their products.
//! - [`sets`]: the three set models, the two consistent sequences of sets with their norms, optimal transport on the line,
//!   the learning tasks of the size-generalisation literature, and the training recipe.
//! - [`width`]: networks made wider with their optimiser's state, without a change of their function or of their training.
//!
//! Any closure can be checked, whatever it is built of. Say between which spaces it maps (what an input of one size is at another,
//! and in which norm), and [`sequences::check`] tells whether it is *compatible*: whether it commutes with the embeddings and the
//! symmetries, with a counter-example if not; and what speaks for its being *transferable*: whether its Lipschitz constants stay
//! bounded as n grows, and whether its values settle on samples. A counter-example is a proof; the rest is evidence.
//!
//! ```
//! use lawbook_core::{Key, Kind, Tensor};
//! use lawbook_equivariant::sequences::{Constant, Probe, Sets, check};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let inputs = Sets::duplication(3)?; // sets of points of R³, known by their empirical measure
//! let outputs = Constant::new(1)?; // one number, whatever the size
//! let mut stream = Key::new(["my model"]).stream("check", 0);
//!
//! // The mean length of the points: it transfers.
//! let lengths = |x: &Tensor| x.square().sum_dim_intlist([-1i64].as_slice(), false, Kind::Double).sqrt();
//! let mean = check(&inputs, &outputs, |x| lengths(x).mean(Kind::Double), &Probe::default(), &mut stream)?;
//! assert!(mean.is_transferable());
//!
//! // The largest length: compatible, but one point of n moves it however large n is.
//! let largest = check(&inputs, &outputs, |x| lengths(x).max(), &Probe::default(), &mut stream)?;
//! assert!(largest.is_compatible() && !largest.is_bounded());
//! println!("{largest}");
//!
//! // The sum of lengths counts every point again: here is an input that shows it.
//! let sum = check(&inputs, &outputs, |x| lengths(x).sum(Kind::Double), &Probe::default(), &mut stream)?;
//! let found = sum.counter_example().ok_or("the sum does not transfer")?;
//! println!("{:?}: f(φx) = {} but f(x) = {}", found.violation, found.moved_input, found.moved_output);
//! # Ok(())
//! # }
//! ```
//!
//! Graphs with features go in as pairs `(A, X)` under [`sequences::Graphs`], clouds under [`sequences::Clouds`], and a model whose
//! output has one row per point maps into [`sequences::Sets`] instead of [`sequences::Constant`]. For models in single precision
//! set [`Probe::tolerance`](sequences::Probe::tolerance) to 10⁻⁴ and convert the input in the closure.
//!
//! # Models
//!
//! | model | formula | transfers |
//! | --- | --- | --- |
//! | [`Mlp`](mlp::Mlp) | linear layers with ReLU between them | the part of all others; one size only |
//! | DeepSet, [`Aggregation::Sum`](sets::Aggregation::Sum) | σ(Σ_i ρ(X_i)) | under zero padding in ℓ_1, if ρ(0) = 0 |
//! | normalised DeepSet, [`Aggregation::Mean`](sets::Aggregation::Mean) | σ((1/n) Σ_i ρ(X_i)) | under duplication, in every W_p |
//! | PointNet, [`Aggregation::Max`](sets::Aggregation::Max) | σ(max_i ρ(X_i)) | under duplication, in W_∞ only |
//! | [`graphs::MessagePassing`] | X ← X W₁ᵀ + (1/n) A X W₂ᵀ | under duplication, continuous in the cut norm |
//! | [`graphs::Ign`] | all 15 linear maps of S_n, then ReLU | no: diagonal outputs are not compatible |
//! | [`graphs::Ggnn`], [`Basis::All`](graphs::Basis::All) | all linear maps compatible with duplication, then Σ_s (A/n)^s X_s | in the ∞-norm only |
//! | [`graphs::Ggnn`], [`Basis::Continuous`](graphs::Basis::Continuous) | the same without traces and diagonals | in the operator norm, continuous in the cut norm |
//! | [`clouds::DsCi`], pairs i ≠ j | DeepSets of G_ii and of G_ij, G = VVᵀ | up to O(1/n) |
//! | [`clouds::DsCi`], all pairs | the same over all n² entries of G | under duplication, on bounded clouds |
//! | [`clouds::SvdDs`] | DeepSet of X in its singular directions | with the mean, where singular values are distinct |
//! | [`clouds::OiDs`] | DeepSet of inner products with the centroids of X | under duplication, where the centroids are unique |
//! | [`laplacian::SigmaLaplacian`] | top eigenpair of Ŷ + diag(σ(Ŷ1)) | a detector whose limit is known at every signal strength |
//! | [`bases::Layer`] | a linear layer of any matrix group, found at one size | extends to every size in the stable range |
//! | [`scalars`] | functions of scalar products and determinants | equivariant under O(d), SO(d), Lorentz in every d |
//! | [`metanetworks::EdgeNetwork`], [`ProductNetwork`](metanetworks::ProductNetwork), [`ScaleNetwork`](metanetworks::ScaleNetwork) | graph networks that read weights | across widenings of the network read |
//! | [`width::Network`] | dense and residual nets, a small GPT | the same function when widened by [`width::Upscaling`] |
//!
//! A model is a description (widths, aggregation); its parameters are a plain list of tensors that the caller owns, so that any
//! optimiser and any loss of [`lawbook_core`] can be applied to them.
//!
//! # What else is here
//!
//! - [`sequences`]: consistent sequences of sets, graphs and clouds, compatible norms (ℓ_p, operator, cut), limit spaces,
//!   symmetrised metrics, and the check.
//! - [`sets`]: the set models with their size limits, optimal transport on the line, the learning tasks of the
//!   size-generalisation literature, and the training recipe.

pub mod bases;
pub mod clouds;
pub mod graphs;
pub mod groups;
pub mod laplacian;
pub mod metanetworks;
pub mod mlp;
pub mod scalars;
pub mod sequences;
pub mod sets;
pub mod width;
