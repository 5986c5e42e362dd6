//! Widenings that keep the function: every hidden neuron becomes k, every weight W_ij a k×k block B_ij, every bias k copies.
//!
//! Copies of one neuron hold equal values, so that the function is kept if and only if B_ij 1 = W_ij 1: the row sums alone.

use lawbook_core::{Kind, Stream, Tensor};

use super::Weights;

/// A family of widenings. Each contains those above it but for the third and fourth, which do not contain the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widening {
    /// B_ij = W_ij 11ᵀ/k: duplication.
    Uniform,
    /// B_ij = W_ij P with one random P for each layer, P 1 = 1.
    RowStochastic,
    /// The same with equal column sums as well.
    DoublyStochastic,
    /// Independent random blocks with equal row sums and equal column sums.
    Bidirectional,
    /// Independent random blocks with equal row sums.
    General,
}

/// Why a network cannot be widened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WideningError {
    /// No copies.
    #[error("{0} copies of each neuron: give at least 1")]
    Copies(i64),
}

impl Widening {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Uniform, Self::RowStochastic, Self::DoublyStochastic, Self::Bidirectional, Self::General];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::RowStochastic => "row-stochastic",
            Self::DoublyStochastic => "doubly stochastic",
            Self::Bidirectional => "bidirectional",
            Self::General => "general",
        }
    }

    /// Whether columns of a block sum to k_l/k_{l−1} W_ij, too.
    pub fn keeps_columns(self) -> bool {
        !matches!(self, Self::RowStochastic | Self::General)
    }

    /// A random member of the family, with `copies` of each hidden neuron.
    pub fn widen(self, weights: &Weights, copies: i64, stream: &mut Stream) -> Result<Weights, WideningError> {
        if copies < 1 {
            return Err(WideningError::Copies(copies));
        }
        let layers = weights.matrices.len();
        let factor = |layer: usize| if layer == 0 || layer == layers { 1 } else { copies };
        let matrices =
            weights.matrices.iter().enumerate().map(|(l, w)| self.block(w, factor(l + 1), factor(l), stream)).collect();
        let biases =
            weights.biases.iter().enumerate().map(|(l, b)| b.repeat_interleave_self_int(factor(l + 1), 0, None)).collect();
        Ok(Weights { matrices, biases })
    }

    /// The blocks of one matrix, `out` × `into` each.
    fn block(self, w: &Tensor, out: i64, into: i64, stream: &mut Stream) -> Tensor {
        let [rows, columns] = w.size()[..] else { return w.shallow_clone() };
        let options = (Kind::Double, w.device());
        // [rows, out, columns, into], of which one block is [:, out, :, into].
        let scaled = w.reshape([rows, 1, columns, 1]);
        let mean = |noise: &Tensor, axis: i64| noise.mean_dim([axis].as_slice(), true, Kind::Double);
        let blocks = match self {
            Self::Uniform => &scaled * Tensor::full([1, out, 1, into], 1.0 / into as f64, options),
            Self::RowStochastic => {
                let p = stream.uniform_tensor(&[1, out, 1, into], Kind::Double, w.device()) + 0.1;
                let sums = p.sum_dim_intlist([3i64].as_slice(), true, Kind::Double);
                &scaled * (p / sums)
            }
            Self::DoublyStochastic => {
                // Deviations from 1/k without row or column sums, small enough to leave P non-negative.
                let u = stream.uniform_tensor(&[1, out, 1, into], Kind::Double, w.device());
                let u = &u - mean(&u, 3);
                let u = &u - mean(&u, 1);
                &scaled * (u * (0.5 / into as f64) + 1.0 / into as f64)
            }
            Self::Bidirectional | Self::General => {
                let n = stream.normal_tensor(&[rows, out, columns, into], Kind::Double, w.device());
                let n = &n - mean(&n, 3);
                let n = if self == Self::Bidirectional { &n - mean(&n, 1) } else { n };
                &scaled / into as f64 + n
            }
        };
        blocks.reshape([rows * out, columns * into])
    }
}
