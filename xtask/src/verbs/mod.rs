//! One file per verb.

pub mod setup;
