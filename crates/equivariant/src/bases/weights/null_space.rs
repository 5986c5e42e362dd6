//! Null spaces of Gram matrices.

use lawbook_core::{Device, Kind, Tensor, tensor};

use crate::bases::basis::BasisError;

/// Pivots of the constraints' Gram matrix below this times its largest entry are zero; those up to `CLEARLY` times it are in
/// doubt. Squares of lengths, so that these are 3e-6 and 1e-5 there.
const ZERO: f64 = 1e-11;
const CLEARLY: f64 = 1e-10;

/// An orthonormal basis `[kept, count]` of the null space of a symmetric positive semidefinite matrix, row-major: by its
/// Cholesky factor with pivoting, which needs a tenth of the work of its eigenvectors.
pub(super) fn null_space(mut gram: Vec<f64>, count: usize) -> Result<Vec<f64>, BasisError> {
    let n = count;
    let largest = (0..n).map(|i| gram[i * n + i]).fold(1.0, f64::max);
    let mut order: Vec<usize> = (0..n).collect();
    let mut factor = vec![0.0; n * n];
    let mut rank = 0;
    while rank < n {
        let pivot = (rank..n).max_by(|&i, &j| gram[i * n + i].total_cmp(&gram[j * n + j])).unwrap_or(rank);
        let value = gram[pivot * n + pivot];
        if value <= ZERO * largest {
            break;
        }
        if value <= CLEARLY * largest {
            return Err(BasisError::Ambiguous { value, largest });
        }
        if pivot != rank {
            order.swap(pivot, rank);
            (0..n).for_each(|j| gram.swap(pivot * n + j, rank * n + j));
            (0..n).for_each(|i| gram.swap(i * n + pivot, i * n + rank));
            (0..rank).for_each(|j| factor.swap(pivot * n + j, rank * n + j));
        }
        let root = value.sqrt();
        let row: Vec<f64> = gram[rank * n + rank..(rank + 1) * n].iter().map(|x| x / root).collect();
        for i in rank..n {
            let scale = row[i - rank];
            factor[i * n + rank] = scale;
            if scale != 0.0 {
                gram[i * n + rank..(i + 1) * n].iter_mut().zip(&row).for_each(|(x, y)| *x -= scale * y);
            }
        }
        rank += 1;
    }
    // With G = [L; M] [L; M]ᵀ in the order of the pivots, the columns of [−L^{−T} Mᵀ; 1] are its null space.
    let mut rows = vec![0.0; (n - rank) * n];
    for (at, row) in (rank..n).zip(rows.chunks_exact_mut(n)) {
        let mut x: Vec<f64> = factor[at * n..at * n + rank].iter().map(|m| -m).collect();
        for i in (0..rank).rev() {
            let (before, rest) = x.split_at_mut(i);
            rest[0] /= factor[i * n + i];
            before.iter_mut().zip(&factor[i * n..i * n + i]).for_each(|(x, l)| *x -= rest[0] * l);
        }
        order.iter().zip(&x).for_each(|(&to, x)| row[to] = *x);
        row[order[at]] = 1.0;
    }
    Ok(orthonormal(&rows, n))
}

/// An orthonormal basis of the span of independent rows of length `size`.
pub(super) fn orthonormal(rows: &[f64], size: usize) -> Vec<f64> {
    if rows.is_empty() {
        return Vec::new();
    }
    let rows = tensor::from_slice(rows, &[-1, size as i64], Kind::Double, Device::Cpu);
    tensor::to_vec(&Tensor::linalg_qr(&rows.transpose(0, 1), "reduced").0.transpose(0, 1))
}
