//! Equation (3) in one dimension: how fast the empirical measure itself approaches μ. For μ = N(0, 1) the mean distance is a
//! closed form at every n, since n F_n(t) is binomial: E W_1 = ∫ E|F_n − Φ| dt = (1/n) ∫ MAD(Bin(n, Φ(t))) dt.

use std::f64::consts::FRAC_2_PI;

use anyhow::Result;
use lawbook_equivariant::sets::wasserstein::{expected_wasserstein_to_normal, wasserstein_to_normal};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Samples of N(0, 1).
    pub struct Sampling {
        /// Independent samples per size.
        draws: integer = 1000, 1..=100_000;
        /// Largest sample size n.
        largest: integer = 10_000, 10..=100_000;
    }
}

/// W_1 between samples of a normal and the normal.
pub struct Wasserstein;

fn sizes(largest: i64) -> impl Iterator<Item = i64> {
    [10, 30, 100, 300, 1000, 3000, 10_000].into_iter().filter(move |n| *n <= largest)
}

impl Study for Wasserstein {
    const NAME: &'static str = "wasserstein";
    const ABOUT: &'static str =
        "The mean W_1 distance between n independent draws from N(0, 1) and N(0, 1) itself, exact for each draw.";
    type Params = Sampling;

    fn grid(profile: Profile) -> Vec<Sampling> {
        vec![match profile {
            Profile::Smoke => Sampling { draws: 3000, largest: 100 },
            Profile::Quick => Sampling { largest: 1000, ..Sampling::default() },
            Profile::Full => Sampling::default(),
        }]
    }

    fn predict(points: &[Sampling]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let exact = |n: i64| expected_wasserstein_to_normal(n as u32);
        let curve = sizes(params.largest).map(|n| (n as f64, at.site("W1").at(n as f64), exact(n)));
        let power = |c: f64, exponent: f64| sizes(params.largest).map(move |n| c * (n as f64).powf(exponent));
        let through_first = |exponent: f64| power(exact(10) / 10f64.powf(exponent), exponent);
        Ok(vec![
            // The formula is exact; the margin is what a thousand draws of relative scatter 0.4 can resolve with some seeds.
            Claim::curve("sample-distance", curve)
                .within(Margin::Relative(0.05))
                .rival(
                    "mean-only",
                    "the displacement of the mean, E|x̄| = √(2/(πn)), a lower bound of W_1",
                    power(FRAC_2_PI.sqrt(), -0.5),
                )
                .rival("three-dimensional", "n^(-1/d) as for d = 3, through the first size", through_first(-1.0 / 3.0))
                .rival("grid", "n^(-1) as for evenly spaced quantiles, through the first size", through_first(-1.0))
                .axes("n", "E W_1")
                .log_x()
                .log_y()
                .source("equation (3)"),
        ])
    }

    fn measure(params: &Sampling, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("samples");
        for n in sizes(params.largest) {
            let mut sample = vec![0.0; n as usize];
            let mut total = 0.0;
            for _ in 0..params.draws {
                stream.fill_normal(&mut sample);
                total += wasserstein_to_normal(&sample)?;
            }
            cell.record_at("W1", n as f64, total / params.draws as f64);
        }
        Ok(())
    }
}
