//! What the removal costs: on a quadratic loss the solution moves by 2γ(H + 2γ)⁻¹θ₀.

use anyhow::{Result, ensure};
use lawbook_core::{
    Kind, Tensor,
    optim::{Optimiser, Rule},
    tensor::scalar,
    training::{train, unobserved},
};
use lawbook_dynamics::systems::syre::Syre;

use crate::framework::{Cell, Claim, Margin, Profile, Study, finished, params};

params! {
    /// (θ − c)ᵀH(θ − c)/2 with a random H.
    pub struct Params {
        /// Number of parameters.
        p: integer = 8, 1..=1000;
        /// Weight decay γ.
        gamma: real = 0.05, 0.0..=10.0;
        /// Standard deviation σ₀ of the bias.
        sigma: real = 0.1, 0.000001..=10.0;
        /// Number of steps.
        steps: integer = 1500, 1..=1_000_000;
    }
}

/// Learning rate.
const RATE: f64 = 0.2;

/// Perturbation of ridge regression.
pub struct Quadratic;

impl Study for Quadratic {
    const NAME: &'static str = "quadratic";
    const ABOUT: &'static str =
        "Trains on a quadratic loss with a bias and compares the solution with that of plain weight decay.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        if profile == Profile::Smoke { Vec::new() } else { vec![Params::default()] }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let site = |name: &str| Self::at(p).site(name);
            let relaxed = 2.0 * p.gamma * RATE * p.steps as f64;
            ensure!(relaxed > 25.0, "the slowest mode relaxes {relaxed} times, not 25: give a larger γ or more steps");
            // The slowest mode decays at the rate 2γ = 0.1, for a time of 300.
            Ok(Claim::exact("shift-of-the-solution", [(0.0, site("residual"), 0.0)])
                .within(Margin::Absolute(1e-9))
                .rival_residual("unmoved", "the bias leaves the solution where it is", [site("residual-unmoved")])
                .rival_residual("translated", "the solution moves with the bias", [site("residual-translated")])
                .axes("", "distance of the shift from 2γ(H + 2γ)⁻¹θ₀")
                .source("ridge regression with a bias, in closed form"))
        };
        points.iter().map(claim).collect()
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (kind, device) = (Kind::Double, cell.device());
        let mut draws = cell.stream("loss");
        let a = draws.normal_tensor(&[p.p, p.p], kind, device) / (p.p as f64).sqrt();
        let (h, c) = (a.transpose(0, 1).matmul(&a), draws.normal_tensor(&[p.p], kind, device));
        let syre = Syre::isotropic(p.gamma, p.sigma, p.p, &mut cell.stream("bias"), device)?;
        let mut theta = [syre.bias.zeros_like().set_requires_grad(true)];
        let mut descent = Optimiser::new(Rule::GRADIENT_DESCENT, RATE, &theta);
        let loss = |t: &Tensor| {
            let away = t - &c;
            away.dot(&h.matmul(&away)) * 0.5
        };
        finished(train(&mut theta, &mut descent, p.steps as usize, |_, t| syre.loss(&t[0], loss), unobserved))?;
        let stiff = &h + Tensor::eye(p.p, (kind, device)) * (2.0 * p.gamma);
        let ridge = Tensor::linalg_solve(&stiff, &h.matmul(&c), true);
        let shift = syre.effective(&theta[0]) - ridge;
        let exact = Tensor::linalg_solve(&stiff, &syre.bias, true) * (2.0 * p.gamma);
        cell.record("residual", scalar(&(&shift - exact).norm()));
        cell.record("residual-unmoved", scalar(&shift.norm()));
        cell.record("residual-translated", scalar(&(shift - &syre.bias).norm()));
        Ok(())
    }
}
