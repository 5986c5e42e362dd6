//! The best learning rate of a sweep after widening: the same at every width under maximal updates, a smaller one at larger widths
//! without.
//!
//! What is measured is what a user does: train at every rate of a grid, take the rate of the smallest loss. Its place is found between
//! the points of the grid by a parabola through the mean logarithm of the loss over networks, so that it is not rounded to a step.

use anyhow::{Context, Result};
use lawbook_core::{
    Kind, Tensor,
    optim::{Decay, Optimiser, Rule},
    tensor::scalar,
};
use lawbook_equivariant::width::{Network, Noise, Scaling, Upscaling};

use super::transfer::{INPUTS, data, mean_squared_error, train};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A sweep of learning rates after widening, at three widths.
    pub struct Grid {
        /// Whether hyper-parameters know the width: by maximal updates, or in the standard parametrisation.
        rates: choice = "maximal", ["maximal", "standard"];
        /// Narrowest width n before widening; n, 2n and 4n are compared. The rates are those of the base width n.
        n: integer = 16, 1..=100_000;
        /// Copies of each neuron.
        copies: integer = 2, 2..=100;
        /// Training samples.
        samples: integer = 32, 1..=1_000_000;
        /// Steps before widening, and as many after it.
        steps: integer = 20, 1..=1_000_000;
        /// Networks over which the logarithm of the loss is averaged.
        networks: integer = 4, 1..=1000;
        /// Rates on either side of the middle of the grid, which is in steps of √2.
        reach: integer = 6, 2..=20;
    }
}

/// The middle of the grid, in the best rate's order of magnitude for Adam on networks of this depth.
const MIDDLE: f64 = 0.02;

/// A step of the grid in the logarithm of the rate, as in the released code's study of transfer.
const STEP: f64 = 0.5 * std::f64::consts::LN_2;

/// Sweeps of the learning rate.
pub struct Sweeps;

impl Study for Sweeps {
    const NAME: &'static str = "sweep";
    const ABOUT: &'static str = "Perceptrons of three widths trained by Adam, widened with a little noise and trained on at every \
        learning rate of a grid: the rate of the smallest loss, over widths.";
    type Params = Grid;

    fn grid(profile: Profile) -> Vec<Grid> {
        let both =
            |base: Grid| ["maximal", "standard"].map(|rates| Grid { rates: rates.to_owned(), ..base.clone() }).to_vec();
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => both(Grid::default()),
            Profile::Full => both(Grid { n: 64, samples: 128, steps: 100, reach: 8, ..Grid::default() }),
        }
    }

    fn predict(points: &[Grid]) -> Result<Vec<Claim>> {
        // One step of the grid, √2, over the four-fold range of widths: what "does not move" means on a grid.
        const ONE_STEP: f64 = 0.25;
        let claim = |params: &Grid| {
            let at = Self::at(params);
            let claim = if params.rates == "maximal" {
                let sites = widths(params).map(|n| (n as f64, at.site("best rate").at(n as f64)));
                Claim::exponent("best-rate-transfers", sites, 0.0)
                    .within(Margin::Absolute(ONE_STEP))
                    .rival("moves", "1/n, as in the standard parametrisation", [-1.0])
                    .log_x()
                    .log_y()
            } else {
                // How far it moves at these widths is between that of the input layer, 0, and that of hidden layers, −1.
                Claim::at_most("best-rate-moves-without", at.site("exponent"), -ONE_STEP)
                    .rival("transfers", "the same for every width", [0.0])
            };
            claim
                .axes("width n before widening", "best learning rate after it")
                .source("transfer of hyper-parameters; Tensor Programs V, Figure 1")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(params: &Grid, cell: &mut Cell) -> Result<()> {
        let (x, y) = data(params.samples, cell);
        let rates: Vec<f64> =
            (-params.reach..=params.reach).map(|step| MIDDLE * (STEP * step as f64).exp()).collect();
        let mut best = Vec::new();
        for n in widths(params) {
            let mut losses = vec![0.0; rates.len()];
            for network in 0..params.networks as u64 {
                sweep(params, n, (&x, &y), &rates, network, cell, &mut losses)?;
            }
            let place = lowest(&losses).context("no loss on the grid is finite")?;
            best.push(place * STEP);
            cell.record_at("best rate", n as f64, rates[0] * (place * STEP).exp());
        }
        // With three widths in equal ratios the fit is the line through the outer two.
        cell.record("exponent", (best[2] - best[0]) / 4f64.ln());
        Ok(())
    }
}

fn widths(params: &Grid) -> [i64; 3] {
    [1, 2, 4].map(|times| times * params.n)
}

/// Adds the logarithm of the loss after training the widened network at every rate.
fn sweep(
    params: &Grid,
    n: i64,
    (x, y): (&Tensor, &Tensor),
    rates: &[f64],
    network: u64,
    cell: &Cell,
    losses: &mut [f64],
) -> Result<()> {
    let (base, scaling) = if params.rates == "maximal" { (params.n, Scaling::Exact) } else { (n, Scaling::None) };
    let narrow = Network::mlp(INPUTS, &[n, n], 1, &[base, base])?;
    let mut small = narrow.init(1.0, &mut cell.key().stream("initial parameters", network), Kind::Double, cell.device());
    let (rule, decay) = (Rule::ADAM, Decay::Decoupled(0.0));
    let mut adam = Optimiser::new(rule, 0.25 * MIDDLE, &small).with_multipliers(narrow.multipliers(rule, decay, scaling));
    train(&narrow, &mut small, &mut adam, x, y, params.steps);
    let upscaling = Upscaling::new(&narrow, &[params.copies * n; 2])?;
    let noise = &mut cell.key().stream("noise", network);
    let widened = upscaling.noisy_parameters(&small, Noise::Spectral { t: 0.1 }, noise)?;
    let start = scalar(&mean_squared_error(upscaling.wide(), &widened, x, y));
    for (rate, loss) in rates.iter().zip(losses) {
        let mut large: Vec<Tensor> =
            widened.iter().map(|tensor| tensor.detach().copy().set_requires_grad(true)).collect();
        let mut adam = upscaling.optimiser(&adam, scaling);
        adam.learning_rate = *rate;
        train(upscaling.wide(), &mut large, &mut adam, x, y, params.steps);
        // A rate at which the loss grows is as bad as none, however far it grows.
        let end = scalar(&mean_squared_error(upscaling.wide(), &large, x, y));
        *loss += if end.is_finite() { end.min(start).ln() } else { start.ln() };
    }
    Ok(())
}

/// The place of the smallest number, between its neighbours by a parabola.
fn lowest(values: &[f64]) -> Option<f64> {
    let (at, _) = values.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
    let shift = match (at.checked_sub(1).and_then(|left| values.get(left)), values.get(at + 1)) {
        (Some(left), Some(right)) => 0.5 * (left - right) / (left - 2.0 * values[at] + right),
        _ => 0.0,
    };
    Some(at as f64 + if shift.is_finite() { shift } else { 0.0 })
}
