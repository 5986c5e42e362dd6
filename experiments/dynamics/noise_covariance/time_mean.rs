//! How well the mean of the weights over time is known: the autocovariances of heavy-ball SGD add up to `c/k²` at any learning rate
//! and any momentum, since at frequency zero a weight follows `k w = −η`. One sample is worth `1/τ` independent ones, with
//! `τ = c/(k² Var w)`, which falls below one where weights overshoot.

use anyhow::{Result, ensure};
use lawbook_dynamics::{
    Ensemble, estimators::batch_means::batch_means, estimators::divergence::all_finite, optimizers::descent::Descent,
    optimizers::optimizer::HeavyBall, systems::quadratic::Quadratic, systems::quadratic::Shape,
    theory::direction::Direction,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD with momentum along one direction of curvature 1 and noise of variance 1.
    pub struct Params {
        /// Learning rate λ.
        lambda: real = 0.5, 0.0001..=4.0;
        /// Momentum μ.
        mu: real = 0.0, 0.0..=0.99;
        /// Number of replicas.
        replicas: integer = 256, 1..=1_000_000;
        /// Steps of each that count.
        steps: integer = 16_384, 2..=10_000_000;
        /// Steps per batch.
        batch: integer = 256, 1..=1_000_000;
    }
}

/// Steps before the first that counts.
const BURN: u64 = 1000;

impl Params {
    fn direction(&self) -> Direction {
        Direction { curvature: 1.0, noise: 1.0, rate: self.lambda, momentum: self.mu }
    }

    /// The start must be forgotten, and a batch long: it leaves out the share `2 Σ k ρ_k/(batch τ)` of the time.
    fn check(&self) -> Result<()> {
        let (time, least) = (self.direction().relaxation_time()?, 12.0 * self.direction().relaxation_time()?);
        ensure!(
            self.batch as f64 >= least && self.batch <= self.steps && BURN as f64 >= 10.0 * time,
            "λ = {} and μ = {}: the weight forgets in {time:.0} steps, of which a batch takes at least 12 and the {BURN} steps before \
             at least 10; give batch = {least:.0} or more, with as many steps, and less momentum where the start is not forgotten",
            self.lambda,
            self.mu
        );
        Ok(())
    }
}

/// The error of a time average.
pub struct TimeMean;

impl Study for TimeMean {
    const NAME: &'static str = "time-mean";
    const ABOUT: &'static str = "Runs SGD with momentum in a parabola and takes the integrated autocorrelation time of the weight from \
        overlapping batch means.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let points: &[(f64, f64)] = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick | Profile::Full => &[(0.5, 0.0), (1.5, 0.0), (0.1, 0.9), (0.5, 0.9)],
        };
        points.iter().map(|&(lambda, mu)| Params { lambda, mu, ..Params::default() }).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        points.iter().try_for_each(Params::check)?;
        let direction = Params::direction;
        let mut claims = Vec::new();
        for (id, heavy) in [("autocorrelation-time", false), ("autocorrelation-time-with-momentum", true)] {
            let group: Vec<&Params> = points.iter().filter(|p| (p.mu > 0.0) == heavy).collect();
            if group.is_empty() {
                continue;
            }
            let times = group.iter().map(|p| Ok(direction(p).autocorrelation_time()?)).collect::<Result<Vec<_>>>()?;
            let continuous = group.iter().map(|p| 1.0 / direction(p).continuous_time_variance());
            let sites = group.iter().zip(&times).map(|(p, time)| (p.lambda, Self::at(p).site("time"), *time));
            // Exact. Batches of 256 leave out 2 Σ k ρ_k over 256 τ, up to 4.2 % at λ = 0.5, μ = 0.9; the rest is for scatter.
            claims.push(
                Claim::curve(id, sites)
                    .within(Margin::Relative(0.1))
                    .rival("continuous-time", "2(1 − μ)/(λk): c/k² over the variance of continuous time", continuous)
                    .rival("independent", "every step a new sample", group.iter().map(|_| 1.0))
                    .axes("learning rate λ", "integrated autocorrelation time")
                    .log_y()
                    .source("theorem 1, and (I − λK)ⁿ Σ summed over n, or k w = −η at frequency zero"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        // Refuses what is not stationary.
        p.check()?;
        let gradient = Quadratic::diagonal([1.0], [1.0], Shape::Gaussian);
        let descent = Descent { gradient, optimizer: HeavyBall { rate: p.lambda, momentum: p.mu } };
        let start = descent.start([0.0]);
        let mut ensemble = Ensemble::<_, f64>::new(descent, p.replicas as u64, &cell.key(), |_| start);
        ensemble.advance(BURN);
        let mut series = vec![Vec::with_capacity(p.steps as usize); p.replicas as usize];
        for _ in 0..p.steps {
            ensemble.advance(1);
            series.iter_mut().zip(ensemble.states()).for_each(|(series, ([w], _))| series.push(w));
        }
        all_finite(&ensemble)?;
        cell.record("time", batch_means(&series, p.batch as usize)?.autocorrelation_time());
        Ok(())
    }
}
