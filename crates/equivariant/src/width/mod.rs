//! Width upscaling: a trained network is made k times wider, computes the same function, and keeps computing the same
//! function while it is trained on, if optimiser state and hyper-parameters are rescaled with it.
//!
//! Describe a network by its layers ([`Network`]); its parameters are a plain list of tensors. [`Upscaling`] widens parameters
//! and optimiser state; [`Class`] says how weights and gradients scale, from which every multiplier of the maximal-update
//! parametrisation follows; [`Noise`] breaks the symmetry between the copies.
//!
//! Sources: *μpscaling small models: Principled warm starts and hyperparameter transfer*, 2026, arXiv 2602.10545; Greg Yang et
//! al., *Tensor Programs V: Tuning Large Neural Networks via Zero-Shot Hyperparameter Transfer*, 2022, arXiv 2203.03466; Tianqi
//! Chen, Ian Goodfellow & Jonathon Shlens, *Net2Net*, 2016, arXiv 1511.05641.

mod architectures;
mod class;
mod error;
pub mod flops;
mod forward;
mod network;
mod noise;
mod upscale;

pub use class::{Class, Scaling};
pub use error::WidthError;
pub use network::{Channels, Layer, Network, Parameter, Role};
pub use noise::Noise;
pub(crate) use noise::spectral_norm;
pub use upscale::Upscaling;

#[cfg(test)]
mod tests;
