//! The Lyapunov exponent of least squares in one dimension as a function of the learning rate.

use anyhow::Result;
use lawbook_dynamics::{
    integrators::logarithmic::{FAR_DOWN, LeastSquares, growth},
    theory::curvature::Curvature,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Least squares with normal inputs.
    pub struct Params {
        /// Learning rate λ.
        lambda: real = 0.585, 0.001..=100.0;
        /// Batch size B.
        B: integer = 1, 1..=10_000;
        /// Number of replicas.
        replicas: integer = 256, 1..=1_000_000;
        /// Steps of each.
        steps: integer = 4000, 1..=10_000_000;
    }
}

/// The exponent.
pub struct Exponent;

impl Study for Exponent {
    const NAME: &'static str = "exponent";
    const ABOUT: &'static str =
        "Runs SGD on least squares without label noise in ln |w|, and records its mean growth per step.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let steps = match profile {
            Profile::Smoke => 1000,
            Profile::Quick => 4000,
            Profile::Full => 100_000,
        };
        // The fastest rate is 0.585.
        [0.2, 0.585, 1.0, 2.0, 3.0].map(|lambda| Params { lambda, steps, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let curvature = |p: &Params| Curvature::MeanSquare { batch: p.B as u32 };
        let sites = points.iter().map(|p| (p.lambda, Self::at(p).site("growth"), curvature(p).exponent(p.lambda)));
        let expansion = points.iter().map(|p| -p.lambda - 0.5 * p.lambda.powi(2) * curvature(p).mean_square());
        let mean_square = points.iter().map(|p| {
            let factor = 1.0 - 2.0 * p.lambda + p.lambda.powi(2) * curvature(p).mean_square();
            0.5 * factor.ln()
        });
        Ok(vec![
            // Exact; a fifth of the depth 0.49 of the curve would hide its form, a twentieth does not.
            Claim::curve("exponent", sites)
                .within(Margin::Absolute(0.025))
                .rival("expansion", "−λ E h − λ² E h²/2, as a small learning rate has it", expansion)
                .rival("mean-square", "half the logarithm by which E w² grows", mean_square)
                .axes("λ", "growth of ln |w| per step")
                .source("theorem 1"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let sgd = LeastSquares { rate: p.lambda, batch: p.B as u32 };
        cell.record("growth", growth(sgd, [FAR_DOWN], p.replicas as u64, p.steps as u64, &cell.key()));
        Ok(())
    }
}
