//! One weight, or one group of weights, in `L = |v − b|²/2`: the minimum is `b` after soft thresholding by 2κ.

use anyhow::{Result, bail};
use lawbook_analysis::lasso::soft_threshold;
use lawbook_dynamics::systems::spred::{Descent, Factors, GroupFactors, descend, descend_groups};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A quadratic loss with one minimum per weight or group.
    pub struct Params {
        /// Weight κ of the squared factors.
        kappa: real = 0.2, 0.0..=10.0;
        /// Number of weights that share one factor; 1 for the plain method.
        group: integer = 1, 1..=1000;
        /// Learning rate η.
        eta: real = 0.05, 0.0001..=0.5;
        /// Number of steps.
        steps: integer = 8000, 1..=10_000_000;
    }
}

/// Distances of the minimum from 0, none closer than 0.05 to a threshold 2κ of 0.4: there the remnant e^{−2·0.05·400} is 1e-17.
const TARGETS: [f64; 12] = [-2.0, -1.0, -0.6, -0.45, -0.35, -0.1, 0.1, 0.3, 0.5, 0.8, 1.5, 3.0];

/// Directions of a group: component `i` of `size`, of unit length together.
fn direction(i: usize, size: usize) -> f64 {
    let part = |i: usize| 1.0 + (i % 3) as f64;
    part(i) / (0..size).map(|j| part(j).powi(2)).sum::<f64>().sqrt()
}

/// Soft thresholding.
pub struct Threshold;

impl Study for Threshold {
    const NAME: &'static str = "threshold";
    const ABOUT: &'static str = "Trains the factors of single weights, and of groups that share one, on a quadratic loss, and \
        records where they end.";
    type Params = Params;

    fn grid(_: Profile) -> Vec<Params> {
        [(0.2, 1), (0.1, 1), (0.2, 4)].map(|(kappa, group)| Params { kappa, group, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let curve = |f: &dyn Fn(f64) -> f64| TARGETS.map(f);
            let t = 2.0 * p.kappa;
            let sites = TARGETS.map(|b| (b, Self::at(p).site("v").at(b), soft_threshold(b, t)));
            let kind = if p.group == 1 { "soft" } else { "group-soft" };
            // Distance 0.05 from the threshold and a time of 400: what is to vanish falls by e^{−40}.
            let claim = Claim::exact(&format!("{kind}-threshold-{}", p.kappa), sites)
                .within(Margin::Absolute(1e-6))
                .rival("kappa", "the threshold is κ, the coefficient of the penalty", curve(&|b| soft_threshold(b, 0.5 * t)))
                .rival(
                    "hard",
                    "weights above the threshold are kept as they are",
                    curve(&|b| if b.abs() > t { b } else { 0.0 }),
                )
                .rival("ridge", "weight decay shrinks in proportion", curve(&|b| b / (1.0 + t)));
            let claim = if p.group == 1 {
                claim.source("theorem 1 for one weight")
            } else {
                let each = |b: f64| soft_threshold(b * direction(0, p.group as usize), t) / direction(0, p.group as usize);
                claim
                    .rival("each", "every weight is thresholded by itself", curve(&each))
                    .source("structured sparsity: |W|₂")
            };
            claim.axes("minimum b of the loss", "weight after training, along b")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let size = p.group as usize;
        let descent = Descent { rate: p.eta, kappa: p.kappa, steps: p.steps as usize };
        let target: Vec<f64> = TARGETS.iter().flat_map(|b| (0..size).map(move |i| b * direction(i, size))).collect();
        let pull = |v: &[f64], g: &mut [f64]| (0..g.len()).for_each(|i| g[i] = v[i] - target[i]);
        let mut noise = cell.stream("factors");
        let v = if size == 1 {
            let mut factors = Factors::normal(TARGETS.len(), 0.5, &mut noise);
            finite(descend(&mut factors, &descent, pull)?, p.eta)?;
            factors.product()
        } else {
            let mut factors = GroupFactors::normal(TARGETS.len(), size, 0.5, &mut noise);
            finite(descend_groups(&mut factors, &descent, pull)?, p.eta)?;
            factors.product()
        };
        // What of the group is not along its target counts as error, with the sign of the projection.
        for (&b, group) in TARGETS.iter().zip(v.chunks_exact(size)) {
            let along: f64 = group.iter().enumerate().map(|(i, v)| v * direction(i, size)).sum();
            let across = group.iter().enumerate().map(|(i, v)| (v - along * direction(i, size)).abs()).fold(0.0, f64::max);
            cell.record_at("v", b, along + across * along.signum());
        }
        Ok(())
    }
}

/// An error with the step if training has diverged.
pub(super) fn finite(diverged: Option<usize>, rate: f64) -> Result<()> {
    match diverged {
        Some(step) => bail!("diverged at step {step}; lower the learning rate η = {rate} or the decay"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use lawbook_analysis::lasso::group_soft_threshold;

    use super::*;

    /// Along a unit vector, thresholding of the group is thresholding of the length.
    #[test]
    fn a_group_is_thresholded_in_its_length() {
        for b in TARGETS {
            let group: Vec<f64> = (0..4).map(|i| b * direction(i, 4)).collect();
            let left = group_soft_threshold(&group, 0.4);
            let along: f64 = left.iter().enumerate().map(|(i, v)| v * direction(i, 4)).sum();
            assert!((along - soft_threshold(b, 0.4)).abs() < 1e-12);
        }
    }
}
