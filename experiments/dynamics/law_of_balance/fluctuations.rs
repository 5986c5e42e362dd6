//! Fluctuation inversion: with rising temperature the variance of `v` first grows and then falls to 0 at the critical
//! temperature, and the excess loss saturates instead of diverging.

use anyhow::{Result, bail};
use lawbook_analysis::{density::Density, gaussian::Normal};
use lawbook_dynamics::{
    integrators::time_changed::{Schedule, TimeChanged},
    theory::moments::{Moments, NoisyLine},
    theory::stationary::{critical_temperature, depth_one_density, depth_zero_variance, tangent_variance},
};

use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Site, Study, params};

params! {
    /// The diffusion at depth 1.
    pub struct Params {
        /// Temperature T over the critical one.
        T_over_T_c: real = 0.5, 0.001..=0.99;
        /// Slope k of the labels.
        k: real = 1.0, 0.001..=10.0;
        /// Standard deviation s of the label noise.
        s: real = 1.0, 0.01..=100.0;
        /// Length of all trajectories together in relaxation times, each counted as at least 75 units of the changed clock.
        relaxations: integer = 800, 1..=10_000_000;
    }
}

impl Params {
    fn moments(&self) -> Moments {
        NoisyLine { slope: self.k, noise: self.s }.moments()
    }

    fn temperature(&self) -> f64 {
        self.T_over_T_c * critical_temperature(&self.moments(), 0.0)
    }
}

/// The temperatures between which the variance is compared, over the critical one.
const WARM: f64 = 0.5;
const HOT: f64 = 0.9;

/// The map: that many values of v, from this one on, at this distance in ln v.
const LEVELS: usize = 16;
const LOWEST: f64 = 1.3e-3;
const DISTANCE: f64 = 0.52;

fn level(i: usize) -> f64 {
    LOWEST * (i as f64 * DISTANCE).exp()
}

/// Between a level and the one below it.
fn middle(i: usize) -> f64 {
    LOWEST * ((i as f64 - 0.5) * DISTANCE).exp()
}

/// Variance and excess loss against temperature.
pub struct Fluctuations;

impl Study for Fluctuations {
    const NAME: &'static str = "fluctuations";
    const ABOUT: &'static str = "Runs the diffusion of the two-layer unit at temperatures up to the critical one and records \
        variance, distribution and excess loss of v, weighted back to the time of SGD.";
    const UNCLAIMED: &'static [&'static str] = &["mean"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let relaxations = match profile {
            // A mean takes more samples than a smoke test has time for.
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 1600,
            Profile::Full => 10_000,
        };
        [0.1, 0.3, WARM, 0.6, 0.7, 0.8, HOT]
            .map(|temperature| Params { T_over_T_c: temperature, relaxations, ..Params::default() })
            .into()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let law = |p: &Params| depth_one_density(&p.moments(), p.temperature());
        let laws: Vec<Density> = points.iter().map(law).collect::<Result<_, _>>()?;
        let curve = |id: &str, observable: &str, f: fn(&Density, &Moments) -> f64| {
            let triple = |(p, law): (&Params, &Density)| -> (f64, Site, f64) {
                (p.T_over_T_c, Self::at(p).site(observable), f(law, &p.moments()))
            };
            Claim::curve(id, points.iter().zip(&laws).map(triple))
        };
        let tangent = |p: &Params| tangent_variance(&p.moments(), p.temperature());
        let regression = |p: &Params| depth_zero_variance(&p.moments(), p.temperature());
        let loss = |variance: f64, p: &Params| p.moments().b1 * variance;
        let linear_because = "a Gaussian around the minimum, whose variance is linear in T";
        let regression_because = "depth 0, whose variance diverges at T = b₁/a₁";
        let mut claims = vec![
            // The clock's step matters by 0.001; near T_c few relaxation times fit into a cell, so the mean scatters.
            curve("variance", "variance", |law, _| law.variance())
                .within(Margin::Absolute(0.03))
                .rival("linear-growth", linear_because, points.iter().map(tangent))
                .rival("linear-regression", regression_because, points.iter().map(regression))
                .axes("T/T_c", "Var v")
                .source("section 4.2: fluctuation inversion")
                .phase_diagram(map(points)?),
            curve("excess-loss", "excess-loss", |law, m| law.mean(|v| m.b1 * (v - m.minimum()).powi(2)))
                .within(Margin::Absolute(0.03))
                .rival("linear-growth", linear_because, points.iter().map(|p| loss(tangent(p), p)))
                .rival("linear-regression", regression_because, points.iter().map(|p| loss(regression(p), p)))
                .axes("T/T_c", "E L − min L")
                .source("section 4.2: the loss of depth 1 never diverges"),
        ];
        let near = |(p, _): &(&Params, &Density)| [points[0].T_over_T_c, WARM, HOT].contains(&p.T_over_T_c);
        claims.extend(points.iter().zip(&laws).filter(near).map(|(p, law)| density(p, law)));
        let find = |temperature: f64| points.iter().find(|p| p.T_over_T_c == temperature);
        if let (Some(warm), Some(hot)) = (find(WARM), find(HOT)) {
            let site = |p: &Params| Self::at(p).site("variance");
            claims.push(
                Claim::ratio_at_most("inversion", site(hot), site(warm), 0.75)
                    .rival("linear-growth", linear_because, [HOT / WARM])
                    .axes("", "Var v at 0.9 T_c over Var v at 0.5 T_c")
                    .source("section 4.2: the variance falls towards T_c"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let m = p.moments();
        let clock = TimeChanged::new(&m, p.temperature(), 1, 1)?;
        let (step, thin, replicas) = (0.025, 8, 32);
        let relaxation = clock.relaxation_time();
        let time = p.relaxations as f64 * relaxation.max(75.0);
        let burn = (8.0 * relaxation / step).ceil() as u64;
        let schedule = Schedule { step, burn, thin, samples: (time / step).ceil() as u64 / thin / replicas, replicas };
        let (mut weights, mut first, mut second, mut between) = (0.0, 0.0, 0.0, [0.0; LEVELS + 1]);
        clock.visit(schedule, &cell.key(), |v, weight| {
            // By the number of levels that it is above.
            between[((v / LOWEST).ln() / DISTANCE).ceil().clamp(0.0, LEVELS as f64) as usize] += weight;
            weights += weight;
            first += weight * v;
            second += weight * v * v;
        })?;
        let (mean, square) = (first / weights, second / weights);
        cell.record("mean", mean);
        let mut below = 0.0;
        for (i, part) in between[..LEVELS].iter().enumerate() {
            below += part;
            cell.record_at("below", level(i), below / weights);
            if i > 0 {
                cell.record_at("density", middle(i), part / (DISTANCE * weights));
            }
        }
        cell.record("variance", square - mean * mean);
        cell.record("excess-loss", m.b1 * (square - 2.0 * m.minimum() * mean + m.minimum().powi(2)));
        Ok(())
    }
}

/// The stationary density of ln v, whose weight moves towards v = 0 on the way to the transition.
fn density(p: &Params, law: &Density) -> Claim {
    let matched = Normal { mean: law.mean(|v| v), deviation: law.variance().sqrt() };
    // Where next to no sample falls, seeds that agree would bound nothing.
    let seen = || (1..LEVELS).filter(|&i| law.cdf(level(i)) - law.cdf(level(i - 1)) > 0.005);
    let bins =
        |cdf: &dyn Fn(f64) -> f64| -> Vec<f64> { seen().map(|i| (cdf(level(i)) - cdf(level(i - 1))) / DISTANCE).collect() };
    let site = |i: usize| Fluctuations::at(p).site("density").at(middle(i));
    let predicted = bins(&|v| law.cdf(v));
    // Few relaxation times fit into a cell near T_c: taken, before measuring, as 0.02 in the probability of a bin, over its width
    // of 0.52 in ln v.
    Claim::curve(
        &format!("density-at-{}", p.T_over_T_c),
        seen().zip(&predicted).map(|(i, density)| (middle(i), site(i), *density)),
    )
    .within(Margin::Absolute(0.04))
    .rival("matched-gaussian", "a Gaussian with the mean and variance of the law itself", bins(&|v| matched.cdf(v)))
    .axes("v", &format!("density of ln v at {} T_c", p.T_over_T_c))
    .log_x()
    .source("equation 15, figure 3: through the phase transition")
}

/// Where v is, over temperature, for the data of the first point, with the quantiles of the stationary law.
fn map(points: &[Params]) -> Result<PhaseDiagram> {
    let Some(first) = points.first() else { bail!("no temperatures") };
    let cells = points
        .iter()
        .flat_map(|p| (0..LEVELS).map(move |i| (p.T_over_T_c, level(i), Fluctuations::at(p).site("below").at(level(i)))));
    let line = |probability: f64| -> Result<Vec<(f64, f64)>> {
        let mut line = Vec::new();
        for part in (1..=19).map(|i| 0.05 * f64::from(i)) {
            let p = Params { T_over_T_c: part, ..first.clone() };
            let v = depth_one_density(&p.moments(), p.temperature())?.quantile(probability);
            if v > LOWEST {
                line.push((part, v));
            }
        }
        Ok(line)
    };
    Ok(PhaseDiagram::new("T/T_c", "v", "probability of a smaller v")
        .cells(cells)
        .boundary("median of the stationary law", line(0.5)?)
        .boundary("its 5 % quantile", line(0.05)?)
        .boundary("its 95 % quantile", line(0.95)?)
        .log_upwards())
}
