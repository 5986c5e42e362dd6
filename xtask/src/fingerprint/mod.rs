//! Code fingerprints: which code a study's measurement depends on, seen at the level of tokens.
//!
//! The sources are parsed into *items* (functions, types with their methods, constants, macros). A study depends on its
//! `measure`, and on every item that something it depends on names. The fingerprint hashes the tokens of those items, and
//! the locked versions of the external crates below them. So a comment, a test, a prediction or a margin changes nothing,
//! a formula reruns the studies that use it and no others, and moving code between files is free.
//!
//! Names are matched along imports and paths, types are not resolved; where a name is ambiguous every candidate counts. The error is on the safe side:
//! a cell may be measured again without need, but is never kept when code that it names has changed.

mod items;
mod locked;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use anyhow::{Context, Result, bail};
use lawbook_claims::LawCard;
use serde::{Deserialize, Serialize};

use crate::sources::Sources;
use items::{Item, Name};

/// The code that a study depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Hash of everything below.
    pub digest: String,
    /// Items by place and name, with the hash of their tokens.
    pub items: BTreeMap<String, String>,
    /// External crates with their locked version.
    pub crates: BTreeSet<String>,
}

impl Fingerprint {
    /// What differs between two fingerprints, one line each: what `why` prints.
    pub fn differences(&self, older: &Self) -> Vec<String> {
        let changed = self.items.iter().filter_map(|(name, hash)| match older.items.get(name) {
            Some(old) if old == hash => None,
            Some(_) => Some(format!("{name} changed")),
            None => Some(format!("{name} is new")),
        });
        let gone = older.items.keys().filter(|name| !self.items.contains_key(*name)).map(|name| format!("{name} is gone"));
        let crates = self.crates.symmetric_difference(&older.crates).map(|name| format!("crate {name} moved"));
        changed.chain(gone).chain(crates).collect()
    }
}

/// All items of the sources, and who may name them.
pub struct Code {
    items: Vec<Item>,
    /// Items visible in a whole crate, by crate and name.
    by_crate: HashMap<(String, String), Vec<usize>>,
    /// Items by file and name, private imports included.
    by_file: HashMap<(String, String), Vec<usize>>,
    /// Implementations, by crate and the name of the type (or, for foreign types, the trait).
    implementations: HashMap<(String, String), Vec<usize>>,
    locked: locked::Locked,
}

impl Code {
    /// Parses the sources.
    pub fn parse(sources: &Sources) -> Result<Self> {
        let mut items = Vec::new();
        for (path, text) in &sources.files {
            let file = path.to_string_lossy().replace('\\', "/");
            items.extend(items::parse(&sources.root, &file, text).with_context(|| format!("{file} does not parse"))?);
        }
        let (mut by_crate, mut by_file, mut implementations) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (i, item) in items.iter().enumerate() {
            let place = if item.implements { &mut implementations } else { &mut by_crate };
            for name in &item.defines {
                if !item.private_import {
                    place.entry((item.krate.clone(), name.clone())).or_insert_with(Vec::new).push(i);
                }
                if !item.implements {
                    by_file.entry((item.file.clone(), name.clone())).or_insert_with(Vec::new).push(i);
                }
            }
        }
        let locked = locked::Locked::parse(&sources.manifests)?;
        Ok(Self { items, by_crate, by_file, implementations, locked })
    }

    /// The fingerprint of one study of a law.
    pub fn fingerprint(&self, law: &LawCard, study: &str) -> Result<Fingerprint> {
        let folder = format!("{}/", law.file.trim_end_matches(".rs"));
        let own = |item: &&Item| item.file == law.file || item.file.starts_with(&folder);
        let is_root = |item: &&Item| item.study.as_deref() == Some(study);
        let Some(root) = self.items.iter().position(|item| own(&item) && is_root(&item)) else {
            bail!("no `impl Study` with NAME \"{study}\" in {} or {folder}; write the name as a string literal", law.file);
        };
        let mut reached = HashSet::from([root]);
        let mut queue = VecDeque::from([root]);
        while let Some(i) = queue.pop_front() {
            for next in self.named_by(&self.items[i]) {
                if reached.insert(next) {
                    queue.push_back(next);
                }
            }
        }
        let crates: BTreeSet<&str> = reached.iter().map(|&i| self.items[i].krate.as_str()).collect();
        let crates = self.locked.below(&crates);
        let mut items: BTreeMap<String, String> = BTreeMap::new();
        for item in reached.iter().map(|&i| &self.items[i]).filter(|item| !item.import) {
            // Several implementations of one type in one file share a label.
            items.entry(item.label()).and_modify(|hash| hash.push_str(&item.hash)).or_insert_with(|| item.hash.clone());
        }
        let mut hashes: Vec<&String> = items.values().collect();
        hashes.sort();
        let mut hasher = blake3::Hasher::new();
        for part in hashes.into_iter().chain(&crates) {
            hasher.update(part.as_bytes());
        }
        Ok(Fingerprint { digest: hasher.finalize().to_hex()[..32].to_owned(), items, crates })
    }

    /// The items that an item may mean by the names in it.
    fn named_by(&self, item: &Item) -> Vec<usize> {
        let mut found = Vec::new();
        let own = [&item.krate];
        for Name { ident, qualified } in &item.uses {
            found.extend(self.by_file.get(&(item.file.clone(), ident.clone())).into_iter().flatten());
            // What another file defines has to be imported here, and then the import is an item of this file, or has `::`
            // before it; a bare name that is neither is a local variable or the standard library's.
            if !qualified {
                continue;
            }
            for krate in own.into_iter().chain(&item.names_crates) {
                found.extend(self.by_crate.get(&(krate.clone(), ident.clone())).into_iter().flatten());
            }
        }
        // Reaching a type reaches what is implemented for it.
        for name in item.defines.iter().filter(|_| !item.import && !item.implements) {
            found.extend(self.implementations.get(&(item.krate.clone(), name.clone())).into_iter().flatten());
        }
        found
    }
}

#[cfg(test)]
mod tests;
