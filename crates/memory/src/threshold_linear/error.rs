//! What can be wrong with the input of threshold-linear networks.

/// Bad input, with the numbers and the way out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ThresholdLinearError {
    /// Too few or too many nodes.
    #[error("{nodes} nodes: give between 1 and {most}")]
    Nodes {
        /// What was asked for.
        nodes: usize,
        /// The most there may be here.
        most: usize,
    },
    /// A node's number is too large, or an edge leads back to where it starts.
    #[error("edge {from} → {to} among {nodes} nodes: nodes are numbered from 0, and no edge leads to its own start")]
    Edge {
        /// Where it starts.
        from: usize,
        /// Where it ends.
        to: usize,
        /// Number of nodes.
        nodes: usize,
    },
    /// A set of nodes has some that there are not.
    #[error("support {support:#b} among {nodes} nodes: set no bit but the lowest {nodes}")]
    Support {
        /// The support, one bit per node.
        support: u64,
        /// Number of nodes.
        nodes: usize,
    },
    /// A node's number is too large.
    #[error("node {node} of {nodes}: nodes are numbered from 0 to {nodes} − 1")]
    Node {
        /// What was asked for.
        node: usize,
        /// Number of nodes.
        nodes: usize,
    },
    /// Names of nodes that are no permutation.
    #[error("name {name} is given twice or too large: give each of 0 to {nodes} − 1 to one node")]
    Name {
        /// The name.
        name: usize,
        /// Number of nodes.
        nodes: usize,
    },
    /// A list has another length than there are nodes.
    #[error("{what}: {found} numbers for {expected}; give one for each")]
    Length {
        /// Which list.
        what: &'static str,
        /// How many there have to be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A number is not finite, or a node acts on itself.
    #[error("{what} {at} is {value}: give finite numbers, and no weight of a node on itself")]
    Number {
        /// What it is.
        what: &'static str,
        /// Where it stands.
        at: usize,
        /// Its value.
        value: f64,
    },
    /// A number is out of its range.
    #[error("{what} is {value}: give {range}")]
    Range {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What would do.
        range: &'static str,
    },
    /// The strengths of a combinatorial network are outside of the legal range.
    #[error("ε = {epsilon}, δ = {delta}: the legal range is δ > 0 and 0 < ε < δ/(1 + δ), with denominators up to 10⁶")]
    Strengths {
        /// ε as it was given.
        epsilon: String,
        /// δ as it was given.
        delta: String,
    },
    /// Exact integers do not fit into 128 bits.
    #[error(
        "the exact determinants of {nodes} nodes exceed 128 bits: take fractions ε and δ with smaller terms, or fewer nodes"
    )]
    Overflow {
        /// Number of nodes.
        nodes: usize,
    },
    /// A support whose equations have no unique solution.
    #[error(
        "the fixed point with support {support:#b} is degenerate: I − W is singular there, or a node sits on its threshold"
    )]
    Degenerate {
        /// The support, one bit per node.
        support: u64,
    },
    /// The activity did not come to rest.
    #[error("no rest within time {time}: the network oscillates, or is close to doing so; look at its trajectory instead")]
    Restless {
        /// How long it was watched.
        time: f64,
    },
}
