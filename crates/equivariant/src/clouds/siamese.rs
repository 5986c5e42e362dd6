//! A head that turns the features of two objects into a distance.

use lawbook_core::{
    Device, Kind, Stream, Tensor,
    dense::numbers,
    optim::{gradients, parameter},
    tensor::scalar,
};

/// a ‖W(f − f′)‖₂ + b with W `[t, t]`, a and b `[1]`, the parameters in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Siamese {
    /// t, the features compared; at least 1.
    pub features: i64,
}

impl Siamese {
    /// Fresh parameters, with gradients: W uniform in ±1/√t, a = 1, b = 0.
    pub fn init(&self, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor> {
        let t = self.features;
        let weight = (stream.uniform_tensor(&[t, t], Kind::Double, device) * 2.0 - 1.0) / (t as f64).sqrt();
        let constant = |value: f64| parameter(&Tensor::full([1], value, (Kind::Double, device)), kind);
        vec![parameter(&weight, kind), constant(1.0), constant(0.0)]
    }

    /// The predicted distances `[...]` between features `[..., t]`. Panics if the parameters are not those of [`init`](Self::init).
    pub fn forward(&self, parameters: &[Tensor], first: &Tensor, second: &Tensor) -> Tensor {
        let difference = (first - second).linear(&parameters[0], None::<&Tensor>);
        difference.norm_scalaropt_dim(2, [-1i64], false) * &parameters[1] + &parameters[2]
    }

    /// Number of scalar parameters.
    pub fn parameter_count(&self) -> i64 {
        self.features * self.features + 2
    }

    /// The mean squared error of the distances of some objects from others, whose features `[first + second, t]` are one below the
    /// other, for `labels` `[first, second]`; with its gradient by the parameters and its derivative by the features.
    pub fn squared_error(&self, parameters: &[Tensor], features: &Tensor, labels: &Tensor) -> (f64, Vec<Tensor>, Tensor) {
        self.by_hand(parameters, features, labels).unwrap_or_else(|| self.by_autograd(parameters, features, labels))
    }

    fn by_autograd(&self, parameters: &[Tensor], features: &Tensor, labels: &Tensor) -> (f64, Vec<Tensor>, Tensor) {
        let (first, leaf) = (labels.size()[0], parameter(features, features.kind()));
        let split = leaf.split_with_sizes([first, leaf.size()[0] - first], 0);
        let distances = self.forward(parameters, &split[0].unsqueeze(1), &split[1].unsqueeze(0));
        let loss = (distances - labels).square().mean(None::<Kind>);
        let all: Vec<Tensor> = parameters.iter().chain([&leaf]).map(Tensor::shallow_clone).collect();
        let mut slopes = gradients(&loss, &all);
        let by_features = slopes.pop().unwrap_or_else(|| features.zeros_like());
        (scalar(&loss), slopes, by_features)
    }

    /// In single precision on the CPU: W is applied to each object and not to each pair.
    fn by_hand(&self, parameters: &[Tensor], features: &Tensor, labels: &Tensor) -> Option<(f64, Vec<Tensor>, Tensor)> {
        let [weight, scale, shift] = parameters else { return None };
        let (weight, values, targets) = (numbers(weight)?, numbers(features)?, numbers(labels)?);
        let (scale, shift) = (*numbers(scale)?.first()?, *numbers(shift)?.first()?);
        let (&[first, second], t) = (labels.size().as_slice(), self.features as usize) else { return None };
        if values.len() != (first + second) as usize * t || weight.len() != t * t || targets.is_empty() {
            return None;
        }
        let image = |x: &[f32]| weight.chunks_exact(t).map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum()).collect();
        let images: Vec<Vec<f32>> = values.chunks_exact(t).map(image).collect();
        let mut by_images = vec![vec![0.0; t]; images.len()];
        let ((one, other), (by_one, by_other)) = (images.split_at(first as usize), by_images.split_at_mut(first as usize));
        let (mut loss, mut by_scale, mut by_shift, total) = (0.0, 0.0, 0.0, targets.len() as f32);
        let mut difference = vec![0.0; t];
        for ((a, by_a), targets) in one.iter().zip(by_one).zip(targets.chunks_exact(second as usize)) {
            for ((b, by_b), target) in other.iter().zip(by_other.iter_mut()).zip(targets) {
                let mut square = 0.0;
                for ((difference, a), b) in difference.iter_mut().zip(a).zip(b) {
                    *difference = a - b;
                    square += *difference * *difference;
                }
                let length = square.sqrt();
                let error = scale * length + shift - target;
                loss += f64::from(error).powi(2);
                let slope = 2.0 * error / total;
                by_scale += slope * length;
                by_shift += slope;
                // Where two objects coincide the norm has no derivative; libtorch takes 0.
                let factor = if length > 0.0 { slope * scale / length } else { 0.0 };
                for ((by_a, by_b), difference) in by_a.iter_mut().zip(by_b).zip(&difference) {
                    *by_a += factor * difference;
                    *by_b -= factor * difference;
                }
            }
        }
        let (mut by_weight, mut by_features) = (vec![0.0; t * t], vec![0.0; values.len()]);
        for ((x, by_x), by_image) in values.chunks_exact(t).zip(by_features.chunks_exact_mut(t)).zip(&by_images) {
            for ((slope, row), by_row) in by_image.iter().zip(weight.chunks_exact(t)).zip(by_weight.chunks_exact_mut(t)) {
                by_row.iter_mut().zip(x).for_each(|(sum, x)| *sum += slope * x);
                by_x.iter_mut().zip(row).for_each(|(sum, w)| *sum += slope * w);
            }
        }
        let slopes = [by_weight, vec![by_scale], vec![by_shift]];
        let slopes = slopes.iter().zip(parameters).map(|(numbers, like)| Tensor::from_slice(numbers).reshape(like.size()));
        let by_features = Tensor::from_slice(&by_features).reshape(features.size());
        Some((loss / f64::from(total), slopes.collect(), by_features))
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::{Key, tensor::to_vec};

    use super::*;

    /// Against libtorch's autograd, with two objects that coincide.
    #[test]
    fn loss_and_slopes_by_hand_are_those_of_autograd() {
        let normal = |purpose: &str, shape: &[i64]| {
            Key::new(["test", "siamese"]).stream(purpose, 0).normal_tensor(shape, Kind::Float, Device::Cpu)
        };
        let head = Siamese { features: 5 };
        let parameters = head.init(&mut Key::new(["test"]).stream("head", 0), Kind::Float, Device::Cpu);
        let features = Tensor::cat(&[normal("first", &[7, 5]), normal("second", &[9, 5])], 0);
        features.get(8).copy_(&features.get(2));
        let labels = normal("labels", &[7, 9]);
        let (loss, slopes, by_features) = head.by_hand(&parameters, &features, &labels).expect("floats on the CPU");
        let (expected, expected_slopes, by_leaf) = head.by_autograd(&parameters, &features, &labels);
        assert!((loss / expected - 1.0).abs() < 1e-5, "{loss} {expected}");
        for (a, b) in slopes.iter().chain([&by_features]).zip(expected_slopes.iter().chain([&by_leaf])) {
            assert_eq!(a.size(), b.size());
            assert!(to_vec(&(a - b).norm())[0] < 1e-5 * to_vec(&b.norm())[0]);
        }
        assert!(head.by_hand(&parameters, &features.to_kind(Kind::Double), &labels).is_none());
    }
}
