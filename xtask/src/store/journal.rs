//! The journal: one checksummed line per finished or failed cell, appended and synced. Its state after a crash is its replay.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{CellKey, CellRecord, StoreError, write_atomically};

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "event")]
pub enum Entry {
    /// A cell was measured.
    Finished {
        /// The cell.
        record: CellRecord,
        /// What it cost, in seconds.
        seconds: f64,
    },
    /// A cell failed.
    Failed {
        /// The cell.
        key: CellKey,
        /// Why.
        message: String,
    },
}

/// The journal, open for appending.
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens or makes the journal, and cuts off a line that a kill left half-written.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let error = |cause| StoreError::Write { path: path.to_path_buf(), cause };
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(error)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(error)?;
        let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        if whole < text.len() {
            file.set_len(whole as u64).map_err(error)?;
        }
        Ok(Self { path: path.to_path_buf(), file })
    }

    /// Appends one entry and waits until it is on disk. On failure nothing is left behind.
    pub fn append(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let error = |cause| StoreError::Write { path: self.path.clone(), cause };
        let body = serde_json::to_string(entry).map_err(|e| error(e.into()))?;
        let line = format!("{} {body}\n", checksum(&body));
        let start = self.file.seek(SeekFrom::End(0)).map_err(error)?;
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|cause| {
            // A full disk may have taken part of the line.
            let _ = self.file.set_len(start);
            error(cause)
        })
    }

    /// Empties the journal after its cells have been sealed.
    pub fn clear(&mut self) -> Result<(), StoreError> {
        write_atomically(&self.path, b"")?;
        *self = Self::open(&self.path)?;
        Ok(())
    }
}

/// The entries of a journal, oldest first. Lines that do not carry their own checksum are half-written or damaged and do not
/// count: their cells will be measured again.
pub fn replay(path: &Path) -> Result<Vec<Entry>, StoreError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(StoreError::Read { path: path.to_path_buf(), cause }),
    };
    let text = String::from_utf8_lossy(&bytes);
    let entries = text.lines().filter_map(|line| {
        let (sum, body) = line.split_once(' ')?;
        (sum == checksum(body)).then(|| serde_json::from_str(body).ok())?
    });
    Ok(entries.collect())
}

fn checksum(body: &str) -> String {
    blake3::hash(body.as_bytes()).to_hex()[..16].to_owned()
}
