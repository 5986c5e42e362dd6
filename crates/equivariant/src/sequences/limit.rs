//! Elements of the limit space of sets that come from a finite size: step functions on \[0, 1\]. For graphs see
//! [`StepGraphon`](crate::graphs::StepGraphon).

use lawbook_core::{Tensor, tensor::to_vec};

use super::{
    SequenceError,
    vectors::{checked_order, rows},
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
        // ⌈nt⌉ − 1, within 0..n.
        let i = ((t * self.pieces as f64).ceil() as usize).clamp(1, self.pieces) - 1;
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
