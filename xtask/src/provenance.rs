//! Where, when and from what a run's numbers came.

use std::process::Command;

use crate::{house::House, outcome::Provenance, planning::Plan, workspace};

/// Collects what is known about this run. What cannot be found out is left out.
pub fn collect(house: &House, plan: &Plan, jobs: usize, started: &jiff::Zoned, seeds: u64) -> Provenance {
    let git = |args: &[&str]| output("git", args);
    let mut facts = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        facts.extend(value.filter(|value| !value.is_empty()).map(|value| (name.to_owned(), value)));
    };
    let dirty_patch = git(&["diff", "HEAD"]).unwrap_or_default();
    let state = if dirty_patch.is_empty() { "" } else { " with uncommitted changes" };
    add("revision", git(&["rev-parse", "HEAD"]).map(|revision| format!("{revision}{state}")));
    add("command", Some(std::env::args().skip(1).fold("cargo xtask".to_owned(), |line, word| format!("{line} {word}"))));
    add("started", Some(started.strftime("%Y-%m-%d %H:%M:%S %Z").to_string()));
    add("ended", Some(jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S %Z").to_string()));
    add("compiler", house.lab.remember("compiler", || Ok(output("rustc", &["--version"]))).ok().flatten());
    add("libtorch", Some(house.lab.libtorch.version.clone()));
    add("device", Some(plan.device.clone()));
    add("processor", processor());
    add("cores", std::thread::available_parallelism().ok().map(|cores| cores.to_string()));
    add("workers", Some(format!("{jobs}, one thread each")));
    add("operating system", output("uname", &["-srm"]));
    add("seeds", Some(format!("from {}, at most {seeds} per point", plan.first_seed)));
    let lock = std::fs::read(workspace::root().join("Cargo.lock")).ok();
    add("lock file", lock.map(|bytes| format!("blake3 {}", &blake3::hash(&bytes).to_hex()[..16])));
    Provenance { facts, dirty_patch }
}

/// The name of the processor.
pub fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok();
    let line = text.as_deref().and_then(|text| text.lines().find(|line| line.starts_with("model name")));
    let name = line.and_then(|line| line.split_once(':')).map(|(_, name)| name.trim().to_owned());
    name.or_else(|| output("sysctl", &["-n", "machdep.cpu.brand_string"]))
}

fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).current_dir(workspace::root()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
