//! The linear latent variable model, its minimum in closed form, and posterior collapse.
//!
//! A sample x is encoded as z ~ N(W x, Σ), Σ = diag(σ²), with prior N(0, η_enc²), and decoded as y ~ N(U z, η_dec²). With y = x it
//! is the linear variational autoencoder; at β = 1 that one is probabilistic PCA. The loss is the negative evidence lower
//! bound, with the weight β on its Kullback–Leibler part.
//!
//! Source: Z. Wang & L. Ziyin, *Posterior Collapse of a Linear Latent Variable Model*, NeurIPS 2022, arXiv 2205.04009.
//!
//! ```
//! use lawbook_core::{Device, Kind, Tensor};
//! use lawbook_landscapes::{SecondMoments, latent_variables::{DecoderVariance, EncoderVariance, LinearLatentModel}};
//!
//! let covariance = Tensor::from_slice(&[4.0, 2.0, 1.0]).diag(0);
//! let moments = SecondMoments::autoencoding(&covariance)?;
//! let model = LinearLatentModel {
//!     latents: 3,
//!     beta: 1.0,
//!     prior_variance: 1.0,
//!     encoder_variance: EncoderVariance::Learnable,
//!     decoder_variance: DecoderVariance::Fixed(1.5),
//! };
//! // Two principal variances exceed β η_dec² = 1.5: the third latent unit collapses.
//! assert_eq!(model.minimum(&moments)?.active(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod minimum;
mod model;
mod state;

pub use minimum::{LinearLatentMinimum, Mode, mode_gain, ppca_noise_variance};
pub use model::{DecoderVariance, EncoderVariance, LatentModelError, LinearLatentModel};
pub use state::LatentState;
