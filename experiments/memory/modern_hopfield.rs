//! **Modern Hopfield network.** Continuous states, the energy `E(ξ) = −lse(β, Xᵀξ) + ½ ξᵀξ + const`, and the update
//! `ξ' = X softmax(β Xᵀξ)` of transformer attention. Every update lowers E; it misses a pattern of separation
//! `Δ_i = x_i·x_i − max_j x_i·x_j` by at most
//!
//! `‖ξ' − x_i‖ ≤ 2 (N − 1) M exp(−β (Δ_i − 2 ‖ξ − x_i‖ M))`.
//!
//! Hot, all states go to one mean; cold, each pattern has a fixed point; between, fixed points are means of similar patterns.
//! Two patterns split like a Curie–Weiss magnet, at `β = 4/‖x₁ − x₂‖²`; random patterns are retrieved from a β that the mean
//! over the sphere gives; and `√p c^((d−1)/4)` of them are stored with probability 1 − p.
//!
//! *Assumptions*: none on the patterns for descent and error bound. Random patterns are uniform on a sphere.
//!
//! *Source*: H. Ramsauer et al., *Hopfield Networks is All You Need*, ICLR 2021, arXiv 2008.02217: energy
//! and update, their convergence, Theorem 3 on storage and Theorem 5 on retrieval.
//! The magnet, the retrieval threshold and the weight of other patterns are derived in [`lawbook_memory::modern`].

pub mod pair;
pub mod phases;
pub mod random;
pub mod retrieval;
pub mod storage;

use lawbook_core::{Device, Kind, Stream, Tensor};

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "modern-hopfield", file!())
        .title("Modern Hopfield network: exponentially small errors, and three phases")
        .statement(
            "A network of continuous states whose update is attention descends its energy, retrieves well separated patterns \
             with an exponentially small error, and passes from one mean over metastable averages to single patterns as it cools.",
        )
        .equation(
            r"\xi' = X\,\mathrm{softmax}(\beta X^{\mathsf T}\xi), \quad
              \lVert \xi' - x_i\rVert \le 2(N-1)M e^{-\beta(\Delta_i - 2\lVert\xi - x_i\rVert M)}",
        )
        .symbol("X", "stored patterns, one per column")
        .symbol("\\beta", "inverse temperature")
        .symbol("N", "number of patterns")
        .symbol("M", "length of the longest pattern")
        .symbol("\\Delta_i", "separation of pattern i: its square minus its largest overlap with another")
        .source("H. Ramsauer et al., Hopfield Networks is All You Need, ICLR 2021, arXiv 2008.02217")
        .study::<retrieval::Retrieval>()
        .study::<pair::Pair>()
        .study::<phases::Phases>()
        .study::<random::Threshold>()
        .study::<random::Leak>()
        .study::<storage::Storage>()
}

/// Independent vectors, uniform on the sphere of that radius, along the last dimension.
fn on_sphere(shape: &[i64], radius: f64, stream: &mut Stream, device: Device) -> Tensor {
    along_unit(&stream.normal_tensor(shape, Kind::Double, device)) * radius
}

/// The vectors along the last dimension, scaled to length 1.
fn along_unit(x: &Tensor) -> Tensor {
    x / x.norm_scalaropt_dim(2.0, [-1i64].as_slice(), true)
}
