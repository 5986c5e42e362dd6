//! What a descent still finds: all, then nothing, of summed patterns; the latest of decaying ones.

use anyhow::Result;
use lawbook_memory::{AsynchronousUpdate, Palimpsest, Patterns};

use super::storage;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Patterns that stay near a fixed point.
pub struct Blackout;

params! {
    /// A network that has stored K patterns in turn and descends from each.
    pub struct Params {
        /// What storing a pattern does to the couplings.
        storage: choice = "hebb", ["hebb", "decay"];
        /// Rate of decay λ.
        lambda: real = 0.05, 1e-6..=0.999;
        /// Neurons N.
        N: integer = 200, 10..=10_000;
        /// Patterns K, at least 20.
        K: integer = 120, 20..=1_000_000;
        /// Networks per cell.
        networks: integer = 5, 1..=1_000_000;
    }
}

/// First and last patterns that are averaged.
const ENDS: usize = 10;

/// An overlap that counts as retained.
const RETAINED: f64 = 0.9;

impl Study for Blackout {
    const NAME: &'static str = "blackout";
    const ABOUT: &'static str = "Stores K patterns one after the other and descends from each: the overlap that is left.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let networks = match profile {
            Profile::Smoke => return vec![Params { K: 20, networks: 8, ..Params::default() }],
            Profile::Quick => 8,
            Profile::Full => 500,
        };
        let at = |storage: &str, patterns| Params { storage: storage.into(), K: patterns, networks, ..Params::default() };
        vec![at("hebb", 20), at("hebb", 120), at("decay", 120)]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let find = |storage: &str, patterns: i64| points.iter().find(|p| p.storage == storage && p.K == patterns);
        let capacity = "Amit, Gutfreund & Sompolinsky 1985: K = 0.138 N";
        // K/N = 0.1 is below the capacity of 0.138, 0.6 far above; 0.9 and 0.1 leave finite networks their scatter.
        if let Some(p) = find("hebb", 20) {
            claims.push(
                Claim::at_least("before", Blackout::at(p).site("retained"), 0.9)
                    .rival(
                        "span",
                        "as few are kept as decaying couplings keep, N/(e z²) at 0.5 % error",
                        [0.055 * 200.0 / 20.0],
                    )
                    .axes("", "fraction of patterns with overlap above 0.9")
                    .source(capacity),
            );
        }
        if let Some(p) = find("hebb", 120) {
            claims.push(
                Claim::at_most("blackout", Blackout::at(p).site("retained"), 0.1)
                    .out_of((p.networks * p.K) as u64)
                    .rival("full-memory", "a full memory keeps what fits in it, 0.138 N patterns", [0.138 * 200.0 / 120.0])
                    .axes("", "fraction of patterns with overlap above 0.9")
                    .source(capacity),
            );
            // The couplings are the same in whatever order the patterns came. The margin is what `quick`
            // resolves.
            let site = |observable: &str| Blackout::at(p).site(observable);
            claims.push(
                Claim::ratio("no-order", site("last"), site("first"), 1.0)
                    .within(Margin::Absolute(0.15))
                    .rival("recency", "the last ten are known twice as well as the first ten", [2.0])
                    .axes("", "overlap of the last ten over that of the first ten")
                    .source("the sum of ξξᵀ has no order"),
            );
        }
        if let Some(p) = find("decay", 120) {
            // One-step errors of the last ten are below Q((1−λ)^9 √(2λN)) = 0.3 %, which a descent mends.
            claims.push(
                Claim::at_least("latest", Blackout::at(p).site("last"), 0.9)
                    .rival("blackout", "past the capacity no pattern is found, whatever its age", [0.5])
                    .axes("", "mean overlap of the last ten patterns")
                    .source("P(k) = Q((1−λ)^k √(2λN))"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (mut draw, mut order) = (cell.stream("patterns"), cell.stream("order"));
        let (sites, count) = (p.N as usize, p.K as usize);
        let (mut retained, mut first, mut last) = (0.0, 0.0, 0.0);
        for _ in 0..p.networks {
            let patterns = Patterns::random(count, sites, &mut draw)?;
            let mut memory = Palimpsest::new(sites, storage(&p.storage, p.lambda, 1))?;
            for mu in 0..count {
                memory.store(&patterns.state(mu))?;
            }
            for mu in 0..count {
                let state = patterns.state(mu);
                let overlap = memory.retrieve(&state, &mut order)?.state.overlap(&state)? as f64 / sites as f64;
                retained += f64::from(overlap > RETAINED);
                first += if mu < ENDS { overlap } else { 0.0 };
                last += if mu + ENDS >= count { overlap } else { 0.0 };
            }
        }
        let networks = p.networks as f64;
        cell.record("retained", retained / networks / count as f64);
        cell.record("first", first / networks / ENDS as f64);
        cell.record("last", last / networks / ENDS as f64);
        Ok(())
    }
}
