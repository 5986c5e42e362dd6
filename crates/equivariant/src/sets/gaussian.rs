//! Multivariate Gaussians with mean zero: sampling and the information quantities that are closed forms of the covariance.

use std::f64::consts::{E, PI};

use lawbook_core::{Device, Kind, Tensor, tensor::from_slice};

/// Why a matrix is no covariance.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum CovarianceError {
    /// Not square.
    #[error("{entries} entries are not a {dimension}×{dimension} matrix: give {dimension}² of them, row by row")]
    Shape {
        /// Entries given.
        entries: usize,
        /// Dimension given.
        dimension: usize,
    },
    /// Not positive definite.
    #[error("the covariance is not positive definite (pivot {pivot} is {value:.3e}): no density, so no finite entropy")]
    Singular {
        /// Position of the pivot that is not positive.
        pivot: usize,
        /// Its value.
        value: f64,
    },
}

/// N(0, Σ) on R^d. Information is measured in nats.
#[derive(Debug, Clone, PartialEq)]
pub struct Gaussian {
    dimension: usize,
    covariance: Vec<f64>,
    /// L of Σ = L Lᵀ, lower triangular, row by row.
    factor: Vec<f64>,
}

impl Gaussian {
    /// The Gaussian with this covariance `[d, d]`, row by row; only its lower triangle is read.
    pub fn new(dimension: usize, covariance: Vec<f64>) -> Result<Self, CovarianceError> {
        if covariance.len() != dimension * dimension {
            return Err(CovarianceError::Shape { entries: covariance.len(), dimension });
        }
        let factor = cholesky(dimension, &covariance)?;
        Ok(Self { dimension, covariance, factor })
    }

    /// Σ, row by row.
    pub fn covariance(&self) -> &[f64] {
        &self.covariance
    }

    /// The Cholesky factor L as a tensor `[d, d]`: X = L z has covariance Σ for standard normal z. (The upper factor of Σ = RᵀR
    /// would give R Rᵀ, another matrix.)
    pub fn factor(&self, kind: Kind, device: Device) -> Tensor {
        let d = self.dimension as i64;
        from_slice(&self.factor, &[d, d], kind, device)
    }

    fn log_variance(&self, i: usize) -> f64 {
        self.covariance[i * self.dimension + i].ln()
    }

    /// ln det Σ.
    pub fn log_determinant(&self) -> f64 {
        (0..self.dimension).map(|i| 2.0 * self.factor[i * self.dimension + i].ln()).sum()
    }

    /// Differential entropy of coordinate i: ½ ln(2πe Σ_ii).
    pub fn marginal_entropy(&self, i: usize) -> f64 {
        0.5 * ((2.0 * PI * E).ln() + self.log_variance(i))
    }

    /// Total correlation Σ_i H(X_i) − H(X) = ½ (Σ_i ln Σ_ii − ln det Σ): the mutual information of all coordinates.
    pub fn total_correlation(&self) -> f64 {
        0.5 * ((0..self.dimension).map(|i| self.log_variance(i)).sum::<f64>() - self.log_determinant())
    }

    /// Mutual information of the first k coordinates and the rest: ½ ln(det Σ_11 det Σ_22 / det Σ).
    pub fn mutual_information(&self, k: usize) -> Result<f64, CovarianceError> {
        let block = |from: usize, to: usize| {
            let entries = (from..to).flat_map(|i| (from..to).map(move |j| self.covariance[i * self.dimension + j]));
            Self::new(to - from, entries.collect())
        };
        let k = k.min(self.dimension);
        let (first, second) = (block(0, k)?, block(k, self.dimension)?);
        Ok(0.5 * (first.log_determinant() + second.log_determinant() - self.log_determinant()))
    }
}

/// L of Σ = L Lᵀ, row by row.
fn cholesky(d: usize, covariance: &[f64]) -> Result<Vec<f64>, CovarianceError> {
    let mut factor = vec![0.0; d * d];
    for i in 0..d {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| factor[i * d + k] * factor[j * d + k]).sum();
            let rest = covariance[i * d + j] - dot;
            if i != j {
                factor[i * d + j] = rest / factor[j * d + j];
            } else if rest > 0.0 {
                factor[i * d + i] = rest.sqrt();
            } else {
                return Err(CovarianceError::Singular { pivot: i, value: rest });
            }
        }
    }
    Ok(factor)
}
