//! The locked versions of the external crates that workspace crates build on.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
};

use anyhow::{Context, Result};
use toml::Value;

/// The lock file, and which external crates each workspace crate names.
#[derive(Debug, Default)]
pub struct Locked {
    /// External crates in `[dependencies]`, by workspace crate with underscores.
    named: HashMap<String, Vec<String>>,
    /// Locked packages by name: version and checksum, and the names they depend on.
    packages: BTreeMap<String, Vec<(String, Vec<String>)>>,
}

impl Locked {
    /// From the manifests and the lock file.
    pub fn parse(manifests: &[(PathBuf, String)]) -> Result<Self> {
        let mut locked = Self::default();
        for (path, text) in manifests {
            let name = path.to_string_lossy();
            if name.ends_with("Cargo.lock") {
                let lock: Value = toml::from_str(text).context("Cargo.lock does not parse")?;
                for package in lock.get("package").and_then(Value::as_array).into_iter().flatten() {
                    locked.add_package(package);
                }
            } else if name.ends_with("Cargo.toml") {
                let manifest: Value = toml::from_str(text).with_context(|| format!("{name} does not parse"))?;
                locked.add_manifest(&manifest);
            }
        }
        Ok(locked)
    }

    /// The external crates below these workspace crates, as `name version checksum`. What `lab` itself names (the command
    /// line, JSON) cannot change a measurement and is left out.
    pub fn below(&self, crates: &BTreeSet<&str>) -> BTreeSet<String> {
        let own = crates.iter().filter(|name| **name != "lab");
        let mut queue: Vec<&str> = own.filter_map(|name| self.named.get(*name)).flatten().map(String::as_str).collect();
        let mut seen = BTreeSet::new();
        let mut found = BTreeSet::new();
        while let Some(name) = queue.pop() {
            if !seen.insert(name) {
                continue;
            }
            for (version, dependencies) in self.packages.get(name).into_iter().flatten() {
                found.insert(format!("{name} {version}"));
                queue.extend(dependencies.iter().map(String::as_str));
            }
        }
        found
    }

    fn add_package(&mut self, package: &Value) {
        let text = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        // Dependencies read `name` or `name version`.
        let bare = |entry: &Value| entry.as_str().and_then(|e| e.split(' ').next()).map(str::to_owned);
        let dependencies =
            package.get("dependencies").and_then(Value::as_array).into_iter().flatten().filter_map(bare).collect();
        let version = format!("{} {}", text("version"), text("checksum"));
        self.packages.entry(text("name")).or_default().push((version, dependencies));
    }

    fn add_manifest(&mut self, manifest: &Value) {
        let Some(name) = manifest.get("package").and_then(|p| p.get("name")).and_then(Value::as_str) else { return };
        let dependencies = manifest.get("dependencies").and_then(Value::as_table);
        let external = dependencies.into_iter().flatten().map(|(name, _)| name.clone());
        let external = external.filter(|name| !name.starts_with("lawbook-") && name != "lab").collect();
        self.named.insert(name.replace('-', "_"), external);
    }
}
