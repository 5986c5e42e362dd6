//! Dependencies have the same features whichever package is built, so that each is compiled once.
//!
//! Cargo compiles a dependency anew for every set of features that a command asks for. `crates/unify` asks for what the whole
//! workspace asks for; this finds what it lacks.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::Problem;
use crate::cargo;

/// Where features are unified.
pub const UNIFY: &str = "crates/unify/Cargo.toml";

/// Compares what each package asks for alone with what the workspace asks for. Cargo keeps what build scripts and procedural
/// macros ask for apart, so that what ends in programs is also compared by itself.
pub fn check(members: &[String], found: &mut Vec<Problem>) -> Result<()> {
    let mut apart: BTreeMap<(String, String), (BTreeSet<&str>, Tree)> = BTreeMap::new();
    for scope in ["normal,no-proc-macro", "normal,build"] {
        let with_tests = format!("{scope},dev");
        let whole = tree(&["--workspace"], &with_tests)?;
        for member in members {
            let mut alone = tree(&["--package", member], &with_tests)?;
            // Those that are programs are also built without their tests.
            if ["lab", "xtask"].contains(&member.as_str()) {
                alone.extend(tree(&["--package", member], scope)?);
            }
            for line in alone.difference(&whole) {
                apart.entry(line.clone()).or_insert_with(|| (BTreeSet::new(), whole.clone())).0.insert(member);
            }
        }
    }
    found.extend(apart.iter().map(|((package, features), (members, whole))| {
        differs(package, features, &members.iter().copied().collect::<Vec<_>>(), whole)
    }));
    Ok(())
}

/// The packages of a `cargo tree` with their features.
type Tree = BTreeSet<(String, String)>;

fn tree(packages: &[&str], edges: &str) -> Result<Tree> {
    let mut words = vec!["tree", "--locked", "--quiet", "--prefix=none", "--format={p}|{f}", "--edges", edges];
    words.extend(packages);
    Ok(parse(&cargo::output(&mut cargo::command(&words))?))
}

/// Reads lines such as `serde v1.0.229|derive,std (*)`; those of the workspace name a path and are left out.
fn parse(text: &str) -> Tree {
    let lines = text.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.contains(" (/"));
    lines
        .filter_map(|line| line.split_once('|'))
        .map(|(package, features)| (package.to_owned(), features.to_owned()))
        .collect()
}

fn differs(package: &str, features: &str, members: &[&str], whole: &Tree) -> Problem {
    let sets: Vec<&str> = whole.iter().filter(|(name, _)| name == package).map(|(_, set)| set.as_str()).collect();
    let text = format!(
        "{package} is compiled twice: with [{features}] for {} alone, with [{}] for the workspace; ask for the latter here",
        members.join(", "),
        sets.join("] and [")
    );
    Problem::new(UNIFY, 1, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_that_is_asked_for_only_together_is_found() {
        let whole = parse("lab v0.0.0 (/here)|\nserde v1.0.229|derive,std\nserde v1.0.229|derive,std (*)\nlibm v0.2.16|\n");
        assert_eq!(whole.len(), 2);
        let alone = parse("serde v1.0.229|std (*)\nlibm v0.2.16|\n");
        let apart: Vec<_> = alone.difference(&whole).collect();
        assert_eq!(apart, [&("serde v1.0.229".to_owned(), "std".to_owned())]);
        let text = differs(&apart[0].0, &apart[0].1, &["lab"], &whole).text;
        assert!(text.contains("with [std] for lab alone, with [derive,std] for the workspace"), "{text}");
    }
}
