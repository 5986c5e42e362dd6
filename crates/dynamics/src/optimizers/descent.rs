//! Descent along a stochastic gradient with any optimiser, as a process.

use crate::{
    engine::noise::Noise, engine::number::Number, engine::process::Process, engine::state::Columns,
    optimizers::optimizer::Optimizer,
};

/// A stochastic gradient: what a minibatch, or a model of one, says at given weights.
pub trait Gradient: Sync {
    /// The weights.
    type Weights<X: Number>: Columns<X>;

    /// The gradient at the weights, of a fresh minibatch; it draws as much at every step. Mark it `#[inline(always)]`.
    fn gradient<X: Number, N: Noise<X>>(&self, weights: Self::Weights<X>, noise: &mut N) -> Self::Weights<X>;
}

/// The process whose state is the weights and what the optimiser remembers.
#[derive(Debug, Clone, PartialEq)]
pub struct Descent<G, O> {
    /// The stochastic gradient.
    pub gradient: G,
    /// The update rule.
    pub optimizer: O,
}

/// The state of a [`Descent`]: weights and memory.
pub type State<G, O, X> = (<G as Gradient>::Weights<X>, <O as Optimizer>::Memory<X, <G as Gradient>::Weights<X>>);

impl<G: Gradient, O: Optimizer> Descent<G, O> {
    /// The state before the first step.
    pub fn start(&self, weights: G::Weights<f64>) -> State<G, O, f64> {
        (weights, self.optimizer.memory(weights))
    }
}

impl<G: Gradient, O: Optimizer> Process for Descent<G, O> {
    type State<X: Number> = State<G, O, X>;

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, (weights, memory): Self::State<X>, noise: &mut N) -> Self::State<X> {
        let gradient = self.gradient.gradient(weights, noise);
        self.optimizer.update(weights, memory, gradient, noise.time())
    }
}
