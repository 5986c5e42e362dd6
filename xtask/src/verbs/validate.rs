//! `validate`: everything that is checked before a change is submitted, from quick to slow.

use anyhow::Result;

use crate::{cargo, cli::TestArgs, libtorch, verbs};

/// Runs all checks and stops at the first that fails, saying what to do.
pub fn run() -> Result<u8> {
    let libtorch = libtorch::ensure()?;
    step("formatting");
    if !cargo::succeeds(&mut cargo::command(&["fmt", "--all", "--check"]))? {
        return failed("formatting: `cargo fmt --all` mends it (if rustfmt is missing: `rustup component add rustfmt`)");
    }
    step("tidy");
    if verbs::tidy::run()? != 0 {
        return failed("tidy: each line above names the place and what to do");
    }
    step("clippy");
    // Warnings are denied behind the `--`: RUSTFLAGS would have every dependency built again.
    let words = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    if !cargo::succeeds(&mut cargo::with_libtorch(&libtorch, &words))? {
        return failed("clippy: the lints above say what to change (if clippy is missing: `rustup component add clippy`)");
    }
    step("documentation");
    let mut docs = cargo::with_libtorch(&libtorch, &["doc", "--workspace", "--no-deps"]);
    if !cargo::succeeds(docs.env("RUSTDOCFLAGS", "-D warnings"))? {
        return failed("documentation: the warnings above say what to change");
    }
    step("tests");
    if verbs::test::run(&TestArgs { rest: Vec::new() })? != 0 {
        return failed("tests: `cargo xtask test -- NAME` runs one again");
    }
    eprintln!("everything is checked, and nothing is wrong");
    Ok(0)
}

fn failed(what_to_do: &str) -> Result<u8> {
    eprintln!("{what_to_do}");
    Ok(1)
}

fn step(name: &str) {
    eprintln!("== {name}");
}
