//! The norm Σ_l √(n_{l−1}/n_l) ‖W_l‖₂ of the weights of a fresh perceptron 2-n-n-1 over its width.
//!
//! With weights N(0, 2/n_{l−1}) the first layers approach √2 and 2√2, and the readout gives √2 E χ_n, which is of order √n: the set of networks that
//! a metanetwork must read is unbounded. Under maximal updates the effective readout is √(n/n₀) smaller, and the norm is flat.
//!
//! The mean largest singular value of n×p normals is √(μ − 1.2065 σ) with μ = (√(n−1) + √p)², σ = √μ (1/√(n−1) + 1/√p)^{1/3}: Iain
//! Johnstone, *On the distribution of the largest eigenvalue in principal components analysis*, Annals of Statistics 29 (2001), Theorem 1.1.

use anyhow::Result;
use lawbook_equivariant::metanetworks::Weights;

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Fresh perceptrons.
    pub struct Fresh {
        /// Base width n₀ of the maximal-update parametrisation.
        base: integer = 24, 2..=1000;
        /// Networks at the base width; at others fewer, in proportion to n^(−5/4).
        networks: integer = 768, 1..=1_000_000;
        /// Largest width over the base width.
        most: integer = 16, 4..=64;
    }
}

fn widths(params: &Fresh) -> [i64; 3] {
    [1, params.most / 4, params.most].map(|times| times * params.base)
}

/// Norms at initialisation.
pub struct Norms;

impl Study for Norms {
    const NAME: &'static str = "norms";
    const ABOUT: &'static str = "Fresh perceptrons in the standard and the maximal-update parametrisation: the mean of the normalised \
        spectral norm of their weights, over widths.";
    type Params = Fresh;

    fn grid(profile: Profile) -> Vec<Fresh> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Fresh::default()],
            Profile::Full => vec![Fresh { most: 32, ..Fresh::default() }],
        }
    }

    fn predict(points: &[Fresh]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let curve = |id: &str, observable: &str, norm: &dyn Fn(f64) -> f64, rival: (&str, &str, &dyn Fn(f64) -> f64)| {
            let widths = widths(params).map(|n| n as f64);
            // The edge law is for large n and p; the first layer has p = 2.
            Claim::curve(id, widths.map(|n| (n, at.site(observable).at(n), norm(n))))
                .within(Margin::Relative(0.05))
                .rival(rival.0, rival.1, widths.map(rival.2))
                .axes("width n", "‖w‖")
                .log_x()
                .source("normalised spectral norm; Johnstone 2001")
        };
        let base = params.base as f64;
        let standard = |n: f64| hidden(n) + readout(n);
        let maximal = |n: f64| hidden(n) + readout(n) * (base / n).sqrt();
        Ok(vec![
            curve("standard-norm-grows", "standard", &standard, ("flat", "as at the base width", &|_| standard(base))),
            curve("maximal-norm-flat", "maximal", &maximal, ("grows", "as in the standard parametrisation", &standard)),
        ])
    }

    fn measure(params: &Fresh, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("weights");
        for n in widths(params) {
            let share = (params.base as f64 / n as f64).powf(1.25);
            let networks = ((params.networks as f64 * share) as i64).max(1);
            let (mut standard, mut maximal) = (0.0, 0.0);
            for _ in 0..networks {
                let weights = Weights::random(&[2, n, n, 1], &mut stream, cell.device());
                standard += weights.norm();
                maximal += weights.with_maximal_readout(params.base).norm();
            }
            cell.record_at("standard", n as f64, standard / networks as f64);
            cell.record_at("maximal", n as f64, maximal / networks as f64);
        }
        Ok(())
    }
}

/// The first two layers: √(2/n) s(n, 2) + √(2/n) s(n, n).
fn hidden(n: f64) -> f64 {
    (2.0 / n).sqrt() * (largest_singular_value(n, 2.0) + largest_singular_value(n, n))
}

/// The readout: √n √(2/n) E χ_n, with E χ_n = √n (1 − 1/(4n)) up to 1/n².
fn readout(n: f64) -> f64 {
    (2.0 * n).sqrt() * (1.0 - 0.25 / n)
}

fn largest_singular_value(n: f64, p: f64) -> f64 {
    /// The mean of the Tracy–Widom distribution of real matrices.
    const TRACY_WIDOM: f64 = -1.206_533_6;
    let (root_n, root_p) = ((n - 1.0).sqrt(), p.sqrt());
    let scale = (root_n + root_p) * (root_n.recip() + root_p.recip()).cbrt();
    ((root_n + root_p).powi(2) + TRACY_WIDOM * scale).sqrt()
}
