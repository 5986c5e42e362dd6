//! Training loops with observers, so that an invariant can be watched at every logged step.

use std::ops::ControlFlow;

use crate::{
    Tensor,
    optim::{Optimiser, gradients},
    tensor::scalar,
};

/// What an observer sees after a step.
#[derive(Debug)]
pub struct Step<'a> {
    /// Steps taken so far; 0 before the first.
    pub number: usize,
    /// The loss before this step.
    pub loss: f64,
    /// The parameters after it.
    pub parameters: &'a [Tensor],
}

/// How a training run ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// All steps were taken.
    Finished {
        /// The last loss.
        loss: f64,
    },
    /// The observer stopped it.
    Stopped {
        /// After this step.
        step: usize,
        /// The last loss.
        loss: f64,
    },
    /// The loss was no longer finite: an observation, not an error.
    Diverged {
        /// At this step.
        step: usize,
    },
}

/// Takes up to `steps` steps of `optimiser` on `loss(step, parameters)`, and shows the observer each.
pub fn train(
    parameters: &mut [Tensor],
    optimiser: &mut Optimiser,
    steps: usize,
    mut loss: impl FnMut(usize, &[Tensor]) -> Tensor,
    observer: impl FnMut(&Step<'_>) -> ControlFlow<()>,
) -> Outcome {
    let slopes = |number, parameters: &[Tensor]| {
        let value = loss(number, parameters);
        let last = scalar(&value);
        // Nobody steps along the gradient of what is not finite.
        (last, if last.is_finite() { gradients(&value, parameters) } else { Vec::new() })
    };
    descend(parameters, optimiser, steps, slopes, observer)
}

/// The same for a loss that comes with its gradient: `slopes(step, parameters)` gives both, the gradient by parameter.
pub fn descend(
    parameters: &mut [Tensor],
    optimiser: &mut Optimiser,
    steps: usize,
    mut slopes: impl FnMut(usize, &[Tensor]) -> (f64, Vec<Tensor>),
    mut observer: impl FnMut(&Step<'_>) -> ControlFlow<()>,
) -> Outcome {
    let mut last = f64::NAN;
    for number in 1..=steps {
        let (loss, gradient) = slopes(number, parameters);
        last = loss;
        if !last.is_finite() {
            return Outcome::Diverged { step: number };
        }
        optimiser.step(parameters, &gradient);
        if observer(&Step { number, loss: last, parameters }).is_break() {
            return Outcome::Stopped { step: number, loss: last };
        }
    }
    Outcome::Finished { loss: last }
}

/// The observer that only looks on.
pub fn unobserved(_: &Step<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Device, Kind, optim::Rule};

    fn descend(rate: f64, steps: usize, observer: impl FnMut(&Step<'_>) -> ControlFlow<()>) -> Outcome {
        let mut w = [Tensor::full([1], 1.0, (Kind::Double, Device::Cpu)).set_requires_grad(true)];
        let mut optimiser = Optimiser::new(Rule::GRADIENT_DESCENT, rate, &w);
        train(&mut w, &mut optimiser, steps, |_, w| w[0].pow_tensor_scalar(4).sum(Kind::Double), observer)
    }

    #[test]
    fn divergence_is_an_outcome_with_its_step() {
        assert!(matches!(descend(10.0, 100, unobserved), Outcome::Diverged { step } if step < 10));
    }

    #[test]
    fn observers_see_every_step_and_may_stop() {
        let mut losses = Vec::new();
        let outcome = descend(0.01, 100, |step| {
            losses.push(step.loss);
            if step.number == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(outcome, Outcome::Stopped { step: 5, .. }));
        assert_eq!(losses.len(), 5);
        assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "{losses:?}");
    }
}
