//! How fast `ln |w|` grows near the maximum, against the formula.

use anyhow::Result;
use lawbook_dynamics::{
    integrators::logarithmic::{FAR_DOWN, growth},
    systems::local_maximum::{Sgd, TwoSamples},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD far down at the maximum.
    pub struct Params {
        /// Curvature a at the maximum, between -1 and 0.
        a: real = -0.5, (-1.0)..=0.0;
        /// Learning rate λ, between 0 and 1.
        lambda: real = 0.7, 0.0..=1.0;
        /// Number of replicas.
        replicas: integer = 256, 1..=1_000_000;
        /// Steps of each.
        steps: integer = 16_000, 1..=1_000_000;
    }
}

/// The Lyapunov exponent.
pub struct Exponent;

impl Study for Exponent {
    const NAME: &'static str = "exponent";
    const ABOUT: &'static str = "Runs SGD so close to the local maximum that no nonlinearity is left, in ln |w|, and records its \
        mean growth per step.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let steps = match profile {
            Profile::Smoke => 4000,
            Profile::Quick => 16_000,
            Profile::Full => 160_000,
        };
        [0.8 / 3.0, 0.4, 0.7, 0.95].map(|lambda| Params { lambda, steps, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let (mut exact, mut expansion, mut mean_square) = (Vec::new(), Vec::new(), Vec::new());
        for p in points {
            let samples = TwoSamples::new(p.a)?;
            exact.push((p.lambda, Self::at(p).site("growth"), samples.exponent(p.lambda)?));
            let mean_square_curvature = 0.5 * (1.0 + (1.0 - p.a).powi(2));
            expansion.push(-0.5 * p.lambda * p.a - 0.5 * p.lambda.powi(2) * mean_square_curvature);
            mean_square.push(0.5 * samples.mean_square_factor(p.lambda)?.ln());
        }
        Ok(vec![
            // The formula is exact; the growth at 0.27 and at 0.4 differs by 0.034, and the sign between them is to be resolved.
            Claim::curve("exponent", exact)
                .within(Margin::Absolute(0.01))
                .rival("expansion", "−λ E h − λ² E h²/2, as a small learning rate has it", expansion)
                .rival("mean-square", "half the logarithm by which E w² grows", mean_square)
                .axes("λ", "growth of ln |w| per step")
                .source("section on local maxima; E ln|1 − λx| of two samples"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let sgd = Sgd { samples: TwoSamples::new(p.a)?, rate: p.lambda };
        // At λ = 1 one sample maps to zero, and there is no growth to record.
        sgd.samples.factors(p.lambda)?;
        cell.record("growth", growth(sgd, [FAR_DOWN], p.replicas as u64, p.steps as u64, &cell.key()));
        Ok(())
    }
}
