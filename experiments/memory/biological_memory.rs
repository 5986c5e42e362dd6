//! **Biological memory.** Feature neurons v and memory neurons h with symmetric synapses ξ between the layers and none within
//! follow
//!
//! `τ_f dv/dt = ξᵀ f(h) − v + I`, `τ_h dh/dt = ξ g(v) − h`, `g = ∇L_v`, `f = ∇L_h`.
//!
//! Their energy `(v − I)·g − L_v + h·f − L_h − f·ξ g` falls at the rate `τ_f v'ᵀ∇²L_v v' + τ_h h'ᵀ∇²L_h h'` for any time
//! constants. With fast memory neurons three choices of Lagrangians give back the dense memory (A), the modern Hopfield network
//! (B) and a memory on the sphere (C).
//!
//! *Assumptions*: convex Lagrangians; symmetric synapses. The reductions hold for `τ_h → 0`.
//!
//! *Source*: D. Krotov & J. J. Hopfield, *Large Associative Memory Problem in Neurobiology and Machine Learning*, ICLR 2021,
//! arXiv 2008.06996: equations of motion, energy and its rate, models A to C.

pub mod adiabatic;
pub mod descent;
pub mod reductions;

use anyhow::Result;
use lawbook_core::Tensor;
use lawbook_memory::biological::{Lagrangian, TwoLayerMemory};

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "biological-memory", file!())
        .title("Biological memory: two layers that contain the others, and one energy for any time constants")
        .statement(
            "A network of feature and memory neurons with pairwise synapses only has an energy that falls whatever its time \
             constants, and with fast memory neurons it is the dense, the modern Hopfield or the spherical memory.",
        )
        .equation(
            r"\tau_f \dot v = \xi^{\mathsf T} f(h) - v + I, \quad \tau_h \dot h = \xi\, g(v) - h, \quad
              \dot E = -\tau_f\, \dot v^{\mathsf T} \nabla^2 L_v\, \dot v - \tau_h\, \dot h^{\mathsf T} \nabla^2 L_h\, \dot h",
        )
        .symbol("v", "feature neurons, with activation g = ∇L_v")
        .symbol("h", "memory neurons, with activation f = ∇L_h")
        .symbol("\\xi", "synapses: memory μ in row μ")
        .symbol("\\tau_f", "time constant of the feature neurons; τ_h that of the memory neurons")
        .symbol("E", "energy (v − I)·g − L_v + h·f − L_h − f·ξ g")
        .source(
            "D. Krotov & J. J. Hopfield, Large Associative Memory Problem in Neurobiology and Machine Learning, ICLR 2021, arXiv \
             2008.06996",
        )
        .study::<descent::Descent>()
        .study::<reductions::Reductions>()
        .study::<adiabatic::Adiabatic>()
}

/// The models of the paper.
const MODELS: [&str; 3] = ["A", "B", "C"];

/// A model of the paper with memories of these patterns of ±1, scaled to length 1: overlaps are at most 1 between patterns and
/// states, time steps of one hundredth resolve the motion, and every model retrieves.
fn network(model: &str, patterns: &Tensor) -> Result<TwoLayerMemory> {
    let (features, memories) = match model {
        "A" => (Lagrangian::SoftSign(2.0), Lagrangian::Rectified(3)),
        "B" => (Lagrangian::Quadratic, Lagrangian::Softmax(10.0)),
        _ => (Lagrangian::Spherical, Lagrangian::Rectified(3)),
    };
    let scale = (patterns.size()[1] as f64).sqrt();
    Ok(TwoLayerMemory::new(patterns / scale, features, memories)?)
}
