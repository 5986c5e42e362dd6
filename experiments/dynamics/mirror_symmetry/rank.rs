//! Rotation symmetry: weight decay on the factors of a matrix thresholds its singular values.

use anyhow::{Context, Result};
use lawbook_core::{
    Kind, Tensor,
    tensor::{from_slice, to_vec},
};
use lawbook_dynamics::systems::factorisation::Factorisation;

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// |U W − Y|² + γ(|U|² + |W|²) for a Y of singular values 3, 2, 1, 0.5, 0.25 with random singular vectors.
    pub struct Params {
        /// Weight decay γ.
        gamma: real = 0.4, 0.0..=10.0;
        /// Learning rate η.
        eta: real = 0.02, 0.0001..=0.1;
        /// Number of steps.
        steps: integer = 8000, 1..=1_000_000;
    }
}

/// Singular values of the target.
const TARGET: [f64; 5] = [3.0, 2.0, 1.0, 0.5, 0.25];

/// Low rank.
pub struct Rank;

impl Study for Rank {
    const NAME: &'static str = "rotation";
    const ABOUT: &'static str = "Factorises a matrix by gradient descent with weight decay and takes the singular values of the \
        product.";
    type Params = Params;

    fn grid(_: Profile) -> Vec<Params> {
        [0.1, 0.4, 0.8, 1.5].map(|gamma| Params { gamma, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let soft = |t: f64| TARGET.map(|s| (s - t).max(0.0));
            let sites = TARGET.iter().zip(soft(p.gamma)).map(|(&s, left)| (s, Self::at(p).site("singular").at(s), left));
            // At distance 0.1 from a threshold what is left after the time 160 is e^{−4·0.1·160}: rounding.
            Claim::exact(&format!("singular-values-{}", p.gamma), sites)
                .within(Margin::Absolute(1e-6))
                .rival("twice", "the threshold is 2γ, as for half the squared error", soft(2.0 * p.gamma))
                .rival("ridge", "weight decay shrinks in proportion", TARGET.map(|s| s / (1.0 + p.gamma)))
                .rival(
                    "hard",
                    "singular values above γ are kept as they are",
                    TARGET.map(|s| if s > p.gamma { s } else { 0.0 }),
                )
                .axes("singular value of the target", "of the product")
                .source("corollary for double rotation symmetry; |U|² + |W|² ≥ 2 |U W|_*")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let n = TARGET.len() as i64;
        let mut vectors = cell.stream("singular vectors");
        let mut rotation = || Tensor::linalg_qr(&vectors.normal_tensor(&[n, n], Kind::Double, cell.device()), "reduced").0;
        let target: Tensor =
            rotation().matmul(&from_slice(&TARGET, &[n], Kind::Double, cell.device()).diag(0)).matmul(&rotation());
        let training = Factorisation { n: TARGET.len(), gamma: p.gamma, rate: p.eta, steps: p.steps as usize };
        let product = training
            .train(&to_vec(&target), 0.5, &mut cell.stream("factors"))
            .with_context(|| format!("η = {} and γ = {}: give η (singular value + γ) below 1", p.eta, p.gamma))?;
        let singular = from_slice(&product, &[n, n], Kind::Double, cell.device()).svd(true, false).1;
        for (s, left) in TARGET.into_iter().zip(to_vec(&singular)) {
            cell.record_at("singular", s, left);
        }
        Ok(())
    }
}
