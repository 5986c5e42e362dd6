//! Matrix groups given by generators: finitely many invertible matrices and a basis of the Lie algebra.
//!
//! Source: Marc Finzi, Max Welling & Andrew Gordon Wilson, *A Practical Method for Constructing Equivariant Multilayer
//! Perceptrons for Arbitrary Matrix Groups*, ICML 2021, arXiv 2104.09459, Section 4.

mod classical;

use lawbook_analysis::matrix::Matrix;
use lawbook_core::{Device, Kind, Stream, tensor};

/// Why matrices generate no group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// Nothing says on which space the group acts.
    #[error("{0} has no generator: give at least one matrix (the identity for the trivial group)")]
    Empty(String),
    /// A group of matrices without rows.
    #[error("{group} acts on a space of dimension {size}: give at least {least}")]
    Dimension {
        /// The group.
        group: String,
        /// The dimension given.
        size: usize,
        /// The smallest allowed.
        least: usize,
    },
    /// A generator is not a square matrix.
    #[error("{kind} generator {index} of {group} is {rows} by {columns}: give square matrices")]
    NotSquare {
        /// The group.
        group: String,
        /// Discrete or Lie.
        kind: &'static str,
        /// Its number among those of its kind, from 0.
        index: usize,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// A generator of another size than the first.
    #[error("{kind} generator {index} of {group} has {size} rows, the first generator {expected}: give one size")]
    Size {
        /// The group.
        group: String,
        /// Discrete or Lie.
        kind: &'static str,
        /// Its number among those of its kind, from 0.
        index: usize,
        /// Its rows.
        size: usize,
        /// The rows of the first generator.
        expected: usize,
    },
    /// An entry is infinite or not a number.
    #[error("{kind} generator {index} of {group} has an entry that is not finite: give finite numbers")]
    NotFinite {
        /// The group.
        group: String,
        /// Discrete or Lie.
        kind: &'static str,
        /// Its number among those of its kind, from 0.
        index: usize,
    },
    /// A discrete generator without an inverse.
    #[error("discrete generator {index} of {group} is singular: give invertible matrices")]
    Singular {
        /// The group.
        group: String,
        /// Its number, from 0.
        index: usize,
    },
}

/// A group of real d × d matrices: the smallest closed one that contains the discrete generators h_i and all exp(t A_k) of the
/// Lie generators A_k.
#[derive(Debug, Clone)]
pub struct MatrixGroup {
    name: String,
    size: usize,
    discrete: Vec<Matrix>,
    lie: Vec<Matrix>,
    orthogonal: Orthogonality,
    permutations: Option<Vec<Vec<usize>>>,
}

/// Whether vectors and covectors transform alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orthogonality {
    /// Every element is orthogonal: duals are the same representation.
    Orthogonal,
    /// Some element is not.
    General,
}

impl MatrixGroup {
    /// The group of these generators: square, finite, of one size, the discrete ones invertible.
    pub fn new(name: &str, discrete: Vec<Matrix>, lie: Vec<Matrix>) -> Result<Self, GroupError> {
        let group = || name.to_owned();
        let first = discrete.first().or(lie.first()).ok_or_else(|| GroupError::Empty(group()))?;
        let size = first.rows();
        if size == 0 {
            return Err(GroupError::Dimension { group: group(), size, least: 1 });
        }
        for (kind, generators) in [("discrete", &discrete), ("Lie", &lie)] {
            for (index, generator) in generators.iter().enumerate() {
                check(name, kind, index, generator, size)?;
            }
        }
        if let Some(index) = discrete.iter().position(|h| h.inverse().is_err()) {
            return Err(GroupError::Singular { group: group(), index });
        }
        let close = |a: &Matrix, b: &Matrix| (a - b).largest() < ORTHOGONAL_WITHIN * (1.0 + a.largest());
        let orthogonal = discrete.iter().all(|h| close(&(&h.transposed() * h), &Matrix::identity(size)))
            && lie.iter().all(|a| close(a, &(&a.transposed() * -1.0)));
        let orthogonal = if orthogonal { Orthogonality::Orthogonal } else { Orthogonality::General };
        let permutations = if lie.is_empty() { discrete.iter().map(permutation).collect() } else { None };
        Ok(Self { name: group(), size, discrete, lie, orthogonal, permutations })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// d, the dimension of the space on which it acts.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The discrete generators h_i.
    pub fn discrete(&self) -> &[Matrix] {
        &self.discrete
    }

    /// The Lie generators A_k.
    pub fn lie(&self) -> &[Matrix] {
        &self.lie
    }

    /// Whether vectors and covectors transform alike.
    pub fn orthogonality(&self) -> Orthogonality {
        self.orthogonal
    }

    /// Where each generator sends each coordinate (h e_j = e_{p(j)}), if all of them are permutation matrices.
    pub fn permutations(&self) -> Option<&[Vec<usize>]> {
        self.permutations.as_deref()
    }

    /// A random element: exp(Σ z_k A_k) with z standard normal times `scale`, between random words of at most five
    /// discrete generators. Not Haar; for tests of equivariance.
    pub fn element(&self, stream: &mut Stream, scale: f64) -> Matrix {
        let mut element = Matrix::identity(self.size);
        for _ in 0..2 {
            for _ in 0..5 {
                // The identity is among the letters, so that words of one reflection are not all even.
                let letter = self.discrete.get(stream.below(self.discrete.len() as u64 + 1) as usize);
                element = letter.map_or_else(|| element.clone(), |h| h * &element);
            }
            let zero = &Matrix::identity(self.size) * 0.0;
            let algebra = self.lie.iter().fold(zero, |sum, a| &sum + &(a * (scale * stream.normal())));
            element = &exponential(&algebra) * &element;
        }
        element
    }
}

/// Rounding of a generator that is orthogonal up to the last digits.
const ORTHOGONAL_WITHIN: f64 = 1e-12;

fn check(group: &str, kind: &'static str, index: usize, generator: &Matrix, expected: usize) -> Result<(), GroupError> {
    let (rows, columns, group) = (generator.rows(), generator.columns(), group.to_owned());
    if rows != columns {
        return Err(GroupError::NotSquare { group, kind, index, rows, columns });
    }
    if rows != expected {
        return Err(GroupError::Size { group, kind, index, size: rows, expected });
    }
    let finite = (0..rows * rows).all(|at| generator[(at / rows, at % rows)].is_finite());
    if finite { Ok(()) } else { Err(GroupError::NotFinite { group, kind, index }) }
}

/// p with h e_j = e_{p(j)}, if h is a permutation matrix.
fn permutation(h: &Matrix) -> Option<Vec<usize>> {
    let size = h.rows();
    let image = |j: usize| {
        let ones: Vec<usize> = (0..size).filter(|&i| h[(i, j)] != 0.0).collect();
        (ones.len() == 1 && h[(ones[0], j)] == 1.0).then(|| ones[0])
    };
    (0..size).map(image).collect()
}

fn exponential(a: &Matrix) -> Matrix {
    let n = a.rows();
    let entries: Vec<f64> = (0..n * n).map(|at| a[(at / n, at % n)]).collect();
    let exponential = tensor::from_slice(&entries, &[n as i64, n as i64], Kind::Double, Device::Cpu).matrix_exp();
    let entries = tensor::to_vec(&exponential);
    Matrix::from_fn(n, n, |i, j| entries[i * n + j])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_generators_are_refused_with_their_numbers() {
        let one = || Matrix::identity(2);
        let refused = |discrete, lie| MatrixGroup::new("G", discrete, lie).expect_err("bad").to_string();
        assert!(refused(vec![], vec![]).contains("no generator"));
        assert!(refused(vec![one()], vec![Matrix::identity(3)]).contains("Lie generator 0 of G has 3 rows"));
        assert!(refused(vec![one(), Matrix::from_fn(2, 3, |_, _| 1.0)], vec![]).contains("is 2 by 3"));
        assert!(refused(vec![&one() * f64::NAN], vec![]).contains("not finite"));
        assert!(refused(vec![Matrix::from_fn(2, 2, |_, _| 1.0)], vec![]).contains("singular"));
        assert!(refused(vec![Matrix::identity(0)], vec![]).contains("dimension 0"));
    }
}
