//! The rules of the house, as a program: what `cargo xtask tidy` checks.
//!
//! A rule is a function from what it reads to problems. Each has a test with a small offender.

mod code;
mod data;
mod features;
mod layering;
mod manifests;
mod registry;
mod text;

use std::{fmt, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::cargo;

pub use code::Source;

/// Something against a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, relative to the workspace.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub text: String,
}

impl Problem {
    fn new(file: &str, line: usize, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, text: text.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.text)
    }
}

/// Every problem of the workspace at `root`, in the order of files and lines.
pub fn problems(root: &Path) -> Result<Vec<Problem>> {
    let mut found = Vec::new();
    let files = files(root)?;
    let rust: Vec<&str> = files.iter().map(String::as_str).filter(|file| file.ends_with(".rs")).collect();
    let mut sources = Vec::new();
    for file in rust {
        sources.push(Source::new(file, &read(root, file)?));
    }
    for source in &sources {
        text::door_to_tch(source, &mut found);
        text::global_randomness(source, &mut found);
        text::panics(source, &mut found);
        text::ignored_tests(source, &mut found);
        text::size(source, &mut found);
    }
    for file in files.iter().filter(|file| text::is_text(file)) {
        text::trailing_whitespace(file, &read(root, file)?, &mut found);
    }
    registry::check(&sources, &mut found)?;
    for file in files.iter().filter(|file| file.ends_with("Cargo.toml")) {
        manifests::check(file, &read(root, file)?, &mut found)?;
    }
    let data: Vec<&str> = files.iter().map(String::as_str).filter(|file| file.starts_with("data/")).collect();
    data::check(root, &data, &read(root, data::LIST).unwrap_or_default(), &mut found)?;
    let metadata = cargo::output(&mut cargo::command(&["metadata", "--format-version=1", "--locked"]))?;
    let members = layering::check(&metadata, &mut found)?;
    let built: Vec<String> = members.into_iter().filter(|name| name != layering::UNIFY).collect();
    features::check(&built, &mut found)?;
    layering::check_lock(&read(root, "Cargo.lock")?, &mut found)?;
    found.sort();
    Ok(found)
}

/// The files that git tracks or would track.
fn files(root: &Path) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
    let list = cargo::output(&mut git).context("tidy asks git which files are the project's")?;
    let kept = list.split('\0').filter(|file| !file.is_empty() && root.join(file).is_file());
    Ok(kept.map(str::to_owned).collect())
}

fn read(root: &Path, file: &str) -> Result<String> {
    std::fs::read_to_string(root.join(file)).with_context(|| file.to_owned())
}
