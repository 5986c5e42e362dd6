//! Kronecker products of small matrices applied to tensors, mode by mode.

use lawbook_analysis::matrix::Matrix;

/// ⊗_i M_i applied to a tensor in row-major order whose mode i has as many entries as M_i columns.
pub(super) fn apply(matrices: &[&Matrix], tensor: &[f64]) -> Vec<f64> {
    // The mode in front is multiplied and goes to the back.
    matrices.iter().fold(tensor.to_vec(), |x, matrix| {
        let rest = x.len() / matrix.columns();
        let mut y = vec![0.0; rest * matrix.rows()];
        for j in 0..matrix.columns() {
            for i in 0..matrix.rows() {
                let factor = matrix[(i, j)];
                if factor != 0.0 {
                    for (at, value) in x[j * rest..(j + 1) * rest].iter().enumerate() {
                        y[at * matrix.rows() + i] += factor * value;
                    }
                }
            }
        }
        y
    })
}
