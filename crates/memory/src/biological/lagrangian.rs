//! Lagrangians: convex functions of a layer's neurons whose gradients are its activations.

use lawbook_core::Tensor;

use super::dot;
use crate::continuous::{ContinuousError, positive};

/// A Lagrangian L of a layer. The activation is its gradient; its second derivatives are never negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lagrangian {
    /// `½ Σ x²`; activation x. Feature neurons of model B.
    Quadratic,
    /// `√(Σ x²)`; activation x/‖x‖. Feature neurons of model C.
    Spherical,
    /// `Σ ln cosh(a x)/a`; activation tanh(a x). For large a feature neurons of model A, whose `Σ |x|` gives the sign.
    SoftSign(f64),
    /// `ln Σ exp(β x)/β`; activation softmax(β x). Memory neurons of model B.
    Softmax(f64),
    /// `Σ max(x, 0)^n/n`, n from 2 to 100; activation max(x, 0)^(n−1). Memory neurons of models A and C.
    Rectified(u32),
}

/// The highest order, at which neurons up to 1000 stay within f64.
const MOST_ORDER: u32 = 100;

/// The last dimension.
const LAST: [i64; 1] = [-1];

impl Lagrangian {
    /// Whether its parameter is in range.
    pub fn check(self) -> Result<(), ContinuousError> {
        match self {
            Self::Quadratic | Self::Spherical => Ok(()),
            Self::SoftSign(steepness) => positive("steepness", steepness).map(|_| ()),
            Self::Softmax(beta) => positive("beta", beta).map(|_| ()),
            Self::Rectified(2..=MOST_ORDER) => Ok(()),
            Self::Rectified(n) => Err(ContinuousError::Range { what: "power", value: f64::from(n), range: "from 2 to 100" }),
        }
    }

    /// Its value: one number for each layer of neurons, which lie along the last dimension.
    pub fn value(self, x: &Tensor) -> Tensor {
        match self {
            Self::Quadratic => dot(x, x) * 0.5,
            Self::Spherical => dot(x, x).sqrt(),
            Self::SoftSign(steepness) => {
                // ln cosh(y) = |y| + ln(1 + exp(−2|y|)) − ln 2, without overflow.
                let size = (x * steepness).abs();
                let log_cosh = &size + (&size * -2.0).exp().log1p() - std::f64::consts::LN_2;
                log_cosh.sum_dim_intlist(LAST.as_slice(), false, None) / steepness
            }
            Self::Softmax(beta) => (x * beta).logsumexp(LAST.as_slice(), false) / beta,
            Self::Rectified(n) => {
                x.relu().pow_tensor_scalar(i64::from(n)).sum_dim_intlist(LAST.as_slice(), false, None) / f64::from(n)
            }
        }
    }

    /// Its gradient.
    pub fn activation(self, x: &Tensor) -> Tensor {
        match self {
            Self::Quadratic => x.shallow_clone(),
            Self::Spherical => x / dot(x, x).sqrt().unsqueeze(-1),
            Self::SoftSign(steepness) => (x * steepness).tanh(),
            Self::Softmax(beta) => (x * beta).softmax(-1, None),
            Self::Rectified(n) => x.relu().pow_tensor_scalar(i64::from(n) - 1),
        }
    }

    /// Its second derivatives at `x`, applied to `direction`.
    pub fn curvature(self, x: &Tensor, direction: &Tensor) -> Tensor {
        let activation = self.activation(x);
        let along = || dot(&activation, direction).unsqueeze(-1);
        match self {
            Self::Quadratic => direction.shallow_clone(),
            Self::Spherical => (direction - &activation * along()) / dot(x, x).sqrt().unsqueeze(-1),
            Self::SoftSign(steepness) => (activation.square() * -1.0 + 1.0) * direction * steepness,
            Self::Softmax(beta) => (direction - along()) * &activation * beta,
            // Half-open at 0, where the second derivative of n = 2 jumps.
            Self::Rectified(2) => x.gt(0.0) * direction,
            Self::Rectified(n) => x.relu().pow_tensor_scalar(i64::from(n) - 2) * direction * f64::from(n - 1),
        }
    }
}
