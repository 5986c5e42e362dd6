//! Noise and weight decay together: the boundary, in learning rate and decay, beyond which a product of two weights collapses.
//!
//! For `ℓ = (u w − y)² + γ(u² + w²)`, `y ~ N(m, s²)`, a step multiplies `u + w`, near 0, by `1 + 2η(y − γ)`: the plane attracts exactly if
//! `E ln|1 + 2η(y − γ)| < 0`. Without noise that is `γ > m`; noise moves it to `γ ≈ m − η s²`.

use anyhow::{Context, Result, ensure};
use lawbook_analysis::root::bisect;
use lawbook_dynamics::{Ensemble, Noise as Source, Number, Process, estimators::lyapunov::expected_log_abs};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A product of two weights that learns a noisy number.
    pub struct Params {
        /// Mean m of the label.
        m: real = 0.5, 0.0..=10.0;
        /// Standard deviation s of the label.
        s: real = 1.0, 0.001..=10.0;
        /// Learning rate η.
        eta: real = 0.1, 0.0001..=1.0;
        /// Number of steps.
        steps: integer = 40_000, 1..=100_000_000;
        /// Replicas at each weight decay.
        replicas: integer = 32, 1..=1_000_000;
    }
}

impl Params {
    /// `η s²`, the shift of the boundary to first order.
    fn scale(&self) -> f64 {
        self.eta * self.s * self.s
    }

    /// `m − γ` at the boundary.
    fn shift(&self) -> Result<f64> {
        let growth = |shift: f64| expected_log_abs(1.0 + 2.0 * self.eta * shift, 2.0 * self.eta * self.s);
        let shift = bisect(growth, 0.0, 4.0 * self.scale())
            .with_context(|| format!("no boundary at eta = {}: give a smaller one", self.eta))?;
        // Decays are tried on both sides of the boundary.
        let most = 2.0 * self.scale();
        ensure!(
            most < self.m,
            "m = {}: at a negative weight decay products grow without bound; give m above 2ηs² = {most}",
            self.m
        );
        Ok(shift)
    }
}

/// One product, with a weight decay of its own.
struct Product {
    m: f64,
    s: f64,
    eta: f64,
}

impl Process for Product {
    type State<X: Number> = [X; 3];

    #[inline(always)]
    fn step<X: Number, N: Source<X>>(&self, [u, w, gamma]: [X; 3], noise: &mut N) -> [X; 3] {
        let y = noise.normal() * self.s + self.m;
        let g = (u * w - y) * (2.0 * self.eta);
        let keep = gamma * (-2.0 * self.eta) + 1.0;
        [u * keep - g * w, w * keep - g * u, gamma]
    }
}

/// Decays that are tried, from twice the first-order shift below the mean up to the mean.
const DECAYS: u64 = 25;
/// A product is collapsed where both weights are below this.
const COLLAPSED: f64 = 1e-12;

/// Noise-driven collapse.
pub struct Noise;

impl Study for Noise {
    const NAME: &'static str = "noise";
    const ABOUT: &'static str = "Trains products of two weights on a noisy label at many weight decays, and finds the decay at which \
        they begin to collapse.";
    const UNCLAIMED: &'static [&'static str] = &["diverged"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let etas: &[f64] = if profile == Profile::Smoke { &[] } else { &[0.08, 0.12, 0.16, 0.2] };
        let steps = if profile == Profile::Full { 400_000 } else { 40_000 };
        etas.iter().map(|&eta| Params { eta, steps, ..Params::default() }).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let shifts: Vec<f64> = points.iter().map(Params::shift).collect::<Result<_>>()?;
        let sites = points.iter().zip(&shifts).map(|(p, &shift)| (p.eta, Self::at(p).site("shift"), shift));
        // Alive, ln|u| wanders like an exponential of mean η s²/(γ_c − γ): it is below 27 half of the time within 3 % of the
        // boundary. Beyond it, it takes 27/(2η(γ − γ_c)) steps to collapse, which the training has 5 % beyond.
        let claim = Claim::curve("phase-boundary", sites)
            .within(Margin::Relative(0.1))
            .rival("no-noise", "the boundary is where the mean slope at 0 vanishes, γ = m", points.iter().map(|_| 0.0))
            .rival(
                "half",
                "the drift of a logarithm is half the variance of one weight",
                points.iter().map(|p| 0.5 * p.scale()),
            )
            .axes("learning rate η", "mean label minus the weight decay at which products collapse")
            .source("theorem 1, part 4: E ln|1 − η(ξ + 2γ)| = 0");
        Ok(vec![claim])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let replicas = p.replicas as u64;
        let spacing = 2.0 * p.scale() / (DECAYS - 1) as f64;
        let gamma = |i: u64| p.m - spacing * i as f64;
        let product = Product { m: p.m, s: p.s, eta: p.eta };
        let start = |replica: u64| [0.5, 0.3, gamma(replica / replicas)];
        let mut ensemble = Ensemble::<_, f64>::new(product, DECAYS * replicas, &cell.key(), start);
        ensemble.advance(p.steps as u64);
        let collapsed = ensemble.states().filter(|[u, w, _]| u.abs() < COLLAPSED && w.abs() < COLLAPSED).count();
        // The number of decays at which products collapse, times their spacing, is the way from the mean to the boundary.
        cell.record("shift", spacing * (collapsed as f64 / replicas as f64 - 0.5));
        cell.record("diverged", ensemble.fraction_diverged());
        Ok(())
    }
}
