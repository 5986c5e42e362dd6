//! `doctor`: what is found, what is missing and the line that mends it.

use std::{
    io::IsTerminal,
    process::{Command, Stdio},
};

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets};

use crate::{
    cargo, disk,
    libtorch::{self, Found},
    workspace::{self, shown},
};

/// Prints the table; 0 if everything required is there, else 3.
pub fn run() -> Result<u8> {
    let libtorch = libtorch::look();
    let have_libtorch = matches!(libtorch, Found::Ready(_));
    let rows = [
        rust(),
        compiler(),
        python(have_libtorch),
        libtorch_row(&libtorch),
        worker(have_libtorch),
        disk_space(have_libtorch),
        store(),
        git(),
        nextest(),
        chromium(),
        gpu(&libtorch),
    ];
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["", "what", "found", "what to do"]);
    table.set_content_arrangement(if std::io::stdout().is_terminal() {
        ContentArrangement::Dynamic
    } else {
        ContentArrangement::Disabled
    });
    for row in &rows {
        let mark = match row.state {
            State::Good => "ok",
            State::Optional => "-",
            State::Missing => "MISSING",
        };
        table.add_row([mark, row.what, &row.found, &row.mend]);
    }
    println!("{table}");
    let missing: Vec<&str> = rows.iter().filter(|row| row.state == State::Missing).map(|row| row.what).collect();
    if missing.is_empty() {
        println!("\nEverything required is there.");
        return Ok(0);
    }
    println!("\nMissing: {}.", missing.join(", "));
    Ok(3)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    /// Not there, and not required.
    Optional,
    Missing,
}

#[derive(Debug)]
struct Row {
    what: &'static str,
    state: State,
    found: String,
    mend: String,
}

impl Row {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, state: State::Good, found: found.into(), mend: String::new() }
    }

    fn missing(what: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what, state: State::Missing, found: found.into(), mend: mend.into() }
    }

    fn optional(what: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what, state: State::Optional, found: found.into(), mend: mend.into() }
    }
}

fn rust() -> Row {
    let needed = std::fs::read_to_string(workspace::root().join("Cargo.toml"))
        .ok()
        .and_then(|text| text.parse::<toml::Table>().ok())
        .and_then(|table| table["workspace"]["package"]["rust-version"].as_str().map(str::to_owned))
        .unwrap_or_default();
    match says(Command::new("rustc").arg("-V")) {
        Some(version) if at_least(&version, &needed) => Row::good("rustc", format!("{version} (needs {needed})")),
        Some(version) => Row::missing("rustc", format!("{version}; {needed} is needed"), "rustup update stable"),
        None => Row::missing("rustc", "not found", "install Rust from https://rustup.rs"),
    }
}

/// Whether the second word of `rustc -V` is at least `needed`.
fn at_least(version: &str, needed: &str) -> bool {
    let numbers = |text: &str| text.split(['.', '-']).map_while(|part| part.parse().ok()).collect::<Vec<u32>>();
    numbers(version.split_whitespace().nth(1).unwrap_or_default()) >= numbers(needed)
}

fn compiler() -> Row {
    let program = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    match says(Command::new(&program).arg("--version")) {
        Some(version) => Row::good("C++ compiler", version),
        None if cfg!(target_os = "macos") => Row::missing("C++ compiler", format!("no {program}"), "xcode-select --install"),
        None => Row::missing("C++ compiler", format!("no {program}"), "apt install g++, or dnf install gcc-c++"),
    }
}

/// Needed to fetch libtorch and not afterwards.
fn python(have_libtorch: bool) -> Row {
    let what = "Python 3 with pip";
    let lacking = |found: &str, mend: &str| {
        if have_libtorch {
            Row::optional(what, format!("{found} (only set-up needs it)"), mend)
        } else {
            Row::missing(what, found, mend)
        }
    };
    match (says(Command::new("python3").arg("--version")), says(Command::new("python3").args(["-m", "pip", "--version"]))) {
        (Some(python), Some(pip)) => {
            Row::good(what, format!("{python}, {}", pip.split_whitespace().take(2).collect::<Vec<_>>().join(" ")))
        }
        (Some(python), None) => {
            lacking(&format!("{python} without pip"), "apt install python3-pip, or python3 -m ensurepip --user")
        }
        (None, _) => lacking("not found", "apt install python3 python3-pip"),
    }
}

fn libtorch_row(found: &Found) -> Row {
    let needed = libtorch::VERSION;
    match found {
        Found::Ready(libtorch) => {
            let whose = if libtorch.users_own { ", from LIBTORCH" } else { "" };
            let text = format!("{} in {}{whose} (needs {needed})", libtorch.version, shown(&libtorch.path));
            match libtorch::load(&libtorch.path) {
                Ok(()) => Row::good("libtorch", text),
                Err(reason) => {
                    Row::missing("libtorch", format!("{text}, does not load: {reason}"), mend_libtorch(libtorch.users_own))
                }
            }
        }
        Found::Nothing(path) => {
            let own = !path.starts_with(workspace::root());
            Row::missing("libtorch", format!("none in {} (needs {needed})", shown(path)), mend_libtorch(own))
        }
        Found::Unfit { path, version, users_own } => {
            let version = version.as_deref().unwrap_or("unknown version");
            Row::missing("libtorch", format!("{version} in {}; {needed} is needed", shown(path)), mend_libtorch(*users_own))
        }
    }
}

fn mend_libtorch(users_own: bool) -> &'static str {
    if users_own { "unset LIBTORCH, then cargo xtask setup" } else { "cargo xtask setup --force" }
}

fn worker(have_libtorch: bool) -> Row {
    let what = "worker";
    let program = workspace::target().join("debug").join("lab");
    if !program.exists() {
        return Row::optional(what, "not built yet", "cargo xtask run builds it");
    }
    match cargo::output(Command::new(&program).arg("list")) {
        Ok(list) => Row::good(what, format!("{} starts, {} laws", shown(&program), list.lines().count())),
        Err(_) if !have_libtorch => Row::optional(what, "built, and waits for libtorch", "cargo xtask setup"),
        Err(error) => {
            let reason = error.to_string().lines().last().unwrap_or_default().to_owned();
            Row::missing(what, format!("does not start: {reason}"), "touch crates/rpath.rs, then cargo build -p lab")
        }
    }
}

/// Gigabytes that building and setting up take, measured on Linux: 3.5 in `target`, 3 for a moment in set-up.
fn disk_space(have_libtorch: bool) -> Row {
    let what = "disk space";
    let built = workspace::target().join("debug").join("lab").exists();
    let needed: u64 = if have_libtorch { 0 } else { 3 } + if built { 1 } else { 4 };
    match disk::free(&workspace::root()).map(|bytes| bytes >> 30) {
        None => Row::optional(what, "df does not say", ""),
        Some(free) if free >= needed => Row::good(what, format!("{free} GB free (needs {needed})")),
        Some(free) => Row::missing(
            what,
            format!("{free} GB free; {needed} are needed"),
            "free some, or set CARGO_TARGET_DIR elsewhere",
        ),
    }
}

fn store() -> Row {
    let store = workspace::root().join("results");
    let folder = if store.exists() { store.clone() } else { workspace::root() };
    match tempfile::tempfile_in(folder) {
        Ok(_) => Row::good("results folder", format!("{} can be written", shown(&store))),
        Err(error) => Row::missing(
            "results folder",
            format!("{}: {error}", shown(&store)),
            "make it writable, or cargo xtask run --store DIR",
        ),
    }
}

fn git() -> Row {
    let root = workspace::root();
    match says(Command::new("git").arg("-C").arg(&root).args(["describe", "--always", "--dirty"])) {
        Some(revision) => Row::good("git", format!("at {revision}")),
        None => Row::optional("git", "no repository", "results will not name their revision: apt install git, and clone"),
    }
}

fn nextest() -> Row {
    match says(&mut cargo::command(&["nextest", "--version"])) {
        Some(version) => Row::good("cargo-nextest", version),
        None => Row::optional("cargo-nextest", "not found; cargo test does", "cargo install --locked cargo-nextest"),
    }
}

fn chromium() -> Row {
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    match names.iter().find_map(|name| says(Command::new(name).arg("--version"))) {
        Some(version) => Row::good("Chromium", version),
        None => Row::optional("Chromium", "not found; the report is not tested in a browser", "apt install chromium"),
    }
}

fn gpu(libtorch: &Found) -> Row {
    let asked = ["--query-gpu=name,driver_version", "--format=csv,noheader"];
    let Some(card) = says(Command::new("nvidia-smi").args(asked)) else {
        return Row::optional("GPU", "none; --device cuda needs one", "");
    };
    let Found::Ready(libtorch) = libtorch else { return Row::optional("GPU", card, "cargo xtask setup --cuda") };
    match libtorch::load_cuda(&libtorch.path) {
        Ok(()) => Row::good("GPU", card),
        Err(reason) if libtorch.users_own => {
            Row::optional("GPU", format!("{card}; {reason}"), "set LIBTORCH to one with CUDA")
        }
        Err(reason) => Row::optional("GPU", format!("{card}; {reason}"), "cargo xtask setup --cuda"),
    }
}

/// The first line that a command prints; none if it is not there or fails.
fn says(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    String::from_utf8_lossy(&output.stdout).lines().next().map(|line| line.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(at_least("rustc 1.95.0 (59807616e 2026-04-14)", "1.95"));
        assert!(at_least("rustc 1.100.0-nightly", "1.95"));
        assert!(!at_least("rustc 1.94.1", "1.95"));
        assert!(!at_least("", "1.95"));
    }

    #[test]
    fn python_is_required_only_while_libtorch_is_missing() {
        assert_ne!(python(true).state, State::Missing);
        assert_eq!(says(&mut Command::new("no-such-program-here")), None);
    }
}
