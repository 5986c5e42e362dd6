//! A phase diagram: an observable over two parameters, with the boundaries that the law predicts.

use serde::{Deserialize, Serialize};

use crate::{claim::Claim, point::Site};

/// What is drawn beside a claim about a boundary, or about a function of two parameters. It is not judged: the claim is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseDiagram {
    /// The parameter from left to right.
    pub across: String,
    /// The parameter from bottom to top.
    pub upwards: String,
    /// What is shown by the shade.
    pub observable: String,
    /// Whether the first parameter is drawn logarithmically.
    pub log_across: bool,
    /// Whether the second parameter is drawn logarithmically.
    pub log_upwards: bool,
    /// Where the shades come from: the two parameters and the site, on a grid that need not be complete.
    pub cells: Vec<(f64, f64, Site)>,
    /// Predicted boundaries: a name and the points of a line.
    pub boundaries: Vec<(String, Vec<(f64, f64)>)>,
}

impl PhaseDiagram {
    /// An empty diagram with the names of its two parameters and of the observable.
    pub fn new(across: &str, upwards: &str, observable: &str) -> Self {
        Self {
            across: across.to_owned(),
            upwards: upwards.to_owned(),
            observable: observable.to_owned(),
            log_across: false,
            log_upwards: false,
            cells: Vec::new(),
            boundaries: Vec::new(),
        }
    }

    /// Adds cells: triples of the first parameter, the second, and the site.
    #[must_use]
    pub fn cells(mut self, cells: impl IntoIterator<Item = (f64, f64, Site)>) -> Self {
        self.cells.extend(cells);
        self
    }

    /// Adds a line along which the law predicts the phases to meet.
    #[must_use]
    pub fn boundary(mut self, name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.boundaries.push((name.to_owned(), points.into_iter().collect()));
        self
    }

    /// Draws the first parameter logarithmically.
    #[must_use]
    pub fn log_across(mut self) -> Self {
        self.log_across = true;
        self
    }

    /// Draws the second parameter logarithmically.
    #[must_use]
    pub fn log_upwards(mut self) -> Self {
        self.log_upwards = true;
        self
    }
}

impl Claim {
    /// Adds a phase diagram, which the report draws beside the claim.
    #[must_use]
    pub fn phase_diagram(mut self, diagram: PhaseDiagram) -> Self {
        self.diagram = Some(diagram);
        self
    }
}
