//! Who may depend on whom, from `cargo metadata` and the lock file.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Problem;

/// The workspace's packages, each with those that it may depend on. Arrows run one way.
const MAY_USE: &[(&str, &[&str])] = &[
    (UNIFY, &[]),
    ("lawbook-claims", &[]),
    ("lawbook-core", &[]),
    ("lawbook-analysis", &["lawbook-core"]),
    ("lawbook-equivariant", MECHANISM),
    ("lawbook-dynamics", MECHANISM),
    ("lawbook-landscapes", MECHANISM),
    ("lawbook-memory", MECHANISM),
    ("lab-framework", &["lawbook-claims", "lawbook-core"]),
    ("lab-dynamics", &["lab-framework", "lawbook-analysis", "lawbook-claims", "lawbook-core", "lawbook-dynamics"]),
    ("lab-equivariant", &["lab-framework", "lawbook-analysis", "lawbook-claims", "lawbook-core", "lawbook-equivariant"]),
    ("lab-landscapes", &["lab-framework", "lawbook-analysis", "lawbook-claims", "lawbook-core", "lawbook-landscapes"]),
    ("lab-memory", &["lab-framework", "lawbook-analysis", "lawbook-claims", "lawbook-core", "lawbook-memory"]),
    ("lab", FAMILIES),
    ("lawbook-benches", &["lawbook-core", "lawbook-dynamics", "lawbook-equivariant", "lawbook-memory"]),
    ("xtask", &["lawbook-claims"]),
];

/// Any package may use it: it holds no code, and asks for features on behalf of all.
pub const UNIFY: &str = "lawbook-unify";

/// The laws of each family see the mechanism of their own; only the registry sees all families.
const FAMILIES: &[&str] =
    &["lab-framework", "lab-dynamics", "lab-equivariant", "lab-landscapes", "lab-memory", "lawbook-claims", "lawbook-core"];

const MECHANISM: &[&str] = &["lawbook-analysis", "lawbook-core"];

/// Packages that must not be linked, however far away: by whom, what, why.
const NEVER: &[(&str, &[&str], &str)] = &[
    ("xtask", &["tch", "torch-sys"], "the conductor starts in milliseconds because it loads no libtorch: ask the worker"),
    ("lab", &["polars", "polars-core", "polars-io"], "the worker writes observations and leaves tables to xtask"),
    ("lawbook-claims", &["tch", "torch-sys", "polars", "polars-core"], "claims judges numbers from anywhere"),
];

/// Network stacks; the way that polars takes in one is its `parquet` feature.
const NETWORK: &[&str] = &["hyper", "reqwest", "rustls", "openssl", "openssl-sys", "native-tls", "ureq", "curl", "h2"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Deserialize)]
struct EdgeKind {
    kind: Option<String>,
}

/// Checks what `cargo metadata` prints; gives the names of the workspace's packages.
pub fn check(metadata: &str, found: &mut Vec<Problem>) -> Result<Vec<String>> {
    let metadata: Metadata = serde_json::from_str(metadata).context("cargo metadata answers something unknown")?;
    let members: Vec<&Package> = metadata.packages.iter().filter(|p| metadata.workspace_members.contains(&p.id)).collect();
    let names: BTreeSet<&str> = members.iter().map(|package| package.name.as_str()).collect();
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    for package in &members {
        let name = package.name.as_str();
        let Some(may) = allowed.get(name) else {
            let text = format!("{name} has no place in the layering: give it one in xtask/src/tidy/layering.rs");
            found.push(Problem::new("Cargo.toml", 1, text));
            continue;
        };
        let uses: BTreeSet<&str> = package.dependencies.iter().map(|dependency| dependency.name.as_str()).collect();
        for other in uses.iter().filter(|other| names.contains(**other) && **other != UNIFY && !may.contains(*other)) {
            let text = format!("{name} depends on {other}, against the layering: it may use {}", listed(may));
            found.push(Problem::new("Cargo.toml", 1, text));
        }
        if uses.contains("tch") && name != "lawbook-core" {
            let text =
                format!("{name} depends on tch: only lawbook-core does, and everything else takes tensors from there");
            found.push(Problem::new("Cargo.toml", 1, text));
        }
        let far = reach(&metadata, &package.id);
        for (_, forbidden, why) in NEVER.iter().filter(|(who, ..)| *who == name) {
            for other in forbidden.iter().filter(|other| far.contains(*other)) {
                found.push(Problem::new("Cargo.toml", 1, format!("{name} links {other}, if only through others: {why}")));
            }
        }
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "none of the workspace's crates".to_owned() } else { names.join(", ") }
}

/// The names of all packages that a package links or builds with, through however many others; not those of its tests.
fn reach<'a>(metadata: &'a Metadata, start: &'a str) -> BTreeSet<&'a str> {
    let names: HashMap<&str, &str> = metadata.packages.iter().map(|p| (p.id.as_str(), p.name.as_str())).collect();
    let nodes: HashMap<&str, &Node> = metadata.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let (mut seen, mut next) = (BTreeSet::new(), vec![start]);
    while let Some(id) = next.pop() {
        if seen.insert(id) {
            let edges = nodes.get(id).map_or(&[][..], |node| &node.deps);
            let linked = |edge: &&Edge| edge.dep_kinds.iter().any(|kind| kind.kind.as_deref() != Some("dev"));
            next.extend(edges.iter().filter(linked).map(|edge| edge.pkg.as_str()));
        }
    }
    seen.into_iter().filter_map(|id| names.get(id).copied()).collect()
}

/// Checks the lock file for network stacks.
pub fn check_lock(lock: &str, found: &mut Vec<Problem>) -> Result<()> {
    let parsed: toml::Table = lock.parse().context("Cargo.lock")?;
    let packages = parsed.get("package").and_then(toml::Value::as_array).into_iter().flatten();
    for name in packages.filter_map(|package| package.get("name")?.as_str()).filter(|name| NETWORK.contains(name)) {
        let line = lock.lines().position(|line| line == format!("name = \"{name}\"")).map_or(1, |i| i + 1);
        let text = format!(
            "{name} brings a network stack: find who asks for it with `cargo tree -i {name}` and switch that feature off"
        );
        found.push(Problem::new("Cargo.lock", line, text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metadata of packages given as name, dependencies of the workspace, whether they are for tests only.
    fn metadata(packages: &[(&str, &[&str], Option<&str>)], members: &[&str]) -> String {
        let package = |(name, deps, _): &(&str, &[&str], _)| {
            let dependencies: Vec<_> = deps.iter().map(|dep| serde_json::json!({ "name": dep })).collect();
            serde_json::json!({"id": name, "name": name, "dependencies": dependencies})
        };
        let node = |(name, deps, kind): &(&str, &[&str], Option<&str>)| {
            let edge = |dep: &&str| serde_json::json!({"pkg": dep, "dep_kinds": [{"kind": kind}]});
            serde_json::json!({"id": name, "deps": deps.iter().map(edge).collect::<Vec<_>>()})
        };
        let (packages, nodes): (Vec<_>, Vec<_>) = packages.iter().map(|p| (package(p), node(p))).unzip();
        serde_json::json!({"packages": packages, "workspace_members": members, "resolve": {"nodes": nodes}}).to_string()
    }

    fn problems(packages: &[(&str, &[&str], Option<&str>)], members: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        check(&metadata(packages, members), &mut found).unwrap();
        found.into_iter().map(|problem| problem.text).collect()
    }

    #[test]
    fn arrows_run_one_way() {
        let good: &[(&str, &[&str], _)] =
            &[("lawbook-core", &["tch"], None), ("lawbook-analysis", &["lawbook-core"], None), ("tch", &[], None)];
        assert!(problems(good, &["lawbook-core", "lawbook-analysis"]).is_empty());
        let back: &[(&str, &[&str], _)] = &[("lawbook-core", &["lawbook-analysis"], None), ("lawbook-analysis", &[], None)];
        let found = problems(back, &["lawbook-core", "lawbook-analysis"]);
        assert!(found.len() == 1 && found[0].contains("lawbook-core depends on lawbook-analysis"), "{found:?}");
        assert!(problems(&[("lawbook-new", &[], None)], &["lawbook-new"])[0].contains("no place"));
    }

    #[test]
    fn tch_has_one_door_and_never_reaches_the_conductor() {
        let packages: &[(&str, &[&str], _)] = &[
            ("lawbook-memory", &["tch"], None),
            ("xtask", &["middle"], None),
            ("middle", &["tch"], None),
            ("tch", &[], None),
        ];
        let found = problems(packages, &["lawbook-memory", "xtask"]);
        assert!(found.iter().any(|text| text.starts_with("lawbook-memory depends on tch")), "{found:?}");
        assert!(found.iter().any(|text| text.starts_with("xtask links tch")), "{found:?}");
    }

    #[test]
    fn what_only_tests_use_is_not_linked() {
        let packages: &[(&str, &[&str], _)] = &[("lab", &["polars"], Some("dev")), ("polars", &[], None)];
        assert!(problems(packages, &["lab"]).is_empty());
        let packages: &[(&str, &[&str], _)] = &[("lab", &["polars"], None), ("polars", &[], None)];
        assert_eq!(problems(packages, &["lab"]).len(), 1);
    }

    #[test]
    fn no_network_stack_is_locked() {
        let mut found = Vec::new();
        let lock = "[[package]]\nname = \"libm\"\nversion = \"1\"\n\n[[package]]\nname = \"hyper\"\nversion = \"1\"\n";
        check_lock(lock, &mut found).unwrap();
        assert!(found.len() == 1 && found[0].to_string().starts_with("Cargo.lock:6: hyper"), "{found:?}");
    }
}
