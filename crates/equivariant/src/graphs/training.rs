//! Node regression on graphs by the paper's recipe: AdamW on the mean squared error, and the epoch that is best on validation.

use lawbook_core::{
    Kind, Stream, Tensor, no_grad,
    optim::{Decay, Optimiser, Rule, gradients},
    tensor::scalar,
    training::{Outcome, train, unobserved},
};

use super::{GraphModel, GraphSignal};

/// How to train. The default is the paper's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Passes over the training graphs.
    pub epochs: usize,
    /// Graphs per step; at least 1.
    pub batch: usize,
    /// Learning rate of AdamW.
    pub learning_rate: f64,
    /// Decoupled weight decay.
    pub weight_decay: f64,
}

impl Default for Recipe {
    fn default() -> Self {
        Self { epochs: 500, batch: 128, learning_rate: 1e-3, weight_decay: 0.1 }
    }
}

/// A trained model.
#[derive(Debug)]
pub struct Trained {
    /// The parameters of the epoch with the smallest validation loss.
    pub parameters: Vec<Tensor>,
    /// That loss; infinite if the first epoch already diverged.
    pub validation: f64,
    /// Whether training ended because the loss was no longer finite.
    pub diverged: bool,
}

/// Trains `model` from `parameters` on graphs and their labels `[graphs, n, outputs]`. Batches are shuffled by `stream`.
pub fn fit(
    model: &dyn GraphModel,
    mut parameters: Vec<Tensor>,
    training: (&GraphSignal, &Tensor),
    validation: (&GraphSignal, &Tensor),
    recipe: &Recipe,
    stream: &mut Stream,
) -> Trained {
    let mut optimiser =
        Optimiser::new(Rule::ADAM, recipe.learning_rate, &parameters).with_decay(Decay::Decoupled(recipe.weight_decay));
    let mut order: Vec<i64> = (0..training.0.graphs()).collect();
    let mut best = Trained { parameters: copy(&parameters), validation: f64::INFINITY, diverged: false };
    for _ in 0..recipe.epochs {
        stream.shuffle(&mut order);
        let batches: Vec<Tensor> = order.chunks(recipe.batch.max(1)).map(Tensor::from_slice).collect();
        let loss = |step: usize, parameters: &[Tensor]| {
            let chosen = batches[step - 1].to_device(training.1.device());
            let predicted = model.forward(parameters, &training.0.select(&chosen));
            (predicted - training.1.index_select(0, &chosen)).square().mean(None::<Kind>)
        };
        let outcome = train(&mut parameters, &mut optimiser, batches.len(), loss, unobserved);
        let error = mean_squared_error(model, &parameters, validation.0, validation.1);
        if matches!(outcome, Outcome::Diverged { .. }) || !error.is_finite() {
            best.diverged = true;
            break;
        }
        if error < best.validation {
            best = Trained { parameters: copy(&parameters), validation: error, diverged: false };
        }
    }
    best
}

/// The model's mean squared error on graphs with labels, and its gradient by parameter.
pub fn squared_error(
    model: &dyn GraphModel,
    parameters: &[Tensor],
    graphs: &GraphSignal,
    labels: &Tensor,
) -> (f64, Vec<Tensor>) {
    let loss = (model.forward(parameters, graphs) - labels).square().mean(None::<Kind>);
    (scalar(&loss), gradients(&loss, parameters))
}

/// The model's mean squared error on graphs with labels.
pub fn mean_squared_error(model: &dyn GraphModel, parameters: &[Tensor], graphs: &GraphSignal, labels: &Tensor) -> f64 {
    scalar(&no_grad(|| (model.forward(parameters, graphs) - labels).square().mean(Kind::Double)))
}

fn copy(parameters: &[Tensor]) -> Vec<Tensor> {
    parameters.iter().map(|tensor| tensor.detach().copy()).collect()
}
