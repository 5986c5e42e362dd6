//! R^m at every size: where invariant models have their outputs.

use lawbook_core::{Kind, Tensor, tensor::scalar};

use super::{
    ConsistentSequence, SequenceError, Symmetry,
    vectors::{checked_dimension, finite},
};

/// V_n = R^m with the identity as embedding, the trivial action and the Euclidean norm. A vector is a tensor of any shape with m
/// entries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Constant {
    dimension: i64,
}

impl Constant {
    /// R^m.
    pub fn new(dimension: i64) -> Result<Self, SequenceError> {
        Ok(Self { dimension: checked_dimension(dimension)? })
    }
}

impl ConsistentSequence for Constant {
    type Vector = Tensor;

    /// 1: all sizes are one.
    fn size(&self, vector: &Tensor) -> Result<i64, SequenceError> {
        if vector.numel() as i64 == self.dimension {
            finite(vector).map(|()| 1)
        } else {
            let expected = format!("{} numbers, whatever the size of the input", self.dimension);
            Err(SequenceError::Shape { given: vector.size(), expected })
        }
    }

    fn expect(&self, vector: &Tensor, _: i64) -> Result<(), SequenceError> {
        self.size(vector).map(|_| ())
    }

    fn join(&self, _: i64, _: i64) -> i64 {
        1
    }

    fn embed(&self, vector: &Tensor, _: i64) -> Result<Tensor, SequenceError> {
        self.size(vector).map(|_| vector.shallow_clone())
    }

    fn act(&self, _: &Symmetry, vector: &Tensor) -> Tensor {
        vector.shallow_clone()
    }

    fn difference(&self, u: &Tensor, v: &Tensor) -> Result<Tensor, SequenceError> {
        self.size(u)?;
        self.size(v)?;
        Ok(u.to_kind(Kind::Double).reshape([-1]) - v.to_kind(Kind::Double).reshape([-1]))
    }

    fn norm(&self, vector: &Tensor) -> Result<f64, SequenceError> {
        self.size(vector)?;
        Ok(scalar(&vector.to_kind(Kind::Double).square().sum(Kind::Double)).sqrt())
    }

    /// ‖u − v‖.
    fn gap(&self, u: &Tensor, v: &Tensor) -> Result<f64, SequenceError> {
        self.norm(&self.difference(u, v)?)
    }
}
