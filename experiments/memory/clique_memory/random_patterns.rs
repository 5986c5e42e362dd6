//! Minimum probability flow stores more random patterns than there are neurons.

use anyhow::Result;
use lawbook_memory::{BinaryNetwork, FlowDescent, Patterns};

use crate::framework::{Cell, Claim, Profile, Study, params};

/// Random patterns learned by minimum probability flow.
pub struct RandomPatterns;

params! {
    /// A network that learns random patterns.
    pub struct Params {
        /// Neurons N.
        N: integer = 100, 4..=1000;
        /// Patterns M.
        M: integer = 130, 1..=10_000;
    }
}

impl Study for RandomPatterns {
    const NAME: &'static str = "random-patterns";
    const ABOUT: &'static str = "Learns random patterns by probability flow and by Hebb's rule, and counts fixed points.";
    const UNCLAIMED: &'static [&'static str] = &["hebbian"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Params { N: 64, M: 83 }],
            Profile::Full => vec![Params { N: 64, M: 83 }, Params::default()],
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let load = p.M as f64 / p.N as f64;
            Claim::at_least(&format!("stored-{}", p.N), RandomPatterns::at(p).site("stored"), 0.98)
                .out_of(p.M as u64)
                // The sum rule (Hebb) leaves a site stable with probability Q(−√(N/M)), below 0.81 here: no pattern is.
                .rival("hebbian", "the outer-product rule, which stores 0.138 N", [0.0])
                .assuming("M/N is at most 1.3", load <= 1.3)
                .axes("", "fraction of M = 1.3 N random patterns that are fixed points")
                .source("the authors' script stores 130 patterns in 100 neurons")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let patterns = Patterns::random(p.M as usize, p.N as usize, &mut cell.stream("patterns"))?;
        for (name, network) in
            [("stored", FlowDescent::default().fit(&patterns)?), ("hebbian", BinaryNetwork::hebbian(&patterns)?)]
        {
            let mut fixed = 0.0;
            for mu in 0..patterns.count() {
                fixed += if network.is_fixed_point(&patterns.state(mu))? { 1.0 } else { 0.0 };
            }
            cell.record(name, fixed / patterns.count() as f64);
        }
        Ok(())
    }
}
