//! Several dimensions: the highest stable learning rate from the largest Lyapunov exponent of a product of random matrices.

use anyhow::{Result, anyhow, bail, ensure};
use lawbook_analysis::crossings::crossings;
use lawbook_dynamics::{
    integrators::logarithmic::{Isotropic, growth},
    systems::isotropic::{largest_exponents, mean_square_bound},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Least squares with isotropic normal inputs at batch size 1, over learning rates.
    pub struct Params {
        /// Dimension d: 2, 5 or 10.
        d: integer = 2, 2..=10;
        /// Number of replicas.
        replicas: integer = 256, 1..=1_000_000;
        /// Steps of each, at every learning rate tried.
        steps: integer = 2000, 1..=10_000_000;
    }
}

/// Learning rates times dimension between which the edge is sought.
const RANGE: [f64; 2] = [1.0, 4.0];
/// Relative width to which it is closed in.
const TOLERANCE: f64 = 1e-3;

impl Params {
    fn range(&self) -> [f64; 2] {
        RANGE.map(|rate| rate / self.d as f64)
    }
}

/// The edge of stability against dimension.
pub struct Dimension;

impl Study for Dimension {
    const NAME: &'static str = "dimension";
    const ABOUT: &'static str = "Multiplies an error by the matrices of SGD steps, renormalised, with the same noise at several learning \
        rates, and closes in on the one at which its length neither grows nor falls.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let steps = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 2000,
            Profile::Full => 50_000,
        };
        [2, 5, 10].map(|d| Params { d, steps, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut sites = Vec::new();
        for p in points {
            ensure!([2, 5, 10].contains(&p.d), "d = {}: the kernel is compiled for d = 2, 5 and 10", p.d);
            let edges = crossings(|rate| largest_exponents(1, p.d as u32, rate), &p.range(), 1e-8);
            let edge = edges.first().copied();
            let edge = edge.ok_or_else(|| anyhow!("the largest exponent has no zero for λ between {:?}", p.range()))?;
            sites.push((p.d as f64, Self::at(p).site("highest-rate"), edge));
        }
        Ok(vec![
            // Exact; half of the 8 % by which the mean square is off in ten dimensions.
            Claim::curve("highest-stable-rate-by-dimension", sites)
                .within(Margin::Relative(0.04))
                .rival(
                    "mean-square",
                    "2/(d + 2), up to which E |w|² falls",
                    points.iter().map(|p| mean_square_bound(p.d as u32)),
                )
                .rival("descent", "2 over the curvature of the mean loss", points.iter().map(|_| 2.0))
                .rival(
                    "mean-sharpness",
                    "2 over the mean curvature of a sample, E |x|² = d",
                    points.iter().map(|p| 2.0 / p.d as f64),
                )
                .axes("dimension d", "learning rate λ")
                .log_y()
                .source("theorem 3: stable if and only if the largest Lyapunov exponent is negative"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let edge = match p.d {
            2 => edge::<2>(p, cell),
            5 => edge::<5>(p, cell),
            10 => edge::<10>(p, cell),
            d => bail!("d = {d}: the kernel is compiled for d = 2, 5 and 10"),
        };
        cell.record("highest-rate", edge.ok_or_else(|| anyhow!("the length grows on one side of no learning rate"))?);
        Ok(())
    }
}

fn edge<const D: usize>(p: &Params, cell: &Cell) -> Option<f64> {
    let key = cell.key();
    let direction = std::array::from_fn(|i| f64::from(u8::from(i == 0)));
    let grows = |rate: f64| growth(Isotropic::<D> { rate }, ([0.0], direction), p.replicas as u64, p.steps as u64, &key);
    crossings(grows, &p.range(), TOLERANCE).first().copied()
}
