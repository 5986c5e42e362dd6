//! Everything that was measured of a law, and the evidence that a claim finds in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    claim::Claim,
    evidence::Evidence,
    names::nearest,
    point::{Observation, Point, Site},
};

/// The observations of a law's cells, by point and observable.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    points: HashMap<String, PointRecord>,
}

#[derive(Debug, Clone, Default)]
struct PointRecord {
    study: String,
    /// By observable and bits of the coordinate, one value per seed.
    values: HashMap<(String, u64), BTreeMap<u64, f64>>,
    /// What went wrong, by seed.
    failures: BTreeMap<u64, String>,
}

impl Observed {
    /// Adds the observations of one cell.
    pub fn add(&mut self, point: &Point, seed: u64, observations: impl IntoIterator<Item = Observation>) {
        let record = self.points.entry(point.canonical()).or_default();
        record.study.clone_from(&point.study);
        for Observation { observable, coordinate, value } in observations {
            record.values.entry((observable, bits(coordinate))).or_default().insert(seed, value);
        }
    }

    /// Adds a cell that failed.
    pub fn add_failure(&mut self, point: &Point, seed: u64, message: &str) {
        self.points.entry(point.canonical()).or_default().failures.insert(seed, message.to_owned());
    }

    /// The evidence for a claim: one row for each seed that has a number at every site, and the failures at its points.
    pub fn evidence(&self, claim: &Claim) -> Evidence {
        let mut rows: Option<BTreeMap<u64, Vec<f64>>> = None;
        let mut failures = BTreeMap::new();
        for site in claim.all_sites() {
            let record = self.points.get(&site.point.canonical());
            let empty = BTreeMap::new();
            let found = record.and_then(|r| r.values.get(&(site.observable.clone(), bits(site.coordinate))));
            let values = found.unwrap_or(&empty);
            failures.extend(record.into_iter().flat_map(|r| r.failures.clone()));
            rows = Some(match rows {
                None => values.iter().map(|(&seed, &value)| (seed, vec![value])).collect(),
                Some(rows) => rows
                    .into_iter()
                    .filter_map(|(seed, mut row)| {
                        row.push(*values.get(&seed)?);
                        Some((seed, row))
                    })
                    .collect(),
            });
        }
        let mut evidence = Evidence::from_rows(rows.unwrap_or_default());
        if evidence.rows.is_empty() && failures.is_empty() {
            evidence.failures.extend(self.missing(claim));
        }
        evidence.failures.extend(failures.into_values());
        evidence
    }

    /// The mean over seeds at a site, if anything was measured there: for figures, which show it without an interval.
    pub fn mean(&self, site: &Site) -> Option<f64> {
        let record = self.points.get(&site.point.canonical())?;
        let values = record.values.get(&(site.observable.clone(), bits(site.coordinate)))?;
        Some(values.values().sum::<f64>() / values.len() as f64)
    }

    /// The names of all observables that were recorded, by study.
    pub(crate) fn recorded(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut recorded: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for record in self.points.values() {
            recorded.entry(&record.study).or_default().extend(record.names());
        }
        recorded
    }

    /// A site whose point was measured but never recorded: a misspelt observable or coordinate in the law file.
    fn missing(&self, claim: &Claim) -> Option<String> {
        claim.all_sites().find_map(|site| {
            let record = self.points.get(&site.point.canonical()).filter(|record| !record.values.is_empty())?;
            let absent = !record.values.contains_key(&(site.observable.clone(), bits(site.coordinate)));
            absent.then(|| {
                let Site { observable, coordinate, .. } = site;
                let hint = record.hint(observable, *coordinate);
                format!("study {} records no `{observable}` at coordinate {coordinate}: {hint}", record.study)
            })
        })
    }
}

impl PointRecord {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(|(name, _)| name.as_str())
    }

    /// What may have been meant by a site that was never recorded: the nearest coordinate, or the nearest name.
    fn hint(&self, observable: &str, coordinate: f64) -> String {
        let own = self.values.keys().filter(|(name, _)| name == observable).map(|(_, bits)| f64::from_bits(*bits));
        if let Some(near) = own.min_by(|a, b| (a - coordinate).abs().total_cmp(&(b - coordinate).abs())) {
            return format!("the nearest is {near}; give `record_at` and `at` the same number");
        }
        match nearest(observable, self.names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let names: Vec<&str> = self.names().collect::<BTreeSet<_>>().into_iter().collect();
                format!("it records {}; check the names in its measure and predict", names.join(", "))
            }
        }
    }
}

/// The bits of a coordinate, with one zero.
fn bits(coordinate: f64) -> u64 {
    (coordinate + 0.0).to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observation(observable: &str, value: f64) -> Observation {
        Observation { observable: observable.to_owned(), coordinate: 0.0, value }
    }

    #[test]
    fn only_seeds_with_every_site_count() {
        let point = Point::default();
        let mut observed = Observed::default();
        observed.add(&point, 1, [observation("a", 1.0), observation("b", 2.0)]);
        observed.add(&point, 2, [observation("a", 3.0)]);
        let claim = Claim::ratio("r", point.site("a"), point.site("b"), 0.5);
        assert_eq!(observed.evidence(&claim), Evidence::from_rows([(1, vec![1.0, 2.0])]));
        assert_eq!([observed.mean(&point.site("a")), observed.mean(&point.site("c"))], [Some(2.0), None]);
    }

    #[test]
    fn a_misspelt_observable_is_named() {
        let point = Point::default();
        let mut observed = Observed::default();
        observed.add(&point, 1, [observation("mean", 1.0)]);
        let failure = |site: Site| observed.evidence(&Claim::value("v", site, 1.0)).failures.remove(0);
        assert!(failure(point.site("maen")).ends_with("no `maen` at coordinate 0: did you mean `mean`?"));
        assert!(failure(point.site("x")).ends_with("it records mean; check the names in its measure and predict"));
        assert!(failure(point.site("mean").at(0.1)).contains("0.1: the nearest is 0;"));
    }
}
