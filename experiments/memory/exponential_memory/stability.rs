//! Stability of stored patterns at M = 2^{N/2}, the theorem's load without wrong sites, and beyond it.

use anyhow::Result;
use lawbook_memory::exponential;

use super::repaired;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Stability of stored patterns.
pub struct Stability;

params! {
    /// A memory whose stored patterns are updated once.
    pub struct Params {
        /// Sites N.
        N: integer = 20, 8..=40;
        /// Patterns as a power of two, log₂ M over N.
        bits: real = 0.5, 0.1..=0.8;
        /// Stored patterns looked at per cell.
        probes: integer = 2000, 1..=10_000_000;
    }
}

/// Sizes at M = 2^{N/2}, and patterns looked at at quick. In smaller networks several patterns add up; in larger ones hardly any
/// pattern is unstable.
const SIZES: [(i64, i64); 3] = [(16, 8000), (20, 3000), (24, 1500)];

/// Beyond the load of all patterns: size and log₂ M over N.
const BEYOND: (i64, f64) = (24, 0.6);

impl Study for Stability {
    const NAME: &'static str = "stability";
    const ABOUT: &'static str = "Updates stored patterns once and counts those that stay.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let point = |probes: i64| move |(neurons, bits): (i64, f64)| Params { N: neurons, bits, probes };
        match profile {
            Profile::Smoke => vec![point(8000)((16, 0.5))],
            Profile::Quick => {
                let sizes = SIZES.map(|(neurons, probes)| point(probes)((neurons, 0.5)));
                sizes.into_iter().chain([point(400)(BEYOND)]).collect()
            }
            Profile::Full => {
                let sizes = SIZES.map(|(neurons, _)| point(100_000)((neurons, 0.5)));
                sizes.into_iter().chain([point(10_000)(BEYOND)]).collect()
            }
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let law = |p: &Params| exponential::repaired(p.N as usize, patterns(p) as f64, 0);
        let (at, beyond): (Vec<&Params>, Vec<&Params>) = points.iter().partition(|p| p.bits <= 0.5);
        let mut claims = Vec::new();
        if !at.is_empty() {
            let mut curve = Vec::new();
            for p in &at {
                curve.push((p.N as f64, Stability::at(p).site("stable"), law(p)?));
            }
            // Neglected: patterns two sites off, N(N − 1)/2 times 2^{-N/2} of them, 0.5 at N = 16, each e^-2 of the signal.
            claims.push(
                Claim::curve("stable-at-half", curve)
                    .within(Margin::Absolute(0.01))
                    .out_of(at.iter().map(|p| p.probes as u64).min().unwrap_or(0))
                    .rival(
                        "own-vote",
                        "with self-coupling a pattern one site off never ties, and all are stable",
                        at.iter().map(|_| 1.0),
                    )
                    .rival("linear", "the Hopfield network: at most 0.138 N patterns", at.iter().map(|_| 0.0))
                    .axes("sites N", "fraction of patterns stable at M = 2^{N/2}")
                    .source("Demircigil et al. 2017, Theorem 3 at ρ = 0: α = (ln 2)/2"),
            );
        }
        for p in beyond {
            // (1 − q)^(M − 1) is 0.985 here.
            claims.push(
                Claim::at_least("stable-beyond", Stability::at(p).site("stable"), 0.97)
                    .out_of(p.probes as u64)
                    .rival("sharp", "nothing is stable beyond 2^{N/2}, where all patterns cease to be", [0.0])
                    .axes("", "fraction of patterns stable at M = 2^{0.6 N}")
                    .source("(1 − q)^(M − 1) for a given pattern"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        cell.record("stable", repaired(p.N as usize, patterns(p), 0, p.probes as usize, &mut stream)?);
        Ok(())
    }
}

fn patterns(p: &Params) -> usize {
    (p.bits * p.N as f64).exp2().round() as usize
}
