//! Cargo, started from here.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{libtorch::Libtorch, workspace};

/// A cargo command in the workspace, whatever folder the user is in.
pub fn command(words: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(words).current_dir(workspace::root()).stdin(Stdio::null());
    command
}

/// A cargo command that builds against this libtorch.
pub fn with_libtorch(libtorch: &Libtorch, words: &[&str]) -> Command {
    let mut command = command(words);
    command.env("LIBTORCH", &libtorch.path);
    command
}

/// Builds a package against this libtorch and gives the program; cargo says on standard error how it gets on.
pub fn build(libtorch: &Libtorch, package: &str) -> Result<PathBuf> {
    if !succeeds(&mut with_libtorch(libtorch, &["build", "--package", package]))? {
        bail!("{package} does not compile; the compiler says why above");
    }
    Ok(workspace::target().join("debug").join(package))
}

/// Runs a command with this terminal as its own; whether it succeeded.
pub fn succeeds(command: &mut Command) -> Result<bool> {
    let status = command.status().with_context(|| format!("{} does not start", command.get_program().display()))?;
    Ok(status.success())
}

/// What a command prints, or what it says went wrong.
pub fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().display().to_string();
    let output = command.output().with_context(|| format!("{program} does not start"))?;
    if !output.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Whether `cargo nextest` is there.
pub fn has_nextest() -> bool {
    command(&["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
