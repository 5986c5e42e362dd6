//! `run`: predict, measure, judge, report.

use anyhow::Result;
use lawbook_claims::{Observed, Profile, Verdict};

use crate::{
    archive,
    cli::{DeviceArg, Format, RunArgs},
    error::Misuse,
    house::House,
    outcome::{LawOutcome, Outcome},
    planning::Plan,
    provenance,
    selection::Selection,
    session::{self, Means, OnFailure},
    stop::Stop,
    store::{Shard, Store},
    terminal::{self, Detail},
    workspace,
};

/// Runs, prints the verdicts and gives the exit status.
pub fn run(args: &RunArgs) -> Result<u8> {
    let started = jiff::Zoned::now();
    let house = House::open()?;
    let selection = Selection::resolve(&args.selection, &house.cards)?;
    let plan = Plan::new(&house, &selection, args.selection.device.name())?;
    for (name, laws) in selection.set_in_several() {
        eprintln!("{name} is set in {}; `cargo xtask show LAW` says what it means there", laws.join(", "));
    }
    if args.selection.device != DeviceArg::Cpu {
        house.lab.program.check(args.selection.device.name())?;
    }
    let jobs = match args.jobs {
        Some(0) => return Err(Misuse::error("--jobs 0 measures nothing: give at least 1")),
        Some(jobs) => jobs,
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let stop = Stop::on_interrupt()?;
    let dir = workspace::store(&args.selection.store);
    let mut store = match args.shard {
        Some(shard) => Store::open_shard(&dir, shard)?,
        None => Store::open(&dir)?,
    };
    house.keep_fingerprints(&plan, &store.dir)?;
    let on_failure = if args.fail_fast { OnFailure::Stop } else { OnFailure::Continue };
    let means = Means { program: &house.lab.program, jobs, on_failure, stop: &stop, shard: args.shard };
    let laws = session::carry_out(&plan, &mut store, &means)?;
    store.seal()?;
    if let Some(shard) = args.shard {
        return Ok(share_done(shard, &laws, &stop));
    }

    if stop.interrupted() {
        return Ok(interrupted(&laws));
    }

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
    for unclaimed in unclaimed(&house, &plan, &store)? {
        eprintln!("warning: {unclaimed}");
    }
    if stop.draining() {
        eprintln!("stopped early; the same command continues where it stopped");
        return Ok(3);
    }
    if outcome.count(Verdict::Undecided) > 0 {
        eprintln!("undecided claims have had all their seeds; `--seeds N` gives them more");
    }
    Ok(outcome.exit_status())
}

/// Says how far an interrupted run has come, and gives the exit status. Nothing is judged for good, so nothing is filed either.
fn interrupted(laws: &[LawOutcome]) -> u8 {
    let measured: usize = laws.iter().map(|law| law.measured).sum();
    eprintln!("stopped: {measured} cells were measured and are kept; the same command continues");
    3
}

/// Says what a job of an array has done, and gives the exit status.
fn share_done(shard: Shard, laws: &[LawOutcome], stop: &Stop) -> u8 {
    let measured: usize = laws.iter().map(|law| law.measured).sum();
    eprintln!("shard {shard}: {measured} cells measured; once all have ended, the same command without --shard judges");
    if stop.draining() { 3 } else { 0 }
}

/// What cells have recorded and no law names, at this profile or another; the cells of one seed tell.
fn unclaimed(house: &House, plan: &Plan, store: &Store) -> Result<Vec<String>> {
    let mut sentences = Vec::new();
    for law in &plan.laws {
        let mut observed = Observed::default();
        for point in &law.points {
            let keys = law.keys(point, plan.first_seed..plan.first_seed + 1);
            for record in keys.iter().filter_map(|key| store.cells.get(key)) {
                observed.add(point, plan.first_seed, record.observations.iter().cloned());
            }
        }
        if observed.unclaimed(&law.card.studies, &law.claims).is_empty() {
            continue;
        }
        let mut claims = law.claims.clone();
        for profile in [Profile::Smoke, Profile::Quick, Profile::Full] {
            claims.extend(house.lab.claims(&law.card.id, &house.lab.grid(&law.card.id, profile)?.points)?);
        }
        let unclaimed = observed.unclaimed(&law.card.studies, &claims);
        sentences.extend(unclaimed.iter().map(|unclaimed| format!("law {}: {unclaimed}", law.card.id)));
    }
    Ok(sentences)
}
