//! What the sequences of this module share: checks of shape, and norms over rows.

use lawbook_core::{Device, Kind, Stream, Tensor, tensor::scalar};

use super::SequenceError;

/// p ≥ 1.
pub(super) fn checked_order(p: f64) -> Result<f64, SequenceError> {
    if p >= 1.0 { Ok(p) } else { Err(SequenceError::Order(p)) }
}

/// d ≥ 1.
pub(super) fn checked_dimension(d: i64) -> Result<i64, SequenceError> {
    if d >= 1 { Ok(d) } else { Err(SequenceError::Dimension(d)) }
}

/// Every entry is finite.
pub(super) fn finite(tensor: &Tensor) -> Result<(), SequenceError> {
    // The sum is not finite if an entry is not, and takes one pass; the entries are counted only then.
    if scalar(&tensor.sum(Kind::Double)).is_finite() {
        return Ok(());
    }
    let entries = tensor.numel() as i64;
    let good = tensor.isfinite().sum(Kind::Int64).int64_value(&[]);
    if good == entries { Ok(()) } else { Err(SequenceError::NotFinite { count: entries - good, entries }) }
}

/// n of a matrix `[n, d]` with this d and n ≥ 1.
pub(super) fn rows(tensor: &Tensor, dimension: i64) -> Result<i64, SequenceError> {
    match tensor.size().as_slice() {
        &[n, d] if d == dimension && n > 0 => finite(tensor).map(|()| n),
        &[0, d] if d == dimension => Err(SequenceError::Empty { shape: vec![0, d] }),
        other => Err(SequenceError::Shape { given: other.to_vec(), expected: format!("[n, {dimension}]") }),
    }
}

/// u − v of equal shapes, or an error with both sizes.
pub(super) fn subtract(u: &Tensor, v: &Tensor, sizes: [i64; 2], join: i64) -> Result<Tensor, SequenceError> {
    if sizes[0] == sizes[1] {
        Ok(u.to_kind(Kind::Double) - v.to_kind(Kind::Double))
    } else {
        Err(SequenceError::Sizes { left: sizes[0], right: sizes[1], join })
    }
}

/// ((1/n) Σ_i ‖X_i‖^p)^{1/p}, for p = ∞ the largest ‖X_i‖; any number of leading axes counts as rows.
pub(super) fn mean_norm(x: &Tensor, p: f64) -> f64 {
    let lengths = x.to_kind(Kind::Double).square().sum_dim_intlist([-1i64].as_slice(), false, Kind::Double).sqrt();
    if p.is_infinite() {
        scalar(&lengths.max())
    } else {
        scalar(&lengths.pow_tensor_scalar(p).mean(Kind::Double)).powf(p.recip())
    }
}

/// Independent points `[n, d]` of a measure that has a limit in the norm of order p: normal ones, and for p = ∞, where those of an
/// unbounded measure have none, uniform ones of the cube \[−1, 1\]^d.
pub(super) fn points(size: i64, dimension: i64, p: f64, stream: &mut Stream) -> Tensor {
    let shape = [size, dimension];
    if p.is_finite() {
        stream.normal_tensor(&shape, Kind::Double, Device::Cpu)
    } else {
        stream.uniform_tensor(&shape, Kind::Double, Device::Cpu) * 2.0 - 1.0
    }
}

/// The least common multiple, for sizes ordered by divisibility.
pub(super) fn least_common_multiple(n: i64, m: i64) -> i64 {
    let (mut a, mut b) = (n.abs(), m.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    if a == 0 { 0 } else { (n / a * m).abs() }
}
