//! A perceptron with one hidden layer of rectified units, small enough that tensors cost more than the sums themselves.

use lawbook_core::{
    Stream,
    simd::{Level, Wide, WideKernel},
};

use super::sequence::Examples;
use crate::slices::{add_scaled, dot};

/// Sizes. The parameters lie in one slice: the weights from each feature to the hidden units, the hidden biases, the weights to
/// each class, the biases of the classes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Perceptron {
    pub(crate) features: usize,
    pub(crate) hidden: usize,
    pub(crate) classes: usize,
}

/// Room for one example: hidden units, what pulls at them, scores.
struct Room {
    hidden: Vec<f64>,
    pull: Vec<f64>,
    scores: Vec<f64>,
}

impl Perceptron {
    /// Number of parameters.
    pub(crate) fn count(&self) -> usize {
        (self.features + 1) * self.hidden + (self.hidden + 1) * self.classes
    }

    /// Weights that are normal with variance 2/inputs, and biases 0.
    pub(crate) fn initial(&self, stream: &mut Stream) -> Vec<f64> {
        let mut parameters = vec![0.0; self.count()];
        let (first, second) = parameters.split_at_mut((self.features + 1) * self.hidden);
        for (weights, inputs) in [
            (&mut first[..self.features * self.hidden], self.features),
            (&mut second[..self.hidden * self.classes], self.hidden),
        ] {
            stream.fill_normal(weights);
            let scale = (2.0 / inputs as f64).sqrt();
            weights.iter_mut().for_each(|weight| *weight *= scale);
        }
        parameters
    }

    /// Adds `scale` times the gradient of the sum of the cross-entropies of these examples. Returns that sum, without the scale.
    pub(crate) fn add_gradient(
        &self,
        parameters: &[f64],
        (examples, indices): (&Examples, &[usize]),
        scale: f64,
        gradient: &mut [f64],
    ) -> f64 {
        Level::widest().run(Gradient { shape: *self, parameters, examples, indices, scale, gradient })
    }

    /// The fraction of examples whose class has the largest score.
    pub(crate) fn accuracy(&self, parameters: &[f64], examples: &Examples) -> f64 {
        Level::widest().run(Accuracy { shape: *self, parameters, examples })
    }

    fn room(&self) -> Room {
        Room { hidden: vec![0.0; self.hidden], pull: vec![0.0; self.hidden], scores: vec![0.0; self.classes] }
    }

    /// Hidden units and scores of an input.
    #[inline(always)]
    fn respond(&self, parameters: &[f64], input: &[f64], room: &mut Room) {
        let (first, second) = parameters.split_at((self.features + 1) * self.hidden);
        let (weights, biases) = first.split_at(self.features * self.hidden);
        room.hidden.copy_from_slice(biases);
        for (&value, weights) in input.iter().zip(weights.chunks_exact(self.hidden)) {
            // Half of the pixels of a digit are blank.
            if value != 0.0 {
                add_scaled(&mut room.hidden, value, weights);
            }
        }
        for unit in &mut room.hidden {
            *unit = unit.max(0.0);
        }
        let (weights, biases) = second.split_at(self.hidden * self.classes);
        for ((score, weights), bias) in room.scores.iter_mut().zip(weights.chunks_exact(self.hidden)).zip(biases) {
            *score = dot(&room.hidden, weights) + bias;
        }
    }
}

struct Gradient<'a> {
    shape: Perceptron,
    parameters: &'a [f64],
    examples: &'a Examples,
    indices: &'a [usize],
    scale: f64,
    gradient: &'a mut [f64],
}

impl WideKernel for Gradient<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Wide>(self, _: V) -> f64 {
        let Self { shape, parameters, examples, indices, scale, gradient } = self;
        let Perceptron { features, hidden, classes } = shape;
        let (first, second) = gradient.split_at_mut((features + 1) * hidden);
        let (first, first_biases) = first.split_at_mut(features * hidden);
        let (second, second_biases) = second.split_at_mut(hidden * classes);
        let to_classes = &parameters[(features + 1) * hidden..][..hidden * classes];
        let (mut room, mut loss) = (shape.room(), 0.0);
        for &index in indices {
            let (input, label) = (examples.input(index), examples.labels[index]);
            shape.respond(parameters, input, &mut room);
            let Room { hidden: units, pull, scores } = &mut room;
            let (mut largest, mut sum) = (f64::NEG_INFINITY, 0.0);
            for &score in &*scores {
                largest = f64::max(largest, score);
            }
            let own = scores[label] - largest;
            for score in &mut *scores {
                *score = (*score - largest).exp();
                sum += *score;
            }
            loss += sum.ln() - own;
            pull.fill(0.0);
            for class in 0..classes {
                let slope = scale * (scores[class] / sum - f64::from(class == label));
                add_scaled(pull, slope, &to_classes[class * hidden..][..hidden]);
                add_scaled(&mut second[class * hidden..][..hidden], slope, units);
                second_biases[class] += slope;
            }
            for ((pull, unit), bias) in pull.iter_mut().zip(&*units).zip(&mut *first_biases) {
                *pull = if *unit > 0.0 { *pull } else { 0.0 };
                *bias += *pull;
            }
            for (&value, slopes) in input.iter().zip(first.chunks_exact_mut(hidden)) {
                if value != 0.0 {
                    add_scaled(slopes, value, pull);
                }
            }
        }
        loss
    }
}

struct Accuracy<'a> {
    shape: Perceptron,
    parameters: &'a [f64],
    examples: &'a Examples,
}

impl WideKernel for Accuracy<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Wide>(self, _: V) -> f64 {
        let (mut room, mut right) = (self.shape.room(), 0);
        for (index, &label) in self.examples.labels.iter().enumerate() {
            self.shape.respond(self.parameters, self.examples.input(index), &mut room);
            let mut best = 0;
            for class in 1..room.scores.len() {
                if room.scores[class] > room.scores[best] {
                    best = class;
                }
            }
            right += usize::from(best == label);
        }
        right as f64 / self.examples.labels.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::{
        Device, Key, Kind, Tensor,
        optim::{gradients, parameter},
        tensor::{from_slice, scalar, to_vec},
    };

    use super::*;

    /// Loss and gradient are those of autograd through the same network of tensors.
    #[test]
    fn gradients_are_those_of_autograd() {
        let shape = Perceptron { features: 5, hidden: 11, classes: 3 };
        let mut stream = Key::new(["perceptron"]).stream("weights", 0);
        let mut weights = shape.initial(&mut stream);
        weights.iter_mut().for_each(|weight| *weight += 0.1);
        let mut inputs = vec![0.0; 4 * shape.features];
        stream.fill_normal(&mut inputs);
        inputs[7] = 0.0;
        let examples = Examples { inputs, features: shape.features, labels: vec![0, 2, 1, 2] };
        let mut gradient = vec![0.0; shape.count()];
        let loss = shape.add_gradient(&weights, (&examples, &[0, 1, 2, 3]), 0.25, &mut gradient);

        let (features, hidden, classes) = (5, 11, 3);
        let tensor = |range: std::ops::Range<usize>, shape: &[i64]| {
            parameter(&from_slice(&weights[range], shape, Kind::Double, Device::Cpu), Kind::Double)
        };
        let first = tensor(0..55, &[features, hidden]);
        let second = tensor(66..99, &[classes, hidden]);
        let all = [first, tensor(55..66, &[hidden]), second, tensor(99..102, &[classes])];
        let x = from_slice(&examples.inputs, &[4, features], Kind::Double, Device::Cpu);
        let scores = (x.matmul(&all[0]) + &all[1]).relu().matmul(&all[2].tr()) + &all[3];
        let labels = Tensor::from_slice(&[0i64, 2, 1, 2]).unsqueeze(1);
        let expected = -scores.log_softmax(-1, Kind::Double).gather(1, &labels, false).mean(Kind::Double);
        assert!((0.25 * loss - scalar(&expected)).abs() < 1e-13);
        let slopes: Vec<f64> = gradients(&expected, &all).iter().flat_map(to_vec).collect();
        for (a, b) in gradient.iter().zip(slopes) {
            assert!((a - b).abs() < 1e-13, "{a} {b}");
        }
        let best: Vec<i64> = to_vec(&scores.argmax(1, false).to_kind(Kind::Double)).iter().map(|&c| c as i64).collect();
        let right = best.iter().zip([0, 2, 1, 2]).filter(|(a, b)| **a == *b).count();
        assert_eq!(shape.accuracy(&weights, &examples), right as f64 / 4.0);
    }
}
