//! Nesterov's momentum is not heavy ball: its own variance, from the moments of an autoregressive process with a noise that has
//! memory. The paper leaves it out; this is where its formula ends.

use anyhow::Result;
use lawbook_dynamics::{
    Ensemble,
    estimators::time_average::time_average,
    optimizers::descent::Descent,
    optimizers::optimizer::Nesterov,
    systems::quadratic::{Quadratic, Shape},
    theory::direction::Direction,
};

use super::variance::looks;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD with Nesterov's momentum at curvature 1 and noise of variance 1.
    pub struct Params {
        /// Learning rate λ.
        lambda: real = 0.5, 0.0001..=2.0;
        /// Momentum μ.
        mu: real = 0.9, 0.0..=0.99;
        /// Looks at a thousand replicas.
        looks: integer = 500, 1..=1_000_000;
    }
}

impl Params {
    fn direction(&self) -> Direction {
        Direction { curvature: 1.0, noise: 1.0, rate: self.lambda, momentum: self.mu }
    }
}

/// Nesterov's momentum.
pub struct Momentum;

impl Study for Momentum {
    const NAME: &'static str = "nesterov";
    const ABOUT: &'static str = "Runs SGD with Nesterov's momentum in a parabola and records the variance of the weight.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let looks = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 500,
            Profile::Full => 25_000,
        };
        [0.1, 0.3, 0.6, 1.0, 1.25].map(|lambda| Params { lambda, looks, ..Params::default() }).into()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let law: Vec<f64> = points.iter().map(|p| Ok(p.direction().nesterov_variance()?)).collect::<Result<_>>()?;
        let heavy: Vec<f64> = points.iter().map(|p| Ok(p.direction().variance()?)).collect::<Result<_>>()?;
        let sites = points.iter().zip(&law).map(|(p, variance)| (p.lambda, Self::at(p).site("variance"), *variance));
        // Exact, as for heavy ball.
        let claim = Claim::curve("variance-nesterov", sites)
            .within(Margin::Relative(0.02))
            .rival("heavy-ball", "the formula of the paper, for the other momentum", heavy)
            .rival("continuous-time", "λc/(2k(1 − μ))", points.iter().map(|p| p.direction().continuous_time_variance()))
            .axes("learning rate λ", "Var w")
            .log_y()
            .source("derived here: variance of an ARMA(2, 1) process");
        Ok(vec![claim])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        // Refuses what is not stationary.
        p.direction().nesterov_variance()?;
        let gradient = Quadratic::diagonal([1.0], [1.0], Shape::Gaussian);
        let descent = Descent { gradient, optimizer: Nesterov { rate: p.lambda, momentum: p.mu } };
        let start = descent.start([0.0]);
        let mut ensemble = Ensemble::<_, f64>::new(descent, 1024, &cell.key(), |_| start);
        let [square] =
            time_average(&mut ensemble, looks(p.direction().nesterov_relaxation_time()?, p.looks), |([w], _)| [w * w])?;
        cell.record("variance", square);
        Ok(())
    }
}
