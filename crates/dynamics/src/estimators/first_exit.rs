//! Escape from a parabolic valley: the first step after which SGD stands higher than a barrier.
//!
//! Without momentum the weight is `w ← (1 − λk) w + λη`, in the valley Gaussian with `Var w = T/k` and the effective temperature
//! `T = λc/(2 − λk)`, where continuous-time theory has `λc/2`. The rate at which it first leaves `|w| < b` is to leading order
//! `exp(−ΔL/T)` with the barrier `ΔL = ½ k b²`.

use crate::{
    engine::noise::Noise,
    engine::number::Number,
    engine::process::Process,
    optimizers::descent::Gradient,
    systems::quadratic::{Quadratic, Shape},
};

/// SGD in the valley, watched at several barriers. The state is the weight, and for every barrier 1 before the weight has been
/// beyond it and 0 after that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstExit<const B: usize> {
    valley: Quadratic<1>,
    rate: f64,
    edges: [f64; B],
}

/// There is no escape to speak of.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ExitError {
    /// The valley has no stationary state to escape from, or nothing moves in it.
    #[error(
        "curvature {curvature}, noise variance {noise}, learning rate {rate}: the first two must be positive and finite, and rate \
         times curvature in (0, 2), where SGD stays in the valley"
    )]
    Valley {
        /// `k`.
        curvature: f64,
        /// `c`.
        noise: f64,
        /// `λ`.
        rate: f64,
    },
    /// Not positive.
    #[error("a barrier of height {0}: give a positive and finite one")]
    Barrier(f64),
    /// A step is shorter than a cell.
    #[error("{cells} cells of the valley are wider than a step of SGD: give at least {needed}")]
    Cells {
        /// Number of cells.
        cells: usize,
        /// How many it takes.
        needed: usize,
    },
}

fn check(curvature: f64, noise: f64, rate: f64, barriers: &[f64]) -> Result<(), ExitError> {
    let positive = |value: f64| value > 0.0 && value.is_finite();
    if !(positive(curvature) && positive(noise) && rate * curvature > 0.0 && rate * curvature < 2.0) {
        return Err(ExitError::Valley { curvature, noise, rate });
    }
    barriers.iter().find(|barrier| !positive(**barrier)).map_or(Ok(()), |barrier| Err(ExitError::Barrier(*barrier)))
}

impl<const B: usize> FirstExit<B> {
    /// With curvature `k`, noise variance `c`, learning rate `λ` and the heights `ΔL` of the barriers.
    pub fn new(curvature: f64, noise: f64, rate: f64, barriers: [f64; B]) -> Result<Self, ExitError> {
        check(curvature, noise, rate, &barriers)?;
        let valley = Quadratic::diagonal([curvature], [noise], Shape::Gaussian);
        Ok(Self { valley, rate, edges: barriers.map(|barrier| (2.0 * barrier / curvature).sqrt()) })
    }

    /// At the minimum, inside of all barriers.
    pub fn start(&self) -> ([f64; 1], [f64; B]) {
        ([0.0], [1.0; B])
    }
}

impl<const B: usize> Process for FirstExit<B> {
    type State<X: Number> = ([X; 1], [X; B]);

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, ([w], mut inside): Self::State<X>, noise: &mut N) -> Self::State<X> {
        let [gradient] = self.valley.gradient([w], noise);
        let w = w - gradient * self.rate;
        for (inside, edge) in inside.iter_mut().zip(self.edges) {
            *inside = w.abs().if_below(X::constant(edge), *inside, X::constant(0.0));
        }
        ([w], inside)
    }
}

/// `T = λc/(2 − λk)`.
pub fn effective_temperature(curvature: f64, noise: f64, rate: f64) -> Result<f64, ExitError> {
    check(curvature, noise, rate, &[])?;
    Ok(rate * noise / (2.0 - rate * curvature))
}

/// The escape rate per step after the first few: minus the logarithm of the largest eigenvalue of the step restricted to
/// `|w| < b`, on `cells` midpoints by power iteration. With 200 cells right to 10⁻³ while `λ√c` is above a tenth of `b`.
pub fn escape_rate(curvature: f64, noise: f64, rate: f64, barrier: f64, cells: usize) -> Result<f64, ExitError> {
    check(curvature, noise, rate, &[barrier])?;
    let edge = (2.0 * barrier / curvature).sqrt();
    let width = 2.0 * edge / cells as f64;
    let place = |i: usize| (i as f64 + 0.5) * width - edge;
    let scatter = rate * noise.sqrt();
    // A kernel between cells that are wider than its own width is none, and its powers need not converge.
    let needed = 2.0 * edge / scatter;
    if (cells as f64) < needed {
        return Err(ExitError::Cells { cells, needed: needed.ceil() as usize });
    }
    let step = |from: f64, to: f64| {
        let z = (to - (1.0 - rate * curvature) * from) / scatter;
        (-0.5 * z * z).exp() * width / (scatter * (2.0 * std::f64::consts::PI).sqrt())
    };
    let kernel: Vec<Vec<f64>> = (0..cells).map(|i| (0..cells).map(|j| step(place(j), place(i))).collect()).collect();
    let (mut density, mut before) = (vec![1.0 / cells as f64; cells], 0.0);
    loop {
        let next: Vec<f64> = kernel.iter().map(|row| row.iter().zip(&density).map(|(k, p)| k * p).sum()).collect();
        let kept: f64 = next.iter().sum();
        density = next.iter().map(|p| p / kept).collect();
        if (kept - before).abs() < 1e-14 {
            return Ok(-kept.ln());
        }
        before = kept;
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::engine::ensemble::Ensemble;

    /// At λk = 1 successive weights are independent: 1 − e^{−rate} = P(|w| > b) = erfc √(ΔL/T), with T = λc.
    #[test]
    fn independent_weights_leave_at_the_rate_of_the_tail() {
        for barrier in [2.0, 5.0] {
            let exact = -(-libm::erfc(f64::sqrt(barrier))).ln_1p();
            let found = escape_rate(2.0, 2.0, 0.5, barrier, 200).expect("valid input");
            assert!((found / exact - 1.0).abs() < 2e-3, "{found} {exact}");
        }
        assert_eq!(effective_temperature(2.0, 2.0, 0.5), Ok(1.0));
    }

    #[test]
    fn where_nothing_stays_or_moves_there_is_no_rate() {
        for (k, c, rate) in [(0.0, 1.0, 0.5), (1.0, 0.0, 0.5), (1.0, 1.0, 2.0), (1.0, 1.0, -0.1), (f64::NAN, 1.0, 0.5)] {
            assert!(matches!(escape_rate(k, c, rate, 1.0, 200), Err(ExitError::Valley { .. })), "{k} {c} {rate}");
            assert!(matches!(FirstExit::new(k, c, rate, [1.0]), Err(ExitError::Valley { .. })), "{k} {c} {rate}");
        }
        for barrier in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            assert!(matches!(escape_rate(1.0, 1.0, 0.5, barrier, 200), Err(ExitError::Barrier(_))), "{barrier}");
        }
        // The valley is 2√2 wide, a step 10⁻⁴.
        let refused = escape_rate(1.0, 1.0, 1e-4, 1.0, 200);
        assert_eq!(refused, Err(ExitError::Cells { cells: 200, needed: 28_285 }));
        assert!(escape_rate(1.0, 1.0, 0.5, 1.0, 0).is_err());
    }

    /// The fraction that is left after 40 steps from the stationary law of a wide ensemble; 5 standard errors.
    #[test]
    fn the_process_leaves_at_the_eigenvalue() {
        let (curvature, noise, rate, barrier) = (1.0, 1.0, 0.4, 0.8);
        let exit = FirstExit::new(curvature, noise, rate, [barrier]).expect("valid input");
        let mut ensemble = Ensemble::<_, f64>::new(exit, 40_000, &Key::new(["exit"]), |_| exit.start());
        let inside = |ensemble: &Ensemble<FirstExit<1>>| ensemble.states().map(|(_, [inside])| inside).sum::<f64>();
        ensemble.advance(10);
        let early = inside(&ensemble);
        ensemble.advance(20);
        let late = inside(&ensemble);
        let expected = 20.0 * escape_rate(curvature, noise, rate, barrier, 200).expect("valid input");
        let found = (early / late).ln();
        assert!((found - expected).abs() < 5.0 * (1.0 / late - 1.0 / early).sqrt(), "{found} {expected}");
    }
}
