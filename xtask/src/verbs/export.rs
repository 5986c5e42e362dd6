//! `export`: everything in the store as CSV and Parquet.

use anyhow::{Context, Result, bail};

use crate::{
    cli::ExportArgs,
    store::{Store, write_atomically},
    tables, workspace,
};

/// Writes `observations` and `evidence`, each as Parquet and CSV.
pub fn run(args: &ExportArgs) -> Result<u8> {
    let dir = workspace::store(&args.store);
    let store = Store::read(&dir)?;
    if store.cells.is_empty() {
        bail!("{} holds no cell; `cargo xtask run` measures some", workspace::shown(&dir));
    }
    let folder = args.to.clone().unwrap_or_else(|| dir.join("export"));
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut cells: Vec<_> = store.cells.values().collect();
    cells.sort_by_cached_key(|c| (c.spec.law.clone(), c.spec.point.canonical(), c.spec.seed, c.key.clone()));
    let observations = tables::observations(cells)?;
    let evidence = tables::evidence(&observations)?;
    for (name, frame) in [("observations", observations), ("evidence", evidence)] {
        let rows = frame.height();
        write_atomically(&folder.join(format!("{name}.csv")), &tables::csv(&frame)?)?;
        write_atomically(&folder.join(format!("{name}.parquet")), &tables::parquet(frame)?)?;
        println!("{} rows in {}.parquet and .csv", rows, workspace::shown(&folder.join(name)));
    }
    Ok(0)
}
