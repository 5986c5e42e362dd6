//! What the evidence says of a claim.

use serde::{Deserialize, Serialize};

/// The outcome of judging one claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The whole interval lies inside the margin, and every rival is refuted by the same data.
    Holds,
    /// The interval lies outside the margin.
    Fails,
    /// Neither yet: more seeds could tell.
    Undecided,
    /// An assumption of the claim does not hold at these parameters: neither pass nor fail.
    OutOfRegime,
    /// The measurement itself broke.
    Error,
}

impl Verdict {
    /// The word printed for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Undecided => "undecided",
            Self::OutOfRegime => "out of regime",
            Self::Error => "error",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}
