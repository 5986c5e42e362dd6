//! Escape from a parabolic valley: the first step after which SGD stands higher than a barrier.
//!
//! Without momentum the weight is `w ← (1 − λk) w + λη`, in the valley Gaussian with `Var w = T/k` and the effective temperature
//! `T = λc/(2 − λk)`, where continuous-time theory has `λc/2`. The rate at which it first leaves `|w| < b` is to leading order
//! `exp(−ΔL/T)` with the barrier `ΔL = ½ k b²`.

use lawbook_analysis::{
    gaussian::{normal_density, normal_tail},
    quadrature::nodes,
};

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
    /// Nobody ever leaves.
    #[error(
        "a barrier of height {barrier} at the temperature {temperature}: the rate, about exp(-barrier/temperature), is too small for a \
         number; give a lower barrier"
    )]
    Rare {
        /// `ΔL`.
        barrier: f64,
        /// `T`.
        temperature: f64,
    },
    /// A step is shorter than two cells.
    #[error("{cells} cells of the valley are wider than half a step of SGD: give at least {needed}")]
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

/// Below it what leaves the valley in a step may underflow.
const LEAST_RATE: f64 = 1e-290;

/// The escape rate per step after the first few: minus the logarithm of the largest eigenvalue of the step restricted to
/// `|w| < b`, by power iteration on at least `cells` nodes of Gauss's rule. Right to a part in 10⁸: fewer than two nodes for each
/// deviation `λ√c` of a step are refused, and so are rates below 10⁻²⁹⁰.
pub fn escape_rate(curvature: f64, noise: f64, rate: f64, barrier: f64, cells: usize) -> Result<f64, ExitError> {
    let temperature = effective_temperature(curvature, noise, rate)?;
    check(curvature, noise, rate, &[barrier])?;
    let edge = (2.0 * barrier / curvature).sqrt();
    let (scatter, shrink) = (rate * noise.sqrt(), 1.0 - rate * curvature);
    let needed = 4.0 * edge / scatter;
    if (cells as f64) < needed {
        return Err(ExitError::Cells { cells, needed: needed.ceil() as usize });
    }
    let panels = cells.div_ceil(NODES);
    let end = |i: usize| edge * (2.0 * i as f64 / panels as f64 - 1.0);
    let nodes: Vec<(f64, f64)> = (0..panels).flat_map(|i| nodes(end(i), end(i + 1))).collect();
    let step = |from: f64, to: f64| normal_density((to - shrink * from) / scatter) / scatter;
    let kernel: Vec<Vec<f64>> =
        nodes.iter().map(|(to, _)| nodes.iter().map(|(from, weight)| weight * step(*from, *to)).collect()).collect();
    // What leaves is summed itself: as one minus what stays it would have no digits left beyond ΔL/T of 30.
    let leaves = |(from, weight): &(f64, f64)| {
        weight * [edge - shrink * from, edge + shrink * from].iter().map(|gap| normal_tail(gap / scatter)).sum::<f64>()
    };
    let leaving: Vec<f64> = nodes.iter().map(leaves).collect();
    let product = |row: &[f64], density: &[f64]| row.iter().zip(density).map(|(k, p)| k * p).sum::<f64>();
    let (mut density, mut before) = (vec![1.0; nodes.len()], f64::INFINITY);
    loop {
        let next: Vec<f64> = kernel.iter().map(|row| product(row, &density)).collect();
        let kept: f64 = next.iter().zip(&nodes).map(|(p, (_, weight))| p * weight).sum();
        density = next.iter().map(|p| p / kept).collect();
        let lost = product(&leaving, &density);
        if lost < LEAST_RATE {
            return Err(ExitError::Rare { barrier, temperature });
        }
        if (lost - before).abs() <= 1e-13 * lost {
            return Ok(-(-lost).ln_1p());
        }
        before = lost;
    }
}

/// Nodes of Gauss's rule in a panel.
const NODES: usize = 10;

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::engine::ensemble::Ensemble;

    /// At λk = 1 successive weights are independent: 1 − e^{−rate} = P(|w| > b) = erfc √(ΔL/T), with T = λc.
    #[test]
    fn independent_weights_leave_at_the_rate_of_the_tail() {
        for barrier in [2.0, 5.0, 20.0, 30.0, 34.0, 50.0, 300.0, 600.0] {
            let exact = -(-libm::erfc(f64::sqrt(barrier))).ln_1p();
            let found = escape_rate(2.0, 2.0, 0.5, barrier, 200).expect("valid input");
            assert!((found / exact - 1.0).abs() < 1e-12, "{found} {exact}");
        }
        assert_eq!(effective_temperature(2.0, 2.0, 0.5), Ok(1.0));
    }

    /// X-Val: minus the logarithm of the largest eigenvalue itself, with mpmath at 45 digits on 80 and on 110 Gauss nodes over the
    /// whole valley, the same to 15 digits.
    #[test]
    fn rates_are_those_of_the_eigenvalue_at_high_precision() {
        for (curvature, noise, rate, barrier, exact) in [
            (1.0, 1.0, 0.5, 1.0, 0.012_763_780_919_449_4),
            (1.0, 1.0, 0.5, 5.0, 4.315_399_208_205_37e-8),
            (1.0, 1.0, 0.5, 10.0, 9.485_682_857_482_39e-15),
            (1.0, 1.0, 1.5, 20.0, 2.535_273_516_680_77e-4),
            (1.0, 1.0, 1.5, 40.0, 2.412_345_503_906_98e-7),
            (2.0, 0.5, 0.3, 3.0, 7.247_097_106_604_48e-14),
            (1.0, 1.0, 0.1, 1.0, 5.924_987_507_188_9e-10),
        ] {
            let found = |cells| escape_rate(curvature, noise, rate, barrier, cells).expect("valid input");
            assert!((found(200) / exact - 1.0).abs() < 1e-11, "{} {exact}", found(200));
            let fewest = match escape_rate(curvature, noise, rate, barrier, 1) {
                Err(ExitError::Cells { needed, .. }) => needed,
                other => panic!("one cell is too few, not {other:?}"),
            };
            assert!((found(fewest) / exact - 1.0).abs() < 1e-8, "{fewest}: {} {exact}", found(fewest));
        }
        let refused = escape_rate(1.0, 1.0, 1.0, 700.0, 200);
        assert_eq!(refused, Err(ExitError::Rare { barrier: 700.0, temperature: 1.0 }));
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
        assert_eq!(refused, Err(ExitError::Cells { cells: 200, needed: 56_569 }));
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
