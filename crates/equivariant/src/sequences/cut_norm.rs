//! The cut norm by enumeration of all subsets.

use super::SequenceError;

/// The most vertices whose subsets are enumerated: 2^20 of them.
pub const LARGEST_CUT: i64 = 20;

/// ‖A‖_□ = (1/n²) max_{S,T ⊆ {1, …, n}} |Σ_{i∈S, j∈T} A_ij| of an n×n matrix, row by row.
///
/// All 2^n sets S are visited in Gray order; the best T for each is that of the positive or that of the negative column sums.
pub fn cut_norm(matrix: &[f64], n: usize) -> Result<f64, SequenceError> {
    if matrix.len() != n * n {
        return Err(SequenceError::Shape { given: vec![matrix.len() as i64], expected: format!("{n} × {n} entries") });
    }
    let best = over_subsets(matrix, n, n, |sums| {
        let positive: f64 = sums.iter().map(|sum| sum.max(0.0)).sum();
        let negative: f64 = sums.iter().map(|sum| (-sum).max(0.0)).sum();
        positive.max(negative)
    })?;
    Ok(best / (n * n) as f64)
}

/// (1/n) max_{S ⊆ {1, …, n}} ‖Σ_{i∈S} X_i‖ of n rows of d features: the part of the cut norm that is for signals.
pub fn subset_norm(rows: &[f64], n: usize, d: usize) -> Result<f64, SequenceError> {
    if rows.len() != n * d {
        return Err(SequenceError::Shape { given: vec![rows.len() as i64], expected: format!("{n} × {d} entries") });
    }
    let best = over_subsets(rows, n, d, |sums| sums.iter().map(|sum| sum * sum).sum::<f64>().sqrt())?;
    Ok(best / n as f64)
}

/// The largest value of the column sums over a subset of the rows.
fn over_subsets(entries: &[f64], n: usize, d: usize, value: impl Fn(&[f64]) -> f64) -> Result<f64, SequenceError> {
    if n == 0 {
        return Err(SequenceError::Empty { shape: vec![0, d as i64] });
    }
    if n as i64 > LARGEST_CUT {
        return Err(SequenceError::TooLarge { what: "the cut norm", size: n as i64, most: LARGEST_CUT });
    }
    let (mut sums, mut best) = (vec![0.0; d], 0.0_f64);
    for step in 1u32..1 << n {
        // In Gray order one row enters or leaves: the one at the lowest set bit, and its bit in the code says which.
        let row = step.trailing_zeros() as usize;
        let sign = if (step ^ (step >> 1)) >> row & 1 == 1 { 1.0 } else { -1.0 };
        for (sum, entry) in sums.iter_mut().zip(&entries[row * d..(row + 1) * d]) {
            *sum += sign * entry;
        }
        best = best.max(value(&sums));
    }
    Ok(best)
}
