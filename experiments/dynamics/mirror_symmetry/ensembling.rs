//! Permutation symmetry under SGD: weight decay, the learning rate and the noise of small batches each make neurons alike.

use anyhow::{Context, Result};
use lawbook_core::{Device, Tensor, tensor::to_vec};
use lawbook_dynamics::systems::tanh_net::{NoisySgd, TanhNet};

use crate::framework::{Cell, Claim, Profile, Study, params};

params! {
    /// A tanh network of sixteen neurons on sixty-four samples of a smooth target, with fresh noise on the labels.
    pub struct Params {
        /// Weight decay γ, of γ|θ|².
        gamma: real = 0.003, 0.0..=10.0;
        /// Learning rate η.
        eta: real = 0.05, 0.0001..=10.0;
        /// Batch size S.
        S: integer = 8, 1..=10_000;
        /// Standard deviation of the noise of labels.
        sigma: real = 1.0, 0.0..=100.0;
        /// Number of steps.
        steps: integer = 20_000, 1..=100_000_000;
        /// Networks, each on data of its own.
        networks: integer = 3, 1..=100_000;
    }
}

const NEURONS: i64 = 16;
const SAMPLES: usize = 64;
/// Neurons closer than this are one.
const SAME: f64 = 1e-3;

/// Neurons that noise and decay make equal.
pub struct Ensembling;

impl Study for Ensembling {
    const NAME: &'static str = "ensembling";
    const ABOUT: &'static str =
        "Trains tanh networks by SGD with noisy labels and weight decay and counts their different neurons.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let networks = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 3,
            Profile::Full => 100,
        };
        let base = Params { networks, ..Params::default() };
        vec![
            Params { gamma: 0.3, ..base.clone() },
            Params { eta: 0.3, ..base.clone() },
            Params { S: 1, ..base.clone() },
            base,
        ]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let base = Params { networks: points.first().map_or(3, |p| p.networks), ..Params::default() };
        let site = |p: Params| points.contains(&p).then(|| Self::at(&p).site("distinct"));
        let pairs = [
            ("decay", "γ = 0.3 over 0.003", Params { gamma: 0.3, ..base.clone() }),
            ("rate", "η = 0.3 over 0.05", Params { eta: 0.3, ..base.clone() }),
            ("noise", "S = 1 over 8", Params { S: 1, ..base.clone() }),
        ];
        // Qualitative: no formula says how many. A quarter fewer is more than none. At the point of comparison hardly any have merged.
        let claims = pairs.into_iter().filter_map(|(id, axis, strong)| {
            let claim = Claim::ratio_at_most(&format!("ensembling-{id}"), site(strong)?, site(base.clone())?, 0.75)
                .rival("generic", "neurons that start apart stay apart, as generic trajectories do", [1.0])
                .axes("", &format!("different neurons at {axis}"))
                .source("corollary for permutation symmetry: homogeneous ensembling");
            Some(claim)
        });
        Ok(claims.collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let net = TanhNet { inputs: 2, neurons: NEURONS };
        let sgd = NoisySgd { net, rate: p.eta, decay: p.gamma, batch: p.S as usize, noise: p.sigma };
        let mut distinct = 0;
        for i in 0..p.networks as u64 {
            let mut data = cell.key().stream("data", i);
            let x: Vec<f64> = (0..2 * SAMPLES).map(|_| data.normal()).collect();
            let y: Vec<f64> = x.chunks_exact(2).map(|row| row[0].sin() + 0.3 * row[1] * row[1]).collect();
            let mut theta = to_vec(&net.init(1.0, &mut cell.key().stream("parameters", i), Device::Cpu));
            sgd.train(&mut theta, (&x, &y), p.steps as usize, &mut cell.key().stream("batches", i))
                .with_context(|| format!("network {i} at η = {} and γ = {}", p.eta, p.gamma))?;
            distinct += net.distinct(&Tensor::from_slice(&theta), SAME);
        }
        cell.record("distinct", distinct as f64 / (p.networks * NEURONS) as f64);
        Ok(())
    }
}
