//! Permutation symmetry: two equal neurons of a tanh network, their gradients, their Hessian, and what SGD and weight decay do.

use anyhow::{Result, ensure};
use lawbook_core::{
    Kind, Tensor,
    optim::{Optimiser, Rule, gradients},
    tensor::scalar,
};
use lawbook_dynamics::{
    systems::mirror::{Mirror, gradient, hessian},
    systems::tanh_net::TanhNet,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A tanh network whose first two neurons are equal.
    pub struct Params {
        /// Number of inputs.
        inputs: integer = 3, 1..=1000;
        /// Number of neurons.
        neurons: integer = 6, 4..=1000;
        /// Number of samples.
        samples: integer = 64, 1..=100_000;
        /// Batch size.
        batch: integer = 4, 1..=100_000;
        /// Learning rate η.
        eta: real = 0.2, 0.0001..=10.0;
        /// Weight decay γ, of γ|θ|².
        gamma: real = 0.001, 0.0..=10.0;
        /// Number of steps of SGD.
        steps: integer = 500, 1..=1_000_000;
    }
}

/// Equal neurons.
pub struct Neurons;

impl Study for Neurons {
    const NAME: &'static str = "neurons";
    const ABOUT: &'static str = "Trains a tanh network with two equal neurons by SGD, and takes gradients of every sample, the \
        Hessian and one step of a small displacement on the plane where they are equal.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let steps = if profile == Profile::Smoke { 20 } else { 500 };
        vec![Params { steps, ..Params::default() }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let site = |name: &str| Self::at(p).site(name);
            let exact = |id: &str, name: &str, margin: f64| {
                Claim::exact(id, [(0.0, site(name), 0.0)]).within(Margin::Absolute(margin))
            };
            // Identities in f64: rounding of some hundred steps, of one gradient, and of a Hessian by double differentiation.
            claims.push(
                exact("equal-neurons-stay-equal", "distance", 1e-12)
                    .rival_residual("noise", "the noise of SGD drives neurons apart", [site("distance-others")])
                    .axes("", "largest distance of the two neurons over the training")
                    .source("theorem 1, part 1"),
            );
            claims.push(
                exact("no-gradient-across", "gradient-across", 1e-12)
                    .rival_residual("any-plane", "as between two neurons that differ", [site("gradient-others")])
                    .axes("", "largest gradient across over gradient, over all samples")
                    .source("theorem 1, part 1: for every sample, so the noise vanishes, too"),
            );
            claims.push(
                exact("block-hessian", "mixed-block", 1e-10)
                    .rival_residual("any-plane", "as between two neurons that differ", [site("mixed-others")])
                    .axes("", "|OᵀH(I − OOᵀ)|/|H|")
                    .source("theorem 1, part 2"),
            );
            // A displacement of 1e-6 along an eigenvector is linear to 1e-6 of itself.
            claims.push(
                exact("curvature-against-decay", "growth-error", 1e-4)
                    .rival_residual("decay-alone", "decay draws neurons together whatever the loss", [site("growth-decay")])
                    .axes("", "growth of a displacement across in a step, minus 1 − η(λ + 2γ)")
                    .source("theorem 1, part 3: the plane attracts for γ > −λ/2"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (device, net) = (cell.device(), TanhNet { inputs: p.inputs, neurons: p.neurons });
        let mut data = cell.stream("data");
        let x = data.normal_tensor(&[p.samples, p.inputs], Kind::Double, device);
        let y = x.select(1, 0).sin() + data.normal_tensor(&[p.samples], Kind::Double, device) * 0.3;
        let mirror = Mirror::exchange(net.parameters(), &net.pairs(0, 1), device)?;
        let others = Mirror::exchange(net.parameters(), &net.pairs(2, 3), device)?;
        let start = mirror.onto_plane(&net.init(1.0, &mut cell.stream("parameters"), device));
        let size = |t: &Tensor| scalar(&t.norm());

        let mut batches = cell.stream("batches");
        let mut theta = [start.copy().set_requires_grad(true)];
        let mut sgd = Optimiser::new(Rule::GRADIENT_DESCENT, p.eta, &theta);
        let (mut furthest, mut nearest) = (0.0, f64::INFINITY);
        for step in 1..=p.steps {
            let rows: Vec<i64> = (0..p.batch).map(|_| batches.below(p.samples as u64) as i64).collect();
            let rows = Tensor::from_slice(&rows).to_device(device);
            let decay = theta[0].square().sum(Kind::Double) * p.gamma;
            let loss = net.loss(&theta[0], &x.index_select(0, &rows), &y.index_select(0, &rows)) + decay;
            let slopes = gradients(&loss, &theta);
            sgd.step(&mut theta, &slopes);
            ensure!(size(&theta[0]).is_finite(), "diverged at step {step}; lower the learning rate η = {}", p.eta);
            furthest = f64::max(furthest, size(&mirror.coordinates(&theta[0])));
            nearest = f64::min(nearest, size(&others.coordinates(&theta[0])));
        }
        cell.record("distance", furthest);
        cell.record("distance-others", nearest);

        let theta = theta[0].detach();
        let (mut across, mut across_others) = (0.0, 0.0);
        for i in 0..p.samples.min(64) {
            let slope = gradient(|t| net.loss(t, &x.narrow(0, i, 1), &y.narrow(0, i, 1)), &theta);
            across = f64::max(across, size(&mirror.coordinates(&slope)) / size(&slope));
            across_others = f64::max(across_others, size(&others.coordinates(&slope)) / size(&slope));
        }
        cell.record("gradient-across", across);
        cell.record("gradient-others", across_others);
        let curvature = hessian(|t| net.loss(t, &x, &y), &theta);
        let blocks = mirror.blocks(&curvature);
        cell.record("mixed-block", blocks.mixed);
        cell.record("mixed-others", others.blocks(&curvature).mixed);

        // Where the loss is most concave across, at the start: there the curvature is far from 0.
        let normal = mirror.blocks(&hessian(|t| net.loss(t, &x, &y), &start)).normal;
        let (values, vectors) = normal.linalg_eigh("L");
        let displaced = &start + mirror.normals().matmul(&vectors.select(1, 0)) * 1e-6;
        let slope = gradient(|t| net.loss(t, &x, &y) + t.square().sum(Kind::Double) * p.gamma, &displaced);
        let growth = size(&mirror.coordinates(&(&displaced - slope * p.eta))) / 1e-6;
        let decay = 1.0 - 2.0 * p.eta * p.gamma;
        cell.record("growth-error", growth - (decay - p.eta * scalar(&values.get(0))));
        cell.record("growth-decay", growth - decay);
        Ok(())
    }
}
