//! Appendix I, maximal distance: the label max_i ‖X_i‖ is a quantity of the support, continuous in W_∞, and so
//! the task of PointNet.

use anyhow::Result;
use lawbook_core::Kind;
use lawbook_equivariant::sets::{Circle, maximal_distance};

use super::{
    published,
    trained::{self, Bound, Purpose, Run},
};
use crate::framework::{Cell, Claim, Profile, Study, params};

params! {
    /// One training run.
    pub struct Distance {
        /// How the features of the points become one.
        aggregation: choice = "max", ["sum", "mean", "max"];
        /// Points per training set, n_tr.
        n_tr: integer = 20, 2..=100_000;
        /// Training sets; an eighth of them more for validation.
        sets: integer = 4000, 8..=100_000;
        /// Test sets of every size.
        tests: integer = 1000, 1..=100_000;
        /// Passes over the training sets.
        epochs: integer = 1000, 1..=100_000;
        /// Sets per step.
        batch: integer = 128, 1..=100_000;
        /// Learning rate.
        eta: real = 0.001, 0.0..=1.0;
        /// Width of ρ and σ.
        width: integer = 50, 1..=1000;
    }
}

/// Test sizes over the training size; the paper has 1 to 10.
const MULTIPLES: [i64; 5] = [1, 2, 3, 5, 10];

/// Training on the maximal distance.
pub struct MaximalDistance;

impl Study for MaximalDistance {
    const NAME: &'static str = "distance";
    const ABOUT: &'static str = "A set model trained on points of random circles to give the largest distance from the origin; \
        its mean squared test error on larger sets.";
    const UNCLAIMED: &'static [&'static str] = &["diverged"];
    type Params = Distance;

    // Quick: the paper's sizes of sets, but 512 of them and 40 epochs of small batches at a doubled learning rate.
    fn grid(profile: Profile) -> Vec<Distance> {
        let quick = Distance { sets: 512, tests: 256, epochs: 40, batch: 32, eta: 0.002, ..Distance::default() };
        let (base, aggregations): (Distance, &[&str]) = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => (quick, &["sum", "mean", "max"]),
            Profile::Full => (Distance::default(), &["sum", "mean", "max"]),
        };
        aggregations.iter().map(|word| Distance { aggregation: (*word).to_owned(), ..base.clone() }).collect()
    }

    fn predict(points: &[Distance]) -> Result<Vec<Claim>> {
        let most = MULTIPLES[MULTIPLES.len() - 1];
        let mut claims = Vec::new();
        for params in points {
            let (at, first) = (Self::at(params), claims.len());
            match params.aggregation.as_str() {
                "sum" => claims.extend(trained::sum_claims("distance", &at, params.n_tr, &MULTIPLES)),
                "mean" => claims.push(trained::mean_transfers("distance", &at)),
                _ => {
                    // On larger sets the same circles are only sampled more densely: published, 0.82 at ten times the size.
                    claims.push(trained::growth_at_most("distance-max-flat", &at, 1.5).rival(
                        "drifts",
                        "the error grows in proportion to n",
                        [(most as f64).ln()],
                    ));
                    let same = |other: &&Distance| **other == Distance { aggregation: "mean".to_owned(), ..params.clone() };
                    if let Some(mean) = points.iter().find(same) {
                        // The published ratio is 1/3000 after 25 times as many steps.
                        let bound = Bound::AtMost(0.5);
                        claims.push(trained::order("distance-max-wins", &at, &Self::at(mean), params.n_tr, most, bound));
                    }
                }
            }
            let published = published::table("distance", &params.aggregation, &at, params.n_tr);
            claims[first..].iter_mut().take(1).for_each(|claim| claim.published = Some(published.clone()));
        }
        Ok(claims)
    }

    fn measure(params: &Distance, cell: &mut Cell) -> Result<()> {
        let run = Run {
            aggregation: &params.aggregation,
            width: params.width,
            n_tr: params.n_tr,
            multiples: &MULTIPLES,
            epochs: params.epochs,
            batch: params.batch,
            eta: params.eta,
        };
        let (device, mut stream) = (cell.device(), cell.stream("points"));
        let mut circles = |count: i64| (0..count).map(|_| Circle::random(&mut stream)).collect::<Vec<_>>();
        let (training, validation) = (circles(params.sets), circles((params.sets / 8).max(1)));
        // The same circles at every size: their scatter then leaves the ratios of errors.
        let tests = circles(params.tests);
        trained::measure(&run, cell, |purpose, n| {
            let circles = match purpose {
                Purpose::Training => &training,
                Purpose::Validation => &validation,
                Purpose::Test => &tests,
            };
            Ok(maximal_distance(circles, n as usize, &mut stream, Kind::Float, device))
        })
    }
}
