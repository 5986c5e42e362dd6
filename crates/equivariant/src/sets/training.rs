//! Regression on sets: the recipe of the paper's experiments (AdamW, halving on a plateau, the best epoch by validation).

use lawbook_core::{
    Kind, Stream, Tensor, no_grad,
    optim::{Decay, Optimiser, Rule},
    tensor::scalar,
    training::{Outcome, descend, unobserved},
};

use super::SetModel;

/// Sets with labels.
#[derive(Debug)]
pub struct SetData {
    /// The sets `[sets, n, d]`.
    pub inputs: Tensor,
    /// The labels `[sets, outputs]`.
    pub labels: Tensor,
}

/// How to train. The default is the paper's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Passes over the training sets.
    pub epochs: usize,
    /// Sets per step; at least 1. The last step of an epoch takes what is left.
    pub batch: usize,
    /// Learning rate of AdamW at the start.
    pub learning_rate: f64,
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Epochs without a better validation loss after which the learning rate is halved.
    pub patience: usize,
}

impl Default for Recipe {
    fn default() -> Self {
        Self { epochs: 1000, batch: 128, learning_rate: 1e-3, weight_decay: 0.1, patience: 50 }
    }
}

/// A trained model.
#[derive(Debug)]
pub struct Fitted {
    /// The parameters of the epoch with the smallest validation loss.
    pub parameters: Vec<Tensor>,
    /// That loss; infinite if the first epoch already diverged.
    pub validation: f64,
    /// That epoch, from 1; 0 for the initial parameters.
    pub epoch: usize,
    /// Whether training ended because the loss was no longer finite.
    pub diverged: bool,
}

/// Trains `model` from `parameters` on the mean squared error. Batches are shuffled by `stream`.
pub fn fit(
    model: &SetModel,
    mut parameters: Vec<Tensor>,
    training: &SetData,
    validation: &SetData,
    recipe: &Recipe,
    stream: &mut Stream,
) -> Fitted {
    let mut optimiser =
        Optimiser::new(Rule::ADAM, recipe.learning_rate, &parameters).with_decay(Decay::Decoupled(recipe.weight_decay));
    let mut order: Vec<i64> = (0..training.labels.size()[0]).collect();
    let mut best = Fitted { parameters: copy(&parameters), validation: f64::INFINITY, epoch: 0, diverged: false };
    let mut last_improvement = 0;
    for epoch in 1..=recipe.epochs {
        stream.shuffle(&mut order);
        let batches: Vec<Tensor> = order.chunks(recipe.batch.max(1)).map(Tensor::from_slice).collect();
        let slopes = |step: usize, parameters: &[Tensor]| {
            let chosen = batches[step - 1].to_device(training.inputs.device());
            let of = |tensor: &Tensor| tensor.index_select(0, &chosen);
            model.squared_error(parameters, &of(&training.inputs), &of(&training.labels))
        };
        let outcome = descend(&mut parameters, &mut optimiser, batches.len(), slopes, unobserved);
        let error = validation.mean_squared_error(model, &parameters);
        if matches!(outcome, Outcome::Diverged { .. }) || !error.is_finite() {
            best.diverged = true;
            break;
        }
        if error < best.validation {
            best = Fitted { parameters: copy(&parameters), validation: error, epoch, diverged: false };
            last_improvement = epoch;
        } else if epoch - last_improvement > recipe.patience {
            optimiser.learning_rate *= 0.5;
            last_improvement = epoch;
        }
    }
    best
}

impl SetData {
    /// The model's mean squared error on these sets.
    pub fn mean_squared_error(&self, model: &SetModel, parameters: &[Tensor]) -> f64 {
        // Some sets at a time: the features of all points of large sets at once would not fit in memory.
        let chunk = (POINTS_AT_ONCE / self.inputs.size()[1].max(1)).max(1);
        let pairs = self.inputs.split(chunk, 0).into_iter().zip(self.labels.split(chunk, 0));
        let squares = pairs.map(|(inputs, labels)| {
            let predicted = no_grad(|| model.forward(parameters, &inputs));
            scalar(&(predicted - labels).square().sum(Kind::Double))
        });
        squares.sum::<f64>() / self.labels.numel() as f64
    }
}

/// Points whose features are held in memory at once.
const POINTS_AT_ONCE: i64 = 100_000;

fn copy(parameters: &[Tensor]) -> Vec<Tensor> {
    parameters.iter().map(|tensor| tensor.detach().copy()).collect()
}
