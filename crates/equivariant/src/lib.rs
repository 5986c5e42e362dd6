//! Models that take inputs of any size, and the theory of how they transfer between sizes.
//!
//! # Does my model transfer?
//!
//! Any function of tensors can be checked, whatever it is built of. Say between which spaces it maps (what an input of one size is at
//! another, and in which norm), and [`sequences::check`] tells whether it is *compatible*: whether it commutes with the embeddings and
//! the symmetries, with a counter-example if not; and what speaks for its being *transferable*: whether its Lipschitz constants stay
//! bounded as n grows, and whether its values settle on samples. A counter-example is a proof; the rest is evidence.
//!
//! This program is in the folder `examples`; put your model in it and run it with
//! `cargo run -p lawbook-equivariant --example my_model`.
//!
//! ```
#![doc = include_str!("../examples/my_model.rs")]
//! ```
//!
//! It prints that the mean transfers, that the maximum is compatible but not continuous, and that the sum is not compatible:
//!
//! ```text
//! mean length
//! compatible: no difference above 2.7e-16 (relative) in 144 trials
//! Lipschitz constant: 9.881e-1 at n = 4 to 9.881e-1 at n = 128, as n^-0.00: bounded; largest for: one point, far out
//! between samples: 3.518e-1 at n = 4 to 8.965e-2 at n = 64, as n^-0.53
//! the evidence is for transferable in these norms
//!
//! largest length
//! compatible: no difference above 0.0e0 (relative) in 144 trials
//! Lipschitz constant: 3.858e0 at n = 4 to 1.172e2 at n = 128, as n^0.98: grows; largest for: one point, far out
//! …
//! ```
//!
//! Tensors are those of libtorch, and their operations have the names of PyTorch, with the overload in the name:
//! `x.sum(dim=-1)` is `x.sum_dim_intlist([-1i64].as_slice(), false, Kind::Double)`. A model trained elsewhere is checked from the
//! numbers of its weights ([`lawbook_core::tensor::from_slice`]).
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
//! | [`laplacian::learned::SigmaNetwork`] | σ as a network, learned from labelled matrices | by its monotone envelope, with a known limit |
//! | [`bases::Layer`] | a linear layer of any matrix group, found at one size | extends to every size in the stable range |
//! | [`bases::AnySizeNetwork`] | such layers of S_n with ReLU | runs at every size; transfers if its layers are compatible |
//! | [`scalars`] | functions of scalar products and determinants | equivariant under O(d), SO(d), Lorentz in every d |
//! | [`metanetworks::EdgeNetwork`], [`ProductNetwork`](metanetworks::ProductNetwork), [`ScaleNetwork`](metanetworks::ScaleNetwork) | graph networks that read weights | across widenings of the network read |
//! | [`width::Network`] | dense, residual and convolutional nets, a small GPT | the same function when widened by [`width::Upscaling`] |
//!
//! A model is a description (widths, aggregation); its parameters are a plain list of tensors that the caller owns, so that any
//! optimiser and any loss of [`lawbook_core`] can be applied to them.
//!
//! # What else is here
//!
//! - [`sequences`]: consistent sequences of sets, graphs and clouds, compatible norms (ℓ_p, operator, cut), limit spaces,
//!   symmetrised metrics, and the check.
//! - [`sets`], [`graphs`], [`clouds`]: the models above with their size limits, optimal transport on the line, graphons, the third lower
//!   bound, the learning tasks of the size-generalisation literature, and the training recipes.
//! - [`groups`] and [`bases`]: matrix groups by generators, their invariants and equivariant maps, extension to every size.
//! - [`laplacian`]: what a nonlinear Laplacian sees and what it cannot see, in closed form and on matrices of order 10⁵.
//! - [`metanetworks`]: graph networks that read weights, and the widenings under which they should not change their answer.
//! - [`width`]: networks made wider with their optimiser's state, without a change of their function or of their training.
//! - [`scalars`] and [`mlp`]: products of vectors, and the perceptron that the models are made of.
//! - [`portions`]: how many graphs or clouds to work on at a time.

pub mod bases;
pub mod clouds;
pub mod graphs;
pub mod groups;
pub mod laplacian;
pub mod metanetworks;
pub mod mlp;
pub mod portions;
pub mod scalars;
pub mod sequences;
pub mod sets;
pub mod width;
