//! Adam in a parabola: the law with the learning rate that Adam settles at. Its second moment comes to rest at the mean squared
//! gradient `c + k²Σ`, so its step is heavy ball of momentum `β₁` at rate `λ(1 − β₁)/√(c + k²Σ)`, and `Σ` follows from itself.

use anyhow::{Context, Result};
use lawbook_analysis::root::bisect;
use lawbook_dynamics::{
    Ensemble,
    estimators::time_average::{Looks, time_average},
    optimizers::descent::Descent,
    optimizers::optimizer::Adam,
    systems::quadratic::{Quadratic, Shape},
    theory::direction::Direction,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Adam at curvature 1 and noise of variance 1.
    pub struct Params {
        /// Learning rate λ.
        lambda: real = 1.0, 0.0001..=100.0;
        /// Decay β₁ of the mean of gradients.
        beta1: real = 0.9, 0.0..=0.99;
        /// Decay β₂ of the mean of squared gradients.
        beta2: real = 0.999, 0.5..=0.9999;
        /// Replicas.
        replicas: integer = 1024, 1..=1_000_000;
    }
}

impl Params {
    /// Heavy ball at the rate `λ(1 − β₁)/√v`.
    fn at_second_moment(&self, v: f64) -> Direction {
        let rate = self.lambda * (1.0 - self.beta1) / v.sqrt();
        Direction { curvature: 1.0, noise: 1.0, rate, momentum: self.beta1 }
    }

    /// The variance at which `v = 1 + Σ(v)`. Below the lowest stable `v` there is none; from there `Σ` falls from infinity.
    fn variance(&self) -> Result<f64> {
        let lowest = (self.lambda * (1.0 - self.beta1) / Direction::edge(self.beta1)).powi(2);
        let excess = |v: f64| self.at_second_moment(v).variance().map_or(f64::MAX, |variance| 1.0 + variance - v);
        let v = bisect(excess, lowest.max(1.0), 1e9).context("Adam settles at no learning rate; give a smaller one")?;
        Ok(v - 1.0)
    }
}

/// Adam.
pub struct AdaptiveRate;

impl Study for AdaptiveRate {
    const NAME: &'static str = "adam";
    const ABOUT: &'static str = "Runs Adam in a parabola and records the variance of the weight and the second moment.";
    const UNCLAIMED: &'static [&'static str] = &["second-moment"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let replicas = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 1024,
            Profile::Full => 20_480,
        };
        [1.0, 5.0, 20.0].map(|lambda| Params { lambda, replicas, ..Params::default() }).into()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let law: Vec<f64> = points.iter().map(Params::variance).collect::<Result<_>>()?;
        let fixed = |p: &Params| p.at_second_moment(1.0);
        let sites = points.iter().zip(&law).map(|(p, variance)| (p.lambda, Self::at(p).site("variance"), *variance));
        // The second moment still fluctuates, by a relative √(1 − β₂) ≈ 0.03, and gradients correlate with it: effects of the
        // order 1 − β₂ times the number of gradients that a weight remembers, some tens.
        let mut claim = Claim::curve("adam", sites)
            .within(Margin::Relative(0.05))
            .rival(
                "continuous-time",
                "λ(1 − β₁)/√(c + k²Σ) in λc/(2k(1 − μ))",
                points.iter().zip(&law).map(|(p, sigma)| p.at_second_moment(1.0 + sigma).continuous_time_variance()),
            )
            .axes("learning rate λ", "Var w")
            .log_x()
            .log_y()
            .source("theorem 1 with the preconditioner that Adam settles at; the self-consistency is derived here");
        if let Ok(values) = points.iter().map(|p| fixed(p).variance()).collect::<Result<Vec<f64>, _>>() {
            claim = claim.rival("noise-alone", "the preconditioner C^(−1/2), as if gradients were all noise", values);
        }
        Ok(vec![claim])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let optimizer = Adam { rate: p.lambda, beta1: p.beta1, beta2: p.beta2, epsilon: 1e-8 };
        let descent = Descent { gradient: Quadratic::diagonal([1.0], [1.0], Shape::Gaussian), optimizer };
        let start = descent.start([0.0]);
        let mut ensemble = Ensemble::<_, f64>::new(descent, p.replicas as u64, &cell.key(), |_| start);
        // Four times the memory of the second moment, which bias correction shortens, and as long again.
        let memory = 1.0 / (1.0 - p.beta2);
        let looks = Looks { burn: (4.0 * memory) as u64, thin: 10, count: (0.4 * memory).ceil() as u64 };
        let [square, second] = time_average(&mut ensemble, looks, |([w], (_, [v]))| [w * w, v])?;
        cell.record("variance", square);
        cell.record("second-moment", second);
        Ok(())
    }
}
