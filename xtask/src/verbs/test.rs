//! `test`: every test, by nextest where it is installed.

use std::process::Command;

use anyhow::Result;

use crate::{cargo, cli::TestArgs, libtorch};

/// Runs the tests. Documentation tests come first, so that the last lines are the summary of the runner with most tests.
pub fn run(args: &TestArgs) -> Result<u8> {
    let libtorch = libtorch::ensure()?;
    for words in commands(cargo::has_nextest(), &args.rest) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command: Command = cargo::with_libtorch(&libtorch, &words);
        if !cargo::succeeds(&mut command)? {
            return Ok(1);
        }
    }
    Ok(0)
}

/// The commands to run in turn. The worker is built first: the conductor's tests start it, and a test that waits for the compiler
/// looks like one that hangs. Arguments of the user's go to the runner alone, and documentation tests, which take others, are
/// then left out.
fn commands(nextest: bool, rest: &[String]) -> Vec<Vec<String>> {
    let chosen = ["-p", "--package", "--workspace", "--all"];
    let own_choice = rest.iter().any(|word| chosen.iter().any(|flag| word.starts_with(flag)));
    let scope: &[&str] = if own_choice { &[] } else { &["--workspace"] };
    let tail = scope.iter().map(|word| (*word).to_owned()).chain(rest.iter().cloned());
    let command = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let runner = if nextest { command(&["nextest", "run"]) } else { command(&["test"]) };
    let main = runner.into_iter().chain(tail).collect();
    let worker = command(&["build", "--package", "lab"]);
    match (nextest, rest.is_empty()) {
        (true, true) => vec![worker, command(&["test", "--doc", "--workspace"]), main],
        (false, true) => vec![worker, main],
        (_, false) => vec![main],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_leaves_documentation_tests_to_cargo_and_arguments_go_to_the_runner() {
        let shown = |nextest, rest: &[&str]| {
            let rest: Vec<String> = rest.iter().map(|word| (*word).to_owned()).collect();
            commands(nextest, &rest).iter().map(|words| words.join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(shown(true, &[]), ["build --package lab", "test --doc --workspace", "nextest run --workspace"]);
        assert_eq!(shown(false, &[]), ["build --package lab", "test --workspace"]);
        assert_eq!(shown(true, &["-p", "lab", "grid"]), ["nextest run -p lab grid"]);
        assert_eq!(shown(true, &["grid"]), ["nextest run --workspace grid"]);
    }
}
