//! The executor: cells in, what became of them out, over several worker processes. One failing cell never stops the rest.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError, mpsc},
    time::Instant,
};

use anyhow::Result;
use lawbook_claims::{
    Observation,
    wire::{Request, Response},
};

use crate::{lab::Program, planning::PlannedCell, stop::Stop, worker::Worker};

/// What became of a cell.
pub struct Done {
    /// The cell.
    pub cell: PlannedCell,
    /// Its observations, or why there are none.
    pub outcome: Result<Vec<Observation>, Failure>,
    /// How long it took.
    pub seconds: f64,
}

/// A cell that failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Why, in a sentence.
    pub message: String,
    /// What the worker printed meanwhile.
    pub log: String,
}

/// Measures the cells on `jobs` workers and hands each to `record` as it is done, in this thread. An error of `record` (a full
/// disk) stops the rest and is returned; cells in hand finish first.
pub fn measure(
    program: &Program,
    device: &str,
    jobs: usize,
    cells: Vec<PlannedCell>,
    stop: &Stop,
    mut record: impl FnMut(Done) -> Result<()>,
) -> Result<()> {
    let jobs = jobs.clamp(1, cells.len().max(1));
    let queue = Mutex::new(VecDeque::from(cells));
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            let (queue, sender) = (&queue, sender.clone());
            scope.spawn(move || work(program, device, queue, stop, &sender));
        }
        drop(sender);
        let mut result = Ok(());
        for done in receiver {
            if result.is_ok() {
                result = record(done);
                if result.is_err() {
                    stop.drain();
                }
            }
        }
        result
    })
}

/// One worker's share: take a cell, measure it, until none is left. A worker that dies is replaced for the next cell.
fn work(program: &Program, device: &str, queue: &Mutex<VecDeque<PlannedCell>>, stop: &Stop, sender: &mpsc::Sender<Done>) {
    let mut worker: Option<Worker> = None;
    while !stop.draining() {
        let Some(cell) = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front() else { break };
        let start = Instant::now();
        let outcome = attempt(&mut worker, program, device, stop, &cell);
        if sender.send(Done { cell, outcome, seconds: start.elapsed().as_secs_f64() }).is_err() {
            break;
        }
    }
}

fn attempt(
    slot: &mut Option<Worker>,
    program: &Program,
    device: &str,
    stop: &Stop,
    cell: &PlannedCell,
) -> Result<Vec<Observation>, Failure> {
    let mut worker = match slot.take() {
        Some(worker) => worker,
        None => {
            let started =
                program.start(device).map_err(|error| Failure { message: format!("{error:#}"), log: String::new() })?;
            stop.watch(started.process());
            started
        }
    };
    let answer = worker.ask(&Request::Measure(cell.spec.clone()));
    let log = worker.take_log();
    match answer {
        Ok(response) => {
            *slot = Some(worker);
            match response {
                Response::Measured { observations } => Ok(observations),
                Response::Error { message } => Err(Failure { message, log }),
                other => Err(Failure { message: format!("the worker answered {other:?}"), log }),
            }
        }
        Err(died) => Err(Failure { message: died.to_string(), log }),
    }
}
