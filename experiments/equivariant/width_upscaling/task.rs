//! The small networks of the equivalence study with data to fit: random labels, or the next of random tokens.

use anyhow::{Result, bail};
use lawbook_core::{
    Kind, Tensor,
    optim::{Decay, Optimiser, Rule, gradients},
};
use lawbook_equivariant::width::Network;

use crate::framework::Cell;

/// A network, its optimiser and its data.
pub(super) struct Task {
    pub(super) network: Network,
    /// Rule, learning rate and decay at the base width.
    pub(super) optimiser: (Rule, f64, Decay),
    pub(super) inputs: Tensor,
    labels: Tensor,
}

const MOMENTUM: f64 = 0.9;
const CLASSES: i64 = 4;
const TOKENS: i64 = 7;
const SAMPLES: i64 = 64;
const IMAGES: i64 = 16;
const LENGTH: i64 = 6;

impl Task {
    /// Draws the data for a network of that name.
    pub(super) fn draw(network: &str, optimiser: &str, cell: &Cell) -> Result<Self> {
        let (mut stream, device) = (cell.stream("data"), cell.device());
        let mut integers = |shape: [i64; 2], most: i64| {
            let values: Vec<i64> = (0..shape[0] * shape[1]).map(|_| stream.below(most as u64) as i64).collect();
            Tensor::from_slice(&values).reshape(shape).to_device(device)
        };
        let (network, inputs, labels) = match network {
            "gpt" => {
                let tokens = integers([8, LENGTH + 1], TOKENS);
                let network = Network::gpt(TOKENS, LENGTH, 1, 2, [8, 16], [4, 8])?;
                (network, tokens.narrow(1, 0, LENGTH), tokens.narrow(1, 1, LENGTH))
            }
            "convolutional" => {
                let labels = integers([IMAGES, 1], CLASSES);
                let images = stream.normal_tensor(&[IMAGES, 3, 6, 6], Kind::Double, device);
                (Network::convolutional(3, &[6, 8], CLASSES, &[3, 4])?, images, labels)
            }
            name => {
                let labels = integers([SAMPLES, 1], CLASSES);
                let inputs = stream.normal_tensor(&[SAMPLES, 7], Kind::Double, device);
                let network = match name {
                    "mlp" => Network::mlp(7, &[6, 10], CLASSES, &[4, 5])?,
                    "residual" => Network::residual(7, [6, 8], 2, CLASSES, [3, 4])?,
                    other => bail!("unknown network {other}: give mlp, residual, convolutional or gpt"),
                };
                (network, inputs, labels)
            }
        };
        Ok(Self { network, optimiser: rule(optimiser)?, inputs, labels })
    }

    /// Full-batch training on the cross-entropy.
    pub(super) fn train(&self, network: &Network, parameters: &mut [Tensor], optimiser: &mut Optimiser, steps: usize) {
        let labels = self.labels.reshape([-1]);
        for _ in 0..steps {
            let logits = network.forward(parameters, &self.inputs);
            let classes = logits.size()[logits.dim() - 1];
            let loss = logits.reshape([-1, classes]).cross_entropy_for_logits(&labels);
            let slopes = gradients(&loss, parameters);
            optimiser.step(parameters, &slopes);
        }
    }
}

/// The constants of the released tests. Their ε of 1e-3 makes it matter that ε is scaled.
fn rule(name: &str) -> Result<(Rule, f64, Decay)> {
    let (beta1, beta2, epsilon) = (0.9, 0.999, 1e-3);
    Ok(match name {
        // A tenth of the tests' rate: at theirs the deeper networks are unstable, and amplify rounding.
        "sgd" => (Rule::Sgd { momentum: MOMENTUM }, 0.01, Decay::Coupled(0.01)),
        "nesterov" => (Rule::Nesterov { momentum: MOMENTUM }, 0.01, Decay::Coupled(0.01)),
        "adam" => (Rule::Adam { beta1, beta2, epsilon }, 0.01, Decay::Coupled(0.01)),
        "amsgrad" => (Rule::AmsGrad { beta1, beta2, epsilon }, 0.01, Decay::Coupled(0.01)),
        "adamw" => (Rule::Adam { beta1, beta2, epsilon }, 0.01, Decay::Decoupled(0.1)),
        other => bail!("unknown optimiser {other}: give sgd, nesterov, adam, amsgrad or adamw"),
    })
}
