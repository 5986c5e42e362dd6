//! Repair of all patterns at once, the statement of the theorem: it ends at half the load of a given pattern.

use anyhow::Result;
use lawbook_memory::{DenseMemory, Patterns, Separation, exponential};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Whether all patterns are repaired.
pub struct AllPatterns;

params! {
    /// Memories of which every pattern gets a cue of its own.
    pub struct Params {
        /// Sites N.
        N: integer = 40, 8..=64;
        /// Patterns M.
        M: integer = 48, 2..=100_000;
        /// Wrong sites in a cue, ρN.
        flips: integer = 8, 1..=32;
        /// Memories drawn per cell.
        draws: integer = 1200, 1..=1_000_000;
    }
}

/// Loads in units of I(1 − 2ρ); the theorem's is one half.
const LOADS: [f64; 3] = [0.4, 0.5, 0.6];

impl Study for AllPatterns {
    const NAME: &'static str = "all-patterns";
    const ABOUT: &'static str = "Draws memories and counts those in which one step repairs a cue of every pattern.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let draws = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 1200,
            Profile::Full => 20_000,
        };
        let (neurons, flips) = (40, 8);
        let limit = exponential::load_of_one(flips as f64 / neurons as f64) * neurons as f64;
        LOADS.map(|load| Params { N: neurons, M: 1 + (load * limit).exp().round() as i64, flips, draws }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let (mut curve, mut given, mut ordinary) = (Vec::new(), Vec::new(), Vec::new());
        for p in points {
            let (sites, flips) = (p.N as usize, p.flips as usize);
            let load = (p.M as f64).ln() / p.N as f64;
            curve.push((load, AllPatterns::at(p).site("all"), exponential::all_repaired(sites, p.M as f64, flips)?));
            given.push(exponential::repaired(sites, p.M as f64, flips)?);
            // As for one cue among M patterns, had each pattern its own.
            ordinary.push(f64::from(u8::from(load < exponential::load_of_one(p.flips as f64 / p.N as f64))));
        }
        let trials = points.iter().map(|p| p.draws as u64).min().unwrap_or(0);
        // Neglected, besides sums of several patterns: a close pair disturbs both ways. Given one way the other is likelier, a
        // tenth of the exponent where that is about one: 0.04.
        Ok(vec![
            Claim::curve("all-repaired", curve)
                .within(Margin::Absolute(0.06))
                .out_of(trials)
                .rival("given-pattern", "the probability for one given pattern", given)
                .rival("one-limit", "all patterns are repaired as long as a given one is, α < I(1 − 2ρ)", ordinary)
                .axes("load (ln M)/N", "fraction of memories with all patterns repaired")
                .source("Demircigil et al. 2017, Theorem 3: α < I(1 − 2ρ)/2; (1 − q)^(M(M − 1)) at finite N"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let mut all = 0;
        for _ in 0..p.draws {
            let stored = Patterns::random(p.M as usize, p.N as usize, &mut stream)?;
            let memory = DenseMemory::new(stored, Separation::Exponential)?;
            let mut repaired = true;
            for mu in 0..p.M as usize {
                let pattern = memory.patterns().state(mu);
                let cue = pattern.corrupted(p.flips as usize, &mut stream)?;
                repaired = repaired && memory.synchronous_step(&cue)? == pattern;
            }
            all += usize::from(repaired);
        }
        cell.record("all", f64::from(all as u32) / p.draws as f64);
        Ok(())
    }
}
