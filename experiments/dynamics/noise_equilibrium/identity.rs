//! The charge in discrete time, exact at any learning rate and batch size: a step changes `θᵀAθ` by exactly `η² gᵀAg`. For scale
//! invariance `A = I`; for a product of two matrices there is a matrix of charges, `UᵀU − W Wᵀ`. By automatic differentiation.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor,
    optim::{Optimiser, Rule, gradients},
    tensor::scalar,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A model with a symmetry.
    pub struct Params {
        /// Its symmetry: `ℓ = (w·x/|w| − y)²` under scaling, or `ℓ = |U W x − y|²` under the general linear group.
        symmetry: choice = "scale", ["scale", "general-linear"];
        /// Learning rate η.
        eta: real = 0.1, 0.0..=1.0;
        /// Batch size S.
        S: integer = 1, 1..=10_000;
        /// Number of steps.
        steps: integer = 200, 1..=1_000_000;
    }
}

/// Numbers of inputs, hidden units and outputs.
const SIZES: (i64, i64, i64) = (4, 6, 3);

/// The exact change of the charge in one step.
pub struct Identity;

impl Study for Identity {
    const NAME: &'static str = "identity";
    const ABOUT: &'static str = "Trains a symmetric model by SGD with automatic differentiation and records the largest error, \
        over all steps and relative to the squared norm, of the exact law for the change of its charge, and of conservation.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let steps = if profile == Profile::Smoke { 50 } else { 200 };
        let scale = Params { steps, ..Params::default() };
        let product = Params { symmetry: "general-linear".into(), eta: 0.02, ..scale.clone() };
        vec![scale.clone(), Params { S: 10, ..scale }, product.clone(), Params { S: 10, ..product }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let sites = |name: &'static str| points.iter().map(move |p| Self::at(p).site(name));
        // Some fifty weights of order one: rounding errors stay below 1e-14 of their squared norm.
        Ok(vec![
            Claim::exact("discrete-charge", (0..).map(f64::from).zip(sites("residual")).map(|(i, site)| (i, site, 0.0)))
                .within(Margin::Absolute(1e-12))
                .rival_residual(
                    "conservation",
                    "Noether's charge is conserved by gradient flow, and a small step stays close to it",
                    sites("conservation-residual"),
                )
                .axes("setting", "largest relative residual")
                .source("theorem on Noether's charge before the limit of small steps"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (device, kind) = (cell.device(), Kind::Double);
        let (inputs, hidden, outputs) = SIZES;
        let (mut initial, mut data) = (cell.stream("weights"), cell.stream("data"));
        let mut weights =
            |rows, columns| (initial.normal_tensor(&[rows, columns], kind, device) * 0.5).set_requires_grad(true);
        let scale = p.symmetry == "scale";
        let mut theta =
            if scale { vec![weights(1, inputs)] } else { vec![weights(outputs, hidden), weights(hidden, inputs)] };
        // The same quadratic form of the weights and of the gradient.
        let charge = |parts: &[Tensor]| {
            if scale {
                parts[0].square().sum(kind)
            } else {
                parts[0].tr().matmul(&parts[0]) - parts[1].matmul(&parts[1].tr())
            }
        };
        let norm = |tensor: &Tensor| scalar(&tensor.square().sum(kind).sqrt());
        let mut sgd = Optimiser::new(Rule::GRADIENT_DESCENT, p.eta, &theta);
        let (mut residual, mut drift) = (0f64, 0f64);
        for _ in 0..p.steps {
            let x = data.normal_tensor(&[inputs, p.S], kind, device);
            let output = if scale { theta[0].matmul(&x) / theta[0].norm() } else { theta[0].matmul(&theta[1].matmul(&x)) };
            let y = data.normal_tensor(&output.size(), kind, device);
            let loss = (output - y).square().sum(kind) / p.S as f64;
            let slopes = gradients(&loss, &theta);
            let before = charge(&theta).detach();
            let size: f64 = theta.iter().map(|part| norm(part).powi(2)).sum();
            sgd.step(&mut theta, &slopes);
            let change = charge(&theta).detach() - before;
            residual = residual.max(norm(&(&change - charge(&slopes) * (p.eta * p.eta))) / size);
            drift = drift.max(norm(&change) / size);
        }
        cell.record("residual", residual);
        cell.record("conservation-residual", drift);
        Ok(())
    }
}
