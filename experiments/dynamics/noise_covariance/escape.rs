//! Escape from a parabolic valley over a barrier: the logarithm of the rate falls with the barrier as `1/T`, with the effective
//! temperature `T = λc/(2 − λk)` of the discrete iteration in the place of `λc/2`.

use anyhow::{Result, ensure};
use lawbook_analysis::line::slope;
use lawbook_dynamics::{
    Ensemble,
    estimators::first_exit::{FirstExit, effective_temperature, escape_rate},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD at curvature 1 and noise of variance 1 until it has stood higher than a barrier.
    pub struct Params {
        /// Learning rate λ; SGD forgets its start within thirty steps in this range.
        lambda: real = 1.0, 0.2..=1.8;
        /// Replicas.
        replicas: integer = 65_536, 1..=10_000_000;
        /// Steps until the highest barrier is looked at.
        steps: integer = 600, 40..=100_000_000;
    }
}

/// Barriers over the effective temperature: escape is rare, and still seen.
const BARRIERS: [f64; 4] = [3.0, 4.0, 5.0, 6.0];
/// How the logarithm of the time of looking grows with the barrier over the temperature.
const SHORTER: f64 = 0.7;
/// Steps until the weights that are left have forgotten where they started.
const SETTLED: u64 = 30;

impl Params {
    fn barriers(&self) -> Result<[f64; 4]> {
        let temperature = effective_temperature(1.0, 1.0, self.lambda)?;
        Ok(BARRIERS.map(|barrier| barrier * temperature))
    }
}

/// Escape.
pub struct Escape;

impl Study for Escape {
    const NAME: &'static str = "escape";
    const ABOUT: &'static str = "Runs SGD from the minimum of a parabola until it has stood higher than a barrier, and records \
        the rate of that for several barriers, and how its logarithm falls with the barrier.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let replicas = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 65_536,
            Profile::Full => 1_048_576,
        };
        [0.5, 1.0, 1.5].map(|lambda| Params { lambda, replicas, ..Params::default() }).into()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let site = |name: &str| Self::at(p).site(name);
            let temperature = effective_temperature(1.0, 1.0, p.lambda)?;
            let barriers = p.barriers()?;
            // The prefactor of the rate goes as a power between −½ and ½ of ΔL/T, which changes the slope by up to 1/(2·4.5).
            claims.push(
                Claim::value(&format!("barrier-{}", p.lambda), site("fall-of-log-rate"), 1.0 / temperature)
                    .within(Margin::Relative(0.15))
                    .rival("continuous-time", "the temperature is λc/2", [2.0 / p.lambda])
                    .axes("", "−d ln(rate)/dΔL")
                    .source("Kramers' rate with the effective temperature of theorem 1: ln rate = −ΔL/T + O(1)"),
            );
            let exact = |barrier: &f64| escape_rate(1.0, 1.0, p.lambda, *barrier, 200);
            let law = barriers.iter().map(exact).collect::<Result<Vec<f64>, _>>()?;
            let kramers = |temperature: f64| {
                barriers.map(|barrier| {
                    let x = barrier / temperature;
                    2.0 * p.lambda * (x / std::f64::consts::PI).sqrt() * (-x).exp()
                })
            };
            let sites = BARRIERS.iter().zip(barriers).zip(law);
            // Exact but for the quadrature, 0.1 %.
            claims.push(
                Claim::curve(
                    &format!("escape-rate-{}", p.lambda),
                    sites.map(|((x, _), rate)| (*x, site("escape-rate").at(*x), rate)),
                )
                .within(Margin::Relative(0.1))
                .rival("continuous-time", "Kramers' rate at λc/2", kramers(0.5 * p.lambda))
                .rival(
                    "kramers",
                    "Kramers' rate at T: weights cross the barrier by diffusing, not in steps",
                    kramers(temperature),
                )
                .axes("barrier ΔL/T", "escapes per step")
                .log_y()
                .source("derived here: the largest eigenvalue of the step restricted to the valley"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let barriers = p.barriers()?;
        let exit = FirstExit::new(1.0, 1.0, p.lambda, barriers)?;
        let mut ensemble = Ensemble::<_, f64>::new(exit, p.replicas as u64, &cell.key(), |_| exit.start());
        ensemble.advance(SETTLED);
        let early = inside(&ensemble);
        let mut logs = Vec::new();
        for (i, x) in BARRIERS.into_iter().enumerate() {
            // Low barriers are looked at earlier, while some are still inside.
            let steps = (p.steps as f64 * (SHORTER * (x - BARRIERS[3])).exp()).ceil() as u64;
            ensemble.advance(SETTLED + steps - ensemble.time());
            let rate = (early[i] / inside(&ensemble)[i]).ln() / steps as f64;
            ensure!(
                rate > 0.0 && rate.is_finite(),
                "{} of {} replicas are left below a barrier of {x} T after {steps} steps; give more replicas, or other steps",
                inside(&ensemble)[i],
                p.replicas
            );
            cell.record_at("escape-rate", x, rate);
            logs.push((barriers[i], -rate.ln()));
        }
        cell.record("fall-of-log-rate", slope(&logs));
        Ok(())
    }
}

/// Replicas that have never been beyond each barrier.
fn inside(ensemble: &Ensemble<FirstExit<4>>) -> [f64; 4] {
    let add = |sums: [f64; 4], (_, inside): (_, [f64; 4])| std::array::from_fn(|i| sums[i] + inside[i]);
    ensemble.states().fold([0.0; 4], add)
}
