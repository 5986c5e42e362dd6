//! One worker process: the `lab` program, asked line by line. A crash costs the request that it was answering.

use std::{
    io::{BufRead, BufReader, Read, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
};

use anyhow::{Context, Result};
use lawbook_claims::wire::{PREFIX, Request, Response};

/// A running worker.
pub struct Worker {
    child: Arc<Mutex<Child>>,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    log: Arc<Mutex<String>>,
    drain: Option<JoinHandle<()>>,
}

/// The worker died while it was asked.
#[derive(Debug, thiserror::Error)]
#[error("the worker process died ({0}); the cell's log says what it printed last")]
pub struct Died(pub String);

impl Worker {
    /// Starts the program `lab` with tensors on `device`. It gets a process group of its own, so that Ctrl-C in the terminal
    /// reaches the conductor alone and the cell in hand can finish.
    pub fn start(lab: &Path, device: &str, libtorch: &Path) -> Result<Self> {
        let mut child = Command::new(lab)
            .args(["--device", device, "worker"])
            .env("LIBTORCH", libtorch)
            .env("OMP_NUM_THREADS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .with_context(|| format!("the worker {} does not start; `cargo xtask doctor` looks into it", lab.display()))?;
        let missing = "the worker's pipes are missing";
        let stdin = child.stdin.take().context(missing)?;
        let stdout = child.stdout.take().context(missing)?;
        let mut stderr = child.stderr.take().context(missing)?;
        let log = Arc::new(Mutex::new(String::new()));
        let sink = Arc::clone(&log);
        let drain = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut bytes) {
                append(&sink, &String::from_utf8_lossy(&bytes[..count]));
            }
        });
        let child = Arc::new(Mutex::new(child));
        Ok(Self { child, stdin: Some(stdin), stdout: BufReader::new(stdout), log, drain: Some(drain) })
    }

    /// The process, for killing it from elsewhere.
    pub fn process(&self) -> Arc<Mutex<Child>> {
        Arc::clone(&self.child)
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, request: &Request) -> Result<Response, Died> {
        self.try_ask(request).map_err(|error| {
            let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
            let status = child.kill().and_then(|()| child.wait());
            drop(child);
            if let Some(drain) = self.drain.take() {
                let _ = drain.join();
            }
            Died(status.map_or_else(|_| error.to_string(), |status| status.to_string()))
        })
    }

    fn try_ask(&mut self, request: &Request) -> Result<Response> {
        let stdin = self.stdin.as_mut().context("it was told to stop")?;
        writeln!(stdin, "{}", serde_json::to_string(request)?)?;
        stdin.flush()?;
        loop {
            let mut line = String::new();
            if self.stdout.read_line(&mut line)? == 0 {
                anyhow::bail!("it closed its output");
            }
            match line.strip_prefix(PREFIX) {
                Some(answer) => return serde_json::from_str(answer).context("its answer is no JSON"),
                None => append(&self.log, &line),
            }
        }
    }

    /// What it printed since the last call.
    pub fn take_log(&self) -> String {
        std::mem::take(&mut *self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Worker {
    /// The end of its input tells a worker to stop; one that answers no more is killed.
    fn drop(&mut self) {
        self.stdin = None;
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(child.try_wait(), Ok(Some(_))) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn append(log: &Mutex<String>, text: &str) {
    log.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
}
