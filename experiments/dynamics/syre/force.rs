//! The force off the plane where two neurons of a tanh network are equal.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, tensor::scalar};
use lawbook_dynamics::{
    systems::mirror::{Mirror, gradient},
    systems::syre::Syre,
    systems::tanh_net::TanhNet,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A tanh network with a bias on its parameters, at a point where its first two neurons are equal.
    pub struct Params {
        /// Weight decay γ.
        gamma: real = 0.01, 0.0..=10.0;
        /// Standard deviation σ₀ of the bias.
        sigma: real = 0.05, 0.000001..=10.0;
        /// Draws of the bias.
        draws: integer = 1000, 1..=1_000_000;
    }
}

const NET: TanhNet = TanhNet { inputs: 3, neurons: 6 };

/// Escape.
pub struct Force;

impl Study for Force {
    const NAME: &'static str = "force";
    const ABOUT: &'static str = "Draws biases, takes the gradient where two neurons are equal, and projects it across the plane of \
        equality.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let draws = if profile == Profile::Smoke { 50 } else { 1000 };
        vec![Params { draws, ..Params::default() }, Params { gamma: 0.0, draws: 50, ..Params::default() }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let decayed: Vec<&Params> = points.iter().filter(|p| p.gamma > 0.0).collect();
        for p in &decayed {
            let site = |name: &str| Self::at(p).site(name);
            // An identity in f64, relative to the force.
            claims.push(
                Claim::exact("force-off-the-plane", [(0.0, site("residual"), 0.0)])
                    .within(Margin::Absolute(1e-10))
                    .rival_residual("symmetric", "no force where neurons are equal", [site("residual-none")])
                    .rival_residual("factor", "γ for 2γ", [site("residual-half")])
                    .axes("", "largest |P∇l + 2γPθ₀| over its size")
                    .source("corollary 1; exact for D = 1"),
            );
            let rank = NET.per_neuron() as f64;
            if p.draws >= 1000 {
                // 1000 draws of five squares scatter by 2 %.
                claims.push(
                    Claim::value("force-squared", site("square"), rank)
                        .within(Margin::Relative(0.1))
                        .rival("rank-free", "σ₀ for every plane, whatever its codimension", [1.0])
                        .rival("all", "all parameters push", [NET.parameters() as f64])
                        .axes("", "mean |P∇l|²/(2γσ₀)²")
                        .source("corollary 1: |P∇l| = 2γσ₀ √(rank P) in the square mean"),
                );
            }
        }
        for p in points.iter().filter(|p| p.gamma == 0.0) {
            // An identity in f64, absolute.
            claims.push(
                Claim::exact("no-removal-without-decay", [(0.0, Self::at(p).site("force"), 0.0)])
                    .within(Margin::Absolute(1e-12))
                    .rival_residual(
                        "bias",
                        "the bias alone removes the symmetry",
                        decayed.iter().map(|p| Self::at(p).site("force")),
                    )
                    .axes("", "largest |P∇l|")
                    .source("proposition 1: translation removes nothing"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let device = cell.device();
        let mut data = cell.stream("data");
        let x = data.normal_tensor(&[32, NET.inputs], Kind::Double, device);
        let y = data.normal_tensor(&[32], Kind::Double, device);
        let mirror = Mirror::exchange(NET.parameters(), &NET.pairs(0, 1), device)?;
        let (mut point, mut bias) = (cell.stream("parameters"), cell.stream("bias"));
        let (mut worst, mut half, mut none, mut square, mut largest) = (0.0, f64::INFINITY, f64::INFINITY, 0.0, 0.0);
        for _ in 0..p.draws {
            let syre = Syre::isotropic(p.gamma, p.sigma, NET.parameters(), &mut bias, device)?;
            let symmetric = mirror.onto_plane(&NET.init(1.0, &mut point, device));
            let slope = gradient(|t| syre.loss(t, |t| NET.loss(t, &x, &y)), &syre.raw(&symmetric));
            let (force, pull) = (mirror.coordinates(&slope), mirror.coordinates(&syre.bias) * (2.0 * p.gamma));
            let size = |t: &Tensor| scalar(&t.norm());
            largest = f64::max(largest, size(&force));
            if p.gamma > 0.0 {
                let unit = size(&pull);
                worst = f64::max(worst, size(&(&force + &pull)) / unit);
                half = f64::min(half, size(&(&force + pull * 0.5)) / unit);
                none = f64::min(none, size(&force) / unit);
                square += (size(&force) / (2.0 * p.gamma * p.sigma)).powi(2);
            }
        }
        cell.record("force", largest);
        if p.gamma > 0.0 {
            cell.record("residual", worst);
            cell.record("residual-half", half);
            cell.record("residual-none", none);
            cell.record("square", square / p.draws as f64);
        }
        Ok(())
    }
}
