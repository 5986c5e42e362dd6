//! Orthonormal bases of invariants, block by block.

use std::{collections::HashMap, sync::Arc};

use super::{
    orbits::orbits,
    representation::{Factor, Representation},
    weights,
};
use crate::groups::{MatrixGroup, Orthogonality};

/// Why a basis cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BasisError {
    /// More coordinates than fit.
    #[error("the representation has {size} coordinates, more than {most}: lower the tensor order or the size of the group")]
    TooLarge {
        /// How many (at least).
        size: usize,
        /// How many are possible.
        most: usize,
    },
    /// The first generator leaves more candidates than a dense decomposition can take.
    #[error("{candidates} candidates are left after the first generator, more than {most}: lower the tensor order")]
    TooManyCandidates {
        /// How many.
        candidates: usize,
        /// How many are possible.
        most: usize,
    },
    /// Rounding does not tell whether some vectors are invariant.
    #[error(
        "a pivot {value:e} of the constraints is neither zero nor clearly not (largest {largest:e}): scale the generators alike"
    )]
    Ambiguous {
        /// The doubtful pivot.
        value: f64,
        /// The largest.
        largest: f64,
    },
}

/// Coordinates of one tensor type at most.
const MOST_COORDINATES: usize = 1 << 24;

/// The orthonormal columns of one tensor type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Columns {
    /// Column after column.
    Dense { size: usize, entries: Vec<f64> },
    /// Column j is `scales[j]` where `labels` is j, else 0.
    Orbits { labels: Vec<u32>, scales: Vec<f64> },
}

impl Columns {
    fn count(&self) -> usize {
        match self {
            Self::Dense { size, entries } => entries.len() / size,
            Self::Orbits { scales, .. } => scales.len(),
        }
    }
}

#[derive(Debug, Clone)]
struct Block {
    positions: Vec<usize>,
    columns: Arc<Columns>,
}

/// An orthonormal basis of the invariants of a representation. Equal tensor types share their columns.
#[derive(Debug, Clone)]
pub struct Basis {
    size: usize,
    blocks: Vec<Block>,
}

/// The invariants of `group` in `representation`.
///
/// For words of vectors and covectors at once see [`Representation`]; each tensor type is solved once.
pub fn invariants(group: &MatrixGroup, representation: &Representation) -> Result<Basis, BasisError> {
    let size = representation.dimension(group.size()).unwrap_or(usize::MAX);
    if size > MOST_COORDINATES {
        return Err(BasisError::TooLarge { size, most: MOST_COORDINATES });
    }
    let mut solved: HashMap<Vec<Factor>, Arc<Columns>> = HashMap::new();
    let mut blocks = Vec::new();
    for mut term in representation.terms(group.size()) {
        if group.orthogonality() == Orthogonality::Orthogonal {
            term.factors.fill(Factor::Vector);
        }
        let columns = match solved.get(&term.factors) {
            Some(columns) => Arc::clone(columns),
            None => {
                let columns = Arc::new(solve(group, &term.factors)?);
                solved.insert(term.factors, Arc::clone(&columns));
                columns
            }
        };
        blocks.push(Block { positions: term.positions, columns });
    }
    Ok(Basis { size, blocks })
}

/// The equivariant linear maps `from` → `to`, as matrices in row-major order: the invariants of to ⊗ from*.
pub fn equivariant_maps(group: &MatrixGroup, from: &Representation, to: &Representation) -> Result<Basis, BasisError> {
    invariants(group, &to.clone().times(from.dual()))
}

fn solve(group: &MatrixGroup, factors: &[Factor]) -> Result<Columns, BasisError> {
    match group.permutations() {
        _ if factors.is_empty() => Ok(Columns::Dense { size: 1, entries: vec![1.0] }),
        Some(permutations) => Ok(orbits(permutations, group.size(), factors.len())),
        None => weights::invariants(group, factors),
    }
}

impl Basis {
    /// Coordinates of the representation.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many independent invariants there are.
    pub fn dimension(&self) -> usize {
        self.blocks.iter().map(|block| block.columns.count()).sum()
    }

    /// Σ_j weights_j column_j. Panics if there are not as many weights as columns.
    pub fn combine(&self, weights: &[f64]) -> Vec<f64> {
        assert_eq!(weights.len(), self.dimension(), "weights");
        let mut sum = vec![0.0; self.size];
        let mut rest = weights;
        for Block { positions, columns } in &self.blocks {
            let (own, after) = rest.split_at(columns.count());
            rest = after;
            match columns.as_ref() {
                Columns::Dense { size, entries } => {
                    for (weight, column) in own.iter().zip(entries.chunks_exact(*size)) {
                        positions.iter().zip(column).for_each(|(&at, x)| sum[at] += weight * x);
                    }
                }
                Columns::Orbits { labels, scales } => {
                    let values: Vec<f64> = own.iter().zip(scales).map(|(weight, scale)| weight * scale).collect();
                    positions.iter().zip(labels).for_each(|(&at, &label)| sum[at] += values[label as usize]);
                }
            }
        }
        sum
    }

    /// The inner products of x with the columns: the weights of its projection. Panics at another length than `size`.
    pub fn coordinates(&self, x: &[f64]) -> Vec<f64> {
        assert_eq!(x.len(), self.size, "coordinates");
        let of = |Block { positions, columns }: &Block| match columns.as_ref() {
            Columns::Dense { size, entries } => {
                let product = |column: &[f64]| positions.iter().zip(column).map(|(&at, y)| x[at] * y).sum();
                entries.chunks_exact(*size).map(product).collect::<Vec<f64>>()
            }
            Columns::Orbits { labels, scales } => {
                let mut sums = vec![0.0; scales.len()];
                positions.iter().zip(labels).for_each(|(&at, &label)| sums[label as usize] += x[at]);
                sums.iter().zip(scales).map(|(sum, scale)| sum * scale).collect()
            }
        };
        self.blocks.iter().flat_map(of).collect()
    }

    /// The orthogonal projection of x onto the invariants.
    pub fn project(&self, x: &[f64]) -> Vec<f64> {
        self.combine(&self.coordinates(x))
    }

    /// Column `j`. Panics beyond the dimension.
    pub fn column(&self, j: usize) -> Vec<f64> {
        let mut weights = vec![0.0; self.dimension()];
        weights[j] = 1.0;
        self.combine(&weights)
    }
}
