//! Norms of symmetric matrices as graphons, that duplication keeps: the operator norm, and the cut norm by enumeration.

use lawbook_core::{Kind, Tensor, tensor::scalar};

use super::GraphError;

/// Nodes up to which all subsets are enumerated.
const MOST_NODES: usize = 20;

/// ‖T_W‖_{2→2} of the step graphon of a symmetric matrix A `[n, n]`: its largest |eigenvalue| over n.
pub fn operator_norm(a: &Tensor) -> f64 {
    let n = a.size()[0] as f64;
    scalar(&a.detach().to_kind(Kind::Double).linalg_eigvalsh("L").abs().max()) / n
}

/// The cut norm (1/n²) max_{S,T} |Σ_{S×T} A_ij| of an n×n matrix in row-major order, by all 2ⁿ sets S of rows: the best T for S takes
/// all columns whose sums over S have one sign. At most 20 nodes.
pub fn cut_norm(entries: &[f64], nodes: usize) -> Result<f64, GraphError> {
    if nodes == 0 || entries.len() != nodes * nodes {
        return Err(GraphError::Entries { entries: entries.len(), nodes });
    }
    if nodes > MOST_NODES {
        return Err(GraphError::TooManySubsets(nodes, MOST_NODES));
    }
    let mut sums = vec![0.0; nodes];
    let mut chosen = vec![false; nodes];
    let mut best = 0.0_f64;
    // Gray code: one row enters or leaves from one set to the next.
    for step in 1_u32..1 << nodes {
        let row = step.trailing_zeros() as usize;
        let sign = if chosen[row] { -1.0 } else { 1.0 };
        chosen[row] = !chosen[row];
        sums.iter_mut().zip(&entries[row * nodes..(row + 1) * nodes]).for_each(|(sum, entry)| *sum += sign * entry);
        let (above, below) = sums.iter().fold((0.0, 0.0), |(a, b), &sum| (a + f64::max(sum, 0.0), b - f64::min(sum, 0.0)));
        best = best.max(above).max(below);
    }
    Ok(best / (nodes * nodes) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All pairs of subsets of a small matrix; the cut norm of a non-negative one is its mean; duplication keeps it.
    #[test]
    fn enumeration_finds_the_best_pair_of_sets() {
        let a = [0.3, -0.8, 0.5, -0.8, 0.1, 0.2, 0.5, 0.2, -0.9];
        let mut best = 0.0_f64;
        for rows in 0..8_usize {
            for columns in 0..8_usize {
                let entries = (0..9).filter(|k| rows >> (k / 3) & 1 == 1 && columns >> (k % 3) & 1 == 1);
                best = best.max(entries.map(|k| a[k]).sum::<f64>().abs());
            }
        }
        assert!((cut_norm(&a, 3).expect("small") - best / 9.0).abs() < 1e-15);
        assert!((cut_norm(&[1.0, 0.5, 0.5, 0.0], 2).expect("small") - 0.5).abs() < 1e-15);
        let twice: Vec<f64> = (0..36).map(|k| a[k / 6 / 2 * 3 + k % 6 / 2]).collect();
        assert!((cut_norm(&twice, 6).expect("small") - best / 9.0).abs() < 1e-15);
        assert!(cut_norm(&[0.0; 441], 21).expect_err("large").to_string().contains("21 nodes"));
        assert!(cut_norm(&a, 2).is_err());
    }
}
