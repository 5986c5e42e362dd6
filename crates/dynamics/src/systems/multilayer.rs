//! A multilayer tanh network with the gradients of all its samples: their squared lengths and their inner products, without ever
//! forming them.
//!
//! With activations `a_l` (`a_0 = x`), `a_{l+1} = tanh(W_l a_l + b_l)` and a linear last layer, the gradient of `c·f(x)` with respect to
//! `(W_l, b_l)` is `δ_l (a_l, 1)ᵀ` with backpropagated `δ_l`. Its inner product for two samples is `(δ_l·δ_l')(a_l·a_l' + 1)`, summed over
//! layers (Goodfellow, *Efficient per-example gradient computations*, 2015, arXiv 1510.01799, for the lengths).

use lawbook_core::{Device, Kind, Stream, Tensor, no_grad, optim::Optimiser};

/// Widths of a network from inputs to outputs. Its parameters are a list `W₀, b₀, W₁, b₁, …`, with `W_l` of shape
/// `[widths[l + 1], widths[l]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multilayer {
    /// Inputs, hidden layers, outputs: at least two numbers, all positive.
    pub widths: Vec<i64>,
}

/// What a layer sees on the way forth and back: activations `[samples, in]` and backpropagated signals `[samples, out]`.
struct Layer {
    input: Tensor,
    signal: Tensor,
}

impl Multilayer {
    /// Normal weights of variance `2/(in + out)` (Glorot & Bengio, AISTATS 2010), no biases.
    pub fn glorot(&self, stream: &mut Stream, device: Device) -> Vec<Tensor> {
        self.start(stream, device, |inputs, outputs| 2.0 / (inputs + outputs))
    }

    /// Normal weights of variance `1/in`, no biases: outputs of order one at any width.
    pub fn lecun(&self, stream: &mut Stream, device: Device) -> Vec<Tensor> {
        self.start(stream, device, |inputs, _| 1.0 / inputs)
    }

    fn start(&self, stream: &mut Stream, device: Device, variance: impl Fn(f64, f64) -> f64) -> Vec<Tensor> {
        let layer = |pair: &[i64]| {
            let (inputs, outputs) = (pair[0], pair[1]);
            let weights = stream.normal_tensor(&[outputs, inputs], Kind::Double, device);
            [weights * variance(inputs as f64, outputs as f64).sqrt(), Tensor::zeros([outputs], (Kind::Double, device))]
        };
        self.widths.windows(2).flat_map(layer).collect()
    }

    /// The outputs for inputs of shape `[samples, widths[0]]`.
    pub fn forward(&self, parameters: &[Tensor], x: &Tensor) -> Tensor {
        self.activations(parameters, x).1
    }

    /// Inputs of every layer, and the outputs.
    fn activations(&self, parameters: &[Tensor], x: &Tensor) -> (Vec<Tensor>, Tensor) {
        let (mut inputs, mut current) = (Vec::new(), x.shallow_clone());
        let layers = parameters.len() / 2;
        for (l, pair) in parameters.chunks_exact(2).enumerate() {
            let sum = current.matmul(&pair[0].transpose(0, 1)) + &pair[1];
            inputs.push(current);
            current = if l + 1 < layers { sum.tanh() } else { sum };
        }
        (inputs, current)
    }

    /// The layers from last to first, for the gradient of `Σ_k c_k f_k` of every sample, `c` being a function of the outputs.
    fn layers(&self, parameters: &[Tensor], x: &Tensor, cotangent: impl Fn(&Tensor) -> Tensor) -> Vec<Layer> {
        let (inputs, outputs) = self.activations(parameters, x);
        let mut signal = cotangent(&outputs);
        let mut layers = Vec::new();
        for (input, pair) in inputs.into_iter().zip(parameters.chunks_exact(2)).rev() {
            // The input of a hidden layer is a tanh, with the slope 1 − a²; that of the first goes nowhere.
            let before = signal.matmul(&pair[0]) * (1.0 - input.square());
            layers.push(Layer { input, signal });
            signal = before;
        }
        layers
    }

    /// Half the mean over samples of the squared distance of outputs and `targets`, and its gradient, in the order of the parameters.
    pub fn loss_and_gradient(&self, parameters: &[Tensor], x: &Tensor, targets: &Tensor) -> (f64, Vec<Tensor>) {
        no_grad(|| {
            let layers = self.layers(parameters, x, |outputs| outputs - targets);
            let samples = x.size()[0] as f64;
            let loss = 0.5 * layers[0].signal.square().sum(Kind::Double).double_value(&[]) / samples;
            let slopes = layers.iter().rev().flat_map(|Layer { input, signal }| {
                [
                    signal.transpose(0, 1).matmul(input) / samples,
                    signal.sum_dim_intlist([0i64].as_slice(), false, Kind::Double) / samples,
                ]
            });
            (loss, slopes.collect())
        })
    }

    /// One pass over the samples in random order, in batches of `batch`, at least 1, and a last one of what is left. Gives the loss of every
    /// batch before its step, not finite once it has diverged.
    pub fn epoch(
        &self,
        parameters: &mut [Tensor],
        optimiser: &mut Optimiser,
        (x, targets): (&Tensor, &Tensor),
        batch: i64,
        stream: &mut Stream,
    ) -> Vec<f64> {
        let mut order: Vec<i64> = (0..x.size()[0]).collect();
        stream.shuffle(&mut order);
        let step = |rows: &[i64]| {
            let rows = Tensor::from_slice(rows).to_device(x.device());
            let (loss, slopes) =
                self.loss_and_gradient(parameters, &x.index_select(0, &rows), &targets.index_select(0, &rows));
            optimiser.step(parameters, &slopes);
            loss
        };
        order.chunks(batch.max(1) as usize).map(step).collect()
    }

    /// The loss of that kind of every sample, and the squared length of its gradient: both of shape `[samples]`.
    pub fn losses_and_gradient_squares(&self, parameters: &[Tensor], x: &Tensor, targets: &Tensor) -> (Tensor, Tensor) {
        let squares = |t: &Tensor| t.square().sum_dim_intlist([1i64].as_slice(), false, Kind::Double);
        no_grad(|| {
            let layers = self.layers(parameters, x, |outputs| outputs - targets);
            let mut sum = Tensor::zeros([x.size()[0]], (Kind::Double, x.device()));
            for Layer { input, signal } in &layers {
                sum += squares(signal) * (squares(input) + 1.0);
            }
            (squares(&layers[0].signal) * 0.5, sum)
        })
    }

    /// The inner products of the gradients of all pairs of samples, of the sum of outputs: `[samples, samples]`. For one output the
    /// neural tangent kernel, whose eigenvalues over the number of samples are those of the mean of `∇f ∇fᵀ`.
    pub fn tangent_kernel(&self, parameters: &[Tensor], x: &Tensor) -> Tensor {
        no_grad(|| {
            let samples = x.size()[0];
            let mut sum = Tensor::zeros([samples, samples], (Kind::Double, x.device()));
            for Layer { input, signal } in &self.layers(parameters, x, Tensor::ones_like) {
                let products = |t: &Tensor| t.matmul(&t.transpose(0, 1));
                sum += products(signal) * (products(input) + 1.0);
            }
            sum
        })
    }
}

/// The strength of the noise of a batch of one, `⟨|∇ℓ|²⟩ − |∇L|²`: the trace of the covariance of the gradients of single samples.
pub fn noise_strength(net: &Multilayer, parameters: &[Tensor], x: &Tensor, targets: &Tensor) -> f64 {
    let (_, squares) = net.losses_and_gradient_squares(parameters, x, targets);
    let (_, mean) = net.loss_and_gradient(parameters, x, targets);
    squares.mean(Kind::Double).double_value(&[])
        - mean.iter().map(|g| g.square().sum(Kind::Double).double_value(&[])).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use lawbook_core::{
        Key,
        optim::{Rule, gradients},
        tensor::{scalar, to_vec},
    };

    use super::*;

    fn setting(outputs: i64) -> (Multilayer, Vec<Tensor>, Tensor, Tensor) {
        let mut stream = Key::new(["multilayer"]).stream("test", outputs as u64);
        let net = Multilayer { widths: vec![3, 5, 4, outputs] };
        let parameters = net.glorot(&mut stream, Device::Cpu);
        let mut normal = |shape: &[i64]| stream.normal_tensor(shape, Kind::Double, Device::Cpu);
        let (x, y) = (normal(&[6, 3]), normal(&[6, outputs]));
        // Biases away from their start.
        let parameters = parameters.iter().map(|p| (p + normal(&p.size()) * 0.1).set_requires_grad(true)).collect();
        (net, parameters, x, y)
    }

    /// All gradients of a scalar as one vector, by automatic differentiation.
    fn automatic(value: &Tensor, parameters: &[Tensor]) -> Tensor {
        Tensor::cat(&gradients(value, parameters).iter().map(|g| g.reshape([-1])).collect::<Vec<_>>(), 0)
    }

    #[test]
    fn gradients_are_those_of_automatic_differentiation() {
        let (net, parameters, x, y) = setting(2);
        let loss = |x: &Tensor, y: &Tensor| (net.forward(&parameters, x) - y).square().sum(Kind::Double) * 0.5 / x.size()[0];
        let (value, slopes) = net.loss_and_gradient(&parameters, &x, &y);
        assert!((value - scalar(&loss(&x, &y))).abs() < 1e-14);
        let ours = Tensor::cat(&slopes.iter().map(|g| g.reshape([-1])).collect::<Vec<_>>(), 0);
        let mean = automatic(&loss(&x, &y), &parameters);
        assert!(scalar(&(ours - &mean).abs().max()) < 1e-13);
        let (losses, squares) = net.losses_and_gradient_squares(&parameters, &x, &y);
        let mut strength = -scalar(&mean.square().sum(Kind::Double));
        for (i, (single, square)) in to_vec(&losses).into_iter().zip(to_vec(&squares)).enumerate() {
            let one = loss(&x.narrow(0, i as i64, 1), &y.narrow(0, i as i64, 1));
            let length = scalar(&automatic(&one, &parameters).square().sum(Kind::Double));
            assert!((single - scalar(&one)).abs() < 1e-13 && (square - length).abs() < 1e-12 * length);
            strength += length / 6.0;
        }
        assert!((noise_strength(&net, &parameters, &x, &y) - strength).abs() < 1e-12);
    }

    #[test]
    fn an_epoch_of_one_batch_is_a_step_of_gradient_descent() {
        let (net, mut parameters, x, y) = setting(2);
        let (before, slopes) = net.loss_and_gradient(&parameters, &x, &y);
        let expected = &parameters[0].detach() - &slopes[0] * 0.1;
        let mut descent = Optimiser::new(Rule::GRADIENT_DESCENT, 0.1, &parameters);
        let mut stream = Key::new(["multilayer"]).stream("order", 0);
        let losses = net.epoch(&mut parameters, &mut descent, (&x, &y), 6, &mut stream);
        assert!((losses[0] - before).abs() < 1e-14 && scalar(&(&parameters[0] - expected).abs().max()) < 1e-14);
        assert_eq!(net.epoch(&mut parameters, &mut descent, (&x, &y), 4, &mut stream).len(), 2);
    }

    #[test]
    fn the_tangent_kernel_is_the_inner_product_of_gradients() {
        let (net, parameters, x, _) = setting(1);
        let rows: Vec<Tensor> = (0..6)
            .map(|i| automatic(&net.forward(&parameters, &x.narrow(0, i, 1)).sum(Kind::Double), &parameters))
            .collect();
        let jacobian = Tensor::stack(&rows, 0);
        let exact = jacobian.matmul(&jacobian.transpose(0, 1));
        assert!(scalar(&(net.tangent_kernel(&parameters, &x) - exact).abs().max()) < 1e-12);
    }
}
