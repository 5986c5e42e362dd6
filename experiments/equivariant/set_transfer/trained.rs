//! What the two training studies share: one model trained at one size and tested at multiples of it, and what the
//! paper says of each aggregation.
//!
//! Published mean test errors over ten runs (aggregated from the authors' logs, repository
//! yuxinma98/transferring_transferability, e71f9e0), by size n; the first column is the training size:
//!
//! | task | aggregation | 500 | 1000 | 2000 | 3000 | 4500 |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | rotation | sum | 6.13e-4 | 2.117 | 19.01 | 52.79 | 135.5 |
//! | | mean | 7.96e-4 | 4.95e-4 | 2.83e-4 | 2.43e-4 | 1.76e-4 |
//! | | max | 2.50e-3 | 1.87e-3 | 2.59e-3 | 3.15e-3 | 3.30e-3 |
//! | correlation | sum | 5.19e-4 | 0.723 | 6.59 | 18.28 | 46.8 |
//! | | mean | 2.75e-4 | 1.57e-4 | 9.47e-5 | 7.00e-5 | 5.57e-5 |
//! | | max | 2.54e-3 | 2.77e-3 | 4.19e-3 | 5.28e-3 | 6.96e-3 |
//! | rank one | sum | 2.53e-4 | 4.75e-3 | 4.04e-2 | 0.112 | 0.288 |
//! | | mean | 2.36e-4 | 1.36e-4 | 7.53e-5 | 6.38e-5 | 5.14e-5 |
//! | | max | 1.02e-3 | 1.09e-3 | 1.46e-3 | 1.79e-3 | 2.22e-3 |
//! | random | sum | 4.01e-2 | 52.5 | 468 | 1304 | 3324 |
//! | | mean | 4.62e-2 | 4.39e-2 | 3.86e-2 | 3.67e-2 | 4.16e-2 |
//! | | max | 6.80e-2 | 7.88e-2 | 8.95e-2 | 8.30e-2 | 0.105 |
//!
//! | task | aggregation | 20 | 40 | 100 | 200 |
//! | --- | --- | --- | --- | --- | --- |
//! | maximal distance | sum | 4.59e-3 | 2.651 | 44.3 | 214 |
//! | | mean | 7.06e-3 | 5.51e-3 | 4.47e-3 | 4.30e-3 |
//! | | max | 1.71e-6 | 1.61e-6 | 1.41e-6 | 1.40e-6 |
//!
//! At a size for a CPU the numbers differ, and what carries over is claimed: ratios, exponents and orders.

use anyhow::{Result, bail};
use lawbook_core::Kind;
use lawbook_equivariant::sets::{Aggregation, Recipe, SetData, SetModel, fit};

use crate::framework::{Cell, Claim, Margin, Point};

/// The paper, for the claims of both studies.
pub(super) const EXPERIMENTS: &str = "Appendix I, size generalisation of sets";

/// One training run: the parameters that both studies have.
pub(super) struct Run<'a> {
    pub(super) aggregation: &'a str,
    pub(super) width: i64,
    pub(super) n_tr: i64,
    pub(super) multiples: &'a [i64],
    pub(super) epochs: i64,
    pub(super) batch: i64,
    pub(super) eta: f64,
}

/// What a data set is for.
#[derive(PartialEq)]
pub(super) enum Purpose {
    Training,
    Validation,
    Test,
}

/// Trains on the first two data sets that `draw` gives, at the training size, and records the test error at every multiple of it.
pub(super) fn measure(run: &Run<'_>, cell: &mut Cell, mut draw: impl FnMut(Purpose, i64) -> Result<SetData>) -> Result<()> {
    let training = draw(Purpose::Training, run.n_tr)?;
    let validation = draw(Purpose::Validation, run.n_tr)?;
    let aggregation = match run.aggregation {
        "sum" => Aggregation::Sum,
        "mean" => Aggregation::Mean,
        "max" => Aggregation::Max,
        other => bail!("unknown aggregation {other}: give sum, mean or max"),
    };
    let dimension = training.inputs.size()[2];
    let model = SetModel::three_layers(aggregation, dimension, run.width)?;
    // As in the paper's experiments, training is in single precision.
    let parameters = model.init(&mut cell.stream("initial parameters"), Kind::Float, cell.device());
    let (epochs, batch) = (run.epochs as usize, run.batch as usize);
    let recipe = Recipe { epochs, batch, learning_rate: run.eta, ..Recipe::default() };
    let fitted = fit(&model, parameters, &training, &validation, &recipe, &mut cell.stream("batches"));
    cell.record("diverged", f64::from(fitted.diverged));
    let mut errors = Vec::new();
    for multiple in run.multiples {
        let n = multiple * run.n_tr;
        let error = draw(Purpose::Test, n)?.mean_squared_error(&model, &fitted.parameters);
        cell.record_at("mse", n as f64, error);
        errors.push(error);
    }
    // In logarithms, because the ratio itself is skewed: its denominator, the error at n_tr, is small and varies between runs.
    cell.record("ln growth", (errors[errors.len() - 1] / errors[0]).ln());
    Ok(())
}

/// The test error at a multiple of the training size.
struct Errors<'a> {
    point: &'a Point,
    n_tr: i64,
}

impl Errors<'_> {
    fn at(&self, multiple: i64) -> lawbook_claims::Site {
        self.point.site("mse").at((multiple * self.n_tr) as f64)
    }
}

/// Between twice and `most` times the training size: ((n_2 − n_tr)/(n_1 − n_tr))².
fn blow_up(most: i64) -> f64 {
    ((most - 1) as f64).powi(2)
}

/// Neglected: the sampling noise of n ρ̄ beside its mean, which at twice the training size adds about twice the MSE at n_tr (some
/// per cent), and kinks of σ still to be crossed. The published logs give 64.0, 64.7, 60.5, 63.3 for 64.
const BLOW_UP_MARGIN: Margin = Margin::Relative(0.1);

/// The sum: MSE(n) = E[(n − n_tr)² (∇σ·ρ̄)²] once the error at n_tr is negligible and σ is affine along the ray n ρ̄, which a
/// ReLU network is beyond its last kink.
pub(super) fn sum_claims(task: &str, point: &Point, n_tr: i64, multiples: &[i64]) -> Vec<Claim> {
    let errors = Errors { point, n_tr };
    let most = multiples[multiples.len() - 1];
    let excess = (most - 1) as f64;
    let far = multiples.iter().filter(|m| **m > 1).map(|m| (((m - 1) * n_tr) as f64, errors.at(*m)));
    vec![
        Claim::ratio(&format!("{task}-sum-blow-up"), errors.at(most), errors.at(2), blow_up(most))
            .within(BLOW_UP_MARGIN)
            .rival("proportional", "output proportional to n, label negligible: (n2/n1)²", [(0.5 * most as f64).powi(2)])
            .rival("linear", "squared error linear in the excess, as of independent errors per point", [excess])
            .axes("", "MSE at the largest size over MSE at 2 n_tr")
            .source(EXPERIMENTS),
        Claim::exponent(&format!("{task}-sum-exponent"), far, 2.0)
            .within(Margin::Absolute(0.1))
            .rival("linear", "squared error linear in the excess, as of independent errors per point", [1.0])
            .axes("excess size n − n_tr", "MSE")
            .log_x()
            .log_y()
            .source(EXPERIMENTS),
        // Had the model learned only to beat the zero predictor at n_tr, its error would already grow by this much.
        growth_at_least(&format!("{task}-sum-loses"), point, blow_up(most)).rival("transfers", "the same error", [0.0]),
    ]
}

/// The mean: the variance part of its error falls with n and its bias stays.
pub(super) fn mean_transfers(task: &str, point: &Point) -> Claim {
    growth_at_most(&format!("{task}-mean-transfers"), point, 1.0).rival(
        "drifts",
        "it grows as the published PointNet on task 1: 3.30e-3 / 2.50e-3",
        [1.32f64.ln()],
    )
}

/// The exponent of n in the error of the mean, −0.7 in the published runs.
pub(super) fn mean_exponent(task: &str, point: &Point, n_tr: i64, multiples: &[i64], margin: f64) -> Claim {
    let errors = Errors { point, n_tr };
    let sites = multiples.iter().map(|multiple| ((multiple * n_tr) as f64, errors.at(*multiple)));
    Claim::exponent(&format!("{task}-mean-exponent"), sites, -0.7)
        .within(Margin::Absolute(margin))
        .rival("variance", "no bias at all", [-1.0])
        .rival("bias", "no variance at all", [0.0])
        .axes("n", "MSE")
        .log_x()
        .log_y()
        .source(EXPERIMENTS)
}

/// What the next two bound.
const GROWTH: &str = "ln of MSE at the largest size over MSE at n_tr";

/// From the training size to the largest test size the error grows at most by this factor (geometric mean over runs).
pub(super) fn growth_at_most(id: &str, point: &Point, factor: f64) -> Claim {
    Claim::at_most(id, point.site("ln growth"), factor.ln()).axes("", GROWTH).source(EXPERIMENTS)
}

/// The same from below.
pub(super) fn growth_at_least(id: &str, point: &Point, factor: f64) -> Claim {
    Claim::at_least(id, point.site("ln growth"), factor.ln()).axes("", GROWTH).source(EXPERIMENTS)
}

/// The error of PointNet at most (or at least) `bound` times that of the normalised DeepSet, at a multiple of the training size.
pub(super) fn order(id: &str, max: &Point, mean: &Point, n_tr: i64, multiple: i64, bound: Bound) -> Claim {
    let (above, below) = (Errors { point: max, n_tr }.at(multiple), Errors { point: mean, n_tr }.at(multiple));
    let claim = match bound {
        Bound::AtMost(bound) => Claim::ratio_at_most(id, above, below, bound),
        Bound::AtLeast(bound) => Claim::ratio_at_least(id, above, below, bound),
    };
    claim
        .rival("equal", "the aggregation makes no difference", [1.0])
        .axes("", "MSE of the maximum over MSE of the mean, at the largest size")
        .source(EXPERIMENTS)
}

/// A bound from above or from below.
pub(super) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: mean test errors of the sum over ten runs at twice the training size and at the largest size, aggregated from the
    /// authors' logs (repository yuxinma98/transferring_transferability, e71f9e0: results_popstats.json, n_tr = 500, 1000 and
    /// 4500; results_hausdorff.json, n_tr = 20, 40 and 200).
    #[test]
    fn published_errors_of_the_sum_blow_up_as_claimed() {
        let tasks = [(2.1173, 135.533), (0.722696, 46.7949), (0.00475276, 0.287667), (52.4879, 3324.31)];
        let runs = tasks.map(|errors| (9, errors)).into_iter().chain([(10, (2.65112, 214.285))]);
        for (most, (at_twice, at_most)) in runs {
            let (ratio, predicted): (f64, f64) = (at_most / at_twice, blow_up(most));
            assert!((ratio - predicted).abs() < BLOW_UP_MARGIN.around(predicted), "{ratio} {predicted}");
        }
    }

    /// X-Val: the published errors of the mean, rows of the table above with a label of one formula, fall as claimed at the paper's
    /// sizes, and the maximum beats the mean on the task of the support alone.
    #[test]
    fn published_errors_of_the_mean_fall_as_claimed() {
        let sizes = [500.0, 1000.0, 2000.0, 3000.0, 4500.0].map(f64::ln);
        let mean = [
            [7.96e-4, 4.95e-4, 2.83e-4, 2.43e-4, 1.76e-4],
            [2.75e-4, 1.57e-4, 9.47e-5, 7.00e-5, 5.57e-5],
            [2.36e-4, 1.36e-4, 7.53e-5, 6.38e-5, 5.14e-5],
        ];
        let max = [3.30e-3, 6.96e-3, 2.22e-3];
        for (errors, max) in mean.iter().zip(max) {
            let centre = sizes.iter().sum::<f64>() / 5.0;
            let slope = |x: &f64| x - centre;
            let covariance: f64 = sizes.iter().zip(errors).map(|(x, error): (&f64, &f64)| slope(x) * error.ln()).sum();
            let exponent = covariance / sizes.iter().map(|x| slope(x).powi(2)).sum::<f64>();
            assert!((exponent + 0.7).abs() < 0.1, "{exponent}");
            assert!(max > 2.0 * errors[4]);
        }
        // The support task, max and mean at n = 200.
        let errors: [f64; 2] = [1.40e-6, 4.30e-3];
        assert!(errors[0] < 0.5 * errors[1]);
    }
}
