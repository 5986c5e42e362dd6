//! What the evidence says of a claim, in numbers and in a word.

use serde::{Deserialize, Serialize};

use crate::{claim::Claim, verdict::Verdict};

/// What the evidence says of one claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The outcome.
    pub verdict: Verdict,
    /// The estimates, one per component; for a threshold the middle of the bracket.
    pub measured: Vec<f64>,
    /// Lower ends of the intervals.
    pub low: Vec<f64>,
    /// Upper ends of the intervals.
    pub high: Vec<f64>,
    /// Lower ends of what holds.
    pub band_low: Vec<f64>,
    /// Upper ends of what holds.
    pub band_high: Vec<f64>,
    /// Number of seeds.
    pub seeds: usize,
    /// The smallest deviation of the truth from the prediction that this evidence would have told: margin plus half-width.
    pub detectable: f64,
    /// The rivals on the same data.
    pub rivals: Vec<RivalOutcome>,
    /// Why the verdict is not simply what the numbers say, if it is not.
    pub note: Option<String>,
}

/// What the evidence says of one rival.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RivalOutcome {
    /// The rival's name.
    pub name: String,
    /// What it predicts; for a rival identity, its smallest measured residual.
    pub predicted: Vec<f64>,
    /// Whether the data exclude it.
    pub refuted: bool,
}

impl Judgement {
    /// A judgement that no number went into, and why.
    pub(crate) fn without_data(claim: &Claim, verdict: Verdict, note: String) -> Self {
        let (band_low, band_high) = if claim.check().is_ok() { claim.band() } else { Default::default() };
        let rivals = claim.rivals.iter().map(|rival| RivalOutcome {
            name: rival.name.clone(),
            predicted: rival.predicted.clone(),
            refuted: false,
        });
        Self { verdict, band_low, band_high, rivals: rivals.collect(), note: Some(note), ..Self::unjudged() }
    }

    /// The judgement before there is one.
    pub fn unjudged() -> Self {
        Self {
            verdict: Verdict::Undecided,
            measured: Vec::new(),
            low: Vec::new(),
            high: Vec::new(),
            band_low: Vec::new(),
            band_high: Vec::new(),
            seeds: 0,
            detectable: f64::INFINITY,
            rivals: Vec::new(),
            note: None,
        }
    }

    /// Whether every interval lies inside its margin.
    pub fn inside(&self) -> bool {
        let bands = self.band_low.iter().zip(&self.band_high);
        !self.low.is_empty() && self.low.iter().zip(&self.high).zip(bands).all(|((l, h), (b, t))| l >= b && h <= t)
    }

    /// Whether the run may count this as what was to be expected of `claim`: the verdict it records as its finding, or
    /// *holds*; a claim out of its regime says nothing either way.
    pub fn as_expected(&self, claim: &Claim) -> bool {
        self.verdict == claim.expected() || self.verdict == Verdict::OutOfRegime
    }
}
