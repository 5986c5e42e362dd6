//! Top eigenpairs of simulated observations, for the studies of this law and of the optimal nonlinearity.

use anyhow::Result;
use lawbook_core::Key;
use lawbook_equivariant::laplacian::{
    LaplacianError, Nonlinearity, Observation, Prior, Search, SigmaLaplacian,
    observation::{planted_clique, planted_submatrix, sparse_nonnegative},
    top_eigenpair,
};

use crate::framework::Cell;

/// The published best tanh for planted submatrices.
pub const SUBMATRIX_TANH: Nonlinearity = Nonlinearity::Tanh { height: 1.709_745_34, slope: 0.583_841_17 };

/// The published best tanh for sparse non-negative PCA.
pub const SPARSE_TANH: Nonlinearity = Nonlinearity::Tanh { height: 2.175_060_53, slope: 0.574_752_03 };

/// What is observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// A Gaussian planted submatrix.
    Submatrix,
    /// Gaussian sparse non-negative PCA.
    Sparse,
    /// A planted clique.
    Clique,
}

impl Model {
    /// The model of that name, `submatrix` where there is none.
    pub fn named(name: &str) -> Self {
        match name {
            "sparse" => Self::Sparse,
            "clique" => Self::Clique,
            _ => Self::Submatrix,
        }
    }

    /// Its signal's law.
    pub fn prior(self) -> Prior {
        if self == Self::Sparse { Prior::HalfNormal } else { Prior::Constant }
    }

    /// The published best tanh for its signal.
    pub fn tanh(self) -> Nonlinearity {
        if self == Self::Sparse { SPARSE_TANH } else { SUBMATRIX_TANH }
    }

    fn draw(self, n: usize, beta: f64, key: &Key) -> Result<Observation<f32>, LaplacianError> {
        match self {
            Self::Submatrix => planted_submatrix(n, beta, key),
            Self::Sparse => sparse_nonnegative(n, beta, key),
            Self::Clique => planted_clique(n, beta, key),
        }
    }
}

/// At this residual the overlap is within (0.003/gap)² of its value: 1e-2 at the narrowest gap of the grids, 1e-4 at most others.
const SEARCH: Search = Search { tolerance: 3e-3, basis: 64, products: 2000 };

/// Records the means over `pairs` of observations with opposite noise of the top eigenvalue of L_σ and of the squared overlap
/// of its eigenvector with the signal. In a pair the largest fluctuation, xᵀŴx, cancels.
pub fn record_top(model: Model, sigma: &Nonlinearity, n: i64, beta: f64, pairs: i64, cell: &mut Cell) -> Result<()> {
    let (mut eigenvalue, mut overlap) = (0.0, 0.0);
    let mut seeds = cell.stream("pairs");
    for _ in 0..pairs {
        let key = Key::new(["pair of observations", &seeds.next_u64().to_string()]);
        let observed = model.draw(n as usize, beta, &key)?;
        for observed in [observed.reflected(), observed] {
            let laplacian = SigmaLaplacian::new(&observed.matrix, sigma);
            // Row sums are large where the signal is.
            let start: Vec<f64> = laplacian.diagonal().iter().map(|d| d - sigma.infimum()).collect();
            let top = top_eigenpair(&laplacian, &start, &SEARCH)?;
            eigenvalue += top.value;
            overlap += top.vector.iter().zip(&observed.signal).map(|(v, x)| v * x).sum::<f64>().powi(2);
        }
    }
    cell.record("eigenvalue", eigenvalue / (2 * pairs) as f64);
    cell.record("overlap", overlap / (2 * pairs) as f64);
    Ok(())
}
