//! The coordinate check: how much a step changes activations, over widths.
//!
//! One step of SGD changes the last hidden activations by η W_readout (h·h) and the outputs by η h·h at leading order, where h·h is of
//! order n. Standard: W_readout is of order n^{−1/2}, so the changes grow as n^{1/2} and n. Maximal updates: the readout divides by n
//! and the rates of vectors are multiplied by n; neither grows. Gradients of hidden weights fall as 1/n, and so must Adam's ε.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor, no_grad,
    optim::{Decay, Optimiser, Rule, gradients},
    tensor::{from_slice, scalar},
};
use lawbook_equivariant::width::{Network, Scaling};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Perceptrons with two hidden layers on random data.
    pub struct Check {
        /// Largest width n; the others are halves of it.
        largest: integer = 512, 256..=100_000;
        /// Networks averaged over.
        networks: integer = 16, 1..=100_000;
        /// Samples of the batch.
        batch: integer = 16, 1..=100_000;
    }
}

const INPUTS: i64 = 10;
const OUTPUTS: i64 = 4;

/// Small: what is of second order in the step is left out, even for the standard parametrisation at the largest width.
const STEP: f64 = 1e-4;

fn widths(params: &Check) -> [i64; 4] {
    [8, 4, 2, 1].map(|part| params.largest / part)
}

/// Sizes of updates over widths.
pub struct Coordinates;

impl Study for Coordinates {
    const NAME: &'static str = "coordinates";
    const ABOUT: &'static str = "Perceptrons of growing width: root mean square change of the last hidden activations and of the \
        outputs by one small step of SGD, under maximal updates and in the standard parametrisation; size of the activations \
        after three steps at η = 1; size of the gradient of the hidden weights.";
    type Params = Check;

    fn grid(profile: Profile) -> Vec<Check> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Check::default()],
            Profile::Full => vec![Check { largest: 8192, networks: 4, ..Check::default() }],
        }
    }

    fn predict(points: &[Check]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let slope = |id: &str, observable: &str, predicted: f64, rival: (&str, &str, f64)| {
            let sites = widths(params).map(|n| (n as f64, at.site(observable).at(n as f64)));
            // Neglected: the step of the input layer, of relative order 1/n in the standard parametrisation, 5 % at n = 64.
            Claim::exponent(id, sites, predicted)
                .within(Margin::Absolute(0.1))
                .rival(rival.0, rival.1, [rival.2])
                .axes("width n", observable)
                .log_x()
                .log_y()
                .source("Tensor Programs V, Section 5 and Appendix B")
        };
        let standard = ("standard", "as in the standard parametrisation");
        let flat = ("flat", "updates are of the size of the learning rate", 0.0);
        Ok(vec![
            slope("mup-hidden-flat", "maximal: hidden change", 0.0, (standard.0, standard.1, 0.5)),
            slope("mup-output-flat", "maximal: output change", 0.0, (standard.0, standard.1, 1.0)),
            slope("sp-hidden-grows", "standard: hidden change", 0.5, flat),
            slope("sp-output-grows", "standard: output change", 1.0, flat),
            slope("mup-three-steps-flat", "maximal: hidden size after three steps", 0.0, (standard.0, standard.1, 0.5))
                .source("coordinate check of the released code"),
            slope("mup-gradient-falls", "maximal: hidden gradient", -1.0, ("unscaled-epsilon", "ε as it is", 0.0))
                .source("scaling of ε"),
        ])
    }

    fn measure(params: &Check, cell: &mut Cell) -> Result<()> {
        let (device, mut stream) = (cell.device(), cell.stream("networks"));
        let rms = |x: &Tensor| scalar(&x.square().mean(Kind::Double));
        for n in widths(params) {
            // Squares of: both changes in both parametrisations, size after three steps, gradient.
            let mut squares = [0.0; 6];
            for _ in 0..params.networks {
                let x = stream.normal_tensor(&[params.batch, INPUTS], Kind::Double, device);
                let labels: Vec<f64> = (0..params.batch).map(|_| stream.below(OUTPUTS as u64) as f64).collect();
                let labels = from_slice(&labels, &[params.batch], Kind::Int64, device);
                let maximal = Network::mlp(INPUTS, &[n, n], OUTPUTS, &[1, 1])?;
                for (network, into) in [(&maximal, 0), (&maximal.standard(), 2)] {
                    let mut parameters = network.init(1.0, &mut stream, Kind::Double, device);
                    let before = no_grad(|| network.activations(&parameters, &x));
                    let (rule, decay) = (Rule::GRADIENT_DESCENT, Decay::Coupled(0.0));
                    let multipliers = network.multipliers(rule, decay, Scaling::Exact);
                    let mut sgd = Optimiser::new(rule, STEP, &parameters).with_multipliers(multipliers);
                    let mut step = |parameters: &mut [Tensor], rate: f64| {
                        sgd.learning_rate = rate;
                        let loss = network.forward(parameters, &x).cross_entropy_for_logits(&labels);
                        let slopes = gradients(&loss, parameters);
                        sgd.step(parameters, &slopes);
                        rms(&slopes[2])
                    };
                    let gradient = step(&mut parameters, STEP);
                    let after = no_grad(|| network.activations(&parameters, &x));
                    squares[into] += rms(&(&after[3] - &before[3]));
                    squares[into + 1] += rms(&(&after[4] - &before[4]));
                    if into == 0 {
                        squares[5] += gradient;
                        (0..3).for_each(|_| {
                            step(&mut parameters, 1.0);
                        });
                        squares[4] += no_grad(|| rms(&network.activations(&parameters, &x)[3]));
                    }
                }
            }
            let names = [
                "maximal: hidden change",
                "maximal: output change",
                "standard: hidden change",
                "standard: output change",
                "maximal: hidden size after three steps",
                "maximal: hidden gradient",
            ];
            for (name, square) in names.into_iter().zip(squares) {
                cell.record_at(name, n as f64, (square / params.networks as f64).sqrt());
            }
        }
        Ok(())
    }
}
