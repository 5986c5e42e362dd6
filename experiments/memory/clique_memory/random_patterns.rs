//! Minimum probability flow stores more random patterns than there are neurons.

use anyhow::Result;
use lawbook_memory::{BinaryNetwork, FlowDescent, Patterns};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

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

/// Loads of 64 neurons: 1.3, 1.45, 1.7 and 1.8 for each.
const LOADS: [i64; 4] = [83, 93, 109, 115];

impl Study for RandomPatterns {
    const NAME: &'static str = "random-patterns";
    const ABOUT: &'static str = "Learns random patterns by probability flow and by Hebb's rule, and counts fixed points.";
    const UNCLAIMED: &'static [&'static str] = &["hebbian"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let loads = LOADS.map(|patterns| Params { N: 64, M: patterns });
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => loads.into(),
            Profile::Full => loads.into_iter().chain([Params::default()]).collect(),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let load = p.M as f64 / p.N as f64;
            Claim::at_least(&format!("stored-{}", p.N), RandomPatterns::at(p).site("stored"), 0.98)
                .out_of(p.M as u64)
                // All but one in fifty; a simulation in NumPy stored all of 130 in 100 neurons, in six draws of six.
                // The sum rule (Hebb) leaves a site stable with probability Q(−√(N/M)), below 0.81 here: no pattern is.
                .rival("hebbian", "the outer-product rule, which stores 0.138 N", [0.0])
                .assuming("M/N is at most 1.3", load <= 1.3)
                .axes("", "fraction of M = 1.3 N random patterns that are fixed points")
                .source("the authors' script stores 130 patterns in 100 neurons")
        };
        let mut claims: Vec<Claim> = points.iter().filter(|p| p.M as f64 <= 1.3 * p.N as f64).map(claim).collect();
        let sizes: Vec<&Params> = points.iter().filter(|p| p.N == 64).collect();
        if sizes.len() == LOADS.len() {
            let sites = sizes.iter().map(|p| (p.M as f64 / 64.0, RandomPatterns::at(p).site("stored")));
            // The script's number has two digits and is for N = 100; with half of the patterns' room between loads, 0.1.
            claims.push(
                Claim::threshold("critical", sites, 0.5, 1.6)
                    .within(Margin::Absolute(0.2))
                    .out_of(LOADS[0] as u64)
                    .rival("separable", "2 N patterns, as many as neurons each on its own could separate", [2.0])
                    .rival("hebbian", "the outer-product rule, which stores 0.138 N", [0.138])
                    .axes("patterns per neuron M/N", "fraction of patterns that are fixed points")
                    .source("the authors' script: no longer all stored from about 1.6 N; rival of Cover 1965"),
            );
        }
        Ok(claims)
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
