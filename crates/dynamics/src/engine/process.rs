//! Stochastic processes: what one step makes of a state.

use crate::{engine::noise::Noise, engine::number::Number, engine::state::Columns};

/// A discrete-time stochastic process, such as training: its state, and what one step makes of it.
///
/// One description runs on both engines: the fused one ([`Ensemble`](crate::Ensemble)) calls it for sixteen replicas at a
/// time, the tensor one ([`TensorEnsemble`](crate::TensorEnsemble)) for all at once. Hence a step is arithmetic on
/// [`Number`]s: what differs between replicas is chosen with [`Number::if_below`], not with `if`. Mark `step` `#[inline(always)]`,
/// so that it is compiled into the kernels; without it the result is the same and comes slowly. Write loops there and no closures
/// (`map`, `from_fn`), which are compiled without the kernels' instructions and may stay calls.
pub trait Process: Sync {
    /// The state of a replica: an array of numbers, or pairs of such.
    type State<X: Number>: Columns<X>;

    /// The state after one step, which draws what it needs from `noise`: as much at every step, whatever the state, and rows from
    /// tables of the same length in the same order.
    fn step<X: Number, N: Noise<X>>(&self, state: Self::State<X>, noise: &mut N) -> Self::State<X>;

    /// The same step in place. States of more numbers than a machine has registers, some dozens, are better not copied: a process
    /// that has them writes its arithmetic here and lets `step` call it. Such a step waits for its numbers to be stored: on
    /// AMD's Zen 4 a pass over 64 of them takes a fifth less time with products and sums apart than with fused multiply-adds, which read
    /// more registers.
    #[inline(always)]
    fn update<X: Number, N: Noise<X>>(&self, state: &mut Self::State<X>, noise: &mut N) {
        *state = self.step(*state, noise);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Beyond 1 it overflows.
    pub(crate) struct Square;

    impl Process for Square {
        type State<X: Number> = [X; 1];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, [x]: [X; 1], _: &mut N) -> [X; 1] {
            [x * x]
        }
    }
}
