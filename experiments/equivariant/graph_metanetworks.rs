//! A metanetwork that reads the weights of a perceptron gives the same answer at every width if its messages see of the weights only
//! what widening keeps.
//!
//! Every hidden neuron becomes k, every weight W_ij a block B_ij. The function is kept if and only if B_ij 1 = W_ij 1. A metanetwork
//! with messages along single weights survives duplication alone, and only with fan-in times weight as its edge feature, mean
//! aggregation and mean readout. With messages by matrix products, W_l H_{l−1} A, the forward network survives every widening,
//! and is continuous in the norm Σ_l √(n_{l−1}/n_l) ‖W_l‖₂, which grows as √n in the standard parametrisation and is flat under maximal
//! updates.
//!
//! Source: Derek Lim et al., *Graph Metanetworks for Processing Diverse Neural Architectures*, ICLR 2024, arXiv 2312.04501; Ioannis
//! Kalogeropoulos et al., *Scale Equivariant Graph Metanetworks*, NeurIPS 2024, arXiv 2406.10685; the consistent sequences of Eitan
//! Levin et al., NeurIPS 2025, arXiv 2505.23599, applied to weights.

pub mod hadamard;
pub mod norms;
pub mod widening;

use crate::framework::{Law, Profile};

/// The law.
pub fn law() -> Law {
    Law::new("equivariant", "graph-metanetworks", file!())
        .title("A metanetwork transfers across widths if its messages are matrix products")
        .statement(
            "Row sums of blocks decide whether a widening keeps the function of a perceptron. Metanetworks with messages along \
             single weights keep their answer under duplication only, and only with three modifications; forward matrix-product \
             metanetworks keep it under every widening, bidirectional ones under those that keep column sums. Weights whose \
             normalised spectral norm vanishes leave the answer of the latter, not of the former.",
        )
        .equation(
            r"Z_l = W_l H_{l-1} A, \qquad B_{ij}\mathbf 1 = W_{ij}\mathbf 1, \qquad
             \lVert w \rVert = \sum_l \sqrt{\tfrac{n_{l-1}}{n_l}}\, \lVert W_l \rVert_2",
        )
        .symbol("W_l", "weights of layer l of the network that is read")
        .symbol("B_{ij}", "block that replaces the weight from neuron j to neuron i")
        .symbol("H_l", "states that the metanetwork gives to the neurons of layer l")
        .symbol("A", "learnt matrix of the metanetwork")
        .source("Lim et al. 2024, arXiv 2312.04501; Kalogeropoulos et al. 2024, arXiv 2406.10685; Levin et al. 2025, arXiv 2505.23599")
        .seeds(|profile| match profile {
            Profile::Smoke => (4, 16),
            Profile::Quick => (6, 36),
            Profile::Full => (8, 64),
        })
        .study::<widening::FunctionPreserving>()
        .study::<hadamard::Hadamard>()
        .study::<norms::Norms>()
}
