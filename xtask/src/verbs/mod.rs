//! One file per verb.

pub mod bench;
pub mod export;
pub mod list;
pub mod plan;
pub mod report;
pub mod run;
pub mod setup;
pub mod show;
pub mod status;
pub mod why;
