//! Workloads that are timed.
//!
//! Each is work that the laws do all day, at a size of about half a second, with its *floor*: that part of the work which no
//! implementation can leave out, done alone. `cargo bench --profile dev -p lawbook-benches` times them with criterion;
//! `cargo xtask bench --peers` times them in turn with the same work in the tools that users would pick instead, which lies
//! in `peers/`, and prints ratios.

pub mod ensembles;
mod equivariant_bases;
mod equivariant_training;
mod floors;
mod laplacian;
mod memories;
mod normals;
mod npy;
mod threshold_linear;

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

/// Work that can be timed again and again.
pub trait Workload {
    /// Writes the arrays that peers read into `folder` (as `.npy`), and gives the constants of the work.
    fn share(&self, folder: &Path) -> Result<serde_json::Value>;

    /// Does the work: this is what is timed.
    fn work(&mut self) -> Result<()>;

    /// Does the part of the work that no implementation can leave out.
    fn floor(&mut self) -> Result<()>;

    /// What the last [`work`](Self::work) computed, by which a peer is recognised to compute the same.
    fn statistics(&self) -> Vec<Statistic>;
}

/// A number that everyone who does the work arrives at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistic {
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its standard error, or its rounding where nothing is random; 0 for counts.
    pub error: f64,
}

/// The mean of some numbers with its standard error.
fn mean(name: &str, values: impl Iterator<Item = f64> + Clone) -> Statistic {
    let n = values.clone().count() as f64;
    let value = values.clone().sum::<f64>() / n;
    let variance = values.map(|x| (x - value).powi(2)).sum::<f64>() / (n - 1.0);
    Statistic { name: name.to_owned(), value, error: (variance / n).sqrt() }
}

/// What gets work ready.
pub type Prepare = fn() -> Result<Box<dyn Workload>>;

/// With how many threads a bench is done, on either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Threads {
    /// One: ours runs on one core.
    One,
    /// One, and then as many as there are cores.
    OneAndAll,
    /// As many as there are cores.
    All,
}

/// A bench: a workload and how it is compared.
#[derive(Clone, Copy, Serialize)]
pub struct Bench {
    /// Its name.
    pub name: &'static str,
    /// What is done, with sizes.
    pub work: &'static str,
    /// What the floor does.
    pub floor: &'static str,
    /// With how many threads.
    pub threads: Threads,
    /// Who else does it: tools of Python, and `libtorch` in eager tensors.
    pub peers: &'static [&'static str],
    /// The script in `peers/` for those in Python, without its ending.
    pub script: &'static str,
    /// Gets it ready at its standard size.
    #[serde(skip)]
    pub prepare: Prepare,
    /// Gets the same ready in eager tensors, if `libtorch` is among the peers.
    #[serde(skip)]
    pub eager: Option<Prepare>,
}

/// All benches.
pub fn benches() -> Vec<Bench> {
    let singles = [laplacian::BENCH, equivariant_bases::BENCH, normals::BENCH, threshold_linear::BENCH];
    [&ensembles::BENCHES[..], &memories::BENCHES[..], &equivariant_training::BENCHES[..], &singles].concat()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_bench_has_a_script_of_its_peers() {
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        for bench in benches() {
            let script = peers.join(format!("{}.py", bench.script));
            let text = std::fs::read_to_string(&script).unwrap();
            assert_eq!(bench.eager.is_some(), bench.peers.contains(&"libtorch"));
            for peer in bench.peers.iter().filter(|peer| **peer != "libtorch") {
                assert!(text.contains(&format!("\"{peer}\": ")), "{} has no {peer}", script.display());
            }
        }
    }

    #[test]
    fn a_mean_has_the_standard_error_of_its_values() {
        let Statistic { value, error, .. } = mean("x", [1.0, 2.0, 3.0, 6.0].into_iter());
        assert_eq!(value, 3.0);
        // Variance 14/3 of one value.
        assert!((error - (14.0 / 12.0_f64).sqrt()).abs() < 1e-15);
    }
}
