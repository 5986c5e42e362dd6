//! Graph rules: what a digraph alone says about the fixed points of its combinatorial threshold-linear network
//! (C. Curto, J. Geneson & K. Morrison, *Fixed points of competitive threshold-linear networks*, Neural Computation 31, 2019,
//! arXiv 1804.00794; domination for the whole graph: C. Curto 2025, arXiv 2510.05098).

use super::{
    Digraph,
    digraph::{holds_only, members},
};

/// Every rule panics, with the numbers, if a support or a node is not of the graph: [`Digraph::everyone`] is the largest support.
impl Digraph {
    /// The in-degree that every node of `support` has within it, if they all have the same.
    pub fn uniform_in_degree(&self, support: u64) -> Option<u32> {
        self.assert_support(support);
        let mut degrees = members(support).map(|node| (self.incoming(node) & support).count_ones());
        let first = degrees.next()?;
        degrees.all(|degree| degree == first).then_some(first)
    }

    /// The most edges that a node outside of `support` gets from it; 0 if there is none outside.
    pub fn most_received(&self, support: u64) -> u32 {
        self.assert_support(support);
        let outside = members(self.everyone() & !support);
        outside.map(|node| (self.incoming(node) & support).count_ones()).max().unwrap_or(0)
    }

    /// Whether a support of uniform in-degree d is a fixed point's: exactly if no node outside gets d + 1 edges or more from it.
    /// Nothing is said about other supports.
    pub fn uniform_in_degree_survives(&self, support: u64) -> Option<bool> {
        self.uniform_in_degree(support).map(|degree| self.most_received(support) <= degree)
    }

    /// Whether every two nodes of a set (not empty) are joined in both directions.
    pub fn is_clique(&self, support: u64) -> bool {
        self.assert_support(support);
        support != 0 && members(support).all(|node| self.incoming(node) & support == support & !(1 << node))
    }

    /// Whether it is a clique of which no node outside gets an edge from every member.
    pub fn is_target_free_clique(&self, support: u64) -> bool {
        self.is_clique(support) && self.most_received(support) < support.count_ones()
    }

    /// Whether no edge leaves the node.
    pub fn is_sink(&self, node: usize) -> bool {
        self.assert_node(node);
        self.outgoing(node) == 0
    }

    /// Whether a node of `support` gets no edge within it but sends one: such a support has no fixed point.
    pub fn has_proper_source(&self, support: u64) -> bool {
        self.assert_support(support);
        members(support).any(|node| self.incoming(node) & support == 0 && self.outgoing(node) & support != 0)
    }

    /// Whether `by` dominates `node` graphically with respect to `support`: whoever in `support` sends to `node` also sends to
    /// `by`; `node` sends to `by` if it belongs to `support`; `by` does not send to `node` if it belongs to `support`.
    pub fn dominates(&self, support: u64, by: usize, node: usize) -> bool {
        self.assert_support(support);
        self.assert_node(by);
        self.assert_node(node);
        let pair = 1 << by | 1 << node;
        let shared = self.incoming(node) & support & !pair & !self.incoming(by) == 0;
        let forward = support >> node & 1 == 0 || self.has_edge(node, by);
        let backward = support >> by & 1 == 0 || !self.has_edge(by, node);
        by != node && shared && forward && backward
    }

    /// A pair `(by, node)` of `support`, the first dominating the second with respect to it.
    pub fn dominated_pair(&self, support: u64) -> Option<(usize, usize)> {
        self.assert_support(support);
        members(support)
            .flat_map(|by| members(support).map(move |node| (by, node)))
            .find(|&(by, node)| self.dominates(support, by, node))
    }

    /// What is left after dominated nodes have been taken out one by one until none is: the same whatever the order, and with
    /// the same fixed points as the whole graph.
    pub fn reduced_by_domination(&self) -> u64 {
        let mut left = self.everyone();
        while let Some((_, node)) = self.dominated_pair(left) {
            left &= !(1 << node);
        }
        left
    }

    fn assert_support(&self, support: u64) {
        assert!(holds_only(support, self.nodes()), "support {support:#b} among {} nodes", self.nodes());
    }

    fn assert_node(&self, node: usize) {
        assert!(node < self.nodes(), "node {node} of {}", self.nodes());
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_read_small_graphs() {
        let path = Digraph::path(3).unwrap();
        // 2 dominates 1, which then is gone, and so on: the sink is left.
        assert_eq!(path.reduced_by_domination(), 0b100);
        assert!(path.is_sink(2) && !path.is_sink(0) && path.has_proper_source(0b011) && !path.has_proper_source(0b101));
        let cycle = Digraph::cycle(5).unwrap();
        assert_eq!(cycle.uniform_in_degree(0b11111), Some(1));
        assert_eq!(cycle.reduced_by_domination(), 0b11111);
        let clique = Digraph::clique(3).unwrap();
        assert!(clique.is_target_free_clique(0b111) && clique.is_clique(0b11) && !clique.is_target_free_clique(0b11));
        assert_eq!(Digraph::path(3).unwrap().uniform_in_degree(0b11), None);
    }

    /// Supports and nodes beyond the graph, which some rules took for members without edges.
    #[test]
    fn nodes_beyond_the_graph_are_refused_by_every_rule() {
        let panics = |rule: fn(&Digraph) -> bool| std::panic::catch_unwind(|| rule(&Digraph::clique(3).unwrap())).is_err();
        let rules: [fn(&Digraph) -> bool; 10] = [
            |graph| graph.uniform_in_degree(0b1001).is_some(),
            |graph| graph.uniform_in_degree_survives(0b1001).is_some(),
            |graph| graph.most_received(0b1001) > 0,
            |graph| graph.is_clique(0b1001),
            |graph| graph.is_target_free_clique(0b1001),
            |graph| graph.has_proper_source(0b1001),
            |graph| graph.dominated_pair(0b1001).is_some(),
            |graph| graph.dominates(0b1001, 0, 1),
            |graph| graph.dominates(0b111, 64, 1),
            |graph| graph.is_sink(3),
        ];
        for (number, rule) in rules.into_iter().enumerate() {
            assert!(panics(rule), "rule {number}");
        }
    }
}
