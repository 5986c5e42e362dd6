//! Nonlinear Laplacians: spectral detection of a planted signal whose entries are not negative, by the top eigenpair of
//! L_σ = Ŷ + diag(σ(Ŷ1)).
//!
//! The row sums Ŷ1 carry the prior information that the signal points in one direction; σ says how it enters the spectrum.
//! [`Theory`] predicts the top eigenpair and the weakest visible signal, [`optimum`] the best that any σ can do, [`Bulk`] the
//! rest of the spectrum; [`learned`] finds a σ from labelled matrices. [`observation`] draws what is observed, and
//! [`top_eigenpair`] finds the eigenpair from products alone: with [`Packed`], which reads half a dense matrix once per product, or
//! with [`SignMatrix`], one bit per edge, up to n = 10⁵. [`refined_top_eigenpair`] takes most products on [`Rounded`], a quarter of the
//! bytes, and ends with the same residual.
//!
//! Source: Yuxin Ma & Dmitriy Kunisky, *Nonlinear Laplacians: Tunable principal component analysis under directional prior
//! information*, 2025, arXiv 2505.12528.

mod bulk;
mod error;
mod lanczos;
pub mod learned;
mod nonlinearity;
pub mod observation;
mod operator;
pub mod optimum;
pub mod packed;
mod prior;
mod refined;
mod rounded;
mod signs;
mod theory;
mod vectors;

pub use bulk::Bulk;
pub use error::LaplacianError;
pub use lanczos::{Eigenpair, Search, top_eigenpair};
pub use nonlinearity::Nonlinearity;
pub use observation::Observation;
pub use operator::SigmaLaplacian;
pub use packed::{Packed, Symmetric};
pub use prior::Prior;
pub use refined::refined_top_eigenpair;
pub use rounded::Rounded;
pub use signs::SignMatrix;
pub use theory::{MOST_STRENGTH, Theory, Top};
