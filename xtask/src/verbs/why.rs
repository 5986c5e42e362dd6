//! `why`: why cells would be measured, or measured again.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::{
    cli::SelectionArgs,
    fingerprint::Fingerprint,
    house::{self, House},
    planning::{Plan, PlannedCell},
    selection::Selection,
    session,
    store::{Store, cell::CellRecord},
    workspace,
};

/// Differences shown per reason.
const MOST_LINES: usize = 8;

/// Prints, study by study, how many cells are in the store and what keeps the others from being.
pub fn run(args: &SelectionArgs) -> Result<u8> {
    let house = House::open()?;
    let plan = Plan::new(&house, &Selection::resolve(args, &house.cards)?, args.device.name())?;
    let store = Store::read(&workspace::store(&args.store))?;
    let asked = session::first_asked(&plan);
    let missing = session::missing_cells(&plan, plan.laws.iter(), &store, &asked);
    for law in &plan.laws {
        for study in &law.card.studies {
            let points = law.points.iter().filter(|point| point.study == study.name).count() as u64;
            let own: Vec<_> =
                missing.iter().filter(|c| c.spec.law == law.card.id && c.spec.point.study == study.name).collect();
            let all = points * law.first_seeds;
            println!("{} {}: {} of {all} cells are in the store", law.card.id, study.name, all - own.len() as u64);
            let now = house.fingerprint(&law.card.id, &study.name)?;
            let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
            for cell in own {
                *reasons.entry(reason(cell, &store, now)).or_default() += 1;
            }
            for (reason, count) in reasons {
                println!("  {count} to be measured: {reason}");
            }
        }
    }
    Ok(0)
}

/// Why a cell is not in the store: the first component of its key in which the nearest stored cell differs.
fn reason(cell: &PlannedCell, store: &Store, now: &Fingerprint) -> String {
    let same_law =
        |record: &&CellRecord| record.spec.law == cell.spec.law && record.spec.point.study == cell.spec.point.study;
    let same_point = |record: &&CellRecord| record.spec.point == cell.spec.point;
    let candidates: Vec<&CellRecord> = store.cells.values().filter(same_law).collect();
    if candidates.is_empty() {
        return "this study has never been measured here".to_owned();
    }
    let here: Vec<&CellRecord> = candidates.into_iter().filter(same_point).collect();
    if here.is_empty() {
        return "these parameters have never been measured".to_owned();
    }
    let Some(record) = here.iter().rev().find(|record| record.spec.seed == cell.spec.seed) else {
        return "these seeds have never been measured".to_owned();
    };
    let (old, new) = (&record.surroundings, &cell.surroundings);
    if old.device != new.device {
        return format!("measured on {}, asked for on {}", old.device, new.device);
    }
    if old.libtorch != new.libtorch {
        return format!("measured with libtorch {}, now {}", old.libtorch, new.libtorch);
    }
    // Not the code of now, with which other seeds may have been measured already.
    let codes = here.iter().map(|record| record.surroundings.code.as_str()).filter(|code| *code != new.code);
    let codes: BTreeSet<&str> = codes.collect();
    let known: Vec<Fingerprint> = codes.iter().filter_map(|code| house::kept_fingerprint(&store.dir, code)).collect();
    let nearest = known.iter().map(|older| now.differences(older)).min_by_key(Vec::len);
    match nearest {
        None => "the code has changed since".to_owned(),
        Some(lines) => {
            let more = lines.len().saturating_sub(MOST_LINES);
            let tail = if more > 0 { format!("\n    and {more} more") } else { String::new() };
            let shown: Vec<String> = lines.into_iter().take(MOST_LINES).collect();
            format!("the code has changed since:\n    {}{tail}", shown.join("\n    "))
        }
    }
}
