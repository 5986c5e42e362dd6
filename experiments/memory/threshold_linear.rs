//! **Threshold-linear networks.** `dx_i/dt = −x_i + [Σ_j W_ij x_j + θ]_+` with weights that say only who is joined to whom,
//! `W_ij = −1 + ε` if j → i, `−1 − δ` if not, remembers by its fixed points, each known by its support σ. What is known of them
//! from the graph alone:
//!
//! `Σ_{σ ∈ FP} sgn det(I − W_σ) = 1`, so their number is odd; a support of uniform in-degree d survives exactly if no node
//! outside gets d + 1 edges from it; sinks come and go without consequence, dominated nodes can be left out; target-free cliques
//! attract. That nothing else attracts was conjectured, holds for all graphs of up to four nodes, and is false: a graph of six
//! nodes has a stable support that is no clique.
//!
//! *Assumptions*: `0 < ε < δ/(1 + δ)`, the legal range; rational ε and δ, which are never degenerate (derived in
//! [`lawbook_memory::threshold_linear`], with the consequence that fixed points and indices depend on ε/δ alone).
//!
//! *Source*: C. Curto, J. Geneson & K. Morrison, *Fixed points of competitive threshold-linear networks*, Neural Computation 31
//! (2019), arXiv 1804.00794; *Stable fixed points of combinatorial threshold-linear networks*, arXiv 1909.02947; C. Curto, arXiv
//! 2510.05098 (domination); J. Geneson, arXiv 2607.21396 (the counter-example).

pub mod catalogue;
pub mod counterexample;
pub mod cycles;
pub mod random_graphs;

use anyhow::Result;
use lawbook_core::Stream;
use lawbook_memory::threshold_linear::{CombinatorialNetwork, Digraph, FixedPoint, Strengths};

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "threshold-linear", file!())
        .title("Threshold-linear networks: fixed points from the graph")
        .statement(
            "The fixed points of a combinatorial threshold-linear network have indices that add up to 1; graph rules say which \
             supports survive; target-free cliques attract, and, against the conjecture, not only they.",
        )
        .equation(
            r"\sum_{\sigma \in FP(G)} \operatorname{sgn}\det(I - W_\sigma) = 1, \quad
              W_{ij} = \begin{cases} -1+\varepsilon & j \to i \\ -1-\delta & j \not\to i \end{cases}",
        )
        .symbol("G", "simple directed graph")
        .symbol("σ", "support of a fixed point: the nodes with x_i > 0")
        .symbol("W", "weights; W_σ those among the nodes of σ")
        .symbol("ε", "how much weaker inhibition is along an edge than 1")
        .symbol("δ", "how much stronger inhibition is without an edge than 1")
        .source("C. Curto, J. Geneson & K. Morrison, Fixed points of competitive threshold-linear networks, Neural Computation 31 (2019), arXiv 1804.00794; Stable fixed points of combinatorial threshold-linear networks, arXiv 1909.02947")
        .study::<catalogue::Catalogue>()
        .study::<random_graphs::RandomGraphs>()
        .study::<counterexample::Counterexample>()
        .study::<cycles::Cycles>()
}

/// A network whose nodes have been given new names at random, so that nothing can hang on their order.
struct Renamed {
    network: CombinatorialNetwork,
    names: Vec<usize>,
}

impl Renamed {
    fn new(graph: &Digraph, strengths: Strengths, stream: &mut Stream) -> Result<Self> {
        let mut names: Vec<usize> = (0..graph.nodes()).collect();
        stream.shuffle(&mut names);
        let network = CombinatorialNetwork::new(graph.relabelled(&names)?, strengths)?;
        Ok(Self { network, names })
    }

    /// The fixed points under the old names.
    fn fixed_points(&self) -> Result<Vec<FixedPoint>> {
        let old = |support: u64| (0..self.names.len()).fold(0, |set, node| set | (support >> self.names[node] & 1) << node);
        let found = self.network.fixed_points()?.into_iter();
        Ok(found.map(|FixedPoint { support, index }| FixedPoint { support: old(support), index }).collect())
    }

    /// A support under the new names.
    fn renamed(&self, support: u64) -> u64 {
        (0..self.names.len()).fold(0, |set, node| set | (support >> node & 1) << self.names[node])
    }
}

/// A support from the numbers of its nodes, written one after another and counted from 1: `"134"`.
fn support(nodes: &str) -> u64 {
    nodes.chars().filter_map(|digit| digit.to_digit(10)).fold(0, |set, node| set | 1 << (node - 1))
}
