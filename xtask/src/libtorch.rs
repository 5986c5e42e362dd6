//! libtorch: the user's own where `LIBTORCH` names one, else Python wheels unpacked into `.libtorch` of the workspace.
//!
//! [`ensure`] is what every verb that builds the worker calls first. Where libtorch is there it reads one small file.

mod install;
mod layout;
mod pip;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

use crate::workspace;

/// The version that the pinned tch speaks to; `crates/core/src/device.rs` names the same.
pub const VERSION: &str = "2.11.0";

/// A libtorch that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Libtorch {
    /// What `LIBTORCH` stands for: the folder with `include` and `lib`.
    pub path: PathBuf,
    /// Its version.
    pub version: String,
    /// Whether the user brought it; then it is never changed.
    pub users_own: bool,
}

/// How much of libtorch to get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// What tensors on the CPU need.
    Cpu,
    /// NVIDIA's libraries too.
    Cuda,
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The right one.
    Ready(Libtorch),
    /// None.
    Nothing(PathBuf),
    /// One of another version, or of none that can be read.
    Unfit {
        /// Where.
        path: PathBuf,
        /// Which, if it says.
        version: Option<String>,
        /// Whether the user brought it.
        users_own: bool,
    },
}

/// libtorch, fetched first if it is not there.
pub fn ensure() -> Result<Libtorch> {
    ensure_in(&workspace::root(), std::env::var_os("LIBTORCH"))
}

/// libtorch with the CUDA libraries, fetched first if either is not there.
pub fn ensure_cuda() -> Result<Libtorch> {
    match look() {
        Found::Ready(libtorch) if load_cuda(&libtorch.path).is_ok() => Ok(libtorch),
        _ => fetch(Parts::Cuda),
    }
}

/// Gets libtorch whether or not it is there; an earlier one is replaced at the end in one step.
pub fn fetch(parts: Parts) -> Result<Libtorch> {
    let root = workspace::root();
    if let Some(own) = users_own(&root, std::env::var_os("LIBTORCH")) {
        bail!("LIBTORCH names your own libtorch in {}, which is never changed: unset it to have one fetched", own.display());
    }
    install::install(&root, parts, |_| false)
}

/// What is there, without changing anything.
pub fn look() -> Found {
    look_in(&workspace::root(), std::env::var_os("LIBTORCH"))
}

/// Tries to load the library in a process of its own; if that fails, says why in a line.
pub fn load(libtorch: &Path) -> Result<(), String> {
    load_libraries(&[layout::main_library(libtorch)])
}

/// Tries the same with the CUDA part. No GPU is needed for it to load.
pub fn load_cuda(libtorch: &Path) -> Result<(), String> {
    match layout::cuda_library(libtorch) {
        Some(library) => load_libraries(&[layout::main_library(libtorch), library]),
        None => Err("libtorch has no CUDA part".to_owned()),
    }
}

/// Where there is no Python to try it with, nothing is known to be wrong.
fn load_libraries(libraries: &[PathBuf]) -> Result<(), String> {
    let code = "import ctypes, sys\nfor path in sys.argv[1:]: ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)";
    let python = Command::new(pip::PYTHON).args(["-c", code]).args(libraries).stdin(Stdio::null()).output();
    match python {
        Ok(output) if !output.status.success() => {
            let text = String::from_utf8_lossy(&output.stderr);
            Err(text.lines().last().unwrap_or("the loader was killed").to_owned())
        }
        _ => Ok(()),
    }
}

fn ensure_in(root: &Path, variable: Option<OsString>) -> Result<Libtorch> {
    match look_in(root, variable) {
        Found::Ready(libtorch) => Ok(libtorch),
        Found::Nothing(path) if path == managed(root) => install::install(root, Parts::Cpu, is_ready),
        Found::Nothing(path) => bail!(
            "LIBTORCH names {}, where no libtorch is: name the folder that holds `include` and `lib` of libtorch {VERSION}, \
             or unset LIBTORCH to have it fetched",
            path.display()
        ),
        Found::Unfit { path, version, users_own: true } => bail!(
            "LIBTORCH names {}, which holds libtorch {}, and {VERSION} is needed: name one of that version, or unset LIBTORCH \
             to have it fetched",
            path.display(),
            version.as_deref().unwrap_or("of a version that it does not say")
        ),
        Found::Unfit { version, .. } => {
            let version = version.as_deref().unwrap_or("of unknown version");
            eprintln!("libtorch {version} is there, {VERSION} is needed: replacing it");
            install::install(root, Parts::Cpu, is_ready)
        }
    }
}

fn look_in(root: &Path, variable: Option<OsString>) -> Found {
    let own = users_own(root, variable);
    let users_own = own.is_some();
    let path = own.unwrap_or_else(|| managed(root));
    if !layout::main_library(&path).exists() {
        return Found::Nothing(path);
    }
    match layout::version(&path) {
        Some(version) if version == VERSION => Found::Ready(Libtorch { path, version, users_own }),
        version => Found::Unfit { path, version, users_own },
    }
}

fn is_ready(root: &Path) -> bool {
    matches!(look_in(root, None), Found::Ready(_))
}

/// Where the workspace's own libtorch goes.
fn managed(root: &Path) -> PathBuf {
    root.join(".libtorch").join("torch")
}

/// The folder that the user's `LIBTORCH` names. Cargo sets the variable too, by `.cargo/config.toml`, to the workspace's own.
fn users_own(root: &Path, variable: Option<OsString>) -> Option<PathBuf> {
    let path = PathBuf::from(variable.filter(|value| !value.is_empty())?);
    (path != managed(root)).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that looks like libtorch.
    fn plant(torch: &Path, version: &str) {
        let header = torch.join("include/torch/headeronly");
        std::fs::create_dir_all(&header).unwrap();
        std::fs::create_dir_all(torch.join("lib")).unwrap();
        std::fs::write(header.join("version.h"), format!("#define TORCH_VERSION \\\n  \"{version}\"\n")).unwrap();
        std::fs::write(layout::main_library(torch), "").unwrap();
    }

    #[test]
    fn core_names_the_same_version() {
        let device = include_str!("../../crates/core/src/device.rs");
        assert!(device.contains(&format!("LIBTORCH_VERSION: &str = \"{VERSION}\"")));
    }

    #[test]
    fn the_variable_that_cargo_sets_is_not_the_users() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(users_own(root.path(), Some(managed(root.path()).into())), None);
        assert_eq!(users_own(root.path(), Some("".into())), None);
        assert_eq!(users_own(root.path(), Some("/opt/libtorch".into())), Some("/opt/libtorch".into()));
    }

    #[test]
    fn what_is_there_is_used_and_another_version_of_the_users_is_refused_and_kept() {
        let (root, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert_eq!(look_in(root.path(), None), Found::Nothing(managed(root.path())));
        plant(&managed(root.path()), VERSION);
        let found = ensure_in(root.path(), None).unwrap();
        assert_eq!((found.version.as_str(), found.users_own), (VERSION, false));

        plant(own.path(), "2.4.1");
        let error = ensure_in(root.path(), Some(own.path().into())).unwrap_err().to_string();
        assert!(error.contains("2.4.1") && error.contains(VERSION) && error.contains("unset LIBTORCH"), "{error}");
        assert_eq!(layout::version(own.path()).as_deref(), Some("2.4.1"));
        let error = ensure_in(root.path(), Some("/nowhere".into())).unwrap_err().to_string();
        assert!(error.contains("/nowhere"), "{error}");
    }
}
