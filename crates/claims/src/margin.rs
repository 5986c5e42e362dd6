//! Margins: how far from the prediction still counts as the law holding. Fixed before the measurement.

use serde::{Deserialize, Serialize};

/// How far the truth may lie from the prediction for the claim to hold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Margin {
    /// In the units of the observable.
    Absolute(f64),
    /// As a fraction of the prediction.
    Relative(f64),
}

impl Margin {
    /// The margin around `predicted` in the units of the observable.
    pub fn around(self, predicted: f64) -> f64 {
        match self {
            Self::Absolute(width) => width,
            Self::Relative(fraction) => fraction * predicted.abs(),
        }
    }
}

impl std::fmt::Display for Margin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absolute(width) => {
                // As many digits as anybody wrote down; products of such numbers have more.
                let short = format!("{width:.3e}").parse().unwrap_or(*width);
                if short == 0.0 || (1e-4..1e6).contains(&short) { write!(f, "±{short}") } else { write!(f, "±{short:e}") }
            }
            Self::Relative(fraction) => write!(f, "±{} %", (1e10 * fraction).round() / 1e8),
        }
    }
}
