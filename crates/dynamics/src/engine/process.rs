//! Stochastic processes: what one step makes of a state.

use crate::{engine::noise::Noise, engine::number::Number};

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
    /// that has them writes its arithmetic here and lets `step` call it.
    #[inline(always)]
    fn update<X: Number, N: Noise<X>>(&self, state: &mut Self::State<X>, noise: &mut N) {
        *state = self.step(*state, noise);
    }
}

/// Numbers in a fixed order: `()`, arrays, and pairs of such.
pub trait Columns<X>: Copy + Send + Sync {
    /// How many they are.
    const COUNT: usize;

    /// From number 0, 1, …
    fn from_fn(f: impl FnMut(usize) -> X) -> Self;

    /// Number `i`, below [`COUNT`](Self::COUNT).
    fn column(&self, i: usize) -> X;

    /// Each number together with that of the other.
    fn zip(self, other: Self, f: impl Fn(X, X) -> X) -> Self;

    /// What becomes of each number.
    fn map(self, f: impl Fn(X) -> X) -> Self;
}

impl<X: Copy + Send + Sync, const N: usize> Columns<X> for [X; N] {
    const COUNT: usize = N;

    #[inline(always)]
    fn from_fn(f: impl FnMut(usize) -> X) -> Self {
        std::array::from_fn(f)
    }

    #[inline(always)]
    fn column(&self, i: usize) -> X {
        self[i]
    }

    #[inline(always)]
    fn zip(mut self, other: Self, f: impl Fn(X, X) -> X) -> Self {
        for i in 0..N {
            self[i] = f(self[i], other[i]);
        }
        self
    }

    #[inline(always)]
    fn map(mut self, f: impl Fn(X) -> X) -> Self {
        for number in &mut self {
            *number = f(*number);
        }
        self
    }
}

impl<X: Copy + Send + Sync> Columns<X> for () {
    const COUNT: usize = 0;

    #[inline(always)]
    fn from_fn(_: impl FnMut(usize) -> X) {}

    #[inline(always)]
    fn column(&self, i: usize) -> X {
        panic!("column {i} of a state without numbers")
    }

    #[inline(always)]
    fn zip(self, (): (), _: impl Fn(X, X) -> X) {}

    #[inline(always)]
    fn map(self, _: impl Fn(X) -> X) {}
}

impl<X: Copy + Send + Sync, A: Columns<X>, B: Columns<X>> Columns<X> for (A, B) {
    const COUNT: usize = A::COUNT + B::COUNT;

    #[inline(always)]
    fn from_fn(mut f: impl FnMut(usize) -> X) -> Self {
        (A::from_fn(&mut f), B::from_fn(|i| f(A::COUNT + i)))
    }

    #[inline(always)]
    fn column(&self, i: usize) -> X {
        if i < A::COUNT { self.0.column(i) } else { self.1.column(i - A::COUNT) }
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(X, X) -> X) -> Self {
        (self.0.zip(other.0, &f), self.1.zip(other.1, &f))
    }

    #[inline(always)]
    fn map(self, f: impl Fn(X) -> X) -> Self {
        (self.0.map(&f), self.1.map(&f))
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
