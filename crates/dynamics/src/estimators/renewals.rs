//! How often a simulated process leaves: it starts anew whenever it is out.

use crate::{Columns, Noise, Number, Process};

/// A process that may leave, and comes back to its start when it has.
pub trait Leaving: Process {
    /// How far out it is.
    fn level<X: Number>(&self, state: Self::State<X>) -> X;

    /// The state at the start, with all clocks as they are.
    fn restart<X: Number>(&self, state: Self::State<X>) -> Self::State<X>;
}

/// A process that starts anew whenever it is out, and how often it did so.
///
/// Exits per unit of time tend to one over the mean first-passage time, whatever the distribution of passage times (renewal
/// theorem), and no time is lost on replicas that are out, none cut off before they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Renewals<P> {
    /// The process.
    pub process: P,
    /// Out is what has at least this level.
    pub out: f64,
}

impl<P: Leaving> Process for Renewals<P> {
    type State<X: Number> = (P::State<X>, [X; 1]);

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, (state, [exits]): Self::State<X>, noise: &mut N) -> Self::State<X> {
        let moved = self.process.step(state, noise);
        let (level, out) = (self.process.level(moved), X::constant(self.out));
        let renewed = self.process.restart(moved);
        (Columns::if_below(level, out, moved, renewed), [level.if_below(out, exits, exits + 1.0)])
    }
}
