//! A classifier that meets its tasks one after the other.

use std::ops::ControlFlow;

use lawbook_core::{
    Device, Kind, Stream, Tensor, no_grad,
    optim::{Optimiser, Rule, parameter},
    tensor::scalar,
    training::{self, Outcome},
};

use super::consolidation::{Consolidation, fisher_diagonal};

/// Labelled examples: inputs, one row each, and classes as integers.
#[derive(Debug)]
pub struct Examples {
    /// Shape (count, features), f64.
    pub inputs: Tensor,
    /// Shape (count), i64.
    pub labels: Tensor,
}

/// A task: what to learn and what to be tested on.
#[derive(Debug)]
pub struct Task {
    /// Examples to learn from.
    pub train: Examples,
    /// Examples to be tested on.
    pub test: Examples,
}

/// What is done against forgetting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// Nothing.
    Plain,
    /// Elastic weight consolidation of this strength.
    Consolidation(f64),
    /// So many examples of every earlier session stay at hand, and make up half of every batch.
    Rehearsal(usize),
}

/// A perceptron with one hidden layer of rectified units, and how it learns: so many steps of Adam per session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Learner {
    /// Hidden units.
    pub hidden: usize,
    /// Classes.
    pub classes: usize,
    /// Learning rate.
    pub learning_rate: f64,
    /// Steps per session.
    pub steps: usize,
    /// Examples per step.
    pub batch: usize,
    /// Examples from which the Fisher information is estimated.
    pub fisher_samples: usize,
}

impl Examples {
    /// Number of examples.
    pub fn count(&self) -> usize {
        self.labels.size()[0] as usize
    }

    /// Examples at these indices.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        let indices: Vec<i64> = indices.iter().map(|&index| index as i64).collect();
        let indices = Tensor::from_slice(&indices).to_device(self.labels.device());
        Self { inputs: self.inputs.index_select(0, &indices), labels: self.labels.index_select(0, &indices) }
    }

    /// All examples of several sets.
    pub fn joined<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Self {
        let (inputs, labels): (Vec<&Tensor>, Vec<&Tensor>) = sets.into_iter().map(|set| (&set.inputs, &set.labels)).unzip();
        Self { inputs: Tensor::cat(&inputs, 0), labels: Tensor::cat(&labels, 0) }
    }

    /// So many examples, drawn with replacement.
    fn drawn(&self, count: usize, stream: &mut Stream) -> Self {
        let indices: Vec<usize> = (0..count).map(|_| stream.below(self.count() as u64) as usize).collect();
        self.select(&indices)
    }
}

impl Learner {
    /// Learns the tasks in their order. Returns the accuracies `[i][j]` after task i on the test set of task j; all 0 after a
    /// divergence.
    pub fn learn(&self, tasks: &[Task], method: Method, stream: &mut Stream, device: Device) -> Vec<Vec<f64>> {
        let features = tasks.first().map_or(1, |task| task.train.inputs.size()[1]);
        let mut weights = self.initial(features, stream, device);
        let (mut consolidation, mut kept) = (Consolidation::default(), Vec::new());
        let mut rows = Vec::new();
        let mut diverged = false;
        for task in tasks {
            // Moments of an earlier task say nothing about this one.
            let mut optimiser = Optimiser::new(Rule::ADAM, self.learning_rate, &weights);
            let memory = if kept.is_empty() { None } else { Some(Examples::joined(&kept)) };
            let loss = |_: usize, weights: &[Tensor]| {
                let batch = match &memory {
                    Some(memory) => {
                        let old = self.batch / 2;
                        Examples::joined([&task.train.drawn(self.batch - old, stream), &memory.drawn(old, stream)])
                    }
                    None => task.train.drawn(self.batch, stream),
                };
                let loss = -log_likelihoods(weights, &batch).mean(Kind::Double);
                match method {
                    Method::Consolidation(strength) => consolidation
                        .penalty(weights, strength)
                        .map_or_else(|| loss.shallow_clone(), |penalty| penalty + &loss),
                    Method::Plain | Method::Rehearsal(_) => loss,
                }
            };
            let outcome = training::train(&mut weights, &mut optimiser, self.steps, loss, |_| ControlFlow::Continue(()));
            diverged |= matches!(outcome, Outcome::Diverged { .. });
            let accuracy = |test: &Examples| if diverged { 0.0 } else { accuracy(&weights, test) };
            rows.push(tasks.iter().map(|task| accuracy(&task.test)).collect());
            match method {
                Method::Plain => {}
                Method::Rehearsal(count) => kept.push(task.train.drawn(count, stream)),
                Method::Consolidation(_) => {
                    let sample = task.train.drawn(self.fisher_samples, stream);
                    let one =
                        |i: usize, weights: &[Tensor]| log_likelihoods(weights, &sample.select(&[i])).sum(Kind::Double);
                    consolidation.add(&weights, &fisher_diagonal(&weights, self.fisher_samples, one));
                }
            }
        }
        rows
    }

    /// Weights and biases of both layers: normal with variance 2/inputs, biases 0.
    fn initial(&self, features: i64, stream: &mut Stream, device: Device) -> Vec<Tensor> {
        let (hidden, classes) = (self.hidden as i64, self.classes as i64);
        let mut layer = |rows: i64, columns: i64| {
            let scale = (2.0 / columns as f64).sqrt();
            let weights = stream.normal_tensor(&[rows, columns], Kind::Double, device) * scale;
            [weights, Tensor::zeros([rows], (Kind::Double, device))].map(|tensor| parameter(&tensor, Kind::Double))
        };
        let first = layer(hidden, features);
        first.into_iter().chain(layer(classes, hidden)).collect()
    }
}

fn scores(weights: &[Tensor], inputs: &Tensor) -> Tensor {
    (inputs.matmul(&weights[0].tr()) + &weights[1]).relu().matmul(&weights[2].tr()) + &weights[3]
}

/// The log-likelihood of every example's class.
fn log_likelihoods(weights: &[Tensor], examples: &Examples) -> Tensor {
    let log_odds = scores(weights, &examples.inputs).log_softmax(-1, Kind::Double);
    log_odds.gather(1, &examples.labels.unsqueeze(1), false).squeeze_dim(1)
}

fn accuracy(weights: &[Tensor], examples: &Examples) -> f64 {
    no_grad(|| {
        let right = scores(weights, &examples.inputs).argmax(1, false).eq_tensor(&examples.labels);
        scalar(&right.to_kind(Kind::Double).mean(Kind::Double))
    })
}

#[cfg(test)]
mod tests {
    use lawbook_core::{Key, tensor::from_slice};

    use super::*;

    const LEARNER: Learner =
        Learner { hidden: 10, classes: 2, learning_rate: 0.02, steps: 400, batch: 16, fisher_samples: 20 };

    /// One class per task, on inputs nearly alike: without help the second is the answer to everything.
    fn tasks() -> Vec<Task> {
        let examples = |second: f64, label: i64| Examples {
            inputs: from_slice(&[1.0, second], &[1, 2], Kind::Double, Device::Cpu),
            labels: Tensor::from_slice(&[label]),
        };
        let task = |second, label| Task { train: examples(second, label), test: examples(second, label) };
        vec![task(0.1, 0), task(-0.1, 1)]
    }

    #[test]
    fn rehearsal_keeps_what_plain_training_loses() {
        let learn = |method| LEARNER.learn(&tasks(), method, &mut Key::new(["sequence"]).stream("learn", 0), Device::Cpu);
        let (plain, rehearsed) = (learn(Method::Plain), learn(Method::Rehearsal(4)));
        assert_eq!((plain[0][0], plain[1][1]), (1.0, 1.0));
        assert!(plain[1][0] < 1.0, "{plain:?}");
        assert_eq!(rehearsed[1], [1.0, 1.0]);
    }

    #[test]
    fn the_same_stream_learns_the_same() {
        let learn = || {
            let mut stream = Key::new(["sequence"]).stream("twice", 3);
            LEARNER.learn(&tasks(), Method::Consolidation(10.0), &mut stream, Device::Cpu)
        };
        assert_eq!(learn(), learn());
    }
}
