//! Parameters outside their range.

/// A parameter outside its range, with the number and the range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "{what} is {value}: give {}",
    if .low == .high { format!("exactly {}", .low) } else { format!("a number from {} to {}", .low, .high) }
)]
pub struct OutOfRange {
    /// The parameter.
    pub what: &'static str,
    /// What was given.
    pub value: f64,
    /// The least that is allowed.
    pub low: f64,
    /// The most that is allowed.
    pub high: f64,
}

impl OutOfRange {
    /// Whether `value` lies in the range.
    pub(crate) fn check(what: &'static str, value: f64, low: f64, high: f64) -> Result<(), Self> {
        if (low..=high).contains(&value) { Ok(()) } else { Err(Self { what, value, low, high }) }
    }

    /// Whether a list has the length that it must have.
    pub(crate) fn check_length(what: &'static str, found: usize, expected: usize) -> Result<(), Self> {
        Self::check(what, found as f64, expected as f64, expected as f64)
    }
}
