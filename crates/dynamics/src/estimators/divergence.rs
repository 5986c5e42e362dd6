//! Whether replicas are still finite, before anything is averaged over them.

use crate::{Ensemble, Process, engine::lanes::Element};

/// Replicas have overflowed, and a mean over the others would be one over those that happened to survive.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "diverged: {count} of {replicas} replicas are no longer finite, the first of them since step {step}; lower the learning rate \
     or the noise"
)]
pub struct Diverged {
    /// How many replicas have overflowed.
    pub count: usize,
    /// Of how many.
    pub replicas: u64,
    /// The step after which the first of them was not finite.
    pub step: u64,
}

/// Says so if any replica has overflowed, with the first step at which one did.
pub fn all_finite<P: Process, T: Element>(ensemble: &Ensemble<P, T>) -> Result<(), Diverged> {
    let steps = || ensemble.diverged().iter().flatten();
    match steps().min() {
        Some(step) => Err(Diverged { count: steps().count(), replicas: ensemble.replicas(), step: step.get() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{Noise, Number};

    /// w → w², which overflows from beyond 1.
    struct Square;

    impl Process for Square {
        type State<X: Number> = [X; 1];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, [w]: [X; 1], _: &mut N) -> [X; 1] {
            [w * w]
        }
    }

    /// 2 is 2^1024, beyond f64, after ten squarings; ½ and 1 stay.
    #[test]
    fn the_first_overflow_is_told_with_its_step() {
        let mut ensemble = Ensemble::<_, f64>::new(Square, 3, &Key::new(["square"]), |i| [0.5 * f64::from(1 << i)]);
        ensemble.advance(9);
        assert_eq!(all_finite(&ensemble), Ok(()));
        ensemble.advance(9);
        assert_eq!(all_finite(&ensemble), Err(Diverged { count: 1, replicas: 3, step: 10 }));
    }
}
