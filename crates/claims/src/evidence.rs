//! Evidence: the numbers of a claim, one row per seed and one column per site.

use serde::{Deserialize, Serialize};

/// The observations of a claim. Rows are in the order of the seeds, columns in the order of [`Claim::all_sites`].
///
/// [`Claim::all_sites`]: crate::Claim::all_sites
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The seeds that have a number at every site, ascending.
    pub seeds: Vec<u64>,
    /// One row per seed.
    pub rows: Vec<Vec<f64>>,
    /// What went wrong in cells that failed, if any did; a claim with failed cells is in error.
    pub failures: Vec<String>,
}

impl Evidence {
    /// Evidence from rows by seed, in any order.
    pub fn from_rows(rows: impl IntoIterator<Item = (u64, Vec<f64>)>) -> Self {
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_by_key(|(seed, _)| *seed);
        let (seeds, rows) = rows.into_iter().unzip();
        Self { seeds, rows, failures: Vec::new() }
    }

    /// The same evidence with cells that failed.
    #[must_use]
    pub fn with_failures(mut self, failures: Vec<String>) -> Self {
        self.failures = failures;
        self
    }
}
