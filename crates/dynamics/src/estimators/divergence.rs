//! Whether replicas, or the parameters of one training run, are still finite, before anything is averaged over them.

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
    let steps = || ensemble.diverged().flatten();
    match steps().min() {
        Some(step) => Err(Diverged { count: steps().count(), replicas: ensemble.replicas(), step: step.get() }),
        None => Ok(()),
    }
}

/// A single training run has overflowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("diverged: the parameters are no longer finite since step {0}; lower the learning rate or the weight decay")]
pub struct DivergedAt(pub usize);

impl DivergedAt {
    /// Says so if any of the parameters after step `step` is not finite.
    pub fn check<'a>(step: usize, parameters: impl IntoIterator<Item = &'a f64>) -> Result<(), Self> {
        // Zero times what is finite is zero, anything else is not a number: a sum instead of a branch for each.
        let zero: f64 = parameters.into_iter().map(|value| value * 0.0).sum();
        if zero == 0.0 { Ok(()) } else { Err(Self(step)) }
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::engine::process::tests::Square;

    /// 2 is 2^1024, beyond f64, after ten squarings; ½ and 1 stay.
    #[test]
    fn the_first_overflow_is_told_with_its_step() {
        let mut ensemble = Ensemble::<_, f64>::new(Square, 3, &Key::new(["square"]), |i| [0.5 * f64::from(1 << i)]);
        ensemble.advance(9);
        assert_eq!(all_finite(&ensemble), Ok(()));
        ensemble.advance(9);
        assert_eq!(all_finite(&ensemble), Err(Diverged { count: 1, replicas: 3, step: 10 }));
    }

    #[test]
    fn parameters_that_are_not_finite_are_told() {
        assert_eq!(DivergedAt::check(3, &[1.0, -f64::MAX, 0.0]), Ok(()));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(DivergedAt::check(3, &[1.0, bad]), Err(DivergedAt(3)));
        }
        assert!(DivergedAt(3).to_string().contains("since step 3"));
    }
}
