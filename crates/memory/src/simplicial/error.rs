//! What can be wrong with simplices.

use crate::MemoryError;

/// Bad simplices, with the numbers and the way out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SimplicialError {
    /// A state or pattern is at fault.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// More simplices are asked for than exist.
    #[error("{asked} distinct simplices of dimension {dimension} on {sites} sites, where {exist} exist: ask for fewer")]
    TooMany {
        /// Dimension of the simplices.
        dimension: usize,
        /// Number of sites.
        sites: usize,
        /// How many are asked for.
        asked: usize,
        /// How many there are.
        exist: u64,
    },
    /// More simplices than fit.
    #[error(
        "{simplices} simplices of dimension {dimension} on {sites} sites do not fit into memory: ask for fewer, or lower the dimension"
    )]
    Vast {
        /// Dimension of the simplices.
        dimension: usize,
        /// Number of sites.
        sites: usize,
        /// How many there would be.
        simplices: u64,
    },
    /// A dimension is 0, or a simplex would need more sites than there are, or they cannot be counted in 64 bits.
    #[error(
        "simplices of dimension {dimension} on {sites} sites: dimensions run from 1 to {sites} − 1, and not too many may exist"
    )]
    Dimension {
        /// The dimension.
        dimension: usize,
        /// Number of sites.
        sites: usize,
    },
    /// A simplex repeats a vertex, has one that is no site, or comes twice.
    #[error("simplex {simplex:?} on {sites} sites: give each simplex once, with distinct vertices below {sites}")]
    Simplex {
        /// Its vertices.
        simplex: Vec<usize>,
        /// Number of sites.
        sites: usize,
    },
    /// A share is not between 0 and 1.
    #[error("a share of triangles of {0}: give a number from 0 (pairs only) to 1 (triangles only)")]
    Share(f64),
    /// Weights and simplices differ in number.
    #[error("{found} weights for {expected} simplices of dimension {dimension}: give one for each")]
    Weights {
        /// Dimension of the simplices.
        dimension: usize,
        /// Number of simplices.
        expected: usize,
        /// Number of weights.
        found: usize,
    },
}
