//! Standard normals alone.

use std::{hint::black_box, path::Path};

use anyhow::Result;
use lawbook_core::{
    Key, Stream,
    simd::{LANES, Level},
};
use serde_json::json;

use crate::{Bench, Statistic, Threads, Workload};

pub(crate) const BENCH: Bench = Bench {
    name: "normals",
    work: "10⁷ standard normals from a counter-based generator, f64",
    floor: "10⁷ random 64-bit words of the same generator, sixteen streams side by side, into 64 KiB again and again",
    threads: Threads::One,
    peers: &["numpy", "jax"],
    script: "normals",
    eager: None,
    prepare: || Ok(Box::new(Normals::new(10_000_000))),
};

/// Words of each stream that the floor draws at once.
const AT_ONCE: usize = 512;

struct Normals {
    values: Vec<f64>,
    stream: Stream,
}

impl Normals {
    fn new(count: usize) -> Self {
        Self { values: vec![0.0; count], stream: Key::new(["bench", "normals"]).stream("values", 0) }
    }
}

impl Workload for Normals {
    fn share(&self, _: &Path) -> Result<serde_json::Value> {
        Ok(json!({"count": self.values.len()}))
    }

    fn work(&mut self) -> Result<()> {
        self.stream.fill_normal(&mut self.values);
        Ok(())
    }

    fn floor(&mut self) -> Result<()> {
        let lanes = Key::new(["bench", "normals"]).lanes("words");
        let mut words = vec![[0; LANES]; AT_ONCE];
        let rows = self.values.len().div_ceil(LANES);
        for from in (0..rows).step_by(AT_ONCE) {
            lanes.fill_words(Level::widest(), 0, from as u64, &mut words[..AT_ONCE.min(rows - from)]);
            black_box(&words);
        }
        Ok(())
    }

    /// Moments; the error of the mean of x^k is √((E x^2k − (E x^k)²)/n).
    fn statistics(&self) -> Vec<Statistic> {
        let n = self.values.len() as f64;
        let moment = |(k, variance): (i32, f64)| Statistic {
            name: format!("moment {k}"),
            value: self.values.iter().map(|x| x.powi(k)).sum::<f64>() / n,
            error: (variance / n).sqrt(),
        };
        [(1, 1.0), (2, 2.0), (3, 15.0), (4, 96.0)].into_iter().map(moment).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_moments_are_those_of_a_normal() {
        let mut normals = Normals::new(100_000);
        normals.work().unwrap();
        for (statistic, exact) in normals.statistics().iter().zip([0.0, 1.0, 0.0, 3.0]) {
            assert!((statistic.value - exact).abs() < 5.0 * statistic.error, "{statistic:?}");
        }
    }
}
