//! Repair of a given pattern against load: possible far beyond the load at which all are repaired.

use anyhow::Result;
use lawbook_memory::exponential;

use super::repaired;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Repair against load.
pub struct GivenPattern;

params! {
    /// Cues of given patterns, updated once.
    pub struct Params {
        /// Sites N.
        N: integer = 40, 8..=64;
        /// Patterns M.
        M: integer = 400, 2..=2_000_000;
        /// Wrong sites in a cue, ρN.
        flips: integer = 8, 0..=32;
        /// Cues per cell.
        cues: integer = 2000, 1..=10_000_000;
    }
}

/// Sites and wrong sites of the curves: a fifth and an eighth.
const CURVES: [(i64, i64); 2] = [(40, 8), (32, 4)];

/// Patterns that take too long at quick.
const MOST_PATTERNS: i64 = 5000;

/// Loads α of a curve in units of I(1 − 2ρ). At N = 40 half of the cues are repaired at 1.0.
const LOADS: [f64; 3] = [0.55, 0.8, 1.0];

impl Study for GivenPattern {
    const NAME: &'static str = "given-pattern";
    const ABOUT: &'static str = "Updates corrupted cues of stored patterns once and counts those that are repaired.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (curves, cues): (&[(i64, i64)], i64) = match profile {
            Profile::Smoke => (&CURVES[..1], 900),
            Profile::Quick => (&CURVES, 2000),
            Profile::Full => (&[(40, 8), (32, 4), (60, 15)], 10_000),
        };
        let point = |&(neurons, flips): &(i64, i64)| {
            let limit = exponential::load_of_one(flips as f64 / neurons as f64);
            LOADS.map(|load| Params { N: neurons, M: 1 + (load * limit * neurons as f64).exp().round() as i64, flips, cues })
        };
        let affordable = |p: &Params| profile == Profile::Full || p.M < MOST_PATTERNS;
        curves.iter().flat_map(point).filter(affordable).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let mut curves: Vec<(i64, i64)> = points.iter().map(|p| (p.N, p.flips)).collect();
        curves.sort_unstable();
        curves.dedup();
        for (neurons, flips) in curves {
            let own: Vec<&Params> = points.iter().filter(|p| (p.N, p.flips) == (neurons, flips)).collect();
            let load = |p: &Params| (p.M as f64).ln() / neurons as f64;
            let mut curve = Vec::new();
            for p in &own {
                let law = exponential::repaired(neurons as usize, p.M as f64, flips as usize)?;
                curve.push((load(p), GivenPattern::at(p).site("repaired"), law));
            }
            let share = flips as f64 / neurons as f64;
            let step = |limit: f64| own.iter().map(|p| f64::from(u8::from(load(p) < limit))).collect::<Vec<_>>();
            // Neglected: sums of several patterns one step of overlap further off, each e^-2 of the signal. Eight of them with the
            // same sign are needed, or a few beside a tie: a hundredth where (1 − q)^(M − 1) is near one half, more beyond.
            claims.push(
                Claim::curve(&format!("repaired-{neurons}-sites-{flips}-flips"), curve)
                    .within(Margin::Absolute(0.04))
                    .out_of(own.iter().map(|p| p.cues as u64).min().unwrap_or(0))
                    .rival(
                        "all-or-none",
                        "a sharp end at ½ I(1 − 2ρ), where all patterns are repaired",
                        step(exponential::load_of_all(share)),
                    )
                    .rival("limit", "the limit N → ∞: a sharp end at I(1 − 2ρ)", step(exponential::load_of_one(share)))
                    .rival(
                        "linear",
                        "the Hopfield network: at most 0.138 N patterns, fewer than any here",
                        own.iter().map(|_| 0.0),
                    )
                    .axes("load (ln M)/N", "fraction of cues repaired in one step")
                    .source("(1 − q)^(M − 1), derived at `lawbook_memory::exponential`; I(1 − 2ρ) for N → ∞"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let fraction = repaired(p.N as usize, p.M as usize, p.flips as usize, p.cues as usize, &mut stream)?;
        cell.record("repaired", fraction);
        Ok(())
    }
}
