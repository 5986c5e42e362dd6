//! Claims about laws of learning, and the statistics that judge them.
//!
//! A *law* is one system of one paper. It makes *claims*: predictions of one observable each, with a margin fixed in advance
//! and with *rivals*, the formulas that the same data must refute. A claim says which numbers it needs, one per seed and
//! [`Site`]; [`judge`] turns those numbers into a [`Judgement`].
//!
//! The data goes one way: `predict → claims`, `measure → observations → evidence`, and only here do the two meet. The crate
//! links neither a tensor library nor a data frame, so that it can be used to judge results from anywhere.
//!
//! ```
//! use lawbook_claims::{Claim, Evidence, Margin, Point, Verdict, judge};
//!
//! // The mean of a fair die is 3.5, and not 3.
//! let claim = Claim::value("mean", Point::default().site("pips"), 3.5)
//!     .within(Margin::Absolute(0.25))
//!     .rival("zero-based", "counts the faces from zero", [3.0]);
//! let evidence = Evidence::from_rows((0..8).map(|seed| (seed, vec![3.5 + 0.01 * (seed as f64 - 3.5)])));
//! assert_eq!(judge(&claim, &evidence, 0.01).verdict, Verdict::Holds);
//! ```

mod build;
mod card;
mod check;
mod claim;
mod diagram;
mod evidence;
mod judge;
mod judgement;
mod margin;
mod names;
mod observed;
mod point;
mod published;
mod rival;
mod sequence;
mod unclaimed;
mod verdict;
pub mod wire;

pub use card::{LawCard, ParamCard, ParamKind, Profile, StudyCard};
pub use check::ClaimError;
pub use claim::{Assumption, Axis, Claim, Finding, Kind, Prediction, Statistic};
pub use diagram::PhaseDiagram;
pub use evidence::Evidence;
pub use judge::{OVERALL_LEVEL, judge, level_of_each};
pub use judgement::{Judgement, RivalOutcome};
pub use margin::Margin;
pub use names::nearest;
pub use observed::Observed;
pub use point::{Observation, Point, Site};
pub use published::{PublishedNumber, PublishedTable};
pub use rival::Rival;
pub use sequence::{Interval, proportion_interval, replicate_interval};
pub use unclaimed::Unclaimed;
pub use verdict::Verdict;
