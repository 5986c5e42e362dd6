//! Dead units: products of two weights under decay, with and without a bias.

use anyhow::{Result, ensure};
use lawbook_core::{
    Kind, Tensor,
    optim::{Optimiser, Rule},
    tensor::scalar,
    training::{train, unobserved},
};
use lawbook_dynamics::systems::syre::Syre;

use crate::framework::{Cell, Claim, Profile, Study, finished, params};

params! {
    /// |u∘w − β|²/2 + γ(|u|² + |w|²) with β ~ N(0, 0.3²).
    pub struct Params {
        /// With or without the bias.
        method: choice = "syre", ["syre", "vanilla"];
        /// Where the effective weights start.
        start: choice = "random", ["random", "collapsed"];
        /// Number of products.
        d: integer = 2000, 1..=1_000_000;
        /// Weight decay γ.
        gamma: real = 0.05, 0.0..=10.0;
        /// Standard deviation σ₀ of the bias.
        sigma: real = 0.05, 0.000001..=10.0;
        /// Learning rate.
        eta: real = 0.25, 0.0001..=1.0;
        /// Number of steps.
        steps: integer = 1200, 1..=1_000_000;
    }
}

/// Dead units.
pub struct Dead;

impl Study for Dead {
    const NAME: &'static str = "dead";
    const ABOUT: &'static str = "Trains products of two weights with and without a bias, from random and from collapsed starts, and \
        counts those with |u| + |w| below 1e-3.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let d = if profile == Profile::Full { 100_000 } else { 2000 };
        let point =
            |method: &str, start: &str| Params { method: method.into(), start: start.into(), d, ..Params::default() };
        match profile {
            Profile::Smoke => vec![Params { steps: 50, ..point("vanilla", "collapsed") }],
            _ => vec![
                point("syre", "random"),
                point("vanilla", "random"),
                point("syre", "collapsed"),
                Params { steps: 200, ..point("vanilla", "collapsed") },
            ],
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let (name, site) = (format!("{}-from-{}", p.method, p.start), Self::at(p).site("dead"));
            let claim = match (p.method.as_str(), p.start.as_str()) {
                // Both weights are of order σ₀ where the target is weak: as small as 1e-3 for some in 10 000.
                ("syre", _) => Claim::at_most(&name, site, 0.01)
                    .rival("plain-decay", "those with |β| < 2γ die, a quarter", [0.26])
                    .out_of(p.d as u64),
                // 26 % die in the limit. After a time of 300, those within 0.025 of the threshold, a quarter of these, are dying.
                (_, "random") => Claim::at_least(&name, site, 0.15)
                    .rival("alive", "decay shrinks and kills none", [0.0])
                    .out_of(p.d as u64),
                _ => Claim::exact(&name, [(0.0, site, 1.0)]).rival("escape", "training leaves a saddle", [0.0]),
            };
            claim
                .axes("", "part of the products with |u| + |w| < 1e-3")
                .source("proposition 3, theorem 1; reparametrised regression")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        ensure!(p.eta * p.gamma < 0.5, "η γ = {}: a step of decay overshoots; give η γ below 0.5", p.eta * p.gamma);
        let (kind, device) = (Kind::Double, cell.device());
        let targets = cell.stream("targets").normal_tensor(&[p.d], kind, device) * 0.3;
        let bias = Syre::isotropic(p.gamma, p.sigma, 2 * p.d, &mut cell.stream("bias"), device)?;
        let syre = if p.method == "syre" { bias } else { Syre { bias: bias.bias.zeros_like(), ..bias } };
        let scale = if p.start == "random" { 0.5 } else { 0.0 };
        let start = cell.stream("start").normal_tensor(&[2 * p.d], kind, device) * scale;
        let mut theta = [syre.raw(&start).set_requires_grad(true)];
        let mut descent = Optimiser::new(Rule::GRADIENT_DESCENT, p.eta, &theta);
        let loss = |t: &Tensor| (t.narrow(0, 0, p.d) * t.narrow(0, p.d, p.d) - &targets).square().sum(kind) * 0.5;
        finished(train(&mut theta, &mut descent, p.steps as usize, |_, t| syre.loss(&t[0], loss), unobserved))?;
        let size = syre.effective(&theta[0]).abs().view([2, p.d]).sum_dim_intlist(0i64, false, kind);
        cell.record("dead", scalar(&size.lt(1e-3).sum(kind)) / p.d as f64);
        Ok(())
    }
}
