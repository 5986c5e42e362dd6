//! A search for graphs that break the statement "only target-free cliques are stable", by simulated annealing.

use lawbook_core::Stream;

use super::{CombinatorialNetwork, Digraph, Strengths, ThresholdLinearError};

/// A graph whose full support is a stable fixed point, without being a clique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The graph.
    pub graph: Digraph,
    /// After how many moves it was found.
    pub moves: usize,
}

/// Temperatures at the start and at the end of one cooling, and its moves.
const HOT: f64 = 0.05;
const COLD: f64 = 0.0005;
const COOLING: usize = 2000;

/// Height at the border of the positive orthant: growth rates of the better half of graphs are below.
const OUTSIDE: f64 = 0.1;

/// Looks for a graph of `nodes` nodes (at least 2), not complete, whose full support is a stable fixed point, for at most
/// `moves` moves of one edge each; starts afresh from a random graph after every 2000. A find is exact: the fixed point in
/// integers, its stability by [`CombinatorialNetwork::is_stable`].
pub fn stable_unlike_cliques(
    nodes: usize,
    strengths: Strengths,
    moves: usize,
    stream: &mut Stream,
) -> Result<Option<Found>, ThresholdLinearError> {
    if nodes < 2 {
        let (what, range) = ("the number of nodes", "at least 2, for an edge to move");
        return Err(ThresholdLinearError::Range { what, value: nodes as f64, range });
    }
    let mut graph = Digraph::random(nodes, 0.5, stream)?;
    let mut height = height_of(&graph, strengths)?;
    for turn in 0..moves {
        if turn % COOLING == 0 {
            graph = Digraph::random(nodes, stream.uniform(), stream)?;
            height = height_of(&graph, strengths)?;
        }
        let temperature = HOT * (COLD / HOT).powf((turn % COOLING) as f64 / COOLING as f64);
        let from = stream.below(nodes as u64) as usize;
        let to = (from + 1 + stream.below(nodes as u64 - 1) as usize) % nodes;
        graph.toggle(from, to);
        let next = height_of(&graph, strengths)?;
        if next <= height || stream.bernoulli(((height - next) / temperature).exp()) {
            height = next;
        } else {
            graph.toggle(from, to);
        }
        if height < 0.0 {
            let network = CombinatorialNetwork::new(graph.clone(), strengths)?;
            let everyone = graph.everyone();
            if network.fixed_point(everyone)?.is_some() && network.is_stable(everyone)? {
                return Ok(Some(Found { graph, moves: turn + 1 }));
            }
        }
    }
    Ok(None)
}

/// Negative exactly for what is sought: the growth rate of the full support where its equilibrium is positive; above that, how
/// far it lies outside of the positive orthant; 1 for the complete graph.
fn height_of(graph: &Digraph, strengths: Strengths) -> Result<f64, ThresholdLinearError> {
    let everyone = graph.everyone();
    if graph.is_clique(everyone) {
        return Ok(1.0);
    }
    let network = CombinatorialNetwork::new(graph.clone(), strengths)?;
    let activity = match network.network().equilibrium(everyone) {
        Ok(activity) => activity,
        Err(ThresholdLinearError::Degenerate { .. }) => return Ok(1.0),
        Err(other) => return Err(other),
    };
    let total: f64 = activity.iter().map(|x| x.abs()).sum();
    let missing: f64 = activity.iter().map(|x| (-x).max(0.0)).sum();
    // Eigenvalues cost ten times as much as all the rest.
    if missing > 0.0 { Ok(OUTSIDE + missing / total) } else { network.network().growth_rate(everyone) }
}
