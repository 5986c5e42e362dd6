//! Point clouds, and how n points are identified with N.

use lawbook_core::{Kind, Tensor, tensor::scalar};

/// Why a cloud cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CloudError {
    /// Not a batch of clouds.
    #[error("points of shape {0:?} are no batch of clouds: give [clouds, n, k] with n and k at least 1")]
    Shape(Vec<i64>),
    /// A coordinate is infinite or not a number.
    #[error("{0} of the {1} coordinates are not finite: clean the data first")]
    NotFinite(i64, i64),
    /// Points can be repeated a whole number of times only.
    #[error("every point is to be repeated {0} times: give at least 1")]
    Copies(i64),
    /// The model averages over pairs of distinct points.
    #[error("{0} point makes no pair of distinct points: give at least 2, or use all pairs")]
    NoPair(i64),
    /// The points are not of the model's dimension.
    #[error("points of R^{given} for a model of R^{taken}: give clouds [clouds, n, {taken}]")]
    Dimension {
        /// k of the clouds.
        given: i64,
        /// k of the model.
        taken: i64,
    },
    /// No centroid is asked for.
    #[error("{0} centroids of a cloud: give at least 1")]
    Centroids(i64),
    /// Two clouds of different sizes.
    #[error("clouds of {0} and {1} points: duplicate both to a common multiple of their sizes")]
    Sizes(usize, usize),
    /// The order is below 1.
    #[error("the order p = {0} of a distance must be at least 1 and finite")]
    Order(f64),
    /// A surface of no extent.
    #[error("the length {0} of a surface must be positive and finite, a torus thinner than its radius")]
    Length(f64),
    /// The transport has no solution, because distances overflow.
    #[error("distances between points overflow: rescale the clouds ({0})")]
    Overflow(#[from] lawbook_analysis::assignment::AssignmentError),
}

/// A batch of clouds of equal size, as a tensor `[clouds, n, k]` of finite numbers.
#[derive(Debug)]
pub struct PointClouds {
    points: Tensor,
}

impl PointClouds {
    /// The clouds with these points `[clouds, n, k]`.
    pub fn new(points: Tensor) -> Result<Self, CloudError> {
        let shape = points.size();
        if shape.len() != 3 || shape[1] < 1 || shape[2] < 1 {
            return Err(CloudError::Shape(shape));
        }
        match scalar(&points.isfinite().logical_not().sum(Kind::Int64)) as i64 {
            0 => Ok(Self { points }),
            bad => Err(CloudError::NotFinite(bad, points.numel() as i64)),
        }
    }

    /// The points `[clouds, n, k]`.
    pub fn points(&self) -> &Tensor {
        &self.points
    }

    /// n.
    pub fn size(&self) -> i64 {
        self.points.size()[1]
    }

    /// The duplication embedding V ⊗ 1: every point `copies` times, its copies side by side.
    pub fn duplicate(&self, copies: i64) -> Result<Self, CloudError> {
        match copies {
            1.. => Ok(Self { points: self.points.repeat_interleave_self_int(copies, 1, None) }),
            _ => Err(CloudError::Copies(copies)),
        }
    }

    /// G = VVᵀ `[clouds, n, n]`.
    pub fn gram(&self) -> Tensor {
        self.points.matmul(&self.points.transpose(-2, -1))
    }
}
