//! What a law file is written against: parameters, studies, cells.

mod cell;
mod law;
mod outcome;
mod params;
pub mod rehearsal;
pub mod worker;

pub use cell::Cell;
pub use law::{AnyStudy, Law, Study};
pub use lawbook_claims::{Claim, Margin, PhaseDiagram, Point, Profile, PublishedTable, Site, Verdict};
pub use outcome::finished;
pub use params::Parameters;
