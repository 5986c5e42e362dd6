//! Metanetworks: graph networks that read the weights of a perceptron, and what they must do to give the same answer for
//! the same function at every width.
//!
//! - [`Weights`]: the network that is read, its function, and its normalised spectral norm.
//! - [`Widening`]: five families of widenings that keep the function, from duplication to arbitrary blocks.
//! - [`EdgeNetwork`]: messages along single weights, with a choice of edge feature, aggregation and readout.
//! - [`ProductNetwork`]: messages by the product with the weight matrix.
//! - [`ScaleNetwork`]: equivariant under the positive rescaling of ReLU neurons.
//!
//! Sources: Ioannis Kalogeropoulos, Giorgos Bouritsas & Yannis Panagakis, *Scale Equivariant Graph Metanetworks*, NeurIPS 2024,
//! arXiv 2406.10685; Derek Lim et al., *Graph Metanetworks for Processing Diverse Neural Architectures*, 2024, arXiv
//! 2312.04501; the duplication-consistent sequences of Eitan Levin et al., 2025, arXiv 2505.23599.

mod edge;
mod product;
mod scale;
mod weights;
mod widening;

pub use edge::{Aggregation, EdgeNetwork, Feature, Readout};
pub use product::ProductNetwork;
pub use scale::{Backward, ScaleNetwork};
pub use weights::Weights;
pub use widening::{Widening, WideningError};

/// In which directions messages pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From inputs to outputs.
    Forward,
    /// Both ways.
    Bidirectional,
}

#[cfg(test)]
mod tests;
