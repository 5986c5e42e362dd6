//! Point clouds: sets under duplication that are also known only up to a rotation or reflection.

use lawbook_core::{Device, Kind, Stream, Tensor};

use super::{
    ConsistentSequence, Probed, SequenceError, Symmetry,
    sets::move_rows,
    vectors::{checked_dimension, checked_order, least_common_multiple, mean_norm, points, rows, subtract},
};

/// R^{n×k} under duplication, S_n × O(k) acting by gXhᵀ, with the normalised ℓ_p norm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clouds {
    dimension: i64,
    p: f64,
}

impl Clouds {
    /// Clouds in R^k with the normalised norm of order p ≥ 1 (∞ allowed).
    pub fn new(dimension: i64, p: f64) -> Result<Self, SequenceError> {
        Ok(Self { dimension: checked_dimension(dimension)?, p: checked_order(p)? })
    }
}

impl ConsistentSequence for Clouds {
    type Vector = Tensor;

    fn size(&self, cloud: &Tensor) -> Result<i64, SequenceError> {
        rows(cloud, self.dimension)
    }

    fn join(&self, n: i64, m: i64) -> i64 {
        least_common_multiple(n, m)
    }

    fn embed(&self, cloud: &Tensor, size: i64) -> Result<Tensor, SequenceError> {
        self.size(cloud)?;
        crate::sets::SetSequence::Duplication.embed(cloud, size)
    }

    fn act(&self, element: &Symmetry, cloud: &Tensor) -> Tensor {
        let permuted = element.permute_rows(cloud);
        match &element.rotation {
            Some(h) => permuted.matmul(&h.to_kind(cloud.kind()).to_device(cloud.device()).transpose(0, 1)),
            None => permuted,
        }
    }

    fn difference(&self, u: &Tensor, v: &Tensor) -> Result<Tensor, SequenceError> {
        let sizes = [self.size(u)?, self.size(v)?];
        subtract(u, v, sizes, self.join(sizes[0], sizes[1]))
    }

    fn norm(&self, cloud: &Tensor) -> Result<f64, SequenceError> {
        self.size(cloud)?;
        Ok(mean_norm(cloud, self.p))
    }
}

impl Probed for Clouds {
    /// Normal points, for p = ∞ uniform ones of the cube, stretched by 1, 2, …, k along the axes so that singular values are
    /// distinct.
    fn random(&self, size: i64, stream: &mut Stream) -> Tensor {
        let axes = Tensor::arange(self.dimension, (Kind::Double, Device::Cpu)) + 1.0;
        points(size, self.dimension, self.p, stream) * axes
    }

    fn symmetry(&self, size: i64, stream: &mut Stream) -> Symmetry {
        Symmetry::rigid(size, self.dimension, stream)
    }

    /// As [`random`](Probed::random).
    fn sample(&self, size: i64, stream: &mut Stream) -> Tensor {
        self.random(size, stream)
    }

    fn perturbations(&self, cloud: &Tensor, stream: &mut Stream) -> Vec<(&'static str, Tensor)> {
        move_rows(cloud, stream)
    }
}
