//! AMSGrad at the maximum: with a frozen scale it does as SGD. What it starts from decides, for good.

use anyhow::{Context, Result};
use lawbook_dynamics::{
    Ensemble,
    systems::local_maximum::{AmsGrad, TwoSamples},
};

use crate::framework::{Cell, Claim, Profile, Study, params};

params! {
    /// AMSGrad on the quartic landscape.
    pub struct Params {
        /// Curvature a at the maximum, between -1 and 0.
        a: real = -0.5, (-1.0)..=0.0;
        /// Learning rate λ.
        lambda: real = 0.4, 0.0..=1.0;
        /// Memory β₁ of the gradient.
        beta_1: real = 0.0, 0.0..=0.9999;
        /// Memory β₂ of its square.
        beta_2: real = 0.999, 0.0..=0.9999999;
        /// Mean square v₀ from which it starts.
        v_0: real = 1.0, 0.0..=1e6;
        /// Number of replicas.
        replicas: integer = 400, 1..=1_000_000;
        /// Steps of each.
        steps: integer = 5000, 1..=1_000_000;
    }
}

impl Params {
    /// The exponent of SGD at the learning rate `λ/√v₀` at which AMSGrad freezes.
    fn frozen_exponent(&self, samples: &TwoSamples) -> Result<f64> {
        samples
            .exponent(self.lambda / self.v_0.sqrt())
            .with_context(|| format!("lambda over the root of v_0 = {}", self.v_0))
    }
}

/// Below this |w| a replica counts as arrived.
const ARRIVED: f64 = 1e-3;
/// Half the range of the starts.
const START: f64 = 0.5;

/// AMSGrad.
pub struct Adaptive;

impl Study for Adaptive {
    const NAME: &'static str = "amsgrad";
    const ABOUT: &'static str = "Trains by AMSGrad without bias correction from uniform starts between the minima, and counts how many \
        replicas end at the maximum.";
    const UNCLAIMED: &'static [&'static str] = &["diverged"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let replicas = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 1000,
            Profile::Full => 10_000,
        };
        let at = |lambda: f64| Params { lambda, replicas, ..Params::default() };
        vec![at(0.2), at(0.4), at(0.7), Params { v_0: 0.0, ..at(0.4) }, Params { beta_1: 0.9, ..at(0.4) }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let samples = TwoSamples::new(p.a)?;
            let site = Self::at(p).site("arrived");
            let id = format!("at-{}", p.lambda);
            let frozen = p.v_0 > 0.0 && p.beta_1 == 0.0;
            let attracts = frozen && p.frozen_exponent(&samples)? < 0.0;
            let claim = if attracts {
                Claim::at_least(&format!("amsgrad-converges-{id}"), site, 0.95).rival(
                    "adaptive",
                    "a method that is proved to converge for convex losses leaves a maximum",
                    [0.0],
                )
            } else if frozen {
                Claim::at_most(&format!("amsgrad-escapes-{id}"), site, 0.1).rival(
                    "always",
                    "AMSGrad ends at the maximum at any rate",
                    [1.0],
                )
            } else {
                // The first steps from v = 0 have the size λ/√(1 − β₂), and momentum averages the two factors.
                let what = if p.v_0 == 0.0 { "zero-start" } else { "momentum" };
                Claim::at_most(&format!("amsgrad-{what}-{id}"), site, 0.1).rival(
                    "threshold",
                    "a/(a − 1) < λ < 1 whatever the start and the momentum",
                    [1.0],
                )
            };
            let claim = claim.out_of(p.replicas as u64).axes("", "fraction with |w| < 0.001");
            Ok(claim.source("abstract: AMSGrad converges to a local maximum; the example is ours"))
        };
        points.iter().map(claim).collect()
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let samples = TwoSamples::new(p.a)?;
        if p.v_0 > 0.0 && p.beta_1 == 0.0 {
            p.frozen_exponent(&samples)?;
        }
        let method = AmsGrad { samples, rate: p.lambda, memory: p.beta_1, square_memory: p.beta_2 };
        let key = cell.key();
        let start = |i| AmsGrad::start(START * (2.0 * key.stream("start", i).uniform() - 1.0), p.v_0);
        let mut ensemble = Ensemble::<_, f64>::new(method, p.replicas as u64, &key, start);
        ensemble.advance(p.steps as u64);
        let arrived = ensemble.states().filter(|[w, ..]| w.abs() < ARRIVED).count();
        cell.record("arrived", arrived as f64 / p.replicas as f64);
        cell.record("diverged", ensemble.fraction_diverged());
        Ok(())
    }
}
