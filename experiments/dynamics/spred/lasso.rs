//! Linear regression with more weights than samples: gradient descent on the factors against coordinate descent on the lasso.

use anyhow::Result;
use lawbook_analysis::lasso::{LeastSquares, lasso};
use lawbook_core::Stream;
use lawbook_dynamics::systems::spred::{Descent, Factors, descend};

use super::threshold::finite;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Sparse linear regression.
    pub struct Params {
        /// Penalty α = 2κ of the lasso, on half the mean squared error.
        alpha: real = 0.05, 0.00001..=10.0;
        /// Number of samples M.
        M: integer = 60, 2..=100_000;
        /// Number of weights N.
        N: integer = 100, 2..=100_000;
        /// Part of the weights of the teacher that are not 0.
        density: real = 0.1, 0.0..=1.0;
        /// Standard deviation of the label noise.
        noise: real = 0.05, 0.0..=100.0;
        /// Learning rate η, on half the mean squared error.
        eta: real = 0.04, 0.0001..=1.0;
        /// Number of steps.
        steps: integer = 60_000, 1..=10_000_000;
    }
}

impl Params {
    fn time(&self) -> f64 {
        self.eta * self.steps as f64
    }
}

/// Standard normal inputs, and a sparse normal teacher.
pub(super) fn regression(
    samples: usize,
    weights: usize,
    density: f64,
    noise: f64,
    data: &mut Stream,
) -> Result<LeastSquares> {
    let teacher: Vec<f64> = (0..weights).map(|_| if data.bernoulli(density) { data.normal() } else { 0.0 }).collect();
    let design: Vec<f64> = (0..samples * weights).map(|_| data.normal()).collect();
    let label = |row: &[f64]| row.iter().zip(&teacher).map(|(x, w)| x * w).sum::<f64>();
    let targets: Vec<f64> = design.chunks_exact(weights).map(label).collect();
    let targets: Vec<f64> = targets.into_iter().map(|y| y + noise * data.normal()).collect();
    Ok(LeastSquares::new(&design, &targets)?)
}

/// The lasso.
pub struct Lasso;

impl Study for Lasso {
    const NAME: &'static str = "lasso";
    const ABOUT: &'static str = "Trains the factors of a linear regression by gradient descent with weight decay and compares \
        objective, weights and support with those that coordinate descent finds for the lasso.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let base = Params::default();
        let alphas = |p: &Params, alphas: &[f64]| -> Vec<Params> {
            alphas.iter().map(|&alpha| Params { alpha, ..p.clone() }).collect()
        };
        match profile {
            Profile::Smoke => alphas(&Params { M: 24, N: 40, steps: 20_000, ..base }, &[0.2]),
            Profile::Quick => alphas(&base, &[0.05, 0.2])
                .into_iter()
                .chain([Params { alpha: 0.01, steps: 15_000, ..base.clone() }])
                // The repository's linear experiment, at one of its penalties that training reaches in a fraction of a second.
                .chain([Params { M: 1000, N: 100, noise: 0.1, alpha: 3f64.powi(-3), steps: 80_000, ..base.clone() }])
                .collect(),
            // The repository's linear experiment: 1000 samples of 100 predictors, and its ten penalties, powers of 3 from −9 to 1.
            Profile::Full => alphas(
                &Params { M: 1000, N: 100, noise: 0.1, steps: 2_000_000, ..base },
                &std::array::from_fn::<f64, 10, _>(|i| 3f64.powf(-9.0 + 10.0 * i as f64 / 9.0)),
            ),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        // The decay acts after a time of 1/α: before, nothing has come to rest.
        for p in points.iter().filter(|p| p.alpha * p.time() > 100.0) {
            let site = |name: &str| Self::at(p).site(name);
            // A weight at the lasso's threshold still is 1/(2t) after the time t, which costs its square, times curvatures of a
            // few; relative to an objective of about α times the norm of the teacher. Ten such weights.
            let cost = 10.0 * 3.0 * (0.5 / p.time()).powi(2) / (p.alpha * p.density * p.N as f64);
            claims.push(
                Claim::exact(&format!("objective-{:.4}", p.alpha), [(p.alpha, site("excess"), 0.0)])
                    .within(Margin::Absolute(cost.max(1e-12)))
                    .rival_residual("kappa", "the L1 penalty is κ, with which the weights decay", [site("excess-half")])
                    .rival_residual("twice", "the L1 penalty is 4κ: both factors count twice", [site("excess-twice")])
                    .rival_residual("ridge", "weight decay shrinks weights and zeroes none", [site("excess-ridge")])
                    .axes("penalty α", "relative excess of the lasso objective")
                    .source("theorem 1"),
            );
            // The same weights, as far as a time t tells zeros from others: a weight at the lasso's threshold is 1/(2ht), with h what
            // is left of its curvature beside the others, more than a fifth.
            claims.push(
                Claim::exact(&format!("support-{:.4}", p.alpha), [(p.alpha, site("support-difference"), 0.0)])
                    .within(Margin::Absolute(0.1))
                    .rival_residual("ridge", "weight decay shrinks weights and zeroes none", [site("support-ridge")])
                    .axes("penalty α", "weights above 5/(2t) minus those of the lasso, over the latter")
                    .source("theorem 1; the threshold from v' = −2hv² where the lasso begins to keep a weight"),
            );
        }
        if let Some(p) = points.iter().find(|p| p.alpha * p.time() < 20.0 && p.M < p.N) {
            // After the time t zeros are above 1e-6 whose slope is within ln(1e6)/(2t) of α: at α t = 6 nearly all.
            claims.push(
                Claim::at_least("zeros-need-a-threshold", Self::at(p).site("slow"), 0.2)
                    .rival("exact-zeros", "gradient descent sets the lasso's zeros to zero", [0.0])
                    .out_of(p.N as u64)
                    .axes("", "part of the weights above 1e-6 that are 0 in the lasso")
                    .source("zeros are reached exponentially, and slowly near the threshold"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (samples, weights) = (p.M as usize, p.N as usize);
        let problem = regression(samples, weights, p.density, p.noise, &mut cell.stream("data"))?;
        let exact = lasso(&problem, p.alpha, 1e-12)?;
        let lowest = problem.lasso_objective(&exact, p.alpha);
        let excess = |v: &[f64], alpha: f64, lowest: f64| problem.lasso_objective(v, alpha) / lowest - 1.0;
        let mut factors = Factors::normal(weights, 0.5, &mut cell.stream("factors"));
        let descent = Descent { rate: p.eta, kappa: 0.5 * p.alpha, steps: p.steps as usize };
        let diverged = descend(&mut factors, &descent, |v, g| problem.gradient(v, g))?;
        finite(diverged, p.eta)?;
        let v = factors.product();
        cell.record("excess", excess(&v, p.alpha, lowest));
        for (name, alpha) in [("excess-half", 0.5 * p.alpha), ("excess-twice", 2.0 * p.alpha)] {
            let other = problem.lasso_objective(&lasso(&problem, alpha, 1e-12)?, alpha);
            cell.record(name, excess(&v, alpha, other));
        }
        let ridge = ridge(&problem, p, weights);
        cell.record("excess-ridge", excess(&ridge, p.alpha, lowest));
        let above = |v: &[f64], bound: f64| v.iter().filter(|v| v.abs() > bound).count() as f64;
        let bound = 2.5 / p.time();
        let support = above(&exact, bound).max(1.0);
        let slow = exact.iter().zip(&v).filter(|(exact, v)| **exact == 0.0 && v.abs() > 1e-6).count() as f64;
        cell.record("slow", slow / weights as f64);
        cell.record("support-difference", (above(&v, bound) - support) / support);
        cell.record("support-ridge", (above(&ridge, bound) - support) / support);
        Ok(())
    }
}

/// Gradient descent on the weights themselves with the same decay: ridge regression.
fn ridge(problem: &LeastSquares, p: &Params, weights: usize) -> Vec<f64> {
    let (mut w, mut g) = (vec![0.0; weights], vec![0.0; weights]);
    for _ in 0..p.steps / 20 {
        problem.gradient(&w, &mut g);
        w.iter_mut().zip(&g).for_each(|(w, g)| *w -= p.eta * (g + p.alpha * *w));
    }
    w
}
