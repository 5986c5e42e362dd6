//! Optimisers over plain tensors, with their state in the open: hyper-parameters per tensor, moments that can be transferred.
//!
//! libtorch's own optimisers hide their state and know no per-tensor epsilon; theory needs both.

use crate::{Kind, Tensor, no_grad};

/// An update rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// w ← w − η v, v ← μ v + g.
    Sgd {
        /// μ, the momentum; 0 for plain gradient descent.
        momentum: f64,
    },
    /// Adam (Kingma & Ba 2015), with bias correction.
    Adam {
        /// Decay rate of the mean of gradients.
        beta1: f64,
        /// Decay rate of the mean of squared gradients.
        beta2: f64,
        /// Added to the root of the second moment.
        epsilon: f64,
    },
}

impl Rule {
    /// Plain gradient descent.
    pub const GRADIENT_DESCENT: Self = Self::Sgd { momentum: 0.0 };
    /// Adam at its usual constants.
    pub const ADAM: Self = Self::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
}

/// How weight decay enters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decay {
    /// λ w is added to the gradient (L2).
    Coupled(f64),
    /// w ← (1 − η λ) w beside the step (AdamW).
    Decoupled(f64),
}

/// An optimiser and its state for a list of parameters.
#[derive(Debug)]
pub struct Optimiser {
    /// The update rule.
    pub rule: Rule,
    /// η, the learning rate.
    pub learning_rate: f64,
    /// Weight decay.
    pub decay: Decay,
    /// Per parameter: momentum, or the mean of gradients.
    pub first: Vec<Tensor>,
    /// Per parameter: the mean of squared gradients (Adam).
    pub second: Vec<Tensor>,
    /// Steps taken.
    pub steps: i64,
}

impl Optimiser {
    /// A fresh optimiser for `parameters`, whose shapes its state takes.
    pub fn new(rule: Rule, learning_rate: f64, parameters: &[Tensor]) -> Self {
        let zeros = || parameters.iter().map(Tensor::zeros_like).collect();
        Self { rule, learning_rate, decay: Decay::Coupled(0.0), first: zeros(), second: zeros(), steps: 0 }
    }

    /// The same with weight decay.
    #[must_use]
    pub fn with_decay(mut self, decay: Decay) -> Self {
        self.decay = decay;
        self
    }

    /// One step, in place, along `gradients`, one per parameter.
    pub fn step(&mut self, parameters: &mut [Tensor], gradients: &[Tensor]) {
        self.steps += 1;
        let eta = self.learning_rate;
        no_grad(|| {
            for (i, (w, g)) in parameters.iter_mut().zip(gradients).enumerate() {
                let g = match self.decay {
                    Decay::Coupled(lambda) if lambda != 0.0 => g + &*w * lambda,
                    Decay::Coupled(_) => g.shallow_clone(),
                    Decay::Decoupled(lambda) => {
                        let _ = w.g_mul_scalar_(1.0 - eta * lambda);
                        g.shallow_clone()
                    }
                };
                match self.rule {
                    Rule::Sgd { momentum: 0.0 } => {
                        let _ = w.g_sub_(&(&g * eta));
                    }
                    Rule::Sgd { momentum } => {
                        self.first[i] = &self.first[i] * momentum + g;
                        let _ = w.g_sub_(&(&self.first[i] * eta));
                    }
                    Rule::Adam { beta1, beta2, epsilon } => {
                        self.first[i] = &self.first[i] * beta1 + &g * (1.0 - beta1);
                        self.second[i] = &self.second[i] * beta2 + g.square() * (1.0 - beta2);
                        let steps = self.steps as i32;
                        let mean = &self.first[i] / (1.0 - beta1.powi(steps));
                        let root = (&self.second[i] / (1.0 - beta2.powi(steps))).sqrt() + epsilon;
                        let _ = w.g_sub_(&(mean / root * eta));
                    }
                }
            }
        });
    }
}

/// The gradients of a scalar loss. A parameter that the loss does not depend on gets zeros.
pub fn gradients(loss: &Tensor, parameters: &[Tensor]) -> Vec<Tensor> {
    Tensor::run_backward(&[loss], parameters, false, false)
}

/// A copy of the tensor that gradients are taken with respect to.
pub fn parameter(initial: &Tensor, kind: Kind) -> Tensor {
    initial.detach().to_kind(kind).copy().set_requires_grad(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Device, tensor::to_vec};

    fn run(rule: Rule, decay: Decay, steps: usize) -> f64 {
        let mut w = [Tensor::full([1], 1.0, (Kind::Double, Device::Cpu)).set_requires_grad(true)];
        let mut optimiser = Optimiser::new(rule, 0.1, &w).with_decay(decay);
        for _ in 0..steps {
            let loss = w[0].square().sum(Kind::Double) * 0.5;
            let g = gradients(&loss, &w);
            optimiser.step(&mut w, &g);
        }
        to_vec(&w[0])[0]
    }

    /// On w²/2 gradient descent multiplies w by 1 − η(1 + λ), and decoupled decay by 1 − ηλ and then subtracts ηw.
    #[test]
    fn gradient_descent_contracts_at_its_closed_form_rate() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-14, "{a} {b}");
        close(run(Rule::GRADIENT_DESCENT, Decay::Coupled(0.0), 7), 0.9f64.powi(7));
        close(run(Rule::GRADIENT_DESCENT, Decay::Coupled(0.5), 7), 0.85f64.powi(7));
        close(run(Rule::GRADIENT_DESCENT, Decay::Decoupled(0.5), 1), 0.95 - 0.1);
    }

    /// Heavy ball on a quadratic is a linear recursion: (w, v) ← (w − η(μv + w), μv + w).
    #[test]
    fn momentum_follows_its_linear_recursion() {
        let (mut w, mut v) = (1.0, 0.0);
        for _ in 0..9 {
            v = 0.9 * v + w;
            w -= 0.1 * v;
        }
        assert!((run(Rule::Sgd { momentum: 0.9 }, Decay::Coupled(0.0), 9) - w).abs() < 1e-14);
    }

    /// Adam's first step is η times the sign of the gradient.
    #[test]
    fn adam_starts_with_a_step_of_the_learning_rate() {
        assert!((run(Rule::ADAM, Decay::Coupled(0.0), 1) - 0.9).abs() < 1e-8);
    }
}
