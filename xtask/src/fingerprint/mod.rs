//! Code fingerprints: which code a study's measurement depends on, seen at the level of tokens.
//!
//! The sources are parsed into *items* (functions, types with their methods, constants, macros). A study depends on its
//! `measure`, and on every item that something it depends on names. The fingerprint hashes the tokens of those items, and
//! the locked versions of the external crates below them. So a comment, a test, a prediction or a margin changes nothing,
//! a formula reruns the studies that use it and no others, and moving code between files is free.
//!
//! Names are matched along imports and paths, types are not resolved; where a name is ambiguous every candidate counts. The
//! error is on the safe side: a cell may be measured again without need, but is never kept when code that it names has changed.

mod items;
mod locked;
mod scan;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use anyhow::{Context, Result, bail};
use lawbook_claims::LawCard;
use serde::{Deserialize, Serialize};

use crate::sources::Sources;
use items::Item;
use scan::Name;

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
    /// Imports of traits of the workspace, by file, with the methods that they bring.
    traits_by_file: HashMap<String, Vec<(usize, BTreeSet<String>)>>,
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
        // A study's name is a string, which no other item can name.
        let named = || items.iter().enumerate().filter(|(_, item)| item.study.is_none());
        for (i, item) in named().filter(|(_, item)| !item.implements) {
            for name in &item.defines {
                if !item.private_import {
                    by_crate.entry((item.krate.clone(), name.clone())).or_insert_with(Vec::new).push(i);
                }
                by_file.entry((item.file.clone(), name.clone())).or_insert_with(Vec::new).push(i);
            }
        }
        for (i, item) in named().filter(|(_, item)| item.implements) {
            // An implementation belongs to its type; that of a trait for a type from elsewhere to the trait.
            let place = |name: &String| (item.krate.clone(), name.clone());
            let own_type = item.defines.first().map(place).filter(|place| by_crate.contains_key(place));
            let places = own_type.map_or_else(|| item.defines.iter().map(place).collect(), |own_type| vec![own_type]);
            for place in places {
                implementations.entry(place).or_insert_with(Vec::new).push(i);
            }
        }
        let mut methods: HashMap<&str, BTreeSet<String>> = HashMap::new();
        for (_, item) in named().filter(|(_, item)| item.kind == "trait") {
            for name in &item.defines {
                methods.entry(name).or_default().extend(item.methods.iter().cloned());
            }
        }
        let mut traits_by_file: HashMap<String, Vec<(usize, BTreeSet<String>)>> = HashMap::new();
        for (i, item) in named().filter(|(_, item)| item.import) {
            let brought: BTreeSet<String> =
                item.uses.iter().filter_map(|name| methods.get(name.ident.as_str())).flatten().cloned().collect();
            if !brought.is_empty() {
                traits_by_file.entry(item.file.clone()).or_default().push((i, brought));
            }
        }
        let locked = locked::Locked::parse(&sources.manifests)?;
        Ok(Self { traits_by_file, items, by_crate, by_file, implementations, locked })
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
        let reached: Vec<&Item> = reached.iter().map(|&i| &self.items[i]).filter(|item| !item.import).collect();
        // Several implementations of one type in one file share a label. Their order is no part of the code.
        let mut items: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for item in &reached {
            items.entry(item.label()).or_default().insert(&item.hash);
        }
        let items = items.into_iter().map(|(label, hashes)| (label, hashes.into_iter().collect())).collect();
        let mut hashes: Vec<&String> = reached.iter().map(|item| &item.hash).collect();
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
        for Name { ident, within } in &item.uses {
            found.extend(self.in_file(&item.file, ident));
            // What another file defines has to be imported here, and then the import is an item of this file, or has `::`
            // before it; a bare name that is neither is a local variable or the standard library's. What stands within a
            // type is reached through the type.
            match within.as_deref() {
                Some(module) if module.starts_with(|c: char| c.is_lowercase() || c == '_') => {
                    found.extend(self.in_module(item, module, ident));
                }
                _ => {}
            }
        }
        // A method of an imported trait is called without naming the trait.
        for (import, methods) in self.traits_by_file.get(&item.file).into_iter().flatten().filter(|_| !item.import) {
            if item.uses.iter().any(|name| methods.contains(&name.ident)) {
                found.push(*import);
            }
        }
        // Reaching a type reaches what is implemented for it. A type of the same name in another file has its own.
        for name in item.defines.iter().filter(|_| !item.import && !item.implements) {
            let all = self.implementations.get(&(item.krate.clone(), name.clone())).into_iter().flatten();
            found.extend(all.filter(|&&i| {
                let file = &self.items[i].file;
                *file == item.file || !self.in_file(file, name).any(|other| !self.items[other].import)
            }));
        }
        found
    }

    /// The items of this name in a file, imports included.
    fn in_file(&self, file: &str, ident: &str) -> impl Iterator<Item = usize> {
        self.by_file.get(&(file.to_owned(), ident.to_owned())).into_iter().flatten().copied()
    }

    /// The items that `module::ident` in this item may mean: those in the module's own files, if there are any, else all of
    /// that name in the crates that can be meant.
    fn in_module(&self, item: &Item, module: &str, ident: &str) -> Vec<usize> {
        let mut crates = BTreeSet::from([&item.krate]);
        crates.extend(&item.names_crates);
        // A module that the file imports may be one of another crate.
        for import in self.in_file(&item.file, module).map(|i| &self.items[i]).filter(|other| other.import) {
            crates.extend(&import.names_crates);
        }
        let named = crates.into_iter().filter_map(|krate| self.by_crate.get(&(krate.clone(), ident.to_owned())));
        let named: Vec<usize> = named.flatten().copied().collect();
        let inside: Vec<usize> = named.iter().copied().filter(|&i| is_module(&self.items[i], module, &item.file)).collect();
        if inside.is_empty() { named } else { inside }
    }
}

/// Whether an item stands in the file of the module that another file calls `module`.
fn is_module(item: &Item, module: &str, from: &str) -> bool {
    let path = item.file.trim_end_matches(".rs").trim_end_matches("/mod");
    match module {
        "self" => item.file == from,
        "crate" => path.ends_with("/lib"),
        "super" => {
            let here = from.trim_end_matches(".rs").trim_end_matches("/mod");
            let above = here.rsplit_once('/').map_or("", |(above, _)| above);
            path == above || path.strip_suffix("/lib") == Some(above)
        }
        name if name.starts_with("lawbook_") => item.krate == name && path.ends_with("/lib"),
        // A module, or a crate by its folder: `framework` is `experiments/framework/lib.rs`.
        name => path.strip_suffix("/lib").unwrap_or(path).rsplit('/').next() == Some(name),
    }
}

#[cfg(test)]
mod tests;
