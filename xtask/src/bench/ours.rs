//! The program that does our side of the benches.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{cargo, libtorch::Libtorch};

/// A bench as the program lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Bench {
    /// Its name.
    pub name: String,
    /// What is done, with sizes.
    pub work: String,
    /// What the floor does.
    pub floor: String,
    /// With how many threads.
    pub threads: Threads,
    /// Who else does it.
    pub peers: Vec<String>,
    /// The script of those in Python, without its ending.
    pub script: String,
}

/// With how many threads a bench is done, on either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Threads {
    /// One.
    One,
    /// One, and then as many as there are cores.
    OneAndAll,
    /// As many as there are cores.
    All,
}

impl Bench {
    /// The numbers of threads that it is done with on a machine of so many cores.
    pub fn thread_counts(&self, cores: usize) -> Vec<usize> {
        match self.threads {
            Threads::OneAndAll if cores > 1 => vec![1, cores],
            Threads::All => vec![cores],
            Threads::One | Threads::OneAndAll => vec![1],
        }
    }

    /// What a row calls it.
    pub fn title(&self, threads: usize) -> String {
        format!("{}, {threads} thread{}", self.name, if threads == 1 { "" } else { "s" })
    }
}

/// The built program.
pub struct Ours {
    path: PathBuf,
    libtorch: PathBuf,
}

impl Ours {
    /// Builds it.
    pub fn build(libtorch: &Libtorch) -> Result<Self> {
        Ok(Self { path: cargo::build(libtorch, "lawbook-benches")?, libtorch: libtorch.path.clone() })
    }

    /// What it can do.
    pub fn list(&self) -> Result<Vec<Bench>> {
        let output =
            self.command().arg("list").output().with_context(|| format!("{} does not start", self.path.display()))?;
        if !output.status.success() {
            bail!("the benches cannot be listed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// The command that does a bench and shares its input through a folder.
    pub fn serve(&self, bench: &Bench, folder: &Path) -> Command {
        let mut command = self.command();
        command.args(["serve", &bench.name]).arg(folder);
        command
    }

    /// The command that does a bench as the peer `libtorch`.
    pub fn eager(&self, bench: &Bench) -> Command {
        let mut command = self.command();
        command.args(["eager", &bench.name]);
        command
    }

    /// The command that makes steps of a small ensemble, under a program that counts its instructions.
    pub fn counted(&self, counter: &str, arguments: &[&str], bits: u32, steps: u64) -> Command {
        let mut command = Command::new(counter);
        command.args(arguments).arg(&self.path).args(["counted", &bits.to_string(), &steps.to_string()]);
        command.env("LIBTORCH", &self.libtorch).env("RAYON_NUM_THREADS", "1");
        command
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.env("LIBTORCH", &self.libtorch);
        command
    }
}
