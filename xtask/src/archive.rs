//! The folder of a run: its outcome, its evidence and its report; and how to read one back.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lawbook_claims::{Claim, judge, level_of_each, nearest};

use crate::{
    error::Misuse,
    outcome::Outcome,
    report::{self, Links},
    store::{CellRecord, write_atomically},
    tables, workspace,
};

/// Writes a run's folder, and makes `latest` point to it. Returns the path of the report.
pub fn write(store: &Path, outcome: &Outcome, cells: &[&CellRecord]) -> Result<PathBuf> {
    let folder = store.join("runs").join(&outcome.run);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    write_tables(store, &folder, cells)?;
    write_atomically(&folder.join("outcome.json"), serde_json::to_string(outcome)?.as_bytes())?;
    let report = write_report(store, outcome)?;
    point_latest(store, &outcome.run);
    Ok(report)
}

const TABLES: [&str; 2] = ["observations.parquet", "evidence.parquet"];

/// Raise it when the columns of these tables change: those of earlier runs are then not shared.
const LAYOUT: u32 = 2;

/// Observations and evidence of a run. A run that rests on the same cells as the one before has the same tables: they are shared,
/// since writing them takes longer than all the rest of a run that measures nothing.
fn write_tables(store: &Path, folder: &Path, cells: &[&CellRecord]) -> Result<()> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&LAYOUT.to_le_bytes());
    for cell in cells {
        hasher.update(cell.key.0.as_bytes());
    }
    let digest = hasher.finalize().to_hex();
    let last = store.join("latest");
    let same = std::fs::read_to_string(last.join("cells")).is_ok_and(|known| known == digest.as_str());
    let shared = same && TABLES.iter().all(|table| std::fs::hard_link(last.join(table), folder.join(table)).is_ok());
    if !shared {
        let observations = tables::observations(cells.iter().copied())?;
        let evidence = tables::evidence(&observations)?;
        for (table, frame) in TABLES.iter().zip([observations, evidence]) {
            write_atomically(&folder.join(table), &tables::parquet(frame)?)?;
        }
    }
    write_atomically(&folder.join("cells"), digest.as_bytes())?;
    Ok(())
}

/// Writes the report of a run into its folder.
pub fn write_report(store: &Path, outcome: &Outcome) -> Result<PathBuf> {
    let folder = store.join("runs").join(&outcome.run);
    let links = Links {
        workspace: relative(&folder, &workspace::root()),
        observations: "observations.parquet".to_owned(),
        evidence: "evidence.parquet".to_owned(),
    };
    let path = folder.join("report.html");
    write_atomically(&path, report::render(outcome, &links)?.as_bytes())?;
    Ok(path)
}

/// Reads a run back, judged anew: judging is a pure function of claims and evidence.
pub fn read(store: &Path, run: &str) -> Result<Outcome> {
    let known = runs(store);
    if !known.iter().any(|name| name == run) {
        return Err(Misuse::error(match nearest(run, known.iter().map(String::as_str)) {
            Some(near) => format!("there is no run {run} in {}: did you mean {near}?", workspace::shown(store)),
            None => format!("there is no run {run} in {}; `cargo xtask status` lists them", workspace::shown(store)),
        }));
    }
    let path = store.join("runs").join(run).join("outcome.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut outcome: Outcome = serde_json::from_str(&text)
        .with_context(|| format!("{} was written by another version; `cargo xtask run` writes it anew", path.display()))?;
    let claims = outcome.laws.iter().flat_map(|law| &law.claims);
    let level = level_of_each(claims.map(|c| Claim::intervals(&c.claim)).sum());
    for claim in outcome.laws.iter_mut().flat_map(|law| &mut law.claims) {
        claim.judgement = judge(&claim.claim, &claim.evidence, level);
    }
    Ok(outcome)
}

/// The names of the runs in a store, oldest first.
pub fn runs(store: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(store.join("runs")).into_iter().flatten().flatten();
    let whole = entries.filter(|entry| entry.path().join("outcome.json").exists());
    let mut names: Vec<String> = whole.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The last run of a store.
pub fn last(store: &Path) -> Result<String> {
    match runs(store).pop() {
        Some(run) => Ok(run),
        None => bail!("{} holds no finished run; `cargo xtask run` makes one", workspace::shown(store)),
    }
}

/// A symbolic link beside the runs. Only a convenience, so that it cannot be made is no error.
fn point_latest(store: &Path, run: &str) {
    let latest = store.join("latest");
    let _ = std::fs::remove_file(&latest);
    let _ = std::os::unix::fs::symlink(Path::new("runs").join(run), latest);
}

/// The path from a folder to another, with `..` where they part.
fn relative(from: &Path, to: &Path) -> String {
    let from = std::path::absolute(from).unwrap_or_else(|_| from.to_path_buf());
    let to = std::path::absolute(to).unwrap_or_else(|_| to.to_path_buf());
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".into(), from.components().count() - shared);
    let down = to.components().skip(shared).map(|part| part.as_os_str().to_os_string());
    let path: PathBuf = up.chain(down).collect();
    format!("{}/", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_a_run_to_the_workspace() {
        assert_eq!(relative(Path::new("/w/results/runs/r"), Path::new("/w")), "../../../");
        assert_eq!(relative(Path::new("/elsewhere/runs/r"), Path::new("/w")), "../../../w/");
    }
}
