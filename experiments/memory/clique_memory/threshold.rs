//! The noise from which half of all cliques are recovered completely grows with the graph.

use anyhow::{Context, Result};
use lawbook_memory::CliqueMemory;

use crate::framework::{Cell, Claim, Profile, Study, params};

/// Noise at which half of the cliques are recovered.
pub struct Threshold;

params! {
    /// Noisy cliques of half of the vertices, retrieved by the robust network for their noise.
    pub struct Params {
        /// Vertices v.
        v: integer = 64, 10..=512;
        /// Noisy graphs for each noise tried.
        trials: integer = 100, 2..=100_000;
    }
}

/// Steps of the noise.
const STEP: f64 = 0.02;

impl Study for Threshold {
    const NAME: &'static str = "threshold";
    const ABOUT: &'static str = "Raises the noise until less than half of the noisy cliques are recovered without an error.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (sizes, trials): (&[i64], i64) = match profile {
            Profile::Smoke => (&[], 100),
            Profile::Quick => (&[16, 32, 64, 128], 100),
            Profile::Full => (&[16, 32, 64, 128, 256], 1000),
        };
        // Small graphs are cheap, and their recovery falls slowly with the noise.
        sizes.iter().map(|&v| Params { v, trials: (trials * 4096 / (v * v)).max(trials / 2) }).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let find = |v: i64| points.iter().find(|p| p.v == v);
        let mut claims = Vec::new();
        // The margin of the fields at noise p grows as √k: at a fixed margin, p(1 − p)/(1 − 2p)² grows as k, fourfold here, and p
        // at least by half while it is small. How fast errors spread over the steps after the first is not predicted.
        for (small, large, least) in [(16, 64, 1.5), (32, 128, 1.3)] {
            if let (Some(small), Some(large)) = (find(small), find(large)) {
                let sites = (Threshold::at(large).site("noise"), Threshold::at(small).site("noise"));
                claims.push(
                    Claim::ratio_at_least(&format!("grows-{}", large.v), sites.0, sites.1, least)
                        .rival("constant", "a code that corrects the same fraction at any size", [1.0])
                        .axes("", &format!("noise at half recovery, v = {} over v = {}", large.v, small.v))
                        .source("(1 − 2p) √k/(4 √(p(1 − p))): every p < 1/2 is corrected in the end"),
                );
            }
        }
        if let Some(p) = find(64) {
            // Half of the cliques and more are recovered below the threshold: an earlier simulation recovered 0.96 of them at 0.15.
            claims.push(
                Claim::at_least("corrects", Threshold::at(p).site("noise"), 0.15)
                    .rival(
                        "one-bit",
                        "one wrong edge in 2016 is corrected, as a memory with bare minima does",
                        [1.0 / 2016.0],
                    )
                    .axes("", "noise at half recovery, v = 64")
                    .source("an earlier measurement gave 0.19"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("noise");
        let v = p.v as usize;
        let mut before = 1.0;
        for step in 1..25 {
            let noise = f64::from(step) * STEP;
            let memory = CliqueMemory::robust_at(v, v / 2, noise.min(0.499))?;
            let mut recovered = 0.0;
            for _ in 0..p.trials {
                let clique = memory.random_clique(&mut stream)?;
                let end = memory.retrieve(&clique.noisy(noise, &mut stream)?)?;
                recovered += if end.state == clique { 1.0 } else { 0.0 };
            }
            recovered /= p.trials as f64;
            if recovered < 0.5 {
                cell.record("noise", noise - STEP * (0.5 - recovered) / (before - recovered));
                return Ok(());
            }
            before = recovered;
        }
        None.context("more than half are recovered at any noise below 1/2; take a smaller graph")
    }
}
