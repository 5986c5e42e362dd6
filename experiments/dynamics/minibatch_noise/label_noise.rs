//! Noisy labels: `Σ = (σ²/S)(1 + κ/S) Λ G⁻¹` in one and two dimensions, with and without momentum (theorem 2).
//!
//! At `S = 10` and the paper's largest learning rates (figures 3 and 4c) the tail index is below 4, and the sample variance
//! has no standard error: there the formula is checked against the exact recursion in the crate, and the tail below.

use anyhow::Result;
use lawbook_dynamics::{
    systems::regression::Regression,
    theory::minibatch::{constant_noise, continuous_time, stationary},
};

use super::{Schedule, check_burn, stationary_mean};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A regression with noisy labels.
    pub struct Params {
        /// Dimension.
        D: integer = 1, 1..=2;
        /// First eigenvalue of the covariance of the inputs.
        a: real = 1.5, 0.001..=10.0;
        /// Second eigenvalue, in two dimensions.
        b: real = 0.5, 0.001..=10.0;
        /// Learning rate λ.
        lambda: real = 1.0, 0.0001..=10.0;
        /// Momentum μ.
        mu: real = 0.0, 0.0..=0.99;
        /// Batch size S.
        S: integer = 50, 1..=10_000;
        /// Standard deviation σ of the labels.
        sigma: real = 1.0, 0.01..=100.0;
        /// Steps between samples, about a relaxation time.
        thin: integer = 2, 1..=10_000;
        /// Samples, in thousands.
        kilosamples: integer = 1500, 1..=10_000_000;
    }
}

impl Params {
    fn line(&self) -> Regression<1> {
        self.of([self.a])
    }

    fn plane(&self) -> Regression<2> {
        self.of([self.a, self.b])
    }

    /// The variances of theorem 2, and those of constant noise.
    fn laws(&self) -> Result<(Vec<f64>, Vec<f64>)> {
        let flattest = if self.D == 1 { self.a } else { self.a.min(self.b) };
        check_burn(self.thin as u64, (flattest, self.lambda, self.mu))?;
        Ok(if self.D == 1 {
            (stationary(&self.line())?.variance.to_vec(), constant_noise(&self.line())?.to_vec())
        } else {
            (stationary(&self.plane())?.variance.to_vec(), constant_noise(&self.plane())?.to_vec())
        })
    }

    fn of<const D: usize>(&self, curvatures: [f64; D]) -> Regression<D> {
        let (rate, momentum, batch) = (self.lambda, self.mu, self.S as u32);
        Regression { curvatures, teacher: [0.0; D], label_noise: self.sigma, decay: 0.0, rate, momentum, batch }
    }
}

/// Variances of the weights.
pub struct LabelNoise;

impl Study for LabelNoise {
    const NAME: &'static str = "label-noise";
    const ABOUT: &'static str = "Runs SGD for linear regression with noisy labels on fresh data until it is stationary, and \
        records the variance of the weights along each eigenvector of the inputs' covariance.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let published = Params::default();
        let kilosamples = match profile {
            Profile::Smoke => return vec![Params { kilosamples: 500, ..published }],
            Profile::Quick => 1500,
            Profile::Full => 50_000,
        };
        vec![
            Params { kilosamples, ..published.clone() },
            Params { a: 1.0, S: 10, lambda: 0.5, thin: 3, kilosamples, ..published.clone() },
            Params { a: 1.0, S: 10, kilosamples: 2 * kilosamples, ..published.clone() },
            Params { D: 2, a: 1.0, lambda: 1.5, kilosamples, ..published.clone() },
            Params { D: 2, a: 1.0, lambda: 0.3, mu: 0.9, S: 10, thin: 12, kilosamples, ..published },
        ]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        points.iter().map(claim).collect()
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (thin, samples) = (p.thin as u64, 1000 * p.kilosamples as u64);
        let schedule = Schedule { replicas: 4096, thin, samples };
        let key = cell.key();
        let start = ([0.0; 2], [0.0; 2]);
        // Refuses what has no variance or takes longer to reach it.
        p.laws()?;
        if p.D == 1 {
            let [variance] = stationary_mean(p.line(), schedule, &key, ([0.0], [0.0]), |(w, _)| [w[0] * w[0]])?;
            cell.record_at("variance", 1.0, variance);
        } else {
            let [first, second] = stationary_mean(p.plane(), schedule, &key, start, |(w, _)| [w[0] * w[0], w[1] * w[1]])?;
            cell.record_at("variance", 1.0, first);
            cell.record_at("variance", 2.0, second);
        }
        Ok(())
    }
}

fn claim(p: &Params) -> Result<Claim> {
    let (predicted, constant) = p.laws()?;
    let sites = predicted.iter().zip([1.0, 2.0]).map(|(value, i)| (i, LabelNoise::at(p).site("variance").at(i), *value));
    let momentum = if p.mu > 0.0 { format!("-momentum-{}", p.mu) } else { String::new() };
    let rival = vec![continuous_time(&p.line()); predicted.len()];
    // The formula is exact for normal inputs: the margin is what some million samples resolve.
    Ok(Claim::curve(&format!("covariance-{}d-rate-{}-batch-{}{momentum}", p.D, p.lambda, p.S), sites)
        .within(Margin::Relative(0.02))
        .rival("continuous-time", "lambda sigma^2/(2S (1 - mu)): continuous time with the Hessian as noise", rival)
        .rival("constant-noise", "discrete time, but noise as strong as at the minimum, C = sigma^2 A/S", constant)
        .axes("eigenvector", "variance of the weight")
        .source("theorem 2; figures 3, 4"))
}
