//! The whole nonlinear two-layer net: which replicas end in the saddle.

use anyhow::Result;
use lawbook_dynamics::{Ensemble, integrators::logarithmic::TwoLayerLogs, theory::curvature::Curvature};

use crate::framework::{Cell, Claim, Profile, Study, params};

params! {
    /// The net ½ (u w x − y)² with x = 1 and y ~ N(m, 1).
    pub struct Params {
        /// Mean m of the labels.
        m: real = 0.1, 0.0..=10.0;
        /// Learning rate λ.
        lambda: real = 0.3, 0.0001..=100.0;
        /// Standard deviation of both weights at the start.
        start: real = 0.5, 0.0..=10.0;
        /// Number of replicas.
        replicas: integer = 500, 1..=1_000_000;
        /// Steps of each.
        steps: integer = 6000, 1..=1_000_000;
    }
}

/// Below this |u w| a replica counts as collapsed.
const COLLAPSED: f64 = 1e-6;

/// The net.
pub struct Net;

impl Study for Net {
    const NAME: &'static str = "net";
    const ABOUT: &'static str = "Trains a two-layer net at batch size 1 from random weights, and counts how many replicas end at the saddle \
        and how many diverge.";
    const UNCLAIMED: &'static [&'static str] = &["diverged"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let replicas = match profile {
            Profile::Smoke => 50,
            Profile::Quick => 500,
            Profile::Full => 10_000,
        };
        let at = |m: f64, lambda: f64| Params { m, lambda, replicas, ..Params::default() };
        // The theorem is local. At the larger rate minima are unstable and replicas that stray to them diverge: from a start at ε
        // some ε^κ of them stray, with E|1 + λy|^κ = 1, that is κ = 0.37 or so, a thirtieth at 10⁻⁴.
        vec![at(0.1, 0.1), at(0.1, 0.3), Params { start: 1e-4, ..at(0.1, 0.8) }, at(0.5, 0.3)]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let along = |mean: f64| Curvature::Normal { mean, deviation: 1.0 }.exponent(p.lambda);
            let site = Self::at(p).site("collapsed");
            let id = format!("at-m-{}-rate-{}", p.m, p.lambda);
            // Of a local statement about infinite time: a tenth may still be on its way, or have been thrown out far from the saddle.
            let claim = if along(-p.m) < 0.0 && along(p.m) < 0.0 {
                Claim::at_least(&format!("collapse-{id}"), site, 0.9)
                    .rival("descent", "gradient descent leaves the saddle", [0.0])
                    .rival("mean-square", "E (u + w)² grows at every rate", [0.0])
            } else {
                Claim::at_most(&format!("no-collapse-{id}"), site, 0.1).rival(
                    "always",
                    "noise that vanishes at the saddle collects SGD there at any rate",
                    [1.0],
                )
            };
            claim.out_of(p.replicas as u64).axes("", "fraction with |u w| < 10⁻⁶").source("phases I and III")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let net = TwoLayerLogs { rate: p.lambda, mean: p.m, deviation: 1.0, batch: 1 };
        let key = cell.key();
        let start = |i| {
            let mut weights = key.stream("start", i);
            let (u, w) = (p.start * weights.normal(), p.start * weights.normal());
            [(u + w).abs().ln(), (u - w).abs().ln()]
        };
        let mut ensemble = Ensemble::<_, f64>::new(net, p.replicas as u64, &key, start);
        ensemble.advance(p.steps as u64);
        let product = |[sum, difference]: [f64; 2]| 0.25 * ((2.0 * sum).exp() - (2.0 * difference).exp());
        // That of a diverged replica is infinite or not a number, and below no bound.
        let collapsed = ensemble.states().filter(|state| product(*state).abs() < COLLAPSED).count();
        cell.record("collapsed", collapsed as f64 / p.replicas as f64);
        cell.record("diverged", ensemble.fraction_diverged());
        Ok(())
    }
}
