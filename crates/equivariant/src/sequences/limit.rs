//! Elements of the limit spaces that come from a finite size: step functions and step graphons on \[0, 1\].

use lawbook_core::{Tensor, tensor::to_vec};

use super::{
    SequenceError,
    vectors::{checked_order, finite, rows},
};

/// f_X(t) = X_{⌈nt⌉}: what a set of n points of R^d is in L^p(\[0, 1\]; R^d). A set and its duplicates are the same function.
#[derive(Debug, Clone, PartialEq)]
pub struct StepFunction {
    values: Vec<f64>,
    pieces: usize,
}

impl StepFunction {
    /// The step function of a set `[n, d]`.
    pub fn new(set: &Tensor) -> Result<Self, SequenceError> {
        let dimension = set.size().last().copied().unwrap_or(0);
        let pieces = rows(set, dimension)? as usize;
        Ok(Self { values: to_vec(set), pieces })
    }

    /// f(t) for t in \[0, 1\]; numbers outside count as the nearer end.
    pub fn at(&self, t: f64) -> &[f64] {
        let d = self.values.len() / self.pieces;
        let i = piece(t, self.pieces);
        &self.values[i * d..(i + 1) * d]
    }

    /// (∫ ‖f‖^p dt)^{1/p}, for p = ∞ the largest ‖f‖.
    pub fn norm(&self, p: f64) -> Result<f64, SequenceError> {
        let p = checked_order(p)?;
        let lengths = self.values.chunks_exact(self.values.len() / self.pieces);
        let lengths = lengths.map(|x| x.iter().map(|v| v * v).sum::<f64>().sqrt());
        Ok(if p.is_infinite() {
            lengths.fold(0.0, f64::max)
        } else {
            (lengths.map(|length| length.powf(p)).sum::<f64>() / self.pieces as f64).powf(p.recip())
        })
    }
}

/// W_A(s, t) = A_{⌈ns⌉⌈nt⌉}: what an n×n matrix is as a graphon.
#[derive(Debug, Clone, PartialEq)]
pub struct StepGraphon {
    values: Vec<f64>,
    pieces: usize,
}

impl StepGraphon {
    /// The step graphon of a square matrix `[n, n]`.
    pub fn new(matrix: &Tensor) -> Result<Self, SequenceError> {
        match matrix.size().as_slice() {
            &[0, 0] => Err(SequenceError::Empty { shape: vec![0, 0] }),
            &[n, m] if n == m => {
                finite(matrix)?;
                Ok(Self { values: to_vec(matrix), pieces: n as usize })
            }
            other => Err(SequenceError::Shape { given: other.to_vec(), expected: "[n, n]".to_owned() }),
        }
    }

    /// W(s, t) for s and t in \[0, 1\]; numbers outside count as the nearer end.
    pub fn at(&self, s: f64, t: f64) -> f64 {
        self.values[piece(s, self.pieces) * self.pieces + piece(t, self.pieces)]
    }
}

/// ⌈nt⌉ − 1, within 0..n.
fn piece(t: f64, pieces: usize) -> usize {
    ((t * pieces as f64).ceil() as usize).clamp(1, pieces) - 1
}
