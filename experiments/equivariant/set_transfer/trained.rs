//! What the two training studies share: one model trained at one size and tested at multiples of it, and what Section 5 of the
//! paper says of each aggregation.

use anyhow::{Result, bail};
use lawbook_core::Kind;
use lawbook_equivariant::sets::{Aggregation, Recipe, SetData, SetModel, fit};

use crate::framework::{Cell, Claim, Margin, Point};

/// One training run: its sizes and the recipe.
pub(super) struct Run<'a> {
    pub(super) aggregation: &'a str,
    pub(super) width: i64,
    pub(super) train_size: i64,
    pub(super) multiples: &'a [i64],
    pub(super) recipe: Recipe,
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
    let training = draw(Purpose::Training, run.train_size)?;
    let validation = draw(Purpose::Validation, run.train_size)?;
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
    let fitted = fit(&model, parameters, &training, &validation, &run.recipe, &mut cell.stream("batches"));
    cell.record("diverged", f64::from(fitted.diverged));
    for multiple in run.multiples {
        let test = draw(Purpose::Test, multiple * run.train_size)?;
        cell.record_at("mse", (multiple * run.train_size) as f64, test.mean_squared_error(&model, &fitted.parameters));
    }
    Ok(())
}

/// The test error at a multiple of the training size.
struct Errors<'a> {
    point: &'a Point,
    train_size: i64,
}

impl Errors<'_> {
    fn at(&self, multiple: i64) -> lawbook_claims::Site {
        self.point.site("mse").at((multiple * self.train_size) as f64)
    }
}

/// The sum: MSE(n) = E[(n − n_tr)² (∇σ·ρ̄)²] once the error at n_tr is negligible and σ is affine along the ray n ρ̄, which a
/// ReLU network is beyond its last kink.
pub(super) fn sum_claims(task: &str, point: &Point, train_size: i64, multiples: &[i64]) -> Vec<Claim> {
    let errors = Errors { point, train_size };
    let most = multiples[multiples.len() - 1];
    let excess = (most - 1) as f64;
    let far = multiples.iter().filter(|m| **m > 1).map(|m| (((m - 1) * train_size) as f64, errors.at(*m)));
    vec![
        // Neglected: the sampling noise of n ρ̄ beside its mean, which at twice the training size adds about twice the MSE at
        // n_tr (some per cent), and kinks still to be crossed. The published logs give 64.0, 64.7, 60.5, 63.3 for 64.
        Claim::ratio(&format!("{task}-sum-blow-up"), errors.at(most), errors.at(2), excess * excess)
            .within(Margin::Relative(0.1))
            .rival("proportional", "output proportional to n, label negligible: (n2/n1)²", [(0.5 * most as f64).powi(2)])
            .rival("linear", "squared error linear in the excess, as of independent errors per point", [excess])
            .source("Figures 3 and 4"),
        Claim::exponent(&format!("{task}-sum-exponent"), far, 2.0)
            .within(Margin::Absolute(0.1))
            .rival("linear", "squared error linear in the excess, as of independent errors per point", [1.0])
            .axes("n − n_tr", "MSE")
            .log_x()
            .log_y(),
        // Had the model learned only to beat the zero predictor at n_tr, its error would already grow by this much.
        Claim::ratio_at_least(&format!("{task}-sum-loses"), errors.at(most), errors.at(1), excess * excess)
            .rival("transfers", "the error at the training size", [1.0])
            .source("Figures 3 and 4"),
    ]
}

/// The mean: the variance part of its error falls with n and its bias stays.
pub(super) fn mean_claims(task: &str, point: &Point, train_size: i64, multiples: &[i64]) -> Vec<Claim> {
    let errors = Errors { point, train_size };
    let most = multiples[multiples.len() - 1];
    vec![
        Claim::ratio_at_most(&format!("{task}-mean-transfers"), errors.at(most), errors.at(1), 1.0)
            .rival("drifts", "it grows as the published PointNet on task 1: 3.30e-3 / 2.50e-3", [1.32])
            .source("Figures 3 and 4"),
    ]
}

/// The error of one model at most (or at least) `bound` times that of another, at a multiple of the training size.
pub(super) fn order(id: &str, above: &Point, below: &Point, train_size: i64, multiple: i64, bound: Bound) -> Claim {
    let (above, below) =
        (Errors { point: above, train_size }.at(multiple), Errors { point: below, train_size }.at(multiple));
    let claim = match bound {
        Bound::AtMost(bound) => Claim::ratio_at_most(id, above, below, bound),
        Bound::AtLeast(bound) => Claim::ratio_at_least(id, above, below, bound),
    };
    claim.rival("equal", "aggregation makes no difference", [1.0])
}

/// A bound from above or from below.
pub(super) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

/// The growth of the error from the training size to a multiple of it, for a claim of the caller's.
pub(super) fn growth(point: &Point, train_size: i64, multiple: i64) -> (lawbook_claims::Site, lawbook_claims::Site) {
    let errors = Errors { point, train_size };
    (errors.at(multiple), errors.at(1))
}
