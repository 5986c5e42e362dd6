//! Sealed segments: Parquet files named after a law and the hash of their bytes.

use std::{
    collections::BTreeMap,
    io::Cursor,
    path::{Path, PathBuf},
};

use polars::prelude::{DataFrame, PolarsResult};
use polars_io::{
    SerReader,
    parquet::{
        read::ParquetReader,
        write::{ParquetCompression, ParquetWriter},
    },
};

use super::{
    CellKey, CellRecord, StoreError,
    tables::{costs_frame, costs_of, frame_of, records_of},
    write_atomically,
};

/// More segments of one law than this are merged into one at the next seal.
const MOST_SEGMENTS: usize = 16;

/// Every cell of the segments in a folder.
pub fn read_all(folder: &Path) -> Result<Vec<CellRecord>, StoreError> {
    let mut records = Vec::new();
    for path in parquet_files(folder)? {
        let unreadable = |reason: String| StoreError::Segment { path: path.clone(), reason };
        let bytes = std::fs::read(&path).map_err(|cause| StoreError::Read { path: path.clone(), cause })?;
        if !path.to_string_lossy().ends_with(&format!("-{}.parquet", hash(&bytes))) {
            return Err(unreadable("its name is not the hash of its bytes".to_owned()));
        }
        let read = read_parquet(bytes).and_then(|frame| records_of(&frame));
        records.extend(read.map_err(|error| unreadable(error.to_string()))?);
    }
    Ok(records)
}

/// What the cells of the segments in a folder cost. Costs decide nothing, so what cannot be read is passed over.
pub fn read_costs(folder: &Path) -> Result<BTreeMap<CellKey, f64>, StoreError> {
    let mut costs = BTreeMap::new();
    for path in parquet_files(folder)? {
        let read = std::fs::read(&path).ok().and_then(|bytes| read_parquet(bytes).ok());
        costs.extend(read.and_then(|frame| costs_of(&frame).ok()).unwrap_or_default());
    }
    Ok(costs)
}

/// Seals the new cells of a law. The same cells give the same file, in whatever order they were measured.
pub fn seal(
    dir: &Path,
    law: &str,
    new: Vec<&CellRecord>,
    cells: &BTreeMap<CellKey, CellRecord>,
    seconds: &BTreeMap<CellKey, f64>,
) -> Result<(), StoreError> {
    let prefix = format!("{law}-");
    let own = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.strip_prefix(&prefix).is_some_and(|rest| rest.len() == HASH_DIGITS + ".parquet".len())
    };
    let older: Vec<PathBuf> = ["observations", "costs"]
        .iter()
        .map(|folder| parquet_files(&dir.join(folder)))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .filter(own)
        .collect();
    let merge = older.len() >= 2 * MOST_SEGMENTS;
    let mut records = if merge { cells.values().filter(|record| record.spec.law == law).collect() } else { new };
    records.sort_by_cached_key(|record| (record.spec.point.canonical(), record.spec.seed, record.key.clone()));
    records.dedup_by(|a, b| a.key == b.key);
    let costs: Vec<_> = records.iter().filter_map(|r| Some((r.key.clone(), *seconds.get(&r.key)?))).collect();
    let observations = write_segment(&dir.join("observations"), law, frame_of(records.iter().copied()))?;
    let costs = write_segment(&dir.join("costs"), law, costs_frame(&costs))?;
    if merge {
        for path in older.iter().filter(|path| **path != observations && **path != costs) {
            std::fs::remove_file(path).map_err(|cause| StoreError::Write { path: path.clone(), cause })?;
        }
    }
    Ok(())
}

fn write_segment(folder: &Path, law: &str, frame: PolarsResult<DataFrame>) -> Result<PathBuf, StoreError> {
    let bytes = frame.and_then(|mut frame| parquet_bytes(&mut frame));
    let failed = |error: String| StoreError::Segment { path: folder.to_path_buf(), reason: error };
    let bytes = bytes.map_err(|error| failed(error.to_string()))?;
    let path = folder.join(format!("{law}-{}.parquet", hash(&bytes)));
    write_atomically(&path, &bytes)?;
    Ok(path)
}

/// A frame as a Parquet file in memory.
pub fn parquet_bytes(frame: &mut DataFrame) -> PolarsResult<Vec<u8>> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Snappy).set_parallel(false).finish(frame)?;
    Ok(bytes)
}

fn read_parquet(bytes: Vec<u8>) -> PolarsResult<DataFrame> {
    ParquetReader::new(Cursor::new(bytes)).finish()
}

const HASH_DIGITS: usize = 16;

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..HASH_DIGITS].to_owned()
}

fn parquet_files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(StoreError::Read { path: folder.to_path_buf(), cause }),
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
    files.sort();
    Ok(files)
}
