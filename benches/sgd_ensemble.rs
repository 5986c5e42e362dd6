//! SGD of the two-layer unit on noisy labels: many replicas, many steps, two normals per step.

use std::{hint::black_box, path::Path};

use anyhow::Result;
use lawbook_core::Key;
use lawbook_dynamics::{
    Ensemble,
    moments::NoisyLine,
    two_layer::{Sgd, Weights},
};
use serde_json::json;

use crate::{Bench, Statistic, Threads, Workload, mean};

pub(crate) const BENCH: Bench = Bench {
    name: "sgd-ensemble",
    work: "SGD of u, w on (u w x − y)², 10⁴ replicas × 10³ steps, two normals per step, f64",
    floor: "drawing the same 2·10⁷ normals",
    threads: Threads::One,
    peers: &["numpy", "numba", "jax"],
    prepare: || Ok(Box::new(SgdEnsemble::new(10_000, 1000))),
};

const SGD: Sgd = Sgd { data: NoisyLine { slope: 1.0, noise: 1.0 }, rate: 0.01, batch: 1 };
const START: Weights = Weights { u: 1.2, w: 0.5 };

struct SgdEnsemble {
    replicas: u64,
    steps: usize,
    key: Key,
    last: Vec<Weights>,
}

impl SgdEnsemble {
    fn new(replicas: u64, steps: usize) -> Self {
        Self { replicas, steps, key: Key::new(["bench", "sgd-ensemble"]), last: Vec::new() }
    }
}

impl Workload for SgdEnsemble {
    fn share(&self, _: &Path) -> Result<serde_json::Value> {
        Ok(json!({"replicas": self.replicas, "steps": self.steps, "rate": SGD.rate, "slope": SGD.data.slope,
                  "noise": SGD.data.noise, "u": START.u, "w": START.w}))
    }

    fn work(&mut self) -> Result<()> {
        let mut ensemble = Ensemble::<_, f64>::new(SGD, self.replicas, &self.key, |_| START.state());
        ensemble.advance(self.steps as u64);
        self.last = ensemble.states().map(Weights::from).collect();
        Ok(())
    }

    fn floor(&mut self) -> Result<()> {
        let draws = |replica| {
            let mut noise = self.key.stream("replica", replica);
            (0..2 * self.steps).map(|_| noise.normal()).sum::<f64>()
        };
        black_box((0..self.replicas).map(draws).sum::<f64>());
        Ok(())
    }

    fn statistics(&self) -> Vec<Statistic> {
        let of = |name, f: fn(&Weights) -> f64| mean(name, self.last.iter().map(f));
        vec![
            of("mean of u w", Weights::product),
            of("mean of (u w)²", |weights| weights.product().powi(2)),
            of("mean of u² − w²", Weights::imbalance),
        ]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// In the first step the mean of u w moves by −2η (b₁ v − b₂)(u² + w²) + η² v E g², with E g² = 4 ((b₁ v − b₂)² + Q(v)).
    #[test]
    fn the_first_step_has_the_mean_of_the_moments() {
        let mut ensemble = SgdEnsemble::new(20_000, 1);
        ensemble.work().unwrap();
        let (moments, v) = (SGD.data.moments(), START.product());
        let square = 4.0 * (moments.pull(v).powi(2) + moments.noise(v));
        let exact = v - 2.0 * SGD.rate * moments.pull(v) * START.size() + SGD.rate.powi(2) * v * square;
        let Statistic { value, error, .. } = ensemble.statistics().swap_remove(0);
        assert!((value - exact).abs() < 5.0 * error, "{value} ± {error} against {exact}");
    }
}
