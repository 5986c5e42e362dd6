//! The best learning rate of a sweep after widening: the same at every width under maximal updates, a smaller one at larger widths
//! without.
//!
//! What is measured is what a user does: train at every rate of a grid and look where the loss is low. The smallest loss itself lies in
//! a flat valley, where chance moves it by more than a step of the grid between seeds; so the place of the valley is taken: the mean of
//! ln η, weighted by the loss to the power −4.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor,
    optim::{Decay, Optimiser, Rule},
    tensor::scalar,
};
use lawbook_equivariant::width::{Network, Noise, Scaling, Upscaling};

use super::transfer::{INPUTS, data, mean_squared_error, train};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A sweep of learning rates after widening, at two widths.
    pub struct Grid {
        /// Whether hyper-parameters know the width: by maximal updates, or in the standard parametrisation.
        rates: choice = "maximal", ["maximal", "standard"];
        /// Smaller width n before widening; n and 4n are compared. The rates are those of the base width n.
        n: integer = 16, 1..=100_000;
        /// Copies of each neuron.
        copies: integer = 2, 2..=100;
        /// Training samples.
        samples: integer = 32, 1..=1_000_000;
        /// Steps before widening, and as many after it.
        steps: integer = 20, 1..=1_000_000;
        /// Networks, each with data of its own, over which the logarithm of the loss is averaged.
        networks: integer = 8, 1..=1000;
        /// Rates on either side of the middle of the grid, each twice the one before.
        reach: integer = 4, 2..=20;
    }
}

/// The middle of the grid, between what suits the narrowest and what suits the widest network in the standard parametrisation.
const MIDDLE: f64 = 0.01;

/// The rate before widening.
const RATE_BEFORE: f64 = 0.005;

/// A step of the grid in the logarithm of the rate.
const STEP: f64 = std::f64::consts::LN_2;

/// The power of the loss by which rates are weighted: a rate with half the loss counts sixteen times as much.
const SHARPNESS: f64 = 4.0;

/// Sweeps of the learning rate.
pub struct Sweeps;

impl Study for Sweeps {
    const NAME: &'static str = "sweep";
    const ABOUT: &'static str = "Perceptrons of two widths trained by Adam, widened with a little noise and trained on at every \
        learning rate of a grid: the place of the smallest losses, over widths.";
    type Params = Grid;

    fn grid(profile: Profile) -> Vec<Grid> {
        let both =
            |base: Grid| ["maximal", "standard"].map(|rates| Grid { rates: rates.to_owned(), ..base.clone() }).to_vec();
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => both(Grid::default()),
            Profile::Full => both(Grid { n: 64, samples: 128, steps: 100, ..Grid::default() }),
        }
    }

    fn predict(points: &[Grid]) -> Result<Vec<Claim>> {
        // The paper's grids have steps of √2; one of them over the four-fold range of widths is what "does not move" means there.
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
                Claim::at_most("best-rate-moves-without", at.site("exponent"), -ONE_STEP).rival(
                    "transfers",
                    "the same for every width",
                    [0.0],
                )
            };
            claim
                .axes("width n before widening", "best learning rate after it")
                .source("transfer of hyper-parameters; Tensor Programs V, Figure 1")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(params: &Grid, cell: &mut Cell) -> Result<()> {
        let rates: Vec<f64> = (-params.reach..=params.reach).map(|step| MIDDLE * (STEP * step as f64).exp()).collect();
        let mut best = [0.0; 2];
        for (n, best) in widths(params).into_iter().zip(&mut best) {
            let mut losses = vec![0.0; rates.len()];
            for network in 0..params.networks as u64 {
                sweep(params, n, &rates, network, cell, &mut losses)?;
            }
            *best = valley(&rates, &losses, params.networks as f64);
            cell.record_at("best rate", n as f64, best.exp());
        }
        cell.record("exponent", (best[1] - best[0]) / 4f64.ln());
        Ok(())
    }
}

fn widths(params: &Grid) -> [i64; 2] {
    [1, 4].map(|times| times * params.n)
}

/// Adds the logarithm of the loss after training the widened network at every rate.
fn sweep(params: &Grid, n: i64, rates: &[f64], network: u64, cell: &Cell, losses: &mut [f64]) -> Result<()> {
    let (base, scaling) = if params.rates == "maximal" { (params.n, Scaling::Exact) } else { (n, Scaling::None) };
    let (x, y) = &data(params.samples, network, cell);
    let narrow = Network::mlp(INPUTS, &[n, n], 1, &[base, base])?;
    let mut small = narrow.init(1.0, &mut cell.key().stream("initial parameters", network), Kind::Double, cell.device());
    let (rule, decay) = (Rule::ADAM, Decay::Decoupled(0.0));
    let mut adam = Optimiser::new(rule, RATE_BEFORE, &small).with_multipliers(narrow.multipliers(rule, decay, scaling));
    train(&narrow, &mut small, &mut adam, x, y, params.steps);
    let upscaling = Upscaling::new(&narrow, &[params.copies * n; 2])?;
    let noise = &mut cell.key().stream("noise", network);
    let widened = upscaling.noisy_parameters(&small, Noise::Spectral { t: 0.1 }, noise)?;
    let start = scalar(&mean_squared_error(upscaling.wide(), &widened, x, y));
    for (rate, loss) in rates.iter().zip(losses) {
        let mut large: Vec<Tensor> = widened.iter().map(|tensor| tensor.detach().copy().set_requires_grad(true)).collect();
        let mut adam = upscaling.optimiser(&adam, scaling);
        adam.learning_rate = *rate;
        train(upscaling.wide(), &mut large, &mut adam, x, y, params.steps);
        // A rate at which the loss grows is as bad as none, however far it grows.
        let end = scalar(&mean_squared_error(upscaling.wide(), &large, x, y));
        *loss += if end.is_finite() { end.min(start).ln() } else { start.ln() };
    }
    Ok(())
}

/// The mean of ln η, weighted by the mean loss (geometric, over the networks) to the power −`SHARPNESS`.
fn valley(rates: &[f64], losses: &[f64], networks: f64) -> f64 {
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let weight = |loss: &f64| (-SHARPNESS * (loss - least) / networks).exp();
    let total: f64 = losses.iter().map(weight).sum();
    rates.iter().zip(losses).map(|(rate, loss)| rate.ln() * weight(loss)).sum::<f64>() / total
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A parabola in ln η, flat enough for the grid, has its valley at its minimum, however many networks share it.
    #[test]
    fn the_valley_of_a_parabola_is_its_minimum() {
        let rates: Vec<f64> = (-6..=6).map(|step| 0.02 * 2f64.powi(step)).collect();
        for networks in [1.0, 12.0] {
            let losses: Vec<f64> = rates.iter().map(|rate| networks * 0.25 * (rate / 0.03).ln().powi(2)).collect();
            assert!((valley(&rates, &losses, networks) - 0.03f64.ln()).abs() < 1e-3);
        }
    }
}
