//! `plan`: what a run would do, without doing it.

use anyhow::Result;

use crate::{
    cli::SelectionArgs, house::House, planning::Plan, selection::Selection, session, store::Store, terminal, workspace,
};

/// Prints, per law, points, claims, cells at the first seeds, how many of these are in the store, and what the rest will cost.
pub fn run(args: &SelectionArgs) -> Result<u8> {
    let house = House::open()?;
    let plan = Plan::new(&house, &Selection::resolve(args, &house.cards)?, args.device.name())?;
    let store = Store::read(&workspace::store(&args.store))?;
    let missing = session::missing_cells(&plan, plan.laws.iter(), &store, &session::first_asked(&plan));
    let rows = plan.laws.iter().map(|law| {
        let cells = law.points.len() as u64 * law.first_seeds;
        let own: Vec<_> = missing.iter().filter(|cell| cell.spec.law == law.card.id).collect();
        let known = store.cells.values().filter(|record| record.spec.law == law.card.id);
        let costs: Vec<f64> = known.filter_map(|record| store.seconds.get(&record.key)).copied().collect();
        let typical = costs.iter().sum::<f64>() / costs.len() as f64;
        vec![
            law.card.id.clone(),
            law.points.len().to_string(),
            law.claims.len().to_string(),
            format!("{}–{}", law.first_seeds, law.most_seeds),
            cells.to_string(),
            (cells - own.len() as u64).to_string(),
            if costs.is_empty() { "not known yet".to_owned() } else { format!("{:.0} s", typical * own.len() as f64) },
        ]
    });
    let header = ["law", "points", "claims", "seeds", "cells at first", "in the store", "core time for the rest"];
    println!("{}", terminal::table(&header, rows));
    println!("{} intervals share the level {}", plan.intervals(), lawbook_claims::OVERALL_LEVEL);
    Ok(0)
}
