//! How long SGD on linear regression of pure noise takes to first reach a loss: as the chain that it is, and as a diffusion.
//!
//! The two differ even as the learning rate vanishes. Climbing far above the minimum is a large deviation, to which the whole
//! distribution of the gradient matters and not its covariance alone: `E exp(q x(y − xθ)) = (1 + 2qθ − q²)^(−1/2)` is 1 at
//! `q = 2θ`, so that for Gaussian data `ln E T → (B/η) ∫ 2θ dθ = (B/η)(L/L_* − 1)`, an exponential of the loss, where the
//! diffusion with the same covariance gives a power.

use lawbook_analysis::{
    passage_quadrature::{Passage, PassageError, mean_passage_time},
    quadrature::nodes,
};

use crate::systems::regression_sgd::RegressionSgd;

/// Why there is no mean time.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RegressionPassageError {
    /// Nothing moves, the level is where SGD starts, or there is no cell to be in.
    #[error(
        "learning rate {rate} at batch size {batch}, level {level} on {cells} cells: give a positive and finite rate, a batch and \
         cells of at least 1, and a finite level above 1, the loss at the minimum in units of itself"
    )]
    Input {
        /// η.
        rate: f64,
        /// Batch size.
        batch: u32,
        /// L/L_*.
        level: f64,
        /// Cells of |θ|.
        cells: usize,
    },
    /// The time is beyond what can be computed.
    #[error(transparent)]
    Passage(#[from] PassageError),
}

fn check(rate: f64, batch: u32, level: f64, cells: usize) -> Result<(), RegressionPassageError> {
    let valid = rate > 0.0 && rate.is_finite() && batch > 0 && level > 1.0 && level.is_finite() && cells > 0;
    if valid { Ok(()) } else { Err(RegressionPassageError::Input { rate, batch, level, cells }) }
}

/// Mean number of steps until L/L_* first reaches `level > 1`, starting at the minimum with batch size 1 in one dimension, from
/// the chain on `cells` equal cells of |θ|: the error falls with the square of their width; 100 leave under 1 %.
pub fn mean_steps(rate: f64, level: f64, cells: usize) -> Result<f64, RegressionPassageError> {
    check(rate, 1, level, cells)?;
    let end = (level - 1.0).sqrt();
    let width = end / cells as f64;
    let inputs: Vec<(f64, f64)> = (0..8).flat_map(|panel| nodes(f64::from(panel), f64::from(panel + 1))).collect();
    let mut rows: Vec<Vec<f64>> = (0..cells)
        .map(|i| {
            let theta = (i as f64 + 0.5) * width;
            // 1 − P, and the time of a step.
            let mut row = vec![0.0; cells + 1];
            (row[i], row[cells]) = (1.0, 1.0);
            for (x, weight) in &inputs {
                let (mean, scale) = (theta * (1.0 - rate * x * x), rate * x * std::f64::consts::SQRT_2);
                let chance = weight * (-0.5 * x * x).exp() * (2.0 / std::f64::consts::PI).sqrt();
                let below = |edge: f64| 0.5 * (libm::erf((edge - mean) / scale) + libm::erf((edge + mean) / scale));
                let mut last = 0.0;
                for (j, entry) in row[..cells].iter_mut().enumerate() {
                    let next = below((j + 1) as f64 * width);
                    *entry -= chance * (next - last);
                    last = next;
                }
            }
            row
        })
        .collect();
    // 1 − P is an M-matrix, whose elimination from the far end needs no pivots; the first cell is solved last.
    for pivot in (0..cells).rev() {
        let (above, rest) = rows.split_at_mut(pivot);
        let lower = &rest[0];
        for row in above {
            let factor = row[pivot] / lower[pivot];
            (0..pivot).for_each(|j| row[j] -= factor * lower[j]);
            row[cells] -= factor * lower[cells];
        }
    }
    let steps = rows[0][cells] / rows[0][0];
    if steps.is_finite() && steps > 0.0 { Ok(steps) } else { Err(PassageError::Degenerate(steps).into()) }
}

/// Mean time, in units of steps times η, until L/L_* first reaches `level > 1` for the diffusion with the drift and the exact
/// noise covariance of SGD, `((1 + |θ|²) I + θθᵀ) η/B`, in `dimension` dimensions.
pub fn diffusion_time(sgd: &RegressionSgd<1>, dimension: u32, level: f64) -> Result<f64, RegressionPassageError> {
    check(sgd.rate, sgd.batch, level, 1)?;
    let (ratio, d) = (sgd.rate / f64::from(sgd.batch), f64::from(dimension));
    // In u = ln |θ|, where the drift of a radius is smooth.
    let squares = |u: f64| (2.0 * u).exp();
    let variance = |u: f64| ratio * (1.0 + 2.0 * squares(u)) / squares(u);
    let drift = |u: f64| -1.0 + 0.5 * (d - 1.0) * ratio * (1.0 + squares(u)) / squares(u) - 0.5 * variance(u);
    let passage = Passage { reflecting: -10.0, start: -10.0, target: 0.5 * (level - 1.0).ln() };
    Ok(mean_passage_time(drift, variance, passage, 300)?)
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{Ensemble, estimators::renewals::Renewals};

    /// X-Val: direct simulation in numpy, 3000 first passages at η = 0.1: 15.70 at L/L_* = 1.3 and 79.4 at 1.5, ±2 %.
    #[test]
    fn the_chain_on_cells_agrees_with_simulation_and_the_diffusion_does_not() {
        let sgd = RegressionSgd::<1> { rate: 0.1, batch: 1 };
        for (level, peer) in [(1.3, 15.70), (1.5, 79.4)] {
            let mut ensemble =
                Ensemble::<_, f64>::new(Renewals { process: sgd, out: level }, 64, &Key::new(["passage"]), |_| {
                    ([0.0], [0.0])
                });
            ensemble.advance(100_000);
            let time = 0.1 * 64.0 * 1e5 / ensemble.states().map(|(_, [exits])| exits).sum::<f64>();
            let cells = 0.1 * mean_steps(0.1, level, 100).expect("valid input");
            assert!((cells / time - 1.0).abs() < 0.04, "{level}: {cells} {time}");
            assert!((cells / peer - 1.0).abs() < 0.06, "{level}: {cells} {peer}");
            assert!(diffusion_time(&sgd, 1, level).expect("valid input") < 0.6 * time);
        }
    }

    #[test]
    fn cells_converge_and_nothing_is_reached_at_the_minimum() {
        let of = |cells| mean_steps(0.1, 1.7, cells).expect("valid input");
        assert!((of(100) / of(200) - 1.0).abs() < 0.01, "{} {}", of(100), of(200));
        assert!(mean_steps(0.1, 1.0, 50).is_err());
        assert!(mean_steps(-0.1, 1.5, 50).is_err());
    }
}
