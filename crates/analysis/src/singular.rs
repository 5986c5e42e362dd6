//! The top right singular vector of a small matrix, by the power method.

/// Rounds after which the power method is given up: with σ₂/σ₁ = 0.999 it needs about 10 000 for ten digits.
const MOST_ROUNDS: usize = 100_000;

/// Change of a unit vector in one round below which it stands.
const STANDS: f64 = 1e-10;

/// Bad input.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SingularError {
    /// A matrix whose rows are not as long as the start.
    #[error("{entries} entries are no rows of {columns}: give a whole number of rows as long as the start")]
    Shape {
        /// Entries of the matrix.
        entries: usize,
        /// Length of the start.
        columns: usize,
    },
    /// A start that the matrix maps to zero, or entries that are no numbers.
    #[error(
        "the start is mapped to a vector of length {length}: give finite entries and a start that is not orthogonal to all rows"
    )]
    Lost {
        /// Length of its image under AᵀA.
        length: f64,
    },
    /// Two singular values that are too close.
    #[error(
        "after {rounds} rounds the vector still moves by {change:e}: the two largest singular values are nearly equal, use a whole decomposition"
    )]
    Unfinished {
        /// Rounds done.
        rounds: usize,
        /// Euclidean change in the last one.
        change: f64,
    },
}

/// The unit vector v that maximises |A v|, for `a` row by row with rows as long as `start`, found by v ← AᵀA v/|AᵀA v| from `start`:
/// it has the sign of the start, and is right to about 10⁻¹⁰ σ₂²/(σ₁² − σ₂²). For matrices of some dozen columns.
pub fn top_right_singular_vector(a: &[f64], start: &[f64]) -> Result<Vec<f64>, SingularError> {
    let columns = start.len();
    if columns == 0 || !a.len().is_multiple_of(columns) {
        return Err(SingularError::Shape { entries: a.len(), columns });
    }
    let mut v = start.to_vec();
    let mut next = vec![0.0; columns];
    let mut change = f64::INFINITY;
    for _ in 0..MOST_ROUNDS {
        next.fill(0.0);
        for row in a.chunks_exact(columns) {
            let along: f64 = row.iter().zip(&v).map(|(a, v)| a * v).sum();
            next.iter_mut().zip(row).for_each(|(x, a)| *x += a * along);
        }
        let length = next.iter().map(|x| x * x).sum::<f64>().sqrt();
        if !(length > 0.0 && length.is_finite()) {
            return Err(SingularError::Lost { length });
        }
        next.iter_mut().for_each(|x| *x /= length);
        change = next.iter().zip(&v).map(|(new, old)| (new - old).powi(2)).sum::<f64>().sqrt();
        std::mem::swap(&mut v, &mut next);
        if change < STANDS {
            return Ok(v);
        }
    }
    Err(SingularError::Unfinished { rounds: MOST_ROUNDS, change })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.linalg.svd([[1, 2, 3], [4, 5, 6.5], [7, 8.25, 9], [1, 0, -1]])[2][0]`, NumPy 2.
    #[test]
    fn as_in_numpy() {
        let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.5, 7.0, 8.25, 9.0, 1.0, 0.0, -1.0];
        let v = top_right_singular_vector(&a, &[1.0; 3]).unwrap();
        for (v, numpy) in v.iter().zip([0.470570538526, 0.574398121276, 0.669798601481]) {
            assert!((v - numpy).abs() < 1e-9, "{v} for {numpy}");
        }
        let other = top_right_singular_vector(&a, &[-1.0; 3]).unwrap();
        assert!(other.iter().zip(&v).all(|(a, b)| (a + b).abs() < 1e-9));
    }

    #[test]
    fn what_has_no_such_vector_is_refused_with_its_numbers() {
        let refused = |a: &[f64], start: &[f64]| top_right_singular_vector(a, start).unwrap_err().to_string();
        assert!(refused(&[1.0; 5], &[1.0; 2]).contains("5 entries are no rows of 2"));
        assert!(refused(&[1.0, -1.0], &[1.0; 2]).contains("length 0"));
        assert!(refused(&[f64::NAN, 1.0], &[1.0; 2]).contains("NaN"));
        assert!(refused(&[1.0, 0.0, 0.0, 1.0 - 1e-7], &[1.0; 2]).contains("100000 rounds"));
    }
}
