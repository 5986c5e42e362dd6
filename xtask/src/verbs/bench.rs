//! `bench`: how fast, against the floor and against the tools that users would pick instead.

use std::{collections::BTreeSet, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{
    bench::{self, Bench, Entrants, Ours, REST, Row, instructions},
    cli::{BenchArgs, Format},
    error::Misuse,
    libtorch, provenance,
    terminal::{self, number},
};

/// Times every bench and prints ratios. A peer that does not compute the same is an error.
pub fn run(args: &BenchArgs) -> Result<u8> {
    let ours = Ours::build(&libtorch::ensure()?)?;
    if args.instructions {
        return instructions(&ours, args.format);
    }
    let benches = chosen(ours.list()?, &args.benches)?;
    let peers = bench::peers();
    let python = if args.peers { Some(bench::environment(&peers)?) } else { None };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = load();
    let (mut rows, mut complaints) = (Vec::new(), Vec::new());
    for bench in &benches {
        for threads in bench.thread_counts(cores) {
            let folder = tempfile::tempdir().context("no temporary folder for the benches' input")?;
            let entrants = entrants(bench, &ours, python.as_deref(), &peers, folder.path());
            let title = bench.title(threads);
            eprintln!("{title}: {}", bench.work);
            let outcome = bench::hold(&title, threads, entrants, folder.path()).with_context(|| title.clone())?;
            // A whole round of benches takes long: what is known already is not lost with what is not.
            outcome.rows.iter().for_each(|row| eprintln!("  {}", result(row)));
            rows.extend(outcome.rows);
            complaints.extend(outcome.complaints);
        }
    }
    let mut about = vec![machine(cores, load)];
    if args.peers {
        let names: BTreeSet<String> = benches.iter().flat_map(|bench| bench.peers.iter().cloned()).collect();
        about.push(format!("peers: {}", bench::versions(&peers, &names.into_iter().collect::<Vec<_>>())?));
    }
    let table = format!("{}\n{}\n\n{}", table(&rows), legend(&benches), about.join("\n"));
    match args.format {
        Format::Table => println!("{table}"),
        // Both of one run: the document for machines, the table on the other stream for the log beside it.
        Format::Json => {
            println!("{}", serde_json::to_string_pretty(&rows)?);
            eprintln!("{table}");
        }
    }
    complaints.iter().for_each(|complaint| eprintln!("error: {complaint}"));
    Ok(if complaints.is_empty() { 0 } else { 3 })
}

/// The benches whose names begin like one of these, all if there are none.
fn chosen(benches: Vec<Bench>, beginnings: &[String]) -> Result<Vec<Bench>> {
    let begins = |bench: &Bench, beginning: &String| bench.name.starts_with(beginning.as_str());
    if let Some(wrong) = beginnings.iter().find(|beginning| !benches.iter().any(|bench| begins(bench, beginning))) {
        let known: Vec<&str> = benches.iter().map(|bench| bench.name.as_str()).collect();
        return Err(Misuse::error(format!("no bench begins with `{wrong}`; known are {}", known.join(", "))));
    }
    let wanted = |bench: &Bench| beginnings.is_empty() || beginnings.iter().any(|beginning| begins(bench, beginning));
    Ok(benches.into_iter().filter(wanted).collect())
}

/// Counts instructions. More than are committed is an error.
fn instructions(ours: &Ours, format: Format) -> Result<u8> {
    let (counts, committed) = (instructions::count(ours)?, instructions::committed()?);
    match format {
        Format::Table => {
            let rows = counts.iter().map(|(kind, count)| {
                let before = committed.get(kind).map_or("–".to_owned(), |count| format!("{count:.1}"));
                vec![kind.clone(), format!("{count:.1}"), before]
            });
            println!("{}", terminal::table(&["a step of a replica in", "instructions", "committed"], rows));
        }
        Format::Json => println!("{}", serde_json::to_string_pretty(&counts)?),
    }
    instructions::check(&counts, &committed)?;
    Ok(0)
}

fn entrants(bench: &Bench, ours: &Ours, python: Option<&Path>, peers: &Path, folder: &Path) -> Entrants {
    let peer = |python: &Path, name: &String| {
        if name == "libtorch" {
            return (name.clone(), ours.eager(bench));
        }
        let mut command = Command::new(python);
        // No byte code beside the scripts.
        command.arg("-B").arg(peers.join(format!("{}.py", bench.script))).arg(name).arg(folder);
        (name.clone(), command)
    };
    let others = python.map_or(Vec::new(), |python| bench.peers.iter().map(|name| peer(python, name)).collect());
    Entrants { ours: ours.serve(bench, folder), peers: others, rest: REST }
}

fn result(row: &Row) -> String {
    let floor = format!("{} s, {} times the floor", number(row.ours_s), number(row.over_floor));
    match (&row.peer, row.peer_s, row.ratio) {
        (Some(peer), Some(seconds), Some(ratio)) => {
            format!("{floor}; {peer} {} s ({}), ours/peer {}", number(seconds), turns(row), number(ratio))
        }
        _ => floor,
    }
}

fn turns(row: &Row) -> String {
    match (row.turns, row.warmed_up) {
        (_, false) => "the first, with compilation".to_owned(),
        (1, true) => "1 turn".to_owned(),
        (turns, true) => format!("{turns} turns"),
    }
}

fn table(rows: &[Row]) -> String {
    let header = ["bench", "ours s", "floor s", "ours/floor", "peer", "peer s", "ours/peer", "in single rounds", "turns"];
    let cells = rows.iter().map(|row| {
        let or_none = |value: Option<f64>| value.map_or("–".to_owned(), number);
        vec![
            row.bench.clone(),
            number(row.ours_s),
            number(row.floor_s),
            number(row.over_floor),
            row.peer.clone().unwrap_or("–".to_owned()),
            or_none(row.peer_s),
            or_none(row.ratio),
            row.range.map_or("–".to_owned(), |[least, most]| format!("{} … {}", number(least), number(most))),
            turns(row),
        ]
    });
    terminal::table(&header, cells)
}

fn legend(benches: &[Bench]) -> String {
    let mut text = "Medians over rounds in which everyone takes a turn, after a rest in which the threads of the one before fall asleep; slow \
                    peers only in the first rounds. Everyone takes turns for a fifth of a second after the rest, and the last counts. One \
                    turn before does not count, nor what a peer compiles in it; but one of more than \
                    a minute does, and is the only one. Below 1, ours is faster. Work and floor:"
        .to_owned();
    for bench in benches {
        text.push_str(&format!("\n  {}: {}. Floor: {}.", bench.name, bench.work, bench.floor));
    }
    text
}

/// The machine, and how busy it was: others' work slows several threads more than one, and one tool more than another.
fn machine(cores: usize, before: Option<f64>) -> String {
    let processor = provenance::processor().unwrap_or_else(|| "an unknown processor".to_owned());
    let mut text = format!("machine: {processor}, {cores} cores");
    if let Some((before, after)) = before.zip(load()) {
        text.push_str(&format!("; load {before} before, {after} after"));
        if before > 0.25 * cores as f64 {
            text.push_str(
                "\nThe machine was busy before this began: take the ratios with care, most of all those of several threads.",
            );
        }
    }
    text
}

/// The mean number of processes in the last minute that wanted to run, where the system says it.
fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::Threads;

    #[test]
    fn benches_are_chosen_by_the_beginnings_of_their_names() {
        let all = ["memory-one-step", "memory-retrieval", "normals"].map(|name| Bench {
            name: name.to_owned(),
            work: String::new(),
            floor: String::new(),
            threads: Threads::One,
            peers: Vec::new(),
            script: String::new(),
        });
        let names = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            chosen(all.to_vec(), &words).map(|found| found.into_iter().map(|bench| bench.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&[]).expect("all").len(), 3);
        assert_eq!(names(&["memory", "normals"]).expect("all").len(), 3);
        assert_eq!(names(&["memory-r"]).expect("one"), ["memory-retrieval"]);
        let complaint = names(&["memories"]).expect_err("none").to_string();
        assert!(complaint.contains("`memories`") && complaint.contains("memory-one-step"), "{complaint}");
    }
}
