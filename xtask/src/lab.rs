//! The `lab` program as the conductor sees it: built when its sources change, asked for cards, grids and claims.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use lawbook_claims::{
    Claim, LawCard, Point, Profile,
    wire::{Grid, Request, Response},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::{cargo, libtorch::Libtorch, sources::Sources, worker::Worker, workspace};

/// The worker program and the libtorch that it loads.
#[derive(Debug, Clone)]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// The folder of libtorch.
    pub libtorch: PathBuf,
}

impl Program {
    /// A fresh worker.
    pub fn start(&self, device: &str) -> Result<Worker> {
        Worker::start(&self.path, device, &self.libtorch)
    }

    /// Whether a worker can use the device; if not, what it says.
    pub fn check(&self, device: &str) -> Result<()> {
        let mut worker = self.start(device)?;
        worker.ask(&Request::Describe).map(|_| ()).map_err(|died| {
            let log = worker.take_log();
            let last = log.lines().rev().find(|line| !line.trim().is_empty()).map(str::to_owned);
            anyhow::anyhow!(last.map_or_else(|| died.to_string(), |line| line.trim_start_matches("error: ").to_owned()))
        })
    }
}

/// The built worker program. Its answers about laws depend on its code alone and are kept until that changes.
pub struct Lab {
    /// The program.
    pub program: Program,
    /// The libtorch that it loads.
    pub libtorch: Libtorch,
    answers: PathBuf,
    worker: RefCell<Option<Worker>>,
}

impl Lab {
    /// Builds the program unless it is up to date with `sources`.
    pub fn build(sources: &Sources, libtorch: Libtorch) -> Result<Self> {
        let target = workspace::target();
        let program = target.join("debug/lab");
        let notes = target.join("lawbook");
        let stamp = format!("{} {}", sources.digest, libtorch.path.display());
        let stamp_file = notes.join("built");
        let built =
            std::fs::read_to_string(&stamp_file).is_ok_and(|built| built == format!("{stamp} {}", identity(&program)));
        if !built {
            cargo::build(&libtorch, "lab")?;
            std::fs::create_dir_all(&notes).with_context(|| format!("{} cannot be made", notes.display()))?;
            std::fs::write(&stamp_file, format!("{stamp} {}", identity(&program)))?;
        }
        let program = Program { path: program, libtorch: libtorch.path.clone() };
        let rehearsal = if std::env::var_os("LAWBOOK_REHEARSAL").is_some() { "-rehearsal" } else { "" };
        let answers = notes.join("answers").join(format!("{}{rehearsal}", &sources.digest[..16]));
        Ok(Self { program, libtorch, answers, worker: RefCell::new(None) })
    }

    /// The cards of all laws.
    pub fn cards(&self) -> Result<Vec<LawCard>> {
        match self.ask(&Request::Describe)? {
            Response::Laws { laws, .. } => Ok(laws),
            other => bail!("the worker answered {other:?}"),
        }
    }

    /// The grid of a law.
    pub fn grid(&self, law: &str, profile: Profile) -> Result<Grid> {
        match self.ask(&Request::Grid { law: law.to_owned(), profile })? {
            Response::Grid(grid) => Ok(grid),
            other => bail!("the worker answered {other:?}"),
        }
    }

    /// The claims of a law on some points.
    pub fn claims(&self, law: &str, points: &[Point]) -> Result<Vec<Claim>> {
        match self.ask(&Request::Predict { law: law.to_owned(), points: points.to_vec() })? {
            Response::Claims { claims } => Ok(claims),
            other => bail!("the worker answered {other:?}"),
        }
    }

    /// What `compute` gives, remembered until the sources change.
    pub fn remember<T: Serialize + DeserializeOwned>(&self, name: &str, compute: impl FnOnce() -> Result<T>) -> Result<T> {
        let kept = self.answers.join(format!("{name}.json"));
        let read = std::fs::read_to_string(&kept).ok().and_then(|text| serde_json::from_str(&text).ok());
        if let Some(value) = read {
            return Ok(value);
        }
        let value = compute()?;
        // Memory only saves time: that it cannot be written is no error.
        if std::fs::create_dir_all(&self.answers).is_ok() {
            let _ = std::fs::write(&kept, serde_json::to_string(&value)?);
        }
        Ok(value)
    }

    fn ask(&self, request: &Request) -> Result<Response> {
        let question = serde_json::to_string(request)?;
        self.remember(&blake3::hash(question.as_bytes()).to_hex(), || self.ask_worker(request))
    }

    fn ask_worker(&self, request: &Request) -> Result<Response> {
        let mut worker = self.worker.borrow_mut();
        if worker.is_none() {
            *worker = Some(self.program.start("cpu")?);
        }
        let worker = worker.as_mut().context("no worker")?;
        let response = worker.ask(request).with_context(|| worker.take_log())?;
        if let Response::Error { message } = response {
            bail!("{message}");
        }
        Ok(response)
    }
}

/// Size and time of a file: enough to see that somebody else has built it since.
fn identity(program: &Path) -> String {
    let metadata = std::fs::metadata(program).ok();
    metadata.map_or_else(String::new, |m| format!("{} {:?}", m.len(), m.modified().ok()))
}
