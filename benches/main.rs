//! Does the work of a bench on request: a line in, a run, a line of JSON out.

use std::{
    io::{BufRead, Write},
    path::PathBuf,
    time::Instant,
};

use anyhow::{Context, Result, bail};
use clap::Parser;
use lawbook_benches::{Bench, Workload, benches, ensembles::counted};
use serde_json::json;

/// Does the work of a bench on request.
#[derive(Parser)]
enum Command {
    /// Print the benches as JSON.
    List,
    /// Write to a folder what peers need to do the same work; then answer every line `work` or `floor` with the seconds that
    /// it took and the statistics of the last work.
    Serve {
        /// The bench.
        bench: String,
        /// The folder.
        folder: PathBuf,
    },
    /// Make steps of a small ensemble, to have the instructions counted that they take.
    Counted {
        /// Bits of a number: 32 or 64.
        bits: u32,
        /// Steps.
        steps: u64,
    },
    /// The same as a peer: in eager libtorch, for benches that have it among their peers.
    Eager {
        /// The bench.
        bench: String,
    },
}

fn main() -> Result<()> {
    match Command::parse() {
        Command::List => println!("{}", serde_json::to_string(&benches())?),
        Command::Serve { bench, folder } => {
            let mut workload = (find(&bench)?.prepare)()?;
            let constants = folder.join("given.json");
            std::fs::write(&constants, workload.share(&folder)?.to_string())
                .with_context(|| format!("{} cannot be written", constants.display()))?;
            answer(workload.as_mut())?;
        }
        Command::Counted { bits: 32, steps } => counted::<f32>(steps),
        Command::Counted { bits: 64, steps } => counted::<f64>(steps),
        Command::Counted { bits, .. } => bail!("{bits} bits: give 32 or 64"),
        Command::Eager { bench } => {
            let eager = find(&bench)?.eager.with_context(|| format!("{bench} is not done in eager libtorch"))?;
            answer(eager()?.as_mut())?;
        }
    }
    Ok(())
}

fn find(name: &str) -> Result<Bench> {
    let benches = benches();
    let known = || benches.iter().map(|bench| bench.name).collect::<Vec<_>>().join(", ");
    benches
        .iter()
        .find(|bench| bench.name == name)
        .copied()
        .with_context(|| format!("no bench {name}; known are {}", known()))
}

fn answer(workload: &mut dyn Workload) -> Result<()> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let start = Instant::now();
        match line.as_str() {
            "work" => workload.work()?,
            "floor" => workload.floor()?,
            other => bail!("asked for {other:?}: ask for work or floor"),
        }
        let seconds = start.elapsed().as_secs_f64();
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", json!({"seconds": seconds, "statistics": workload.statistics()}))?;
        out.flush()?;
    }
    Ok(())
}
