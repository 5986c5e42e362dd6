//! What makes a claim well formed, so that holding it can mean something.

use crate::claim::{Claim, Kind, Prediction};

/// What is wrong with a claim as written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClaimError {
    /// The number of predicted values and of components differ.
    #[error("claim {id}: {predicted} predicted values for {components} components; give one for each")]
    Shape {
        /// The claim.
        id: String,
        /// How many values are predicted.
        predicted: usize,
        /// How many components are measured.
        components: usize,
    },
    /// There is no rival.
    #[error("claim {0}: no rival; name the formula that the same data refute, with `rival`")]
    NoRival(String),
    /// The rival predicts something within the margin.
    #[error("claim {id}: rival {rival} lies within the margin everywhere, so no data could hold one and refute the other")]
    IndistinctRival {
        /// The claim.
        id: String,
        /// The rival.
        rival: String,
    },
    /// The margin is negative, infinite or not a number.
    #[error("claim {0}: the margin is not a finite number of at least 0")]
    Margin(String),
    /// A predicted value is infinite or not a number.
    #[error("claim {0}: a predicted value is not finite; check the formula at these parameters")]
    Prediction(String),
}

impl Claim {
    /// Whether the claim is well formed: shapes agree, the margin is a number, and every rival lies outside the margin
    /// somewhere, so that holding the claim can mean something.
    pub fn check(&self) -> Result<(), ClaimError> {
        let components = if matches!(self.kind, Kind::Threshold { .. }) { 1 } else { self.components() };
        let predicted = self.predicted_values();
        let shape = |given: usize| {
            if given == components {
                Ok(())
            } else {
                Err(ClaimError::Shape { id: self.id.clone(), predicted: given, components })
            }
        };
        shape(predicted.len())?;
        if predicted.iter().any(|value| !value.is_finite()) {
            return Err(ClaimError::Prediction(self.id.clone()));
        }
        let margins = self.margins();
        if margins.iter().any(|&width| !(width.is_finite() && width >= 0.0)) {
            return Err(ClaimError::Margin(self.id.clone()));
        }
        if self.rivals.is_empty() {
            return Err(ClaimError::NoRival(self.id.clone()));
        }
        for rival in self.rivals.iter().filter(|rival| rival.residual.is_empty()) {
            shape(rival.predicted.len())?;
            let distinct = (0..components).any(|i| {
                let value = rival.predicted[i];
                match self.predicted {
                    Prediction::Equal(_) => (value - predicted[i]).abs() > margins[i],
                    Prediction::AtMost(bound) => value > bound,
                    Prediction::AtLeast(bound) => value < bound,
                }
            });
            if !distinct {
                return Err(ClaimError::IndistinctRival { id: self.id.clone(), rival: rival.name.clone() });
            }
        }
        Ok(())
    }
}
