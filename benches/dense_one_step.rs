//! One-step errors of a dense associative memory: stored patterns are probes, and every site of each asks all patterns.

use std::{hint::black_box, path::Path};

use anyhow::Result;
use lawbook_core::Key;
use lawbook_memory::{DenseMemory, Patterns, Separation, State};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use serde_json::json;

use crate::{Bench, Statistic, Threads, Workload, npy};

pub(crate) const BENCH: Bench = Bench {
    name: "dense-one-step",
    work: "one-step errors of F(x) = x³, N = 512, K = 20 000, at all sites of 64 stored patterns",
    floor: "the overlaps of the 64 patterns with all others, by population count",
    threads: Threads::OneAndAll,
    peers: &["numpy", "numba", "jax"],
    script: "dense_one_step",
    eager: None,
    prepare: || Ok(Box::new(DenseOneStep::new(20_000, 512, 64)?)),
};

struct DenseOneStep {
    memory: DenseMemory,
    probes: Vec<State>,
    /// By probe.
    wrong: Vec<f64>,
}

impl DenseOneStep {
    fn new(patterns: usize, sites: usize, probes: usize) -> Result<Self> {
        let mut stream = Key::new(["bench", "dense-one-step"]).stream("patterns", 0);
        let memory = DenseMemory::new(Patterns::random(patterns, sites, &mut stream)?, Separation::Power(3))?;
        let probes = (0..probes).map(|mu| memory.patterns().state(mu)).collect();
        Ok(Self { memory, probes, wrong: Vec::new() })
    }
}

impl Workload for DenseOneStep {
    fn share(&self, folder: &Path) -> Result<serde_json::Value> {
        let patterns = self.memory.patterns();
        let signs = (0..patterns.count()).flat_map(|mu| patterns.state(mu).signs()).map(|sign| sign as i8);
        npy::write_i8(&folder.join("patterns.npy"), &[patterns.count(), patterns.sites()], signs)?;
        Ok(json!({"probes": self.probes.len()}))
    }

    fn work(&mut self) -> Result<()> {
        let sites = self.memory.patterns().sites() as f64;
        self.wrong = self.memory.one_step_errors(&self.probes)?.iter().map(|error| error * sites).collect();
        Ok(())
    }

    fn floor(&mut self) -> Result<()> {
        let overlaps = self.probes.par_iter().map(|probe| self.memory.patterns().overlaps(probe));
        black_box(overlaps.collect::<Result<Vec<_>, _>>()?);
        Ok(())
    }

    fn statistics(&self) -> Vec<Statistic> {
        let count = |(probe, &value)| Statistic { name: format!("unstable sites of pattern {probe}"), value, error: 0.0 };
        self.wrong.iter().enumerate().map(count).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_memory::crosstalk::Crosstalk;

    use super::*;

    /// The share of unstable sites is the exact one-step error; sites of a pattern share their noise, hence ten standard errors.
    #[test]
    fn the_count_is_the_exact_error() {
        let mut bench = DenseOneStep::new(1500, 128, 64).unwrap();
        bench.work().unwrap();
        let counts: Vec<f64> = bench.statistics().iter().map(|statistic| statistic.value).collect();
        assert!(counts.iter().all(|count| count.fract() == 0.0));
        let sites = 64.0 * 128.0;
        let (share, exact) = (
            counts.iter().sum::<f64>() / sites,
            Crosstalk::new(Separation::Power(3), 128, 1500).unwrap().exact_error().unwrap(),
        );
        assert!((share - exact).abs() < 10.0 * (exact / sites).sqrt(), "{share} {exact}");
    }
}
