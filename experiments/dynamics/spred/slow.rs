//! How zeros come about: a weight that the lasso sets to zero decays at the rate 2(2κ − |b|), and at the threshold as 1/(2t).

use anyhow::Result;
use lawbook_dynamics::systems::spred::{Descent, Factors, descend};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Weights of which the lasso keeps none: L = (v − b)²/2 with |b| = 2κ − δ.
    pub struct Params {
        /// Weight κ of the squared factors; 2κ is at least the largest distance from the threshold.
        kappa: real = 0.2, 0.2..=2.0;
        /// Learning rate η.
        eta: real = 0.02, 0.0001..=0.1;
    }
}

/// Distances δ of the loss's minimum from the threshold.
const GAPS: [f64; 5] = [0.02, 0.05, 0.1, 0.2, 0.4];
/// Between these multiples of 1/(2δ) the decay is measured: v is below e^{−10} of itself, far below δ.
const WINDOW: [f64; 2] = [12.0, 24.0];
/// Times at which a weight at the threshold is looked at; a start at v₀ shifts them by 1/(2 v₀), of order 1.
const TIMES: [f64; 4] = [200.0, 400.0, 800.0, 1600.0];

/// Critical slowing down.
pub struct Slow;

impl Study for Slow {
    const NAME: &'static str = "slow";
    const ABOUT: &'static str =
        "Follows single weights that the lasso sets to zero, at several distances from its threshold.";
    type Params = Params;

    fn grid(_: Profile) -> Vec<Params> {
        vec![Params::default()]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let site = |name: &str| Self::at(p).site(name);
            // A step multiplies the surviving mode by 1 − ηδ: a relative ηδ/2 above the flow, at most 0.4 %. What is left of v
            // itself adds e^{−12}/δ, 3e-4.
            claims.push(
                Claim::exact("decay-of-zeros", GAPS.map(|gap| (gap, site("rate").at(gap), 2.0 * gap)))
                    .within(Margin::Relative(0.01))
                    .rival("weight-decay", "each factor decays at the rate 2κ of its own", GAPS.map(|_| 4.0 * p.kappa))
                    .rival("one-factor", "the rate of a factor, not of the product", GAPS)
                    .axes("distance δ from the threshold", "decay rate of the weight")
                    .log_x()
                    .log_y()
                    .source("gradient flow of (10.1) at v = 0: (u ± w)' = −(2κ ± ∂L/∂v)(u ± w)"),
            );
            // v = 1/(2t + 1/v₀): the start moves the slope by 1/(2 v₀ t), below 1 % from t = 200 on.
            claims.push(
                Claim::exponent("decay-at-the-threshold", TIMES.map(|t| (t, site("critical").at(t))), -1.0)
                    .within(Margin::Absolute(0.02))
                    .rival("diffusive", "as the root of time", [-0.5])
                    .rival("cubic", "as if the penalty vanished in higher order", [-2.0])
                    .axes("time t", "weight at the threshold")
                    .log_x()
                    .log_y()
                    .source("gradient flow at |b| = 2κ: v' = −2v²"),
            );
            // The start takes the part 1/(2 v₀ t) off, a step η v: both below 0.1 % at the last time.
            claims.push(
                Claim::exact("amplitude-at-the-threshold", [(TIMES[3], site("critical").at(TIMES[3]), 0.5 / TIMES[3])])
                    .within(Margin::Relative(0.01))
                    .rival("single", "v' = −v², as if one factor moved", [1.0 / TIMES[3]])
                    .axes("time t", "weight at the threshold")
                    .source("gradient flow at |b| = 2κ: v' = −2v²"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut noise = cell.stream("factors");
        // Both factors positive and apart, so that the mode which survives is there from the start.
        let mut start = || Factors { u: vec![1.0 + 0.2 * noise.uniform()], w: vec![0.5 + 0.2 * noise.uniform()] };
        let mut follow = |b: f64, times: &[f64]| -> Result<Vec<f64>> {
            let (mut factors, mut taken) = (start(), 0);
            let mut seen = Vec::new();
            for time in times {
                let steps = (time / p.eta).round() as usize - taken;
                taken += steps;
                descend(&mut factors, &Descent { rate: p.eta, kappa: p.kappa, steps }, |v, g| g[0] = v[0] - b)?;
                seen.push(factors.product()[0]);
            }
            Ok(seen)
        };
        for gap in GAPS {
            let times = WINDOW.map(|multiple| 0.5 * multiple / gap);
            let seen = follow(2.0 * p.kappa - gap, &times)?;
            cell.record_at("rate", gap, (seen[0] / seen[1]).ln() / (times[1] - times[0]));
        }
        for (t, v) in TIMES.iter().zip(follow(2.0 * p.kappa, &TIMES)?) {
            cell.record_at("critical", *t, v);
        }
        Ok(())
    }
}
