//! Stationary laws beyond one term of few factors: width above 1, infinite depth, and the second order in the learning rate.
//!
//! At infinite depth and width only `r/T` with `r = d/D` counts, so that twice the width allows twice the temperature. To second
//! order SGD descends `L + (η/4)|∇L|²`, which moves the law of depth 1 to smaller `v`.

use anyhow::{Result, anyhow};
use lawbook_analysis::{density::Density, gaussian::Normal, quantiles::WeightedSample};
use lawbook_dynamics::{
    integrators::time_changed::{Schedule, TimeChanged},
    theory::moments::{Moments, NoisyLine},
    theory::stationary::{StationaryError, any_depth, depth_one_density, depth_one_second_order, infinite_depth},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A diffusion that stands for SGD.
    pub struct Params {
        /// Which one: depth D and width d, their limit at the ratio r = d/D, or depth 1 to second order in the learning rate.
        of: choice = "infinite-depth", ["wide", "infinite-depth", "second-order"];
        /// Depth D.
        D: integer = 2, 1..=8;
        /// Width d.
        d: integer = 4, 1..=1000;
        /// Ratio r of width to depth.
        r: real = 1.0, 0.001..=1000.0;
        /// Temperature T.
        T: real = 0.1, 0.001..=10.0;
        /// Slope k of the labels.
        k: real = 0.7, 0.001..=10.0;
        /// Standard deviation s of the label noise.
        s: real = 1.3, 0.01..=100.0;
        /// Steps of the changed clock, in thousands.
        kilosteps: integer = 8000, 1..=10_000_000;
    }
}

impl Params {
    fn moments(&self) -> Moments {
        NoisyLine { slope: self.k, noise: self.s }.moments()
    }

    fn clock(&self) -> Result<TimeChanged> {
        let m = self.moments();
        Ok(match self.of.as_str() {
            "wide" => TimeChanged::new(&m, self.T, self.D as u32, self.d as u32)?,
            "second-order" => TimeChanged::second_order(&m, self.T)?,
            _ => TimeChanged::infinite_depth(&m, self.T, self.r)?,
        })
    }

    /// The law of one of the three.
    fn law(&self, of: &str) -> Result<Density> {
        let (m, reach) = (self.moments(), 1e9 * self.moments().minimum());
        Ok(match of {
            "wide" => {
                Density::logarithmic(any_depth(&m, self.T, self.D as u32, self.d as u32)?, 1e-18 * reach, reach, 1200)?
            }
            "narrow" => Density::logarithmic(any_depth(&m, self.T, self.D as u32, 1)?, 1e-18 * reach, reach, 1200)?,
            "second-order" => Density::logarithmic(depth_one_second_order(&m, self.T)?, 1e-290 * reach, 1e9 * reach, 1600)?,
            "depth-one" => depth_one_density(&m, self.T)?,
            // exp(−r b₂/(T a₃ v)) leaves nothing below a hundredth of its argument.
            _ => Density::logarithmic(infinite_depth(&m, self.T, self.r)?, 1e-12 * reach, reach, 1200)?,
        })
    }
}

/// Values of v at which the distribution function is measured.
const GRID: [f64; 9] = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.6];

/// Distribution functions.
pub struct Variants;

impl Study for Variants {
    const NAME: &'static str = "variants";
    const ABOUT: &'static str = "Runs the diffusion of wide nets, of the limit of infinite depth and width, and of depth 1 with the \
        modified loss, on clocks on which they cannot overflow, and records the distribution of v.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let kilosteps = match profile {
            // A distribution takes more samples than a smoke test has time for.
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 8000,
            Profile::Full => 100_000,
        };
        let of = |of: &str| Params { of: of.into(), kilosteps, ..Params::default() };
        let twice = Params { T: 0.2, r: 2.0, ..of("infinite-depth") };
        vec![
            of("wide"),
            of("infinite-depth"),
            twice,
            Params { T: 0.15, k: 1.0, s: 1.0, kilosteps: 2 * kilosteps, ..of("second-order") },
        ]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        points.iter().map(claim).collect()
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let clock = p.clock()?;
        let (step, thin, replicas) = (0.02, 20, 64);
        let burn = (8.0 * clock.relaxation_time() / step).ceil() as u64;
        let schedule = Schedule { step, burn, thin, samples: p.kilosteps as u64 * 1000 / thin / replicas, replicas };
        let sample = WeightedSample::new(clock.samples(schedule, &cell.key())?)?;
        GRID.iter().for_each(|&v| cell.record_at("cdf", v, sample.cdf(v)));
        Ok(())
    }
}

fn claim(p: &Params) -> Result<Claim> {
    let law = p.law(&p.of)?;
    let matched = Normal { mean: law.mean(|v| v), deviation: law.variance().sqrt() };
    let grid: Vec<f64> = GRID.into_iter().filter(|&v| (0.005..=0.995).contains(&law.cdf(v))).collect();
    let at = |of: &dyn Fn(f64) -> f64| grid.iter().map(|&v| of(v)).collect::<Vec<f64>>();
    let (name, rival, because, source) = match p.of.as_str() {
        "wide" => {
            let name = format!("distribution-depth-{}-width-{}", p.D, p.d);
            (name, "narrow", "the law of the same depth at width 1", "theorem 4.2")
        }
        "second-order" => {
            let name = format!("distribution-second-order-at-{}", p.T);
            (name, "depth-one", "equation 15, of first order in the learning rate", "equation 52; T_c = b₂/(a₃ + b₂²)")
        }
        "infinite-depth" => {
            let name = format!("distribution-infinite-depth-at-{}", p.T);
            (name, "depth-one", "the law of two layers at the same temperature", "section 4: D → ∞ with d/D = r")
        }
        other => return Err(anyhow!("no law of {other}")),
    };
    // Above its critical temperature two layers leave nothing but the point 0.
    let other: Vec<f64> = match p.law(rival) {
        Ok(other) => at(&|v| other.cdf(v)),
        Err(error) => match error.downcast_ref() {
            Some(StationaryError::Collapsed { .. }) => at(&|_| 1.0),
            _ => return Err(error),
        },
    };
    // The step of the clock moves the distribution function by some 0.001; the rest is for sampling.
    Ok(Claim::distribution(&name, grid.iter().map(|&v| (v, Variants::at(p).site("cdf").at(v), law.cdf(v))))
        .within(Margin::Absolute(0.01))
        .rival("matched-gaussian", "a Gaussian with the mean and variance of the law itself", at(&|v| matched.cdf(v)))
        .rival(rival, because, other)
        .axes("v", "P(≤ v)")
        .source(source))
}
