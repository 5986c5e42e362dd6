//! How a training run ended, where a law has nothing to say about one that diverged.

use anyhow::{Result, bail};
use lawbook_core::training::Outcome;

/// An error with the step if the loss was no longer finite.
pub fn finished(outcome: Outcome) -> Result<()> {
    if let Outcome::Diverged { step } = outcome {
        bail!("diverged: the loss is no longer finite at step {step}; lower the learning rate or the weight decay");
    }
    Ok(())
}
