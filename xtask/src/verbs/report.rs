//! `report`: the report of a finished run, written again.

use anyhow::Result;

use crate::{archive, cli::ReportArgs, terminal, workspace};

/// Writes the report of a run from its evidence, judged anew, and prints where it is.
pub fn run(args: &ReportArgs) -> Result<u8> {
    let store = workspace::store(&args.store);
    let run = match &args.run {
        Some(run) => run.clone(),
        None => archive::last(&store)?,
    };
    let outcome = archive::read(&store, &run)?;
    let path = archive::write_report(&store, &outcome)?;
    println!("{}", terminal::summary(&outcome));
    println!("{}", workspace::shown(&path));
    Ok(0)
}
