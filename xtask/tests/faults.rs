//! Cells that go wrong cost one cell, and every wrong command gets its sentence.

mod common;

use std::path::Path;

use common::{output, stderr, stdout};

fn store() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn a_fault_costs_one_cell_and_is_reported_with_its_log() {
    let cases = [
        ("panic", "rehearsed panic"),
        ("abort", "the worker process died (signal: 6"),
        ("error", "rehearsed error"),
        ("nan", "one at 0 is NaN"),
        ("silent", "recorded nothing"),
    ];
    for (fault, message) in cases {
        let store = store();
        let set = format!("fault={fault}");
        let output = output(store.path(), &["run", "rehearsal", "--set", &set, "--seeds", "4", "--format", "json"]);
        assert_eq!(output.status.code(), Some(3), "{fault}: {}", stderr(&output));
        let complaint = stderr(&output);
        assert!(complaint.contains("cell failed") && complaint.contains(message), "{fault}: {complaint}");
        let log = complaint.lines().find_map(|line| line.trim().strip_prefix("log: ")).expect("a log is named").to_owned();
        assert!(std::fs::read_to_string(log).expect("the log is there").contains(message), "{fault}");
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a document");
        let claims = document["laws"][0]["claims"].as_array().expect("claims");
        let verdict = |claim: &serde_json::Value| claim["verdict"].as_str().map(str::to_owned);
        let faulty = claims.iter().find(|claim| claim["claim"] == format!("fault-{fault}")).expect("the claim");
        assert_eq!(verdict(faulty).as_deref(), Some("error"), "{fault}");
        assert!(claims.iter().any(|claim| claim["seeds"] == 4), "the other cells were measured");
    }
}

#[test]
fn fail_fast_stops_at_the_first_failing_cell() {
    let store = store();
    let args =
        ["run", "rehearsal", "--set", "fault=error", "--set", "pause=20", "--seeds", "40", "--jobs", "1", "--fail-fast"];
    let output = output(store.path(), &args);
    assert_eq!(output.status.code(), Some(3));
    let sealed = common::observations(store.path());
    assert!(stderr(&output).contains("stopped early"), "{}", stderr(&output));
    assert_eq!(sealed.len(), 1);
}

#[test]
fn a_false_claim_fails_with_status_one() {
    let store = store();
    let output = output(store.path(), &["run", "rehearsal", "--set", "claimed=0.8"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stdout(&output).contains("fails"));
}

/// A parameter that the grid holds fixed: each value has its own claims, told apart by their names.
#[test]
fn lists_of_values_keep_claims_apart() {
    let store = store();
    let output =
        output(store.path(), &["run", "rehearsal", "--set", "claimed=0.5,0.52", "--seeds", "8", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a document");
    let claims = document["laws"][0]["claims"].as_array().expect("claims");
    let ids: Vec<&str> = claims.iter().filter_map(|claim| claim["claim"].as_str()).collect();
    assert_eq!(ids.len(), 7, "{ids:?}");
    assert!(ids.contains(&"mean-10000[claimed=0.5]") && ids.contains(&"mean-10000[claimed=0.52]"), "{ids:?}");
}

#[test]
fn wrong_commands_say_what_is_right() {
    let store = store();
    let cases: [(&[&str], &str); 10] = [
        (&["run", "rehearsal", "--profile", "full"], "the grid of rehearsal is empty at profile full"),
        (&["run", "rehearsel"], "did you mean `rehearsal`"),
        (&["run", "zzz"], "known are"),
        (&["run", "rehearsal", "--set", "claimd=0.5"], "did you mean `claimed`"),
        (&["run", "rehearsal", "--set", "claimed=half"], "is not a number: give one from 0 to 1"),
        (&["run", "rehearsal", "--set", "n=0"], "n = 0 is out of range: give an integer from 1 to 1000000"),
        (&["run", "rehearsal", "--set", "fault=fire"], "give one of none, panic"),
        (&["run", "rehearsal", "--set", "n="], "n is given no value"),
        (&["run", "rehearsal", "--seeds", "0"], "give at least 1"),
        (&["run", "--plan", "no-such.toml"], "cannot be read"),
    ];
    for (args, sentence) in cases {
        let output = output(store.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(sentence), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn a_damaged_store_is_refused_and_left_alone() {
    let store = store();
    assert_eq!(output(store.path(), &["run", "rehearsal", "--seeds", "4"]).status.code(), Some(0));
    let (name, bytes) = common::observations(store.path()).remove(0);
    let path = store.path().join("observations").join(name);
    std::fs::write(&path, &bytes[..100]).expect("writable");
    let refused = output(store.path(), &["run", "rehearsal", "--seeds", "4"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(stderr(&refused).contains("move it away"), "{}", stderr(&refused));
    assert_eq!(std::fs::read(&path).expect("still there").len(), 100);
    std::fs::remove_file(&path).expect("removable");
    assert_eq!(output(store.path(), &["run", "rehearsal", "--seeds", "4"]).status.code(), Some(0));
    assert_eq!(common::observations(store.path())[0].1, bytes);
}

#[test]
fn a_folder_that_cannot_be_written_gets_a_sentence() {
    let complaint = |path: &Path| {
        let output = output(path, &["run", "rehearsal", "--seeds", "4"]);
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        stderr(&output)
    };
    let file = tempfile::NamedTempFile::new().expect("a file");
    assert!(complaint(file.path()).contains("give the store another folder"), "{}", complaint(file.path()));
}

/// A file may grow no further than 64 KiB: to the program that is a disk that fills up in the middle of a run.
#[test]
fn a_full_disk_keeps_what_was_finished_and_the_next_run_continues() {
    let store = store();
    let args = ["run", "rehearsal", "--seeds", "40", "--set", "claimed=0.4,0.6"];
    // The truth lies on the edge of both margins, so that all forty seeds are measured and nothing is decided.
    let plain = common::xtask(store.path(), &args);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 128; exec \"$@\"", "sh"]).arg(plain.get_program()).args(plain.get_args());
    let full = limited.env("LAWBOOK_REHEARSAL", "1").output().expect("sh is a base tool");
    assert_eq!(full.status.code(), Some(3), "{}", stderr(&full));
    assert!(stderr(&full).contains("make room"), "{}", stderr(&full));
    let kept = std::fs::read_to_string(store.path().join("journal.jsonl")).expect("a journal");
    let finished = kept.matches("\"finished\"").count();
    assert!(finished > 5 && kept.ends_with('\n'), "{finished} whole lines are kept");
    let resumed = output(store.path(), &args);
    assert!(!stderr(&resumed).contains("make room"), "{}", stderr(&resumed));
    let cells =
        |text: &str| text.split(" cells, ").nth(1).and_then(|t| t.split(' ').next()).and_then(|n| n.parse::<usize>().ok());
    let total = |text: &str| text.split(". ").nth(1).and_then(|t| t.split(' ').next()).and_then(|n| n.parse::<usize>().ok());
    let summary = stdout(&resumed).lines().last().unwrap_or_default().to_owned();
    assert_eq!(total(&summary).zip(cells(&summary)).map(|(all, now)| all - now), Some(finished), "{summary}");
}

/// Where there is a GPU this machine's test has nothing to say.
#[test]
fn a_missing_gpu_is_said_before_any_cell_is_tried() {
    let store = store();
    let output = output(store.path(), &["run", "rehearsal", "--device", "cuda", "--seeds", "4"]);
    if output.status.code() != Some(0) {
        assert!(stderr(&output).contains("no CUDA device can be used"), "{}", stderr(&output));
        assert!(!stderr(&output).contains("cell failed"));
    }
}

#[test]
fn two_runs_at_once_on_one_store_are_refused() {
    let store = store();
    let slow = ["run", "rehearsal", "--set", "pause=400", "--seeds", "40", "--jobs", "1"];
    let mut first = common::xtask(store.path(), &slow)
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    let held = || std::fs::read_to_string(store.path().join("lock")).is_ok_and(|holder| holder.contains("process"));
    while !held() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let second = output(store.path(), &["run", "rehearsal"]);
    let _ = first.kill();
    let _ = first.wait();
    assert_eq!(second.status.code(), Some(3));
    assert!(stderr(&second).contains("in use by another run (process"), "{}", stderr(&second));
}
