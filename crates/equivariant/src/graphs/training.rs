//! Node regression on graphs by the paper's recipe: AdamW on the mean squared error, and the epoch that is best on validation.

use lawbook_core::{
    Kind, Stream, Tensor,
    device::use_one_thread_here,
    no_grad,
    optim::{Decay, Optimiser, Rule, gradients, parameter},
    tensor::scalar,
    training::{Outcome, descend, unobserved},
};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::{GraphModel, GraphSignal};
use crate::portions::portion;

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
        let slopes = |step: usize, parameters: &[Tensor]| {
            let chosen = batches[step - 1].to_device(training.1.device());
            squared_error(model, parameters, &training.0.select(&chosen), &training.1.index_select(0, &chosen))
        };
        let outcome = descend(&mut parameters, &mut optimiser, batches.len(), slopes, unobserved);
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

/// Numbers in the matrices of one layer of the graphs that are worked on at once: some layers' fit in the cache.
const NUMBERS: i64 = 140_000;

/// Parts come in multiples of this many, so that threads have as much to do as each other.
const ROUND: u64 = 4;

/// The model's mean squared error on graphs with labels, and its gradient by parameter.
///
/// In single precision on the CPU by hand, for the models that can. Else a few graphs at a time, so that what autograd keeps stays in the cache, on all of rayon's threads. Which graphs go together does
/// not depend on the number of threads, nor does any sum.
pub fn squared_error(
    model: &dyn GraphModel,
    parameters: &[Tensor],
    graphs: &GraphSignal,
    labels: &Tensor,
) -> (f64, Vec<Tensor>) {
    if let Some(found) = model.fast_squared_error(parameters, graphs, labels) {
        return found;
    }
    let most = (NUMBERS / model.numbers(graphs.nodes())).max(1);
    let count = (graphs.graphs() as u64).div_ceil(most as u64).next_multiple_of(ROUND);
    let some = (graphs.graphs() as u64).div_ceil(count) as i64;
    let parts = graphs.split(some).into_iter().zip(labels.split(some, 0));
    // Each part has parameters of its own: autograd keeps notes at them.
    let parts: Vec<_> = parts.map(|(graphs, labels)| (graphs, labels, copies(parameters))).collect();
    let total = labels.numel() as f64;
    let part = |(graphs, labels, parameters): (GraphSignal, Tensor, Vec<Tensor>)| {
        if rayon::current_num_threads() > 1 {
            use_one_thread_here();
        }
        let loss = (model.forward(&parameters, &graphs) - labels).square().sum(None::<Kind>) / total;
        (scalar(&loss), gradients(&loss, &parameters))
    };
    let found: Vec<(f64, Vec<Tensor>)> = parts.into_par_iter().map(part).collect();
    let sum = |(loss, mut slopes): (f64, Vec<Tensor>), (other, part): (f64, Vec<Tensor>)| {
        slopes.iter_mut().zip(&part).for_each(|(sum, slope)| _ = sum.g_add_(slope));
        (loss + other, slopes)
    };
    found.into_iter().reduce(sum).unwrap_or((f64::NAN, Vec::new()))
}

fn copies(parameters: &[Tensor]) -> Vec<Tensor> {
    parameters.iter().map(|tensor| parameter(tensor, tensor.kind())).collect()
}

/// The model's mean squared error on graphs with labels.
pub fn mean_squared_error(model: &dyn GraphModel, parameters: &[Tensor], graphs: &GraphSignal, labels: &Tensor) -> f64 {
    scalar(&(outputs(model, parameters, graphs) - labels).square().mean(Kind::Double))
}

/// The model's outputs `[graphs, n, outputs]` without gradients, for as many graphs at a time as fit in memory.
pub fn outputs(model: &dyn GraphModel, parameters: &[Tensor], graphs: &GraphSignal) -> Tensor {
    let parts = graphs.split(portion(model.numbers(graphs.nodes())));
    no_grad(|| Tensor::cat(&parts.iter().map(|graphs| model.forward(parameters, graphs)).collect::<Vec<_>>(), 0))
}

fn copy(parameters: &[Tensor]) -> Vec<Tensor> {
    parameters.iter().map(|tensor| tensor.detach().copy()).collect()
}
