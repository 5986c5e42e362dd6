//! Two equal neurons of a tanh network: plain decay leaves them equal, the bias parts them.

use anyhow::{Result, ensure};
use lawbook_core::{
    Kind,
    optim::{Optimiser, Rule},
    tensor::scalar,
    training::{train, unobserved},
};
use lawbook_dynamics::{systems::mirror::Mirror, systems::syre::Syre, systems::tanh_net::TanhNet};

use crate::framework::{Cell, Claim, Margin, Profile, Study, finished, params};

params! {
    /// A tanh network of six units, two of them equal at the start.
    pub struct Params {
        /// With or without the bias.
        method: choice = "syre", ["syre", "vanilla"];
        /// Weight decay γ.
        gamma: real = 0.0005, 0.0..=10.0;
        /// Standard deviation σ₀ of the bias.
        sigma: real = 0.05, 0.000001..=10.0;
        /// Learning rate.
        eta: real = 0.2, 0.0001..=1.0;
        /// Number of steps.
        steps: integer = 2000, 1..=1_000_000;
    }
}

const NET: TanhNet = TanhNet { inputs: 2, neurons: 6 };

/// The trap of equal neurons.
pub struct Trap;

impl Study for Trap {
    const NAME: &'static str = "trap";
    const ABOUT: &'static str = "Trains a tanh network from a start with two equal neurons, with and without a bias, and records the \
        distance of the two.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let steps = if profile == Profile::Smoke { 50 } else { 2000 };
        ["syre", "vanilla"].map(|method| Params { method: method.into(), steps, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let find = |method: &str| points.iter().find(|p| p.method == method).map(Self::at);
        let (Some(syre), Some(vanilla)) = (find("syre"), find("vanilla")) else { return Ok(Vec::new()) };
        // Where the loss is concave across, rounding grows; by not more than ten orders in a time of 400.
        let trapped = Claim::exact("plain-decay-keeps-neurons-equal", [(0.0, vanilla.site("distance"), 0.0)])
            .within(Margin::Absolute(1e-6))
            .rival_residual("syre", "as with the bias", [syre.site("distance")])
            .axes("", "distance of the two neurons after training")
            .source("proposition 3");
        // The bias differs by about σ₀ √(2·4) between them; decay alone would have moved them apart by 2γηn = 0.4 of that.
        let mut claims = vec![trapped];
        if points.iter().all(|p| p.steps >= 1000) {
            claims.push(
                Claim::at_least("syre-parts-neurons", syre.site("ln-distance"), 1e-3f64.ln())
                    .rival("rounding", "as far as rounding drives them apart", [1e-6f64.ln()])
                    .axes("", "ln of the distance of the two neurons after training")
                    .source("theorem 1, corollary 1"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        ensure!(p.eta * p.gamma < 0.5, "η γ = {}: a step of decay overshoots; give η γ below 0.5", p.eta * p.gamma);
        let device = cell.device();
        let x = cell.stream("data").normal_tensor(&[64, NET.inputs], Kind::Double, device);
        let y = x.select(1, 0).sin() + x.select(1, 1).square() * 0.3;
        let mirror = Mirror::exchange(NET.parameters(), &NET.pairs(0, 1), device)?;
        let bias = Syre::isotropic(p.gamma, p.sigma, NET.parameters(), &mut cell.stream("bias"), device)?;
        let syre = if p.method == "syre" { bias } else { Syre { bias: bias.bias.zeros_like(), ..bias } };
        let start = mirror.onto_plane(&NET.init(0.7, &mut cell.stream("parameters"), device));
        let mut theta = [syre.raw(&start).set_requires_grad(true)];
        let mut descent = Optimiser::new(Rule::GRADIENT_DESCENT, p.eta, &theta);
        let loss = |_: usize, t: &[lawbook_core::Tensor]| syre.loss(&t[0], |t| NET.loss(t, &x, &y));
        finished(train(&mut theta, &mut descent, p.steps as usize, loss, unobserved))?;
        // The normals are (e_i − e_j)/√2.
        let distance = scalar(&mirror.coordinates(&syre.effective(&theta[0])).norm()) * 2f64.sqrt();
        cell.record("distance", distance);
        cell.record("ln-distance", distance.max(1e-18).ln());
        Ok(())
    }
}
