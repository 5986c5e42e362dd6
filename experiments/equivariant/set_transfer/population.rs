//! Appendix I, population statistics: the label is an information quantity of the Gaussian that the points of a
//! set are drawn from, hence of the limit measure.
//!
//! The labels are the quantities themselves; the paper's generators store ½ ln(2πe Σ_11²) as the entropy of task 1 and sample
//! task 2 at correlation α/√(1 + α²) instead of α.

use anyhow::{Result, bail};
use lawbook_core::{Key, Kind};
use lawbook_equivariant::sets::Population;

use super::{
    published,
    trained::{self, Bound, Purpose, Run},
};
use crate::framework::{Cell, Claim, Profile, Study, params};

params! {
    /// One training run.
    pub struct Statistic {
        /// The family of Gaussians and its statistic: tasks 1 to 4.
        task: choice = "rotation", ["rotation", "correlation", "rank-one", "random"];
        /// How the features of the points become one.
        aggregation: choice = "mean", ["sum", "mean", "max"];
        /// Dimension of each half in the correlation task.
        half: integer = 8, 1..=100;
        /// Points per training set, n_tr.
        n_tr: integer = 500, 2..=100_000;
        /// Training sets; half as many for validation.
        sets: integer = 1024, 8..=100_000;
        /// Test sets of every size.
        tests: integer = 512, 4..=100_000;
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

/// A of task 1: `rand(2)` under `rng(3)`, as in the paper's generator, to four digits.
const FACTOR: [f64; 4] = [0.5508, 0.2909, 0.7081, 0.5108];

/// The tasks, in the paper's order.
const TASKS: [&str; 4] = ["rotation", "correlation", "rank-one", "random"];

/// Test sizes over the training size; the paper has 1 to 9.
const MULTIPLES: [i64; 5] = [1, 2, 3, 5, 9];

/// The same for PointNet: its errors follow the extremes of the points, which move with √(2 ln n) only.
const FAR_MULTIPLES: [i64; 6] = [1, 2, 3, 5, 9, 27];

/// Training on population statistics.
pub struct PopulationStatistics;

impl Study for PopulationStatistics {
    const NAME: &'static str = "population";
    const ABOUT: &'static str = "A set model trained on sets of one size to give an information quantity of the Gaussian behind \
        each set; its mean squared test error on larger sets.";
    const UNCLAIMED: &'static [&'static str] = &["diverged"];
    type Params = Statistic;

    // Quick: a twelfth of the points and a quarter of the sets, so that a run takes a second or two; as many steps per epoch
    // as in the paper, and a doubled learning rate for the fewer epochs. Correlation in the plane, where two hundred sets
    // show it; PointNet there alone, see `predict`.
    fn grid(profile: Profile) -> Vec<Statistic> {
        let quick = Statistic {
            half: 1,
            n_tr: 40,
            sets: 256,
            tests: 256,
            epochs: 80,
            batch: 32,
            eta: 0.002,
            ..Statistic::default()
        };
        let smoke = Statistic { n_tr: 20, sets: 64, tests: 128, batch: 8, epochs: 25, width: 32, ..quick.clone() };
        let run = |base: &Statistic, task: &str, aggregation: &str| Statistic {
            task: task.to_owned(),
            aggregation: aggregation.to_owned(),
            ..base.clone()
        };
        match profile {
            Profile::Smoke => vec![run(&smoke, "rotation", "sum")],
            Profile::Quick => {
                let rotation = ["sum", "mean"].map(|aggregation| run(&quick, "rotation", aggregation));
                // A few sets near α = ±1 make most of the error: more of them.
                let correlated = Statistic { tests: 512, ..quick };
                let correlation = ["mean", "max"].map(|aggregation| run(&correlated, "correlation", aggregation));
                [rotation, correlation].concat()
            }
            Profile::Full => TASKS
                .iter()
                .flat_map(|task| ["sum", "mean", "max"].map(|aggregation| run(&Statistic::default(), task, aggregation)))
                .collect(),
        }
    }

    fn predict(points: &[Statistic]) -> Result<Vec<Claim>> {
        let most = MULTIPLES[MULTIPLES.len() - 1];
        let mut claims = Vec::new();
        for params in points {
            let (task, at, first) = (params.task.as_str(), Self::at(params), claims.len());
            match params.aggregation.as_str() {
                "sum" => claims.extend(trained::sum_claims(task, &at, params.n_tr, &MULTIPLES)),
                "mean" => {
                    claims.push(trained::mean_transfers(task, &at));
                    if task == "correlation" || params.n_tr == 500 && task != "random" {
                        // A mixture of a variance that falls as 1/n and a bias that stays, without a theory of their shares:
                        // the published errors give -0.69, -0.73, -0.69. At another size and shorter training the margin
                        // only excludes either one alone; there the rotation's exponent, -0.54, would take a hundred seeds.
                        let margin = if params.n_tr == 500 { 0.1 } else { 0.25 };
                        claims.push(trained::mean_exponent(task, &at, params.n_tr, &MULTIPLES, margin));
                    }
                    let same = |other: &&Statistic| **other == Statistic { aggregation: "max".to_owned(), ..params.clone() };
                    if let Some(max) = points.iter().find(same) {
                        // The published ratio at the largest size is 19 (task 1) to 125 (task 2).
                        let id = format!("{task}-mean-beats-max");
                        claims.push(trained::order(&id, &Self::at(max), &at, params.n_tr, most, Bound::AtLeast(2.0)));
                    }
                }
                // Extremes of a sample move outwards with n for ever, √(2 ln n) for a normal; scales do not. In task 1 the angle
                // alone decides the label, and few extreme points show it at any n.
                _ => claims.push(
                    trained::growth_at_least(&format!("{task}-max-drifts"), &at, 1.0)
                        .rival(
                            "improves",
                            "it falls as the published normalised DeepSet on task 1: 1.76e-4 / 7.96e-4",
                            [published::MEAN_ON_ROTATION.ln()],
                        )
                        .assuming("the label is a scale, or n_tr ≥ 500", task != "rotation" || params.n_tr >= 500),
                ),
            }
            let published = published::table(task, &params.aggregation, &at, params.n_tr);
            claims[first..].iter_mut().take(1).for_each(|claim| claim.published = Some(published.clone()));
        }
        Ok(claims)
    }

    fn measure(params: &Statistic, cell: &mut Cell) -> Result<()> {
        // One distribution for all seeds, as in the paper, whose generators fix its parameters by a seed of their own.
        let mut fixed = Key::new(["set-transfer", "population"]).stream(&params.task, 0);
        let population = match params.task.as_str() {
            "rotation" => Population::Rotation { factor: FACTOR },
            "correlation" => Population::correlation(params.half as usize, &mut fixed),
            "rank-one" => Population::rank_one(32, &mut fixed),
            "random" => Population::Random { dimension: 32 },
            other => bail!("unknown task {other}"),
        };
        let run = Run {
            aggregation: &params.aggregation,
            width: params.width,
            n_tr: params.n_tr,
            multiples: if params.aggregation == "max" { &FAR_MULTIPLES } else { &MULTIPLES },
            epochs: params.epochs,
            batch: params.batch,
            eta: params.eta,
        };
        let (device, mut stream) = (cell.device(), cell.stream("points"));
        trained::measure(&run, cell, |purpose, n| {
            let sets = match purpose {
                Purpose::Training => params.sets,
                Purpose::Validation => params.sets / 2,
                Purpose::Test => params.tests,
            };
            Ok(population.draw(sets as usize, n as usize, &mut stream, Kind::Float, device)?)
        })
    }
}
