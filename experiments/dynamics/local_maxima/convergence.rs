//! Whether SGD on the whole landscape, minima and all, ends at the maximum.

use anyhow::Result;
use lawbook_dynamics::{
    Ensemble,
    systems::local_maximum::{Sgd, TwoSamples},
};

use crate::framework::{Cell, Claim, Profile, Study, params};

params! {
    /// SGD on the quartic landscape.
    pub struct Params {
        /// Curvature a at the maximum, between -1 and 0.
        a: real = -0.5, (-1.0)..=0.0;
        /// Learning rate λ, between 0 and 1.
        lambda: real = 0.7, 0.0..=1.0;
        /// Number of replicas.
        replicas: integer = 1000, 1..=1_000_000;
        /// Steps of each.
        steps: integer = 3000, 1..=1_000_000;
    }
}

/// Below this |w| a replica counts as arrived at the maximum, and below this it would be subnormal.
const ARRIVED: f64 = 1e-3;
/// Half the range from which the start is drawn, the minima lying at ½ for a = −½.
const START: f64 = 0.5;

/// The landscape with its minima.
pub struct Convergence;

impl Study for Convergence {
    const NAME: &'static str = "convergence";
    const ABOUT: &'static str = "Trains from uniform starts between the minima and counts how many replicas end at the maximum, and how \
        many of their weights are too small for an f64.";
    const UNCLAIMED: &'static [&'static str] = &["diverged", "underflown"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let replicas = match profile {
            Profile::Smoke => 200,
            Profile::Quick => 2000,
            Profile::Full => 20_000,
        };
        [0.2, 0.4, 0.7].map(|lambda| Params { lambda, replicas, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let samples = TwoSamples::new(p.a)?;
            let exponent = samples.exponent(p.lambda)?;
            let site = Self::at(p).site("arrived");
            let id = format!("at-{}", p.lambda);
            // Both are statements about infinite time; a twentieth is left for what is still on its way or has strayed.
            let claim = if exponent < 0.0 {
                let left = "gradient descent, and any diffusion with the noise of SGD as additive, leave a maximum";
                Claim::at_least(&format!("converges-{id}"), site, 0.95).rival("descent", left, [0.0]).rival(
                    "mean-square",
                    "E w² grows, hence w does",
                    [0.0],
                )
            } else {
                Claim::at_most(&format!("escapes-{id}"), site, 0.05).rival(
                    "always",
                    "noise that vanishes at a point collects SGD there at any rate",
                    [1.0],
                )
            };
            Ok(claim.out_of(p.replicas as u64).axes("", "fraction with |w| < 0.001").source("γ(λ) < 0: almost surely w → 0"))
        };
        points.iter().map(claim).collect()
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let sgd = Sgd { samples: TwoSamples::new(p.a)?, rate: p.lambda };
        sgd.samples.factors(p.lambda)?;
        let key = cell.key();
        let start = |i| [(START * key.stream("start", i).uniform()).max(f64::MIN_POSITIVE).ln()];
        let mut ensemble = Ensemble::<_, f64>::new(sgd, p.replicas as u64, &key, start);
        ensemble.advance(p.steps as u64);
        let below = |bound: f64| ensemble.states().filter(|[log]| *log < bound.ln()).count() as f64 / p.replicas as f64;
        cell.record("arrived", below(ARRIVED));
        cell.record("underflown", below(f64::MIN_POSITIVE));
        cell.record("diverged", ensemble.fraction_diverged());
        Ok(())
    }
}
