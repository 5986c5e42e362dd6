//! Where the second moment ends: `λ a = 2S/(S + 2)` on a line, `2S/(S + D + 1)` in `D` dimensions of equal curvature, hence
//! about `2S/(a D)` in many. From there on a step of SGD without label noise makes `E|w|²` grow.

use anyhow::{Result, bail};
use lawbook_dynamics::{Ensemble, systems::regression::Regression, theory::minibatch::largest_rate};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A regression without label noise.
    pub struct Params {
        /// Dimension: 1, 4 or 16.
        D: integer = 1, 1..=16;
        /// Batch size S.
        S: integer = 1, 1..=10_000;
        /// Learning rate times curvature, λ a.
        x: real = 0.5, 0.001..=10.0;
        /// Replicas, in thousands.
        kiloreplicas: integer = 400, 1..=100_000;
    }
}

/// Growth of the second moment.
pub struct Stability;

impl Study for Stability {
    const NAME: &'static str = "stability";
    const ABOUT: &'static str = "Makes one step of SGD without label noise from a weight of length one, many times, and \
        records the mean square of the length after it.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let pairs: &[(i64, i64)] = match profile {
            Profile::Smoke => &[(1, 2)],
            Profile::Quick | Profile::Full => &[(1, 1), (1, 2), (1, 8), (4, 8), (16, 2)],
        };
        // One sample a step scatters most.
        let kiloreplicas = |size| match profile {
            Profile::Smoke => 100,
            Profile::Quick | Profile::Full if size == 1 => 400,
            Profile::Quick | Profile::Full => 100,
        };
        let around = |&(dimension, size): &(i64, i64)| {
            // Where the bracket is narrow enough to tell the dimension by one.
            let centre = 2.0 * size as f64 / (size + dimension + 1) as f64;
            [0.9, 0.95, 1.05, 1.1].map(|factor| Params {
                D: dimension,
                S: size,
                x: (1e6 * factor * centre).round() / 1e6,
                kiloreplicas: kiloreplicas(size),
            })
        };
        pairs.iter().flat_map(around).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims: Vec<Claim> = Vec::new();
        let mut done: Vec<(i64, i64)> = Vec::new();
        for p in points {
            if done.contains(&(p.D, p.S)) {
                continue;
            }
            done.push((p.D, p.S));
            let mut own: Vec<&Params> = points.iter().filter(|q| (q.D, q.S) == (p.D, p.S)).collect();
            own.sort_by(|left, right| left.x.total_cmp(&right.x));
            let size = p.S as f64;
            let sites = own.into_iter().map(|q| (q.x, Self::at(q).site("growth")));
            claims.push(
                // The bracket takes 5 % on either side.
                Claim::threshold(&format!("edge-{}d-batch-{}", p.D, p.S), sites, 1.0, edge(p)?)
                    .within(Margin::Relative(0.06))
                    .rival("gradient-descent", "lambda a = 2: the edge without noise, or of constant noise", [2.0])
                    .rival(
                        "without-trace",
                        "2S/(S + 1): noise A Sigma A alone, without Tr[A Sigma] A",
                        [2.0 * size / (size + 1.0)],
                    )
                    .axes("λ a", "growth of E|w|²")
                    .source("theorem 2: Tr[Λ A G⁻¹] < S; section 6.5"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let growth = match p.D {
            1 => growth::<1>(p, cell),
            4 => growth::<4>(p, cell),
            16 => growth::<16>(p, cell),
            other => bail!("dimension {other}: this study is compiled for 1, 4 and 16"),
        };
        cell.record("growth", growth);
        Ok(())
    }
}

fn edge(p: &Params) -> Result<f64> {
    Ok(match p.D {
        1 => largest_rate(&regression::<1>(p))?,
        4 => largest_rate(&regression::<4>(p))?,
        16 => largest_rate(&regression::<16>(p))?,
        other => bail!("dimension {other}: this study is compiled for 1, 4 and 16"),
    })
}

fn regression<const D: usize>(p: &Params) -> Regression<D> {
    let batch = p.S as u32;
    Regression { curvatures: [1.0; D], teacher: [0.0; D], label_noise: 0.0, decay: 0.0, rate: p.x, momentum: 0.0, batch }
}

fn growth<const D: usize>(p: &Params, cell: &Cell) -> f64 {
    let replicas = 1000 * p.kiloreplicas as u64;
    let start = |_| ([(D as f64).sqrt().recip(); D], [0.0; D]);
    let mut ensemble = Ensemble::<_, f64>::new(regression::<D>(p), replicas, &cell.key(), start);
    ensemble.advance(1);
    ensemble.states().map(|(w, _)| w.iter().map(|x| x * x).sum::<f64>()).sum::<f64>() / replicas as f64
}
