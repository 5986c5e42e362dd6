//! A constraint by symmetry: redundant parameters along O make weight decay an L1 penalty on Oᵀθ, and leave the rest alone.

use anyhow::{Result, ensure};
use lawbook_core::{
    Kind, Tensor, no_grad,
    optim::gradients,
    tensor::{from_slice, scalar, to_vec},
};
use lawbook_dynamics::systems::mirror::{Mirror, constrained, constraint_penalty};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// |θ − θ*|²/2 with θ = (I − OOᵀ)w + O(a∘b) and the penalty α(|a|² + |b|²).
    pub struct Params {
        /// Number of parameters.
        p: integer = 12, 5..=10_000;
        /// Penalty α.
        alpha: real = 0.1, 0.0..=10.0;
        /// Learning rate.
        eta: real = 0.2, 0.0001..=0.5;
        /// Number of steps.
        steps: integer = 800, 1..=1_000_000;
    }
}

/// Distances of the loss's minimum from the constraint, along four random normals.
const TARGETS: [f64; 4] = [-1.0, -0.1, 0.3, 0.6];

/// Differentiable constraint by symmetry.
pub struct Constraint;

impl Study for Constraint {
    const NAME: &'static str = "constraint";
    const ABOUT: &'static str =
        "Trains parameters under a constraint by symmetry, through random normals, by gradient descent.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        if profile == Profile::Smoke { Vec::new() } else { vec![Params::default()] }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let site = |name: &str| Self::at(p).site(name);
            let soft = |t: f64| TARGETS.map(|c: f64| c.signum() * (c.abs() - t).max(0.0));
            let sites = TARGETS.iter().zip(soft(2.0 * p.alpha)).map(|(&c, left)| (c, site("across").at(c), left));
            // Distance 0.1 from the threshold and a time of 160: e^{−32}.
            claims.push(
                Claim::exact("constraint-by-symmetry", sites)
                    .within(Margin::Absolute(1e-9))
                    .rival("ridge", "a quadratic penalty", TARGETS.map(|c| c / (1.0 + 2.0 * p.alpha)))
                    .rival("half", "the penalty is α|Oᵀθ|₁", soft(p.alpha))
                    .axes("Oᵀθ at the minimum of the loss", "after training")
                    .source("differentiable constraint by symmetry; the L1 penalty of a product"),
            );
            // Along the plane nothing but the loss pulls, of curvature 1: rounding is left.
            claims.push(
                Claim::exact("free-along-the-plane", [(0.0, site("along-error"), 0.0)])
                    .within(Margin::Absolute(1e-9))
                    .rival_residual("decay", "as with the penalty on all parameters", [site("along-ridge")])
                    .axes("", "distance from the minimum along the plane")
                    .source("differentiable constraint by symmetry"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (device, kind, q) = (cell.device(), Kind::Double, TARGETS.len() as i64);
        let mut draws = cell.stream("normals");
        let mirror = Mirror::random(p.p, q, &mut draws, device)?;
        let along = mirror.onto_plane(&draws.normal_tensor(&[p.p], kind, device));
        let target = &along + mirror.normals().matmul(&from_slice(&TARGETS, &[q], kind, device));
        let mut start = |count: i64| (draws.normal_tensor(&[count], kind, device) * 0.5).set_requires_grad(true);
        let mut parameters: [Tensor; 3] = [start(p.p), start(q), start(q)];
        for step in 1..=p.steps {
            let [w, a, b] = &parameters;
            let theta = constrained(&mirror, w, a, b);
            let loss = (theta - &target).square().sum(kind) * 0.5 + constraint_penalty(p.alpha, a, b)?;
            ensure!(
                scalar(&loss).is_finite(),
                "diverged: the loss is no longer finite at step {step}; give η (1 + 2α) below 1"
            );
            let slopes = gradients(&loss, &parameters);
            no_grad(|| parameters.iter_mut().zip(&slopes).for_each(|(w, slope)| drop(w.g_sub_(&(slope * p.eta)))));
        }
        let [w, a, b] = &parameters;
        let theta = constrained(&mirror, w, a, b);
        for (c, left) in TARGETS.into_iter().zip(to_vec(&mirror.coordinates(&theta))) {
            cell.record_at("across", c, left);
        }
        cell.record("along-error", scalar(&(mirror.onto_plane(&theta) - &along).norm()));
        // Ridge regression of the same loss, in closed form.
        cell.record("along-ridge", scalar(&along.norm()) * (1.0 - 1.0 / (1.0 + 2.0 * p.alpha)));
        Ok(())
    }
}
