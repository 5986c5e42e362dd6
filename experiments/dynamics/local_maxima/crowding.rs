//! Below the critical learning rate: SGD escapes, yet its stationary state crowds around the maximum with a power law.

use anyhow::Result;
use lawbook_dynamics::{
    Ensemble,
    systems::local_maximum::{Sgd, TwoSamples},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD on the quartic landscape in its stationary state.
    pub struct Params {
        /// Curvature a at the maximum, between -1 and 0.
        a: real = -0.5, (-1.0)..=0.0;
        /// Learning rate λ, below a/(a - 1).
        lambda: real = 0.25, 0.0..=1.0;
        /// Number of replicas.
        replicas: integer = 1024, 1..=1_000_000;
        /// Samples of each, some relaxation times of ln |w| apart.
        samples: integer = 8, 1..=1_000_000;
    }
}

/// Values of −ln |w| up to which the distribution function is taken: below the minima, and not so far that few are left.
const DEPTHS: [f64; 4] = [4.0, 6.0, 8.0, 10.0];
/// Steps before the first sample, in units of the relaxation time, and between samples.
const BURN: f64 = 8.0;
const SPACING: f64 = 1.0;

impl Params {
    /// The time `4/(γ κ)` in which a reflected walk of drift γ relaxes, `κ ≈ 2γ/σ²`.
    fn relaxation(&self) -> Result<f64> {
        let samples = TwoSamples::new(self.a)?;
        Ok(4.0 / (samples.exponent(self.lambda)? * samples.crowding_exponent(self.lambda)?))
    }
}

/// The stationary state.
pub struct Crowding;

impl Study for Crowding {
    const NAME: &'static str = "crowding";
    const ABOUT: &'static str = "Runs SGD below the critical learning rate until it is stationary, and records how often |w| lies \
        below small bounds.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Params::default()],
            Profile::Full => [0.2, 0.25, 0.3].map(|lambda| Params { lambda, samples: 100, ..Params::default() }).to_vec(),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let samples = TwoSamples::new(p.a)?;
            let power = samples.crowding_exponent(p.lambda)?;
            let second = 0.5 * (1.0 + (1.0 - p.a).powi(2)) * p.lambda.powi(2);
            let drift = -0.5 * p.lambda * p.a - 0.5 * second;
            let sites = DEPTHS.map(|depth| ((-depth).exp(), Self::at(p).site("below").at(depth)));
            // The power law is that of small |w|: at e⁻⁴ the quartic term is 3·10⁻⁴ of the quadratic one.
            let claim = Claim::exponent(&format!("crowding-at-{}", p.lambda), sites, power)
                .within(Margin::Absolute(0.04))
                .rival("no-crowding", "a density that is smooth at the maximum, as of Langevin dynamics", [1.0])
                .rival("expansion", "drift and scatter of ln |w| to second order in the rate", [2.0 * drift / second])
                .axes("|w|", "stationary P(≤ |w|)");
            Ok(claim.log_x().log_y().source("E|1 − λx|^−κ = 1 (Kesten 1973); our extension"))
        };
        points.iter().map(claim).collect()
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let sgd = Sgd { samples: TwoSamples::new(p.a)?, rate: p.lambda };
        let relaxation = p.relaxation()?;
        let mut ensemble = Ensemble::<_, f64>::new(sgd, p.replicas as u64, &cell.key(), |_| [-1.0]);
        ensemble.advance((BURN * relaxation) as u64);
        let mut below = DEPTHS.map(|_| 0usize);
        for _ in 0..p.samples {
            ensemble.advance((SPACING * relaxation).ceil() as u64);
            for [log] in ensemble.states() {
                DEPTHS.iter().zip(&mut below).for_each(|(depth, count)| *count += usize::from(log < -depth));
            }
        }
        let total = (p.replicas * p.samples) as f64;
        DEPTHS.iter().zip(below).for_each(|(depth, count)| cell.record_at("below", *depth, count as f64 / total));
        Ok(())
    }
}
