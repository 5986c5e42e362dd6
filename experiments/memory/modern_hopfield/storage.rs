//! Theorem 3: so many random patterns are stored with high probability. Many more are.

use anyhow::Result;
use lawbook_core::{
    Tensor,
    tensor::{scalar, to_vec},
};
use lawbook_memory::modern::{ModernMemory, bounds::StorageGuarantee};

use super::on_sphere;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Guaranteed storage.
pub struct Storage;

params! {
    /// Random patterns on the sphere of radius K √(d − 1), each with the sphere of radius 1/(β N M) in which it is stored.
    pub struct Params {
        /// Features d.
        d: integer = 20, 2..=1000;
        /// Radius K, in units of √(d − 1).
        K: real = 3.0, 0.1..=100.0;
        /// Inverse temperature β.
        beta: real = 1.0, 0.0001..=1000.0;
        /// Patterns stored, as a multiple of the guaranteed number.
        factor: real = 1.0, 1.0..=1000.0;
        /// Networks per cell.
        networks: integer = 20, 1..=100_000;
    }
}

/// The failure probability of both examples in the paper.
const FAILURE: f64 = 0.001;

/// The paper's examples: dimension and radius, β = 1.
const EXAMPLES: [(i64, f64); 2] = [(20, 3.0), (75, 1.0)];

/// A temperature at which nothing is stored: β M² is about 1.
const HOT: f64 = 0.01;

/// A multiple at which the guarantee is silent.
const BEYOND: f64 = 100.0;

impl Study for Storage {
    const NAME: &'static str = "storage";
    const ABOUT: &'static str = "Starts at random on the sphere around every pattern, and counts the patterns of which some start \
        ends outside that sphere or away from where the others end.";
    const UNCLAIMED: &'static [&'static str] = &["largest-miss"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        // Overlaps of all pairs are in memory at once: 10 networks of 1100 patterns take 300 MB.
        let (guaranteed, beyond) = if profile == Profile::Full { (1000, 10) } else { (20, 1) };
        let at = |(d, radius), beta, factor, networks| Params { d, K: radius, beta, factor, networks };
        let guaranteed =
            EXAMPLES.into_iter().flat_map(|example| [at(example, 1.0, 1.0, guaranteed), at(example, HOT, 1.0, guaranteed)]);
        let beyond = EXAMPLES.map(|example| at(example, 1.0, BEYOND, beyond));
        let beyond = if profile == Profile::Smoke { Vec::new() } else { beyond.to_vec() };
        guaranteed.chain(beyond).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let site = |p: &Params| Storage::at(p).site("unstored");
        let guaranteed: Vec<&Params> = points.iter().filter(|p| p.factor == 1.0 && p.beta > HOT).collect();
        let hot = points.iter().filter(|p| p.factor == 1.0 && p.beta == HOT).map(site);
        let mut claims = Vec::new();
        if !guaranteed.is_empty() {
            // A chance of 0.001 per network, by a bound that is far from tight.
            let sites = guaranteed.iter().map(|p| (p.d as f64, site(p), 0.0));
            claims.push(
                Claim::exact("guarantee", sites)
                    .within(Margin::Absolute(0.0))
                    .rival_residual("any-temperature", "the largest overlap wins, however hot", hot)
                    .axes("features d", "fraction of patterns not stored")
                    .source("Theorem 3, both numerical examples"),
            );
        }
        for p in points.iter().filter(|p| p.factor == BEYOND) {
            claims.push(
                Claim::at_most(&format!("guarantee-is-loose-{}", p.d), site(p), 0.01)
                    .out_of(p.networks as u64 * patterns(p)? as u64)
                    .rival("tight", "no more than the guaranteed number can be stored", [1.0 - 1.0 / BEYOND])
                    .axes("", "fraction of patterns not stored")
                    .source("Theorem 3 is a lower bound"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let shape = [p.networks, patterns(p)?, p.d];
        let sphere = |purpose: &str, radius: f64| on_sphere(&shape, radius, &mut cell.stream(purpose), cell.device());
        let stored = sphere("patterns", p.K * (p.d as f64 - 1.0).sqrt());
        let memory = ModernMemory::new(stored.shallow_clone(), p.beta)?;
        let radius = memory.bounds().storage_radius();
        let end = |purpose: &str| memory.retrieve(&(&stored + sphere(purpose, radius)), 1e-12).map(|found| found.state);
        let (one, other) = (end("one start")?, end("another start")?);
        let distance = |a: &Tensor| to_vec(&a.norm_scalaropt_dim(2.0, [2i64].as_slice(), false));
        let (away, apart) = (distance(&(&one - &stored)), distance(&(&one - &other)));
        let unstored = away.iter().zip(apart).filter(|(away, apart)| **away > radius || *apart > 1e-9).count();
        cell.record("unstored", unstored as f64 / away.len() as f64);
        cell.record("largest-miss", scalar(&(one - stored).abs().max()));
        Ok(())
    }
}

/// Patterns stored: at least two.
fn patterns(p: &Params) -> Result<i64> {
    let guarantee = StorageGuarantee::new(p.d as usize, p.K, 1.0, FAILURE)?;
    Ok(((p.factor * guarantee.patterns).floor() as i64).max(2))
}
