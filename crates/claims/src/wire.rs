//! What the conductor and the worker say to each other: one JSON document per line, each way.
//!
//! The conductor (`xtask`) links no tensor library; the worker (`lab`) links no data frame. This module is all they share.

use serde::{Deserialize, Serialize};

use crate::{Claim, LawCard, Observation, Point, Profile};

/// Lines of the worker's standard output that are answers start with this; anything else there is the library's chatter.
pub const PREFIX: &str = "@lab ";

/// What the conductor asks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "ask")]
pub enum Request {
    /// The cards of all laws.
    Describe,
    /// The grid of a law at a profile.
    Grid {
        /// The law's id.
        law: String,
        /// How much work.
        profile: Profile,
    },
    /// The claims of a law on these points.
    Predict {
        /// The law's id.
        law: String,
        /// The points, of any of its studies.
        points: Vec<Point>,
    },
    /// Measure one cell.
    Measure(CellSpec),
}

/// One cell: a law at one point with one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellSpec {
    /// The law's id.
    pub law: String,
    /// The point.
    pub point: Point,
    /// The seed.
    pub seed: u64,
}

/// What the worker answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
pub enum Response {
    /// To [`Request::Describe`].
    Laws {
        /// Every law of the registry.
        laws: Vec<LawCard>,
        /// The version of libtorch that is loaded.
        libtorch: String,
    },
    /// To [`Request::Grid`].
    Grid(Grid),
    /// To [`Request::Predict`].
    Claims {
        /// The claims.
        claims: Vec<Claim>,
    },
    /// To [`Request::Measure`].
    Measured {
        /// What was measured.
        observations: Vec<Observation>,
    },
    /// The request could not be answered.
    Error {
        /// Why, in a sentence.
        message: String,
    },
}

/// A law's grid at one profile, and how many seeds to measure it with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// The points of all studies.
    pub points: Vec<Point>,
    /// Seeds at the start.
    pub first_seeds: u64,
    /// Most seeds that undecided claims may ask for.
    pub most_seeds: u64,
}
