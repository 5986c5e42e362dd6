//! Where things are.

use std::path::{Path, PathBuf};

use crate::cli::StoreArgs;

/// The folder of the workspace's `Cargo.toml`.
pub fn root() -> PathBuf {
    // `cargo run` sets the variable to the package that runs; a moved checkout is thus found where it is now.
    let package =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().map_or(package.clone(), Path::to_path_buf)
}

/// The folder that cargo builds into.
pub fn target() -> PathBuf {
    let given = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    given.map_or_else(|| root().join("target"), |path| root().join(path))
}

/// Where results are kept: where `--store` says, else `results` in the workspace.
pub fn store(args: &StoreArgs) -> PathBuf {
    args.store.clone().unwrap_or_else(|| root().join("results"))
}

/// A path as the user would write it: relative to the current folder where it lies below it.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}
