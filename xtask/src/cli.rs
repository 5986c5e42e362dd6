//! The command line, declared. Each verb's arguments are one struct; each verb is one file under `verbs/`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use lawbook_claims::Profile;

use crate::store::Shard;

/// Lawbook: a laboratory for the laws of learning.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Predict, measure and judge laws, and write the report.
    Run(RunArgs),
    /// List the laws.
    List(ListArgs),
    /// Show a law: statement, equation, parameters, claims.
    Show(ShowArgs),
    /// Show which cells a run would measure, and which it has.
    Plan(SelectionArgs),
    /// Show what the store holds and how the last run ended.
    Status(StoreArgs),
    /// Explain, law by law, why cells would be measured again.
    Why(SelectionArgs),
    /// Write the report of a finished run again.
    Report(ReportArgs),
    /// Write the store's observations and evidence as CSV and Parquet.
    Export(ExportArgs),
    /// Write a new law file and enter it in the registry.
    New(NewArgs),
    /// Get libtorch, nothing else.
    Setup(SetupArgs),
    /// Say what is found, what is missing and the line that mends it.
    Doctor,
    /// Run every test.
    Test(TestArgs),
    /// Run the benchmarks, alone or against the tools that users would pick instead.
    Bench(BenchArgs),
    /// Check the rules of the house: layering, one door to tch, file sizes, the registry.
    Tidy,
    /// Everything that is checked before a change is submitted: formatting, lints, docs, tidy, tests.
    Validate,
}

/// Which laws, at which points, with which seeds.
#[derive(Debug, Clone, Args)]
pub struct SelectionArgs {
    /// Laws or families; all if none is given.
    #[arg(value_name = "LAW|FAMILY")]
    pub laws: Vec<String>,
    /// How much work: smoke for seconds, quick for minutes, full for the paper's sizes.
    #[arg(long, value_enum)]
    pub profile: Option<ProfileArg>,
    /// Override a parameter in the grids: name=value, or name=value,value,… for several.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Most seeds per point; by default the profile's.
    #[arg(long, value_name = "N")]
    pub seeds: Option<u64>,
    /// The first seed.
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Where tensors go: cpu, or cuda for the first GPU.
    #[arg(long, value_enum, default_value_t)]
    pub device: DeviceArg,
    /// A study written down in TOML: laws, profile, seeds and parameters.
    #[arg(long, value_name = "FILE.toml", long_help = PLAN_HELP)]
    pub plan: Option<PathBuf>,
    /// Where results are kept.
    #[command(flatten)]
    pub store: StoreArgs,
}

const PLAN_HELP: &str = "\
A study written down in TOML: laws, profile, seeds and parameters, as in

profile = \"smoke\"
seeds = 12
[[law]]
id = \"dense-memory\"
set = { N = [100, 200], n = 3 }
";

const RUN_EXAMPLES: &str = "\
Examples:
  cargo xtask run memory --profile smoke    a family, in seconds
  cargo xtask run dense-memory --set n=2,3  one law on another grid; `cargo xtask show dense-memory` names its parameters
  cargo xtask run spred --seeds 100         more seeds where claims are undecided
  cargo xtask run --profile full --shard 3/16 the third of sixteen jobs of an array; `run` without --shard then judges
";

/// Arguments of `run`.
#[derive(Debug, Clone, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub struct RunArgs {
    /// What to run.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Worker processes; by default one per core.
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// One job of an array: measure its share of the cells, and leave judging to a run without this.
    #[arg(long, value_name = "NUMBER/OF", conflicts_with_all = ["format", "every_claim"])]
    pub shard: Option<Shard>,
    /// What standard output carries.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Print every claim, also of many laws; else those that simply hold are counted.
    #[arg(long)]
    pub every_claim: bool,
    /// Stop at the first cell that fails.
    #[arg(long)]
    pub fail_fast: bool,
}

/// Arguments of `list`.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// Laws or families; all if none is given.
    #[arg(value_name = "LAW|FAMILY")]
    pub laws: Vec<String>,
    /// What standard output carries.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Arguments of `show`.
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// The law.
    pub law: String,
}

/// Where results are kept.
#[derive(Debug, Clone, Args)]
pub struct StoreArgs {
    /// The folder that holds results; `results` in the workspace by default.
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
}

/// Arguments of `report`.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// The run, as `status` names it; the last one if none is given.
    pub run: Option<String>,
    /// Where results are kept.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `export`.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// The folder to write to; `export` in the store by default.
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// Where results are kept.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `new`.
#[derive(Debug, Clone, Args)]
pub struct NewArgs {
    /// Family and name of the law: memory/my-law.
    #[arg(value_name = "FAMILY/LAW")]
    pub law: String,
}

/// Arguments of `setup`.
#[derive(Debug, Clone, Args)]
pub struct SetupArgs {
    /// Get libtorch again even if it is there.
    #[arg(long)]
    pub force: bool,
    /// Also get the CUDA libraries that `--device cuda` needs; they are several gigabytes.
    #[arg(long)]
    pub cuda: bool,
}

/// Arguments of `test`.
#[derive(Debug, Clone, Args)]
pub struct TestArgs {
    /// Passed on to the test runner, as in `cargo xtask test -- -p lawbook-memory`.
    #[arg(last = true)]
    pub rest: Vec<String>,
}

/// Arguments of `bench`.
#[derive(Debug, Clone, Args)]
pub struct BenchArgs {
    /// Benches, by the beginnings of their names; all if none is given.
    #[arg(value_name = "BENCH")]
    pub benches: Vec<String>,
    /// Also do the same work in the tools that users would pick instead, and print the ratios.
    #[arg(long)]
    pub peers: bool,
    /// Count the instructions of the fused engine instead, which valgrind does, and compare them with those committed.
    #[arg(long, conflicts_with = "peers")]
    pub instructions: bool,
    /// What standard output carries.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What standard output carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
}

/// A profile on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileArg {
    /// Seconds.
    Smoke,
    /// Minutes on two cores.
    Quick,
    /// The paper's sizes.
    Full,
}

/// A device on the command line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum DeviceArg {
    /// The CPU.
    #[default]
    Cpu,
    /// The first GPU.
    Cuda,
}

impl From<ProfileArg> for Profile {
    fn from(arg: ProfileArg) -> Self {
        match arg {
            ProfileArg::Smoke => Self::Smoke,
            ProfileArg::Quick => Self::Quick,
            ProfileArg::Full => Self::Full,
        }
    }
}

impl DeviceArg {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        }
    }
}
