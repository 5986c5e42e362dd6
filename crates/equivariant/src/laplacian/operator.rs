//! The σ-Laplacian L_σ = Ŷ + diag(σ(Ŷ1)) as a map: a matrix that is only multiplied with, and a diagonal.

use super::{Nonlinearity, Symmetric};

/// L_σ of a symmetric matrix Ŷ of order n whose noise has variance 1/n, so that the entries of Ŷ1 have noise of variance 1.
#[derive(Debug, Clone)]
pub struct SigmaLaplacian<'a, M> {
    matrix: &'a M,
    diagonal: Vec<f64>,
}

impl<'a, M: Symmetric> SigmaLaplacian<'a, M> {
    /// Takes one product with Ŷ, for the row sums Ŷ1.
    pub fn new(matrix: &'a M, sigma: &Nonlinearity) -> Self {
        let mut sums = vec![0.0; matrix.order()];
        matrix.multiply(&vec![1.0; matrix.order()], &mut sums);
        Self { matrix, diagonal: sums.into_iter().map(|sum| sigma.value(sum)).collect() }
    }

    /// The same diagonal on another matrix of the same order, as a rule a rougher one.
    pub fn on<'b, N: Symmetric>(&self, matrix: &'b N) -> SigmaLaplacian<'b, N> {
        SigmaLaplacian { matrix, diagonal: self.diagonal.clone() }
    }

    /// σ(Ŷ1).
    pub fn diagonal(&self) -> &[f64] {
        &self.diagonal
    }
}

impl<M: Symmetric> Symmetric for SigmaLaplacian<'_, M> {
    fn order(&self) -> usize {
        self.matrix.order()
    }

    fn multiply(&self, x: &[f64], product: &mut [f64]) {
        self.matrix.multiply(x, product);
        product.iter_mut().zip(&self.diagonal).zip(x).for_each(|((sum, d), x)| *sum += d * x);
    }
}
