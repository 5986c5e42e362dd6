//! `run`: predict, measure, judge, report.

use anyhow::Result;
use lawbook_claims::Verdict;

use crate::{
    archive,
    cli::{DeviceArg, Format, RunArgs},
    error::Misuse,
    house::House,
    outcome::Outcome,
    planning::Plan,
    provenance,
    selection::Selection,
    session::{self, Means, OnFailure},
    stop::Stop,
    store::Store,
    terminal::{self, Detail},
    workspace,
};

/// Runs, prints the verdicts and gives the exit status.
pub fn run(args: &RunArgs) -> Result<u8> {
    let started = jiff::Zoned::now();
    let house = House::open()?;
    let selection = Selection::resolve(&args.selection, &house.cards)?;
    let plan = Plan::new(&house, &selection, args.selection.device.name())?;
    if args.selection.device != DeviceArg::Cpu {
        house.lab.program.check(args.selection.device.name())?;
    }
    let jobs = match args.jobs {
        Some(0) => return Err(Misuse::error("--jobs 0 measures nothing: give at least 1")),
        Some(jobs) => jobs,
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let stop = Stop::on_interrupt()?;
    let mut store = Store::open(&workspace::store(&args.selection.store))?;
    house.keep_fingerprints(&plan, &store.dir)?;
    let on_failure = if args.fail_fast { OnFailure::Stop } else { OnFailure::Continue };
    let means = Means { program: &house.lab.program, jobs, on_failure, stop: &stop };
    let laws = session::carry_out(&plan, &mut store, &means)?;
    store.seal()?;

    let most = plan.laws.iter().map(|law| law.most_seeds).max().unwrap_or(0);
    let provenance = provenance::collect(&house, &plan, jobs, &started, most);
    let digest = blake3::hash(format!("{:?}", selection).as_bytes()).to_hex()[..6].to_owned();
    let run = format!("{}-{digest}", started.strftime("%Y%m%d-%H%M%S"));
    let outcome = Outcome { run, profile: plan.profile, laws, provenance };
    let cells = session::cells_used(&plan, &store, &outcome.laws);
    let report = archive::write(&store.dir, &outcome, &cells)?;
    match args.format {
        Format::Table => {
            let detail = if args.every_claim { Detail::EveryClaim } else { Detail::Fitting };
            print!("{}", terminal::verdicts(&outcome, detail));
        }
        Format::Json => println!("{}", serde_json::to_string_pretty(&outcome.to_json())?),
    }
    eprintln!("report: {}", workspace::shown(&report));
    if stop.draining() {
        eprintln!("stopped early; the same command continues where it stopped");
        return Ok(3);
    }
    if outcome.count(Verdict::Undecided) > 0 {
        eprintln!("undecided claims have had all their seeds; `--seeds N` gives them more");
    }
    Ok(outcome.exit_status())
}
