//! The workspace opened for work: sources read, worker built, laws and their code fingerprints known.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use lawbook_claims::LawCard;

use crate::{
    fingerprint::{Code, Fingerprint},
    lab::Lab,
    libtorch,
    planning::Plan,
    sources::Sources,
    store::{cell::Surroundings, write_atomically},
    workspace,
};

/// Raise it when fingerprints are taken in another way: those that are remembered are then taken anew.
const ALGORITHM: u32 = 6;

/// The opened workspace.
pub struct House {
    /// The worker program.
    pub lab: Lab,
    /// Every law of the registry.
    pub cards: Vec<LawCard>,
    fingerprints: BTreeMap<String, Fingerprint>,
}

impl House {
    /// Opens the workspace: gets libtorch if it is not there, and builds the worker unless it is up to date.
    pub fn open() -> Result<Self> {
        let libtorch = libtorch::ensure()?;
        let sources = Sources::read(&workspace::root())?;
        let lab = Lab::build(&sources, libtorch)?;
        let cards = lab.cards()?;
        let fingerprints = lab.remember(&format!("fingerprints-{ALGORITHM}"), || fingerprints(&sources, &cards))?;
        Ok(Self { lab, cards, fingerprints })
    }

    /// The code that a study of a law depends on.
    pub fn fingerprint(&self, law: &str, study: &str) -> Result<&Fingerprint> {
        self.fingerprints.get(&name(law, study)).with_context(|| format!("law {law} has no study {study}"))
    }

    /// What surrounds a study's measurements on a device.
    pub fn surroundings(&self, law: &str, study: &str, device: &str) -> Result<Surroundings> {
        Ok(Surroundings {
            code: self.fingerprint(law, study)?.digest.clone(),
            libtorch: self.lab.libtorch.version.clone(),
            device: device.to_owned(),
        })
    }

    /// Keeps the fingerprints behind a plan's cells in the store, so that `why` can say later what has changed.
    pub fn keep_fingerprints(&self, plan: &Plan, store: &Path) -> Result<()> {
        for law in &plan.laws {
            for study in law.points.iter().map(|point| &point.study).collect::<BTreeSet<_>>() {
                let fingerprint = self.fingerprint(&law.card.id, study)?;
                let path = kept_at(store, &fingerprint.digest);
                if !path.exists() {
                    write_atomically(&path, serde_json::to_string(fingerprint)?.as_bytes())?;
                }
            }
        }
        Ok(())
    }
}

/// A fingerprint that an earlier run kept.
pub fn kept_fingerprint(store: &Path, digest: &str) -> Option<Fingerprint> {
    serde_json::from_str(&std::fs::read_to_string(kept_at(store, digest)).ok()?).ok()
}

fn kept_at(store: &Path, digest: &str) -> PathBuf {
    store.join("code").join(format!("{digest}.json"))
}

fn fingerprints(sources: &Sources, cards: &[LawCard]) -> Result<BTreeMap<String, Fingerprint>> {
    let code = Code::parse(sources)?;
    let studies = cards.iter().flat_map(|card| card.studies.iter().map(move |study| (card, study)));
    studies.map(|(card, study)| Ok((name(&card.id, &study.name), code.fingerprint(card, &study.name)?))).collect()
}

fn name(law: &str, study: &str) -> String {
    format!("{law} {study}")
}
