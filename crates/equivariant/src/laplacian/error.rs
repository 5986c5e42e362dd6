//! What is wrong with a nonlinearity, a signal strength or a search.

/// Why a prediction, an observation or an eigenpair cannot be had.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LaplacianError {
    /// The theory needs a nonlinearity that never falls.
    #[error(
        "the nonlinearity is not non-decreasing: {what}; the theory assumes a monotone one, so give its running maximum \
         (`monotone_envelope`) or other parameters"
    )]
    NotMonotone {
        /// Where it falls, with numbers.
        what: String,
    },
    /// The theory needs a bounded nonlinearity.
    #[error("the nonlinearity is not bounded: {what}; the theory assumes a bounded one, so clip it")]
    Unbounded {
        /// What is infinite, with numbers.
        what: String,
    },
    /// A signal strength outside of the range of the quadrature.
    #[error("signal strength {0} is not in (0, {most}]: give β in this range", most = super::theory::MOST_STRENGTH)]
    Strength(f64),
    /// No strength in range is enough.
    #[error("no outlier up to signal strength {most}: this nonlinearity hides the signal; lower its height", most = super::theory::MOST_STRENGTH)]
    NoTransition,
    /// The planted set is empty or larger than the matrix.
    #[error("β √n = {planted} planted entries in a matrix of order {order}: give 0 < β < √n")]
    Planted {
        /// β√n.
        planted: f64,
        /// n.
        order: usize,
    },
    /// The start vector of a search does not fit.
    #[error(
        "a start vector of {given} entries (norm {norm}) for a matrix of order {order}: give as many entries, not all 0"
    )]
    Start {
        /// Entries given.
        given: usize,
        /// Their norm.
        norm: f64,
        /// Order of the matrix.
        order: usize,
    },
    /// The basis is too small to restart from.
    #[error("a basis of {0} vectors: give at least 8")]
    Basis(usize),
    /// The products are used up.
    #[error(
        "residual {residual:e} after {products} products, {tolerance:e} wanted: allow more products or a larger residual"
    )]
    NotConverged {
        /// Residual reached.
        residual: f64,
        /// Products made.
        products: usize,
        /// Residual wanted.
        tolerance: f64,
    },
}
