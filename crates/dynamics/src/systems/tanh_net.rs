//! A two-layer tanh network with one output, of which neurons can be made identical: parameters in one flat tensor.

use lawbook_core::{Device, Kind, Stream, Tensor};

use crate::estimators::divergence::DivergedAt;

/// `f(x) = Σᵢ aᵢ tanh(wᵢ·x + bᵢ)`. Neuron `i` owns the parameters `i (d + 2)` to `i (d + 2) + d + 1`: `wᵢ`, `bᵢ`, `aᵢ`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TanhNet {
    /// Inputs `d`.
    pub inputs: i64,
    /// Number of neurons.
    pub neurons: i64,
}

impl TanhNet {
    /// Parameters of a neuron.
    pub fn per_neuron(&self) -> i64 {
        self.inputs + 2
    }

    /// All parameters.
    pub fn parameters(&self) -> i64 {
        self.neurons * self.per_neuron()
    }

    /// The outputs for inputs of shape `[samples, d]`, of shape `[samples]`.
    pub fn forward(&self, theta: &Tensor, x: &Tensor) -> Tensor {
        let rows = theta.view([self.neurons, self.per_neuron()]);
        let (w, b) = (rows.narrow(1, 0, self.inputs), rows.select(1, self.inputs));
        (x.matmul(&w.transpose(0, 1)) + b).tanh().matmul(&rows.select(1, self.inputs + 1))
    }

    /// Half the mean squared error.
    pub fn loss(&self, theta: &Tensor, x: &Tensor, y: &Tensor) -> Tensor {
        (self.forward(theta, x) - y).square().mean(Kind::Double) * 0.5
    }

    /// Standard normal parameters times `scale`.
    pub fn init(&self, scale: f64, stream: &mut Stream, device: Device) -> Tensor {
        stream.normal_tensor(&[self.parameters()], Kind::Double, device) * scale
    }

    /// The parameters of two neurons in pairs: exchanging them leaves the function as it is.
    pub fn pairs(&self, i: i64, j: i64) -> Vec<(i64, i64)> {
        let n = self.per_neuron();
        (0..n).map(|k| (i * n + k, j * n + k)).collect()
    }

    /// How many neurons differ by more than `distance` (Euclidean, in all their parameters) from every neuron before them.
    pub fn distinct(&self, theta: &Tensor, distance: f64) -> usize {
        let n = self.per_neuron() as usize;
        let numbers = lawbook_core::tensor::to_vec(theta);
        let neurons: Vec<&[f64]> = numbers.chunks_exact(n).collect();
        let apart = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>() > distance * distance;
        (0..neurons.len()).filter(|&i| neurons[..i].iter().all(|other| apart(neurons[i], other))).count()
    }
}

/// SGD on such a network with weight decay `γ|θ|²`, batches drawn with replacement and fresh noise on every label: without tensors, for
/// nets so small that calling them would cost more than the arithmetic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoisySgd {
    /// The network.
    pub net: TanhNet,
    /// Learning rate.
    pub rate: f64,
    /// Weight decay `γ`.
    pub decay: f64,
    /// Batch size, at least 1.
    pub batch: usize,
    /// Standard deviation of the noise of labels.
    pub noise: f64,
}

impl NoisySgd {
    /// Takes `steps` steps from `theta`, in place. `x` holds the inputs row by row, as many as `y` has labels. An error has the step
    /// at which the parameters overflowed.
    pub fn train(
        &self,
        theta: &mut [f64],
        (x, y): (&[f64], &[f64]),
        steps: usize,
        stream: &mut Stream,
    ) -> Result<(), DivergedAt> {
        let (d, n) = (self.net.inputs as usize, self.net.per_neuron() as usize);
        let (mut hidden, mut slope) = (vec![0.0; self.net.neurons as usize], vec![0.0; theta.len()]);
        for step in 1..=steps {
            slope.fill(0.0);
            for _ in 0..self.batch {
                let row = stream.below(y.len() as u64) as usize;
                let input = &x[row * d..(row + 1) * d];
                for (h, neuron) in hidden.iter_mut().zip(theta.chunks_exact(n)) {
                    *h = libm::tanh(neuron[d] + neuron.iter().zip(input).map(|(w, x)| w * x).sum::<f64>());
                }
                let output: f64 = hidden.iter().zip(theta.chunks_exact(n)).map(|(h, neuron)| h * neuron[d + 1]).sum();
                let error = output - y[row] - self.noise * stream.normal();
                for ((h, neuron), slope) in hidden.iter().zip(theta.chunks_exact(n)).zip(slope.chunks_exact_mut(n)) {
                    let back = error * neuron[d + 1] * (1.0 - h * h);
                    slope.iter_mut().zip(input).for_each(|(s, x)| *s += back * x);
                    slope[d] += back;
                    slope[d + 1] += error * h;
                }
            }
            let (share, left) = (self.rate / self.batch as f64, 1.0 - 2.0 * self.rate * self.decay);
            theta.iter_mut().zip(&slope).for_each(|(t, s)| *t = left * *t - share * s);
            DivergedAt::check(step, &*theta)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::{Key, tensor::scalar};

    use super::*;
    use crate::systems::mirror::Mirror;

    #[test]
    fn the_outputs_are_those_of_the_sum() {
        let net = TanhNet { inputs: 2, neurons: 2 };
        let theta = Tensor::from_slice(&[0.1, 0.2, 0.3, 0.4, -0.5, 0.6, -0.7, 0.8]);
        let out = scalar(&net.forward(&theta, &Tensor::from_slice(&[1.0, 2.0]).view([1, 2])));
        let exact = 0.4 * f64::tanh(0.1 + 0.4 + 0.3) + 0.8 * f64::tanh(-0.5 + 1.2 - 0.7);
        assert!((out - exact).abs() < 1e-15);
        assert_eq!(net.distinct(&theta, 1e-3), 2);
    }

    #[test]
    fn exchanging_neurons_is_a_mirror_symmetry() {
        let net = TanhNet { inputs: 3, neurons: 4 };
        let mut stream = Key::new(["tanh"]).stream("data", 0);
        let x = stream.normal_tensor(&[10, 3], Kind::Double, Device::Cpu);
        let y = stream.normal_tensor(&[10], Kind::Double, Device::Cpu);
        let mirror = Mirror::exchange(net.parameters(), &net.pairs(0, 2), Device::Cpu).expect("two neurons");
        assert!(mirror.asymmetry(|theta| net.loss(theta, &x, &y), 10, &mut stream) < 1e-13);
        let half = Mirror::exchange(net.parameters(), &net.pairs(0, 2)[..3], Device::Cpu).expect("two neurons");
        assert!(half.asymmetry(|theta| net.loss(theta, &x, &y), 10, &mut stream) > 1e-3);
        let theta = mirror.onto_plane(&net.init(1.0, &mut stream, Device::Cpu));
        assert_eq!(net.distinct(&theta, 1e-9), 3);
    }

    /// X-Val: a step of automatic differentiation, on a single sample so that every batch is the same.
    #[test]
    fn a_step_is_that_of_automatic_differentiation() {
        let net = TanhNet { inputs: 2, neurons: 3 };
        let start = net.init(1.0, &mut Key::new(["tanh net"]).stream("start", 0), Device::Cpu);
        let (x, y) = ([0.7, -1.3], [0.4]);
        let theta = start.copy().set_requires_grad(true);
        let loss = net.loss(&theta, &Tensor::from_slice(&x).view([1, 2]), &Tensor::from_slice(&y));
        let slope = &lawbook_core::optim::gradients(&loss, &[theta.shallow_clone()])[0];
        let expected = &start - (slope + &start * (2.0 * 0.05)) * 0.1;
        let mut ours = lawbook_core::tensor::to_vec(&start);
        let sgd = NoisySgd { net, rate: 0.1, decay: 0.05, batch: 4, noise: 0.0 };
        sgd.train(&mut ours, (&x, &y), 1, &mut Key::new(["tanh net"]).stream("batches", 0)).expect("one small step");
        assert!(scalar(&(Tensor::from_slice(&ours) - expected).abs().max()) < 1e-14);
    }

    /// A bias that nothing pulls at, times 1 − 2ηγ = −10¹⁰⁰ per step: 10⁴⁰⁰ is beyond f64.
    #[test]
    fn an_overflow_is_told_with_its_step() {
        let net = TanhNet { inputs: 1, neurons: 1 };
        let sgd = NoisySgd { net, rate: 0.5, decay: 1e100, batch: 1, noise: 0.0 };
        let mut theta = [0.0, 1.0, 0.0];
        let ended = sgd.train(&mut theta, (&[0.0], &[0.0]), 9, &mut Key::new(["tanh net"]).stream("batches", 0));
        assert_eq!(ended, Err(DivergedAt(4)));
    }
}
