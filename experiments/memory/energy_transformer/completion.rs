//! Handwritten digits of which half is hidden, completed by a trained block.

use anyhow::{Result, bail};
use lawbook_core::{
    Device, Kind, Tensor,
    data::Digits,
    tensor::{from_slice, scalar},
    training::Outcome,
};
use lawbook_memory::energy_transformer::{
    Sizes,
    completion::{Completion, random_masks},
};

use super::{keys, per_set};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Completion of digits.
pub struct DigitCompletion;

params! {
    /// A small Energy Transformer on 8×8 digits, cut into 16 patches of 2×2 pixels.
    pub struct Params {
        /// Keys that a query attends to: those of the other tokens (paper), or all (published code).
        keys: choice = "others", ["others", "all"];
        /// Features D.
        D: integer = 32, 2..=1000;
        /// Steps of the block.
        steps: integer = 3, 1..=100;
        /// Patches hidden, of 16.
        hidden: integer = 8, 1..=15;
        /// Updates of the weights, by Adam.
        updates: integer = 250, 1..=1_000_000;
    }
}

/// Images trained on; the rest is for testing.
const TRAINED: i64 = 1400;

const PATCHES: i64 = 16;
const PIXELS: i64 = 4;

impl Study for DigitCompletion {
    const NAME: &'static str = "completion";
    const ABOUT: &'static str = "Trains a block to fill in hidden patches of digits, and compares its error on other digits with \
        that of the mean image.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let at =
            |updates| ["others", "all"].map(|keys| Params { keys: keys.to_owned(), updates, ..Params::default() }).to_vec();
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => at(250),
            Profile::Full => at(5000),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        // A quarter of the variance: pixels of digits correlate by one half and more with their neighbours.
        let claim = |p: &Params| {
            Claim::at_most(&format!("completion-{}", p.keys), DigitCompletion::at(p).site("error"), 0.75)
                .within(Margin::Absolute(0.0))
                .rival("mean-image", "nothing is learned from the patches that are seen", [1.0])
                .axes("", "squared error of hidden patches, in units of the mean image's")
                .source("section 3; bound from the correlation of neighbouring pixels")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let patches = centred_digits()?.to_device(cell.device());
        let (train, test) = (patches.narrow(0, 0, TRAINED), patches.narrow(0, TRAINED, patches.size()[0] - TRAINED));
        let sizes = Sizes { features: p.D, heads: 4, head_features: 8, memories: 2 * p.D };
        let mut network = Completion::random((PATCHES, PIXELS), sizes, 0.1, keys(&p.keys), &mut cell.stream("weights"))?;
        network = network.with(&network.parameters().map(|weight| weight.to_device(cell.device())));
        network.steps = p.steps as usize;
        let budget = (p.updates as usize, 0.01);
        let outcome = network.train(&train, (32, p.hidden as usize), budget, &mut cell.stream("training"))?;
        let Outcome::Finished { .. } = outcome else { bail!("training diverged: {outcome:?}; take a shorter step") };
        let masks = random_masks((test.size()[0], PATCHES), p.hidden as usize, &mut cell.stream("masks"))?;
        let masks = masks.to_device(cell.device());
        let of_mean =
            scalar(&per_set(&(test.square() * masks.unsqueeze(-1))).sum(None)) / scalar(&masks.sum(None)) / PIXELS as f64;
        cell.record("error", scalar(&network.loss(&test, &masks)?) / of_mean);
        Ok(())
    }
}

/// The digits as patches, their ink between 0 and 1, minus the mean image of those trained on: shape `[1797, 16, 4]`.
fn centred_digits() -> Result<Tensor> {
    let digits = Digits::load()?;
    let count = digits.pixels.len() as i64;
    let ink: Vec<f64> = digits.pixels.iter().flatten().map(|pixel| pixel / 16.0).collect();
    let images = from_slice(&ink, &[count, 4, 2, 4, 2], Kind::Double, Device::Cpu);
    let patches = images.permute([0i64, 1, 3, 2, 4].as_slice()).reshape([count, PATCHES, PIXELS]);
    Ok(&patches - patches.narrow(0, 0, TRAINED).mean_dim([0i64].as_slice(), true, Kind::Double))
}
