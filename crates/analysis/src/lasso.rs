//! Least squares under an L1 penalty, by coordinate descent; soft thresholding, of numbers and of groups.

use thiserror::Error;

/// Why a regression has no answer.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LassoError {
    /// The design is no matrix with one row per target.
    #[error("a design of {entries} numbers for {targets} targets is no matrix: give rows of equal length, one per target")]
    Shape {
        /// Numbers of the design.
        entries: usize,
        /// Number of targets.
        targets: usize,
    },
    /// A number is infinite or not a number.
    #[error("the {what} holds {value}: give finite numbers")]
    NotFinite {
        /// Design or targets.
        what: &'static str,
        /// The number.
        value: f64,
    },
    /// The penalty is negative or not a number.
    #[error("the penalty is {0}: give a finite number of at least 0, for a negative one rewards size without bound")]
    Penalty(f64),
    /// Coordinate descent has not come to rest.
    #[error(
        "after {sweeps} sweeps of coordinate descent the optimality conditions are still violated by {violation}, more than \
         {tolerance}: give a larger tolerance or a larger penalty"
    )]
    Unconverged {
        /// Sweeps over all coordinates.
        sweeps: usize,
        /// The largest violation of the subgradient conditions.
        violation: f64,
        /// What was asked for.
        tolerance: f64,
    },
}

/// The loss `L(w) = |y − A w|²/(2 M)` of `M` samples, through its second moments: a gradient costs `N²` for `N` weights.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquares {
    /// `AᵀA/M`, row by row.
    gram: Vec<f64>,
    /// `Aᵀy/M`.
    pull: Vec<f64>,
    /// `|y|²/M`.
    power: f64,
}

impl LeastSquares {
    /// The loss for a design `A`, row by row, and one target per row.
    pub fn new(design: &[f64], targets: &[f64]) -> Result<Self, LassoError> {
        let rows = targets.len();
        if design.is_empty() || rows == 0 || !design.len().is_multiple_of(rows) {
            return Err(LassoError::Shape { entries: design.len(), targets: rows });
        }
        for (what, numbers) in [("design", design), ("targets", targets)] {
            if let Some(&value) = numbers.iter().find(|number| !number.is_finite()) {
                return Err(LassoError::NotFinite { what, value });
            }
        }
        let columns = design.len() / rows;
        let (mut gram, mut pull) = (vec![0.0; columns * columns], vec![0.0; columns]);
        let share = 1.0 / rows as f64;
        for (row, &target) in design.chunks_exact(columns).zip(targets) {
            for (i, &x) in row.iter().enumerate() {
                add(&mut gram[i * columns..][..columns], share * x, row);
            }
            add(&mut pull, share * target, row);
        }
        Ok(Self { gram, pull, power: share * dot(targets, targets) })
    }

    /// Number of weights `N`.
    pub fn weights(&self) -> usize {
        self.pull.len()
    }

    /// The loss.
    pub fn loss(&self, w: &[f64]) -> f64 {
        let quadratic: f64 = w.iter().enumerate().map(|(i, wi)| wi * dot(self.row(i), w)).sum();
        0.5 * (quadratic + self.power) - dot(&self.pull, w)
    }

    /// The gradient `Aᵀ(A w − y)/M` of the loss.
    pub fn gradient(&self, w: &[f64], into: &mut [f64]) {
        for (i, (slope, pull)) in into.iter_mut().zip(&self.pull).enumerate() {
            *slope = dot(self.row(i), w) - pull;
        }
    }

    /// The lasso objective `L(w) + α |w|₁`.
    pub fn lasso_objective(&self, w: &[f64], alpha: f64) -> f64 {
        self.loss(w) + alpha * w.iter().map(|w| w.abs()).sum::<f64>()
    }

    /// The smallest penalty `α` from which on all weights of the lasso vanish: `|Aᵀy/M|_∞`.
    pub fn vanishing_penalty(&self) -> f64 {
        self.pull.iter().fold(0.0, |largest, pull| pull.abs().max(largest))
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.gram[i * self.pull.len()..][..self.pull.len()]
    }
}

/// The minimum of `L(w) + α |w|₁`, by cyclic coordinate descent until the subgradient conditions hold to `tolerance`.
pub fn lasso(problem: &LeastSquares, alpha: f64, tolerance: f64) -> Result<Vec<f64>, LassoError> {
    const SWEEPS: usize = 100_000;
    if !(alpha.is_finite() && alpha >= 0.0) {
        return Err(LassoError::Penalty(alpha));
    }
    let mut w = vec![0.0; problem.weights()];
    let mut slope = vec![0.0; w.len()];
    for sweep in 0..SWEEPS {
        // Fresh every so often, so that rounding errors of the updates do not add up.
        if sweep % 32 == 0 {
            problem.gradient(&w, &mut slope);
            if violation(&w, &slope, alpha) <= tolerance {
                return Ok(w);
            }
        }
        for j in 0..w.len() {
            let curvature = problem.row(j)[j];
            if curvature > 0.0 {
                let moved = soft_threshold(curvature * w[j] - slope[j], alpha) / curvature - w[j];
                if moved != 0.0 {
                    w[j] += moved;
                    add(&mut slope, moved, problem.row(j));
                }
            }
        }
    }
    problem.gradient(&w, &mut slope);
    Err(LassoError::Unconverged { sweeps: SWEEPS, violation: violation(&w, &slope, alpha), tolerance })
}

/// How far weights are from satisfying `∂L/∂wⱼ = −α sgn wⱼ`, or `|∂L/∂wⱼ| ≤ α` where `wⱼ = 0`.
fn violation(w: &[f64], slope: &[f64], alpha: f64) -> f64 {
    let each = w.iter().zip(slope).map(
        |(&w, &g)| {
            if w == 0.0 { (g.abs() - alpha).max(0.0) } else { (g + alpha * w.signum()).abs() }
        },
    );
    each.fold(0.0, f64::max)
}

/// `sgn(x) max(|x| − t, 0)`: the minimum of `(v − x)²/2 + t |v|`.
pub fn soft_threshold(x: f64, t: f64) -> f64 {
    x.signum() * (x.abs() - t).max(0.0)
}

/// `x max(1 − t/|x|₂, 0)`: the minimum of `|v − x|₂²/2 + t |v|₂`.
pub fn group_soft_threshold(x: &[f64], t: f64) -> Vec<f64> {
    let norm = dot(x, x).sqrt();
    let factor = if norm > t { 1.0 - t / norm } else { 0.0 };
    x.iter().map(|x| factor * x).collect()
}

/// In eight interleaved sums, which the compiler turns into vector instructions.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        (0..8).for_each(|i| sums[i] += a[i] * b[i]);
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += factor * what);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn example() -> LeastSquares {
        let (rows, columns) = (8, 12);
        let entry = |i: usize, j: usize| (1.0 + 3.0 * i as f64 + 7.0 * j as f64 + (i * j) as f64).cos();
        let design: Vec<f64> = (0..rows * columns).map(|k| entry(k / columns, k % columns)).collect();
        let targets: Vec<f64> = (0..rows).map(|i| (0.5 + 2.0 * i as f64).sin()).collect();
        LeastSquares::new(&design, &targets).expect("a matrix")
    }

    /// X-Val: scikit-learn 1.9.1, `Lasso(alpha, fit_intercept=False, tol=1e-15, max_iter=10**6)`, and `lars_path(method="lasso")`,
    /// which agrees to 1e-14.
    #[test]
    fn weights_and_objective_are_those_of_scikit_learn() {
        let cases = [
            (
                0.02,
                0.070_280_774_823_392_98,
                vec![
                    (1, 0.552_687_255_037_818_2),
                    (4, -0.356_081_394_732_289_84),
                    (8, 0.966_024_706_274_266_5),
                    (9, -0.056_659_456_651_325_234),
                    (10, -0.181_874_596_940_267_06),
                    (11, 0.776_380_926_033_571),
                ],
            ),
            (
                0.1,
                0.189_068_682_365_493_85,
                vec![(1, 0.447_539_100_703_141_5), (4, -0.069_711_066_038_840_57), (8, 0.132_665_971_233_905_9)],
            ),
        ];
        for (alpha, objective, nonzero) in cases {
            let problem = example();
            let w = lasso(&problem, alpha, 1e-14).expect("converges");
            let mut exact = vec![0.0; problem.weights()];
            nonzero.iter().for_each(|&(i, value)| exact[i] = value);
            assert!(w.iter().zip(&exact).all(|(w, exact)| (w - exact).abs() < 1e-11), "{w:?}");
            assert!((problem.lasso_objective(&w, alpha) - objective).abs() < 1e-14);
        }
    }

    /// X-Val: numpy 2.3, `abs(A.T @ y / M).max()`.
    #[test]
    fn from_the_vanishing_penalty_on_nothing_is_left() {
        let problem = example();
        let most = problem.vanishing_penalty();
        assert!((most - 0.308_717_015_224_807_43).abs() < 1e-15);
        assert!(lasso(&problem, most, 1e-14).expect("converges").iter().all(|w| *w == 0.0));
        assert!(lasso(&problem, 0.99 * most, 1e-14).expect("converges").iter().any(|w| *w != 0.0));
    }

    proptest! {
        /// Thresholding minimises what it says it minimises: no other value is better.
        #[test]
        fn thresholding_is_a_minimum(x in -3.0..3.0f64, y in -3.0..3.0f64, t in 0.0..2.0f64, p in -3.0..3.0f64, q in -3.0..3.0f64) {
            let scalar = |v: f64| 0.5 * (v - x).powi(2) + t * v.abs();
            prop_assert!(scalar(soft_threshold(x, t)) <= scalar(p) + 1e-12);
            let group = |v: &[f64]| 0.5 * ((v[0] - x).powi(2) + (v[1] - y).powi(2)) + t * v[0].hypot(v[1]);
            prop_assert!(group(&group_soft_threshold(&[x, y], t)) <= group(&[p, q]) + 1e-12);
        }

        /// The gradient is that of the loss.
        #[test]
        fn the_gradient_is_the_slope_of_the_loss(w in prop::collection::vec(-1.0..1.0f64, 12), i in 0..12usize) {
            let problem = example();
            let mut slope = vec![0.0; 12];
            problem.gradient(&w, &mut slope);
            let shifted = |by: f64| {
                let mut moved = w.clone();
                moved[i] += by;
                problem.loss(&moved)
            };
            prop_assert!(((shifted(1e-4) - shifted(-1e-4)) / 2e-4 - slope[i]).abs() < 1e-9);
        }
    }

    #[test]
    fn what_is_no_regression_is_refused() {
        assert_eq!(LeastSquares::new(&[1.0; 5], &[1.0; 2]), Err(LassoError::Shape { entries: 5, targets: 2 }));
        assert_eq!(LeastSquares::new(&[], &[]), Err(LassoError::Shape { entries: 0, targets: 0 }));
        assert!(matches!(LeastSquares::new(&[f64::NAN], &[1.0]), Err(LassoError::NotFinite { what: "design", .. })));
        assert_eq!(lasso(&example(), -0.1, 1e-9), Err(LassoError::Penalty(-0.1)));
    }
}
