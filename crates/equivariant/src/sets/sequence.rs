//! The two consistent sequences of sets: how a set of n points is identified with one of N > n, and the norms in which that
//! identification is an isometry.

use lawbook_core::{Kind, Tensor, tensor::scalar};

use crate::sequences::SequenceError;

/// A rule that embeds R^{n×d} in R^{N×d}.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetSequence {
    /// N − n points at the origin are added. Sizes are ordered by ≤.
    ZeroPadding,
    /// Every point is repeated N/n times. Sizes are ordered by divisibility: this keeps the empirical measure.
    Duplication,
}

impl SetSequence {
    /// φ_{N,n}: the sets `[..., n, d]` as sets of `size` = N points.
    pub fn embed(self, sets: &Tensor, size: i64) -> Result<Tensor, SequenceError> {
        let from = points(sets)?;
        match self {
            Self::ZeroPadding if size < from => Err(SequenceError::Smaller { from, to: size }),
            Self::ZeroPadding => Ok(sets.constant_pad_nd([0, 0, 0, size - from])),
            Self::Duplication if size < 1 || size % from != 0 => Err(SequenceError::NotAMultiple { from, to: size }),
            Self::Duplication => Ok(sets.repeat_interleave_self_int(size / from, -2, None)),
        }
    }

    /// The norm that the embedding keeps, for one set `[n, d]`: (Σ_i ‖X_i‖^p)^{1/p} under zero padding, and with the mean in
    /// the place of the sum under duplication; p = ∞ is the maximum in both (Example 2.6 of the paper). `p` is at least 1.
    pub fn norm(self, set: &Tensor, p: f64) -> Result<f64, SequenceError> {
        points(set)?;
        if p.is_nan() || p < 1.0 {
            return Err(SequenceError::Order(p));
        }
        let lengths = set.to_kind(Kind::Double).square().sum_dim_intlist([-1i64].as_slice(), false, Kind::Double).sqrt();
        if p.is_infinite() {
            return Ok(scalar(&lengths.max()));
        }
        let total = scalar(&lengths.pow_tensor_scalar(p).sum(Kind::Double));
        Ok(match self {
            Self::ZeroPadding => total.powf(p.recip()),
            Self::Duplication => (total / lengths.numel() as f64).powf(p.recip()),
        })
    }
}

/// n of sets `[..., n, d]`, at least 1.
fn points(sets: &Tensor) -> Result<i64, SequenceError> {
    match sets.size().as_slice() {
        [.., 0, _] => Err(SequenceError::Empty { shape: sets.size() }),
        [.., n, _] => Ok(*n),
        other => Err(SequenceError::Shape { given: other.to_vec(), expected: "[..., n, d]".to_owned() }),
    }
}
