//! A session: measure a plan's first seeds, judge, measure more seeds where claims are undecided, until all are decided or
//! the seeds are used up.
//!
//! The procedure looks only at the seeds that it has asked for, never at others that the store may hold from earlier runs: so
//! the verdicts of a plan are the same whatever was measured before, on how many workers, and after whatever interruption.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use anyhow::Result;
use lawbook_claims::{OVERALL_LEVEL, Observed, Point, Verdict, judge};

use crate::{
    executor::{self, Done},
    lab::Program,
    outcome::{ClaimOutcome, LawOutcome},
    planning::{LawPlan, Plan, PlannedCell},
    progress::Progress,
    stop::Stop,
    store::{CellRecord, Store},
};

/// How a session measures.
pub struct Means<'a> {
    /// The worker program.
    pub program: &'a Program,
    /// Worker processes.
    pub jobs: usize,
    /// Whether the first failing cell stops the session.
    pub on_failure: OnFailure,
    /// When to stop.
    pub stop: &'a Stop,
}

/// What a failing cell does to the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// Nothing.
    Continue,
    /// It stops the session.
    Stop,
}

/// How many seeds each point has been asked for, by law and point.
type Asked = BTreeMap<(String, String), u64>;

/// Carries out a plan and judges it. What was measured is in the store, whatever happens.
pub fn carry_out(plan: &Plan, store: &mut Store, means: &Means<'_>) -> Result<Vec<LawOutcome>> {
    let mut asked: Asked = Asked::new();
    for law in &plan.laws {
        for point in &law.points {
            asked.insert(name(law, point), law.first_seeds);
        }
    }
    let mut progress = Progress::start(plan.laws.iter().map(|law| law.claims.len()).sum());
    let mut measured: BTreeMap<String, usize> = BTreeMap::new();
    loop {
        let missing = missing_cells(plan, store, &asked);
        measure(plan, store, means, &asked, missing, &mut progress, &mut measured)?;
        let outcomes = judge_plan(plan, store, &asked, &measured);
        let stopped = means.stop.draining();
        if stopped || !ask_more(plan, &outcomes, &mut asked) {
            progress.finish();
            return Ok(outcomes);
        }
    }
}

/// The cells that have been asked for and are not in the store, seed by seed, so that all claims advance together.
pub fn missing_cells(plan: &Plan, store: &Store, asked: &BTreeMap<(String, String), u64>) -> Vec<PlannedCell> {
    let mut cells: Vec<PlannedCell> = asked_cells(plan, asked).filter(|cell| !store.cells.contains_key(&cell.key)).collect();
    cells.sort_by_key(|cell| cell.spec.seed);
    cells
}

fn asked_cells<'a>(plan: &'a Plan, asked: &'a Asked) -> impl Iterator<Item = PlannedCell> + 'a {
    plan.laws.iter().flat_map(move |law| {
        law.points.iter().flat_map(move |point| {
            let count = asked.get(&name(law, point)).copied().unwrap_or(0);
            (plan.first_seed..plan.first_seed + count).map(move |seed| law.cell(point, seed))
        })
    })
}

fn measure(
    plan: &Plan,
    store: &mut Store,
    means: &Means<'_>,
    asked: &Asked,
    cells: Vec<PlannedCell>,
    progress: &mut Progress,
    measured: &mut BTreeMap<String, usize>,
) -> Result<()> {
    progress.expect(&cells, store, means.jobs);
    let mut last_look = Instant::now();
    executor::measure(means.program, &plan.device, means.jobs, cells, means.stop, |Done { cell, outcome, seconds }| {
        match outcome {
            Ok(observations) => {
                *measured.entry(cell.spec.law.clone()).or_default() += 1;
                progress.done(&cell, seconds);
                let PlannedCell { key, spec, surroundings } = cell;
                store.finish(CellRecord { key, spec, surroundings, observations }, seconds)?;
            }
            Err(failure) => {
                let log = store.dir.join("logs").join(format!("{}.log", cell.key.0));
                let text = format!(
                    "{} seed {}\n{}\n\n{}",
                    cell.spec.point.canonical(),
                    cell.spec.seed,
                    failure.message,
                    failure.log
                );
                let kept = std::fs::write(&log, text).is_ok();
                progress.failed(&cell, &failure.message, kept.then_some(log.as_path()));
                store.fail(cell.key, failure.message)?;
                if means.on_failure == OnFailure::Stop {
                    means.stop.drain();
                }
            }
        }
        if last_look.elapsed() > Duration::from_secs(2) {
            let outcomes = judge_plan(plan, store, asked, measured);
            progress.decided(decided(&outcomes));
            last_look = Instant::now();
        }
        Ok(())
    })
}

/// Judges every claim of a plan on the seeds asked for.
fn judge_plan(plan: &Plan, store: &Store, asked: &Asked, measured: &BTreeMap<String, usize>) -> Vec<LawOutcome> {
    let level = OVERALL_LEVEL / plan.intervals().max(1) as f64;
    let outcome = |law: &LawPlan| {
        let mut observed = Observed::default();
        let (mut cells, mut seconds) = (0, 0.0);
        for point in &law.points {
            let count = asked.get(&name(law, point)).copied().unwrap_or(0);
            for seed in plan.first_seed..plan.first_seed + count {
                let key = law.cell(point, seed).key;
                if let Some(record) = store.cells.get(&key) {
                    observed.add(point, seed, record.observations.clone());
                    cells += 1;
                    seconds += store.seconds.get(&key).copied().unwrap_or(0.0);
                } else if let Some(message) = store.failures.get(&key) {
                    observed.add_failure(point, seed, message);
                }
            }
        }
        let claims = law.claims.iter().map(|claim| {
            let evidence = observed.evidence(claim);
            let judgement = judge(claim, &evidence, level);
            let cells = claim.diagram.iter().flat_map(|diagram| &diagram.cells);
            let diagram = cells.map(|(_, _, site)| observed.mean(site)).collect();
            let rows = claim.published.iter().flat_map(|table| &table.rows);
            let published = rows.map(|row| row.site.as_ref().and_then(|site| observed.mean(site))).collect();
            ClaimOutcome { claim: claim.clone(), evidence, diagram, published, judgement }
        });
        let claims = claims.collect();
        LawOutcome {
            card: law.card.clone(),
            claims,
            cells,
            measured: measured.get(&law.card.id).copied().unwrap_or(0),
            seconds,
        }
    };
    plan.laws.iter().map(outcome).collect()
}

/// Asks for half as many seeds again, at least two more, at every point of an undecided claim that has not had its most.
/// False if there is nothing left to ask for.
fn ask_more(plan: &Plan, outcomes: &[LawOutcome], asked: &mut Asked) -> bool {
    let mut grown = BTreeSet::new();
    for (law, outcome) in plan.laws.iter().zip(outcomes) {
        let undecided = outcome.claims.iter().filter(|claim| claim.judgement.verdict == Verdict::Undecided);
        for site in undecided.flat_map(|claim| claim.claim.all_sites()) {
            let place = name(law, &site.point);
            let Some(count) = asked.get_mut(&place) else { continue };
            if *count < law.most_seeds && !grown.contains(&place) {
                *count = (*count + (*count / 2).max(2)).min(law.most_seeds);
                grown.insert(place);
            }
        }
    }
    !grown.is_empty()
}

fn decided(outcomes: &[LawOutcome]) -> usize {
    outcomes.iter().flat_map(|law| &law.claims).filter(|claim| claim.judgement.verdict != Verdict::Undecided).count()
}

/// The cells that a finished session's outcome rests on.
pub fn cells_used<'a>(plan: &Plan, store: &'a Store, outcomes: &[LawOutcome]) -> Vec<&'a CellRecord> {
    let mut seeds: BTreeMap<(String, String), u64> = BTreeMap::new();
    for (law, outcome) in plan.laws.iter().zip(outcomes) {
        for ClaimOutcome { claim, evidence, .. } in &outcome.claims {
            let last = evidence.seeds.last().map_or(0, |seed| seed + 1 - plan.first_seed);
            for site in claim.all_sites() {
                let count = seeds.entry(name(law, &site.point)).or_default();
                *count = last.max(*count);
            }
        }
    }
    asked_cells(plan, &seeds).filter_map(|cell| store.cells.get(&cell.key)).collect()
}

/// What the claims of a law will be asked of: for `plan`, which shows first seeds only.
pub fn first_asked(plan: &Plan) -> Asked {
    plan.laws.iter().flat_map(|law| law.points.iter().map(move |point| (name(law, point), law.first_seeds))).collect()
}

fn name(law: &LawPlan, point: &Point) -> (String, String) {
    (law.card.id.clone(), point.canonical())
}
