//! What can be wrong with an input of a consistent sequence.

/// Why an input has no place in a consistent sequence, or cannot be moved within it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SequenceError {
    /// Padding cannot remove points.
    #[error("a set of {from} points cannot be padded to {to}: give at least {from}")]
    Smaller {
        /// Points given.
        from: i64,
        /// Points asked for.
        to: i64,
    },
    /// Points can be repeated a whole number of times only.
    #[error("{from} points cannot be duplicated to {to}: give a positive multiple of {from}")]
    NotAMultiple {
        /// Points given.
        from: i64,
        /// Points asked for.
        to: i64,
    },
    /// There are no points.
    #[error("the shape {shape:?} holds 0 points: give at least 1, an empty set has no empirical measure")]
    Empty {
        /// The shape given.
        shape: Vec<i64>,
    },
    /// The shape is not one of the sequence.
    #[error("the shape {given:?} is not {expected}: reshape or transpose it")]
    Shape {
        /// The shape given.
        given: Vec<i64>,
        /// What it should be.
        expected: String,
    },
    /// Two vectors of different size have no difference.
    #[error("sizes {left} and {right} differ: embed both in one size, for example {join}")]
    Sizes {
        /// Size of the first.
        left: i64,
        /// Size of the second.
        right: i64,
        /// The least size into which both embed.
        join: i64,
    },
    /// An entry is NaN or infinite.
    #[error("{count} of {entries} entries are not finite: find out where they arise before any norm is taken")]
    NotFinite {
        /// How many.
        count: i64,
        /// Among how many.
        entries: i64,
    },
    /// The order of a norm.
    #[error("the order p = {0} of a norm must be at least 1 (infinity allowed)")]
    Order(f64),
    /// The dimension of points, features or outputs.
    #[error("the dimension {0} is not positive: give at least 1")]
    Dimension(i64),
    /// Enumeration would not end.
    #[error("{what} enumerates {size} points, more than {most}: give at most {most}, or use another norm")]
    TooLarge {
        /// What enumerates.
        what: &'static str,
        /// Points given.
        size: i64,
        /// The most that are enumerated.
        most: i64,
    },
}
