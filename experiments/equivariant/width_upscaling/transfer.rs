//! The stable learning rates of the narrow network after widening: what is stable at one width is stable at every width under maximal
//! updates, and up to 1/n only without. Which of the stable ones is the best is for the sweeps of [`sweep`](super::sweep).
//!
//! SGD is stable below η = 2/sharpness, and fastest near it. At leading order the curvature along the readout is h·h/m², which with
//! m more on the rate and h·h of order n is a number without n; it is proportional to n if the rate does not know the width.
//!
//! What is measured is 2/sharpness, in the metric of the rates, where the loss is quadratic (Gauss–Newton): no
//! training decides it, and no grid rounds it.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor,
    optim::{Decay, Multipliers, Optimiser, Rule, gradients},
    tensor::scalar,
};
use lawbook_equivariant::width::{Network, Noise, Scaling, Upscaling};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A perceptron widened, at the edge of its stability.
    pub struct Sweep {
        /// Whether rates know the width: by maximal updates, or in the standard parametrisation.
        rates: choice = "maximal", ["maximal", "standard"];
        /// Narrowest width n before widening; n, 2n and 4n are compared. The rates are those of the base width n.
        n: integer = 32, 1..=100_000;
        /// Copies of each neuron.
        copies: integer = 2, 2..=100;
        /// Training samples.
        samples: integer = 16, 1..=1_000_000;
        /// Steps before widening.
        before: integer = 10, 1..=1_000_000;
        /// Networks over which the logarithm of the rate is averaged.
        networks: integer = 4, 1..=1000;
    }
}

// Few: the curvature along input weights is smaller than the rest by about x·x/n.
pub(super) const INPUTS: i64 = 2;

/// The rate before widening, safely stable at the base width.
const RATE_BEFORE: f64 = 0.01;

/// Learning-rate transfer.
pub struct Transfer;

impl Study for Transfer {
    const NAME: &'static str = "transfer";
    const ABOUT: &'static str = "Perceptrons of three widths trained by SGD and widened with a little noise: the largest learning \
        rate at which the wide network is stable, two over the sharpness, over widths.";
    type Params = Sweep;

    fn grid(profile: Profile) -> Vec<Sweep> {
        let both =
            |base: Sweep| ["maximal", "standard"].map(|rates| Sweep { rates: rates.to_owned(), ..base.clone() }).to_vec();
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => both(Sweep::default()),
            Profile::Full => both(Sweep { n: 128, samples: 64, before: 200, ..Sweep::default() }),
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
        let (x, y) = data(params.samples, 0, cell);
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
                let multipliers = upscaling.wide().multipliers(rule, decay, scaling);
                sum += (2.0 / sharpness(upscaling.wide(), &large, &multipliers, &x)).ln();
            }
            cell.record_at("stable rate", n as f64, (sum / params.networks as f64).exp());
        }
        Ok(())
    }
}

fn widths(params: &Sweep) -> [i64; 3] {
    [1, 2, 4].map(|times| times * params.n)
}

/// Normal inputs and a smooth function of them.
pub(super) fn data(samples: i64, set: u64, cell: &Cell) -> (Tensor, Tensor) {
    let x = cell.key().stream("data", set).normal_tensor(&[samples, INPUTS], Kind::Double, cell.device());
    let y = x.sin().sum_dim_intlist([1i64].as_slice(), true, Kind::Double) / (INPUTS as f64).sqrt();
    (x, y)
}

pub(super) fn mean_squared_error(network: &Network, parameters: &[Tensor], x: &Tensor, y: &Tensor) -> Tensor {
    (network.forward(parameters, x) - y).square().mean(Kind::Double)
}

/// Trains on the mean squared error.
pub(super) fn train(
    network: &Network,
    parameters: &mut [Tensor],
    optimiser: &mut Optimiser,
    x: &Tensor,
    y: &Tensor,
    steps: i64,
) {
    for _ in 0..steps {
        let slopes = gradients(&mean_squared_error(network, parameters, x, y), parameters);
        optimiser.step(parameters, &slopes);
    }
}

/// The largest eigenvalue of the Gauss–Newton Hessian of the mean squared error times the multipliers of the rates: that of the Gram
/// matrix 2/N Σ_p μ_p ∂_p f(x_i) ∂_p f(x_j).
fn sharpness(network: &Network, parameters: &[Tensor], multipliers: &[Multipliers], x: &Tensor) -> f64 {
    let samples = x.size()[0];
    let row = |i: i64| {
        let slopes = gradients(&network.forward(parameters, &x.narrow(0, i, 1)).sum(Kind::Double), parameters);
        let scaled = |(slope, times): (&Tensor, &Multipliers)| slope.reshape([-1]) * times.learning_rate.sqrt();
        Tensor::cat(&slopes.iter().zip(multipliers).map(scaled).collect::<Vec<_>>(), 0)
    };
    let jacobian = Tensor::stack(&(0..samples).map(row).collect::<Vec<_>>(), 0);
    let gram = jacobian.matmul(&jacobian.transpose(0, 1)) * (2.0 / samples as f64);
    scalar(&gram.linalg_eigvalsh("L").max())
}
