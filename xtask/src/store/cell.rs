//! A finished cell, and the key that says what it depends on.

use lawbook_claims::{Observation, wire::CellSpec};
use serde::{Deserialize, Serialize};

/// What a cell's numbers depend on, hashed: law, point, seed, code, libtorch and device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellKey(pub String);

/// What surrounds a measurement and may change its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Fingerprint of the code.
    pub code: String,
    /// Version of libtorch.
    pub libtorch: String,
    /// `cpu` or `cuda`.
    pub device: String,
}

/// One finished cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellRecord {
    /// Its key.
    pub key: CellKey,
    /// Law, point and seed.
    pub spec: CellSpec,
    /// What else its numbers depend on.
    pub surroundings: Surroundings,
    /// What was measured, in the order in which it was recorded.
    pub observations: Vec<Observation>,
}

impl CellKey {
    /// The key of a cell.
    pub fn new(spec: &CellSpec, surroundings: &Surroundings) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("lawbook 2026 cell key, schema 1");
        let seed = spec.seed.to_string();
        let Surroundings { code, libtorch, device } = surroundings;
        for part in [&spec.law, &spec.point.canonical(), &seed, code, libtorch, device] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self(hasher.finalize().to_hex()[..32].to_owned())
    }
}
