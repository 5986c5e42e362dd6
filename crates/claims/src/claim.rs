//! A claim: one prediction of a law about one observable, with a margin fixed in advance and rivals to refute.

use serde::{Deserialize, Serialize};

use crate::{margin::Margin, point::Site, rival::Rival, verdict::Verdict};

/// One prediction, complete: what is measured where, what is predicted, how far off it may be, what must be refuted.
///
/// Build one with a constructor ([`value`](Self::value), [`curve`](Self::curve), [`exponent`](Self::exponent), …), then add
/// [`within`](Self::within), [`rival`](Self::rival) and the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Name, unique within the law: `critical-temperature`.
    pub id: String,
    /// What kind of statement it is, and hence how it is judged.
    pub kind: Kind,
    /// Where its numbers come from, each with its abscissa (for a curve's axis, a fit, a crossing).
    pub sites: Vec<(f64, Site)>,
    /// How the numbers of one seed become the components that are judged.
    pub statistic: Statistic,
    /// What the law says.
    pub predicted: Prediction,
    /// How far off still holds.
    pub margin: Margin,
    /// What else might have been true.
    pub rivals: Vec<Rival>,
    /// What must be true of the parameters for the prediction to apply.
    pub assumptions: Vec<Assumption>,
    /// If the claim is known not to come out as stated: what comes out, and why.
    pub finding: Option<Finding>,
    /// Number of independent trials behind each number, where the observable is a proportion; 0 where it is not.
    pub trials: u64,
    /// The abscissa, for figures.
    pub axis: Axis,
    /// Where the paper says so: an equation, theorem or figure.
    pub source: String,
}

/// The kinds of claims.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One number.
    Value,
    /// A function, judged at all its points at once.
    Curve,
    /// The slope of a power law.
    Exponent,
    /// A distribution function, judged by the largest vertical distance at its points.
    Distribution,
    /// The abscissa at which a measured curve crosses a level, judged by a bracket.
    Threshold {
        /// The level that is crossed.
        level: f64,
    },
    /// An inequality.
    Bound,
    /// An identity up to rounding, judged on every seed without statistics.
    Exact,
}

/// How the numbers of one seed, in the order of the claim's sites, become the components that are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistic {
    /// Every number is a component.
    Each,
    /// The first divided by the second.
    Ratio,
    /// The least-squares slope of ln(number) against ln(abscissa).
    Slope,
}

/// What a law says about the components.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prediction {
    /// These values, one per component.
    Equal(Vec<f64>),
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
}

/// A condition on the parameters under which the prediction applies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assumption {
    /// The condition in words or symbols: `T < T_c`.
    pub text: String,
    /// Whether it holds at the parameters of this claim.
    pub satisfied: bool,
}

/// A claim that is known not to come out as the paper states it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The verdict that the laboratory measures.
    pub verdict: Verdict,
    /// What is measured instead, and why.
    pub text: String,
}

/// The abscissa of a claim's sites.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// Its name: `load K/N²`.
    pub label: String,
    /// Whether figures draw it logarithmically.
    pub log: bool,
    /// What the ordinate is.
    pub observable: String,
    /// Whether figures draw the ordinate logarithmically.
    pub log_observable: bool,
}

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
    fn new(id: &str, kind: Kind, statistic: Statistic, sites: Vec<(f64, Site)>, predicted: Prediction) -> Self {
        let observable = sites.first().map(|(_, site)| site.observable.clone()).unwrap_or_default();
        Self {
            id: id.to_owned(),
            kind,
            sites,
            statistic,
            predicted,
            margin: Margin::Absolute(0.0),
            rivals: Vec::new(),
            assumptions: Vec::new(),
            finding: None,
            trials: 0,
            axis: Axis { observable, ..Axis::default() },
            source: String::new(),
        }
    }

    /// The mean of one observable is `predicted`.
    pub fn value(id: &str, site: Site, predicted: f64) -> Self {
        Self::new(id, Kind::Value, Statistic::Each, vec![(0.0, site)], Prediction::Equal(vec![predicted]))
    }

    /// The ratio of two observables of the same seed is `predicted`.
    pub fn ratio(id: &str, above: Site, below: Site, predicted: f64) -> Self {
        let sites = vec![(0.0, above), (1.0, below)];
        Self::new(id, Kind::Value, Statistic::Ratio, sites, Prediction::Equal(vec![predicted]))
    }

    /// The observables follow a curve: triples of abscissa, site and predicted value.
    pub fn curve(id: &str, points: impl IntoIterator<Item = (f64, Site, f64)>) -> Self {
        let (sites, predicted) = split(points);
        Self::new(id, Kind::Curve, Statistic::Each, sites, Prediction::Equal(predicted))
    }

    /// The observable grows as abscissa to the power `predicted`. Each seed gives one fit, so that the interval over seeds
    /// carries the fit's own uncertainty.
    pub fn exponent(id: &str, sites: impl IntoIterator<Item = (f64, Site)>, predicted: f64) -> Self {
        let sites = sites.into_iter().collect();
        Self::new(id, Kind::Exponent, Statistic::Slope, sites, Prediction::Equal(vec![predicted]))
    }

    /// The observables, proportions at or below each abscissa, follow a distribution function: triples of abscissa, site and
    /// predicted probability. The margin is the largest vertical (Kolmogorov) distance allowed.
    pub fn distribution(id: &str, points: impl IntoIterator<Item = (f64, Site, f64)>) -> Self {
        let (sites, predicted) = split(points);
        Self::new(id, Kind::Distribution, Statistic::Each, sites, Prediction::Equal(predicted))
    }

    /// The observable crosses `level` at the abscissa `predicted`. Sites are in the order of their abscissae.
    pub fn threshold(id: &str, sites: impl IntoIterator<Item = (f64, Site)>, level: f64, predicted: f64) -> Self {
        let sites = sites.into_iter().collect();
        Self::new(id, Kind::Threshold { level }, Statistic::Each, sites, Prediction::Equal(vec![predicted]))
    }

    /// The observable is at most `bound`.
    pub fn at_most(id: &str, site: Site, bound: f64) -> Self {
        Self::new(id, Kind::Bound, Statistic::Each, vec![(0.0, site)], Prediction::AtMost(bound))
    }

    /// The observable is at least `bound`.
    pub fn at_least(id: &str, site: Site, bound: f64) -> Self {
        Self::new(id, Kind::Bound, Statistic::Each, vec![(0.0, site)], Prediction::AtLeast(bound))
    }

    /// The ratio of two observables of the same seed is at most `bound`: an order, if the bound is 1.
    pub fn ratio_at_most(id: &str, above: Site, below: Site, bound: f64) -> Self {
        let sites = vec![(0.0, above), (1.0, below)];
        Self::new(id, Kind::Bound, Statistic::Ratio, sites, Prediction::AtMost(bound))
    }

    /// The ratio of two observables of the same seed is at least `bound`: an order, if the bound is 1.
    pub fn ratio_at_least(id: &str, above: Site, below: Site, bound: f64) -> Self {
        let sites = vec![(0.0, above), (1.0, below)];
        Self::new(id, Kind::Bound, Statistic::Ratio, sites, Prediction::AtLeast(bound))
    }

    /// Every seed gives exactly the predicted values, up to the margin: triples of abscissa, site and predicted value.
    pub fn exact(id: &str, points: impl IntoIterator<Item = (f64, Site, f64)>) -> Self {
        let (sites, predicted) = split(points);
        Self::new(id, Kind::Exact, Statistic::Each, sites, Prediction::Equal(predicted))
    }

    /// Sets the margin.
    #[must_use]
    pub fn within(mut self, margin: Margin) -> Self {
        self.margin = margin;
        self
    }

    /// Adds a rival that predicts other values: one per component, or for a bound the value that it must exclude.
    #[must_use]
    pub fn rival(mut self, name: &str, because: &str, predicted: impl IntoIterator<Item = f64>) -> Self {
        self.rivals.push(Rival {
            name: name.to_owned(),
            because: because.to_owned(),
            predicted: predicted.into_iter().collect(),
            residual: Vec::new(),
        });
        self
    }

    /// Adds to an exact identity a rival identity, whose own residuals are measured at `sites` and must all exceed the margin.
    #[must_use]
    pub fn rival_residual(mut self, name: &str, because: &str, sites: impl IntoIterator<Item = Site>) -> Self {
        self.rivals.push(Rival {
            name: name.to_owned(),
            because: because.to_owned(),
            predicted: Vec::new(),
            residual: sites.into_iter().collect(),
        });
        self
    }

    /// Adds an assumption; where it is not satisfied the claim is out of regime.
    #[must_use]
    pub fn assuming(mut self, text: &str, satisfied: bool) -> Self {
        self.assumptions.push(Assumption { text: text.to_owned(), satisfied });
        self
    }

    /// Records that the laboratory measures `verdict` instead of what the paper states, and what it found.
    #[must_use]
    pub fn finding(mut self, verdict: Verdict, text: &str) -> Self {
        self.finding = Some(Finding { verdict, text: text.to_owned() });
        self
    }

    /// Says that each number is a proportion out of this many independent trials, so that seeds that all agree (every trial
    /// a success, say) still leave an interval.
    #[must_use]
    pub fn out_of(mut self, trials: u64) -> Self {
        self.trials = trials;
        self
    }

    /// Names the abscissa and the ordinate.
    #[must_use]
    pub fn axes(mut self, label: &str, observable: &str) -> Self {
        self.axis.label = label.to_owned();
        self.axis.observable = observable.to_owned();
        self
    }

    /// Draws the abscissa logarithmically.
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.axis.log = true;
        self
    }

    /// Draws the ordinate logarithmically.
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.axis.log_observable = true;
        self
    }

    /// Says where the paper states it.
    #[must_use]
    pub fn source(mut self, source: &str) -> Self {
        self.source = source.to_owned();
        self
    }

    /// How many numbers are judged at once.
    pub fn components(&self) -> usize {
        match self.statistic {
            Statistic::Each => self.sites.len(),
            Statistic::Ratio | Statistic::Slope => 1,
        }
    }

    /// The predicted values, one per component (one abscissa for a threshold); for a bound, the bound.
    pub fn predicted_values(&self) -> Vec<f64> {
        match &self.predicted {
            Prediction::Equal(values) => values.clone(),
            Prediction::AtMost(bound) | Prediction::AtLeast(bound) => vec![*bound],
        }
    }

    /// The margin of every component, in the units of the observable.
    pub fn margins(&self) -> Vec<f64> {
        self.predicted_values().into_iter().map(|value| self.margin.around(value)).collect()
    }

    /// How many intervals judging takes: none for an exact identity, which has no statistics.
    pub fn intervals(&self) -> usize {
        if self.kind == Kind::Exact { 0 } else { self.components() }
    }

    /// The verdict that a run counts as expected.
    pub fn expected(&self) -> Verdict {
        self.finding.as_ref().map_or(Verdict::Holds, |finding| finding.verdict)
    }

    /// Every site that the claim needs numbers from, its rivals' residuals included.
    pub fn all_sites(&self) -> impl Iterator<Item = &Site> {
        self.sites.iter().map(|(_, site)| site).chain(self.rivals.iter().flat_map(|rival| &rival.residual))
    }

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

fn split(points: impl IntoIterator<Item = (f64, Site, f64)>) -> (Vec<(f64, Site)>, Vec<f64>) {
    points.into_iter().map(|(x, site, predicted)| ((x, site), predicted)).unzip()
}
