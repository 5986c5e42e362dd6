//! What is kept of the wheels, and how a libtorch says its version.
//!
//! The wheels hold a Python package of which the laboratory needs the headers and the shared libraries. The CUDA part moves to
//! `lib-cuda`, out of the linker's sight: torch-sys links it wherever it lies in `lib`, and then nothing starts on a machine
//! without the CUDA toolkit. `nvidia` stays beside `torch`, where the libraries' own search path finds it.

use std::{
    fs,
    io::Result,
    path::{Path, PathBuf},
};

/// Moves what is needed out of `wheels`, as pip unpacked them, to `tree`, and stamps it with `version`.
pub fn arrange(wheels: &Path, tree: &Path, version: &str) -> Result<()> {
    let torch = tree.join("torch");
    for folder in ["lib", "lib-cuda"] {
        fs::create_dir_all(torch.join(folder))?;
    }
    fs::rename(wheels.join("torch/include"), torch.join("include"))?;
    for library in files_of(&wheels.join("torch/lib"))? {
        if let (Some(name), Some(folder)) = (library.file_name(), place(&library)) {
            fs::rename(&library, torch.join(folder).join(name))?;
        }
    }
    for package in folders_of(&wheels.join("nvidia"))? {
        let Some(name) = package.file_name() else { continue };
        let libraries: Vec<PathBuf> = files_of(&package.join("lib"))?.into_iter().filter(|file| is_library(file)).collect();
        if !libraries.is_empty() {
            fs::create_dir_all(tree.join("nvidia").join(name).join("lib"))?;
        }
        for library in libraries {
            if let Some(file) = library.file_name() {
                fs::rename(&library, tree.join("nvidia").join(name).join("lib").join(file))?;
            }
        }
    }
    fs::write(torch.join("build-version"), version)
}

/// The folder of a file of `torch/lib`; none if only Python needs it.
fn place(library: &Path) -> Option<&'static str> {
    let name = library.file_name()?.to_str()?;
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if !is_library(library) || has(&["python", "shm", "global_deps"]) && !has(&["nvshmem"]) {
        None
    } else if has(&["cuda", "nvshmem", "nvrtc"]) {
        Some("lib-cuda")
    } else {
        Some("lib")
    }
}

fn is_library(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(".so") || name.contains(".so.") || name.ends_with(".dylib")
}

/// The library that everything else hangs on.
pub fn main_library(torch: &Path) -> PathBuf {
    torch.join("lib").join(if cfg!(target_os = "macos") { "libtorch_cpu.dylib" } else { "libtorch_cpu.so" })
}

/// The CUDA part, where set-up puts it or where other libtorches have it.
pub fn cuda_library(torch: &Path) -> Option<PathBuf> {
    let places = ["lib-cuda", "lib"].map(|folder| torch.join(folder).join("libtorch_cuda.so"));
    places.into_iter().find(|path| path.exists())
}

/// The version of a libtorch: its stamp, or what its headers say. Wheels have no stamp, archives of libtorch have both.
pub fn version(torch: &Path) -> Option<String> {
    if let Ok(stamp) = fs::read_to_string(torch.join("build-version")) {
        return stamp.trim().split('+').next().map(str::to_owned);
    }
    let headers = ["include/torch/headeronly/version.h", "include/torch/csrc/api/include/torch/version.h"];
    headers.iter().find_map(|header| {
        let text = fs::read_to_string(torch.join(header)).ok()?;
        let (_, rest) = text.split_once("#define TORCH_VERSION ")?;
        rest.split('"').nth(1).map(str::to_owned)
    })
}

/// Has the disk keep every file below `folder`.
pub fn sync(folder: &Path) -> Result<()> {
    for file in files_of(folder)? {
        fs::File::open(file)?.sync_all()?;
    }
    for below in folders_of(folder)? {
        sync(&below)?;
    }
    fs::File::open(folder)?.sync_all()
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    entries(folder, Path::is_file)
}

fn folders_of(folder: &Path) -> Result<Vec<PathBuf>> {
    entries(folder, Path::is_dir)
}

/// The entries of a folder that `wanted` wants, in order; none if there is no such folder.
fn entries(folder: &Path, wanted: fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let all: Result<Vec<PathBuf>> = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut kept: Vec<PathBuf> = all?.into_iter().filter(|path| wanted(path)).collect();
    kept.sort();
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_go_where_they_are_looked_for() {
        let cases = [
            ("libtorch_cpu.so", Some("lib")),
            ("libgomp.so.1", Some("lib")),
            ("libc10.dylib", Some("lib")),
            ("libtorch_cuda.so", Some("lib-cuda")),
            ("libtorch_cuda_linalg.so", Some("lib-cuda")),
            ("libc10_cuda.so", Some("lib-cuda")),
            ("libtorch_nvshmem.so", Some("lib-cuda")),
            ("libcaffe2_nvrtc.so", Some("lib-cuda")),
            ("libtorch_python.so", None),
            ("libshm.so", None),
            ("readme.txt", None),
        ];
        for (name, folder) in cases {
            assert_eq!(place(Path::new(name)), folder, "{name}");
        }
    }

    #[test]
    fn only_what_is_needed_is_kept_and_the_layout_of_the_libraries_stays() {
        let (wheels, tree) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let files = [
            "torch/include/torch/torch.h",
            "torch/lib/libtorch_cpu.so",
            "torch/lib/libtorch_cuda.so",
            "torch/lib/libtorch_python.so",
            "torch/nn/modules/linear.py",
            "nvidia/cu13/lib/libcudart.so.13",
            "nvidia/cu13/lib/libcudart_static.a",
            "nvidia/cu13/include/cuda.h",
        ];
        for file in files {
            let path = wheels.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        arrange(wheels.path(), tree.path(), "2.11.0").unwrap();
        sync(tree.path()).unwrap();
        let kept = |file: &str| tree.path().join(file).exists();
        assert!(kept("torch/include/torch/torch.h") && kept("torch/lib/libtorch_cpu.so"));
        assert!(kept("torch/lib-cuda/libtorch_cuda.so") && kept("nvidia/cu13/lib/libcudart.so.13"));
        assert!(!kept("torch/lib/libtorch_python.so") && !kept("torch/nn") && !kept("nvidia/cu13/include"));
        assert!(!kept("nvidia/cu13/lib/libcudart_static.a"));
        assert_eq!(version(&tree.path().join("torch")).as_deref(), Some("2.11.0"));
    }
}
