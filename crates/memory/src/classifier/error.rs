//! What can be wrong with a classifier's input.

/// Bad input to a classifier, with the numbers and the way out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClassifierError {
    /// Nothing to learn with.
    #[error("{memories} memories, {inputs} input sites, {classes} classes: a classifier needs at least 1, 1 and 2")]
    Empty {
        /// Number of memories.
        memories: usize,
        /// Number of input sites.
        inputs: usize,
        /// Number of classes.
        classes: usize,
    },
    /// A vector has the wrong length.
    #[error("{found} {what} where the classifier has {expected}: give as many as it was made with")]
    Length {
        /// What the vector holds.
        what: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A label that is no class.
    #[error("label {label} of {classes} classes: labels run from 0 to {classes} − 1")]
    Label {
        /// The label.
        label: usize,
        /// Number of classes.
        classes: usize,
    },
    /// A parameter is out of its range.
    #[error("{what} is {value}: it must be {range}")]
    Parameter {
        /// The parameter.
        what: &'static str,
        /// Its value.
        value: f64,
        /// Where it must lie.
        range: &'static str,
    },
}

pub(super) fn out_of_range(what: &'static str, value: f64, range: &'static str) -> ClassifierError {
    ClassifierError::Parameter { what, value, range }
}
