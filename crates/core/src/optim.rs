//! Optimisers over plain tensors, with their state in the open: hyper-parameters per tensor, moments that can be transferred.
//!
//! libtorch's own optimisers hide their state and know no per-tensor epsilon; theory needs both.

mod in_place;

use crate::{Kind, Tensor, no_grad};

/// An update rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// w ← w − η v, v ← μ v + g.
    Sgd {
        /// μ, the momentum; 0 for plain gradient descent.
        momentum: f64,
    },
    /// w ← w − η (g + μ v), v ← μ v + g (Nesterov's momentum as Sutskever et al. 2013 write it).
    Nesterov {
        /// μ, the momentum.
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
    /// Adam with the largest second moment so far in the place of the second moment (Reddi, Kale & Kumar 2018).
    AmsGrad {
        /// Decay rate of the mean of gradients.
        beta1: f64,
        /// Decay rate of the mean of squared gradients.
        beta2: f64,
        /// Added to the root of the second moment.
        epsilon: f64,
    },
}

/// What one tensor's hyper-parameters are multiplied by; all ones unless set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Multipliers {
    /// Of η.
    pub learning_rate: f64,
    /// Of the ε of Adam and AMSGrad.
    pub epsilon: f64,
    /// Of λ.
    pub decay: f64,
}

impl Multipliers {
    /// The hyper-parameters as they are.
    pub const ONE: Self = Self { learning_rate: 1.0, epsilon: 1.0, decay: 1.0 };
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
    /// Per parameter: the mean of squared gradients (Adam, AMSGrad).
    pub second: Vec<Tensor>,
    /// Per parameter: the largest mean of squared gradients so far (AMSGrad).
    pub largest: Vec<Tensor>,
    /// Per parameter: what its hyper-parameters are multiplied by.
    pub multipliers: Vec<Multipliers>,
    /// Steps taken.
    pub steps: i64,
}

impl Optimiser {
    /// A fresh optimiser for `parameters`, whose shapes its state takes.
    pub fn new(rule: Rule, learning_rate: f64, parameters: &[Tensor]) -> Self {
        let zeros = || parameters.iter().map(Tensor::zeros_like).collect();
        let largest = if matches!(rule, Rule::AmsGrad { .. }) { zeros() } else { Vec::new() };
        let multipliers = vec![Multipliers::ONE; parameters.len()];
        let decay = Decay::Coupled(0.0);
        Self { rule, learning_rate, decay, first: zeros(), second: zeros(), largest, multipliers, steps: 0 }
    }

    /// The same with weight decay.
    #[must_use]
    pub fn with_decay(mut self, decay: Decay) -> Self {
        self.decay = decay;
        self
    }

    /// The same with multipliers of the hyper-parameters, one for each parameter. Panics if there are more or fewer.
    #[must_use]
    pub fn with_multipliers(mut self, multipliers: Vec<Multipliers>) -> Self {
        assert_eq!(multipliers.len(), self.first.len(), "one set of multipliers for each parameter");
        self.multipliers = multipliers;
        self
    }

    /// One step, in place, along `gradients`, one per parameter.
    pub fn step(&mut self, parameters: &mut [Tensor], gradients: &[Tensor]) {
        self.steps += 1;
        let steps = self.steps as i32;
        no_grad(|| {
            for (i, (w, g)) in parameters.iter_mut().zip(gradients).enumerate() {
                let times = self.multipliers[i];
                let eta = self.learning_rate * times.learning_rate;
                if let Rule::Adam { beta1, beta2, epsilon } = self.rule {
                    let coefficients = in_place::Adam {
                        eta,
                        betas: [beta1, beta2],
                        corrections: [1.0 - beta1.powi(steps), 1.0 - beta2.powi(steps)],
                        epsilon: epsilon * times.epsilon,
                        coupled: if let Decay::Coupled(lambda) = self.decay { lambda * times.decay } else { 0.0 },
                        shrink: if let Decay::Decoupled(lambda) = self.decay {
                            1.0 - eta * lambda * times.decay
                        } else {
                            1.0
                        },
                    };
                    if coefficients.step([w, &mut self.first[i], &mut self.second[i]], g) {
                        continue;
                    }
                }
                let g = match self.decay {
                    Decay::Coupled(lambda) if lambda != 0.0 => g + &*w * (lambda * times.decay),
                    Decay::Coupled(_) => g.shallow_clone(),
                    Decay::Decoupled(lambda) => {
                        let _ = w.g_mul_scalar_(1.0 - eta * lambda * times.decay);
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
                    Rule::Nesterov { momentum } => {
                        self.first[i] = &self.first[i] * momentum + &g;
                        let _ = w.g_sub_(&((g + &self.first[i] * momentum) * eta));
                    }
                    Rule::Adam { beta1, beta2, epsilon } | Rule::AmsGrad { beta1, beta2, epsilon } => {
                        self.first[i] = &self.first[i] * beta1 + &g * (1.0 - beta1);
                        self.second[i] = &self.second[i] * beta2 + g.square() * (1.0 - beta2);
                        let second = if let Some(largest) = self.largest.get_mut(i) {
                            *largest = largest.maximum(&self.second[i]);
                            &*largest
                        } else {
                            &self.second[i]
                        };
                        let mean = &self.first[i] / (1.0 - beta1.powi(steps));
                        let root = (second / (1.0 - beta2.powi(steps))).sqrt() + epsilon * times.epsilon;
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

    /// Six steps on w²/2 from w = 1 with η = 0.1, μ = 0.9; AMSGrad with β = (0.5, 0.6), whose mean square falls below its peak.
    #[test]
    fn nesterov_and_amsgrad_follow_their_recursions() {
        let (mut w, mut v) = (1.0f64, 0.0);
        for _ in 0..6 {
            let g = w;
            v = 0.9 * v + g;
            w -= 0.1 * (g + 0.9 * v);
        }
        assert!((run(Rule::Nesterov { momentum: 0.9 }, Decay::Coupled(0.0), 6) - w).abs() < 1e-14);
        let (mut w, mut mean, mut square, mut largest) = (1.0f64, 0.0, 0.0, 0.0f64);
        for step in 1..=30 {
            mean = 0.5 * mean + 0.5 * w;
            square = 0.6 * square + 0.4 * w * w;
            largest = largest.max(square);
            w -= 0.1 * mean / (1.0 - 0.5f64.powi(step)) / ((largest / (1.0 - 0.6f64.powi(step))).sqrt() + 1e-3);
        }
        assert!(largest > 1.1 * square);
        let amsgrad = Rule::AmsGrad { beta1: 0.5, beta2: 0.6, epsilon: 1e-3 };
        assert!((run(amsgrad, Decay::Coupled(0.0), 30) - w).abs() < 1e-13);
    }

    /// The pass in place does what the tensor operations do: AMSGrad goes by those, and is Adam while second moments grow. The
    /// gradient of a matrix may come transposed.
    #[test]
    fn adam_in_place_is_adam_in_tensors() {
        for (kind, tolerance) in [(Kind::Double, 1e-14), (Kind::Float, 1e-6)] {
            for decay in [Decay::Coupled(0.3), Decay::Decoupled(0.3)] {
                let run = |rule: Rule| {
                    let start = Tensor::arange(6, (kind, Device::Cpu)).reshape([2, 3]) - 2.5;
                    let mut w = [start];
                    let mut optimiser = Optimiser::new(rule, 0.01, &w).with_decay(decay);
                    for step in 1..5 {
                        let g = (Tensor::arange(6, (kind, Device::Cpu)) + 1.0).reshape([3, 2]) * f64::from(step);
                        optimiser.step(&mut w, &[g.transpose(0, 1)]);
                    }
                    to_vec(&w[0])
                };
                let (beta1, beta2, epsilon) = (0.9, 0.999, 1e-8);
                let pairs = run(Rule::ADAM).into_iter().zip(run(Rule::AmsGrad { beta1, beta2, epsilon }));
                for (a, b) in pairs {
                    assert!((a - b).abs() < tolerance, "{a} {b}");
                }
            }
        }
    }

    /// A tensor with multipliers steps as one with the products as its hyper-parameters.
    #[test]
    fn multipliers_multiply() {
        let step = |eta: f64, epsilon: f64, lambda: f64, times: Multipliers| {
            let mut w = [Tensor::full([1], 1.0, (Kind::Double, Device::Cpu))];
            let rule = Rule::Adam { beta1: 0.9, beta2: 0.999, epsilon };
            let optimiser = Optimiser::new(rule, eta, &w).with_decay(Decay::Coupled(lambda));
            let gradient = [Tensor::full([1], 0.3, (Kind::Double, Device::Cpu))];
            optimiser.with_multipliers(vec![times]).step(&mut w, &gradient);
            to_vec(&w[0])[0]
        };
        let times = Multipliers { learning_rate: 3.0, epsilon: 5.0, decay: 7.0 };
        assert_eq!(step(0.1, 0.2, 0.3, times), step(0.1 * 3.0, 0.2 * 5.0, 0.3 * 7.0, Multipliers::ONE));
    }
}
