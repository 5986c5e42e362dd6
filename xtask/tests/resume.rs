//! Killed at any moment, `run` again continues, and the same bits come out on any number of workers.

mod common;

use std::time::Duration;

use common::{observations, output, stderr, xtask};

const RUN: [&str; 6] = ["run", "rehearsal", "--set", "pause=8", "--seeds", "12"];

fn with_jobs(jobs: &'static str) -> Vec<&'static str> {
    [RUN.as_slice(), &["--jobs", jobs]].concat()
}

#[test]
fn one_two_and_four_workers_give_the_same_bits() {
    let stores = ["1", "2", "4"].map(|jobs| {
        let store = tempfile::tempdir().expect("a folder");
        let output = output(store.path(), &with_jobs(jobs));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        observations(store.path())
    });
    assert_eq!(stores[0].len(), 1);
    assert_eq!(stores[0], stores[1]);
    assert_eq!(stores[0], stores[2]);
}

/// SIGKILL at thirty moments spread over start, measuring, sealing and reporting; then the undisturbed store's bits.
#[test]
fn kills_at_any_moment_lose_nothing_and_change_nothing() {
    let undisturbed = tempfile::tempdir().expect("a folder");
    assert_eq!(output(undisturbed.path(), &with_jobs("2")).status.code(), Some(0));
    let store = tempfile::tempdir().expect("a folder");
    let mut kept = 0;
    for round in 0..30_u64 {
        let mut child = xtask(store.path(), &with_jobs("2"))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program starts");
        // A low-discrepancy sequence of moments from 20 to 420 ms.
        let moment = 20 + (round * 247) % 400;
        std::thread::sleep(Duration::from_millis(moment));
        let _ = child.kill();
        let _ = child.wait();
        let journal = std::fs::read_to_string(store.path().join("journal.jsonl")).unwrap_or_default();
        let sealed = store.path().join("observations").read_dir().is_ok_and(|mut files| files.next().is_some());
        let finished = journal.matches("\"finished\"").count();
        assert!(sealed || finished >= kept, "finished cells were lost: {kept} then {finished}");
        kept = finished;
    }
    let last = output(store.path(), &with_jobs("2"));
    assert_eq!(last.status.code(), Some(0), "{}", stderr(&last));
    assert_eq!(observations(undisturbed.path()), observations(store.path()));
}

/// Two jobs side by side, each with its share, and the run that takes over what they measured.
#[test]
fn the_jobs_of_an_array_give_the_bits_of_one_run() {
    let (alone, shared) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    assert_eq!(output(alone.path(), &with_jobs("2")).status.code(), Some(0));
    let jobs = ["1/2", "2/2"].map(|shard| {
        let args = [with_jobs("1"), vec!["--shard", shard]].concat();
        xtask(shared.path(), &args).stderr(std::process::Stdio::piped()).spawn().expect("the program starts")
    });
    for job in jobs {
        let output = job.wait_with_output().expect("it ends");
        let said = stderr(&output);
        assert!(output.status.success() && said.contains(" of 2: ") && !said.contains(": 0 cells"), "{said}");
    }
    let shards = shared.path().join("shards");
    assert_eq!(shards.read_dir().map(Iterator::count).ok(), Some(2));
    assert_eq!(output(shared.path(), &with_jobs("2")).status.code(), Some(0));
    assert_eq!(observations(alone.path()), observations(shared.path()));
    assert_eq!(shards.read_dir().map(Iterator::count).ok(), Some(0), "what was taken over is removed");
}

#[test]
fn a_second_run_measures_nothing() {
    let store = tempfile::tempdir().expect("a folder");
    let first = output(store.path(), &with_jobs("2"));
    let second = output(store.path(), &with_jobs("2"));
    assert_eq!(first.status.code(), Some(0));
    assert!(common::stdout(&second).contains(" 0 measured now"), "{}", common::stdout(&second));
}

/// Tables are shared between runs only where both rest on the same cells.
#[test]
fn each_run_has_the_tables_of_its_cells() {
    let store = tempfile::tempdir().expect("a folder");
    let [first, second, again] = ["0", "7", "7"].map(|seed| {
        let output = output(store.path(), &["run", "rehearsal", "--seeds", "4", "--seed", seed]);
        let table = std::fs::read(store.path().join("latest/observations.parquet"));
        table.unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)))
    });
    assert!(first != second, "other seeds have other tables");
    assert!(second == again, "the same seeds have the same");
}

/// Verdicts do not depend on what an earlier, longer run left in the store.
#[test]
fn other_seeds_in_the_store_change_no_verdict() {
    let (fresh, used) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let json = |store: &std::path::Path, seeds: &str| {
        let output = output(store, &["run", "rehearsal", "--seeds", seeds, "--format", "json"]);
        let mut document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a document");
        document["run"] = serde_json::Value::Null;
        document
    };
    json(used.path(), "40");
    assert_eq!(json(fresh.path(), "6"), json(used.path(), "6"));
}

#[test]
fn one_interrupt_drains_and_the_next_run_continues() {
    let store = tempfile::tempdir().expect("a folder");
    let slow = ["run", "rehearsal", "--set", "pause=300", "--seeds", "8", "--jobs", "1"];
    let piped = std::process::Stdio::piped;
    let child = xtask(store.path(), &slow).stdout(piped()).stderr(piped()).spawn().expect("the program starts");
    let journal = || std::fs::read_to_string(store.path().join("journal.jsonl")).unwrap_or_default();
    while !journal().contains("finished") {
        std::thread::sleep(Duration::from_millis(20));
    }
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.expect("kill is a base tool").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("the same command continues"), "{}", stderr(&output));
    // Nothing is judged, and the report of the last whole run stays the latest.
    assert!(output.stdout.is_empty());
    assert_eq!(std::fs::read_dir(store.path().join("runs")).expect("a folder").count(), 0);
    assert_eq!(observations(store.path()).len(), 1, "drained cells are sealed");
}
