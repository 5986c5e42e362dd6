//! Shards: the jobs of an array each write to a store of their own, under `shards/` of the common one. Whoever reads that reads
//! them too; the next run that writes to it takes their cells over.

use std::path::{Path, PathBuf};

use super::{CellKey, Store, StoreError, lock};

/// One job of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which job, from 1.
    number: u64,
    /// How many there are.
    of: u64,
}

impl std::str::FromStr for Shard {
    type Err = String;

    /// Reads `NUMBER/OF`.
    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parsed {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            Some((number, of)) => Err(format!("there is no job {number} of {of}: give one from 1/{of} to {of}/{of}")),
            None => Err("write NUMBER/OF, as in 3/16 for the third of sixteen jobs".to_owned()),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.number, self.of)
    }
}

impl Shard {
    /// Whether a cell is this job's. It depends on the key alone, so that jobs need not know of each other.
    pub fn has(self, key: &CellKey) -> bool {
        let digits = key.0.get(..15).unwrap_or_default();
        u64::from_str_radix(digits, 16).unwrap_or(0) % self.of == self.number - 1
    }
}

impl Store {
    /// Opens the store of one job for writing. It knows what the common store and the other jobs hold.
    pub fn open_shard(dir: &Path, shard: Shard) -> Result<Self, StoreError> {
        let mut store = Self::open(&dir.join(FOLDER).join(format!("{}-of-{}", shard.number, shard.of)))?;
        let common = Self::read(dir)?;
        store.cells.extend(common.cells);
        store.seconds.extend(common.seconds);
        Ok(store)
    }

    /// Adds what the shards hold; it is sealed here at the end of a run.
    pub(super) fn adopt_shards(&mut self) -> Result<(), StoreError> {
        for folder in folders(&self.dir) {
            let shard = Self::read(&folder)?;
            self.unsealed.extend(shard.cells.keys().filter(|key| !self.cells.contains_key(key)).cloned());
            self.seconds.extend(shard.seconds);
            self.cells.extend(shard.cells);
        }
        Ok(())
    }
}

/// The name of the folder that holds the shards.
pub(super) const FOLDER: &str = "shards";

/// Shards that no job writes to, held so that none begins to.
pub(super) fn hold(dir: &Path) -> Vec<(PathBuf, lock::Lock)> {
    let held = folders(dir).into_iter().map(|folder| lock::acquire(&folder).map(|lock| (folder, lock)));
    held.filter_map(Result::ok).collect()
}

/// Removes shards whose cells have been sealed in the common store. One that stays is only read again.
pub(super) fn remove(held: Vec<(PathBuf, lock::Lock)>) {
    for (folder, _lock) in held {
        let _ = std::fs::remove_dir_all(folder);
    }
}

fn folders(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir.join(FOLDER)).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.join("lock").exists()).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_belongs_to_one_job() {
        let jobs = ["1/3", "2/3", "3/3"].map(|text| text.parse::<Shard>().unwrap());
        for i in 0..50_u8 {
            let key = CellKey(blake3::hash(&[i]).to_hex()[..32].to_owned());
            assert_eq!(jobs.iter().filter(|job| job.has(&key)).count(), 1);
        }
        let wrong = ["0/3", "4/3", "3", "a/b"].map(|text| text.parse::<Shard>().unwrap_err());
        assert!(wrong[0].contains("from 1/3 to 3/3") && wrong[1].contains("no job 4 of 3") && wrong[2].contains("3/16"));
    }
}
