//! Wide networks are unstable at a learning rate that narrow ones bear, and a rate that falls as one over the width cures them: the
//! largest rate is `2S/(a D)` in many dimensions, and the neurons are the dimensions of the last layer.

use anyhow::{Result, ensure};
use lawbook_core::optim::{Optimiser, Rule};
use lawbook_dynamics::systems::{digits::DigitSample, multilayer::Multilayer};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// One pass of SGD over the 8×8 digits with a tanh network of one hidden layer, one-hot labels and half the squared error.
    pub struct Params {
        /// Learning rate λ at the reference width of 64.
        lambda: real = 0.5, 0.001..=10.0;
        /// Batch size S.
        S: integer = 50, 1..=1797;
        /// Networks of each width.
        networks: integer = 8, 1..=10_000;
    }
}

/// The width that others are compared with, which is narrow enough for λ = 0.5.
const REFERENCE: i64 = 64;
/// At the rate of the reference.
const WIDE: i64 = 512;
/// At a rate that falls as one over the width.
const SCALED: [i64; 3] = [128, 256, 512];
/// A larger ratio than 10 to this counts as that: the loss grows beyond all bounds.
const LARGEST: f64 = 6.0;

/// Loss over width.
pub struct Width;

impl Study for Width {
    const NAME: &'static str = "width";
    const ABOUT: &'static str = "Trains networks of several widths on the digits for one epoch, at the same learning rate and at one that \
        falls as one over the width, and records the common logarithm of the variance of the losses of the batches over that of width 64.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let networks = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 8,
            Profile::Full => 200,
        };
        vec![Params { networks, ..Params::default() }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            // Qualitative in the paper, where the variance explodes: at least tenfold.
            claims.push(
                Claim::at_least("wide-networks-explode", Self::at(p).site("same-rate").at(WIDE as f64), 1.0)
                    .rival("width-blind", "the largest learning rate is a matter of the data", [0.0])
                    .axes("", "log₁₀ of the variance of the loss at width 512 over 64, same learning rate")
                    .source("figure 1 and λ < 2S/(a D)"),
            );
            // A factor of 2 is flat beside the explosion.
            let sites = SCALED.map(|d| (d as f64, Self::at(p).site("scaled-rate").at(d as f64), 0.0));
            claims.push(
                Claim::curve("rate-over-width-is-flat", sites)
                    .within(Margin::Absolute(0.3))
                    .rival(
                        "linear",
                        "fluctuations grow with the number of parameters",
                        SCALED.map(|d| (d as f64 / REFERENCE as f64).log10()),
                    )
                    .rival(
                        "explosion",
                        "wide networks explode whatever the rate",
                        SCALED.map(|d| if d == WIDE { 1.0 } else { 0.0 }),
                    )
                    .axes("width d", "log₁₀ of the variance of the loss over that at width 64, λ ∝ 1/d")
                    .log_x()
                    .source("figure 1: the learning rate scaled by 1/d"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let digits = DigitSample::draw(usize::MAX, &mut cell.stream("digits"), cell.device())?;
        let scattered = |width: i64, rate: f64, cell: &Cell| -> f64 {
            let net = Multilayer { widths: vec![64, width, 10] };
            let key = cell.key();
            let logs = (0..p.networks as u64).map(|i| {
                let mut parameters = net.lecun(&mut key.stream(&format!("parameters of width {width}"), i), cell.device());
                let mut sgd = Optimiser::new(Rule::GRADIENT_DESCENT, rate, &parameters);
                let mut batches = key.stream("batches", i);
                let losses = net.epoch(&mut parameters, &mut sgd, (&digits.x, &digits.one_hot), p.S, &mut batches);
                let mean = losses.iter().sum::<f64>() / losses.len() as f64;
                let variance = losses.iter().map(|loss| (loss - mean).powi(2)).sum::<f64>() / losses.len() as f64;
                if variance.is_finite() { variance.log10().min(LARGEST) } else { LARGEST }
            });
            logs.sum::<f64>() / p.networks as f64
        };
        let reference = scattered(REFERENCE, p.lambda, cell);
        ensure!(
            reference < LARGEST,
            "diverged: at λ = {} networks of width {REFERENCE} explode themselves; give a smaller learning rate",
            p.lambda
        );
        cell.record_at("same-rate", WIDE as f64, scattered(WIDE, p.lambda, cell) - reference);
        for width in SCALED {
            let rate = p.lambda * REFERENCE as f64 / width as f64;
            cell.record_at("scaled-rate", width as f64, scattered(width, rate, cell) - reference);
        }
        Ok(())
    }
}
