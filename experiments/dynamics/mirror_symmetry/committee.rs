//! Permutation symmetry under weight decay: the stronger, the fewer different neurons a network keeps.

use anyhow::{Result, ensure};
use lawbook_core::{
    Kind,
    optim::{Decay, Optimiser, Rule},
    training::{train, unobserved},
};
use lawbook_dynamics::systems::tanh_net::TanhNet;

use crate::framework::{Cell, Claim, Profile, Study, finished, params};

params! {
    /// A tanh network on a smooth target.
    pub struct Params {
        /// Number of neurons.
        neurons: integer = 8, 2..=1000;
        /// Weight decay γ, of γ|θ|².
        gamma: real = 0.2, 0.0..=10.0;
        /// Learning rate.
        eta: real = 0.3, 0.0001..=10.0;
        /// Number of steps.
        steps: integer = 3000, 1..=10_000_000;
    }
}

/// Neurons closer than this are one.
const SAME: f64 = 1e-3;

/// Neurons that become equal.
pub struct Committee;

impl Study for Committee {
    const NAME: &'static str = "committee";
    const ABOUT: &'static str =
        "Trains a tanh network by gradient descent with strong weight decay and counts its different neurons.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let steps = if profile == Profile::Full { 100_000 } else { 3000 };
        let gammas: &[f64] = if profile == Profile::Smoke { &[] } else { &[0.2] };
        gammas.iter().map(|&gamma| Params { gamma, steps, ..Params::default() }).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        // Qualitative: no formula says how many. A decay of 0.2 exceeds half of any curvature that the target offers; a neuron and its
        // negative do the same, hence two different neurons or one.
        let fewer = |p: &Params| {
            Claim::at_most("decay-merges-neurons", Self::at(p).site("distinct"), 0.5)
                .rival("decay-shrinks", "decay makes neurons smaller and keeps them apart", [1.0])
                .out_of(p.neurons as u64)
                .axes("", "part of the neurons that differ")
                .source("corollary for permutation symmetry")
        };
        Ok(points.iter().map(fewer).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (device, net) = (cell.device(), TanhNet { inputs: 2, neurons: p.neurons });
        let x = cell.stream("data").normal_tensor(&[64, 2], Kind::Double, device);
        let y = x.select(1, 0).sin() + x.select(1, 1).square() * 0.3;
        let mut theta = [net.init(1.0, &mut cell.stream("parameters"), device).set_requires_grad(true)];
        let mut descent = Optimiser::new(Rule::GRADIENT_DESCENT, p.eta, &theta).with_decay(Decay::Coupled(2.0 * p.gamma));
        finished(train(&mut theta, &mut descent, p.steps as usize, |_, t| net.loss(&t[0], &x, &y), unobserved))?;
        ensure!(theta[0].isfinite().all().int64_value(&[]) == 1, "diverged at step {}; lower the learning rate", p.steps);
        cell.record("distinct", net.distinct(&theta[0], SAME) as f64 / p.neurons as f64);
        Ok(())
    }
}
