//! The stationary law of the diffusion at depths 0 to 3: `p ∝ v^{−3D/(D+1)} Q⁻¹ exp{−(1/T)∫(b₁z − b₂)/[(D + 1) z^{2D/(D+1)} Q] dz}`,
//! at depth 1 in closed form, with tails `v^{−5+3/(D+1)}`.

use anyhow::{Context, Result};
use lawbook_analysis::{density::Density, gaussian::Normal, quantiles::WeightedSample};
use lawbook_dynamics::{
    integrators::time_changed::{Schedule, TimeChanged},
    theory::moments::{Moments, NoisyLine},
    theory::stationary::{StationaryError, any_depth, depth_one_density, depth_zero, tail_exponent, tangent_variance},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// The diffusion that stands for SGD.
    pub struct Params {
        /// Depth D: one less than the number of factors; 0 is linear regression.
        D: integer = 1, 0..=8;
        /// Temperature T, learning rate over batch size.
        T: real = 0.05, 0.001..=10.0;
        /// Slope k of the labels.
        k: real = 1.0, 0.001..=10.0;
        /// Standard deviation s of the label noise.
        s: real = 1.0, 0.01..=100.0;
        /// Steps of the changed clock, in thousands.
        kilosteps: integer = 8000, 1..=10_000_000;
    }
}

impl Params {
    fn moments(&self) -> Moments {
        NoisyLine { slope: self.k, noise: self.s }.moments()
    }

    fn law(&self) -> Result<Density, StationaryError> {
        let (m, t) = (self.moments(), self.T);
        let reach = m.minimum() * 1e9;
        match self.D {
            0 => Ok(Density::linear(depth_zero(&m, t)?, -1e3 * m.minimum(), 1e3 * m.minimum(), 20_000)?),
            1 => depth_one_density(&m, t),
            depth => Ok(Density::logarithmic(any_depth(&m, t, depth as u32, 1)?, 1e-18 * reach, reach, 1200)?),
        }
    }
}

/// Values of v at which the distribution function is measured.
const GRID: [f64; 9] = [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 1.1, 1.4, 2.0];
/// Levels of the quantiles.
const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
/// Far values of v, where the tail is a power law up to 1/v.
const TAIL: [f64; 4] = [100.0, 200.0, 400.0, 800.0];

/// Below this temperature the power law sets in further out than a trajectory gets.
const WARM: f64 = 0.1;
/// Where Hill's estimator begins.
const HILL: f64 = 50.0;

/// Distribution, quantiles and tail of the stationary law.
pub struct Stationary;

impl Study for Stationary {
    const NAME: &'static str = "stationary";
    const ABOUT: &'static str = "Runs the diffusion of a linear unit of depth 0 to 3 on a clock on which it cannot overflow, \
        weights each sample with its time on the old clock, and records distribution function, quantiles and tail.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let kilosteps = match profile {
            // A distribution takes more samples than a smoke test has time for.
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 8000,
            Profile::Full => 100_000,
        };
        let points = [(0, 0.05), (0, 0.15), (1, 0.05), (1, 0.15), (2, 0.05), (2, 0.3), (3, 0.15)];
        let at = |(depth, temperature): (i64, f64)| {
            // At these two the slowest return, from small v, takes longest.
            let kilosteps = if [(1, 0.15), (2, 0.3)].contains(&(depth, temperature)) { 2 * kilosteps } else { kilosteps };
            Params { D: depth, T: temperature, kilosteps, ..Params::default() }
        };
        points.map(at).into()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        Ok(points.iter().map(claims).collect::<Result<Vec<_>>>()?.concat())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let clock = TimeChanged::new(&p.moments(), p.T, p.D as u32, 1)?;
        let (step, thin, replicas) = (0.02, 20, 64);
        let burn = (10.0 * clock.relaxation_time() / step).ceil() as u64;
        let schedule = Schedule { step, burn, thin, samples: p.kilosteps as u64 * 1000 / thin / replicas, replicas };
        let pairs = clock.samples(schedule, &cell.key())?;
        let sample = WeightedSample::new(pairs.iter().copied())
            .with_context(|| format!("v left the range of f64 at depth {} and T = {}; lower either", p.D, p.T))?;
        GRID.iter().for_each(|&v| cell.record_at("cdf", v, sample.cdf(v)));
        LEVELS.iter().for_each(|&p| cell.record_at("quantile", p, sample.quantile(p)));
        TAIL.iter().for_each(|&v| cell.record_at("tail", v, 1.0 - sample.cdf(v)));
        if p.D > 1 && p.T >= WARM {
            cell.record("hill", tail_index(&pairs, HILL));
        }
        Ok(())
    }
}

/// Hill's estimator of the tail index on weighted samples: one over the mean of ln(v/from) beyond `from`.
fn tail_index(pairs: &[(f64, f64)], from: f64) -> f64 {
    let beyond = pairs.iter().filter(|(v, _)| *v > from);
    let (weight, logs) = beyond.fold((0.0, 0.0), |(weight, logs), (v, w)| (weight + w, logs + w * (v / from).ln()));
    weight / logs
}

fn claims(p: &Params) -> Result<Vec<Claim>> {
    let (m, t) = (p.moments(), p.T);
    let law = p.law()?;
    let matched = Normal { mean: law.mean(|v| v), deviation: law.variance().sqrt() };
    // Langevin dynamics with isotropic noise as strong at the minimum, along the gradient, as that of SGD.
    let variance = if p.D == 0 { t * m.noise(m.minimum()) / m.b1 } else { tangent_variance(&m, t) };
    let gibbs = Normal { mean: m.minimum(), deviation: variance.sqrt() };
    // Where next to no sample falls on one side, seeds that agree would bound nothing.
    let grid: Vec<f64> = GRID.into_iter().filter(|&v| (0.005..=0.995).contains(&law.cdf(v))).collect();
    let cdf = |of: &dyn Fn(f64) -> f64| grid.iter().map(|&v| of(v)).collect::<Vec<f64>>();
    let name = format!("depth-{}-at-{t}", p.D);
    let site = |observable: &str, x: f64| Stationary::at(p).site(observable).at(x);
    let source = if p.D == 1 { "equation 15, figure 3" } else { "section 4, theorem 4.2" };
    let matched_because = "a Gaussian with the mean and variance of the law itself";
    let gibbs_because = "exp(−2L/T') of Langevin dynamics with isotropic noise as strong as that of SGD at the minimum";
    let mut claims = vec![
        // The step of the clock moves the distribution function by some 0.001; the rest is for sampling.
        Claim::distribution(&format!("distribution-{name}"), grid.iter().map(|&v| (v, site("cdf", v), law.cdf(v))))
            .within(Margin::Absolute(0.006))
            .rival("matched-gaussian", matched_because, cdf(&|v| matched.cdf(v)))
            .rival("isotropic-noise", gibbs_because, cdf(&|v| gibbs.cdf(v)))
            .axes("v", "P(≤ v)")
            .source(source),
    ];
    // The quantiles of cold linear regression are a Gaussian's up to less than the margin.
    if p.D > 0 || t >= WARM {
        claims.push(
            // A shift of 0.006 in probability moves the outer quantiles by 0.03 where the density is 0.2.
            Claim::curve(
                &format!("quantiles-{name}"),
                LEVELS.map(|level| (level, site("quantile", level), law.quantile(level))),
            )
            .within(Margin::Absolute(0.03))
            .rival("matched-gaussian", matched_because, LEVELS.map(|level| matched.quantile(level)))
            .rival("isotropic-noise", gibbs_because, LEVELS.map(|level| gibbs.quantile(level)))
            .axes("level", "quantile of v")
            .source(source),
        );
    }
    if p.D > 0 && t >= WARM {
        claims.push(
            // From v = 100 on the local exponent is off by 2/v; the weights of the far samples scatter.
            Claim::exponent(&format!("tail-{name}"), TAIL.map(|v| (v, site("tail", v))), tail_exponent(p.D as u32) + 1.0)
                .within(Margin::Absolute(0.1))
                .rival("linear-regression", "the tail of depth 0, which knows the temperature", [-1.0 - m.b1 / (t * m.a1)])
                .rival("one-layer-more", "the tail of the next depth", [tail_exponent(p.D as u32 + 1) + 1.0])
                .axes("v", "P(> v)")
                .log_x()
                .log_y()
                .source("section 4: p ~ v^(−5 + 3/(D + 1)), figure 5"),
        );
        if p.D == 1 {
            // So few samples lie beyond v = 50 there that Hill's estimator does not settle.
            return Ok(claims);
        }
        let index = |exponent: f64| -1.0 - exponent;
        claims.push(
            // The local exponent is off by some 2/v from v = 50 on.
            Claim::value(&format!("hill-{name}"), Stationary::at(p).site("hill"), index(tail_exponent(p.D as u32)))
                .within(Margin::Absolute(0.1))
                .rival("linear-regression", "the tail of depth 0, which knows the temperature", [1.0 + m.b1 / (t * m.a1)])
                .rival("one-layer-more", "the tail of the next depth", [index(tail_exponent(p.D as u32 + 1))])
                .axes("", "tail index of P(> v) by Hill's estimator")
                .source("section 4: p ~ v^(−5 + 3/(D + 1)), figure 5"),
        );
    }
    Ok(claims)
}
