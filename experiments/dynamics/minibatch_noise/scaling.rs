//! The ratio of learning rate to batch size is no scaling variable: at fixed `λ/S` the variance on a line is
//! `σ²/(2S/λ − a (S + 2))`, which grows with `S` and diverges (section 6.5).

use anyhow::Result;
use lawbook_dynamics::{
    systems::regression::Regression,
    theory::minibatch::{constant_noise, continuous_time, stationary},
};

use super::{Schedule, stationary_mean};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A regression on a line with learning rate λ proportional to S.
    pub struct Params {
        /// Learning rate per sample, λ/S.
        ratio: real = 0.05, 0.0001..=1.0;
        /// Batch size S.
        S: integer = 1, 1..=10_000;
        /// Samples, in thousands.
        kilosamples: integer = 1500, 1..=10_000_000;
    }
}

impl Params {
    fn regression(&self) -> Regression<1> {
        let rate = self.ratio * self.S as f64;
        let batch = self.S as u32;
        Regression { curvatures: [1.0], teacher: [0.0], label_noise: 1.0, decay: 0.0, rate, momentum: 0.0, batch }
    }
}

/// The variance at fixed λ/S.
pub struct Scaling;

impl Study for Scaling {
    const NAME: &'static str = "scaling";
    const ABOUT: &'static str = "Runs SGD on a line with noisy labels at several batch sizes, the learning rate proportional to \
        the batch size, and records the variance of the weight.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        // Beyond S = 24 the fourth moment scatters too much; at S = 38 the second is infinite.
        let at = |kilosamples| [1, 4, 16, 24].map(|size| Params { S: size, kilosamples, ..Params::default() }).into();
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => at(1500),
            Profile::Full => at(50_000),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let curve = points
            .iter()
            .map(|p| Ok((p.S as f64, Self::at(p).site("variance"), stationary(&p.regression())?.variance[0])))
            .collect::<Result<Vec<_>>>()?;
        let constant = points.iter().map(|p| Ok(constant_noise(&p.regression())?[0])).collect::<Result<Vec<_>>>()?;
        // Exact for normal inputs: the margin is what some million samples resolve.
        Ok(vec![
            Claim::curve("no-linear-scaling", curve)
                .within(Margin::Relative(0.02))
                .rival(
                    "linear-scaling",
                    "lambda sigma^2/(2S): only the ratio of learning rate and batch size counts",
                    points.iter().map(|p| continuous_time(&p.regression())),
                )
                .rival("constant-noise", "discrete time, but noise as strong as at the minimum", constant)
                .axes("batch size S at fixed λ/S", "variance of the weight")
                .log_x()
                .source("section 6.5"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let regression = p.regression();
        // Refuses what has no variance.
        stationary(&regression)?;
        // A step takes the square of the weight down by (1 − λ)² + 2λ²/S, or little less than 2λ where λ is small.
        let thin = (0.5 / regression.rate).ceil().max(2.0) as u64;
        let schedule = Schedule { replicas: 4096, thin, samples: 1000 * p.kilosamples as u64 };
        let [variance] = stationary_mean(regression, schedule, &cell.key(), ([0.0], [0.0]), |(w, _)| [w[0] * w[0]])?;
        cell.record("variance", variance);
        Ok(())
    }
}
