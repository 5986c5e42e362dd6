//! Our workloads and the same work in other tools, timed in turn.

mod contender;
mod contest;
pub mod instructions;
mod ours;
mod python;
mod row;

pub use contest::{Entrants, REST, hold};
#[cfg(test)]
pub use ours::Threads;
pub use ours::{Bench, Ours};
pub use python::{environment, versions};
pub use row::Row;

use std::path::PathBuf;

use crate::workspace;

/// Where the peers' scripts and their environment are.
pub fn peers() -> PathBuf {
    workspace::root().join("benches/peers")
}
