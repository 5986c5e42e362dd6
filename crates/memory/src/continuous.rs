//! What can be wrong with the input of a memory of continuous states.

use lawbook_core::{
    Tensor,
    tensor::{Kind, scalar},
};

/// Bad input, with the numbers and the way out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ContinuousError {
    /// A tensor does not fit.
    #[error("{what} of shape {found:?}: give {expected}")]
    Shape {
        /// Which tensor.
        what: &'static str,
        /// Its shape.
        found: Vec<i64>,
        /// What would fit.
        expected: String,
    },
    /// A number is out of range.
    #[error("{what} is {value}: give {range}")]
    Range {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What would do.
        range: &'static str,
    },
    /// A tensor holds an infinity or something that is not a number.
    #[error("{0} hold numbers that are not finite: clean the data first")]
    NotFinite(&'static str),
    /// A tensor's numbers are of another kind than the network's.
    #[error("{what} of kind {found:?} for a network of {expected:?}: convert them with to_kind")]
    Kind {
        /// Which tensor.
        what: &'static str,
        /// Its kind.
        found: Kind,
        /// The network's.
        expected: Kind,
    },
    /// An iteration has not settled.
    #[error(
        "no fixed point within {steps} steps, the last of which moved by {moved}: raise the tolerance, or go away from a transition, where steps become small"
    )]
    Unfinished {
        /// Steps taken.
        steps: usize,
        /// The last change.
        moved: f64,
    },
}

/// The number, if it is positive and finite.
pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, ContinuousError> {
    let good = value.is_finite() && value > 0.0;
    if good { Ok(value) } else { Err(ContinuousError::Range { what, value, range: "a positive number" }) }
}

/// Refuses tensors with entries that are not finite.
pub(crate) fn finite(what: &'static str, tensor: &Tensor) -> Result<(), ContinuousError> {
    let good = scalar(&tensor.isfinite().all().to_kind(Kind::Double)) == 1.0;
    if good { Ok(()) } else { Err(ContinuousError::NotFinite(what)) }
}

/// Refuses tensors that hold no real numbers.
pub(crate) fn floating(what: &'static str, tensor: &Tensor) -> Result<(), ContinuousError> {
    let found = tensor.kind();
    if tensor.is_floating_point() { Ok(()) } else { Err(ContinuousError::Kind { what, found, expected: Kind::Double }) }
}

/// Refuses tensors of another kind than `network`'s.
pub(crate) fn same_kind(what: &'static str, tensor: &Tensor, network: &Tensor) -> Result<(), ContinuousError> {
    let (found, expected) = (tensor.kind(), network.kind());
    if found == expected { Ok(()) } else { Err(ContinuousError::Kind { what, found, expected }) }
}

/// Refuses tensors whose last dimension is not `size`.
pub(crate) fn last_dimension(what: &'static str, tensor: &Tensor, size: i64) -> Result<(), ContinuousError> {
    let found = tensor.size();
    let good = found.last() == Some(&size);
    if good { Ok(()) } else { Err(ContinuousError::Shape { what, found, expected: format!("a last dimension of {size}") }) }
}
