//! pip fetches and unpacks the wheels; this starts it, shows how far it is and turns its complaints into sentences.

use std::{
    io::{BufRead, BufReader, IsTerminal, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Parts, VERSION};

/// The interpreter whose pip is used; any Python 3, since the wheels' Python is never run.
pub const PYTHON: &str = "python3";

/// The wheels of one platform: pip's platform tags, and what is fetched beside torch.
#[derive(Debug, PartialEq, Eq)]
pub struct Wheels {
    platforms: Vec<String>,
    beside: Vec<&'static str>,
}

/// libtorch_cpu of the Linux wheels needs CUDA's run-time library and its profiler to be loadable, though it uses neither without
/// a GPU; they are small.
const BESIDE: &[&str] = &["nvidia-cuda-runtime==13.0.96", "nvidia-cuda-cupti==13.0.85"];

/// What libtorch_cuda links: the versions that torch's own metadata and that of cuda-toolkit 13.0.2 name.
const CUDA: &[&str] = &[
    "nvidia-cublas==13.1.0.3",
    "nvidia-cuda-nvrtc==13.0.88",
    "nvidia-cudnn-cu13==9.19.0.56",
    "nvidia-cufft==12.0.0.61",
    "nvidia-cufile==1.15.1.6",
    "nvidia-curand==10.4.0.35",
    "nvidia-cusolver==12.0.4.66",
    "nvidia-cusparse==12.6.3.3",
    "nvidia-cusparselt-cu13==0.8.0",
    "nvidia-nccl-cu13==2.28.9",
    "nvidia-nvjitlink==13.0.88",
    "nvidia-nvshmem-cu13==3.4.5",
];

/// Which wheels this machine takes.
pub fn wheels(os: &str, arch: &str, parts: Parts) -> Result<Wheels> {
    let (tags, beside): (&[&str], &[&str]) = match (os, arch) {
        ("linux", "x86_64" | "aarch64") => (
            &["manylinux_2_28", "manylinux_2_27", "manylinux_2_25", "manylinux_2_18", "manylinux_2_17", "manylinux2014"],
            BESIDE,
        ),
        ("macos", "aarch64") => (&["macosx_14_0", "macosx_11_0"], &[]),
        _ => bail!(
            "there are no libtorch wheels for {arch} {os}: set LIBTORCH to the folder of a libtorch {VERSION} of your own \
             (Linux on x86_64 and aarch64 and macOS on Apple silicon have wheels)"
        ),
    };
    let cuda = match (parts, os) {
        (Parts::Cpu, _) => &[][..],
        (Parts::Cuda, "linux") => CUDA,
        (Parts::Cuda, _) => bail!("there is no CUDA on {os}: `cargo xtask setup` without --cuda gets what there is"),
    };
    let suffix = if os == "macos" { "arm64" } else { arch };
    let platforms = tags.iter().map(|tag| format!("{tag}_{suffix}")).collect();
    Ok(Wheels { platforms, beside: beside.iter().chain(cuda).copied().collect() })
}

/// Makes sure that there is a Python 3 with pip.
pub fn check() -> Result<()> {
    let version = Command::new(PYTHON).args(["-m", "pip", "--version"]).stdin(Stdio::null()).output();
    match version {
        Ok(output) if output.status.success() => Ok(()),
        Ok(_) => bail!(
            "python3 has no pip, which fetches libtorch: `python3 -m ensurepip --user`, or on Debian and Ubuntu \
             `apt install python3-pip`; or set LIBTORCH to a libtorch {VERSION} of your own"
        ),
        Err(_) => bail!(
            "there is no python3, whose pip fetches libtorch: install Python 3 with pip (Debian and Ubuntu: \
             `apt install python3 python3-pip`), or set LIBTORCH to a libtorch {VERSION} of your own"
        ),
    }
}

/// Fetches the wheels and unpacks them into `folder`; everything that pip writes on the way lies in `scratch`.
pub fn fetch(wheels: &Wheels, folder: &Path, scratch: &Path) -> Result<()> {
    let mut command = Command::new(PYTHON);
    command
        .args(["-m", "pip", "install", "--no-deps", "--no-compile", "--only-binary=:all:", "--progress-bar=off"])
        .args(["--no-input", "--disable-pip-version-check", "--no-warn-script-location", "--retries=3"])
        .args(["--implementation", "cp", "--python-version", "3.12"])
        .args(wheels.platforms.iter().flat_map(|platform| ["--platform", platform]))
        .arg("--target")
        .arg(folder)
        .arg(format!("torch=={VERSION}"))
        .args(&wheels.beside)
        .env("TMPDIR", scratch)
        // Settings of the user's that make sense for packages of theirs and contradict --target.
        .env("PIP_USER", "0")
        .env("PIP_REQUIRE_VIRTUALENV", "0")
        .env("PYTHONUNBUFFERED", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().context("python3 does not start")?;
    let said = watch(child, scratch)?;
    said.map_err(|said| anyhow::anyhow!(complaint(&said, scratch)))
}

/// Follows pip to its end; what it said if it failed.
fn watch(mut child: Child, scratch: &Path) -> Result<Result<(), String>> {
    let (sender, lines) = mpsc::channel();
    let readers =
        [child.stdout.take().map(|out| listen(out, sender.clone())), child.stderr.take().map(|err| listen(err, sender))];
    let mut progress = Progress::new();
    let mut said = String::new();
    let status = loop {
        while let Ok(line) = lines.try_recv() {
            progress.hear(&line);
            said.push_str(&line);
            said.push('\n');
        }
        if let Some(status) = child.try_wait()? {
            break status;
        }
        progress.show(scratch);
        thread::sleep(Duration::from_millis(200));
    };
    readers.into_iter().flatten().for_each(|reader| drop(reader.join()));
    lines.try_iter().for_each(|line| said.push_str(&(line + "\n")));
    progress.end();
    Ok(if status.success() { Ok(()) } else { Err(said) })
}

fn listen(stream: impl Read + Send + 'static, to: mpsc::Sender<String>) -> thread::JoinHandle<()> {
    thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).for_each(|line| drop(to.send(line))))
}

/// A sentence with the way out for what pip said before it failed.
fn complaint(said: &str, scratch: &Path) -> String {
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let folder = scratch.display();
    if has(&["No space left on device", "Errno 28", "Disk quota exceeded"]) {
        return format!("the disk that holds {folder} is full: free some and run it again");
    }
    if has(&["Read-only file system", "Permission denied"]) {
        return format!(
            "{folder} cannot be written: make the workspace writable, or set LIBTORCH to a libtorch {VERSION} of your own"
        );
    }
    let network =
        ["NewConnectionError", "name resolution", "Network is unreachable", "timed out", "ProxyError", "Connection"];
    if has(&network) || has(&["SSLError", "CERTIFICATE_VERIFY_FAILED"]) {
        return format!(
            "the Python package index cannot be reached: check the network (pip's own settings apply, such as PIP_INDEX_URL and \
             HTTPS_PROXY), or set LIBTORCH to a libtorch {VERSION} of your own; pip says: {}",
            telling(said)
        );
    }
    if has(&["No matching distribution found"]) {
        return format!(
            "pip finds no wheel that fits: the package index that it asks may not have torch {VERSION}; `python3 -m pip download \
             --no-deps --only-binary=:all: torch=={VERSION}` shows more; pip says: {}",
            telling(said)
        );
    }
    format!("pip failed: {}", telling(said))
}

/// The line of pip's that tells most.
fn telling(said: &str) -> &str {
    let mut lines = said.lines().rev().filter(|line| !line.trim().is_empty());
    let error = lines.clone().find(|line| line.starts_with("ERROR:")).or_else(|| lines.next());
    error.unwrap_or("nothing").trim_start_matches("ERROR:").trim()
}

/// How far pip is: a bar with bytes on a terminal, a line now and then elsewhere.
struct Progress {
    bar: Option<ProgressBar>,
    start: Instant,
    last_line: Instant,
    expected: u64,
    unpacking: bool,
}

impl Progress {
    fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            restyle(&bar, "  {msg}");
            bar.set_message("asking the package index");
            bar
        });
        let now = Instant::now();
        Self { bar, start: now, last_line: now, expected: 0, unpacking: false }
    }

    /// Learns from a line of pip's: `Downloading torch-….whl (530.7 MB)`, `Installing collected packages: …`.
    fn hear(&mut self, line: &str) {
        let line = line.trim();
        if line.starts_with("Downloading ") || line.starts_with("Using cached ") {
            self.expected += megabytes(line).unwrap_or(0);
            self.bar.iter().for_each(|bar| restyle(bar, "  {msg} [{bar:30}] {bytes} of {total_bytes}"));
        } else if line.starts_with("Installing collected packages") {
            self.unpacking = true;
        }
    }

    fn show(&mut self, scratch: &Path) {
        let written = size(scratch, self.unpacking);
        let what = if self.unpacking { "unpacking" } else { "downloading" };
        if let Some(bar) = &self.bar {
            if self.expected > 0 {
                bar.set_message(what);
            }
            // What the wheels unpack to is about twice their size.
            bar.set_length(if self.unpacking { 2 * self.expected } else { self.expected }.max(written));
            bar.set_position(written);
        } else if self.last_line.elapsed() > Duration::from_secs(10) {
            self.last_line = Instant::now();
            eprintln!("  {what}: {} MB after {} s", written / 1_000_000, self.start.elapsed().as_secs());
        }
    }

    fn end(&self) {
        self.bar.iter().for_each(ProgressBar::finish_and_clear);
    }
}

fn restyle(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
}

/// The size that a line of pip's names in its brackets, in bytes.
fn megabytes(line: &str) -> Option<u64> {
    let (number, unit) = line.rsplit_once('(')?.1.strip_suffix(')')?.split_once(' ')?;
    let scale = match unit {
        "kB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        _ => return None,
    };
    Some((number.parse::<f64>().ok()? * scale) as u64)
}

/// Bytes below a folder: those of wheels while they come, those of everything else while they are unpacked. What vanishes
/// meanwhile counts nothing.
fn size(folder: &Path, unpacking: bool) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => size(&entry.path(), unpacking),
        Ok(kind) if kind.is_file() && (entry.path().extension().is_some_and(|e| e == "whl") != unpacking) => {
            entry.metadata().map_or(0, |data| data.len())
        }
        _ => 0,
    });
    sizes.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_has_its_tags_or_its_sentence() {
        let linux = wheels("linux", "x86_64", Parts::Cpu).unwrap();
        assert_eq!(linux.platforms[0], "manylinux_2_28_x86_64");
        assert_eq!(wheels("linux", "aarch64", Parts::Cuda).unwrap().platforms[5], "manylinux2014_aarch64");
        let mac = wheels("macos", "aarch64", Parts::Cpu).unwrap();
        assert_eq!((mac.platforms[1].as_str(), mac.beside.len()), ("macosx_11_0_arm64", 0));
        let error = wheels("windows", "x86_64", Parts::Cpu).unwrap_err().to_string();
        assert!(wheels("macos", "aarch64", Parts::Cuda).unwrap_err().to_string().contains("no CUDA"));
        assert!(error.contains("x86_64 windows") && error.contains("set LIBTORCH"), "{error}");
    }

    /// Lines as pip 23.2 prints them.
    #[test]
    fn complaints_say_what_to_do() {
        let sentence = |said: &str| complaint(said, Path::new("/here/.libtorch-1"));
        let offline = "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError(...)'\nERROR: Could not \
                       find a version that satisfies the requirement torch==2.11.0\nERROR: No matching distribution found";
        assert!(sentence(offline).contains("cannot be reached"));
        let full = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device";
        assert!(sentence(full).contains("is full"));
        let absent = "ERROR: No matching distribution found for torch==2.11.0";
        assert!(sentence(absent).contains("no wheel that fits"));
        assert_eq!(sentence("ERROR: something else\n"), "pip failed: something else");
    }

    #[test]
    fn sizes_are_read_from_pips_lines() {
        let mut progress = Progress::new();
        progress.hear("  Downloading torch-2.11.0-cp312-cp312-manylinux_2_28_x86_64.whl (530.7 MB)");
        progress.hear("  Using cached nvidia_cuda_runtime-13.0.96.whl (2.2 MB)");
        assert_eq!(progress.expected, 532_900_000);
        progress.hear("Installing collected packages: torch");
        assert!(progress.unpacking);
    }
}
