//! Putting libtorch in place: all work in a staging folder beside the final one, one rename at the end.

use std::{
    fs::{self, File, TryLockError},
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, bail};

use super::{Libtorch, Parts, VERSION, layout, pip};
use crate::{disk, workspace::shown};

const STAGING: &str = ".libtorch-staging-";

/// Fetches libtorch into `.libtorch` of `root`, unless by the time that this process has its turn it is `there` already.
pub fn install(root: &Path, parts: Parts, there: fn(&Path) -> bool) -> Result<Libtorch> {
    let lock = take_turn(root)?;
    clear_leftovers(root);
    let libtorch = Libtorch { path: super::managed(root), version: VERSION.to_owned(), users_own: false };
    if there(root) {
        return Ok(libtorch);
    }
    let start = Instant::now();
    let wheels = pip::wheels(std::env::consts::OS, std::env::consts::ARCH, parts)?;
    pip::check()?;
    let size = Size::of(parts);
    if let Some(free) = disk::free(root).filter(|free| *free < size.needed << 30) {
        let (free, needed) = (free as f64 / f64::from(1 << 30), size.needed);
        bail!(
            "{free:.1} GB are free where {} lies and set-up needs {needed} for a moment: free some and run it again",
            root.display()
        );
    }
    eprintln!(
        "fetching libtorch {VERSION} from the Python package index: about {} to download, {} on disk",
        size.download, size.kept
    );
    let staging = root.join(format!("{STAGING}{}", std::process::id()));
    let outcome = stage(&staging, &wheels, parts).and_then(|tree| put_in_place(&tree, &root.join(".libtorch")));
    clear_leftovers(root);
    drop(lock);
    outcome?;
    eprintln!("libtorch {VERSION} is in {} ({} s)", shown(&libtorch.path), start.elapsed().as_secs());
    Ok(libtorch)
}

/// What set-up takes: gigabytes at its height (the wheels, pip's copy of them, what they unpack to), and for people to read.
struct Size {
    needed: u64,
    download: &'static str,
    kept: &'static str,
}

impl Size {
    fn of(parts: Parts) -> Self {
        match parts {
            Parts::Cpu => Self { needed: 3, download: "0.55 GB", kept: "1.1 GB" },
            Parts::Cuda => Self { needed: 9, download: "2 GB", kept: "4 GB" },
        }
    }
}

/// Waits until no other process sets up this workspace. The lock ends with the process, however it ends.
fn take_turn(root: &Path) -> Result<File> {
    let path = root.join(".libtorch-lock");
    let cannot = || {
        format!(
            "{} cannot be written, so libtorch cannot be put there: make it writable, or set LIBTORCH to a libtorch {VERSION} of \
             your own",
            root.display()
        )
    };
    let file = File::options().create(true).truncate(false).write(true).open(path).with_context(cannot)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("another set-up is at work in this workspace: waiting for it");
            file.lock().context("waiting for the other set-up")?;
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
    }
    Ok(file)
}

/// Removes what killed set-ups left. A folder that cannot be removed now is tried again next time.
fn clear_leftovers(root: &Path) {
    let Ok(entries) = fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(STAGING)) {
            // A replaced `.libtorch` may have been a link to a folder that others use: the link goes, the folder stays.
            let link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            let removed = if link { fs::remove_file(entry.path()) } else { fs::remove_dir_all(entry.path()) };
            removed.unwrap_or_else(|error| tracing::warn!("{}: {error}", entry.path().display()));
        }
    }
}

/// Builds the whole tree in the staging folder, checks that it loads and has the disk keep it.
fn stage(staging: &Path, wheels: &pip::Wheels, parts: Parts) -> Result<PathBuf> {
    let (unpacked, scratch, tree) = (staging.join("pip/wheels"), staging.join("pip"), staging.join("tree"));
    fs::create_dir_all(&scratch).with_context(|| format!("{} cannot be written", staging.display()))?;
    pip::fetch(wheels, &unpacked, &scratch)?;
    layout::arrange(&unpacked, &tree, VERSION).map_err(|error| match error.kind() {
        ErrorKind::NotFound => anyhow::anyhow!("the wheels of torch {VERSION} are not laid out as expected ({error})"),
        _ => anyhow::Error::new(error),
    })?;
    let torch = tree.join("torch");
    let loads = if parts == Parts::Cuda { super::load_cuda(&torch) } else { super::load(&torch) };
    if let Err(reason) = loads {
        bail!("libtorch {VERSION} was fetched but does not load on this machine, and was not kept: {reason}");
    }
    layout::sync(&tree).context("writing libtorch to the disk")?;
    Ok(tree)
}

/// One rename; where an earlier libtorch is, it first moves into the staging folder's company, to be removed with it.
fn put_in_place(tree: &Path, place: &Path) -> Result<()> {
    let root = place.parent().unwrap_or(place);
    if fs::symlink_metadata(place).is_ok() {
        let old = root.join(format!("{STAGING}{}-old", std::process::id()));
        fs::rename(place, old).with_context(|| format!("moving {} away", place.display()))?;
    }
    fs::rename(tree, place).with_context(|| format!("moving libtorch to {}", place.display()))?;
    File::open(root)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_of_a_killed_set_up_go_and_links_do_not_take_their_target_along() {
        let (root, shared) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(shared.path().join("kept"), "").unwrap();
        fs::create_dir_all(root.path().join(format!("{STAGING}7/pip/torch"))).unwrap();
        std::os::unix::fs::symlink(shared.path(), root.path().join(format!("{STAGING}8-old"))).unwrap();
        fs::create_dir(root.path().join(".libtorch")).unwrap();
        clear_leftovers(root.path());
        let left: Vec<_> = fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [".libtorch"]);
        assert!(shared.path().join("kept").exists());
    }

    #[test]
    fn an_earlier_one_is_replaced_whole() {
        let root = tempfile::tempdir().unwrap();
        let (tree, place) = (root.path().join("tree"), root.path().join(".libtorch"));
        fs::create_dir_all(tree.join("new")).unwrap();
        fs::create_dir_all(place.join("old")).unwrap();
        put_in_place(&tree, &place).unwrap();
        assert!(place.join("new").exists() && !place.join("old").exists());
    }

    #[test]
    fn a_folder_that_cannot_be_written_has_its_sentence() {
        let error = take_turn(Path::new("/proc/self")).unwrap_err().to_string();
        assert!(error.contains("cannot be written") && error.contains("LIBTORCH"), "{error}");
    }

    #[test]
    fn a_second_set_up_waits_and_then_finds_libtorch_there() {
        let root = tempfile::tempdir().unwrap();
        let lock = take_turn(root.path()).unwrap();
        let second = {
            let root = root.path().to_owned();
            std::thread::spawn(move || install(&root, Parts::Cpu, |root| root.join("done").exists()))
        };
        fs::write(root.path().join("done"), "").unwrap();
        drop(lock);
        assert_eq!(second.join().unwrap().unwrap().version, VERSION);
    }
}
