//! How hard a model is tried, and what can go wrong meanwhile.

use super::{ConsistentSequence, SequenceError};

/// The sizes and the number of inputs of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// The sizes n, in ascending order: at least three, as exponents in n are fitted.
    pub sizes: Vec<i64>,
    /// The multiples of every n to which inputs are embedded.
    pub multiples: Vec<i64>,
    /// Random inputs per size; samples of the limit object are ten times as many.
    pub draws: usize,
    /// The largest relative difference that counts as rounding: some 10⁻⁹ for models in f64, 10⁻⁴ in f32.
    pub tolerance: f64,
    /// The largest exponent of n of a Lipschitz constant that counts as bounded. Between 0 and ½, the smallest exponent that comes
    /// from comparing ℓ_p norms at p = 1, 2, ∞.
    pub growth: f64,
}

impl Default for Probe {
    fn default() -> Self {
        Self { sizes: vec![4, 8, 16, 32, 64, 128], multiples: vec![2, 3], draws: 8, tolerance: 1e-9, growth: 0.25 }
    }
}

/// Why a check came to no conclusion.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CheckError {
    /// Too few sizes, or none ascending.
    #[error("the sizes {0:?} show no trend: give at least 3 positive ones in ascending order")]
    Sizes(Vec<i64>),
    /// No inputs.
    #[error("{0} inputs per size show nothing: give at least 1")]
    Draws(usize),
    /// A multiple below 2 embeds nothing.
    #[error("the multiples {0:?} of a size must be at least 2, and at least one of them")]
    Multiples(Vec<i64>),
    /// A limit that no comparison can use.
    #[error("{what} = {value} must be a finite number, at least 0")]
    Limit {
        /// Which.
        what: &'static str,
        /// The value given.
        value: f64,
    },
    /// An input, or a norm of one, is not what the sequence says.
    #[error("input of size {size}: {source}")]
    Input {
        /// n.
        size: i64,
        /// What is wrong.
        source: SequenceError,
    },
    /// The model's output is not of the sequence it should be of.
    #[error("the model's output for an input of size {size}: {source}")]
    Output {
        /// n of the input.
        size: i64,
        /// What is wrong.
        source: SequenceError,
    },
}

impl Probe {
    pub(super) fn checked(&self) -> Result<(), CheckError> {
        let ascending = self.sizes.windows(2).all(|pair| pair[0] < pair[1]);
        if self.sizes.len() < 3 || !ascending || self.sizes[0] < 1 {
            return Err(CheckError::Sizes(self.sizes.clone()));
        }
        if self.multiples.is_empty() || self.multiples.iter().any(|&multiple| multiple < 2) {
            return Err(CheckError::Multiples(self.multiples.clone()));
        }
        if self.draws == 0 {
            return Err(CheckError::Draws(0));
        }
        for (what, value) in [("tolerance", self.tolerance), ("growth", self.growth)] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(CheckError::Limit { what, value });
            }
        }
        Ok(())
    }
}

/// The error of an input of this size.
pub(super) fn of_input(size: i64) -> impl Fn(SequenceError) -> CheckError {
    move |source| CheckError::Input { size, source }
}

/// The error of the output for an input of this size.
pub(super) fn of_output(size: i64) -> impl Fn(SequenceError) -> CheckError {
    move |source| CheckError::Output { size, source }
}

/// The model's output for an input of this size, if it is one.
pub(super) fn output<V, O: ConsistentSequence>(
    space: &O,
    model: &impl Fn(&V) -> O::Vector,
    input: &V,
    size: i64,
) -> Result<O::Vector, CheckError> {
    let output = model(input);
    space.expect(&output, size).map_err(of_output(size))?;
    Ok(output)
}

/// The least-squares slope of ln y against ln n. Values of zero count as the smallest positive ones of f64.
pub fn exponent(points: &[(i64, f64)]) -> f64 {
    if points.iter().all(|(_, y)| *y == 0.0) {
        return 0.0;
    }
    let logs: Vec<(f64, f64)> = points.iter().map(|(n, y)| ((*n as f64).ln(), y.max(f64::MIN_POSITIVE).ln())).collect();
    let count = logs.len() as f64;
    let (x, y) = logs.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / count, y + point.1 / count));
    let covariance: f64 = logs.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let variance: f64 = logs.iter().map(|point| (point.0 - x).powi(2)).sum();
    covariance / variance
}
