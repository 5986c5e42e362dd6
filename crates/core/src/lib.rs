//! The one door to the tensor library: devices, seeded random streams, optimisers and training loops, tensor helpers, data.
//!
//! No other crate names a tensor device or draws a random tensor. Every random number comes from a [`Stream`], a counter-based
//! generator keyed by what it is for, so that the same cell gives the same bits on one thread or sixteen, alone or in a
//! sweep, today or after a resume.

pub mod data;
pub mod dense;
pub mod device;
pub mod equivariance;
pub mod lbfgs;
pub mod optim;
pub mod pages;
pub mod popcount;
pub mod random;
pub mod simd;
pub mod tensor;
pub mod training;

pub use device::Device;
pub use random::{Key, Stream};
pub use tch::{Kind, Tensor, no_grad};
