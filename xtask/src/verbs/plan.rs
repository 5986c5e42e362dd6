//! `plan`: what a run would do, without doing it.

use std::collections::BTreeMap;

use anyhow::Result;
use lawbook_claims::Point;

use crate::{
    cli::SelectionArgs,
    house::House,
    planning::{Plan, PlannedCell},
    selection::Selection,
    session,
    store::Store,
    terminal, workspace,
};

/// Prints, per law, points, claims, cells at the first seeds, how many of these are in the store, and what the rest will cost.
pub fn run(args: &SelectionArgs) -> Result<u8> {
    let house = House::open()?;
    let plan = Plan::new(&house, &Selection::resolve(args, &house.cards)?, args.device.name())?;
    let store = Store::read(&workspace::store(&args.store))?;
    let missing = session::missing_cells(&plan, plan.laws.iter(), &store, &session::first_asked(&plan));
    let means = means(&store);
    let mut all = Cost::default();
    let rows = plan.laws.iter().map(|law| {
        let cells = law.points.len() as u64 * law.first_seeds;
        let own: Vec<_> = missing.iter().filter(|cell| cell.spec.law == law.card.id).collect();
        let cost = Cost::of(&own, &means);
        all = all.and(cost);
        vec![
            law.card.id.clone(),
            law.points.len().to_string(),
            law.claims.len().to_string(),
            format!("{}–{}", law.first_seeds, law.most_seeds),
            cells.to_string(),
            (cells - own.len() as u64).to_string(),
            cost.to_string(),
        ]
    });
    let header = ["law", "points", "claims", "seeds", "cells at first", "in the store", "core time for the rest"];
    println!("{}", terminal::table(&header, rows));
    println!("{} intervals share the level {}", plan.intervals(), lawbook_claims::OVERALL_LEVEL);
    println!("{} cells to be measured at first: {all}", missing.len());
    if all.unknown > 0 {
        println!("what a cell costs is known once one of its point has been measured: `--seeds 1` measures one of each");
    }
    Ok(0)
}

/// Seconds of one core that a cell of each point has taken, by law and point.
type Means = BTreeMap<(String, String), f64>;

fn means(store: &Store) -> Means {
    let mut costs: BTreeMap<(String, String), (f64, usize)> = BTreeMap::new();
    for (key, seconds) in &store.seconds {
        if let Some(record) = store.cells.get(key) {
            let cost = costs.entry(named(&record.spec.law, &record.spec.point)).or_default();
            *cost = (cost.0 + seconds, cost.1 + 1);
        }
    }
    costs.into_iter().map(|(name, (seconds, count))| (name, seconds / count as f64)).collect()
}

fn named(law: &str, point: &Point) -> (String, String) {
    (law.to_owned(), point.canonical())
}

/// What cells will cost: those of points that have been measured before, and how many there are of other points, which may be of
/// quite another size.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Cost {
    seconds: f64,
    known: usize,
    unknown: usize,
}

impl Cost {
    fn of(cells: &[&PlannedCell], means: &Means) -> Self {
        let each = cells.iter().map(|cell| match means.get(&named(&cell.spec.law, &cell.spec.point)) {
            Some(mean) => Self { seconds: *mean, known: 1, unknown: 0 },
            None => Self { unknown: 1, ..Self::default() },
        });
        each.fold(Self::default(), Self::and)
    }

    fn and(self, other: Self) -> Self {
        Self {
            seconds: self.seconds + other.seconds,
            known: self.known + other.known,
            unknown: self.unknown + other.unknown,
        }
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.known, self.unknown) {
            (0, 0) => write!(f, "none"),
            (0, cells) => write!(f, "not known: {cells} cells were never timed"),
            (_, 0) => write!(f, "{}", terminal::duration(self.seconds)),
            (known, cells) => {
                write!(
                    f,
                    "at least {}: {cells} of {} cells were never timed",
                    terminal::duration(self.seconds),
                    known + cells
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_guessed() {
        let known = Cost { seconds: 7200.0, known: 3, unknown: 0 };
        assert_eq!(known.to_string(), "2.0 h");
        let never = Cost { unknown: 5, ..Cost::default() };
        assert_eq!(known.and(never).to_string(), "at least 2.0 h: 5 of 8 cells were never timed");
        assert_eq!(never.to_string(), "not known: 5 cells were never timed");
        assert_eq!(Cost::default().to_string(), "none");
    }
}
