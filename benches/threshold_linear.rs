//! All fixed points of combinatorial threshold-linear networks: every subset of the nodes is a support to be tried.

use std::{hint::black_box, path::Path};

use anyhow::Result;
use lawbook_core::{
    Key,
    simd::{Level, Wide, WideKernel},
};
use lawbook_memory::threshold_linear::{CombinatorialNetwork, Digraph, FixedPoint, Strengths};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use serde_json::json;

use crate::{Bench, Statistic, Threads, Workload, npy};

pub(crate) const BENCH: Bench = Bench {
    name: "threshold-linear-supports",
    work: "all fixed points and indices of 32 random digraphs of 16 nodes, ε = 1/4, δ = 1/2: 32 × 65 535 supports, exactly",
    floor: "for each support one exact update of its 16 numbers and the test of their signs",
    threads: Threads::OneAndAll,
    peers: &["numpy"],
    script: "threshold_linear",
    eager: None,
    prepare: || Ok(Box::new(Supports::new(16, 32)?)),
};

struct Supports {
    networks: Vec<CombinatorialNetwork>,
    /// By network.
    found: Vec<Vec<FixedPoint>>,
}

impl Supports {
    fn new(nodes: usize, graphs: usize) -> Result<Self> {
        let mut stream = Key::new(["bench", "threshold-linear-supports"]).stream("graphs", 0);
        let network = |_| Ok(CombinatorialNetwork::new(Digraph::random(nodes, 0.5, &mut stream)?, Strengths::default())?);
        Ok(Self { networks: (0..graphs).map(network).collect::<Result<_>>()?, found: Vec::new() })
    }
}

impl Workload for Supports {
    fn share(&self, folder: &Path) -> Result<serde_json::Value> {
        let nodes = self.networks.first().map_or(0, |network| network.graph().nodes());
        let weight = |at: usize| self.networks[at / (nodes * nodes)].network().weight(at / nodes % nodes, at % nodes);
        let weights = (0..self.networks.len() * nodes * nodes).map(weight);
        npy::write_f64(&folder.join("weights.npy"), &[self.networks.len(), nodes, nodes], weights)?;
        Ok(json!({"drive": 1.0}))
    }

    fn work(&mut self) -> Result<()> {
        // All at once: one after the other, sleeping threads have to be woken for each.
        self.found = self.networks.par_iter().map(CombinatorialNetwork::fixed_points).collect::<Result<_, _>>()?;
        Ok(())
    }

    fn floor(&mut self) -> Result<()> {
        let found = self.networks.par_iter().map(|network| {
            let nodes = network.graph().nodes();
            let edges: Vec<u64> = (0..nodes).map(|node| network.graph().incoming(node)).collect();
            Level::widest().run(Updates { edges: &edges })
        });
        black_box(found.collect::<Vec<_>>());
        Ok(())
    }

    fn statistics(&self) -> Vec<Statistic> {
        let total = |name: &str, of: fn(&FixedPoint) -> f64| {
            let value = self.found.iter().flatten().map(of).sum();
            Statistic { name: name.into(), value, error: 0.0 }
        };
        vec![
            total("fixed points", |_| 1.0),
            total("sum of their supports", |found| found.support as f64),
            total("sum of their indices", |found| f64::from(found.index)),
        ]
    }
}

/// One column of sixteen integers per support from given ones, by a fraction-free step in f64 that rounds to the integer it is,
/// that it is small enough for that, and the signs of its numbers. Nothing waits for anything before it. The work may take less:
/// where the first eight numbers decide, it leaves out the others.
struct Updates<'a> {
    edges: &'a [u64],
}

impl WideKernel for Updates<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<V: Wide>(self, like: V) -> usize {
        let rounder = like.splat_f64(1.5 * (1u64 << 52) as f64);
        let mut columns = [[[0.0; 8]; 2]; 16];
        for (column, edges) in columns.iter_mut().zip(self.edges) {
            for row in 0..16 {
                column[row / 8][row % 8] = 2.0 + (edges >> row & 1) as f64;
            }
        }
        let shift = like.splat((1_u64 << 46).wrapping_sub((1.5 * (1u64 << 52) as f64).to_bits()));
        let (mut agreeing, mut seen) = (0, like.splat(0));
        for support in 1..1_u32 << self.edges.len() {
            let node = support as usize & 15;
            let (swept, old) = (&columns[node], &columns[support as usize >> 4 & 15]);
            let (pivot, entry) = (swept[node / 8][node % 8], old[node / 8][node % 8]);
            let (entry, by) = (like.splat_f64(entry), like.splat_f64(pivot));
            let mut differing = like.splat(0);
            for l in 0..2 {
                let factor = like.load_f64(&swept[l]);
                let product = factor.mul_f64(entry);
                let difference = factor.fnma_f64(entry, product).sub_f64(like.load_f64(&old[l]).fnma_f64(by, product));
                let shifted = difference.fma_f64(by, rounder);
                seen = seen.or(shifted.add(shift));
                differing = differing.or(shifted.sub_f64(rounder));
            }
            agreeing += usize::from(differing.signs() == 0);
        }
        agreeing + usize::from(seen.store().iter().any(|bits| *bits >= 1 << 47))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Solves of every support, by the definition, find the same.
    #[test]
    fn the_supports_are_those_of_solves() {
        let mut bench = Supports::new(9, 2).unwrap();
        bench.work().unwrap();
        for (network, found) in bench.networks.iter().zip(&bench.found) {
            let supports: Vec<u64> = found.iter().map(|found| found.support).collect();
            assert_eq!(network.network().supports().unwrap(), supports);
        }
        // Of one network they sum to 1.
        assert_eq!(bench.statistics()[2].value, 2.0);
    }
}
