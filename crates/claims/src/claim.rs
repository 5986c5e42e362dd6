//! A claim: one prediction of a law about one observable, with a margin fixed in advance and rivals to refute.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{diagram::PhaseDiagram, margin::Margin, point::Site, published::PublishedTable, rival::Rival, verdict::Verdict};

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
    /// A phase diagram to draw beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagram: Option<PhaseDiagram>,
    /// What others have published, to stand beside what is measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<PublishedTable>,
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

impl Claim {
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

    /// Every site that is read for it: [`all_sites`](Self::all_sites), and those of its phase diagram and of its published table.
    pub fn read_sites(&self) -> impl Iterator<Item = &Site> {
        let drawn = self.diagram.iter().flat_map(|diagram| diagram.cells.iter().map(|(_, _, site)| site));
        let beside = self.published.iter().flat_map(|table| table.rows.iter().filter_map(|row| row.site.as_ref()));
        self.all_sites().chain(drawn).chain(beside)
    }

    /// What holds: the lower and the upper end of every component.
    pub fn band(&self) -> (Vec<f64>, Vec<f64>) {
        let margins = self.margins();
        match &self.predicted {
            Prediction::Equal(values) => {
                values.iter().zip(&margins).map(|(value, margin)| (value - margin, value + margin)).unzip()
            }
            Prediction::AtMost(bound) => (vec![f64::NEG_INFINITY], vec![bound + margins[0]]),
            Prediction::AtLeast(bound) => (vec![bound - margins[0]], vec![f64::INFINITY]),
        }
    }

    /// The parameters that all its sites share.
    pub fn common_params(&self) -> Map<String, Value> {
        let mut sites = self.sites.iter().map(|(_, site)| &site.point.params);
        let mut common = sites.next().cloned().unwrap_or_default();
        for params in sites {
            common.retain(|name, value| params.get(name) == Some(value));
        }
        common
    }
}
