//! Sets of n points of R^d under zero padding or duplication, acted on by permutations.

use lawbook_core::{
    Device, Kind, Stream, Tensor,
    tensor::{from_slice, to_vec},
};

use super::{
    ConsistentSequence, Probed, SequenceError, Symmetry,
    vectors::{checked_dimension, checked_order, least_common_multiple, points, rows, subtract},
};
use crate::sets::{SetSequence, wasserstein::wasserstein};

/// R^{n×d} with the norm of order p that the embedding keeps: ℓ_p under zero padding, with a mean under duplication.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sets {
    sequence: SetSequence,
    dimension: i64,
    p: f64,
}

impl Sets {
    /// Sets in R^d with the norm of order p ≥ 1 (∞ allowed).
    pub fn new(sequence: SetSequence, dimension: i64, p: f64) -> Result<Self, SequenceError> {
        Ok(Self { sequence, dimension: checked_dimension(dimension)?, p: checked_order(p)? })
    }

    /// Sets in R^d under duplication with the normalised ℓ_1 norm: empirical measures in W_1.
    pub fn duplication(dimension: i64) -> Result<Self, SequenceError> {
        Self::new(SetSequence::Duplication, dimension, 1.0)
    }

    /// Sets in R^d under zero padding with the ℓ_1 norm.
    pub fn zero_padding(dimension: i64) -> Result<Self, SequenceError> {
        Self::new(SetSequence::ZeroPadding, dimension, 1.0)
    }
}

impl ConsistentSequence for Sets {
    type Vector = Tensor;

    fn size(&self, set: &Tensor) -> Result<i64, SequenceError> {
        rows(set, self.dimension)
    }

    fn join(&self, n: i64, m: i64) -> i64 {
        match self.sequence {
            SetSequence::ZeroPadding => n.max(m),
            SetSequence::Duplication => least_common_multiple(n, m),
        }
    }

    fn embed(&self, set: &Tensor, size: i64) -> Result<Tensor, SequenceError> {
        self.size(set)?;
        self.sequence.embed(set, size)
    }

    fn act(&self, element: &Symmetry, set: &Tensor) -> Tensor {
        element.permute_rows(set)
    }

    fn difference(&self, u: &Tensor, v: &Tensor) -> Result<Tensor, SequenceError> {
        let sizes = [self.size(u)?, self.size(v)?];
        subtract(u, v, sizes, self.join(sizes[0], sizes[1]))
    }

    fn norm(&self, set: &Tensor) -> Result<f64, SequenceError> {
        self.size(set)?;
        self.sequence.norm(set, self.p)
    }

    /// On the line under duplication the symmetrised distance itself, W_p of the empirical measures.
    fn gap(&self, u: &Tensor, v: &Tensor) -> Result<f64, SequenceError> {
        if self.dimension == 1 && self.sequence == SetSequence::Duplication {
            self.size(u)?;
            self.size(v)?;
            if let Ok(distance) = wasserstein(&to_vec(u), &to_vec(v), self.p) {
                return Ok(distance);
            }
        }
        Ok((self.norm(u)? - self.norm(v)?).abs())
    }
}

impl Probed for Sets {
    /// Independent standard normal points; for p = ∞ uniform ones of the cube \[−1, 1\]^d, whose norm stays bounded.
    fn random(&self, size: i64, stream: &mut Stream) -> Tensor {
        points(size, self.dimension, self.p, stream)
    }

    fn symmetry(&self, size: i64, stream: &mut Stream) -> Symmetry {
        Symmetry::permutation(size, stream)
    }

    /// Duplication: as [`random`](Probed::random). Zero padding: the first n of the points sin(i + c)/i², which are summable.
    fn sample(&self, size: i64, stream: &mut Stream) -> Tensor {
        match self.sequence {
            SetSequence::Duplication => self.random(size, stream),
            SetSequence::ZeroPadding => {
                let entry = |i: i64, c: i64| ((i + c) as f64).sin() / (i * i) as f64;
                let entries: Vec<f64> = (1..=size).flat_map(|i| (0..self.dimension).map(move |c| entry(i, c))).collect();
                from_slice(&entries, &[size, self.dimension], Kind::Double, Device::Cpu)
            }
        }
    }

    fn perturbations(&self, set: &Tensor, stream: &mut Stream) -> Vec<(&'static str, Tensor)> {
        move_rows(set, stream)
    }
}

/// How far out one point is moved: far outside of normal samples of any size used, the largest of which are at √(2 ln n), so that its
/// effect does not fade as they grow.
const FAR: f64 = 30.0;

/// A set with its points moved: all of them independently, all of them alike, and the first one alone, near and far.
pub(super) fn move_rows(set: &Tensor, stream: &mut Stream) -> Vec<(&'static str, Tensor)> {
    let shape = set.size();
    let (n, d) = (shape[0], shape[1]);
    let kind = (set.kind(), set.device());
    let mut normal = |rows: i64| stream.normal_tensor(&[rows, d], kind.0, kind.1);
    let (alike, near, far, each) = (normal(1), normal(1), normal(1), normal(n));
    // A step that is small against the points' own scale of one, and large against rounding.
    let step = 0.01;
    let far = &far / far.square().sum(kind.0).sqrt() * FAR;
    let with_first = |row: Tensor| Tensor::cat(&[row, set.narrow(0, 1, n - 1)], 0);
    let first = set.narrow(0, 0, 1);
    vec![
        ("all points, each its own way", set + each * step),
        ("all points, one way", set + alike * step),
        ("one point, a small step", with_first(&first + near * step)),
        ("one point, far out", with_first(far)),
    ]
}
