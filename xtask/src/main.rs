//! The conductor: `cargo xtask VERB`. It plans, has the worker measure, judges, stores and reports.
//!
//! It links polars and never tch, so that it is built in minutes and starts at once; the laws live in the `lab` worker, a
//! process of its own. Each verb is one file under `verbs/` and calls the mechanisms beside it.

mod archive;
mod bench;
mod cargo;
mod cli;
mod disk;
mod error;
mod executor;
mod fingerprint;
mod house;
mod lab;
mod libtorch;
mod new_law;
mod outcome;
mod planning;
mod progress;
mod provenance;
mod report;
mod selection;
mod session;
mod sources;
mod stop;
mod store;
mod study_file;
mod tables;
mod terminal;
mod tidy;
mod verbs;
mod worker;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Verb};

fn main() -> ExitCode {
    match dispatch(Cli::parse().verb) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<error::Misuse>() { 2 } else { 3 })
        }
    }
}

fn dispatch(verb: Verb) -> anyhow::Result<u8> {
    if matches!(verb, Verb::List(_) | Verb::Show(_) | Verb::Plan(_) | Verb::Status(_) | Verb::Why(_)) {
        end_with_the_reader();
    }
    match verb {
        Verb::Run(args) => verbs::run::run(&args),
        Verb::List(args) => verbs::list::run(&args),
        Verb::Show(args) => verbs::show::run(&args),
        Verb::Plan(args) => verbs::plan::run(&args),
        Verb::Status(args) => verbs::status::run(&args),
        Verb::Why(args) => verbs::why::run(&args),
        Verb::Report(args) => verbs::report::run(&args),
        Verb::Export(args) => verbs::export::run(&args),
        Verb::New(args) => verbs::new::run(&args),
        Verb::Setup(args) => verbs::setup::run(&args),
        Verb::Doctor => verbs::doctor::run(),
        Verb::Test(args) => verbs::test::run(&args),
        Verb::Tidy => verbs::tidy::run(),
        Verb::Validate => verbs::validate::run(),
        Verb::Bench(args) => verbs::bench::run(&args),
    }
}

/// Rust turns writing to a closed pipe into an error, and `println!` that into a panic: `list | head` would end with one. Verbs that
/// only print end quietly instead, as other programs do; those that write to workers must hear of one that has died.
#[cfg(unix)]
fn end_with_the_reader() {
    // SAFETY: nothing else has set a handler for this signal, and the default one runs no code of ours.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

#[cfg(not(unix))]
fn end_with_the_reader() {}
