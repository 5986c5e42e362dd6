//! The sources of the laws, read once per command: what decides whether the worker is up to date, and what fingerprints are
//! taken of.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Every file that can change what a law measures.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The workspace.
    pub root: PathBuf,
    /// Rust files: path relative to the workspace and text, sorted by path.
    pub files: Vec<(PathBuf, String)>,
    /// Manifests, the lock file and cargo's configuration, likewise.
    pub manifests: Vec<(PathBuf, String)>,
    /// Hash of all of it.
    pub digest: String,
}

impl Sources {
    /// Reads the sources of the workspace at `root`.
    pub fn read(root: &Path) -> Result<Self> {
        let mut paths = Vec::new();
        for folder in ["crates", "experiments"] {
            collect(&root.join(folder), &mut paths).with_context(|| format!("{folder}/ cannot be read"))?;
        }
        paths.extend(["Cargo.toml", "Cargo.lock", ".cargo/config.toml"].map(|file| root.join(file)));
        paths.sort();
        let (mut files, mut manifests) = (Vec::new(), Vec::new());
        let mut hasher = blake3::Hasher::new();
        for path in paths {
            let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            let relative = path.strip_prefix(root).unwrap_or(&path).to_path_buf();
            hasher.update(relative.as_os_str().as_encoded_bytes());
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
            let rust = relative.extension().is_some_and(|extension| extension == "rs");
            if rust { &mut files } else { &mut manifests }.push((relative, text));
        }
        Ok(Self { root: root.to_path_buf(), files, manifests, digest: hasher.finalize().to_hex().to_string() })
    }
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            // Tests and benches cannot change what a law measures.
            if !matches!(name.as_str(), "tests" | "benches" | "target") {
                collect(&path, paths)?;
            }
        } else if name.ends_with(".rs") || name == "Cargo.toml" {
            paths.push(path);
        }
    }
    Ok(())
}
