//! Numbers that a study records and nobody reads: mostly a name that is spelt in two ways.

use std::collections::{BTreeMap, BTreeSet};

use crate::{card::StudyCard, claim::Claim, names::nearest, observed::Observed};

/// An observable that no claim, diagram or table names. Printed, it is a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclaimed {
    /// The study that records it.
    pub study: String,
    /// Its name.
    pub observable: String,
    /// A name alike that claims ask for and the study does not record.
    pub meant: Option<String>,
}

impl std::fmt::Display for Unclaimed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { study, observable, meant } = self;
        write!(f, "study {study} records `{observable}`, which no claim, diagram or table names: ")?;
        match meant {
            Some(meant) => write!(f, "did you mean `{meant}`?"),
            None => write!(f, "claim it, drop it, or enter it in the study's UNCLAIMED"),
        }
    }
}

impl Observed {
    /// The observables that were recorded and that neither these claims nor the studies' own lists name.
    pub fn unclaimed<'a>(&self, studies: &[StudyCard], claims: impl IntoIterator<Item = &'a Claim>) -> Vec<Unclaimed> {
        let mut read: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for site in claims.into_iter().flat_map(Claim::read_sites) {
            read.entry(&site.point.study).or_default().insert(&site.observable);
        }
        for study in studies {
            read.entry(&study.name).or_default().extend(study.unclaimed.iter().map(String::as_str));
        }
        let mut unclaimed = Vec::new();
        for (study, recorded) in self.recorded() {
            let read = read.get(study).cloned().unwrap_or_default();
            for observable in recorded.difference(&read) {
                let meant = nearest(observable, read.difference(&recorded).copied()).map(str::to_owned);
                unclaimed.push(Unclaimed { study: study.to_owned(), observable: (*observable).to_owned(), meant });
            }
        }
        unclaimed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Observation, PhaseDiagram, Point};

    #[test]
    fn what_nobody_names_is_told_with_the_name_that_was_meant() {
        let point = Point { study: "walk".to_owned(), ..Point::default() };
        let mut observed = Observed::default();
        let record = |name: &str| Observation { observable: name.to_owned(), coordinate: 0.0, value: 1.0 };
        observed.add(&point, 0, ["mean", "varaince", "drawn", "aside", "extra"].map(record));
        let diagram = PhaseDiagram::new("x", "y", "drawn").cells([(0.0, 0.0, point.site("drawn"))]);
        let claims = [
            Claim::value("mean", point.site("mean"), 1.0).phase_diagram(diagram),
            Claim::value("spread", point.site("variance"), 1.0),
        ];
        let unclaimed = vec!["aside".to_owned()];
        let study = StudyCard { name: "walk".to_owned(), about: String::new(), params: Vec::new(), unclaimed };
        let sentences: Vec<String> = observed.unclaimed(&[study], &claims).iter().map(Unclaimed::to_string).collect();
        let start = |name: &str| format!("study walk records `{name}`, which no claim, diagram or table names: ");
        let expected = [
            start("extra") + "claim it, drop it, or enter it in the study's UNCLAIMED",
            start("varaince") + "did you mean `variance`?",
        ];
        assert_eq!(sentences, expected);
    }
}
