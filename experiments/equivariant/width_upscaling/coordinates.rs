//! The coordinate check: how much a step changes activations, over widths.
//!
//! One step of SGD changes the last hidden activations by η W_readout (h·h) and the outputs by η h·h at leading order, where h·h is of
//! order n. Standard: W_readout is of order n^{−1/2}, so the changes grow as n^{1/2} and n. Maximal updates: the readout divides by n
//! and the rates of vectors are multiplied by n; neither grows. Gradients of hidden weights fall as 1/n, and so must Adam's ε.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor, no_grad,
    optim::{Decay, Optimiser, Rule, gradients},
    tensor::scalar,
};
use lawbook_equivariant::width::{Network, Scaling};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Perceptrons with two hidden layers on random data.
    pub struct Check {
        /// Largest width n; the others are halves of it.
        largest: integer = 512, 256..=100_000;
        /// Networks averaged over at the largest width; at others more, in proportion to 1/n, as their fluctuations are larger.
        networks: integer = 16, 1..=100_000;
        /// Samples of the batch, the same for all networks.
        batch: integer = 32, 1..=100_000;
    }
}

// Few: the step of the input layer is smaller than that of the others by about x·x/n in the standard parametrisation.
const INPUTS: i64 = 2;
const OUTPUTS: i64 = 4;

/// Small: what is of second order in the step is left out, even for the standard parametrisation at the largest width.
const STEP: f64 = 1e-4;

fn widths(params: &Check) -> [i64; 3] {
    [4, 2, 1].map(|part| params.largest / part)
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
            // Neglected: steps of the input layer and of biases, of relative order x·x/n, and fluctuations of sums over neurons, of
            // order 1/n in squares: together some per cent at n = 128.
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
        let mut data = cell.stream("data");
        let x = data.normal_tensor(&[params.batch, INPUTS], Kind::Double, device);
        let labels: Vec<i64> = (0..params.batch).map(|_| data.below(OUTPUTS as u64) as i64).collect();
        let labels = Tensor::from_slice(&labels).to_device(device);
        // The gradient of the loss by the outputs, kept fixed where the size of a single step is asked for.
        let slope = data.normal_tensor(&[params.batch, OUTPUTS], Kind::Double, device) / params.batch as f64;
        let (rule, decay) = (Rule::GRADIENT_DESCENT, Decay::Coupled(0.0));
        for n in widths(params) {
            // Squares of: both changes in both parametrisations, size after three steps, gradient.
            let mut squares = [0.0; 6];
            let networks = params.networks * params.largest / n;
            for _ in 0..networks {
                let maximal = Network::mlp(INPUTS, &[n, n], OUTPUTS, &[1, 1])?;
                for (network, into) in [(&maximal, 0), (&maximal.standard(), 2)] {
                    let mut parameters = network.init(1.0, &mut stream, Kind::Double, device);
                    let before = no_grad(|| network.activations(&parameters, &x));
                    let multipliers = network.multipliers(rule, decay, Scaling::Exact);
                    let mut sgd = Optimiser::new(rule, STEP, &parameters).with_multipliers(multipliers);
                    let loss = (network.forward(&parameters, &x) * &slope).sum(Kind::Double);
                    let slopes = gradients(&loss, &parameters);
                    sgd.step(&mut parameters, &slopes);
                    let after = no_grad(|| network.activations(&parameters, &x));
                    squares[into] += rms(&(&after[3] - &before[3]));
                    squares[into + 1] += rms(&(&after[4] - &before[4]));
                    if into == 0 {
                        squares[5] += rms(&slopes[2]);
                        sgd.learning_rate = 1.0;
                        for _ in 0..3 {
                            let loss = network.forward(&parameters, &x).cross_entropy_for_logits(&labels);
                            let slopes = gradients(&loss, &parameters);
                            sgd.step(&mut parameters, &slopes);
                        }
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
                cell.record_at(name, n as f64, (square / networks as f64).sqrt());
            }
        }
        Ok(())
    }
}
