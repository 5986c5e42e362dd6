//! Sharp over flat: SGD leaves a flat minimum on whose curvature the samples disagree, and keeps a sharp one on which they agree.

use anyhow::Result;
use lawbook_dynamics::{Ensemble, systems::two_minima::TwoMinima, theory::curvature::Curvature};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A landscape of two minima.
    pub struct Params {
        /// Curvature of the sharp minimum, the same for all samples.
        sharp: real = 1.6, 0.001..=100.0;
        /// Mean curvature H of the flat minimum.
        flat: real = 0.4, 0.001..=100.0;
        /// Spread s of the flat curvature: samples have H + s or H - s.
        spread: real = 2.0, 0.0..=100.0;
        /// Learning rate λ.
        lambda: real = 1.0, 0.001..=100.0;
        /// Number of replicas.
        replicas: integer = 400, 1..=1_000_000;
        /// Steps of each.
        steps: integer = 3000, 1..=1_000_000;
    }
}

/// Distance from the flat minimum at the start, and from the sharp one at which a replica counts as settled there.
const START: f64 = 1e-6;
const SETTLED: f64 = 1e-3;

impl Params {
    fn flat_curvature(&self) -> Curvature {
        Curvature::Atoms(vec![self.flat + self.spread, self.flat - self.spread])
    }

    /// The spread at which `E ln|1 − λh| = 0`: `(1 − λH)² − λ²s² = ∓1`, the outer one where s is the larger.
    fn critical_spread(&self) -> f64 {
        ((1.0 - self.lambda * self.flat).powi(2) + 1.0).sqrt() / self.lambda
    }

    /// The spread at which `E (1 − λh)² = 1`.
    fn mean_square_spread(&self) -> f64 {
        (1.0 - (1.0 - self.lambda * self.flat).powi(2)).max(0.0).sqrt() / self.lambda
    }
}

/// The choice between two minima.
pub struct Selection;

impl Study for Selection {
    const NAME: &'static str = "selection";
    const ABOUT: &'static str = "Starts SGD at the flat minimum of a landscape that has a sharp one too, and counts how many replicas \
        end at the sharp one.";
    const UNCLAIMED: &'static [&'static str] = &["diverged"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let replicas = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 400,
            Profile::Full => 10_000,
        };
        [0.6, 0.9, 1.1, 1.25, 1.5, 2.0].map(|spread| Params { spread, replicas, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let (site, exponent) = (Self::at(p).site("at-sharp"), p.flat_curvature().exponent(p.lambda));
            // A tenth of the replicas may still be on their way, or have been thrown out of a basin that should hold them.
            if exponent > 0.3 {
                claims.push(
                    Claim::at_least(&format!("sharp-kept-at-spread-{}", p.spread), site, 0.9)
                        .out_of(p.replicas as u64)
                        .assuming("λ H_sharp < 2", p.lambda * p.sharp < 2.0)
                        .rival("flat-kept", "the flat minimum of the mean loss is stable for gradient descent", [0.0])
                        .axes("", "fraction at the sharp minimum")
                        .source("abstract: SGD prefers sharp minima over flat ones"),
                );
            }
        }
        if let [first, .., _] = points {
            let sites = points.iter().map(|p| (p.spread, Self::at(p).site("at-sharp")));
            claims.push(
                // Bracketed by the nearest spreads of the grid.
                Claim::threshold("critical-spread", sites, 0.5, first.critical_spread())
                    .within(Margin::Absolute(0.1))
                    .out_of(first.replicas as u64)
                    .rival("mean-square", "spread at which E (1 − λh)² = 1", [first.mean_square_spread()])
                    .rival("mean-curvature", "spread at which one sample's 1 − λh is −1", [2.0 / first.lambda - first.flat])
                    .axes("spread s", "fraction at the sharp minimum")
                    .source("E ln|1 − λh| = 0 at the flat minimum"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let landscape = TwoMinima::new(p.sharp, p.flat, p.spread, p.lambda)?;
        let mut ensemble = Ensemble::<_, f64>::new(landscape, p.replicas as u64, &cell.key(), |_| [START]);
        ensemble.advance(p.steps as u64);
        let settled = ensemble.states().filter(|[z]| (z + 2.0).abs() < SETTLED).count();
        cell.record("at-sharp", settled as f64 / p.replicas as f64);
        cell.record("diverged", ensemble.fraction_diverged());
        Ok(())
    }
}
