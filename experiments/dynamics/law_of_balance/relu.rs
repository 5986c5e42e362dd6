//! Gradient-noise balance in a two-layer ReLU net: SGD brings the traces of the gradient covariances of both layers together,
//! `u^T C₁ u = w^T C₂ w`, from layers that a rescaling has unbalanced (figure 2); and with it, approximately, their norms.

use anyhow::{Result, ensure};
use lawbook_core::{
    Kind, Tensor,
    optim::{Optimiser, Rule, gradients},
    tensor::scalar,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Two-layer ReLU nets on noisy copies of their inputs, several at once.
    pub struct Params {
        /// Number of inputs and outputs.
        inputs: integer = 8, 1..=1000;
        /// Number of hidden units.
        hidden: integer = 24, 1..=10_000;
        /// Standard deviation s of the label noise.
        s: real = 1.0, 0.0..=100.0;
        /// Learning rate η.
        eta: real = 0.01, 0.0..=1.0;
        /// Factor c by which the first layer is larger at the start, and the second smaller.
        c: real = 1.5, 0.1..=10.0;
        /// Number of steps.
        steps: integer = 2500, 1..=10_000_000;
        /// Number of nets.
        nets: integer = 8, 1..=1000;
    }
}

/// Fresh samples on which the covariances of the gradient are estimated.
const PROBES: i64 = 1000;

/// Balance of gradient noise.
pub struct Relu;

impl Study for Relu {
    const NAME: &'static str = "relu";
    const ABOUT: &'static str = "Trains two-layer ReLU nets by SGD at batch size 1 from rescaled layers, and records the traces of the \
        gradient covariances and the norms of both layers at the end.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        match profile {
            // Balance takes longer than a smoke test.
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Params::default()],
            Profile::Full => vec![Params { inputs: 20, hidden: 200, eta: 0.002, steps: 100_000, ..Params::default() }],
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let site = |name: &str| Self::at(p).site(name);
            // What is left of the start after some five relaxation times, and the fluctuation of a finite learning rate.
            Claim::ratio("relu-gradient-noise-balances", site("first"), site("second"), 1.0)
                .within(Margin::Relative(0.1))
                .rival("conservation", "the rescaling at the start, c⁻⁴, is kept", [p.c.powi(-4)])
                .axes("", "Tr C of the first layer over Tr C of the second")
                .source("law of balance, figure 2")
        };
        let norms = |p: &Params| {
            let site = |name: &str| Self::at(p).site(name);
            let start = p.c.powi(4) * p.hidden as f64 / p.inputs as f64;
            // Only approximate in the paper: covariances of what the net has not learned lie between norms and noise. A fifth.
            Claim::ratio("relu-norms-balance", site("first-norm"), site("second-norm"), 1.0)
                .within(Margin::Relative(0.2))
                .rival("conservation", "the ratio of the start, c⁴ hidden/inputs, is kept", [start])
                .axes("", "|W₁|² over |W₂|²")
                .source("law of balance for isotropic inputs and labels, figure 2")
        };
        Ok(points.iter().flat_map(|p| [claim(p), norms(p)]).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (device, kind) = (cell.device(), Kind::Double);
        let mut initial = cell.stream("weights");
        let mut data = cell.stream("data");
        let mut layer = |rows: i64, columns: i64, factor: f64| {
            let weights = initial.normal_tensor(&[p.nets, rows, columns], kind, device) * (factor / (columns as f64).sqrt());
            weights.set_requires_grad(true)
        };
        let mut layers = [layer(p.hidden, p.inputs, p.c), layer(p.inputs, p.hidden, 1.0 / p.c)];
        let mut sgd = Optimiser::new(Rule::GRADIENT_DESCENT, p.eta, &layers);
        let mut batch = |size: i64| {
            let x = data.normal_tensor(&[p.nets, size, p.inputs], kind, device);
            let y = &x + data.normal_tensor(&[p.nets, size, p.inputs], kind, device) * p.s;
            (x, y)
        };
        for number in 1..=p.steps {
            let (x, y) = batch(1);
            // Summed over nets, each of which gets its own gradient.
            let loss = (forward(&layers, &x).1 - y).square().sum(kind);
            ensure!(scalar(&loss) < 1e30, "diverged at step {number}; lower the learning rate η = {}", p.eta);
            let slopes = gradients(&loss, &layers);
            sgd.step(&mut layers, &slopes);
        }
        let (x, y) = batch(PROBES);
        let layers = layers.map(|layer| layer.detach());
        for (name, layer) in ["first-norm", "second-norm"].into_iter().zip(&layers) {
            cell.record(name, scalar(&layer.square().sum(kind)) / p.nets as f64);
        }
        let [first, second] = noise(&layers, &x, &y);
        cell.record("first", first);
        cell.record("second", second);
        Ok(())
    }
}

/// Hidden activities and outputs.
fn forward(layers: &[Tensor; 2], x: &Tensor) -> (Tensor, Tensor) {
    let hidden = x.matmul(&layers[0].transpose(1, 2)).relu();
    let output = hidden.matmul(&layers[1].transpose(1, 2));
    (hidden, output)
}

/// Traces of the covariances of the gradients of single samples in either layer, mean over the nets.
fn noise(layers: &[Tensor; 2], x: &Tensor, y: &Tensor) -> [f64; 2] {
    let (hidden, output) = forward(layers, x);
    let residual = (output - y) * 2.0;
    let back = residual.matmul(&layers[1]) * hidden.sign();
    // A sample's gradient in a layer is the outer product of what comes back and what goes in.
    let trace = |back: &Tensor, input: &Tensor| {
        let norm = |tensor: &Tensor| tensor.square().sum_dim_intlist([2].as_slice(), false, Kind::Double);
        let second_moment = (norm(back) * norm(input)).mean(Kind::Double);
        let mean = back.transpose(1, 2).matmul(input) / PROBES as f64;
        scalar(&second_moment) - scalar(&mean.square().sum(Kind::Double)) / x.size()[0] as f64
    };
    [trace(&back, x), trace(&residual, &hidden)]
}
