//! Optimisers as arithmetic on numbers: what a gradient makes of the weights, and what is remembered for the next.
//!
//! The rules are PyTorch's: momentum without dampening, `m ← μ m + g`, `w ← w − λ m`; Adam with bias correction. An optimiser says
//! what it remembers as columns, so that weights and memory together are the state of a [`Process`](crate::Process).

use lawbook_core::optim::Decay;

use crate::{engine::number::Number, engine::state::Columns};

/// An update rule.
pub trait Optimizer: Sync {
    /// What is remembered between steps, for weights `W`.
    type Memory<X: Number, W: Columns<X>>: Columns<X>;

    /// The learning rate `λ`.
    fn rate(&self) -> f64;

    /// What is remembered before the first step, for weights of this shape.
    fn memory<X: Number, W: Columns<X>>(&self, weights: W) -> Self::Memory<X, W>;

    /// Weights and memory after a gradient; `time` is the number of steps before.
    fn update<X: Number, W: Columns<X>>(
        &self,
        weights: W,
        memory: Self::Memory<X, W>,
        gradient: W,
        time: u64,
    ) -> (W, Self::Memory<X, W>);
}

/// `w ← w − λ g`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    /// Learning rate `λ`.
    pub rate: f64,
}

/// `m ← μ m + g`, `w ← w − λ m`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeavyBall {
    /// Learning rate `λ`.
    pub rate: f64,
    /// Momentum `μ`.
    pub momentum: f64,
}

/// Nesterov's momentum: `m ← μ m + g`, `w ← w − λ (g + μ m)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nesterov {
    /// Learning rate `λ`.
    pub rate: f64,
    /// Momentum `μ`.
    pub momentum: f64,
}

/// Adam (Kingma & Ba 2015): `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `w ← w − λ m̂/(√v̂ + ε)` with
/// `m̂ = m/(1 − β₁ᵗ)`, `v̂ = v/(1 − β₂ᵗ)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// Learning rate `λ`.
    pub rate: f64,
    /// Decay `β₁` of the mean of gradients.
    pub beta1: f64,
    /// Decay `β₂` of the mean of squared gradients.
    pub beta2: f64,
    /// Added to the root: `ε`.
    pub epsilon: f64,
}

/// AMSGrad (Reddi, Kale & Kumar 2018): Adam that divides by the root of the largest `v` so far, without bias correction, and
/// from a second moment that is given: from 0 its first steps are longer by `1/√(1 − β₂)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AmsGrad {
    /// Learning rate `λ`.
    pub rate: f64,
    /// Decay `β₁` of the mean of gradients.
    pub beta1: f64,
    /// Decay `β₂` of the mean of squared gradients.
    pub beta2: f64,
    /// Added to the root: `ε`.
    pub epsilon: f64,
    /// The second moment, and the largest so far, before the first step.
    pub initial_second_moment: f64,
}

/// An optimiser with weight decay: in the gradient, `g + γw`, which is L2 regularisation `½ γ |w|²`; or beside it (Loshchilov &
/// Hutter 2019, AdamW), `w ← (1 − λγ) w` before the step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decaying<O> {
    /// `γ`, and where it enters.
    pub decay: Decay,
    /// What takes the step.
    pub optimizer: O,
}

impl Optimizer for Sgd {
    type Memory<X: Number, W: Columns<X>> = ();

    fn rate(&self) -> f64 {
        self.rate
    }

    fn memory<X: Number, W: Columns<X>>(&self, _: W) {}

    #[inline(always)]
    fn update<X: Number, W: Columns<X>>(&self, weights: W, (): (), gradient: W, _: u64) -> (W, ()) {
        (gradient.scaled_plus(-self.rate, weights), ())
    }
}

/// Optimisers with one memory, `m ← μ m + g`: what the weights move along is a function of `μ`, `g` and the new `m`.
macro_rules! momentum {
    ($optimizer:ty, $along:ident) => {
        impl Optimizer for $optimizer {
            type Memory<X: Number, W: Columns<X>> = W;

            fn rate(&self) -> f64 {
                self.rate
            }

            fn memory<X: Number, W: Columns<X>>(&self, weights: W) -> W {
                constant(weights, 0.0)
            }

            #[inline(always)]
            fn update<X: Number, W: Columns<X>>(&self, weights: W, memory: W, gradient: W, _: u64) -> (W, W) {
                let memory = memory.scaled_plus(self.momentum, gradient);
                ($along(self.momentum, gradient, memory).scaled_plus(-self.rate, weights), memory)
            }
        }
    };
}

momentum!(HeavyBall, as_it_is);
momentum!(Nesterov, one_step_ahead);

#[inline(always)]
fn as_it_is<X: Number, W: Columns<X>>(_: f64, _: W, memory: W) -> W {
    memory
}

#[inline(always)]
fn one_step_ahead<X: Number, W: Columns<X>>(momentum: f64, gradient: W, memory: W) -> W {
    memory.scaled_plus(momentum, gradient)
}

impl Optimizer for Adam {
    /// Mean of gradients, mean of their squares.
    type Memory<X: Number, W: Columns<X>> = (W, W);

    fn rate(&self) -> f64 {
        self.rate
    }

    fn memory<X: Number, W: Columns<X>>(&self, weights: W) -> (W, W) {
        (constant(weights, 0.0), constant(weights, 0.0))
    }

    #[inline(always)]
    fn update<X: Number, W: Columns<X>>(&self, weights: W, (first, second): (W, W), gradient: W, time: u64) -> (W, (W, W)) {
        let first = first.zip(gradient, |m, g| m * self.beta1 + g * (1.0 - self.beta1));
        let second = second.zip(gradient, |v, g| v * self.beta2 + g.squared() * (1.0 - self.beta2));
        // Beyond this time the corrections are 1 to the last bit for every β that f64 tells from 1.
        let steps = i32::try_from(time + 1).unwrap_or(i32::MAX);
        let (correct1, correct2) = (1.0 / (1.0 - self.beta1.powi(steps)), 1.0 / (1.0 - self.beta2.powi(steps)));
        let step = first.zip(second, |m, v| m * (self.rate * correct1) / ((v * correct2).sqrt() + self.epsilon));
        (weights.zip(step, |w, s| w - s), (first, second))
    }
}

impl Optimizer for AmsGrad {
    /// Mean of gradients, mean of their squares, the largest of these so far.
    type Memory<X: Number, W: Columns<X>> = (W, (W, W));

    fn rate(&self) -> f64 {
        self.rate
    }

    fn memory<X: Number, W: Columns<X>>(&self, weights: W) -> (W, (W, W)) {
        let second = constant(weights, self.initial_second_moment);
        (constant(weights, 0.0), (second, second))
    }

    #[inline(always)]
    fn update<X: Number, W: Columns<X>>(
        &self,
        weights: W,
        (first, (second, largest)): (W, (W, W)),
        gradient: W,
        _: u64,
    ) -> (W, (W, (W, W))) {
        let first = first.zip(gradient, |m, g| m * self.beta1 + g * (1.0 - self.beta1));
        let second = second.zip(gradient, |v, g| v * self.beta2 + g.squared() * (1.0 - self.beta2));
        let largest = largest.zip(second, X::max);
        let step = first.zip(largest, |m, v| m * self.rate / (v.sqrt() + self.epsilon));
        (weights.zip(step, |w, s| w - s), (first, (second, largest)))
    }
}

impl<O: Optimizer> Optimizer for Decaying<O> {
    type Memory<X: Number, W: Columns<X>> = O::Memory<X, W>;

    fn rate(&self) -> f64 {
        self.optimizer.rate()
    }

    fn memory<X: Number, W: Columns<X>>(&self, weights: W) -> Self::Memory<X, W> {
        self.optimizer.memory(weights)
    }

    #[inline(always)]
    fn update<X: Number, W: Columns<X>>(
        &self,
        weights: W,
        memory: Self::Memory<X, W>,
        gradient: W,
        time: u64,
    ) -> (W, Self::Memory<X, W>) {
        let (weights, gradient) = match self.decay {
            Decay::Coupled(gamma) => (weights, weights.scaled_plus(gamma, gradient)),
            Decay::Decoupled(gamma) => (weights.map(|w| w * (1.0 - self.rate() * gamma)), gradient),
        };
        self.optimizer.update(weights, memory, gradient, time)
    }
}

fn constant<X: Number, W: Columns<X>>(weights: W, value: f64) -> W {
    weights.map(|_| X::constant(value))
}
