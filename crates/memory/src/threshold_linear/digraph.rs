//! Simple directed graphs of up to 64 nodes, as bit masks.

use lawbook_core::Stream;

use super::ThresholdLinearError;

/// A simple directed graph: no loops, at most one edge from a node to another. Nodes are numbered from 0; a set of nodes is a
/// `u64` with one bit each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digraph {
    /// By node, the nodes with an edge to it.
    incoming: Vec<u64>,
}

impl Digraph {
    /// Nodes without edges: an independent set.
    pub fn independent(nodes: usize) -> Result<Self, ThresholdLinearError> {
        if nodes == 0 || nodes > 64 {
            return Err(ThresholdLinearError::Nodes { nodes, most: 64 });
        }
        Ok(Self { incoming: vec![0; nodes] })
    }

    /// A graph from its edges, each `(from, to)`.
    pub fn from_edges(nodes: usize, edges: &[(usize, usize)]) -> Result<Self, ThresholdLinearError> {
        let mut graph = Self::independent(nodes)?;
        for &(from, to) in edges {
            if from >= nodes || to >= nodes || from == to {
                return Err(ThresholdLinearError::Edge { from, to, nodes });
            }
            graph.incoming[to] |= 1 << from;
        }
        Ok(graph)
    }

    /// A graph from a rule that says whether there is an edge `(from, to)`; it is not asked about loops.
    pub fn from_rule(nodes: usize, mut rule: impl FnMut(usize, usize) -> bool) -> Result<Self, ThresholdLinearError> {
        let mut graph = Self::independent(nodes)?;
        for to in 0..nodes {
            for from in (0..nodes).filter(|&from| from != to) {
                graph.incoming[to] |= u64::from(rule(from, to)) << from;
            }
        }
        Ok(graph)
    }

    /// Every edge there can be.
    pub fn clique(nodes: usize) -> Result<Self, ThresholdLinearError> {
        Self::from_rule(nodes, |_, _| true)
    }

    /// The cycle 0 → 1 → … → 0.
    pub fn cycle(nodes: usize) -> Result<Self, ThresholdLinearError> {
        Self::star(nodes, 1)
    }

    /// Node i leads to i + 1, …, i + reach (modulo the number of nodes); `star(5, 2)` is the 5-star.
    pub fn star(nodes: usize, reach: usize) -> Result<Self, ThresholdLinearError> {
        Self::from_rule(nodes, |from, to| (to + nodes - from) % nodes <= reach)
    }

    /// The path 0 → 1 → … .
    pub fn path(nodes: usize) -> Result<Self, ThresholdLinearError> {
        Self::from_rule(nodes, |from, to| to == from + 1)
    }

    /// Each edge is there with probability `density`, independently.
    pub fn random(nodes: usize, density: f64, stream: &mut Stream) -> Result<Self, ThresholdLinearError> {
        if !(0.0..=1.0).contains(&density) {
            let range = "a probability, from 0 to 1";
            return Err(ThresholdLinearError::Range { what: "the density of edges", value: density, range });
        }
        Self::from_rule(nodes, |_, _| stream.bernoulli(density))
    }

    /// The same graph with node `i` called `names[i]`: a permutation.
    pub fn relabelled(&self, names: &[usize]) -> Result<Self, ThresholdLinearError> {
        let nodes = self.nodes();
        if names.len() != nodes {
            return Err(ThresholdLinearError::Length { what: "names of nodes", expected: nodes, found: names.len() });
        }
        let mut given = vec![false; nodes];
        for &name in names {
            if name >= nodes || std::mem::replace(&mut given[name], true) {
                return Err(ThresholdLinearError::Name { name, nodes });
            }
        }
        let edges: Vec<(usize, usize)> = self.edges().map(|(from, to)| (names[from], names[to])).collect();
        Self::from_edges(nodes, &edges)
    }

    /// The graph with one edge put in, or taken out if it is there.
    ///
    /// # Panics
    /// If a node's number is too large, or both are the same.
    pub fn toggle(&mut self, from: usize, to: usize) {
        assert!(from < self.nodes() && from != to, "edge {from} → {to} among {} nodes", self.nodes());
        self.incoming[to] ^= 1 << from;
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.incoming.len()
    }

    /// All nodes.
    pub fn everyone(&self) -> u64 {
        u64::MAX >> (64 - self.nodes())
    }

    /// Whether there is an edge; none leads to or from a node that there is not.
    pub fn has_edge(&self, from: usize, to: usize) -> bool {
        from < 64 && self.incoming.get(to).is_some_and(|incoming| incoming >> from & 1 == 1)
    }

    /// The nodes with an edge to `node`.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn incoming(&self, node: usize) -> u64 {
        assert!(node < self.nodes(), "node {node} of {}", self.nodes());
        self.incoming[node]
    }

    /// The nodes to which `node` has an edge; none if there is no such node.
    pub fn outgoing(&self, node: usize) -> u64 {
        (0..self.nodes()).filter(|&to| self.has_edge(node, to)).fold(0, |set, to| set | 1 << to)
    }

    /// The edges `(from, to)`.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.nodes()).flat_map(|to| members(self.incoming[to]).map(move |from| (from, to)))
    }
}

/// The numbers of the nodes in a set, ascending.
pub fn members(set: u64) -> impl DoubleEndedIterator<Item = usize> + Clone {
    (0..64).filter(move |node| set >> node & 1 == 1)
}

/// Whether a set holds none but the first `nodes` nodes, of which there are 1 to 64.
pub(super) fn holds_only(set: u64, nodes: usize) -> bool {
    set & !(u64::MAX >> (64 - nodes)) == 0
}

/// Refuses supports with nodes that there are not.
pub(super) fn check_support(support: u64, nodes: usize) -> Result<(), ThresholdLinearError> {
    if holds_only(support, nodes) { Ok(()) } else { Err(ThresholdLinearError::Support { support, nodes }) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn families_have_their_edges() {
        assert_eq!(Digraph::cycle(3).unwrap().edges().collect::<Vec<_>>(), [(2, 0), (0, 1), (1, 2)]);
        assert_eq!(Digraph::path(3).unwrap().edges().collect::<Vec<_>>(), [(0, 1), (1, 2)]);
        let star = Digraph::star(5, 2).unwrap();
        assert!((0..5).all(|i| star.outgoing(i).count_ones() == 2 && star.incoming(i).count_ones() == 2));
        assert!(star.has_edge(4, 1) && !star.has_edge(1, 4));
        assert_eq!(Digraph::clique(64).unwrap().edges().count(), 64 * 63);
        assert_eq!(Digraph::path(3).unwrap().relabelled(&[2, 1, 0]).unwrap().edges().count(), 2);
    }

    #[test]
    fn bad_graphs_are_refused_with_their_numbers() {
        assert_eq!(Digraph::independent(65).unwrap_err(), ThresholdLinearError::Nodes { nodes: 65, most: 64 });
        let loops = Digraph::from_edges(3, &[(1, 1)]).unwrap_err();
        assert_eq!(loops, ThresholdLinearError::Edge { from: 1, to: 1, nodes: 3 });
    }
}
