//! The best learning rate after widening: the same for every width under maximal updates, falling as 1/n without.
//!
//! SGD is fastest near its edge of stability, η = 2/sharpness. At leading order the curvature along the readout is h·h/m²: with the
//! multiplier m of the readout and m more on the rate of η, a number without n under maximal updates, and proportional to n
//! if neither knows the width.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor, no_grad,
    optim::{Decay, Optimiser, Rule, gradients},
    tensor::scalar,
};
use lawbook_equivariant::width::{Network, Noise, Scaling, Upscaling};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A perceptron widened, and trained at many learning rates.
    pub struct Sweep {
        /// Whether rates know the width: by maximal updates, or in the standard parametrisation.
        rates: choice = "maximal", ["maximal", "standard"];
        /// Narrowest width n before widening; n, 2n and 4n are compared. The rates are those of the base width n.
        n: integer = 32, 1..=100_000;
        /// Copies of each neuron.
        copies: integer = 2, 2..=100;
        /// Training samples.
        samples: integer = 24, 1..=1_000_000;
        /// Steps before widening.
        before: integer = 10, 1..=1_000_000;
        /// Steps after it, at each rate.
        after: integer = 12, 1..=1_000_000;
        /// Networks whose losses are averaged.
        networks: integer = 2, 1..=1000;
    }
}

// Few: the curvature along input weights is smaller than the rest by about x·x/n.
const INPUTS: i64 = 2;

/// The rate before widening, safely stable at the base width.
const RATE_BEFORE: f64 = 0.01;

/// The grid of rates after it: this, times powers of √2.
const LOWEST: f64 = 0.02;
const RATES: usize = 12;

/// Learning-rate transfer.
pub struct Transfer;

impl Study for Transfer {
    const NAME: &'static str = "transfer";
    const ABOUT: &'static str = "Perceptrons of three widths trained by SGD, widened with a little noise, and trained on at a grid of \
        learning rates with steps of √2: the rate with the smallest training loss, over widths.";
    type Params = Sweep;

    fn grid(profile: Profile) -> Vec<Sweep> {
        let both =
            |base: Sweep| ["maximal", "standard"].map(|rates| Sweep { rates: rates.to_owned(), ..base.clone() }).to_vec();
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => both(Sweep::default()),
            Profile::Full => both(Sweep { n: 128, samples: 512, before: 200, after: 200, ..Sweep::default() }),
        }
    }

    fn predict(points: &[Sweep]) -> Result<Vec<Claim>> {
        let claim = |params: &Sweep| {
            let at = Self::at(params);
            let sites = widths(params).map(|n| (n as f64, at.site("best rate").at(n as f64)));
            let (id, exponent, rival) = if params.rates == "maximal" {
                ("best-rate-transfers", 0.0, ("moves", "1/n, as in the standard parametrisation", -1.0))
            } else {
                ("best-rate-moves-without", -1.0, ("transfers", "the same for every width", 0.0))
            };
            // One step of the grid, √2, over the four-fold range of widths.
            Claim::exponent(id, sites, exponent)
                .within(Margin::Absolute(0.25))
                .rival(rival.0, rival.1, [rival.2])
                .axes("width n before widening", "best learning rate after it")
                .log_x()
                .log_y()
                .source("transfer of hyper-parameters; Tensor Programs V, Figure 1")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(params: &Sweep, cell: &mut Cell) -> Result<()> {
        let device = cell.device();
        let x = cell.stream("data").normal_tensor(&[params.samples, INPUTS], Kind::Double, device);
        let y = x.sin().sum_dim_intlist([1i64].as_slice(), true, Kind::Double) / (INPUTS as f64).sqrt();
        for n in widths(params) {
            let mut losses = vec![0.0; RATES];
            for network in 0..params.networks as u64 {
                let (base, scaling) =
                    if params.rates == "maximal" { (params.n, Scaling::Exact) } else { (n, Scaling::None) };
                let narrow = Network::mlp(INPUTS, &[n, n], 1, &[base, base])?;
                let mut small =
                    narrow.init(1.0, &mut cell.key().stream("initial parameters", network), Kind::Double, device);
                let (rule, decay) = (Rule::Sgd { momentum: 0.0 }, Decay::Coupled(0.0));
                let multipliers = narrow.multipliers(rule, decay, scaling);
                let before = RATE_BEFORE * if params.rates == "maximal" { 1.0 } else { params.n as f64 / n as f64 };
                let mut sgd = Optimiser::new(rule, before, &small).with_multipliers(multipliers);
                train(&narrow, &mut small, &mut sgd, &x, &y, params.before);
                let upscaling = Upscaling::new(&narrow, &[params.copies * n; 2])?;
                let noise = Noise::Spectral { t: 0.1 };
                for (i, loss) in losses.iter_mut().enumerate() {
                    let mut stream = cell.key().stream("noise", network);
                    let mut large = upscaling.noisy_parameters(&small, noise, &mut stream)?;
                    let mut sgd = upscaling.optimiser(&sgd, scaling);
                    sgd.learning_rate = LOWEST * 2f64.powf(0.5 * i as f64);
                    *loss += train(upscaling.wide(), &mut large, &mut sgd, &x, &y, params.after);
                }
            }
            cell.record_at("best rate", n as f64, LOWEST * 2f64.powf(0.5 * lowest(&losses)));
        }
        Ok(())
    }
}

fn widths(params: &Sweep) -> [i64; 3] {
    [1, 2, 4].map(|times| times * params.n)
}

/// Trains on the mean squared error and gives its logarithm; a run that diverges counts as one at a loss of 1e3.
fn train(network: &Network, parameters: &mut [Tensor], sgd: &mut Optimiser, x: &Tensor, y: &Tensor, steps: i64) -> f64 {
    const DIVERGED: f64 = 1e3;
    let loss = |parameters: &[Tensor]| (network.forward(parameters, x) - y).square().mean(Kind::Double);
    for _ in 0..steps {
        let value = loss(parameters);
        if scalar(&value) > DIVERGED || !scalar(&value).is_finite() {
            return DIVERGED.ln();
        }
        let slopes = gradients(&value, parameters);
        sgd.step(parameters, &slopes);
    }
    no_grad(|| scalar(&loss(parameters))).min(DIVERGED).ln()
}

/// Where the values are lowest, between grid points by the parabola through the lowest and its neighbours.
fn lowest(values: &[f64]) -> f64 {
    let best = (0..values.len()).fold(0, |best, i| if values[i] < values[best] { i } else { best });
    if best == 0 || best + 1 == values.len() {
        return best as f64;
    }
    let (left, middle, right) = (values[best - 1], values[best], values[best + 1]);
    best as f64 + 0.5 * (left - right) / (left - 2.0 * middle + right)
}
