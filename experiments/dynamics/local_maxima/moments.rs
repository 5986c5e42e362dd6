//! Moments mislead: the mean square grows while every trajectory goes to zero.

use anyhow::{Result, ensure};
use lawbook_dynamics::{
    Ensemble,
    systems::local_maximum::{Sgd, TwoSamples},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD far down at the maximum.
    pub struct Params {
        /// Curvature a at the maximum, between -1 and 0.
        a: real = -0.5, (-1.0)..=0.0;
        /// Learning rate λ, between a/(a - 1) and 1.
        lambda: real = 0.7, 0.0..=1.0;
        /// Number of replicas.
        replicas: integer = 40_000, 1..=10_000_000;
        /// Steps after which the mean square is still that of the ensemble.
        early: integer = 5, 1..=100;
        /// Steps after which the growth has been beaten by the fall of every single replica.
        late: integer = 400, 1..=100_000;
    }
}

impl Params {
    /// Trajectories fall while moments grow only above the critical rate.
    fn check(&self, samples: &TwoSamples) -> Result<()> {
        let critical = samples.critical_rate();
        ensure!(samples.exponent(self.lambda)? < 0.0, "λ = {}: w falls above a/(a − 1) = {critical} only", self.lambda);
        ensure!(self.early < self.late, "early = {}: give fewer steps than late = {}", self.early, self.late);
        Ok(())
    }
}

/// A start from which forty steps upwards still see no nonlinearity.
const START: f64 = -1000.0;

/// Moments and trajectories.
pub struct Moments;

impl Study for Moments {
    const NAME: &'static str = "moments";
    const ABOUT: &'static str =
        "Follows an ensemble close to the maximum, and records the mean square of its weights early and late.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Params::default()],
            Profile::Full => vec![Params { replicas: 1_000_000, early: 8, ..Params::default() }],
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claims = points.iter().map(|p| {
            let samples = TwoSamples::new(p.a)?;
            p.check(&samples)?;
            let (factor, exponent) = (samples.mean_square_factor(p.lambda)?, samples.exponent(p.lambda)?);
            let site = |observable: &str| Self::at(p).site(observable);
            Ok([
                // Exact for any number of steps; the fourth moment decides how many an ensemble of this size can follow.
                Claim::value("mean-square-grows", site("early"), factor)
                    .within(Margin::Relative(0.03))
                    .rival("typical", "e^2γ, what a typical trajectory does", [(2.0 * exponent).exp()])
                    .rival("descent", "the square of the factor of gradient descent", [(1.0 - 0.5 * p.lambda * p.a).powi(2)])
                    .axes("", "growth of the mean of w² per step")
                    .source("E w² grows by the factor E(1 − λx)²"),
                Claim::at_most("every-trajectory-falls", site("late"), 0.0)
                    .rival("mean-square", "the mean square goes on growing", [p.late as f64 * factor.ln()])
                    .axes("", "logarithm of the mean of w² over its start")
                    .source("w → 0 almost surely"),
            ])
        });
        Ok(claims.collect::<Result<Vec<_>>>()?.concat())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let sgd = Sgd { samples: TwoSamples::new(p.a)?, rate: p.lambda };
        p.check(&sgd.samples)?;
        let mut ensemble = Ensemble::<_, f64>::new(sgd, p.replicas as u64, &cell.key(), |_| [START]);
        ensemble.advance(p.early as u64);
        cell.record("early", (log_mean_square(&ensemble) / p.early as f64).exp());
        ensemble.advance((p.late - p.early) as u64);
        cell.record("late", log_mean_square(&ensemble));
        Ok(())
    }
}

/// The logarithm of the mean of w² over its start, which may lie far outside of the range of f64.
fn log_mean_square(ensemble: &Ensemble<Sgd>) -> f64 {
    let squares = || ensemble.states().map(|[log]| 2.0 * (log - START));
    let largest = squares().fold(f64::NEG_INFINITY, f64::max);
    largest + (squares().map(|square| (square - largest).exp()).sum::<f64>() / ensemble.replicas() as f64).ln()
}
