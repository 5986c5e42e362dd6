//! Where a number comes from: a point of a law's grid, a site at that point, an observation at that site.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One point of a law's parameter grid: the study that measures it and the value of every parameter by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The study of the law that this point belongs to.
    pub study: String,
    /// Parameter values by name; the map is sorted, so equal points have equal text.
    pub params: Map<String, Value>,
}

impl Point {
    /// The site of `observable` at this point. Its coordinate is 0 until [`Site::at`] moves it.
    pub fn site(&self, observable: &str) -> Site {
        Site { point: self.clone(), observable: observable.to_owned(), coordinate: 0.0 }
    }

    /// The point as one line of canonical JSON: the identity of a point, whatever the order in which it was written.
    pub fn canonical(&self) -> String {
        let params = serde_json::to_string(&self.params).unwrap_or_default();
        format!("{} {params}", self.study)
    }
}

/// One number per seed: an observable of one point at one coordinate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// The point of the grid.
    pub point: Point,
    /// The name under which the measurement records it.
    pub observable: String,
    /// The coordinate within the cell (a time, a quantile level, a size); 0 where there is none.
    pub coordinate: f64,
}

impl Site {
    /// The same observable at another coordinate.
    #[must_use]
    pub fn at(mut self, coordinate: f64) -> Self {
        self.coordinate = coordinate;
        self
    }
}

/// One measured number of one cell: observable, coordinate and value. The cell says law, point and seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The name of what was measured.
    pub observable: String,
    /// The coordinate within the cell; 0 where there is none.
    pub coordinate: f64,
    /// The value; always finite.
    pub value: f64,
}
