//! Rivals: the formula that a law replaces, or a deliberately broken one. A claim shows something only if the same data
//! refute its rivals.

use serde::{Deserialize, Serialize};

use crate::point::Site;

/// Another prediction of what a claim predicts, to be refuted by the same data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rival {
    /// Short name: `isotropic-noise`.
    pub name: String,
    /// Why somebody would believe it, or what it drops; one clause.
    pub because: String,
    /// What it predicts, one number per component of the claim. For a bound: the value that the bound must exclude.
    pub predicted: Vec<f64>,
    /// For an exact identity: the sites that hold the rival's own residual, which must exceed the tolerance everywhere.
    pub residual: Vec<Site>,
}
