//! Point clouds of n points of R^k up to permutations and rotations: invariant models of any size, surfaces to sample from, and
//! the third lower bound of the Gromov–Wasserstein distance.
//!
//! Source: Eitan Levin, Yuxin Ma, Mateo Díaz & Soledad Villar, *On Transferring Transferability: Towards a Theory for Size
//! Generalization*, NeurIPS 2025, arXiv 2505.23599, Section 5.3 and Appendix H.

mod cloud;
mod ds_ci;
mod siamese;
mod surface;
mod svd_ds;
mod third_lower_bound;

pub use cloud::{CloudError, PointClouds};
pub use ds_ci::{DsCi, Pairs};
pub use siamese::Siamese;
pub use surface::Surface;
pub use svd_ds::{SvdDs, canonical_coordinates};
pub use third_lower_bound::{distortion, third_lower_bound, wasserstein};

#[cfg(test)]
mod tests;
