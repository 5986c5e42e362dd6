//! The phase diagram in curvature and learning rate: between which learning rates SGD converges to the maximum.

use anyhow::{Result, anyhow, ensure};
use lawbook_analysis::crossings::crossings;
use lawbook_dynamics::{
    integrators::logarithmic::{FAR_DOWN, growing, growth},
    systems::local_maximum::{Sgd, TwoSamples},
};

use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

params! {
    /// SGD far down at the maximum, over learning rates.
    pub struct Params {
        /// Curvature a at the maximum, between -1 and 0.
        a: real = -0.5, (-1.0)..=0.0;
        /// Number of replicas.
        replicas: integer = 256, 1..=1_000_000;
        /// Steps of each, at every learning rate tried.
        steps: integer = 8000, 1..=1_000_000;
    }
}

impl Params {
    fn samples(&self) -> Result<TwoSamples> {
        let samples = TwoSamples::new(self.a)?;
        let (rate, [low, high]) = (samples.critical_rate(), BELOW);
        ensure!(
            (low..high).contains(&rate),
            "a = {}: its critical rate {rate} is not sought between {low} and {high}",
            self.a
        );
        Ok(samples)
    }
}

/// Learning rates at which the growth is looked at first: the lower edge is sought below 1, where one sample is mapped to zero
/// at once, the upper one above.
const BELOW: [f64; 2] = [0.02, 0.9];
const ABOVE: [f64; 2] = [1.02, 2.0];
const CURVATURES: [f64; 6] = [-0.1, -0.25, -0.4, -0.6, -0.8, -0.95];
/// Relative width to which an edge is closed in, below its scatter.
const TOLERANCE: f64 = 1e-3;

/// The map: learning rates, none of which maps a sample to zero, and steps of fewer replicas.
const RATES: [f64; 19] =
    [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 1.05, 1.15, 1.25, 1.35, 1.45, 1.55, 1.65, 1.75, 1.85];
const MAP: (u64, u64) = (64, 500);

/// The boundary of the phase.
pub struct Boundary;

impl Study for Boundary {
    const NAME: &'static str = "boundary";
    const ABOUT: &'static str = "Runs SGD close to the local maximum with the same noise at several learning rates, and closes in on \
        those at which ln |w| neither grows nor falls; and maps the share of replicas that leave the maximum.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (curvatures, steps): (&[f64], i64) = match profile {
            Profile::Smoke => (&[-0.5], 2000),
            Profile::Quick => (&CURVATURES, 8000),
            Profile::Full => (&CURVATURES, 160_000),
        };
        curvatures.iter().map(|&a| Params { a, steps, ..Params::default() }).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let samples = points.iter().map(Params::samples).collect::<Result<Vec<_>>>()?;
        let curve = |id: &str, edge: fn(&TwoSamples) -> f64| {
            let sites = points.iter().zip(&samples).map(|(p, samples)| (p.a, Self::at(p).site(id), edge(samples)));
            Claim::curve(id, sites).axes("a", "learning rate λ")
        };
        let constant = |value: f64| points.iter().map(move |_| value);
        Ok(vec![
            // Exact; a third of what the expansion is off by at a = −0.75.
            curve("critical-rate", TwoSamples::critical_rate)
                .within(Margin::Absolute(0.02))
                .rival(
                    "expansion",
                    "λ above which −λ E h − λ² E h²/2 is negative",
                    samples.iter().map(TwoSamples::critical_rate_second_order),
                )
                .rival("one-sample-vanishes", "the rate at which one sample is fitted in one step", constant(1.0))
                .source("λ > a/(a − 1)")
                .phase_diagram(map(points)?),
            // Beyond the range λ < 1 of the paper, from the same exponent.
            curve("highest-rate", TwoSamples::highest_rate)
                .within(Margin::Absolute(0.02))
                .rival("end-of-the-range", "the range λ < 1 of the paper as the end of the phase", constant(1.0))
                .rival("descent", "2 over the curvature of the sample that has a minimum", constant(2.0))
                .source("larger zero of E ln|1 − λx|, for λ > 1; our extension"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let samples = p.samples()?;
        let key = cell.key();
        let grows = |rate: f64| growth(Sgd { samples, rate }, [FAR_DOWN], p.replicas as u64, p.steps as u64, &key);
        for (observable, range) in [("critical-rate", BELOW), ("highest-rate", ABOVE)] {
            let edge = crossings(grows, &range, TOLERANCE).first().copied();
            let missing = || anyhow!("ln |w| grows on one side of no learning rate between {} and {}", range[0], range[1]);
            cell.record(observable, edge.ok_or_else(missing)?);
        }
        for rate in RATES {
            let (replicas, steps) = MAP;
            cell.record_at("leaves", rate, growing(Sgd { samples, rate }, [FAR_DOWN], replicas, steps, &key));
        }
        Ok(())
    }
}

/// Who leaves the maximum, over curvature and learning rate, with both edges of the phase in which it attracts.
fn map(points: &[Params]) -> Result<PhaseDiagram> {
    let cells = points.iter().flat_map(|p| RATES.map(|rate| (p.a, rate, Boundary::at(p).site("leaves").at(rate))));
    let line = |edge: fn(&TwoSamples) -> f64| -> Result<Vec<(f64, f64)>> {
        (3..100).map(|i| -0.01 * f64::from(i)).map(|a| Ok((a, edge(&TwoSamples::new(a)?)))).collect()
    };
    Ok(PhaseDiagram::new("curvature a at the maximum", "learning rate λ", "share that leaves the maximum")
        .cells(cells)
        .boundary("SGD converges to the maximum, λ = a/(a − 1)", line(TwoSamples::critical_rate)?)
        .boundary("it no longer does, (1 − a) λ² + a λ = 2", line(TwoSamples::highest_rate)?))
}
