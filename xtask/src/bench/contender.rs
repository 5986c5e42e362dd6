//! A program that does the work of a bench on request: a line in, a run, a line of JSON out.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// The variables by which libraries are told how many threads to use: OpenMP (libtorch), rayon, OpenBLAS, MKL, Accelerate,
/// numba, and XLA of jax.
const THREADS: &[&str] = &[
    "OMP_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NPROC",
];

/// A run and what it computed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Answer {
    /// How long it took.
    pub seconds: f64,
    /// How long all its threads together were at work, if it says.
    pub cpu_seconds: Option<f64>,
    /// What it computed.
    pub statistics: Vec<Statistic>,
}

/// A number that everyone who does the work arrives at.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Statistic {
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
}

/// A running program.
pub struct Contender {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    log: PathBuf,
    threads: usize,
}

impl Contender {
    /// Starts `command` with so many threads; what it complains about goes to `log`.
    pub fn start(command: &mut Command, threads: usize, log: &Path) -> Result<Self> {
        let program = command.get_program().display().to_string();
        let complaints = File::create(log).with_context(|| format!("{} cannot be written", log.display()))?;
        let mut child = command
            .envs(THREADS.iter().map(|name| (name, threads.to_string())))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(complaints)
            .spawn()
            .with_context(|| format!("{program} does not start"))?;
        let stdin = child.stdin.take().context("no pipe to the program")?;
        let stdout = BufReader::new(child.stdout.take().context("no pipe from the program")?);
        Ok(Self { child, stdin, stdout, log: log.to_path_buf(), threads })
    }

    /// Has it do `what`, and waits for the answer.
    pub fn ask(&mut self, what: &str) -> Result<Answer> {
        let mut line = String::new();
        let asked = writeln!(self.stdin, "{what}").and_then(|()| self.stdin.flush());
        let read = asked.and_then(|()| self.stdout.read_line(&mut line));
        if !matches!(read, Ok(1..)) {
            let status = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            let last = log.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
            bail!("it died ({status}): {last}");
        }
        let answer: Answer =
            serde_json::from_str(&line).with_context(|| format!("it answers what is not a result: {}", line.trim()))?;
        if !(answer.seconds > 0.0 && answer.seconds.is_finite()) {
            bail!("it says that it took {} s", answer.seconds);
        }
        self.check_threads(&answer)?;
        Ok(answer)
    }

    /// A clock of the processor that runs a fifth faster than the wall allows means that more threads were at work.
    fn check_threads(&self, answer: &Answer) -> Result<()> {
        let busy = answer.cpu_seconds.unwrap_or(0.0) / answer.seconds;
        if busy > 1.2 * self.threads as f64 {
            bail!("it kept {busy:.1} cores busy where {} were asked for: its times cannot be compared", self.threads);
        }
        Ok(())
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
