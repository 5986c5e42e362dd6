//! Scale invariance, where the charge `|w|²` has one sign: no equilibrium, the fourth power of the norm grows linearly; weight
//! decay brings one back.

use anyhow::{Result, ensure};
use lawbook_dynamics::{Ensemble, estimators::divergence::all_finite, systems::exponential_symmetry::ScaleInvariant};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD on `(w·x/|w| − y)²` with five weights.
    pub struct Params {
        /// Learning rate η.
        eta: real = 0.1, 0.0001..=1.0;
        /// Weight decay γ.
        gamma: real = 0.0, 0.0..=10.0;
        /// Standard deviation s of the labels.
        s: real = 1.0, 0.0..=100.0;
        /// |w| at the start.
        start: real = 3.0, 0.1..=1000.0;
        /// Number of replicas.
        replicas: integer = 1000, 2..=10_000_000;
    }
}

impl Params {
    fn process(&self) -> ScaleInvariant<5> {
        ScaleInvariant { rate: self.eta, decay: self.gamma, noise: self.s }
    }

    /// The stationary norm leaves out terms of relative order 8ηγ, and is reached by e^(−4ηγ) a step.
    fn check(&self) -> Result<()> {
        let product = self.eta * self.gamma;
        ensure!(product < 0.004, "η γ = {product}: the law of the norm is that of a small step, give η γ below 0.004");
        if self.gamma > 0.0 {
            let (last, equilibrium) = (STEPS[STEPS.len() - 1], self.process().stationary_fourth_power());
            let left = (self.start.powi(4) / equilibrium - 1.0).abs() * (-4.0 * product * last as f64).exp();
            ensure!(
                left < 0.005,
                "η γ = {product}: after {last} steps |w|⁴ is still {:.1} % of its equilibrium away from it; give a larger η γ, or a \
                 start closer to |w| = {:.3}",
                100.0 * left,
                equilibrium.powf(0.25)
            );
        }
        Ok(())
    }
}

/// Steps after which the norm is looked at.
const STEPS: [u64; 4] = [500, 1000, 2000, 4000];

/// Growth of the norm under scale invariance.
pub struct Scale;

impl Study for Scale {
    const NAME: &'static str = "scale";
    const ABOUT: &'static str = "Trains a scale-invariant unit by SGD with and without weight decay and records the mean \
        fourth power of the norm of its weights.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let replicas = if profile == Profile::Full { 20_000 } else { 1000 };
        let free = Params { replicas, ..Params::default() };
        if profile == Profile::Smoke {
            return vec![free];
        }
        let decaying = |start: f64| Params { gamma: 0.01, start, ..free.clone() };
        vec![free.clone(), decaying(1.0), decaying(10.0)]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        points.iter().try_for_each(Params::check)?;
        let mut claims = Vec::new();
        for p in points.iter().filter(|p| p.gamma == 0.0) {
            let site = |steps: u64| Self::at(p).site("fourth-power").at(steps as f64);
            let grown = |steps: u64| p.process().fourth_power(p.start, steps);
            let rate = (grown(1) - p.start.powi(4)) / (2.0 * p.start * p.start);
            // The neglected term η⁴ E(|g|²|w|²)²/|w|⁴, summed over steps, is below 2 % of what has grown.
            claims.push(
                Claim::curve("norm-grows-for-ever", STEPS.map(|steps| (steps as f64, site(steps), grown(steps))))
                    .within(Margin::Relative(0.04))
                    .rival("conservation", "gradient flow keeps the norm", STEPS.map(|_| p.start.powi(4)))
                    .rival(
                        "steady-growth",
                        "a squared norm that grows as fast as at the start",
                        STEPS.map(|steps| (p.start * p.start + rate * steps as f64).powi(2)),
                    )
                    .axes("steps", "E |w|⁴")
                    .source("A definite: no noise equilibrium; |w|² grows by η²|g|² with |g| ∝ 1/|w|"),
            );
        }
        let decaying: Vec<&Params> = points.iter().filter(|p| p.gamma > 0.0).collect();
        if !decaying.is_empty() {
            let last = STEPS[STEPS.len() - 1];
            let site = |p: &Params| Self::at(p).site("fourth-power").at(last as f64);
            // Relative corrections of order ηγ and η²G/|w|⁴, which is 8ηγ: below 1 %.
            let curve = decaying.iter().map(|p| (p.start, site(p), p.process().stationary_fourth_power()));
            claims.push(
                Claim::curve("decay-restores-an-equilibrium", curve)
                    .within(Margin::Relative(0.03))
                    .rival("start", "a norm that depends on where it started", decaying.iter().map(|p| p.start.powi(4)))
                    .rival(
                        "half-decay",
                        "weight decay written as (γ/2)|w|²",
                        decaying.iter().map(|p| 2.0 * p.process().stationary_fourth_power()),
                    )
                    .axes("|w| at the start", "E |w|⁴ at the end")
                    .source("dC/dt = σ² Tr[ΣA] − 4γC with C = |w|²"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        p.check()?;
        let start = |_| [p.start, 0.0, 0.0, 0.0, 0.0];
        let mut ensemble = Ensemble::<_, f64>::new(p.process(), p.replicas as u64, &cell.key(), start);
        for steps in STEPS {
            ensemble.advance(steps - ensemble.time());
            all_finite(&ensemble)?;
            let fourth = ensemble.states().map(|w| w.iter().map(|x| x * x).sum::<f64>().powi(2));
            cell.record_at("fourth-power", steps as f64, fourth.sum::<f64>() / p.replicas as f64);
        }
        Ok(())
    }
}
