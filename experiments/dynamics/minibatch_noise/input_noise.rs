//! Noisy inputs are noisy labels in disguise: with clean inputs of covariance `A` and noise `B` on them, SGD sees curvature
//! `K = A + B`, settles around `K⁻¹A u` and fluctuates as with labels of variance `Tr[A K⁻¹ B U]`.
//!
//! Given its noisy input a label is normal, with mean `uᵀA K⁻¹ x̃` and just that variance: for normal data the equivalence is
//! exact, and theorem 2 holds with `K` in place of `A`.

use anyhow::Result;
use lawbook_dynamics::{
    systems::regression::{NoisyInputs, Regression},
    theory::minibatch::{continuous_time, stationary},
};

use super::{Schedule, stationary_mean};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A regression in two dimensions with noisy inputs.
    pub struct Params {
        /// Learning rate λ.
        lambda: real = 0.5, 0.001..=10.0;
        /// Batch size S.
        S: integer = 8, 1..=1000;
        /// Variance of the noise on the inputs, in both directions.
        b: real = 0.5, 0.001..=10.0;
        /// Samples, in thousands.
        kilosamples: integer = 1000, 1..=10_000_000;
    }
}

impl Params {
    fn process(&self) -> NoisyInputs<2> {
        let (rate, batch) = (self.lambda, self.S as u32);
        NoisyInputs { clean: [1.0, 0.5], noise: [self.b; 2], teacher: [1.0, -2.0], rate, batch }
    }
}

/// Mean and variance with noisy inputs.
pub struct InputNoise;

impl Study for InputNoise {
    const NAME: &'static str = "input-noise";
    const ABOUT: &'static str = "Runs SGD on clean labels and noisy inputs in two dimensions, drawing every sample, and \
        records mean and variance of the weights.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Params::default()],
            Profile::Full => [4, 8, 32].map(|size| Params { S: size, kilosamples: 20_000, ..Params::default() }).into(),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        Ok(points.iter().map(claims).collect::<Result<Vec<_>>>()?.concat())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let process = p.process();
        let centre = process.as_label_noise().teacher;
        // Refuses what has no variance.
        stationary(&process.as_label_noise())?;
        let schedule = Schedule { replicas: 4096, thin: 2, samples: 1000 * p.kilosamples as u64 };
        let means = stationary_mean(process, schedule, &cell.key(), centre, |w| [w[0], w[1], w[0] * w[0], w[1] * w[1]])?;
        for i in 0..2 {
            let coordinate = (i + 1) as f64;
            cell.record_at("mean", coordinate, means[i]);
            cell.record_at("variance", coordinate, means[i + 2] - means[i] * means[i]);
        }
        Ok(())
    }
}

fn claims(p: &Params) -> Result<Vec<Claim>> {
    let (process, labels) = (p.process(), p.process().as_label_noise());
    let law = stationary(&labels)?;
    let clean = stationary(&Regression { curvatures: process.clean, ..labels })?;
    let site = |observable: &str, i: usize| InputNoise::at(p).site(observable).at((i + 1) as f64);
    Ok(vec![
        // Exact, too, and means are resolved better than variances.
        Claim::curve(&format!("shrinkage-batch-{}", p.S), [0, 1].map(|i| ((i + 1) as f64, site("mean", i), law.mean[i])))
            .within(Margin::Relative(0.01))
            .rival("teacher", "the weights of the teacher, as with noisy labels", process.teacher)
            .axes("eigenvector", "mean of the weight")
            .source("input noise: derived here, as normal regression of the label on the noisy input"),
        // Exact for normal inputs: the margin is what the samples resolve.
        Claim::curve(
            &format!("input-noise-batch-{}", p.S),
            [0, 1].map(|i| ((i + 1) as f64, site("variance", i), law.variance[i])),
        )
        .within(Margin::Relative(0.02))
        .rival("continuous-time", "lambda sigma^2/(2S) with the equivalent label noise", [continuous_time(&labels); 2])
        .rival("clean-curvature", "the equivalent label noise, but the curvature of the clean inputs", clean.variance)
        .axes("eigenvector", "variance of the weight")
        .source("input noise as label noise of variance Tr[A K⁻¹ B U]; theorem 2 with K for A, derived here"),
    ])
}
