//! Kronecker products of small matrices applied to tensors, mode by mode.

use lawbook_analysis::matrix::Matrix;

/// ⊗_i M_i applied to a tensor in row-major order whose mode i has as many entries as M_i columns.
pub fn apply(matrices: &[&Matrix], tensor: &[f64]) -> Vec<f64> {
    // The mode in front is multiplied and goes to the back.
    matrices.iter().fold(tensor.to_vec(), |x, matrix| {
        let (rows, rest) = (matrix.rows(), x.len() / matrix.columns());
        let mut y = vec![0.0; rest * rows];
        for (j, slice) in x.chunks_exact(rest.max(1)).enumerate() {
            let column: Vec<f64> = (0..rows).map(|i| matrix[(i, j)]).collect();
            if column.iter().any(|factor| *factor != 0.0) {
                for (out, value) in y.chunks_exact_mut(rows.max(1)).zip(slice) {
                    out.iter_mut().zip(&column).for_each(|(out, factor)| *out += factor * value);
                }
            }
        }
        y
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_a_kronecker_product() {
        let a = Matrix::from_rows([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]]);
        let b = Matrix::from_rows([[0.0, 1.0, 4.0], [2.0, 0.0, -1.0]]);
        let x = [1.0, -2.0, 3.0, 0.5, 7.0, -1.0];
        let whole = &a.kronecker(&b) * &Matrix::from_fn(6, 1, |i, _| x[i]);
        let by_modes = apply(&[&a, &b], &x);
        assert!(by_modes.iter().enumerate().all(|(i, y)| (y - whole[(i, 0)]).abs() < 1e-14));
    }
}
