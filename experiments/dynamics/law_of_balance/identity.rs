//! The law of balance in discrete time, exact at any learning rate and batch size: since `u·∂ℓ/∂u = w·∂ℓ/∂w` for every sample,
//! a step of SGD changes `|u|² − |w|²` by exactly `η² (|∂ℓ/∂u|² − |∂ℓ/∂w|²)`.
//!
//! Measured by automatic differentiation of the paper's two-layer ReLU net (20–200–20, `y = x + ε`, figure 2).

use anyhow::{Result, ensure};
use lawbook_core::{
    Kind, Tensor,
    optim::{Optimiser, Rule, gradients},
    tensor::scalar,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A two-layer ReLU net on noisy copies of its inputs.
    pub struct Params {
        /// Number of inputs and outputs.
        inputs: integer = 20, 1..=1000;
        /// Number of hidden units.
        hidden: integer = 200, 1..=10_000;
        /// Standard deviation s of the label noise.
        s: real = 1.0, 0.0..=100.0;
        /// Learning rate η.
        eta: real = 0.001, 0.0..=1.0;
        /// Batch size S.
        S: integer = 1, 1..=10_000;
        /// Number of steps.
        steps: integer = 200, 1..=1_000_000;
    }
}

/// The exact change of the imbalance in one step.
pub struct Identity;

impl Study for Identity {
    const NAME: &'static str = "identity";
    const ABOUT: &'static str = "Trains a two-layer ReLU net by SGD and records the largest error, over all steps and relative \
        to the squared norm, of the exact law for the change of the imbalance, and of its conservation.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (hidden, steps) = if profile == Profile::Smoke { (20, 50) } else { (200, 200) };
        let base = Params { hidden, steps, ..Params::default() };
        vec![base.clone(), Params { S: 10, ..base.clone() }, Params { eta: 0.003, S: 100, ..base }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let sites = |name: &'static str| points.iter().map(move |p| Self::at(p).site(name));
        // 8 000 weights of order one: their squared norm carries a rounding error of 1e-13 at most, relative to itself.
        Ok(vec![
            Claim::exact("discrete-identity", (0..).map(f64::from).zip(sites("residual")).map(|(i, site)| (i, site, 0.0)))
                .within(Margin::Absolute(1e-12))
                .rival_residual(
                    "conservation",
                    "gradient flow conserves the difference of norms, and a small step stays close to it",
                    sites("conservation-residual"),
                )
                .axes("setting", "largest relative residual")
                .source("law of balance before the limit of small steps"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (device, kind) = (cell.device(), Kind::Double);
        let mut initial = cell.stream("weights");
        let mut data = cell.stream("data");
        let mut layer = |rows: i64, columns: i64| {
            let weights = initial.normal_tensor(&[rows, columns], kind, device) / (columns as f64).sqrt();
            weights.set_requires_grad(true)
        };
        let mut layers = [layer(p.hidden, p.inputs), layer(p.inputs, p.hidden)];
        let mut sgd = Optimiser::new(Rule::GRADIENT_DESCENT, p.eta, &layers);
        let square = |tensor: &Tensor| scalar(&tensor.square().sum(kind));
        let (mut residual, mut drift) = (0f64, 0f64);
        for number in 1..=p.steps {
            let x = data.normal_tensor(&[p.S, p.inputs], kind, device);
            let y = &x + data.normal_tensor(&[p.S, p.inputs], kind, device) * p.s;
            let output = x.matmul(&layers[0].tr()).relu().matmul(&layers[1].tr());
            let loss = (output - y).square().sum(kind) / p.S as f64;
            ensure!(scalar(&loss) < 1e30, "diverged at step {number}; lower the learning rate η = {}", p.eta);
            let slopes = gradients(&loss, &layers);
            let before = [square(&layers[0]), square(&layers[1])];
            sgd.step(&mut layers, &slopes);
            let change = square(&layers[0]) - square(&layers[1]) - (before[0] - before[1]);
            let predicted = p.eta * p.eta * (square(&slopes[0]) - square(&slopes[1]));
            residual = residual.max((change - predicted).abs() / (before[0] + before[1]));
            drift = drift.max(change.abs() / (before[0] + before[1]));
        }
        cell.record("residual", residual);
        cell.record("conservation-residual", drift);
        Ok(())
    }
}
