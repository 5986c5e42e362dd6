//! Elements of the groups G_n that act on inputs and outputs together.

use lawbook_core::{Device, Kind, Stream, Tensor, equivariance::random_permutation};

/// A permutation of the n points and, for clouds, a rotation or reflection of the space that they lie in.
#[derive(Debug)]
pub struct Symmetry {
    /// Row i of g·X is row `order[i]` of X.
    pub order: Tensor,
    /// h ∈ O(k), `[k, k]`: row x becomes x hᵀ.
    pub rotation: Option<Tensor>,
}

impl Symmetry {
    /// A uniformly random permutation of n points.
    pub fn permutation(size: i64, stream: &mut Stream) -> Self {
        Self { order: random_permutation(stream, size.max(0) as usize), rotation: None }
    }

    /// A random permutation with a random orthogonal map of R^k, Haar distributed up to the signs of its columns.
    pub fn rigid(size: i64, dimension: i64, stream: &mut Stream) -> Self {
        let normal = stream.normal_tensor(&[dimension, dimension], Kind::Double, Device::Cpu);
        let (rotation, _) = Tensor::linalg_qr(&normal, "reduced");
        Self { rotation: Some(rotation), ..Self::permutation(size, stream) }
    }

    /// The rows of X in their new order.
    pub fn permute_rows(&self, rows: &Tensor) -> Tensor {
        rows.index_select(0, &self.order.to_device(rows.device()))
    }
}
