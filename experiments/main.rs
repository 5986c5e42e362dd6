//! The worker as a program, and a plain way to look at one law while writing it.

use std::{
    io::{BufReader, stdin, stdout},
    process::ExitCode,
};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Parser, Subcommand};
use lab::framework::{Claim, Law, Point, Profile, worker};
use lawbook_claims::{Observed, StudyCard, level_of_each, wire::CellSpec};
use lawbook_core::{Device, device};

/// Measures laws. `cargo xtask run` starts it as its worker; by hand it predicts and measures a single law.
#[derive(Debug, Parser)]
struct Cli {
    /// Where tensors go.
    #[arg(long, global = true, default_value = "cpu")]
    device: String,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Answer requests, one JSON document per line, until the input ends.
    Worker,
    /// Print the ids of all laws.
    List,
    /// Print what a law predicts on its quick grid, or at one point.
    Predict {
        /// The law's id.
        law: String,
        /// The study of the point; without it, the whole grid.
        study: Option<String>,
        /// Parameters that differ from their defaults: name=value.
        params: Vec<String>,
    },
    /// Print the points of a law's grid, each with the parameters that differ from their defaults: what `measure` takes.
    Grid {
        /// The law's id.
        law: String,
        /// How much work: smoke, quick or full.
        #[arg(long, default_value = "quick")]
        profile: String,
    },
    /// Measure a law on its grid with this many seeds and judge its claims, without store or report.
    Judge {
        /// The law's id.
        law: String,
        /// How much work: smoke, quick or full.
        #[arg(long, default_value = "quick")]
        profile: String,
        /// Number of seeds; by default the profile's first.
        #[arg(long)]
        seeds: Option<u64>,
        /// Only this study.
        #[arg(long)]
        study: Option<String>,
    },
    /// Measure one cell and print its observations.
    Measure {
        /// The law's id.
        law: String,
        /// The study.
        study: String,
        /// Parameters that differ from their defaults: name=value.
        params: Vec<String>,
        /// The seed.
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One sentence, and no backtrace even where RUST_BACKTRACE asks panics for one.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    let laws = lab::served();
    let device = device::device(&cli.device)?;
    device::use_one_thread();
    // Cells run side by side, one per worker process; engines that would take all cores take one.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().context("cannot start a thread")?;
    match cli.verb {
        Verb::Worker => worker::serve(&laws, device, BufReader::new(stdin()), stdout()),
        Verb::List => {
            laws.iter().for_each(|law| println!("{:<24} {}", law.card.id, law.card.title));
            Ok(())
        }
        Verb::Predict { law, study, params } => {
            let law = worker::find(&laws, &law)?;
            let points = match study {
                Some(study) => vec![point(law, study, &params)?],
                None => law.grid(Profile::Quick),
            };
            for claim in law.predict(&points)? {
                println!("{:<40} {:?} {}  ({} sites)", claim.id, claim.predicted, claim.margin, claim.sites.len());
            }
            Ok(())
        }
        Verb::Grid { law, profile } => {
            let law = worker::find(&laws, &law)?;
            let points: Vec<String> = law.grid(named(&profile)?).iter().map(|point| asked(law, point)).collect();
            println!("{}", points.join("\n"));
            Ok(())
        }
        Verb::Judge { law, profile, seeds, study } => {
            judge_alone(&laws, device, &law, named(&profile)?, seeds, study.as_deref())
        }
        Verb::Measure { law, study, params, seed } => {
            let point = point(worker::find(&laws, &law)?, study, &params)?;
            let start = std::time::Instant::now();
            let spec = CellSpec { law, point, seed };
            for o in worker::measure(&laws, device, &spec)? {
                println!("{:<32} {:>14} {:>24}", o.observable, o.coordinate, o.value);
            }
            eprintln!("{:.3} s", start.elapsed().as_secs_f64());
            Ok(())
        }
    }
}

fn named(profile: &str) -> Result<Profile> {
    serde_json::from_value(profile.into()).map_err(|_| anyhow!("no profile {profile}: give smoke, quick or full"))
}

/// Measures and judges one law in this process, at the level of a run that holds nothing else.
fn judge_alone(
    laws: &[Law],
    device: Device,
    id: &str,
    profile: Profile,
    seeds: Option<u64>,
    study: Option<&str>,
) -> Result<()> {
    let law = worker::find(laws, id)?;
    let mut points = law.grid(profile);
    points.retain(|point| study.is_none_or(|name| point.study == name));
    let claims = law.predict(&points)?;
    if claims.is_empty() {
        bail!("nothing to judge: {}", nothing(law, profile, study));
    }
    let mut observed = Observed::default();
    for point in &points {
        let start = std::time::Instant::now();
        let seeds = seeds.unwrap_or(law.seed_range(profile).0);
        for seed in 0..seeds {
            let spec = CellSpec { law: id.to_owned(), point: point.clone(), seed };
            match worker::measure(laws, device, &spec) {
                Ok(observations) => observed.add(point, seed, observations),
                Err(error) => observed.add_failure(point, seed, &format!("{error:#}")),
            }
        }
        eprintln!("{:8.3} s per cell  {}", start.elapsed().as_secs_f64() / seeds as f64, point.canonical());
    }
    let intervals: usize = claims.iter().map(Claim::intervals).sum();
    for claim in &claims {
        let judgement = lawbook_claims::judge(claim, &observed.evidence(claim), level_of_each(intervals));
        println!("{:<12} {:<36} {:?} {}", judgement.verdict, claim.id, claim.predicted, claim.margin);
        println!("  measured {:?}\n  from     {:?}\n  to       {:?}", judgement.measured, judgement.low, judgement.high);
        for rival in &judgement.rivals {
            println!("  rival {} {:?} {}", rival.name, rival.predicted, if rival.refuted { "refuted" } else { "SURVIVES" });
        }
        judgement.note.iter().for_each(|note| println!("  {note}"));
    }
    law.unclaimed(&observed)?.iter().for_each(|unclaimed| eprintln!("warning: {unclaimed}"));
    Ok(())
}

/// Why there is no claim.
fn nothing(law: &Law, profile: Profile, study: Option<&str>) -> String {
    match study {
        Some(name) if law.card.studies.iter().all(|card| card.name != name) => no_study(law, name),
        _ if law.card.studies.is_empty() => format!("{} has no study; add one with `study`", law.card.id),
        _ => format!("the grid is empty at {profile:?}, or `predict` gives no claim there"),
    }
}

fn no_study(law: &Law, name: &str) -> String {
    let names = law.card.studies.iter().map(|card| card.name.as_str()).collect::<Vec<_>>().join(", ");
    format!("no study {name}: give one of {names}")
}

/// A point as `measure` takes it.
fn asked(law: &Law, point: &Point) -> String {
    let card = law.card.studies.iter().find(|card| card.name == point.study);
    let defaults = card.map(StudyCard::defaults).unwrap_or_default();
    let own = point.params.iter().filter(|(name, value)| defaults.get(*name) != Some(value));
    own.fold(point.study.clone(), |line, (name, value)| {
        format!("{line} {name}={}", value.as_str().map_or(value.to_string(), str::to_owned))
    })
}

/// A point at the defaults of its study, but for what is given as `name=value`.
fn point(law: &Law, study: String, given: &[String]) -> Result<Point> {
    let card = law.card.studies.iter().find(|card| card.name == study);
    let mut params = card.with_context(|| no_study(law, &study))?.defaults();
    for pair in given {
        let (name, value) = pair.split_once('=').with_context(|| format!("{pair}: write name=value"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        params.insert(name.to_owned(), value);
    }
    Ok(Point { study, params })
}
