//! `status`: what the store holds and how its runs ended.

use std::collections::BTreeMap;

use anyhow::Result;
use lawbook_claims::Verdict;

use crate::{archive, cli::StoreArgs, store::Store, terminal, workspace};

/// How many of the last runs are listed.
const LAST_RUNS: usize = 10;

/// Prints the store's cells per law and its last runs.
pub fn run(args: &StoreArgs) -> Result<u8> {
    let dir = workspace::store(args);
    let store = Store::read(&dir)?;
    let mut laws: BTreeMap<&str, (usize, usize, f64)> = BTreeMap::new();
    for record in store.cells.values() {
        let law = laws.entry(&record.spec.law).or_default();
        law.0 += 1;
        law.1 += record.observations.len();
        law.2 += store.seconds.get(&record.key).copied().unwrap_or(0.0);
    }
    if laws.is_empty() {
        println!("{} holds no cell; `cargo xtask run` measures some", workspace::shown(&dir));
    } else {
        let rows = laws.into_iter().map(|(law, (cells, numbers, seconds))| {
            vec![law.to_owned(), cells.to_string(), numbers.to_string(), format!("{seconds:.1} s")]
        });
        println!("{}", terminal::table(&["law", "cells", "numbers", "core time"], rows));
    }
    for (key, message) in &store.failures {
        println!("failed since the last seal: {} ({message})", key.0);
    }
    let runs = archive::runs(&dir);
    let mut rows = Vec::new();
    for run in runs.iter().rev().take(LAST_RUNS) {
        let outcome = archive::read(&dir, run)?;
        let counts =
            [Verdict::Holds, Verdict::Fails, Verdict::Undecided, Verdict::Error].map(|v| outcome.count(v).to_string());
        let laws = match outcome.laws.as_slice() {
            few @ ([] | [_] | [_, _] | [_, _, _]) => {
                few.iter().map(|law| law.card.id.as_str()).collect::<Vec<_>>().join(", ")
            }
            many => format!("{} laws", many.len()),
        };
        let profile = format!("{:?}", outcome.profile).to_lowercase();
        rows.push([vec![run.clone(), profile], counts.to_vec(), vec![laws]].concat());
    }
    if !rows.is_empty() {
        println!("{}", terminal::table(&["run", "profile", "hold", "fail", "undecided", "error", "laws"], rows));
    }
    Ok(0)
}
