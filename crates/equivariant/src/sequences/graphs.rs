//! Weighted graphs with features under duplication of vertices.

use lawbook_core::{
    Device, Kind, Stream, Tensor,
    tensor::{scalar, to_vec},
};

use super::{
    ConsistentSequence, Probed, SequenceError, Symmetry, cut_norm,
    sets::move_rows,
    subset_norm,
    vectors::{checked_dimension, checked_order, finite, least_common_multiple, mean_norm, points, rows, subtract},
};

/// A compatible norm of graph signals: the larger of a norm of A and one of X. (The paper's main text adds the two parts of the cut
/// norm, its appendix takes the larger, as here: the same up to a factor of 2.)
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GraphNorm {
    /// ((1/n²) Σ |A_ij|^p)^{1/p} and the normalised ℓ_p norm of X.
    Entrywise(f64),
    /// (1/n) ‖A‖_{2→2} and the normalised ℓ_2 norm of X.
    Operator,
    /// The cut norms of both, by enumeration: at most [`LARGEST_CUT`](super::LARGEST_CUT) vertices.
    Cut,
}

/// Pairs (A, X) ∈ R^{n×n} × R^{n×d} with φ(A, X) = (A ⊗ 11ᵀ, X ⊗ 1) and g·(A, X) = (gAgᵀ, gX): step graphons with signals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Graphs {
    dimension: i64,
    norm: GraphNorm,
}

impl Graphs {
    /// Graphs with d features per vertex.
    pub fn new(dimension: i64, norm: GraphNorm) -> Result<Self, SequenceError> {
        if let GraphNorm::Entrywise(p) = norm {
            checked_order(p)?;
        }
        Ok(Self { dimension: checked_dimension(dimension)?, norm })
    }
}

impl ConsistentSequence for Graphs {
    type Vector = (Tensor, Tensor);

    fn size(&self, (a, x): &Self::Vector) -> Result<i64, SequenceError> {
        let n = rows(x, self.dimension)?;
        if a.size() != [n, n] {
            return Err(SequenceError::Shape { given: a.size(), expected: format!("[{n}, {n}], as X has {n} rows") });
        }
        finite(a).map(|()| n)
    }

    fn join(&self, n: i64, m: i64) -> i64 {
        least_common_multiple(n, m)
    }

    fn embed(&self, graph: &Self::Vector, size: i64) -> Result<Self::Vector, SequenceError> {
        let from = self.size(graph)?;
        if size < 1 || size % from != 0 {
            return Err(SequenceError::NotAMultiple { from, to: size });
        }
        let repeat = |tensor: &Tensor, axis: i64| tensor.repeat_interleave_self_int(size / from, axis, None);
        Ok((repeat(&repeat(&graph.0, 0), 1), repeat(&graph.1, 0)))
    }

    fn act(&self, element: &Symmetry, (a, x): &Self::Vector) -> Self::Vector {
        let columns = element.permute_rows(&element.permute_rows(a).transpose(0, 1));
        (columns.transpose(0, 1), element.permute_rows(x))
    }

    fn difference(&self, u: &Self::Vector, v: &Self::Vector) -> Result<Self::Vector, SequenceError> {
        let sizes = [self.size(u)?, self.size(v)?];
        let join = self.join(sizes[0], sizes[1]);
        Ok((subtract(&u.0, &v.0, sizes, join)?, subtract(&u.1, &v.1, sizes, join)?))
    }

    fn norm(&self, graph: &Self::Vector) -> Result<f64, SequenceError> {
        let n = self.size(graph)?;
        let (a, x) = (graph.0.to_kind(Kind::Double), &graph.1);
        Ok(match self.norm {
            GraphNorm::Entrywise(p) => mean_norm(&a.unsqueeze(-1), p).max(mean_norm(x, p)),
            GraphNorm::Operator => {
                let largest = scalar(&a.transpose(0, 1).matmul(&a).linalg_eigvalsh("L").max()).max(0.0).sqrt();
                (largest / n as f64).max(mean_norm(x, 2.0))
            }
            GraphNorm::Cut => {
                let features = subset_norm(&to_vec(x), n as usize, self.dimension as usize)?;
                cut_norm(&to_vec(&a), n as usize)?.max(features)
            }
        })
    }
}

impl Probed for Graphs {
    /// Symmetric weights uniform in \[0, 1), diagonal included, and normal features (in the entrywise norm of p = ∞ uniform ones).
    fn random(&self, size: i64, stream: &mut Stream) -> Self::Vector {
        let upper = stream.uniform_tensor(&[size, size], Kind::Double, Device::Cpu).triu(0);
        let p = if let GraphNorm::Entrywise(p) = self.norm { p } else { 2.0 };
        (symmetric(&upper), points(size, self.dimension, p, stream))
    }

    fn symmetry(&self, size: i64, stream: &mut Stream) -> Symmetry {
        Symmetry::permutation(size, stream)
    }

    /// Vertices at t_i uniform in \[0, 1\], features cos(c π t), and the graphon W(s, t) = exp(−(s + t)): its weights themselves in
    /// the entrywise norms, simple graphs with these edge probabilities in the others, which see no difference in the limit.
    fn sample(&self, size: i64, stream: &mut Stream) -> Self::Vector {
        let places = stream.uniform_tensor(&[size, 1], Kind::Double, Device::Cpu);
        let weights = (-(&places + places.transpose(0, 1))).exp();
        let waves = (Tensor::arange(self.dimension, (Kind::Double, Device::Cpu)) + 1.0) * std::f64::consts::PI;
        let features = (&places * waves).cos();
        if matches!(self.norm, GraphNorm::Entrywise(_)) {
            return (weights, features);
        }
        let draws = stream.uniform_tensor(&[size, size], Kind::Double, Device::Cpu);
        (symmetric(&draws.less_tensor(&weights).to_kind(Kind::Double).triu(1)), features)
    }

    fn perturbations(&self, (a, x): &Self::Vector, stream: &mut Stream) -> Vec<(&'static str, Self::Vector)> {
        let n = a.size()[0];
        let kind = (a.kind(), a.device());
        let noise = symmetric(&stream.normal_tensor(&[n, n], kind.0, kind.1).triu(0));
        let signs = stream.normal_tensor(&[n, 1], kind.0, kind.1).sign();
        let corner = Tensor::zeros([n, n], kind);
        let _ = corner.narrow(0, 0, 1).narrow(1, n - 1, 1).fill_(1.0);
        let mut moved: Vec<(&'static str, Self::Vector)> = [
            ("all edges, each its own way", a + noise * 0.1),
            ("all edges, one way", a + signs.matmul(&signs.transpose(0, 1)) * 0.01),
            ("self loops", a + Tensor::eye(n, kind) * 0.1),
            ("one edge", a + (&corner + corner.transpose(0, 1)) * 0.5),
        ]
        .map(|(name, edges)| (name, (edges, x.shallow_clone())))
        .into();
        moved.extend(move_rows(x, stream).into_iter().map(|(name, rows)| (name, (a.shallow_clone(), rows))));
        moved
    }
}

/// The symmetric matrix with this upper triangle.
fn symmetric(upper: &Tensor) -> Tensor {
    upper + upper.triu(1).transpose(0, 1)
}
