//! The store: every cell that was ever measured, by key.
//!
//! A finished cell is one checksummed line appended to `journal.jsonl` and synced; at the end of a run the journal is sealed
//! into Parquet segments, one per law, named after their content. A cell exists if its line or its row does, so that nothing
//! is ever half there: a kill loses at most the cells in hand.
//!
//! ```text
//! results/
//!   store.json           schema version
//!   lock                 held by the one run that writes
//!   journal.jsonl        cells measured since the last seal
//!   observations/        LAW-HASH.parquet: key, law, study, params, seed, code, libtorch, device, observable, coordinate, value
//!   costs/               LAW-HASH.parquet: key, seconds
//!   code/                DIGEST.json: the items behind a code fingerprint, for `why`
//!   logs/                what failed cells printed
//!   runs/RUN/            outcome.json, report.html, observations.parquet, evidence.parquet
//!   shards/N-of-M/       the store of one job of an array, until a run takes it over
//! ```

pub mod cell;
pub mod journal;
pub mod lock;
pub mod segment;
mod shards;
mod tables;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::json;

pub use cell::{CellKey, CellRecord};
use journal::{Entry, Journal};
pub use shards::Shard;
pub use tables::frame_of;

/// The version of everything under the store's folder.
const SCHEMA: u64 = 1;

/// Why a store cannot be used. Each sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or a file of it cannot be written.
    #[error("{path} cannot be written ({cause}): make room or give the store another folder with --store DIR")]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
    /// A file cannot be read.
    #[error("{path} cannot be read ({cause}): check its permissions, or give another store with --store DIR")]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
    /// The store was written by another version of Lawbook.
    #[error(
        "{path} has schema version {found}, this Lawbook writes {SCHEMA}: give another folder with --store DIR, or use the Lawbook that wrote it"
    )]
    Schema {
        /// The folder.
        path: PathBuf,
        /// Its version.
        found: String,
    },
    /// The folder holds something else.
    #[error("{path} is not a Lawbook store (it has files but no store.json): give an empty or new folder with --store DIR")]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// A segment is damaged or not ours.
    #[error("{path} is no readable segment of this store ({reason}): move it away; its cells are then measured again")]
    Segment {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another run holds the store.
    #[error("{path} is in use by another run ({holder}): wait for it to end, or give another folder with --store DIR")]
    Busy {
        /// The folder.
        path: PathBuf,
        /// Who holds it.
        holder: String,
    },
}

/// An open store.
pub struct Store {
    /// Its folder.
    pub dir: PathBuf,
    /// Finished cells by key.
    pub cells: BTreeMap<CellKey, CellRecord>,
    /// Cells that failed since the last seal, and why.
    pub failures: BTreeMap<CellKey, String>,
    /// What cells cost, in seconds of one core; never part of a result.
    pub seconds: BTreeMap<CellKey, f64>,
    unsealed: Vec<CellKey>,
    writer: Option<(Journal, lock::Lock)>,
    /// Shards whose cells the next seal takes over.
    held: Vec<(PathBuf, lock::Lock)>,
}

impl Store {
    /// Opens a store for reading. One that does not exist yet is empty.
    pub fn read(dir: &Path) -> Result<Self, StoreError> {
        check_schema(dir)?;
        let mut store = Self {
            dir: dir.to_path_buf(),
            cells: BTreeMap::new(),
            failures: BTreeMap::new(),
            seconds: BTreeMap::new(),
            unsealed: Vec::new(),
            writer: None,
            held: Vec::new(),
        };
        for record in segment::read_all(&dir.join("observations"))? {
            store.cells.insert(record.key.clone(), record);
        }
        store.seconds = segment::read_costs(&dir.join("costs"))?;
        for entry in journal::replay(&dir.join("journal.jsonl"))? {
            store.apply(entry);
        }
        store.adopt_shards()?;
        Ok(store)
    }

    /// Opens a store for the one run that may write to it, making it if need be.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let write_error = |cause| StoreError::Write { path: dir.to_path_buf(), cause };
        std::fs::create_dir_all(dir).map_err(write_error)?;
        check_schema(dir)?;
        let lock = lock::acquire(dir)?;
        // Before they are read, so that nothing is added in between.
        let held = shards::hold(dir);
        if !dir.join("store.json").exists() {
            write_atomically(&dir.join("store.json"), json!({"schema": SCHEMA}).to_string().as_bytes())?;
        }
        for folder in ["observations", "costs", "code", "logs", "runs"] {
            std::fs::create_dir_all(dir.join(folder)).map_err(write_error)?;
        }
        let mut store = Self::read(dir)?;
        store.writer = Some((Journal::open(&dir.join("journal.jsonl"))?, lock));
        store.held = held;
        Ok(store)
    }

    /// Records a finished cell, for good.
    pub fn finish(&mut self, record: CellRecord, seconds: f64) -> Result<(), StoreError> {
        self.append(Entry::Finished { record, seconds })
    }

    /// Records that a cell failed; it will be tried again by the next run.
    pub fn fail(&mut self, key: CellKey, message: String) -> Result<(), StoreError> {
        self.append(Entry::Failed { key, message })
    }

    fn append(&mut self, entry: Entry) -> Result<(), StoreError> {
        if let Some((journal, _)) = &mut self.writer {
            journal.append(&entry)?;
        }
        self.apply(entry);
        Ok(())
    }

    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Finished { record, seconds } => {
                self.failures.remove(&record.key);
                self.seconds.insert(record.key.clone(), seconds);
                self.unsealed.push(record.key.clone());
                self.cells.insert(record.key.clone(), record);
            }
            Entry::Failed { key, message } => {
                self.failures.insert(key, message);
            }
        }
    }

    /// Moves what the journal holds into Parquet segments. A kill on the way leaves cells in both, which is harmless.
    pub fn seal(&mut self) -> Result<(), StoreError> {
        let Some((journal, _)) = &mut self.writer else { return Ok(()) };
        let mut by_law: BTreeMap<&str, Vec<&CellRecord>> = BTreeMap::new();
        for record in self.unsealed.iter().filter_map(|key| self.cells.get(key)) {
            by_law.entry(&record.spec.law).or_default().push(record);
        }
        for (law, records) in by_law {
            segment::seal(&self.dir, law, records, &self.cells, &self.seconds)?;
        }
        journal.clear()?;
        self.unsealed.clear();
        shards::remove(std::mem::take(&mut self.held));
        Ok(())
    }
}

fn check_schema(dir: &Path) -> Result<(), StoreError> {
    let path = dir.join("store.json");
    let foreign = || StoreError::Foreign { path: dir.to_path_buf() };
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let version = serde_json::from_str::<serde_json::Value>(&text).ok().and_then(|json| json.get("schema").cloned());
            match version {
                Some(found) if found == SCHEMA => Ok(()),
                Some(found) => Err(StoreError::Schema { path: dir.to_path_buf(), found: found.to_string() }),
                None => Err(foreign()),
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let ours =
                |name: &str| matches!(name, "lock" | "export" | "journal.jsonl" | shards::FOLDER) || name.starts_with('.');
            let mut names = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.file_name());
            if names.any(|name| !ours(&name.to_string_lossy())) { Err(foreign()) } else { Ok(()) }
        }
        Err(cause) => Err(StoreError::Read { path, cause }),
    }
}

/// Writes a file so that it is there whole or not at all.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    use std::{io::Write, os::unix::fs::PermissionsExt};
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || {
        // What a temporary file denies to others, a result should not: the user's umask decides.
        let everyone = std::fs::Permissions::from_mode(0o666);
        let mut file = tempfile::Builder::new().permissions(everyone).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|cause| StoreError::Write { path: path.to_path_buf(), cause })
}

#[cfg(test)]
mod tests;
