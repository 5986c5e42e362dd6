//! Rescaling symmetry: products `u w` under weight decay, their value against the decay and the part of them that dies.

use anyhow::{Result, bail};
use lawbook_analysis::gaussian::normal_tail;
use lawbook_dynamics::systems::spred::{Descent, Factors, descend};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Many products, each with its own target: |u∘w − β|²/2 + (γ/2)(|u|² + |w|²).
    pub struct Params {
        /// Weight decay γ.
        gamma: real = 0.1, 0.0..=10.0;
        /// Standard deviation of the targets β.
        spread: real = 0.3, 0.001..=100.0;
        /// Number of products.
        d: integer = 20_000, 1..=10_000_000;
        /// Learning rate η.
        eta: real = 0.2, 0.0001..=0.5;
        /// Number of steps.
        steps: integer = 2500, 1..=1_000_000;
    }
}

/// A product is dead below 1/(2ηn), what one at the threshold still is; at 500 units of time, 1e-3.
const DEAD: f64 = 1e-3;
/// Targets at which the product itself is looked at.
const TARGETS: [f64; 8] = [-0.8, -0.3, -0.15, -0.05, 0.05, 0.2, 0.5, 1.0];

/// Sparsity.
pub struct Diagonal;

impl Study for Diagonal {
    const NAME: &'static str = "rescaling";
    const ABOUT: &'static str = "Trains products of two weights towards random targets by gradient descent with weight decay, and \
        counts those that die.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let gammas = if profile == Profile::Smoke { vec![0.1] } else { vec![0.03, 0.1, 0.3] };
        let d = match profile {
            Profile::Smoke => 100,
            Profile::Quick => 20_000,
            Profile::Full => 1_000_000,
        };
        gammas.into_iter().map(|gamma| Params { gamma, d, ..Params::default() }).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let part = |p: &Params, bound: f64| 1.0 - 2.0 * normal_tail(bound / p.spread);
        let sites = points.iter().map(|p| (p.gamma, Self::at(p).site("dead"), part(p, p.gamma)));
        let rival = |factor: f64| points.iter().map(move |p| part(p, factor * p.gamma)).collect::<Vec<_>>();
        let d = points.iter().map(|p| p.d as u64).min().unwrap_or(1);
        // Targets within 1e-3 of the threshold are slower than the training: a part of 0.003. And 20 000 draws scatter by 0.0035.
        let mut claims = Vec::new();
        if d >= 10_000 {
            claims.push(
                Claim::curve("dead-part", sites)
                    .within(Margin::Absolute(0.03))
                    .rival("twice", "the threshold is 2γ", rival(2.0))
                    .rival("half", "the threshold is γ/2", rival(0.5))
                    .rival("ridge", "weight decay shrinks products and kills none", points.iter().map(|_| 0.0))
                    .out_of(d)
                    .axes("weight decay γ", "part of the products that die")
                    .log_x()
                    .source("corollary for rescaling symmetry: P(|β| < γ)"),
            );
        }
        for p in points {
            let curve = |threshold: f64| TARGETS.map(|b: f64| b.signum() * (b.abs() - threshold).max(0.0));
            let sites = TARGETS.iter().zip(curve(p.gamma)).map(|(&b, v)| (b, Self::at(p).site("product").at(b), v));
            // At time 500 a product at distance 0.05 from its threshold is at e^{−50}, one at its threshold at 1/1000.
            claims.push(
                Claim::exact(&format!("shrinkage-{}", p.gamma), sites)
                    .within(Margin::Absolute(2e-3))
                    .rival("twice", "the shift is 2γ", curve(2.0 * p.gamma))
                    .rival("ridge", "weight decay shrinks in proportion", TARGETS.map(|b| b / (1.0 + p.gamma)))
                    .axes("target β", "product u w after training")
                    .source("u w = sgn(b₂) max(|b₂| − γ, 0)/b₁ for (u w x − y)² + γ(u² + w²)"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let count = p.d as usize;
        let mut data = cell.stream("targets");
        let targets: Vec<f64> = TARGETS.into_iter().chain((0..count).map(|_| p.spread * data.normal())).collect();
        let mut factors = Factors::normal(targets.len(), 0.5, &mut cell.stream("factors"));
        let descent = Descent { rate: p.eta, kappa: 0.5 * p.gamma, steps: p.steps as usize };
        let diverged = descend(&mut factors, &descent, |v, g| {
            g.iter_mut().zip(v.iter().zip(&targets)).for_each(|(g, (v, target))| *g = v - target);
        })?;
        if let Some(step) = diverged {
            bail!("diverged at step {step}: the learning rate η = {} is too large for targets or decay", p.eta);
        }
        let v = factors.product();
        for (target, v) in TARGETS.into_iter().zip(&v) {
            cell.record_at("product", target, *v);
        }
        let dead = v[TARGETS.len()..].iter().filter(|v| v.abs() < DEAD).count();
        cell.record("dead", dead as f64 / count as f64);
        Ok(())
    }
}
