//! Random patterns: from which β on they are retrieved, and how much weight the others keep.

use anyhow::{Context, Result};
use lawbook_core::{
    Kind, Tensor,
    tensor::{scalar, to_vec},
};
use lawbook_memory::modern::{ModernMemory, random_patterns::RandomPatterns};

use super::on_sphere;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// The β of retrieval.
pub struct Threshold;

/// The weight of other patterns.
pub struct Leak;

params! {
    /// Random unit patterns that are cooled down and warmed up.
    pub struct ThresholdParams {
        /// Patterns N.
        N: integer = 100, 4..=2000;
        /// Features d.
        d: integer = 32, 2..=1000;
        /// Networks per cell.
        networks: integer = 2, 1..=1000;
    }
}

params! {
    /// Random unit patterns, cold.
    pub struct LeakParams {
        /// Inverse temperature β.
        beta: real = 11.0, 1.0..=100.0;
        /// Patterns N.
        N: integer = 50, 4..=2000;
        /// Features d.
        d: integer = 64, 2..=1000;
        /// Networks per cell.
        networks: integer = 128, 1..=100_000;
    }
}

/// Levels of β, and updates at each.
const LEVELS: usize = 24;
const UPDATES: usize = 60;

impl Study for Threshold {
    const NAME: &'static str = "threshold";
    const ABOUT: &'static str = "Follows the fixed point of every pattern from β = 2.6 ln N down to 1.2 ln N, and averages over \
        patterns the β at which its own weight falls below one half.";
    type Params = ThresholdParams;

    fn grid(profile: Profile) -> Vec<ThresholdParams> {
        let at = |patterns, d, networks| ThresholdParams { N: patterns, d, networks };
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![at(20, 32, 40), at(100, 64, 2), at(100, 32, 3)],
            Profile::Full => vec![at(20, 32, 400), at(100, 64, 20), at(100, 32, 30), at(1000, 64, 1)],
        }
    }

    /// The annealed threshold. Neglected: the others' shared fluctuations and self-weights, of relative order
    /// `Φ(2k)/(N Φ(k)²) ≈ exp(k²/d)/N` in their weight (5 to 10 %), which shifts β by about as much divided by ln N: 3 %.
    fn predict(points: &[ThresholdParams]) -> Result<Vec<Claim>> {
        let law = |p: &ThresholdParams, d: usize| {
            let threshold = RandomPatterns::new(p.N as usize, d)?.threshold();
            threshold.with_context(|| format!("no jump for {} patterns in {d} dimensions: give more patterns", p.N))
        };
        let site = |p: &ThresholdParams| Threshold::at(p).site("beta");
        let x = |p: &ThresholdParams| p.N as f64 * (p.d as f64).recip();
        let sites = points.iter().map(|p| Ok((x(p), site(p), law(p, p.d as usize)?))).collect::<Result<Vec<_>>>()?;
        let orthogonal = points.iter().map(|p| law(p, ORTHOGONAL)).collect::<Result<Vec<_>>>()?;
        let claim = Claim::curve("threshold", sites)
            .within(Margin::Relative(0.05))
            .rival(
                "half-weight",
                "where a pattern, looked at alone, has half the weight: ln(N − 1)",
                points.iter().map(|p| (p.N as f64 - 1.0).ln()),
            )
            .axes("patterns per feature N/d", "inverse temperature of retrieval")
            .source("the update's fixed point, annealed over the sphere");
        // At small N/d the patterns are as good as orthogonal.
        let crowded = points.iter().any(|p| p.N > 2 * p.d);
        let claim = if crowded {
            claim.rival("orthogonal", "other patterns have no overlap with the state", orthogonal)
        } else {
            claim
        };
        Ok(vec![claim])
    }

    fn measure(p: &ThresholdParams, cell: &mut Cell) -> Result<()> {
        let patterns = on_sphere(&[p.networks, p.N, p.d], 1.0, &mut cell.stream("patterns"), cell.device());
        let (low, high) = (1.2 * (p.N as f64).ln(), 2.6 * (p.N as f64).ln());
        let step = (high - low) / LEVELS as f64;
        let (mut state, mut mean) = (patterns.shallow_clone(), low);
        for level in (0..LEVELS).rev() {
            let memory = ModernMemory::new(patterns.shallow_clone(), low + (level as f64 + 0.5) * step)?;
            for _ in 0..UPDATES {
                state = memory.update(&state)?;
            }
            let lost = own_weights(&memory, &state)?.lt(0.5).to_kind(Kind::Double);
            mean += step * scalar(&lost.mean(Kind::Double));
        }
        cell.record("beta", mean);
        Ok(())
    }
}

impl Study for Leak {
    const NAME: &'static str = "leak";
    const ABOUT: &'static str =
        "Starts at every pattern, goes to its fixed point and adds up the weight of all other patterns.";
    type Params = LeakParams;

    fn grid(profile: Profile) -> Vec<LeakParams> {
        let networks = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 128,
            Profile::Full => 2000,
        };
        [9.0, 11.0, 13.0].map(|beta| LeakParams { beta, networks, ..LeakParams::default() }).to_vec()
    }

    /// The annealed weight. Neglected: `β L` times the relative variance of the sum over others, `Φ(2β)/(N Φ(β)²)`: 2 % at most.
    fn predict(points: &[LeakParams]) -> Result<Vec<Claim>> {
        let law = |p: &LeakParams, d: usize| {
            let leak = RandomPatterns::new(p.N as usize, d)?.leak(p.beta);
            leak.with_context(|| format!("patterns are not retrieved at β = {}: cool down", p.beta))
        };
        let sites = points.iter().map(|p| Ok((p.beta, Leak::at(p).site("others"), law(p, p.d as usize)?)));
        let orthogonal = points.iter().map(|p| law(p, ORTHOGONAL)).collect::<Result<Vec<_>>>()?;
        let typical = |p: &LeakParams| -> Result<f64> { Ok(law(p, ORTHOGONAL)? * (p.beta * p.beta / p.d as f64).exp()) };
        Ok(vec![
            Claim::curve("leak", sites.collect::<Result<Vec<_>>>()?)
                .within(Margin::Relative(0.08))
                .rival("orthogonal", "other patterns have no overlap with the state", orthogonal)
                .rival(
                    "twice-the-variance",
                    "overlaps of variance 2/d, as if both patterns' fluctuations added",
                    points.iter().map(typical).collect::<Result<Vec<_>>>()?,
                )
                .axes("inverse temperature", "weight of all other patterns")
                .log_y()
                .source("the update's fixed point, annealed over the sphere; Theorem 5 bounds it"),
        ])
    }

    fn measure(p: &LeakParams, cell: &mut Cell) -> Result<()> {
        let patterns = on_sphere(&[p.networks, p.N, p.d], 1.0, &mut cell.stream("patterns"), cell.device());
        let memory = ModernMemory::new(patterns.shallow_clone(), p.beta)?;
        let state = memory.retrieve(&patterns, 1e-9)?.state;
        let own = to_vec(&own_weights(&memory, &state)?);
        cell.record("others", own.iter().map(|weight| 1.0 - weight).sum::<f64>() / own.len() as f64);
        Ok(())
    }
}

/// A dimension in which random patterns are orthogonal.
const ORTHOGONAL: usize = 1_000_000_000;

/// The weight of pattern i in the state that began there.
fn own_weights(memory: &ModernMemory, state: &Tensor) -> Result<Tensor> {
    Ok(memory.weights(state)?.diagonal(0, -2, -1).contiguous())
}
