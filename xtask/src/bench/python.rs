//! The peers' Python environment, made from pinned requirements.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Interpreters that are tried, in this order.
const INTERPRETERS: &[&str] = &["python3", "python3.13", "python3.12", "python3.11"];

/// The minor versions of Python 3 for which every pinned package has a wheel.
const MINORS: std::ops::RangeInclusive<u32> = 11..=13;

/// The environment's interpreter. The environment is made where it is missing or its requirements have changed: beside its
/// place, and moved there at the end, so that it is whole or not there.
pub fn environment(peers: &Path) -> Result<PathBuf> {
    let notes = workspace::target().join("lawbook");
    std::fs::create_dir_all(&notes).with_context(|| format!("{} cannot be made", notes.display()))?;
    let lock = notes.join("peers.lock");
    let lock = File::create(&lock).with_context(|| format!("{} cannot be written", lock.display()))?;
    // Another process that makes the same environment is waited for; its death releases the lock.
    lock.lock().context("the lock of the peers' environment cannot be taken")?;
    make(peers, INTERPRETERS)
}

/// What of the requirements the user knows by name.
pub fn versions(peers: &Path, names: &[String]) -> Result<String> {
    let requirements = requirements(peers)?;
    let lines = requirements.lines().filter(|line| names.iter().any(|name| line.starts_with(&format!("{name}=="))));
    Ok(lines.collect::<Vec<_>>().join(", ").replace("==", " "))
}

fn requirements(peers: &Path) -> Result<String> {
    let path = peers.join("requirements.txt");
    std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
}

fn make(peers: &Path, interpreters: &[&str]) -> Result<PathBuf> {
    let stamp = blake3::hash(requirements(peers)?.as_bytes()).to_hex().to_string();
    let (home, new) = (peers.join(".venv"), peers.join(".venv-new"));
    let python = home.join("bin/python");
    // A link to an interpreter that has been removed since does not exist.
    if python.exists() && std::fs::read_to_string(home.join("stamp")).is_ok_and(|found| found == stamp) {
        return Ok(python);
    }
    let interpreter = interpreter(interpreters)?;
    eprintln!("making the peers' Python environment in {} (about 0.8 GB, once) …", workspace::shown(&home));
    remove(&new)?;
    fill(&new, interpreter, &peers.join("requirements.txt")).inspect_err(|_| _ = remove(&new))?;
    std::fs::write(new.join("stamp"), stamp).with_context(|| format!("{} cannot be written", new.display()))?;
    remove(&home)?;
    std::fs::rename(&new, &home).with_context(|| format!("{} cannot be moved to its place", new.display()))?;
    Ok(python)
}

fn interpreter<'a>(candidates: &[&'a str]) -> Result<&'a str> {
    let fits = |candidate: &&&str| {
        let version = ["-c", "import sys; print(*sys.version_info[:2])"];
        let output = Command::new(candidate).args(version).stdin(Stdio::null()).output();
        let said = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
        said.strip_prefix("3 ").and_then(|minor| minor.parse().ok()).is_some_and(|minor| MINORS.contains(&minor))
    };
    candidates.iter().find(fits).copied().with_context(|| {
        format!(
            "the peers need a Python from 3.{} to 3.{}, and none of {} is one: install it (Debian and Ubuntu: \
             `apt install python3 python3-venv`); `cargo xtask bench` without --peers needs no Python",
            MINORS.start(),
            MINORS.end(),
            candidates.join(", ")
        )
    })
}

fn fill(new: &Path, interpreter: &str, requirements: &Path) -> Result<()> {
    let made = run(Command::new(interpreter).args(["-m", "venv"]).arg(new))?;
    if !made.status.success() {
        bail!(
            "{interpreter} cannot make a virtual environment ({}): it lacks venv or pip (Debian and Ubuntu: `apt install \
             python3-venv`)",
            complaint(&made)
        );
    }
    let mut pip = Command::new(new.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"])
        .arg("--requirement")
        .arg(requirements)
        // Settings of the user's that make sense for packages of theirs.
        .env("PIP_USER", "0")
        .env("PIP_REQUIRE_VIRTUALENV", "0");
    let installed = run(&mut pip)?;
    if !installed.status.success() {
        bail!(
            "the peers' packages cannot be installed ({}): look at the network, at HTTPS_PROXY and at pip's index; \
             `cargo xtask bench` without --peers needs none of them",
            complaint(&installed)
        );
    }
    Ok(())
}

fn run(command: &mut Command) -> Result<Output> {
    let program = command.get_program().display().to_string();
    command.stdin(Stdio::null()).output().with_context(|| format!("{program} does not start"))
}

/// The last thing that went wrong; pip and venv write to either stream.
fn complaint(output: &Output) -> String {
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).join("\n");
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let last = lines().rfind(|line| line.starts_with("ERROR")).or_else(|| lines().next_back());
    last.unwrap_or("it does not say why").to_owned()
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A folder with requirements and with a stand-in for Python: it says its version, makes an environment whose own Python is
    /// `inner`, and counts how often it is asked to.
    fn stand_in(version: &str, inner: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let python = folder.path().join("python");
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" = -c ]; then echo {version}; exit; fi\necho made >> {made}\nmkdir -p \"$3/bin\"\n\
             printf '#!/bin/sh\\n%s\\n' '{inner}' > \"$3/bin/python\"\nchmod +x \"$3/bin/python\"\n",
            made = folder.path().join("made").display()
        );
        std::fs::write(&python, script).unwrap();
        std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(folder.path().join("requirements.txt"), "numpy==1\njax==2\nscipy==3\n").unwrap();
        let python = python.display().to_string();
        (folder, python)
    }

    #[test]
    fn an_environment_is_made_once_and_again_when_its_requirements_change() {
        let (folder, python) = stand_in("3 12", "exit 0");
        let times = || std::fs::read_to_string(folder.path().join("made")).unwrap().lines().count();
        let made = make(folder.path(), &["no-such-python", &python]).unwrap();
        assert!(made.exists() && !folder.path().join(".venv-new").exists());
        make(folder.path(), &[&python]).unwrap();
        assert_eq!(times(), 1);
        std::fs::write(folder.path().join("requirements.txt"), "numpy==2\n").unwrap();
        make(folder.path(), &[&python]).unwrap();
        assert_eq!(times(), 2);
    }

    #[test]
    fn a_failed_installation_leaves_nothing_and_says_why() {
        let (folder, python) = stand_in("3 11", "echo ERROR: no network >&2; exit 1");
        let error = make(folder.path(), &[&python]).unwrap_err().to_string();
        assert!(error.contains("(ERROR: no network)") && error.contains("HTTPS_PROXY"), "{error}");
        assert!(!folder.path().join(".venv").exists() && !folder.path().join(".venv-new").exists());
    }

    #[test]
    fn a_python_that_is_missing_or_of_another_version_gets_a_sentence() {
        let (folder, python) = stand_in("3 9", "exit 0");
        let error = make(folder.path(), &["no-such-python", &python]).unwrap_err().to_string();
        assert!(error.contains("from 3.11 to 3.13") && error.contains("no-such-python"), "{error}");
    }

    #[test]
    fn versions_are_those_of_the_peers_by_name() {
        let (folder, _) = stand_in("3 12", "exit 0");
        assert_eq!(versions(folder.path(), &["jax".to_owned(), "numpy".to_owned()]).unwrap(), "numpy 1, jax 2");
    }
}
