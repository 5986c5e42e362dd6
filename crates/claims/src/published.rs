//! Numbers that others have published, beside which the laboratory's stand in the report.

use serde::{Deserialize, Serialize};

use crate::{claim::Claim, point::Site};

/// A table of published numbers, each with the site where the laboratory measures the same. It is not judged: the claim is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishedTable {
    /// What the numbers are, with the circumstances in which the two columns differ: `squared error; published at n = 500`.
    pub about: String,
    /// Where they were published.
    pub source: String,
    /// The names of the columns that say which number it is: `aggregation`, `n`.
    pub columns: Vec<String>,
    /// The numbers.
    pub rows: Vec<PublishedNumber>,
}

/// One published number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishedNumber {
    /// What stands in the columns.
    pub labels: Vec<String>,
    /// The number as published.
    pub published: f64,
    /// Where the laboratory measures it, if it does.
    pub site: Option<Site>,
    /// What is known to be wrong with the published number, if anything; the measured one is without the fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

impl PublishedTable {
    /// An empty table with the names of the columns that label its numbers.
    pub fn new<'a>(about: &str, source: &str, columns: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            about: about.to_owned(),
            source: source.to_owned(),
            columns: columns.into_iter().map(str::to_owned).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a number with its labels, one per column, and the site of the same number here; `None` where it is not measured.
    #[must_use]
    pub fn row<S: Into<String>>(
        mut self,
        labels: impl IntoIterator<Item = S>,
        published: f64,
        site: impl Into<Option<Site>>,
    ) -> Self {
        let labels = labels.into_iter().map(Into::into).collect();
        self.rows.push(PublishedNumber { labels, published, site: site.into(), fault: None });
        self
    }

    /// Says what is wrong with the number added last.
    #[must_use]
    pub fn fault(mut self, fault: &str) -> Self {
        if let Some(row) = self.rows.last_mut() {
            row.fault = Some(fault.to_owned());
        }
        self
    }
}

impl Claim {
    /// Adds a table of published numbers, which the report shows beside the measured ones.
    #[must_use]
    pub fn published(mut self, table: PublishedTable) -> Self {
        self.published = Some(table);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::point::Point;

    /// A claim with a table comes back from JSON as it was, and one without leaves no trace of it.
    #[test]
    fn tables_travel_with_their_claims() {
        let site = Point::default().site("error");
        let plain = Claim::value("error", site.clone(), 0.0);
        let table = PublishedTable::new("errors", "their logs", ["model", "n"])
            .row(["sum", "20"], 4.59e-3, site.clone())
            .row(["mean", "20"], 7.06e-3, site)
            .fault("of another task")
            .row(["max", "20"], 1.71e-6, None);
        let claim = plain.clone().published(table);
        let json = serde_json::to_string(&claim).expect("serialises");
        assert_eq!(serde_json::from_str::<Claim>(&json).expect("parses"), claim);
        assert!(json.contains("of another task") && json.matches("fault").count() == 1);
        assert!(!serde_json::to_string(&plain).expect("serialises").contains("published"));
    }
}
