//! The number of patterns grows exponentially with the number of sites, at the rate I(1 − 2ρ).

use anyhow::{Context, Result};
use lawbook_memory::exponential;

use super::repaired;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Growth of the number of patterns at which half of the cues are repaired.
pub struct Growth;

params! {
    /// Memories of two sizes that are filled until half of the cues are repaired.
    pub struct Params {
        /// Sites N of the smaller memory.
        N: integer = 20, 8..=40;
        /// Sites of the larger memory over those of the smaller.
        factor: integer = 2, 2..=3;
        /// Wrong sites in a cue of the smaller memory; as large a share of the larger.
        flips: integer = 4, 0..=20;
        /// Cues per number of patterns tried.
        cues: integer = 6000, 30..=10_000_000;
    }
}

/// Sites and wrong sites of the smaller memory: a fifth and a quarter.
const CUES: [(i64, i64); 2] = [(20, 4), (24, 6)];

impl Study for Growth {
    const NAME: &'static str = "growth";
    const ABOUT: &'static str = "Finds the number of patterns M at which half of the cues are repaired, for two sizes, and records \
        the growth of ln M per site.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let point = |factor: i64, cues: i64| move |(neurons, flips): (i64, i64)| Params { N: neurons, factor, flips, cues };
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => CUES.map(point(2, 6000)).to_vec(),
            Profile::Full => CUES.map(point(3, 3000)).to_vec(),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let (small, flips, factor) = (p.N as usize, p.flips as usize, p.factor as usize);
            let patterns = |size: usize| exponential::patterns_at_half(size * small, size * flips);
            let added = (p.factor - 1) as f64 * p.N as f64;
            let law = (patterns(factor)?.ln() - patterns(1)?.ln()) / added;
            let rate = exponential::load_of_one(p.flips as f64 / p.N as f64);
            // ln M at one half is known to 0.05 at each size (a few per cent of M, from sums of several patterns), which makes 0.005
            // in the rate at most. The prefactor √N of q adds ½ ln 2 over the sites added, 0.015.
            claims.push(
                Claim::value(&format!("rate-{}-of-{}-wrong", p.flips, p.N), Growth::at(p).site("rate"), law)
                    .within(Margin::Absolute(0.006))
                    .rival("all-patterns", "the rate ½ I(1 − 2ρ) at which all patterns are repaired", [0.5 * rate])
                    .rival("no-prefactor", "I(1 − 2ρ) without its prefactor √N", [rate])
                    .rival("polynomial", "M ∝ N^3, as in a dense memory of order 4", [3.0 * (p.factor as f64).ln() / added])
                    .axes("", "growth of ln M per site, at half of the cues repaired")
                    .source("I(1 − 2ρ), with the prefactor of q at these sizes"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let mut logs = Vec::new();
        for size in [1, p.factor as usize] {
            let (sites, flips) = (size * p.N as usize, size * p.flips as usize);
            let mut failing = |patterns: f64, cues: usize| -> Result<f64> {
                Ok(1.0 - repaired(sites, patterns.round() as usize, flips, cues, &mut stream)?)
            };
            let mut patterns = 8.0;
            while failing(patterns, 60)? < 0.5 {
                patterns *= 2.0;
            }
            // Other patterns disturb independently, so that −ln(repaired) is proportional to their number: around one half, pool.
            let mut exponent = 0.0;
            let rungs = [0.6, 0.8, 1.0];
            for share in rungs {
                let fraction = 1.0 - failing(share * patterns, p.cues as usize / rungs.len())?;
                exponent -= fraction.max(0.5 / p.cues as f64).ln() / ((share * patterns).round() - 1.0);
            }
            logs.push((1.0 + std::f64::consts::LN_2 * rungs.len() as f64 / exponent).ln());
        }
        let [small, large] = logs[..] else { return None.context("two sizes") };
        cell.record("rate", (large - small) / ((p.factor - 1) * p.N) as f64);
        Ok(())
    }
}
