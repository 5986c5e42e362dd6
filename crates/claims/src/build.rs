//! How claims are written: a constructor for each kind, then margin, rivals and the rest.

use crate::{
    claim::{Assumption, Axis, Claim, Finding, Kind, Prediction, Statistic},
    margin::Margin,
    point::Site,
    rival::Rival,
    verdict::Verdict,
};

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
            diagram: None,
            published: None,
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
}

fn split(points: impl IntoIterator<Item = (f64, Site, f64)>) -> (Vec<(f64, Site)>, Vec<f64>) {
    points.into_iter().map(|(x, site, predicted)| ((x, site), predicted)).unzip()
}
