//! Point clouds of n points of R^k up to permutations and rotations: invariant models of any size, surfaces to sample from, and
//! the third lower bound of the Gromov–Wasserstein distance.
//!
//! Source: Eitan Levin, Yuxin Ma, Mateo Díaz & Soledad Villar, *On Transferring Transferability: Towards a Theory for Size
//! Generalization*, NeurIPS 2025, arXiv 2505.23599, Section 5.3 and Appendix H.

mod cloud;
mod ds_ci;
mod oi_ds;
mod siamese;
mod surface;
mod svd_ds;
mod third_lower_bound;

pub use cloud::{CloudError, PointClouds};
pub use ds_ci::{DsCi, Pairs};
pub use oi_ds::{OiDs, centroids};
pub use siamese::Siamese;
pub use surface::Surface;
pub use svd_ds::{SvdDs, canonical_coordinates};
pub use third_lower_bound::{distortion, third_lower_bound, wasserstein};

use lawbook_core::{Device, Kind, Stream, Tensor};

/// A function of clouds of any size that is invariant under permutations and rotations.
pub trait CloudModel {
    /// Fresh parameters, with gradients; see [`Mlp::init`](crate::mlp::Mlp::init).
    fn init(&self, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor>;

    /// The output `[clouds, outputs]`. Panics if the parameters are not those of [`init`](Self::init).
    fn forward(&self, parameters: &[Tensor], clouds: &PointClouds) -> Result<Tensor, CloudError>;

    /// Number of scalar parameters.
    fn parameter_count(&self) -> i64;
}

#[cfg(test)]
mod tests;
