//! The size of Adam's steps on Gaussian gradients: without momentum its variance grows and stays bounded; with much momentum it
//! rises once and falls.

use std::f64::consts::PI;

use anyhow::Result;
use lawbook_analysis::gaussian::Normal;
use lawbook_dynamics::{
    Ensemble,
    theory::adaptive::{Adam, AdaptiveError, mean_size, size_cdf, size_variance},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

mod any_rates;

params! {
    /// Adam on independent standard normal gradients.
    pub struct Params {
        /// Decay rate β₁ of the mean of gradients.
        beta1: real = 0.0, 0.0..=0.9999;
        /// Decay rate β₂ of the mean of squared gradients; 1 weighs all equally.
        beta2: real = 1.0, 0.1..=1.0;
        /// Last time t that is looked at.
        last: integer = 1000, 30..=10_000;
        /// Number of replicas.
        replicas: integer = 200_000, 100..=100_000_000;
    }
}

/// Times at which steps are looked at.
const TIMES: [u64; 8] = [1, 2, 3, 5, 10, 30, 100, 1000];
/// Times between all of which the growth of the variance is far above its sampling error.
const GROWTH: [u64; 6] = [1, 2, 3, 5, 10, 30];
/// Sizes at which the distribution function at t = 3 is measured.
const SIZES: [f64; 6] = [0.2, 0.5, 0.8, 1.1, 1.4, 1.7];

fn times(p: &Params, from: u64) -> impl Iterator<Item = u64> {
    let last = p.last as u64;
    TIMES.into_iter().filter(move |t| (from..=last).contains(t))
}

/// The size of steps.
pub struct Steps;

impl Study for Steps {
    const NAME: &'static str = "steps";
    const ABOUT: &'static str = "Runs Adam without epsilon on independent Gaussian gradients and records mean, variance and \
        distribution of the size of its steps.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let replicas = match profile {
            Profile::Smoke => 150_000,
            Profile::Quick => 200_000,
            Profile::Full => 4_000_000,
        };
        let plain = Params { replicas, ..Params::default() };
        if profile == Profile::Smoke {
            return vec![Params { last: 30, ..plain }];
        }
        let forgetting = Params { beta2: 0.9, last: 100, ..plain.clone() };
        let momentum = Params { beta1: 0.9, beta2: 0.999, last: 100, ..plain.clone() };
        vec![plain, forgetting, momentum]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            claims.extend(match (p.beta1, p.beta2) {
                (0.0, 1.0) => equal_weights(p)?,
                (0.0, _) => any_rates::forgetting(p)?,
                _ => any_rates::momentum(p)?,
            });
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let adam = Adam::new(p.beta1, p.beta2)?;
        let mut ensemble = Ensemble::<_, f64>::new(adam, p.replicas as u64, &cell.key(), |_| [0.0; 2]);
        let count = p.replicas as f64;
        let mut variances = Vec::new();
        for t in times(p, 1) {
            ensemble.advance(t - ensemble.time());
            let sizes = || ensemble.states().map(|[m, v]| m.abs() / v.sqrt());
            let mean = sizes().sum::<f64>() / count;
            let variance = sizes().map(|size| (size - mean).powi(2)).sum::<f64>() / count;
            cell.record_at("mean", t as f64, mean);
            cell.record_at("variance", t as f64, variance);
            cell.record_at("mean-square", t as f64, variance + mean * mean);
            if GROWTH.contains(&t) {
                variances.push(variance);
            }
            if t == 3 {
                SIZES
                    .iter()
                    .for_each(|x| cell.record_at("cdf", *x, sizes().filter(|size| size <= x).count() as f64 / count));
            }
        }
        let growth = variances.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        cell.record("smallest-growth", growth);
        Ok(())
    }
}

/// What the variance would be if the preconditioner were independent of the gradient, for `t > 2`: `E|g| = √(2/π)`, and `t v_t`
/// has a χ² law.
fn independent_variance(t: u64) -> Result<f64> {
    // E 1/√v = √(t/2) Γ((t−1)/2)/Γ(t/2), the ratio of gamma functions of a step earlier.
    let (n, size) = (t as f64, mean_size(t - 1)?);
    Ok(n / (n - 2.0) - n / (n - 1.0) * size * size)
}

/// All formulas are exact, so that margins are what separates them from their rivals at all times but the last.
fn equal_weights(p: &Params) -> Result<Vec<Claim>> {
    let site = |name: &str, t: u64| Steps::at(p).site(name).at(t as f64);
    let limit = 1.0 - 2.0 / PI;
    let normal = Normal { mean: 0.0, deviation: 1.0 };
    let later = GROWTH.windows(2).filter(|pair| pair[0] > 2);
    let growth = |pair: &[u64]| Ok(independent_variance(pair[1])? - independent_variance(pair[0])?);
    let falls = later.map(growth).collect::<Result<Vec<f64>>>()?.into_iter().fold(0.0, f64::min);
    let curve = |name: &str, exact: fn(u64) -> Result<f64, AdaptiveError>| {
        times(p, 2).map(|t| Ok((t as f64, site(name, t), exact(t)?))).collect::<Result<Vec<_>>>()
    };
    let uniform = SIZES.iter().map(|&x| Ok((x, Steps::at(p).site("cdf").at(x), size_cdf(3, x)?)));
    Ok(vec![
        Claim::exact("first-step-is-a-sign", [(1.0, site("mean", 1), 1.0), (2.0, site("mean-square", 1), 1.0)])
            // g/|g| up to rounding.
            .within(Margin::Absolute(1e-12))
            .rival("gaussian", "a step as Gaussian as its gradient", [(2.0 / PI).sqrt(), 1.0])
            .axes("moment", "E|u|, E u² at t = 1")
            .source("u = g/|g| at t = 1"),
        Claim::curve("size-variance", curve("variance", size_variance)?)
            .within(Margin::Absolute(0.01))
            .rival("gaussian", "the variance of |g|, which all steps would have", times(p, 2).map(|_| limit))
            .axes("time t", "Var |u|")
            .log_x()
            .source("abstract: the variance grows with time and is bounded; Beta law of u²/t"),
        Claim::curve("mean-size", curve("mean", mean_size)?)
            .within(Margin::Absolute(0.01))
            .rival("gaussian", "the mean of |g|, which all steps would have", times(p, 2).map(|_| (2.0 / PI).sqrt()))
            .axes("time t", "E |u|")
            .log_x()
            .source("Beta law of u²/t"),
        Claim::curve("step-variance-is-one", times(p, 3).map(|t| (t as f64, site("mean-square", t), 1.0)))
            .within(Margin::Absolute(0.02))
            .rival(
                "independent-preconditioner",
                "E g² E 1/v, the argument that the first steps vary most",
                times(p, 3).map(|t| t as f64 / (t as f64 - 2.0)),
            )
            .axes("time t", "E u²")
            .log_x()
            .source("Σ u² over t gradients is t, and all gradients are alike"),
        Claim::at_least("variance-grows", Steps::at(p).site("smallest-growth"), 0.0)
            .rival("independent-preconditioner", "then the variance falls with time, hence warmup", [falls])
            .axes("", "smallest growth of Var |u| between t = 1, 2, 3, 5, 10, 30")
            .source("abstract"),
        Claim::distribution("third-step-is-uniform", uniform.collect::<Result<Vec<_>>>()?)
            .within(Margin::Absolute(0.01))
            .rival("gaussian", "a step as Gaussian as its gradient", SIZES.map(|x| 2.0 * normal.cdf(x) - 1.0))
            .axes("x", "P(|u| ≤ x) at t = 3")
            .source("Beta law of u²/t, uniform for |u| at t = 3; |u| ≤ √t"),
    ])
}
