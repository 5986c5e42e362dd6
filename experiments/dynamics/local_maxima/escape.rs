//! How long SGD needs to leave the maximum: arbitrarily long as the learning rate nears the critical one.

use anyhow::Result;
use lawbook_dynamics::{
    estimators::passage::first_passages,
    systems::local_maximum::{Sgd, TwoSamples},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD that leaves the maximum.
    pub struct Params {
        /// Curvature a at the maximum, between -1 and 0.
        a: real = -0.5, (-1.0)..=0.0;
        /// Learning rate over the critical one, below 1.
        lambda_over_critical: real = 0.8, 0.0..=1.0;
        /// Powers of ten by which |w| grows, up to 0.01.
        decades: real = 160.0, 0.1..=10_000.0;
        /// Number of replicas.
        replicas: integer = 512, 2..=1_000_000;
    }
}

/// Where a replica has escaped: the quartic term is 2·10⁻⁴ of the quadratic one there.
const ESCAPED: f64 = 1e-2;
/// The watch ends after this many predicted times.
const HORIZON: f64 = 30.0;

impl Params {
    fn rate(&self, samples: &TwoSamples) -> f64 {
        self.lambda_over_critical * samples.critical_rate()
    }

    fn rise(&self) -> f64 {
        self.decades * std::f64::consts::LN_10
    }
}

/// The time to escape.
pub struct Escape;

impl Study for Escape {
    const NAME: &'static str = "escape";
    const ABOUT: &'static str = "Starts SGD many powers of ten below 0.01 and counts the steps until |w| first reaches it.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (ratios, replicas): (&[f64], i64) = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => (&[0.5, 0.7, 0.85], 512),
            Profile::Full => (&[0.5, 0.7, 0.8, 0.9, 0.95], 10_000),
        };
        let at = |&lambda_over_critical: &f64| Params { lambda_over_critical, replicas, ..Params::default() };
        ratios.iter().map(at).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let (mut exact, mut descent, mut mean_square) = (Vec::new(), Vec::new(), Vec::new());
        for p in points {
            let samples = TwoSamples::new(p.a)?;
            let rate = p.rate(&samples);
            exact.push((p.lambda_over_critical, Self::at(p).site("time"), samples.escape_time(rate, p.rise())?));
            descent.push(p.rise() / (1.0 - 0.5 * rate * p.a).ln());
            mean_square.push(2.0 * p.rise() / samples.mean_square_factor(rate)?.ln());
        }
        Ok(vec![
            // The overshoot of the last step adds up to ln(1 + λ(1 − a))/ln(|w₁|/|w₀|), 0.1 % over 160 decades.
            Claim::curve("escape-time", exact)
                .within(Margin::Relative(0.03))
                .rival("descent", "gradient descent on the mean loss leaves at its own rate", descent)
                .rival("mean-square", "time in which the root of E w² grows so far", mean_square)
                .axes("λ (a − 1)/a", "mean number of steps")
                .log_y()
                .source(
                    "abstract: SGD may take arbitrarily long to escape; mean first passage of a random walk (Wald 1944)",
                ),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let samples = TwoSamples::new(p.a)?;
        let rate = p.rate(&samples);
        let horizon = (HORIZON * samples.escape_time(rate, p.rise())?).ceil() as u64;
        let start = [ESCAPED.ln() - p.rise()];
        let watch = (p.replicas as u64, horizon);
        let passages = first_passages(Sgd { samples, rate }, ESCAPED.ln(), watch, &cell.key(), |_| start)?;
        cell.record("time", passages.mean()?.mean);
        Ok(())
    }
}
