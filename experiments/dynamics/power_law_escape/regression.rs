//! First passage of the loss of linear regression: the paper's figure 3b.

use anyhow::Result;
use lawbook_dynamics::{
    Ensemble,
    escape::{Leaving, RegressionSgd, Renewals},
};

use crate::framework::{Cell, Claim, Margin, Profile, Site, Study, params};

params! {
    /// Regression of pure noise in d dimensions: all d curvatures are 1.
    pub struct Params {
        /// d, the dimension, here the number n of outliers: 1, 2 or 4.
        d: integer = 1, 1..=4;
        /// η, the learning rate.
        eta: real = 0.1, 0.001..=1.0;
        /// c, the loss that is reached over that at the minimum.
        c: real = 1.5, 1.0..=10.0;
        /// Steps of each of 64 replicas.
        steps: integer = 100_000, 1..=1_000_000_000;
    }
}

const REPLICAS: u64 = 64;

/// First passage of SGD.
pub struct Regression;

impl Study for Regression {
    const NAME: &'static str = "regression";
    const ABOUT: &'static str = "Runs SGD at batch size 1 on linear regression of pure noise from the minimum until the loss \
        exceeds c times its minimum, again and again, and records the mean time, η times steps.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let _ = profile;
        let mut points = Vec::new();
        for d in [1, 2, 4] {
            points.extend([1.3, 1.5, 1.7, 1.9].map(|c| Params { d, c, ..Params::default() }));
        }
        points
    }

    fn predict(_: &[Params]) -> Result<Vec<Claim>> {
        Ok(Vec::new())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let time = match p.d {
            1 => passage_time(RegressionSgd::<1> { rate: p.eta, batch: 1 }, p, cell),
            2 => passage_time(RegressionSgd::<2> { rate: p.eta, batch: 1 }, p, cell),
            _ => passage_time(RegressionSgd::<4> { rate: p.eta, batch: 1 }, p, cell),
        };
        cell.record("time", time);
        Ok(())
    }
}

fn passage_time<const D: usize>(process: RegressionSgd<D>, p: &Params, cell: &Cell) -> f64 {
    let process = Renewals { process, out: p.c };
    let mut ensemble = Ensemble::<_, f64>::new(process, REPLICAS, &cell.key(), |_| ([0.0; D], [0.0]));
    ensemble.advance(p.steps as u64);
    let exits: f64 = ensemble.states().map(|(_, [exits])| exits).sum();
    p.eta * (REPLICAS * p.steps as u64) as f64 / exits
}
