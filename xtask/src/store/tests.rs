//! The store under kills, damage and strangers.

use lawbook_claims::{Observation, Point, wire::CellSpec};

use super::{cell::Surroundings, *};

fn record(law: &str, seed: u64) -> CellRecord {
    let params = serde_json::Map::from_iter([("eta".to_owned(), json!(0.1)), ("n".to_owned(), json!(3))]);
    let spec = CellSpec { law: law.to_owned(), point: Point { study: "s".to_owned(), params }, seed };
    let surroundings = Surroundings { code: "c".to_owned(), libtorch: "2".to_owned(), device: "cpu".to_owned() };
    let observation =
        |coordinate: f64| Observation { observable: "x".to_owned(), coordinate, value: (seed as f64 + coordinate).sqrt() };
    CellRecord {
        key: CellKey::new(&spec, &surroundings),
        spec,
        surroundings,
        observations: vec![observation(2.0), observation(1.0)],
    }
}

fn segments(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(dir.join("observations")).expect("it exists").flatten();
    let mut files: Vec<_> = entries
        .map(|e| (e.file_name().to_string_lossy().into_owned(), std::fs::read(e.path()).expect("readable")))
        .collect();
    files.sort();
    files
}

#[test]
fn cells_come_back_bit_for_bit_from_the_journal_and_from_segments() {
    let dir = tempfile::tempdir().expect("a folder");
    let cells: Vec<_> = (0..5).map(|seed| record("law", seed)).collect();
    let mut store = Store::open(dir.path()).expect("opens");
    cells.iter().for_each(|cell| store.finish(cell.clone(), 0.5).expect("writes"));
    let journalled: Vec<_> = Store::read(dir.path()).expect("reads").cells.into_values().collect();
    store.seal().expect("seals");
    drop(store);
    let sealed: Vec<_> = Store::read(dir.path()).expect("reads").cells.into_values().collect();
    assert_eq!(journalled, sealed);
    let mut expected = cells;
    expected.sort_by(|a, b| a.key.cmp(&b.key));
    assert_eq!(sealed, expected);
}

#[test]
fn the_order_of_measurement_does_not_change_the_segments() {
    let [forward, backward] = [false, true].map(|reverse| {
        let dir = tempfile::tempdir().expect("a folder");
        let mut cells: Vec<_> = (0..6).map(|seed| record("law", seed)).collect();
        if reverse {
            cells.reverse();
        }
        let mut store = Store::open(dir.path()).expect("opens");
        cells.into_iter().for_each(|cell| store.finish(cell, 0.1).expect("writes"));
        store.seal().expect("seals");
        segments(dir.path())
    });
    assert_eq!(forward.len(), 1);
    assert_eq!(forward, backward);
}

/// The journal cut off at every possible byte: whole lines count, the rest does not, and writing goes on.
#[test]
fn a_journal_cut_anywhere_keeps_its_whole_lines() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(dir.path()).expect("opens");
    (0..3).for_each(|seed| store.finish(record("law", seed), 0.1).expect("writes"));
    drop(store);
    let path = dir.path().join("journal.jsonl");
    let whole = std::fs::read(&path).expect("readable");
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).expect("writable");
        let lines = whole[..length].iter().filter(|&&byte| byte == b'\n').count();
        let mut store = Store::open(dir.path()).expect("opens");
        // The last line may lack nothing but its newline; it is then whole for a reader, and cut for the writer.
        assert!(store.cells.len() == lines || length + 1 == whole.len() || whole[length] == b'\n', "{length}");
        store.finish(record("law", 9), 0.1).expect("writes");
        drop(store);
        let again = Store::read(dir.path()).expect("reads");
        assert_eq!(again.cells.len(), lines + 1, "cut at {length}");
    }
}

#[test]
fn a_flipped_bit_in_the_journal_loses_one_cell() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(dir.path()).expect("opens");
    (0..3).for_each(|seed| store.finish(record("law", seed), 0.1).expect("writes"));
    drop(store);
    let path = dir.path().join("journal.jsonl");
    let mut bytes = std::fs::read(&path).expect("readable");
    bytes[100] ^= 1;
    std::fs::write(&path, bytes).expect("writable");
    assert_eq!(Store::read(dir.path()).expect("reads").cells.len(), 2);
}

#[test]
fn damaged_and_foreign_segments_are_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(dir.path()).expect("opens");
    store.finish(record("law", 0), 0.1).expect("writes");
    store.seal().expect("seals");
    drop(store);
    let (name, bytes) = segments(dir.path()).remove(0);
    let path = dir.path().join("observations").join(&name);
    let refused = |what: &str| {
        let error = Store::read(dir.path()).map(|_| ()).expect_err(what).to_string();
        assert!(error.contains("move it away"), "{error}");
    };
    std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("writable");
    refused("a truncated segment");
    std::fs::write(&path, &bytes).expect("writable");
    std::fs::write(dir.path().join("observations/stranger-0123456789abcdef.parquet"), b"PAR1 not").expect("writable");
    refused("a foreign file");
    let mut other = polars::prelude::df!("a" => [1, 2]).expect("a frame");
    let bytes = segment::parquet_bytes(&mut other).expect("bytes");
    std::fs::remove_file(dir.path().join("observations/stranger-0123456789abcdef.parquet")).expect("removable");
    let named = format!("observations/law-{}.parquet", &blake3::hash(&bytes).to_hex()[..16]);
    std::fs::write(dir.path().join(named), bytes).expect("writable");
    refused("Parquet with other columns");
}

#[test]
fn other_schemas_other_folders_and_other_runs_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let held = Store::open(dir.path()).expect("opens");
    let busy = Store::open(dir.path()).map(|_| ()).expect_err("held").to_string();
    assert!(busy.contains(&format!("process {}", std::process::id())), "{busy}");
    drop(held);
    std::fs::write(dir.path().join("store.json"), "{\"schema\": 99}").expect("writable");
    let schema = Store::open(dir.path()).map(|_| ()).expect_err("another schema").to_string();
    assert!(schema.contains("schema version 99"), "{schema}");
    let foreign = tempfile::tempdir().expect("a folder");
    std::fs::write(foreign.path().join("thesis.tex"), "").expect("writable");
    let refused = Store::open(foreign.path()).map(|_| ()).expect_err("not a store").to_string();
    assert!(refused.contains("not a Lawbook store"), "{refused}");
}

#[test]
fn many_segments_are_merged_without_loss() {
    let dir = tempfile::tempdir().expect("a folder");
    for seed in 0..40 {
        let mut store = Store::open(dir.path()).expect("opens");
        store.finish(record("law", seed), 0.1).expect("writes");
        store.seal().expect("seals");
    }
    assert!(segments(dir.path()).len() <= segment_limit() + 1, "{}", segments(dir.path()).len());
    assert_eq!(Store::read(dir.path()).expect("reads").cells.len(), 40);
}

fn segment_limit() -> usize {
    16
}
