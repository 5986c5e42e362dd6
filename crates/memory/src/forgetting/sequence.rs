//! A classifier that meets its tasks one after the other.

use lawbook_core::{Stream, optim::Rule};

use super::{
    consolidation::{Consolidation, fisher_diagonal},
    perceptron::Perceptron,
};
use crate::{OutOfRange, optimiser::Optimiser};

/// Labelled examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples {
    /// The features of one example after the other.
    pub inputs: Vec<f64>,
    /// Features of an example.
    pub features: usize,
    /// The class of each, from 0.
    pub labels: Vec<usize>,
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
    /// Classes, more than any label.
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
        self.labels.len()
    }

    /// The features of an example.
    pub fn input(&self, index: usize) -> &[f64] {
        &self.inputs[index * self.features..][..self.features]
    }

    /// Examples at these indices.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        Self {
            inputs: indices.iter().flat_map(|&index| self.input(index)).copied().collect(),
            features: self.features,
            labels: indices.iter().map(|&index| self.labels[index]).collect(),
        }
    }

    /// All examples of several sets, of as many features each.
    pub fn joined<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = Self { inputs: Vec::new(), features: 0, labels: Vec::new() };
        for set in sets {
            all.features = set.features;
            all.inputs.extend_from_slice(&set.inputs);
            all.labels.extend_from_slice(&set.labels);
        }
        all
    }

    /// So many indices, drawn with replacement.
    fn drawn(&self, count: usize, stream: &mut Stream) -> Vec<usize> {
        (0..count).map(|_| stream.below(self.count() as u64) as usize).collect()
    }
}

impl Learner {
    /// Learns the tasks in their order. Returns the accuracies `[i][j]` after task i on the test set of task j; all 0 after a
    /// divergence.
    ///
    /// Every set has at least one example, all examples as many features, and labels are below the number of classes.
    pub fn learn(&self, tasks: &[Task], method: Method, stream: &mut Stream) -> Result<Vec<Vec<f64>>, OutOfRange> {
        self.check(tasks)?;
        let features = tasks.first().map_or(1, |task| task.train.features);
        let perceptron = Perceptron { features, hidden: self.hidden, classes: self.classes };
        let mut weights = perceptron.initial(stream);
        let (mut consolidation, mut kept) = (Consolidation::default(), Vec::new());
        let mut rows = Vec::new();
        let mut diverged = false;
        for task in tasks {
            let memory = if kept.is_empty() { None } else { Some(Examples::joined(&kept)) };
            let strength = if let Method::Consolidation(strength) = method { strength } else { 0.0 };
            let penalty = |weights: &[f64], gradient: &mut [f64]| consolidation.add_gradient(weights, strength, gradient);
            diverged |= !self.descend(&perceptron, &mut weights, (&task.train, memory.as_ref()), penalty, stream);
            let accuracy = |test: &Examples| if diverged { 0.0 } else { perceptron.accuracy(&weights, test) };
            rows.push(tasks.iter().map(|task| accuracy(&task.test)).collect());
            match method {
                Method::Plain => {}
                Method::Rehearsal(count) => kept.push(task.train.select(&task.train.drawn(count, stream))),
                Method::Consolidation(_) => {
                    let sample = task.train.drawn(self.fisher_samples, stream);
                    let slopes = |sample: usize, gradient: &mut [f64]| {
                        perceptron.add_gradient(&weights, (&task.train, &[sample]), 1.0, gradient);
                    };
                    consolidation.add(&weights, &fisher_diagonal(weights.len(), &sample, slopes));
                }
            }
        }
        Ok(rows)
    }

    /// Refuses what would only show once some tasks are learned.
    fn check(&self, tasks: &[Task]) -> Result<(), OutOfRange> {
        let at_least_one = |what, count: usize| OutOfRange::check(what, count as f64, 1.0, f64::MAX);
        at_least_one("the number of tasks", tasks.len())?;
        for (what, count) in [
            ("the number of hidden units", self.hidden),
            ("the number of classes", self.classes),
            ("the number of examples per step", self.batch),
        ] {
            at_least_one(what, count)?;
        }
        OutOfRange::check("the learning rate", self.learning_rate, 0.0, f64::MAX)?;
        let features = tasks[0].train.features;
        for examples in tasks.iter().flat_map(|task| [&task.train, &task.test]) {
            at_least_one("the number of examples", examples.count())?;
            OutOfRange::check_length("the number of features", examples.features, features)?;
            OutOfRange::check_length("the number of inputs", examples.inputs.len(), features * examples.count())?;
            let most = self.classes as f64 - 1.0;
            examples.labels.iter().try_for_each(|&label| OutOfRange::check("a label", label as f64, 0.0, most))?;
            examples.inputs.iter().try_for_each(|&input| OutOfRange::check("an input", input, f64::MIN, f64::MAX))?;
        }
        Ok(())
    }

    /// Learns one task, with examples of earlier ones where there are any. Says whether all stayed finite.
    fn descend(
        &self,
        perceptron: &Perceptron,
        weights: &mut [f64],
        (task, memory): (&Examples, Option<&Examples>),
        penalty: impl Fn(&[f64], &mut [f64]),
        stream: &mut Stream,
    ) -> bool {
        // Moments of an earlier task say nothing about this one.
        let mut optimiser = Optimiser::new(Rule::ADAM, self.learning_rate, weights.len());
        let mut gradient = vec![0.0; weights.len()];
        let (scale, old) = (1.0 / self.batch as f64, if memory.is_some() { self.batch / 2 } else { 0 });
        for _ in 0..self.steps {
            gradient.fill(0.0);
            let mut loss = 0.0;
            for (examples, count) in [(Some(task), self.batch - old), (memory, old)] {
                let Some(examples) = examples else { continue };
                loss += perceptron.add_gradient(weights, (examples, &examples.drawn(count, stream)), scale, &mut gradient);
            }
            if !loss.is_finite() {
                return false;
            }
            penalty(weights, &mut gradient);
            optimiser.step(weights, &gradient);
        }
        weights.iter().all(|weight| weight.is_finite())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;

    const LEARNER: Learner =
        Learner { hidden: 10, classes: 2, learning_rate: 0.02, steps: 400, batch: 16, fisher_samples: 20 };

    /// One class per task, on inputs nearly alike: without help the second is the answer to everything.
    fn tasks() -> Vec<Task> {
        let examples = |second: f64, label| Examples { inputs: vec![1.0, second], features: 2, labels: vec![label] };
        let task = |second, label| Task { train: examples(second, label), test: examples(second, label) };
        vec![task(0.1, 0), task(-0.1, 1)]
    }

    #[test]
    fn rehearsal_keeps_what_plain_training_loses() {
        let learn = |method| LEARNER.learn(&tasks(), method, &mut Key::new(["sequence"]).stream("learn", 0)).unwrap();
        let (plain, rehearsed) = (learn(Method::Plain), learn(Method::Rehearsal(4)));
        assert_eq!((plain[0][0], plain[1][1]), (1.0, 1.0));
        assert!(plain[1][0] < 1.0, "{plain:?}");
        assert_eq!(rehearsed[1], [1.0, 1.0]);
    }

    #[test]
    fn the_same_stream_learns_the_same() {
        let learn = || {
            let mut stream = Key::new(["sequence"]).stream("twice", 3);
            LEARNER.learn(&tasks(), Method::Consolidation(10.0), &mut stream).unwrap()
        };
        assert_eq!(learn(), learn());
    }
}
