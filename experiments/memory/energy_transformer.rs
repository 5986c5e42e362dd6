//! **Energy Transformer.** A block whose tokens x move by `dx/dt = −∂E/∂g`, where `g = γ (x − x̄)/√(var + ε) + δ` is layer
//! normalisation, the gradient of a convex Lagrangian, and
//!
//! `E = −β⁻¹ Σ_h Σ_C ln Σ_{B≠C} exp(β K_hB·Q_hC) − ½ Σ_B Σ_μ max(ξ_μ·g_B, 0)²`.
//!
//! E falls, for `dg/dx` is symmetric and has no negative eigenvalue. The attention that follows from E has two terms: that of
//! every transformer, its values tied to the queries, and one that moves keys towards the queries that attend to them.
//!
//! The paper's sum leaves out a token's own key; both published codes keep it. What that changes is measured here: which energy
//! falls, and by how much the updates differ.
//!
//! *Assumptions*: one scale γ for all features; steps short enough (α = 0.1 as published).
//!
//! *Source*: B. Hoover, Y. Liang, B. Pham, R. Panda, H. Strobelt, D. H. Chau, M. Zaki & D. Krotov, *Energy Transformer*, NeurIPS
//! 2023, arXiv 2302.07253.

pub mod descent;
pub mod self_key;

use anyhow::Result;
use lawbook_core::{Device, Stream};
use lawbook_memory::energy_transformer::{EnergyTransformer, Keys, Sizes};

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "energy-transformer", file!())
        .title("Energy Transformer: attention and memory that descend one energy")
        .statement(
            "Tokens that move against the gradient of one energy with respect to their layer-normalised values lower it with \
             every step; ordinary attention alone does not, and a token's own key changes the update by one part in √N.",
        )
        .equation(
            r"\dot x = -\frac{\partial E}{\partial g}, \quad E = -\frac{1}{\beta}\sum_{h,C}\ln\sum_{B\ne C} e^{\beta K_{hB}\cdot Q_{hC}}
              - \frac12\sum_{B,\mu}\max(\xi_\mu\cdot g_B, 0)^2",
        )
        .symbol("x", "tokens; g are the layer-normalised tokens")
        .symbol("K", "keys of a head h, W^K g; Q are the queries, W^Q g")
        .symbol("\\beta", "inverse temperature, one over the root of the features per head")
        .symbol("\\xi_\\mu", "memories of the Hopfield network")
        .source(
            "B. Hoover, Y. Liang, B. Pham, R. Panda, H. Strobelt, D. H. Chau, M. Zaki & D. Krotov, Energy Transformer, NeurIPS 2023, \
             arXiv 2302.07253",
        )
        .study::<descent::Descent>()
        .study::<self_key::SelfKey>()
}

/// Keys by their name in parameters.
fn keys(name: &str) -> Keys {
    if name == "all" { Keys::All } else { Keys::Others }
}

/// A random block of 4 heads of 8 features and four memories per feature.
fn random_block(
    features: i64,
    deviation: f64,
    keys: Keys,
    stream: &mut Stream,
    device: Device,
) -> Result<EnergyTransformer> {
    let sizes = Sizes { features, heads: 4, head_features: 8, memories: 4 * features };
    Ok(EnergyTransformer::random(sizes, deviation, keys, stream)?.to_device(device))
}
