//! Graphs with node features, and how a graph of n nodes is identified with one of N.

use lawbook_core::{Kind, Tensor, tensor::scalar};

/// Why a graph cannot be built, sampled or measured.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GraphError {
    /// The adjacency tensor is no batch of square matrices.
    #[error("adjacency of shape {0:?} is no batch of square matrices: give [graphs, n, n] with n at least 1")]
    NotSquare(Vec<i64>),
    /// The features belong to another number of nodes or graphs.
    #[error("features of shape {signal:?} do not belong to {graphs} graphs of {nodes} nodes: give [{graphs}, {nodes}, d]")]
    Features {
        /// Shape of the features.
        signal: Vec<i64>,
        /// Graphs of the adjacency.
        graphs: i64,
        /// Nodes of the adjacency.
        nodes: i64,
    },
    /// A number is infinite or not a number.
    #[error("{0} of the {1} entries of the {2} are not finite: clean the data first")]
    NotFinite(i64, i64, &'static str),
    /// The features are not of the model's number.
    #[error("{given} features per node for a model that takes {taken}: give features [graphs, n, {taken}]")]
    Channels {
        /// Features per node given.
        given: i64,
        /// Features per node of the model.
        taken: i64,
    },
    /// The parameters are those of another model.
    #[error("{given} numbers among the parameters of a model of {expected}: give those that its `init` made")]
    Parameters {
        /// Numbers given.
        given: i64,
        /// Numbers of the model.
        expected: i64,
    },
    /// Nodes can be repeated a whole number of times only.
    #[error("every node is to be repeated {0} times: give at least 1")]
    Copies(i64),
    /// A permutation of another length.
    #[error("a permutation of {given} nodes cannot act on {nodes}: give one of {nodes}")]
    Permutation {
        /// Nodes permuted.
        given: i64,
        /// Nodes of the graph.
        nodes: i64,
    },
    /// A graphon value is no probability.
    #[error(
        "graphon value {value} at block ({row}, {column}) is no probability, or differs from its mirror image: give a symmetric matrix of numbers in [0, 1]"
    )]
    Probability {
        /// The value.
        value: f64,
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// A graphon without blocks, or with rows of other lengths.
    #[error("{rows} rows of block values, one of them of length {length}: give a square matrix with at least one block")]
    Blocks {
        /// Rows given.
        rows: usize,
        /// Length of the first row that does not fit.
        length: usize,
    },
}

/// A batch of graphs with features on their nodes: A `[graphs, n, n]`, weighted, as a rule symmetric, and X `[graphs, n, d]`.
#[derive(Debug)]
pub struct GraphSignal {
    adjacency: Tensor,
    signal: Tensor,
}

impl GraphSignal {
    /// The graphs with these adjacency matrices `[graphs, n, n]` and features `[graphs, n, d]`, all finite.
    pub fn new(adjacency: Tensor, signal: Tensor) -> Result<Self, GraphError> {
        let (a, x) = (adjacency.size(), signal.size());
        if a.len() != 3 || a[1] != a[2] || a[1] < 1 {
            return Err(GraphError::NotSquare(a));
        }
        if x.len() != 3 || x[0] != a[0] || x[1] != a[1] {
            return Err(GraphError::Features { signal: x, graphs: a[0], nodes: a[1] });
        }
        for (tensor, name) in [(&adjacency, "adjacency"), (&signal, "features")] {
            let bad = scalar(&tensor.isfinite().logical_not().sum(Kind::Int64)) as i64;
            if bad > 0 {
                return Err(GraphError::NotFinite(bad, tensor.numel() as i64, name));
            }
        }
        Ok(Self { adjacency, signal })
    }

    /// What a generator built, which is known to fit.
    pub(super) fn from_parts(adjacency: Tensor, signal: Tensor) -> Self {
        Self { adjacency, signal }
    }

    /// A `[graphs, n, n]`.
    pub fn adjacency(&self) -> &Tensor {
        &self.adjacency
    }

    /// X `[graphs, n, d]`.
    pub fn signal(&self) -> &Tensor {
        &self.signal
    }

    /// n.
    pub fn nodes(&self) -> i64 {
        self.adjacency.size()[1]
    }

    /// The number of graphs.
    pub fn graphs(&self) -> i64 {
        self.adjacency.size()[0]
    }

    /// The duplication embedding (A ⊗ 11ᵀ, X ⊗ 1): every node `copies` times, its copies side by side.
    pub fn duplicate(&self, copies: i64) -> Result<Self, GraphError> {
        if copies < 1 {
            return Err(GraphError::Copies(copies));
        }
        let along = |tensor: &Tensor, axis| tensor.repeat_interleave_self_int(copies, axis, None);
        Ok(Self { adjacency: along(&along(&self.adjacency, 1), 2), signal: along(&self.signal, 1) })
    }

    /// (gAgᵀ, gX) for the permutation g: node i of the result is node `order[i]`.
    pub fn permute(&self, order: &Tensor) -> Result<Self, GraphError> {
        let given = order.numel() as i64;
        if given != self.nodes() {
            return Err(GraphError::Permutation { given, nodes: self.nodes() });
        }
        let adjacency = self.adjacency.index_select(1, order).index_select(2, order);
        Ok(Self { adjacency, signal: self.signal.index_select(1, order) })
    }

    /// Some of the graphs.
    pub fn select(&self, graphs: &Tensor) -> Self {
        Self { adjacency: self.adjacency.index_select(0, graphs), signal: self.signal.index_select(0, graphs) }
    }

    /// The graphs in batches of at most `count`, in their order.
    pub fn split(&self, count: i64) -> Vec<Self> {
        let pairs = self.adjacency.split(count, 0).into_iter().zip(self.signal.split(count, 0));
        pairs.map(|(adjacency, signal)| Self { adjacency, signal }).collect()
    }

    /// The same numbers in another precision.
    #[must_use]
    pub fn to_kind(&self, kind: Kind) -> Self {
        Self { adjacency: self.adjacency.to_kind(kind), signal: self.signal.to_kind(kind) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lawbook_core::Device;

    fn zeros(shape: &[i64]) -> Tensor {
        Tensor::zeros(shape, (Kind::Double, Device::Cpu))
    }

    #[test]
    fn bad_graphs_are_refused_with_their_numbers() {
        let error = |a: &Tensor, x: &Tensor| GraphSignal::new(a.copy(), x.copy()).expect_err("bad").to_string();
        assert!(error(&zeros(&[1, 3, 4]), &zeros(&[1, 3, 1])).contains("[1, 3, 4]"));
        assert!(error(&zeros(&[3, 3]), &zeros(&[1, 3, 1])).contains("square"));
        assert!(error(&zeros(&[1, 3, 3]), &zeros(&[1, 4, 1])).contains("3 nodes"));
        assert!(error(&(zeros(&[1, 3, 3]) / 0.0), &zeros(&[1, 3, 1])).contains("9 of the 9"));
        let graph = GraphSignal::new(zeros(&[1, 3, 3]), zeros(&[1, 3, 1])).expect("good");
        assert_eq!(graph.duplicate(0).expect_err("bad"), GraphError::Copies(0));
        assert!(graph.permute(&Tensor::from_slice(&[1i64, 0])).is_err());
    }

    #[test]
    fn duplication_is_the_kronecker_product() {
        let a = Tensor::from_slice(&[1.0, 2.0, 3.0, 4.0]).reshape([2, 2]);
        let graph = GraphSignal::new(a.unsqueeze(0), zeros(&[1, 2, 1])).expect("good").duplicate(3).expect("good");
        let ones = Tensor::ones([3, 3], (Kind::Double, Device::Cpu));
        assert_eq!(graph.adjacency().squeeze_dim(0), a.kron(&ones));
    }
}
