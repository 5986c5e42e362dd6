//! Appendix I.4: the third lower bound, TLB_p ≤ GW_p ≤ W_p, and |TLB(μ, ν) − TLB(μ′, ν′)| ≤ W_p(μ, μ′) + W_p(ν, ν′).

use anyhow::Result;
use lawbook_core::tensor::to_vec;
use lawbook_equivariant::clouds::{Surface, distortion, third_lower_bound, wasserstein};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Small clouds on an ellipsoid, and the same stretched.
    pub struct Small {
        /// Points.
        n: integer = 6, 2..=8;
        /// Pairs of clouds.
        draws: integer = 50, 1..=1000;
        /// Factor between the two clouds of the last bound's rival.
        stretch: real = 1.5, 1.1..=10.0;
    }
}

type Cloud = Vec<[f64; 3]>;

/// The bounds on small clouds.
pub struct Bounds;

impl Study for Bounds {
    const NAME: &'static str = "bounds";
    const ABOUT: &'static str = "Small clouds: by how much, at most, the third lower bound exceeds the distortion of the best pairing of \
        points (over all permutations), the Wasserstein distance, and its modulus of continuity, at p = 1 and 2.";
    type Params = Small;

    fn grid(_: Profile) -> Vec<Small> {
        vec![Small { n: 5, ..Small::default() }]
    }

    fn predict(points: &[Small]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let names = ["above distortion", "above wasserstein", "above modulus"];
        let sites = names.iter().enumerate().map(|(i, name)| (i as f64, at.site(name), 0.0));
        Ok(vec![
            Claim::exact("third-lower-bound", sites)
                // Rounding of distances of order 1.
                .within(Margin::Absolute(1e-10))
                .rival_residual(
                    "without-half",
                    "the distance without Mémoli's factor ½, twice as large, is at most W_p",
                    [at.site("twice above wasserstein")],
                )
                .axes("bound", "largest violation")
                .source("Appendix I.4"),
        ])
    }

    fn measure(params: &Small, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("clouds");
        let n = params.n as usize;
        let mut draw = || -> Result<Cloud> {
            let points = to_vec(&Surface::Ellipsoid([2.0, 1.0, 0.5]).sample(n, [0.0; 3], &mut stream)?);
            Ok(points.chunks_exact(3).map(|x| [x[0], x[1], x[2]]).collect())
        };
        let mut worst = [0.0_f64; 4];
        for _ in 0..params.draws {
            let clouds = [draw()?, draw()?, draw()?, draw()?];
            let [x, y, other_x, other_y] = &clouds;
            let mean = [0, 1, 2].map(|i| x.iter().map(|point| point[i]).sum::<f64>() / n as f64);
            // About the centre, where W is smallest.
            let stretched: Cloud =
                x.iter().map(|point| [0, 1, 2].map(|i| mean[i] + params.stretch * (point[i] - mean[i]))).collect();
            for p in [1.0, 2.0] {
                let bound = third_lower_bound(x, y, p)?;
                let moved = wasserstein(x, other_x, p)? + wasserstein(y, other_y, p)?;
                let violations = [
                    bound - best_distortion(x, y, p)?,
                    bound - wasserstein(x, y, p)?,
                    (bound - third_lower_bound(other_x, other_y, p)?).abs() - moved,
                    2.0 * third_lower_bound(x, &stretched, p)? - wasserstein(x, &stretched, p)?,
                ];
                worst.iter_mut().zip(violations).for_each(|(worst, violation)| *worst = worst.max(violation));
            }
        }
        for (name, value) in
            ["above distortion", "above wasserstein", "above modulus", "twice above wasserstein"].iter().zip(worst)
        {
            cell.record(name, value);
        }
        Ok(())
    }
}

/// Over all pairings, by Heap's algorithm.
fn best_distortion(x: &Cloud, y: &Cloud, p: f64) -> Result<f64> {
    let mut y = y.clone();
    let mut best = distortion(x, &y, p)?;
    let (mut counters, mut i) = (vec![0; y.len()], 0);
    while i < y.len() {
        if counters[i] < i {
            y.swap(i, if i % 2 == 0 { 0 } else { counters[i] });
            best = best.min(distortion(x, &y, p)?);
            counters[i] += 1;
            i = 0;
        } else {
            counters[i] = 0;
            i += 1;
        }
    }
    Ok(best)
}
