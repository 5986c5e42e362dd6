//! Consistent sequences: one group and one representation for every size, and equivariant layers that extend between sizes.
//!
//! Source: Eitan Levin & Mateo Díaz, *Any-dimensional equivariant neural networks*, AISTATS 2024, arXiv 2306.06327: free and
//! compatible extensions; generation and presentation degrees of tensor products as in the authors' code.

use lawbook_analysis::matrix::Matrix;
use lawbook_core::{Device, Kind, tensor};

use super::{Basis, BasisError, Representation, equivariant_maps, modes};
use crate::groups::{GroupError, MatrixGroup};

/// A group G_n on R^n for every n, with embeddings R^n → R^N of its defining representation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequence {
    /// S_n; a vector gets zeros at its end.
    PaddedPermutations,
    /// O(n); a vector gets zeros at its end.
    PaddedRotations,
    /// S_n; every entry is repeated N/n times.
    DuplicatedPermutations,
}

/// Why two sizes, or a layer at them, do not fit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SequenceError {
    /// One size does not embed into the other.
    #[error("size {small} does not embed into {large}: {rule}")]
    Sizes {
        /// The size that is embedded.
        small: usize,
        /// The size into which.
        large: usize,
        /// What is possible.
        rule: &'static str,
    },
    /// As many weights as basis elements are needed.
    #[error("{given} weights for {needed} basis elements: give one weight for each")]
    Weights {
        /// How many were given.
        given: usize,
        /// How many are needed.
        needed: usize,
    },
    /// Below the stable range several extensions agree with the layer.
    #[error(
        "the extension from {small} to {large} is not unique: rank {rank} for {unknowns} unknowns; start at the presentation \
         degree {presentation} or above"
    )]
    NotUnique {
        /// The size of the layer.
        small: usize,
        /// The size to which it is to be extended.
        large: usize,
        /// Rank of the restriction.
        rank: usize,
        /// Dimension at the large size.
        unknowns: usize,
        /// From where on extensions are unique.
        presentation: usize,
    },
    /// The group cannot be built.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// The basis cannot be computed.
    #[error(transparent)]
    Basis(#[from] BasisError),
}

impl Sequence {
    /// G_n.
    pub fn group(self, n: usize) -> Result<MatrixGroup, GroupError> {
        match self {
            Self::PaddedPermutations | Self::DuplicatedPermutations => MatrixGroup::symmetric(n),
            Self::PaddedRotations => MatrixGroup::orthogonal(n),
        }
    }

    /// φ: R^n → R^N and its left inverse ψ⁺: truncation, or the mean over copies.
    pub fn embedding(self, small: usize, large: usize) -> Result<(Matrix, Matrix), SequenceError> {
        let refuse = |rule| Err(SequenceError::Sizes { small, large, rule });
        let one = |yes: bool| f64::from(u8::from(yes));
        match self {
            _ if small == 0 || large < small => refuse("give 1 ≤ small ≤ large"),
            Self::PaddedPermutations | Self::PaddedRotations => {
                let padded = Matrix::from_fn(large, small, |i, j| one(i == j));
                let cut = padded.transposed();
                Ok((padded, cut))
            }
            Self::DuplicatedPermutations if !large.is_multiple_of(small) => refuse("duplication needs a multiple"),
            Self::DuplicatedPermutations => {
                let copies = large / small;
                let repeated = Matrix::from_fn(large, small, |i, j| one(i / copies == j));
                let mean = &repeated.transposed() * (1.0 / copies as f64);
                Ok((repeated, mean))
            }
        }
    }
}

/// From where on a representation is generated, and presented, by its smaller sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Degrees {
    /// V_n is spanned by the orbit of the embedded V_k for all n ≥ k.
    pub generation: usize,
    /// In addition all relations come from size ≤ k: dimensions of invariants are constant from here on.
    pub presentation: usize,
}

impl Degrees {
    /// Of the trivial representation.
    pub const SCALAR: Self = Self { generation: 0, presentation: 0 };
    /// Of R^n.
    pub const VECTOR: Self = Self { generation: 1, presentation: 1 };

    /// Of the direct sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { generation: self.generation.max(other.generation), presentation: self.presentation.max(other.presentation) }
    }

    /// Of the tensor product.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        let presentation = (self.presentation + other.generation).max(self.generation + other.presentation);
        Self { generation: self.generation + other.generation, presentation }
    }

    /// Of (R^n)^{⊗k}.
    pub fn tensor(order: usize) -> Self {
        (0..order).fold(Self::SCALAR, |degrees, _| degrees.times(Self::VECTOR))
    }
}

/// Equivariant linear maps (R^n)^{⊗k} → (R^n)^{⊗l}, for every n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// The groups and embeddings.
    pub sequence: Sequence,
    /// k, the order of the input.
    pub input: usize,
    /// l, the order of the output.
    pub output: usize,
}

impl Layer {
    /// The size from which on extensions are unique.
    pub fn presentation(self) -> usize {
        Degrees::tensor(self.input).times(Degrees::tensor(self.output)).presentation
    }

    /// An orthonormal basis at size n; columns are matrices `[n^l, n^k]`, row-major.
    pub fn basis(self, n: usize) -> Result<Basis, SequenceError> {
        let (from, to) = (Representation::tensor(self.input, 0), Representation::tensor(self.output, 0));
        Ok(equivariant_maps(&self.sequence.group(n)?, &from, &to)?)
    }

    /// ψ⁺ W φ, the layer at size `small` that W `[large^l, large^k]` induces.
    pub fn restrict(self, w: &[f64], large: usize, small: usize) -> Result<Vec<f64>, SequenceError> {
        let (embed, back) = self.sequence.embedding(small, large)?;
        let onto = embed.transposed();
        Ok(modes::apply(&self.modes(&back, &onto), w))
    }

    fn modes<'a>(self, output: &'a Matrix, input: &'a Matrix) -> Vec<&'a Matrix> {
        [vec![output; self.output], vec![input; self.input]].concat()
    }

    /// The weights over `basis(n)`, as orthonormal columns, of the layers that map embedded inputs of every size in `from` to
    /// embedded outputs: W φ = ψ ψ⁺ W φ.
    pub fn compatible(self, n: usize, from: &[usize]) -> Result<Vec<Vec<f64>>, SequenceError> {
        let basis = self.basis(n)?;
        let count = basis.dimension();
        let columns: Vec<Vec<f64>> = (0..count).map(|j| basis.column(j)).collect();
        let mut gram = vec![0.0; count * count];
        for &small in from {
            let (embed, back) = self.sequence.embedding(small, n)?;
            let (onto, range) = (embed.transposed(), &embed * &back);
            let outside = |w: &Vec<f64>| {
                let mut moved = modes::apply(&self.modes(&Matrix::identity(n), &onto), w);
                let inside = modes::apply(&self.modes(&range, &Matrix::identity(small)), &moved);
                moved.iter_mut().zip(inside).for_each(|(x, y)| *x -= y);
                moved
            };
            let outside: Vec<Vec<f64>> = columns.iter().map(outside).collect();
            for (i, x) in outside.iter().enumerate() {
                for (j, y) in outside.iter().enumerate() {
                    gram[i * count + j] += x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
                }
            }
        }
        let shape = [count as i64, count as i64];
        let (values, vectors) = tensor::from_slice(&gram, &shape, Kind::Double, Device::Cpu).linalg_eigh("L");
        let values = tensor::to_vec(&values);
        let kept = values.iter().filter(|value| **value < COMPATIBLE_BELOW).count();
        let rows = tensor::to_vec(&vectors.transpose(0, 1).narrow(0, 0, kept as i64).contiguous());
        Ok(rows.chunks_exact(count.max(1)).map(<[f64]>::to_vec).collect())
    }

    /// The restriction from `large` to `small` in the two bases.
    pub fn restriction(self, small: usize, large: usize) -> Result<Restriction, SequenceError> {
        let (below, above) = (self.basis(small)?, self.basis(large)?);
        let columns =
            (0..above.dimension()).map(|j| Ok(below.coordinates(&self.restrict(&above.column(j), large, small)?)));
        let columns: Vec<Vec<f64>> = columns.collect::<Result<_, SequenceError>>()?;
        let matrix = Matrix::from_fn(below.dimension(), columns.len(), |i, j| columns[j][i]);
        Ok(Restriction { layer: self, small, large, matrix })
    }
}

/// Squared lengths of what leaves the image of the embedding, for orthonormal layers; they are of order one or zero.
const COMPATIBLE_BELOW: f64 = 1e-12;

/// How layers at a large size determine those at a small one: the map W ↦ ψ⁺ W φ in orthonormal bases.
#[derive(Debug, Clone)]
pub struct Restriction {
    layer: Layer,
    small: usize,
    large: usize,
    matrix: Matrix,
}

impl Restriction {
    /// The matrix `[dimension at small, dimension at large]`.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// Its singular values, largest first.
    pub fn singular_values(&self) -> Vec<f64> {
        tensor::to_vec(&self.tensor().svd(true, false).1)
    }

    /// Its rank: singular values above 1e-10 of the largest.
    pub fn rank(&self) -> usize {
        let values = self.singular_values();
        values.iter().filter(|value| **value > 1e-10 * values[0]).count()
    }

    /// The weights at the large size of the one layer that restricts to these weights at the small size, in least squares.
    /// An error below the stable range, where there are many.
    pub fn extend(&self, weights: &[f64]) -> Result<Vec<f64>, SequenceError> {
        let (needed, unknowns) = (self.matrix.rows(), self.matrix.columns());
        if weights.len() != needed {
            return Err(SequenceError::Weights { given: weights.len(), needed });
        }
        let rank = if needed == 0 || unknowns == 0 { 0 } else { self.rank() };
        if rank < unknowns {
            let (small, large, presentation) = (self.small, self.large, self.layer.presentation());
            return Err(SequenceError::NotUnique { small, large, rank, unknowns, presentation });
        }
        self.least_norm(weights)
    }

    /// The same without asking whether it is unique: among all that fit best, the weights of least norm.
    pub fn least_norm(&self, weights: &[f64]) -> Result<Vec<f64>, SequenceError> {
        let (needed, unknowns) = (self.matrix.rows(), self.matrix.columns());
        if weights.len() != needed {
            return Err(SequenceError::Weights { given: weights.len(), needed });
        }
        if needed == 0 || unknowns == 0 {
            return Ok(vec![0.0; unknowns]);
        }
        let right = tensor::from_slice(weights, &[needed as i64, 1], Kind::Double, Device::Cpu);
        let inverse = self.tensor().linalg_pinv(1e-12, false);
        Ok(tensor::to_vec(&inverse.matmul(&right)))
    }

    fn tensor(&self) -> lawbook_core::Tensor {
        let (rows, columns) = (self.matrix.rows(), self.matrix.columns());
        let entries: Vec<f64> = (0..rows * columns).map(|at| self.matrix[(at / columns, at % columns)]).collect();
        tensor::from_slice(&entries, &[rows as i64, columns as i64], Kind::Double, Device::Cpu)
    }
}
