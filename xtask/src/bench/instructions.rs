//! The instructions that the fused engine takes per replica and step: a gate that no noise of the machine moves.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use super::Ours;
use crate::workspace;

/// Instructions per replica and step, by kind of number.
pub type Counts = BTreeMap<String, f64>;

/// More than this part above the committed count fails; a new compiler may well move it by less.
const ALLOWED: f64 = 0.05;
/// Replicas of the counted work.
const REPLICAS: f64 = 64.0;
const STEPS: [u64; 2] = [1000, 5000];

/// Counts, by the difference of two lengths, so that the start of the program drops out.
pub fn count(ours: &Ours) -> Result<Counts> {
    let kinds = [("f32", 32), ("f64", 64)];
    kinds.into_iter().map(|(kind, bits)| Ok((kind.to_owned(), per_step(ours, bits)?))).collect()
}

fn per_step(ours: &Ours, bits: u32) -> Result<f64> {
    let [few, many] = STEPS.map(|steps| total(ours, bits, steps));
    Ok((many? - few?) / ((STEPS[1] - STEPS[0]) as f64 * REPLICAS))
}

fn total(ours: &Ours, bits: u32, steps: u64) -> Result<f64> {
    let arguments = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let output = ours
        .counted("valgrind", &arguments, bits, steps)
        .output()
        .context("valgrind does not start: install it (Debian and Ubuntu: `apt install valgrind`)")?;
    let text = String::from_utf8_lossy(&output.stderr);
    collected(&text)
        .with_context(|| format!("valgrind counted nothing: {}", text.lines().last().unwrap_or("it said nothing")))
}

/// The number in `==123== Collected : 456`.
fn collected(text: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(' ').next()?.parse().ok()
}

/// What the repository says.
pub fn committed() -> Result<Counts> {
    let path = workspace::root().join("benches/instructions.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} does not hold counts by kind of number", path.display()))
}

/// An error with the numbers if a count has grown.
pub fn check(counts: &Counts, committed: &Counts) -> Result<()> {
    for (kind, count) in counts {
        let before = committed.get(kind).with_context(|| format!("no count is committed for {kind}"))?;
        if *count > before * (1.0 + ALLOWED) {
            bail!(
                "a step of a replica in {kind} takes {count:.1} instructions, {before:.1} when it was last looked at: find out why, \
                 or write the new count to benches/instructions.json with the reason in the commit"
            );
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_what_valgrind_says() {
        let said = "==7== Events    : Ir\n==7== Collected : 1234567\n==7== \n==7== I   refs:      1,234,567\n";
        assert_eq!(collected(said), Some(1_234_567.0));
        assert_eq!(collected("valgrind: no such file"), None);
    }

    #[test]
    fn more_instructions_are_an_error_and_fewer_are_not() {
        let counts = |count: f64| Counts::from([("f32".to_owned(), count)]);
        assert!(check(&counts(104.0), &counts(100.0)).is_ok());
        assert!(check(&counts(50.0), &counts(100.0)).is_ok());
        let error = check(&counts(106.0), &counts(100.0)).unwrap_err().to_string();
        assert!(error.contains("106.0 instructions, 100.0 when"), "{error}");
        assert!(check(&counts(1.0), &Counts::new()).is_err());
    }
}
