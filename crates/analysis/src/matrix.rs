//! Small dense matrices of f64: arithmetic, Kronecker products, linear systems, Cholesky factors, spectral radii.
//!
//! For the matrix equations of theory, of a few hundred rows at most; tensors are for data.

use std::ops::{Add, Index, IndexMut, Mul, Sub};

/// A matrix, row by row. Arithmetic on matrices whose shapes do not match panics; what comes from outside is checked where it
/// enters.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    entries: Vec<f64>,
}

/// Bad input.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum MatrixError {
    /// A linear system without a unique solution.
    #[error("the matrix is singular: pivot {pivot:e} in column {column} of {size}; remove the dependent equation")]
    Singular {
        /// The largest pivot left.
        pivot: f64,
        /// The column in which it was sought.
        column: usize,
        /// How many columns there are.
        size: usize,
    },
    /// A Cholesky factor of a matrix that has none.
    #[error("the matrix is not positive definite: pivot {pivot:e} in row {row}; give a covariance of full rank")]
    NotPositive {
        /// The pivot.
        pivot: f64,
        /// Its row.
        row: usize,
    },
}

impl Matrix {
    /// From entry (i, j).
    pub fn from_fn(rows: usize, columns: usize, f: impl Fn(usize, usize) -> f64) -> Self {
        let entries = (0..rows * columns).map(|at| f(at / columns, at % columns)).collect();
        Self { rows, columns, entries }
    }

    /// From its rows.
    pub fn from_rows<const R: usize, const C: usize>(rows: [[f64; C]; R]) -> Self {
        Self::from_fn(R, C, |i, j| rows[i][j])
    }

    /// The identity.
    pub fn identity(size: usize) -> Self {
        Self::from_fn(size, size, |i, j| f64::from(u8::from(i == j)))
    }

    /// Diagonal.
    pub fn diagonal(values: &[f64]) -> Self {
        Self::from_fn(values.len(), values.len(), |i, j| if i == j { values[i] } else { 0.0 })
    }

    /// As an array; panics at another shape.
    pub fn to_rows<const R: usize, const C: usize>(&self) -> [[f64; C]; R] {
        assert_eq!((self.rows, self.columns), (R, C), "rows and columns");
        std::array::from_fn(|i| std::array::from_fn(|j| self[(i, j)]))
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Whether it has as many rows as columns.
    pub fn is_square(&self) -> bool {
        self.rows == self.columns
    }

    /// Whether it equals its transpose up to `tolerance` times its largest entry.
    pub fn is_symmetric(&self, tolerance: f64) -> bool {
        self.is_square() && (self - &self.transposed()).largest() <= tolerance * self.largest()
    }

    /// The transpose.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self::from_fn(self.columns, self.rows, |i, j| self[(j, i)])
    }

    /// The sum of the diagonal.
    pub fn trace(&self) -> f64 {
        (0..self.rows.min(self.columns)).map(|i| self[(i, i)]).sum()
    }

    /// The largest modulus of an entry.
    pub fn largest(&self) -> f64 {
        self.entries.iter().fold(0.0, |largest, x| x.abs().max(largest))
    }

    /// `A ⊗ B`, with which `vec(A X Bᵀ) = (A ⊗ B) vec X` for `vec` row by row.
    #[must_use]
    pub fn kronecker(&self, other: &Self) -> Self {
        Self::from_fn(self.rows * other.rows, self.columns * other.columns, |i, j| {
            self[(i / other.rows, j / other.columns)] * other[(i % other.rows, j % other.columns)]
        })
    }

    /// The same entries, row by row, in another shape of as many.
    #[must_use]
    pub fn reshaped(mut self, rows: usize, columns: usize) -> Self {
        assert_eq!(self.entries.len(), rows * columns, "entries");
        (self.rows, self.columns) = (rows, columns);
        self
    }

    /// The matrix of blocks `[[a, b], [c, d]]`.
    pub fn from_blocks(a: &Self, b: &Self, c: &Self, d: &Self) -> Self {
        Self::from_fn(a.rows + c.rows, a.columns + b.columns, |i, j| match (i < a.rows, j < a.columns) {
            (true, true) => a[(i, j)],
            (true, false) => b[(i, j - a.columns)],
            (false, true) => c[(i - a.rows, j)],
            (false, false) => d[(i - a.rows, j - a.columns)],
        })
    }

    /// The block of `rows` × `columns` in the upper left corner.
    #[must_use]
    pub fn corner(&self, rows: usize, columns: usize) -> Self {
        Self::from_fn(rows, columns, |i, j| self[(i, j)])
    }

    /// `X` with `A X = B`, by elimination with row pivoting.
    pub fn solve(&self, right: &Self) -> Result<Self, MatrixError> {
        let size = self.rows;
        assert!(self.is_square() && right.rows == size, "{size} equations for {} right-hand rows", right.rows);
        let (mut a, mut x) = (self.clone(), right.clone());
        let scale = self.largest();
        for column in 0..size {
            let best = (column..size).max_by(|&i, &j| a[(i, column)].abs().total_cmp(&a[(j, column)].abs()));
            let row = best.unwrap_or(column);
            let pivot = a[(row, column)];
            if pivot.abs() <= scale * f64::EPSILON * 1e-3 || pivot.is_nan() {
                return Err(MatrixError::Singular { pivot, column, size });
            }
            a.swap_rows(row, column);
            x.swap_rows(row, column);
            for i in column + 1..size {
                let factor = a[(i, column)] / pivot;
                if factor != 0.0 {
                    (column..size).for_each(|j| a[(i, j)] -= factor * a[(column, j)]);
                    (0..x.columns).for_each(|j| x[(i, j)] -= factor * x[(column, j)]);
                }
            }
        }
        for i in (0..size).rev() {
            for j in 0..x.columns {
                let known: f64 = (i + 1..size).map(|k| a[(i, k)] * x[(k, j)]).sum();
                x[(i, j)] = (x[(i, j)] - known) / a[(i, i)];
            }
        }
        Ok(x)
    }

    /// The inverse.
    pub fn inverse(&self) -> Result<Self, MatrixError> {
        self.solve(&Self::identity(self.rows))
    }

    /// Lower-triangular `L` with `L Lᵀ = A`, for a symmetric positive definite `A` (of which the lower half is read).
    pub fn cholesky(&self) -> Result<Self, MatrixError> {
        assert!(self.is_square(), "{} rows, {} columns", self.rows, self.columns);
        let mut l = &Self::identity(self.rows) * 0.0;
        for i in 0..self.rows {
            for j in 0..=i {
                let rest = self[(i, j)] - (0..j).map(|k| l[(i, k)] * l[(j, k)]).sum::<f64>();
                if i != j {
                    l[(i, j)] = rest / l[(j, j)];
                } else if rest > 0.0 {
                    l[(i, i)] = rest.sqrt();
                } else {
                    return Err(MatrixError::NotPositive { pivot: rest, row: i });
                }
            }
        }
        Ok(l)
    }

    /// The largest modulus of an eigenvalue: the limit of `‖Aⁿ‖^{1/n}` (Gelfand), by squaring 50 times.
    pub fn spectral_radius(&self) -> f64 {
        assert!(self.is_square(), "{} rows, {} columns", self.rows, self.columns);
        let (mut power, mut log_radius, mut share) = (self.clone(), 0.0, 1.0);
        for _ in 0..50 {
            let size = power.largest();
            if size == 0.0 || !size.is_finite() {
                return size;
            }
            log_radius += share * size.ln();
            power = &power * (1.0 / size);
            power = &power * &power;
            share *= 0.5;
        }
        log_radius.exp()
    }

    fn swap_rows(&mut self, i: usize, j: usize) {
        (0..self.columns).for_each(|k| self.entries.swap(i * self.columns + k, j * self.columns + k));
    }

    fn zip(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Self {
        assert_eq!((self.rows, self.columns), (other.rows, other.columns), "shapes");
        let entries = self.entries.iter().zip(&other.entries).map(|(a, b)| f(*a, *b)).collect();
        Self { rows: self.rows, columns: self.columns, entries }
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.entries[i * self.columns + j]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.entries[i * self.columns + j]
    }
}

impl Add for &Matrix {
    type Output = Matrix;

    fn add(self, other: Self) -> Matrix {
        self.zip(other, |a, b| a + b)
    }
}

impl Sub for &Matrix {
    type Output = Matrix;

    fn sub(self, other: Self) -> Matrix {
        self.zip(other, |a, b| a - b)
    }
}

impl Mul for &Matrix {
    type Output = Matrix;

    fn mul(self, other: Self) -> Matrix {
        assert_eq!(self.columns, other.rows, "columns of the left factor, rows of the right");
        let entry = |i: usize, j: usize| (0..self.columns).map(|k| self[(i, k)] * other[(k, j)]).sum();
        Matrix::from_fn(self.rows, other.columns, entry)
    }
}

impl Mul<f64> for &Matrix {
    type Output = Matrix;

    fn mul(self, factor: f64) -> Matrix {
        Matrix { entries: self.entries.iter().map(|x| x * factor).collect(), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn systems_factors_and_products(values in prop::collection::vec(-1.0..1.0f64, 32)) {
            let a = Matrix::from_fn(4, 4, |i, j| values[4 * i + j]);
            let b = Matrix::from_fn(4, 4, |i, j| values[16 + 4 * i + j]);
            // Positive definite, with eigenvalues of at least 1/10.
            let positive = &(&a * &a.transposed()) + &(&Matrix::identity(4) * 0.1);
            let x = positive.solve(&b).expect("regular");
            prop_assert!((&(&positive * &x) - &b).largest() < 1e-12);
            let l = positive.cholesky().expect("positive");
            prop_assert!((&(&l * &l.transposed()) - &positive).largest() < 1e-14);
            let sandwich = &(&a * &x) * &b.transposed();
            let flat = &a.kronecker(&b) * &x.reshaped(16, 1);
            prop_assert!((&flat.reshaped(4, 4) - &sandwich).largest() < 1e-12 * (1.0 + sandwich.largest()));
        }
    }

    /// X-Val: NumPy 2.4, `abs(linalg.eigvals(A)).max()`.
    #[test]
    fn spectral_radius_of_complex_and_defective_matrices() {
        let complex = Matrix::from_rows([[0.5, 0.4, 0.0], [-0.3, 0.6, 0.2], [0.1, 0.0, -0.7]]);
        assert!((complex.spectral_radius() - NUMPY_RADIUS).abs() < 1e-13, "{}", complex.spectral_radius());
        let jordan = Matrix::from_rows([[0.9, 1.0], [0.0, 0.9]]);
        assert!((jordan.spectral_radius() - 0.9).abs() < 1e-12, "{}", jordan.spectral_radius());
        assert_eq!(Matrix::from_rows([[0.0, 1.0], [0.0, 0.0]]).spectral_radius(), 0.0);
    }

    const NUMPY_RADIUS: f64 = 0.695_203_931_329_619_9;

    #[test]
    fn singular_and_indefinite_matrices_are_refused() {
        let singular = Matrix::from_rows([[1.0, 2.0], [2.0, 4.0]]);
        assert!(matches!(singular.inverse(), Err(MatrixError::Singular { column: 1, .. })));
        let indefinite = Matrix::from_rows([[1.0, 2.0], [2.0, 1.0]]);
        assert!(matches!(indefinite.cholesky(), Err(MatrixError::NotPositive { row: 1, .. })));
    }
}
