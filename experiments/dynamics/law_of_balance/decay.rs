//! What happens to the imbalance `u² − w²` of `ℓ = (u w x − y)²`: noise of SGD makes it decay as `exp(−4T ∫Q dt)`, gradient
//! descent conserves it, isotropic noise makes it diffuse.

use anyhow::Result;
use lawbook_dynamics::{
    Process,
    integrators::logarithmic::log_imbalances,
    systems::two_layer::{GradientDescent, IsotropicNoise, Sgd, Weights, finite_snapshots},
    theory::moments::NoisyLine,
    theory::stationary::{balance_rate, critical_temperature, sgd_noise_strength},
};

use crate::framework::{Cell, Claim, Margin, Profile, Site, Study, params};

params! {
    /// The two-layer unit from unbalanced weights.
    pub struct Params {
        /// What moves the weights.
        dynamics: choice = "sgd", ["sgd", "gradient-descent", "isotropic-noise"];
        /// Slope k of the labels.
        k: real = 0.1, 0.001..=10.0;
        /// Standard deviation s of the label noise.
        s: real = 3.0, 0.01..=100.0;
        /// Learning rate η over the critical temperature T_c.
        eta_over_T_c: real = 0.3, 0.001..=0.9;
        /// Batch size S.
        S: integer = 1, 1..=1000;
        /// Training time t: learning rate times number of steps.
        t: real = 80.0, 0.1..=10_000.0;
        /// Number of replicas.
        replicas: integer = 100, 2..=1_000_000;
    }
}

impl Params {
    fn data(&self) -> NoisyLine {
        NoisyLine { slope: self.k, noise: self.s }
    }

    fn eta(&self) -> f64 {
        self.eta_over_T_c * critical_temperature(&self.data().moments(), 0.0)
    }

    fn temperature(&self) -> f64 {
        self.eta() / self.S as f64
    }

    fn decay_rate(&self) -> Result<f64> {
        Ok(balance_rate(&self.data().moments().weak_signal()?, self.temperature())?)
    }

    fn is(&self, dynamics: &str) -> bool {
        self.dynamics == dynamics
    }
}

/// Where all replicas start: a product near the minimum, an imbalance of 0.32.
const START: Weights = Weights { u: 0.6, w: 0.2 };

/// Parts of the time at which it is recorded.
const MOMENTS: [f64; 5] = [0.2, 0.4, 0.6, 0.8, 1.0];

/// Decay, conservation and diffusion of the imbalance.
pub struct Decay;

impl Study for Decay {
    const NAME: &'static str = "decay";
    const ABOUT: &'static str = "Starts a two-layer linear unit from unbalanced weights and follows u^2 - w^2 under SGD at \
        several batch sizes, under gradient descent, and under gradient descent with isotropic noise.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (replicas, many) = match profile {
            Profile::Smoke => (30, 0),
            Profile::Quick => (60, 40_000),
            Profile::Full => (1000, 100_000),
        };
        // The claims about batch size 1 alone are the narrowest, and a small batch is cheap.
        let share = |batch: i64| if profile == Profile::Quick { (4 / batch).max(1) } else { 1 };
        let sgd = [1, 2, 4, 8].map(|batch| Params { S: batch, replicas: replicas * share(batch), ..Params::default() });
        let still = Params { dynamics: "gradient-descent".into(), replicas: 2, ..Params::default() };
        let isotropic = Params { dynamics: "isotropic-noise".into(), t: 1.0, replicas: many, ..Params::default() };
        // The spread of the diffusion takes more replicas than a smoke test has time for.
        let all = if profile == Profile::Smoke { vec![still] } else { vec![still, isotropic] };
        sgd.into_iter().take(if profile == Profile::Smoke { 3 } else { 4 }).chain(all).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let sgd: Vec<&Params> = points.iter().filter(|p| p.is("sgd")).collect();
        let mut claims = Vec::new();
        // The diffusion replaces E g² by Var g and ln(1 − η²g²) by −η²g²; both are corrections of η times the curvature,
        // below 1 % here.
        if let Some(first) = sgd.first() {
            let rate = first.decay_rate()?;
            let site = |name: &str| Self::at(first).site(name);
            let times = MOMENTS.map(|part| part * first.t);
            claims.push(
                Claim::curve("exponential-decay", times.map(|t| (t, site("log-imbalance").at(t), -rate * t)))
                    .within(Margin::Relative(0.03))
                    .rival("algebraic", "the same rate at first, then slower", times.map(|t| -(rate * t).ln_1p()))
                    .rival("conservation", "gradient flow, for which noise averages out", times.map(|_| 0.0))
                    .axes("time η n", "mean of ln |(u² − w²)/(u₀² − w₀²)|")
                    .source("corollary of the law of balance: d|u² − w²|/dt = −T C₀ |u² − w²|, C₀ = 4Q"),
            );
            let minimum = first.data().moments().minimum();
            claims.push(
                Claim::value("decay-rate", site("decay-rate"), rate)
                    .within(Margin::Relative(0.02))
                    .rival("noise-of-the-weights", "C₀ as the gradient noise of a weight", [rate * minimum])
                    .rival("conservation", "gradient flow, for which noise averages out", [0.0])
                    .axes("", "decay rate of |u² − w²|")
                    .source("corollary of the law of balance"),
            );
        }
        if sgd.len() > 2 {
            let sites = sgd.iter().map(|p| (p.S as f64, Self::at(p).site("decay-rate")));
            claims.push(
                Claim::exponent("decay-rate-against-batch", sites, -1.0)
                    .within(Margin::Absolute(0.02))
                    .rival("step-size", "an effect of the finite learning rate alone does not know the batch", [0.0])
                    .rival("noise-amplitude", "the rate follows the amplitude of the noise, not its variance", [-0.5])
                    .axes("batch size S", "decay rate of |u² − w²|")
                    .log_x()
                    .log_y()
                    .source("law of balance: the rate is proportional to T = η/S"),
            );
        }
        for p in points.iter().filter(|p| p.is("gradient-descent")) {
            // Each step loses η²g² of it, together η times the integral of g², 0.002 here.
            claims.push(
                Claim::exact("gradient-descent-conserves", [(0.0, Self::at(p).site("imbalance-ratio"), 1.0)])
                    .within(Margin::Absolute(0.01))
                    .rival("sgd", "what SGD at the same learning rate does", [(-p.decay_rate()? * p.t).exp()])
                    .axes("", "(u² − w²)/(u₀² − w₀²) at the end")
                    .source("law of balance at T = 0, figure 1"),
            );
        }
        for p in points.iter().filter(|p| p.is("isotropic-noise")) {
            let site = |name: &str| -> Site { Self::at(p).site(name) };
            // Exact for the diffusion; a step of gradient descent adds a relative η times curvature, below 2 %.
            claims.push(
                Claim::ratio("isotropic-noise-diffuses", site("spread"), site("supply"), 1.0)
                    .within(Margin::Relative(0.05))
                    .rival("conservation", "the symmetry of the loss protects the imbalance", [0.0])
                    .rival("one-layer", "only one of two independent noises counts", [0.5])
                    .axes("", "mean square change of u² − w² over what the noise supplies")
                    .source("figure 1; d E(u² − w² − u₀² + w₀²)² = 4σ² E(u² + w²) dt by Itô's formula"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let moments = p.data().moments().weak_signal()?;
        match p.dynamics.as_str() {
            "gradient-descent" => {
                let descent = GradientDescent { moments, rate: p.eta() };
                let end = run(descent, p, cell, 1)?;
                cell.record("imbalance-ratio", end[0][0].imbalance() / START.imbalance());
            }
            "isotropic-noise" => diffusion(p, cell)?,
            _ => {
                let sgd = Sgd { data: p.data(), rate: p.eta(), batch: p.S as u32 };
                // Even where the weights are balanced to the last digit.
                let logs = log_imbalances(sgd, START, p.replicas as u64, &cell.key(), snapshots(p, MOMENTS.len()))?;
                for (part, log) in MOMENTS.into_iter().zip(&logs) {
                    cell.record_at("log-imbalance", part * p.t, *log);
                }
                cell.record("decay-rate", (logs[1] - logs[4]) / ((MOMENTS[4] - MOMENTS[1]) * p.t));
            }
        }
        Ok(())
    }
}

/// `count` equally spaced times up to the end, in steps.
fn snapshots(p: &Params, count: usize) -> impl Iterator<Item = u64> {
    let steps = p.t / p.eta();
    (1..=count).map(move |i| (steps * i as f64 / count as f64).round() as u64)
}

fn run(process: impl Process<State<f64> = [f64; 2]>, p: &Params, cell: &Cell, count: usize) -> Result<Vec<Vec<Weights>>> {
    Ok(finite_snapshots(process, START, p.replicas as u64, &cell.key(), snapshots(p, count))?)
}

/// The mean squared change of the imbalance, and what the noise has supplied to it: 4σ² times the time integral of the mean
/// squared size, by the trapezoidal rule.
fn diffusion(p: &Params, cell: &mut Cell) -> Result<()> {
    let moments = p.data().moments();
    let noise = IsotropicNoise { moments, rate: p.eta(), strength: sgd_noise_strength(&moments, p.temperature()) };
    let count = 20;
    let states = run(noise, p, cell, count)?;
    let mean = |states: &[Weights], f: fn(&Weights) -> f64| states.iter().map(f).sum::<f64>() / states.len() as f64;
    let sizes: Vec<f64> = states.iter().map(|states| mean(states, Weights::size)).collect();
    let ends = 0.5 * (START.size() + sizes[count - 1]);
    let integral = (ends + sizes[..count - 1].iter().sum::<f64>()) * p.t / count as f64;
    cell.record("spread", mean(&states[count - 1], |state| (state.imbalance() - START.imbalance()).powi(2)));
    cell.record("supply", 4.0 * noise.strength * integral);
    Ok(())
}
