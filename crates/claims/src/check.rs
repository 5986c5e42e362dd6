//! What makes a claim well formed, so that holding it can mean something.

use crate::{
    claim::{Claim, Kind, Prediction},
    margin::Margin,
    rival::Rival,
};

/// What is wrong with a claim as written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClaimError {
    /// The number of predicted values and of components differ.
    #[error("claim {id}: {whose} has {predicted} predicted values for {components} components; give one for each")]
    Shape {
        /// The claim.
        id: String,
        /// Whose values they are: the law's or a rival's.
        whose: String,
        /// How many values are predicted.
        predicted: usize,
        /// How many components are measured.
        components: usize,
    },
    /// There is no rival.
    #[error("claim {0}: no rival; name the formula that the same data refute, with `rival`")]
    NoRival(String),
    /// The rival predicts something within the margin.
    #[error(
        "claim {id}: rival {rival} lies within the margin everywhere, so no data could hold one and refute the other; \
             choose points where they differ, or a narrower margin if the formula allows it, or another rival"
    )]
    IndistinctRival {
        /// The claim.
        id: String,
        /// The rival.
        rival: String,
    },
    /// The margin is negative, infinite or not a number.
    #[error("claim {0}: the margin is not a finite number of at least 0; check what `within` is given")]
    Margin(String),
    /// There is no margin where only one lets an interval fit.
    #[error("claim {0}: no margin, within which no interval could ever lie; give the formula's own error with `within`")]
    NoMargin(String),
    /// A predicted value is infinite or not a number.
    #[error("claim {id}: predicted value {number} of {of} is {value}; check the formula at its parameters")]
    Prediction {
        /// The claim.
        id: String,
        /// Which value, counted from 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// What it is.
        value: f64,
    },
}

impl Claim {
    /// Whether the claim is well formed: shapes agree, the margin is a number, and every rival lies outside the margin
    /// somewhere, so that holding the claim can mean something.
    pub fn check(&self) -> Result<(), ClaimError> {
        let components = if matches!(self.kind, Kind::Threshold { .. }) { 1 } else { self.components() };
        let predicted = self.predicted_values();
        let shape = |whose: &str, given: usize| {
            if given == components {
                Ok(())
            } else {
                Err(ClaimError::Shape { id: self.id.clone(), whose: whose.to_owned(), predicted: given, components })
            }
        };
        shape("the law", predicted.len())?;
        if let Some(at) = predicted.iter().position(|value| !value.is_finite()) {
            let (number, of, value) = (at + 1, predicted.len(), predicted[at]);
            return Err(ClaimError::Prediction { id: self.id.clone(), number, of, value });
        }
        let margins = self.margins();
        if margins.iter().any(|&width| !(width.is_finite() && width >= 0.0)) {
            return Err(ClaimError::Margin(self.id.clone()));
        }
        let equal = matches!(self.predicted, Prediction::Equal(_)) && self.kind != Kind::Exact;
        if equal && self.margin == Margin::Absolute(0.0) {
            return Err(ClaimError::NoMargin(self.id.clone()));
        }
        if self.rivals.is_empty() {
            return Err(ClaimError::NoRival(self.id.clone()));
        }
        for rival in self.rivals.iter().filter(|rival| rival.residual.is_empty()) {
            shape(&format!("the rival {}", rival.name), rival.predicted.len())?;
            if !self.tells_apart(rival) && self.assumptions.iter().all(|assumption| assumption.satisfied) {
                return Err(ClaimError::IndistinctRival { id: self.id.clone(), rival: rival.name.clone() });
            }
        }
        Ok(())
    }

    /// The claim without the rivals that no data could tell from it; out of its regime if none is left. For parameters that a
    /// user has chosen: in a law's own grid such a rival is a mistake.
    #[must_use]
    pub fn without_indistinct_rivals(mut self) -> Self {
        let rivals = std::mem::take(&mut self.rivals);
        let (kept, dropped): (Vec<_>, Vec<_>) = rivals.into_iter().partition(|rival| self.tells_apart(rival));
        if kept.is_empty() && !dropped.is_empty() {
            self.rivals = dropped;
            return self.assuming("the law and its rivals predict different things", false);
        }
        self.rivals = kept;
        self
    }

    /// Whether a rival lies outside the margin somewhere.
    fn tells_apart(&self, rival: &Rival) -> bool {
        let (predicted, margins) = (self.predicted_values(), self.margins());
        let mut values = rival.predicted.iter().zip(predicted.iter().zip(&margins));
        !rival.residual.is_empty()
            || values.any(|(value, (predicted, margin))| match self.predicted {
                Prediction::Equal(_) => (value - predicted).abs() > *margin,
                Prediction::AtMost(bound) => *value > bound,
                Prediction::AtLeast(bound) => *value < bound,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Point;

    fn claim(rivals: &[f64]) -> Claim {
        let claim = Claim::value("v", Point::default().site("x"), 1.0).within(Margin::Absolute(0.1));
        rivals.iter().fold(claim, |claim, value| claim.rival("r", "", [*value]))
    }

    #[test]
    fn a_prediction_that_is_no_number_is_named_with_its_place() {
        let point = Point::default();
        let sites = [1.0, 2.0].map(|x| (x, point.site("x").at(x), if x > 1.5 { f64::NAN } else { x }));
        let message = Claim::curve("c", sites).check().map_err(|error| error.to_string());
        assert_eq!(message, Err("claim c: predicted value 2 of 2 is NaN; check the formula at its parameters".to_owned()));
    }

    #[test]
    fn a_forgotten_margin_and_a_value_too_few_are_named() {
        let site = || Point::default().site("x");
        let bare = Claim::value("v", site(), 1.0).rival("r", "", [2.0]);
        assert_eq!(bare.clone().check(), Err(ClaimError::NoMargin("v".to_owned())));
        assert_eq!(Claim::exact("v", [(0.0, site(), 1.0)]).rival("r", "", [2.0]).check(), Ok(()));
        let short = bare.within(Margin::Absolute(0.1)).rival("s", "", []).check().map_err(|error| error.to_string());
        assert_eq!(short, Err("claim v: the rival s has 0 predicted values for 1 components; give one for each".to_owned()));
    }

    #[test]
    fn a_rival_within_the_margin_is_refused_or_left_out() {
        assert!(matches!(claim(&[1.05]).check(), Err(ClaimError::IndistinctRival { .. })));
        assert_eq!(claim(&[1.05, 2.0]).without_indistinct_rivals(), claim(&[2.0]));
        let alone = claim(&[1.05]).without_indistinct_rivals();
        assert!(alone.check().is_ok() && alone.assumptions.iter().any(|assumption| !assumption.satisfied));
    }
}
