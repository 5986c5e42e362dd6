//! The optimal nonlinearity, clipped, on simulated planted submatrices.

use anyhow::Result;
use lawbook_equivariant::laplacian::{Nonlinearity, Prior, Theory, Top, optimum::optimal_nonlinearity};

use crate::{
    framework::{Cell, Claim, Margin, Profile, Study, params},
    nonlinear_laplacian::draws::{Model, record_top},
};

params! {
    /// Observations of planted submatrices and the clipped optimum.
    pub struct Observed {
        /// Signal strength β.
        beta: real = 1.2, 0.1..=3.5;
        /// Order n.
        n: integer = 4900, 16..=20_000;
        /// Pairs of observations with opposite noise, per seed.
        pairs: integer = 20, 1..=10_000;
        /// Smallest value of −σ.
        floor: real = 0.2, 0.0..=1.0;
        /// Largest value of −σ.
        ceiling: real = 5.0, 1.0..=1000.0;
    }
}

/// Top eigenpairs with the optimal nonlinearity.
pub struct Simulation;

impl Simulation {
    fn sigma(params: &Observed) -> Result<Nonlinearity> {
        Ok(optimal_nonlinearity(Prior::Constant, params.floor, params.ceiling)?)
    }
}

impl Study for Simulation {
    const NAME: &'static str = "simulation";
    const ABOUT: &'static str = "Planted submatrices and the σ-Laplacian of the clipped optimum: its top eigenvalue and the \
        squared overlap of its eigenvector with the signal, averaged over pairs of opposite noise.";
    type Params = Observed;

    fn grid(profile: Profile) -> Vec<Observed> {
        let (n, pairs) = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => (2500, 3),
            Profile::Full => (4900, 20),
        };
        [1.2, 2.0].map(|beta| Observed { beta, n, pairs, ..Observed::default() }).to_vec()
    }

    fn predict(points: &[Observed]) -> Result<Vec<Claim>> {
        let limit = |params: &Observed| -> Result<Top> {
            Ok(Theory::new(Prior::Constant, &Self::sigma(params)?)?.top(params.beta)?)
        };
        let limits: Vec<Top> = points.iter().map(limit).collect::<Result<_>>()?;
        if points.is_empty() {
            return Ok(Vec::new());
        }
        let curve = |id: &str, value: fn(&Top) -> f64| {
            let site = |params: &Observed| Self::at(params).site(id);
            let points = points.iter().zip(&limits).map(|(params, top)| (params.beta, site(params), value(top)));
            Claim::curve(id, points).source("Theorem 3.3")
        };
        // As for the tanh: some times the departures of finite matrices; a single draw scatters by √(2/n), 0.03.
        let eigenvalue = curve("eigenvalue", |top| top.eigenvalue).within(Margin::Absolute(0.05));
        let overlap = curve("overlap", |top| top.overlap).within(Margin::Absolute(0.08));
        let betas = || points.iter().map(|point| point.beta);
        Ok(vec![
            eigenvalue
                .rival("direct", "β + 1/β, without the diagonal", betas().map(|beta| beta + beta.recip()))
                .axes("β", "λ₁"),
            overlap
                .rival("direct", "1 − 1/β², without the diagonal", betas().map(|beta| 1.0 - beta.powi(-2)))
                .axes("β", "⟨x, v₁⟩²"),
        ])
    }

    fn measure(params: &Observed, cell: &mut Cell) -> Result<()> {
        record_top(Model::Submatrix, &Self::sigma(params)?, params.n, params.beta, params.pairs, cell)
    }
}
