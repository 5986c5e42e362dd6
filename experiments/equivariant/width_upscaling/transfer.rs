//! The learning rates of the narrow network after widening: what is stable at one width is stable at every width under maximal
//! updates, and up to 1/n only without.
//!
//! SGD is stable below η = 2/sharpness, and fastest near it. At leading order the curvature along the readout is h·h/m², which with
//! m more on the rate and h·h of order n is a number without n; it is proportional to n if the rate does not know the width.
//!
//! The largest stable rate stands for the best one of the paper's sweeps, whose place on a grid scatters several times as much.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor, no_grad,
    optim::{Decay, Optimiser, Rule, gradients, parameter},
    tensor::scalar,
};
use lawbook_equivariant::width::{Network, Noise, Scaling, Upscaling};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A perceptron widened, and trained on at growing learning rates.
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
        before: integer = 20, 1..=1_000_000;
        /// Steps after it, at each rate.
        after: integer = 12, 1..=1_000_000;
        /// Networks over which the logarithm of the rate is averaged.
        networks: integer = 6, 1..=1000;
    }
}

// Few: the curvature along input weights is smaller than the rest by about x·x/n.
const INPUTS: i64 = 2;

/// The rate before widening, safely stable at the base width.
const RATE_BEFORE: f64 = 0.01;

/// Between these the largest stable rate is bracketed, by as many halvings of the interval of logarithms: to 4 %.
const RATES: [f64; 2] = [1e-3, 10.0];
const HALVINGS: usize = 8;

/// Learning-rate transfer.
pub struct Transfer;

impl Study for Transfer {
    const NAME: &'static str = "transfer";
    const ABOUT: &'static str = "Perceptrons of three widths trained by SGD, widened with a little noise, and trained on: \
        the largest learning rate at which the training loss falls, over widths.";
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
            let sites = widths(params).map(|n| (n as f64, at.site("stable rate").at(n as f64)));
            let (id, exponent, rival) = if params.rates == "maximal" {
                ("stable-rate-transfers", 0.0, ("moves", "1/n, as in the standard parametrisation", -1.0))
            } else {
                ("stable-rate-moves-without", -1.0, ("transfers", "the same for every width", 0.0))
            };
            // One step of the grid, √2, over the four-fold range of widths.
            Claim::exponent(id, sites, exponent)
                .within(Margin::Absolute(0.25))
                .rival(rival.0, rival.1, [rival.2])
                .axes("width n before widening", "largest stable learning rate after it")
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
            let mut sum = 0.0;
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
                let large = upscaling.noisy_parameters(&small, noise, &mut cell.key().stream("noise", network))?;
                let falls = |rate: f64| {
                    let mut copy: Vec<Tensor> = large.iter().map(|w| parameter(w, Kind::Double)).collect();
                    let mut sgd = upscaling.optimiser(&sgd, scaling);
                    sgd.learning_rate = rate;
                    train(upscaling.wide(), &mut copy, &mut sgd, &x, &y, params.after)
                };
                let [mut low, mut high] = RATES.map(f64::ln);
                for _ in 0..HALVINGS {
                    let middle = 0.5 * (low + high);
                    if falls(middle.exp()) { low = middle } else { high = middle }
                }
                sum += 0.5 * (low + high);
            }
            cell.record_at("stable rate", n as f64, (sum / params.networks as f64).exp());
        }
        Ok(())
    }
}

fn widths(params: &Sweep) -> [i64; 3] {
    [1, 2, 4].map(|times| times * params.n)
}

/// Trains on the mean squared error, and says whether that fell. A run that exceeds a hundred times its first loss has not.
fn train(network: &Network, parameters: &mut [Tensor], sgd: &mut Optimiser, x: &Tensor, y: &Tensor, steps: i64) -> bool {
    let loss = |parameters: &[Tensor]| (network.forward(parameters, x) - y).square().mean(Kind::Double);
    let first = no_grad(|| scalar(&loss(parameters)));
    for _ in 0..steps {
        let value = loss(parameters);
        let now = scalar(&value);
        if now.is_nan() || now > 100.0 * first {
            return false;
        }
        let slopes = gradients(&value, parameters);
        sgd.step(parameters, &slopes);
    }
    no_grad(|| scalar(&loss(parameters))) < first
}
