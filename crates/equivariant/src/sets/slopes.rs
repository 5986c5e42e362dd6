//! The mean squared error of a set model and its gradient, some sets at a time: activations never leave the cache.
//!
//! The last layer of ρ is linear and so commutes with sums and means: it is applied to one point per set. Of the maximum, only
//! the points that attain it have a gradient.

use lawbook_core::{
    Tensor,
    dense::{Activation, Columns, Layer, Slopes, Stack, numbers},
    optim::gradients,
    tensor::scalar,
};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::{Aggregation, SetModel};

/// Points whose activations are held at once.
const POINTS: usize = 1536;

/// Parts of the work, each with a gradient of its own. Fixed, so that no sum depends on the number of threads.
const PARTS: usize = 16;

/// A set model at fixed parameters, for sets of one size.
pub(crate) struct Packed {
    aggregation: Aggregation,
    /// ρ without its last layer.
    point: Stack,
    /// The last layer of ρ.
    last: Stack,
    /// σ.
    readout: Stack,
    points: usize,
}

/// What the gradient needs of a forward pass.
pub(crate) struct Pass {
    point: Vec<Columns>,
    /// Of the maximum, where each channel of each set attains it.
    chosen: Vec<usize>,
    last: Vec<Columns>,
    readout: Vec<Columns>,
}

impl Pass {
    /// The outputs of the sets.
    pub(crate) fn output(&self) -> &Columns {
        &self.readout[self.readout.len() - 1]
    }
}

/// The derivatives by the parameters of the three stacks.
pub(crate) struct Gradient([Vec<Slopes>; 3]);

impl Gradient {
    fn add(&mut self, other: &Self) {
        let pairs = self.0.iter_mut().flatten().zip(other.0.iter().flatten());
        pairs.for_each(|(sum, part)| sum.add_part(part));
    }

    /// As tensors of the parameters' shapes.
    pub(crate) fn tensors(self, parameters: &[Tensor]) -> Vec<Tensor> {
        let numbers = self.0.into_iter().flatten().flat_map(|slopes| [slopes.weight, slopes.bias]);
        numbers.zip(parameters).map(|(numbers, like)| Tensor::from_slice(&numbers).reshape(like.size())).collect()
    }
}

/// The loss and the gradient, or nothing where the tensors are not in single precision on the CPU.
pub(super) fn squared_error(
    model: &SetModel,
    parameters: &[Tensor],
    sets: &Tensor,
    labels: &Tensor,
) -> Option<(f64, Vec<Tensor>)> {
    let (inputs, targets) = (numbers(sets)?, numbers(labels)?);
    let &[count, points, _] = sets.size().as_slice() else { return None };
    if inputs.is_empty() || labels.size() != [count, model.readout().outputs()] {
        return None;
    }
    let packed = Packed::new(model, parameters, points as usize)?;
    let (count, total) = (count as usize, targets.len() as f32);
    let (set, label) = (inputs.len() / count, targets.len() / count);
    let group = (POINTS / packed.points).max(1);
    let part = count.div_ceil(PARTS).next_multiple_of(group);
    let part_of = |index: usize| {
        let (mut loss, mut gradient) = (0.0, packed.zeros());
        for from in (index * part..((index + 1) * part).min(count)).step_by(group) {
            let to = (from + group).min((index + 1) * part).min(count);
            let pass = packed.forward(&inputs[from * set..to * set]);
            let mut slopes = Columns::zeros(label, to - from);
            for (i, target) in targets[from * label..to * label].iter().enumerate() {
                let error = pass.output().get(i % label, i / label) - target;
                loss += f64::from(error).powi(2);
                *slopes.at(i % label, i / label) = 2.0 * error / total;
            }
            packed.backward(&pass, slopes, &mut gradient);
        }
        (loss, gradient)
    };
    let parts: Vec<(f64, Gradient)> = (0..count.div_ceil(part)).into_par_iter().map(part_of).collect();
    let (loss, gradient) = parts.into_iter().reduce(|(loss, mut gradient), (other, part)| {
        gradient.add(&part);
        (loss + other, gradient)
    })?;
    Some((loss / f64::from(total), packed.finish(gradient).tensors(parameters)))
}

/// A set model with its parameters and the sets it is applied to.
pub(crate) type Part<'a> = (&'a SetModel, &'a [Tensor], &'a Tensor);

/// A loss with its gradient by some parameters, and by the tensors that it was made of.
pub(crate) type Found = (f64, Vec<Tensor>, Vec<Tensor>);

/// The loss that `tail` makes of the outputs of the parts, and its gradient: as `tail` gives it by parameters of its own, then by those
/// of each part. Nothing where the tensors are not in single precision on the CPU.
pub(crate) fn through(parts: &[Part<'_>], tail: impl FnOnce(Vec<Tensor>) -> Found) -> Option<(f64, Vec<Vec<Tensor>>)> {
    let mut passes = Vec::new();
    for (model, parameters, sets) in parts {
        let &[_, points, dimension] = sets.size().as_slice() else { return None };
        if dimension != model.point().inputs() {
            return None;
        }
        let packed = Packed::new(model, parameters, points as usize)?;
        let pass = packed.forward(&numbers(sets)?);
        passes.push((packed, pass));
    }
    let leaf = |(_, pass): &(Packed, Pass)| {
        let (channels, sets) = (pass.output().channels(), pass.output().points());
        let flat: Vec<f32> = (0..sets * channels).map(|i| pass.output().get(i % channels, i / channels)).collect();
        Tensor::from_slice(&flat).reshape([sets as i64, channels as i64])
    };
    let (loss, slopes, by_output) = tail(passes.iter().map(leaf).collect());
    let mut found = vec![slopes];
    for (((packed, pass), by_output), (_, parameters, _)) in passes.iter().zip(by_output).zip(parts) {
        let mut gradient = packed.zeros();
        packed.backward(pass, Columns::from_points(&numbers(&by_output)?, pass.output().channels()), &mut gradient);
        found.push(packed.finish(gradient).tensors(parameters));
    }
    Some((loss, found))
}

/// The loss that a function of `outputs` and of parameters gives, with its gradients by autograd.
pub(crate) fn by_autograd(outputs: Vec<Tensor>, parameters: &[Tensor], loss: impl FnOnce(&[Tensor]) -> Tensor) -> Found {
    let outputs: Vec<Tensor> = outputs.into_iter().map(|output| output.set_requires_grad(true)).collect();
    let loss = loss(&outputs);
    let all: Vec<Tensor> = parameters.iter().chain(&outputs).map(Tensor::shallow_clone).collect();
    let mut slopes = gradients(&loss, &all);
    let by_output = slopes.split_off(parameters.len());
    (scalar(&loss), slopes, by_output)
}

impl Packed {
    /// Nothing if the parameters are not in single precision on the CPU.
    pub(crate) fn new(model: &SetModel, parameters: &[Tensor], points: usize) -> Option<Self> {
        let mut values = parameters.iter().map(numbers).collect::<Option<Vec<_>>>()?;
        let readout = values.split_off(model.point().tensors());
        let mut last = values.split_off(values.len() - 2);
        // Σ (Wh + b) = W Σ h + n b.
        if model.aggregation() == Aggregation::Sum {
            last[1].iter_mut().for_each(|b| *b *= points as f32);
        }
        let hidden = |pair: &[Vec<f32>]| (Layer::new(&pair[0], &pair[1]), Activation::Relu);
        let point = Stack::new(values.chunks_exact(2).map(hidden).collect());
        let (aggregation, readout) = (model.aggregation(), Stack::mlp(&readout));
        Some(Self { aggregation, point, last: Stack::mlp(&last), readout, points })
    }

    pub(crate) fn zeros(&self) -> Gradient {
        Gradient([self.point.zeros(), self.last.zeros(), self.readout.zeros()])
    }

    /// What the sums of [`backward`](Self::backward) lack for the gradient by the parameters.
    pub(crate) fn finish(&self, mut gradient: Gradient) -> Gradient {
        if self.aggregation == Aggregation::Sum {
            gradient.0[1][0].bias.iter_mut().for_each(|slope| *slope *= self.points as f32);
        }
        gradient
    }

    fn factor(&self) -> f32 {
        if self.aggregation == Aggregation::Mean { (self.points as f32).recip() } else { 1.0 }
    }

    /// The outputs for some sets `[sets, n, d]`.
    pub(crate) fn forward(&self, sets: &[f32]) -> Pass {
        let dimension = self.point.layers().first().unwrap_or(&self.last.layers()[0]).0.inputs();
        let point = self.point.forward(Columns::from_points(sets, dimension));
        let top = &point[point.len() - 1];
        let mut chosen = Vec::new();
        let (last, features) = if self.aggregation == Aggregation::Max {
            self.largest(top, &mut chosen)
        } else {
            let last = self.last.forward(top.pool(self.points, self.factor()));
            let features = last[1].clone();
            (last, features)
        };
        Pass { point, chosen, last, readout: self.readout.forward(features) }
    }

    /// The last layer's input at the points that attain the maxima, and the maxima.
    fn largest(&self, top: &Columns, chosen: &mut Vec<usize>) -> (Vec<Columns>, Columns) {
        let features = self.last.forward(top.clone());
        let (channels, sets) = (features[1].channels(), top.points() / self.points);
        let mut largest = Columns::zeros(channels, sets);
        for set in 0..sets {
            for channel in 0..channels {
                let (value, point) = features[1].maximum(channel, set * self.points, (set + 1) * self.points);
                *largest.at(channel, set) = value;
                chosen.push(point);
            }
        }
        (vec![top.select(chosen)], largest)
    }

    /// Adds the gradient for the derivative by the outputs.
    pub(crate) fn backward(&self, pass: &Pass, slopes: Columns, gradient: &mut Gradient) {
        let Gradient([by_point, by_last, by_readout]) = gradient;
        let (first, last) = (&self.readout.layers()[0].0, &self.last.layers()[0].0);
        let below = self.readout.backward(&pass.readout, slopes, by_readout);
        let (mut features, mut top) = (Columns::default(), Columns::default());
        first.pull_back(&below, &mut features);
        if self.aggregation == Aggregation::Max {
            let channels = features.channels();
            let mut sparse = Columns::zeros(channels, pass.chosen.len());
            for column in 0..pass.chosen.len() {
                *sparse.at(column % channels, column) = features.get(column % channels, column / channels);
            }
            by_last[0].add(&sparse, &pass.last[0]);
            if let Some((_, hidden)) = pass.point.split_last().filter(|(_, hidden)| !hidden.is_empty()) {
                last.pull_back(&sparse, &mut top);
                top.gate(&pass.last[0]);
                let hidden: Vec<Columns> = hidden.iter().map(|hidden| hidden.select(&pass.chosen)).collect();
                self.point.backward(&hidden, top, by_point);
            }
        } else {
            by_last[0].add(&features, &pass.last[0]);
            if let Some((active, hidden)) = pass.point.split_last().filter(|(_, hidden)| !hidden.is_empty()) {
                last.pull_back(&features, &mut top);
                self.point.backward(hidden, active.spread(&top, self.points, self.factor()), by_point);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::{Device, Key, Kind, tensor::to_vec};

    use super::*;
    use crate::mlp::Mlp;

    /// Against libtorch's autograd, for sets that fill no block, more of them than parts, and networks of one layer.
    #[test]
    fn loss_and_gradient_are_those_of_autograd() -> Result<(), crate::mlp::ModelError> {
        let normal = |purpose: &str, shape: &[i64]| {
            Key::new(["test", "slopes"]).stream(purpose, 0).normal_tensor(shape, Kind::Float, Device::Cpu)
        };
        for aggregation in Aggregation::ALL {
            let small = SetModel::new(Mlp::new(&[3, 4])?, aggregation, Mlp::new(&[4, 2])?)?;
            for (model, sets, points) in [(SetModel::three_layers(aggregation, 3, 10)?, 37, 45), (small, 2, 700)] {
                let parameters = model.init(&mut Key::new(["test"]).stream("parameters", 0), Kind::Float, Device::Cpu);
                let (x, y) = (normal("x", &[sets, points, 3]), normal("y", &[sets, model.readout().outputs()]));
                let expected = (model.forward(&parameters, &x) - &y).square().mean(Kind::Float);
                let (loss, slopes) = squared_error(&model, &parameters, &x, &y).expect("floats on the CPU");
                assert!((loss / to_vec(&expected)[0] - 1.0).abs() < 1e-5);
                for (a, b) in slopes.iter().zip(gradients(&expected, &parameters)) {
                    assert_eq!(a.size(), b.size());
                    let (error, size) = (to_vec(&(a - &b).norm())[0], to_vec(&b.norm())[0]);
                    assert!(error <= 1e-4 * size, "{aggregation:?}: {error} of {size}");
                }
            }
        }
        Ok(())
    }
}
