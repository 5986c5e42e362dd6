//! A session: measure a plan's first seeds, judge, measure more seeds where claims are undecided, until all are decided or
//! the seeds are used up.
//!
//! The procedure looks only at the seeds that it has asked for, never at others that the store may hold from earlier runs: so
//! the verdicts of a plan are the same whatever was measured before, on how many workers, and after whatever interruption.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use anyhow::Result;
use lawbook_claims::{Observed, Point, Verdict, judge, level_of_each};

use crate::{
    executor::{self, Done},
    lab::Program,
    outcome::{ClaimOutcome, LawOutcome},
    planning::{LawPlan, Plan, PlannedCell},
    progress::Progress,
    stop::Stop,
    store::{CellKey, CellRecord, Shard, Store},
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
    /// The job of an array that this is, if it is one: it measures its share and leaves the rest to the others.
    pub shard: Option<Shard>,
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

/// How far a session has come.
struct Standing {
    asked: Asked,
    /// Cells of each law that this session measured.
    measured: BTreeMap<String, usize>,
    /// What became of each law; nothing where more has been asked of it since.
    judged: Vec<Option<LawOutcome>>,
    /// What has been read of each law.
    gathered: Vec<Gathered>,
}

/// The observations of a law's cells that have been read from the store: reading them at each look would take longer than judging.
#[derive(Default)]
struct Gathered {
    observed: Observed,
    cells: BTreeSet<CellKey>,
    seconds: f64,
}

/// Carries out a plan and judges it. What was measured is in the store, whatever happens.
pub fn carry_out(plan: &Plan, store: &mut Store, means: &Means<'_>) -> Result<Vec<LawOutcome>> {
    let judged = vec![None; plan.laws.len()];
    let gathered = plan.laws.iter().map(|_| Gathered::default()).collect();
    let mut standing = Standing { asked: first_asked(plan), measured: BTreeMap::new(), judged, gathered };
    let mut progress = Progress::start(plan.laws.iter().map(|law| law.claims.len()).sum());
    loop {
        let left = measure(plan, store, means, &mut standing, &mut progress)?;
        for (place, outcome) in judge_open(plan, store, &mut standing) {
            standing.judged[place] = Some(outcome);
        }
        if left > 0 || means.stop.draining() || !ask_more(plan, &mut standing) {
            progress.finish();
            return Ok(standing.judged.into_iter().flatten().collect());
        }
    }
}

/// The cells of these laws that have been asked for and are not in the store, seed by seed, so that all claims advance together.
pub fn missing_cells<'a>(
    plan: &'a Plan,
    laws: impl Iterator<Item = &'a LawPlan>,
    store: &Store,
    asked: &'a Asked,
) -> Vec<PlannedCell> {
    let missing = asked_cells(plan, laws, asked).filter(|(.., key)| !store.cells.contains_key(key));
    let mut cells: Vec<PlannedCell> = missing.map(|(law, point, seed, _)| law.cell(point, seed)).collect();
    cells.sort_by_key(|cell| cell.spec.seed);
    cells
}

/// Law, point, seed and key of every cell that has been asked for.
fn asked_cells<'a>(
    plan: &'a Plan,
    laws: impl Iterator<Item = &'a LawPlan>,
    asked: &'a Asked,
) -> impl Iterator<Item = (&'a LawPlan, &'a Point, u64, CellKey)> {
    laws.flat_map(move |law| {
        law.points.iter().flat_map(move |point| {
            let count = asked.get(&name(law, point)).copied().unwrap_or(0);
            let seeds = plan.first_seed..plan.first_seed + count;
            seeds.clone().zip(law.keys(point, seeds)).map(move |(seed, key)| (law, point, seed, key))
        })
    })
}

/// Measures what has been asked for and is missing. Returns how many cells it left to other shards.
fn measure(
    plan: &Plan,
    store: &mut Store,
    means: &Means<'_>,
    standing: &mut Standing,
    progress: &mut Progress,
) -> Result<usize> {
    let open = plan.laws.iter().zip(&standing.judged).filter(|(_, judged)| judged.is_none()).map(|(law, _)| law);
    let mut cells = missing_cells(plan, open, store, &standing.asked);
    let missing = cells.len();
    cells.retain(|cell| means.shard.is_none_or(|shard| shard.has(&cell.key)));
    let left = missing - cells.len();
    progress.expect(&cells, store, means.jobs);
    let mut last_look = Instant::now();
    executor::measure(means.program, &plan.device, means.jobs, cells, means.stop, |Done { cell, outcome, seconds }| {
        match outcome {
            Ok(observations) => {
                *standing.measured.entry(cell.spec.law.clone()).or_default() += 1;
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
            let open = judge_open(plan, store, standing);
            let outcomes = standing.judged.iter().flatten().chain(open.iter().map(|(_, outcome)| outcome));
            progress.decided(decided(outcomes));
            last_look = Instant::now();
        }
        Ok(())
    })?;
    Ok(left)
}

/// Judges the laws of which more has been asked since they were judged, with their places in the plan.
fn judge_open(plan: &Plan, store: &Store, standing: &mut Standing) -> Vec<(usize, LawOutcome)> {
    let level = level_of_each(plan.intervals());
    let Standing { asked, measured, judged, gathered } = standing;
    let laws = plan.laws.iter().zip(gathered).enumerate().filter(|(place, _)| judged[*place].is_none());
    let outcome = |(place, (law, gathered)): (usize, (&LawPlan, &mut Gathered))| {
        let failures = gather(plan, law, store, asked, gathered);
        let mut outcome = judge_law(law, &with_failures(&gathered.observed, failures), level);
        outcome.measured = measured.get(&law.card.id).copied().unwrap_or(0);
        (outcome.cells, outcome.seconds) = (gathered.cells.len(), gathered.seconds);
        (place, outcome)
    };
    laws.map(outcome).collect()
}

/// A cell that failed: point, seed and message.
type Failure<'a> = (&'a Point, u64, &'a str);

/// Reads what the store has of a law's cells since the last look. Failures are given back: a later session may mend them.
fn gather<'a>(
    plan: &'a Plan,
    law: &'a LawPlan,
    store: &'a Store,
    asked: &'a Asked,
    gathered: &mut Gathered,
) -> Vec<Failure<'a>> {
    let mut failures = Vec::new();
    for (_, point, seed, key) in asked_cells(plan, std::iter::once(law), asked) {
        if gathered.cells.contains(&key) {
            continue;
        }
        if let Some(record) = store.cells.get(&key) {
            gathered.observed.add(point, seed, record.observations.iter().cloned());
            gathered.seconds += store.seconds.get(&key).copied().unwrap_or(0.0);
            gathered.cells.insert(key);
        } else if let Some(message) = store.failures.get(&key) {
            failures.push((point, seed, message.as_str()));
        }
    }
    failures
}

fn with_failures<'a>(observed: &'a Observed, failures: Vec<Failure<'_>>) -> Cow<'a, Observed> {
    let mut observed = Cow::Borrowed(observed);
    for (point, seed, message) in failures {
        observed.to_mut().add_failure(point, seed, message);
    }
    observed
}

fn judge_law(law: &LawPlan, observed: &Observed, level: f64) -> LawOutcome {
    let claims = law.claims.iter().map(|claim| {
        let evidence = observed.evidence(claim);
        let judgement = judge(claim, &evidence, level);
        let cells = claim.diagram.iter().flat_map(|diagram| &diagram.cells);
        let diagram = cells.map(|(_, _, site)| observed.mean(site)).collect();
        let rows = claim.published.iter().flat_map(|table| &table.rows);
        let published = rows.map(|row| row.site.as_ref().and_then(|site| observed.mean(site))).collect();
        ClaimOutcome { claim: claim.clone(), evidence, diagram, published, judgement }
    });
    LawOutcome { card: law.card.clone(), claims: claims.collect(), cells: 0, measured: 0, seconds: 0.0 }
}

/// Asks for half as many seeds again, at least two more, at every point of an undecided claim that has not had its most; the
/// laws that have such claims are then to be judged anew. False if there is nothing left to ask for.
fn ask_more(plan: &Plan, standing: &mut Standing) -> bool {
    let mut grown = false;
    for (law, judged) in plan.laws.iter().zip(&mut standing.judged) {
        let claims = judged.iter().flat_map(|outcome| &outcome.claims);
        let undecided = claims.filter(|claim| claim.judgement.verdict == Verdict::Undecided);
        let places: BTreeSet<_> =
            undecided.flat_map(|claim| claim.claim.all_sites()).map(|site| name(law, &site.point)).collect();
        let mut more = false;
        for place in places {
            let Some(count) = standing.asked.get_mut(&place) else { continue };
            if *count < law.most_seeds {
                *count = (*count + (*count / 2).max(2)).min(law.most_seeds);
                more = true;
            }
        }
        if more {
            *judged = None;
            grown = true;
        }
    }
    grown
}

fn decided<'a>(outcomes: impl Iterator<Item = &'a LawOutcome>) -> usize {
    outcomes.flat_map(|law| &law.claims).filter(|claim| claim.judgement.verdict != Verdict::Undecided).count()
}

/// The cells that a finished session's outcome rests on.
pub fn cells_used<'a>(plan: &Plan, store: &'a Store, outcomes: &[LawOutcome]) -> Vec<&'a CellRecord> {
    let mut seeds = Asked::new();
    for (law, outcome) in plan.laws.iter().zip(outcomes) {
        for ClaimOutcome { claim, evidence, .. } in &outcome.claims {
            let last = evidence.seeds.last().map_or(0, |seed| seed + 1 - plan.first_seed);
            for site in claim.all_sites() {
                let count = seeds.entry(name(law, &site.point)).or_default();
                *count = last.max(*count);
            }
        }
    }
    asked_cells(plan, plan.laws.iter(), &seeds).filter_map(|(.., key)| store.cells.get(&key)).collect()
}

/// What the claims of a law will be asked of: for `plan`, which shows first seeds only.
pub fn first_asked(plan: &Plan) -> Asked {
    plan.laws.iter().flat_map(|law| law.points.iter().map(move |point| (name(law, point), law.first_seeds))).collect()
}

fn name(law: &LawPlan, point: &Point) -> (String, String) {
    (law.card.id.clone(), point.canonical())
}
