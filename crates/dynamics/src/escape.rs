//! Escape from a minimum of the loss under SGD noise whose strength is proportional to the loss: rates in closed form, and how
//! often a simulated process escapes.
//!
//! Noise of covariance `(2L/B) H*` turns, in the time `dτ = L dt`, into constant noise on the landscape ln L: hence a power of
//! the ratio of losses in place of Arrhenius' exponential of their difference.
//!
//! Source: Takashi Mori, Liu Ziyin, Kangqiao Liu, Masahito Ueda, *Power-law escape rate of SGD*, ICML 2022, arXiv 2105.09557.

use std::f64::consts::TAU;

use lawbook_analysis::passage_quadrature::{Passage, PassageError, mean_passage_time};

use crate::{
    Columns, Noise, Number, Process,
    sde::{Clocked, Diffusion, SmoothDiffusion, TimeChanged},
};

/// Why there is no rate.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum EscapeError {
    /// The minimum has no loss, so the noise stops there, or the saddle lies below it.
    #[error(
        "loss {minimum} at the minimum and {saddle} at the saddle: the rate needs 0 < L_* < L_s (at L_* = 0 nothing escapes)"
    )]
    Losses {
        /// L_*.
        minimum: f64,
        /// L_s.
        saddle: f64,
    },
    /// A curvature has the wrong sign.
    #[error(
        "curvature {minimum} at the minimum and {saddle} at the saddle: the first must be positive, the second negative"
    )]
    Curvatures {
        /// h*.
        minimum: f64,
        /// h_s.
        saddle: f64,
    },
    /// The strength of the noise is no number above 0.
    #[error("η/B = {0}: the ratio of learning rate and batch size must be positive and finite")]
    Ratio(f64),
    /// The target is on the near side of the saddle.
    #[error(
        "target {target} is not beyond the saddle at {saddle}: reaching it is no escape; give one between {saddle} and {end}, \
             where the loss is still positive"
    )]
    Target {
        /// The target.
        target: f64,
        /// The saddle.
        saddle: f64,
        /// Where the loss vanishes.
        end: f64,
    },
    /// More outlier directions than the minimum bears.
    #[error("{outliers} outlier directions: the minimum is stable below n_c = 2(B/ηh + 1) = {critical}")]
    Outliers {
        /// n.
        outliers: u32,
        /// n_c.
        critical: f64,
    },
}

/// What the rate depends on: a minimum, a saddle on the way out, and noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Barrier {
    /// L_*, the loss at the minimum.
    pub minimum_loss: f64,
    /// L_s, the loss at the saddle.
    pub saddle_loss: f64,
    /// h*, the curvature at the minimum along the way.
    pub curvature: f64,
    /// h_s < 0, the curvature at the saddle along the way.
    pub saddle_curvature: f64,
    /// η/B.
    pub ratio: f64,
}

impl Barrier {
    fn checked(&self) -> Result<(), EscapeError> {
        let Self { minimum_loss: minimum, saddle_loss: saddle, curvature, saddle_curvature, ratio } = *self;
        if !(0.0 < minimum && minimum < saddle && saddle.is_finite()) {
            return Err(EscapeError::Losses { minimum, saddle });
        }
        if !(curvature > 0.0 && saddle_curvature < 0.0) {
            return Err(EscapeError::Curvatures { minimum: curvature, saddle: saddle_curvature });
        }
        if ratio > 0.0 && ratio.is_finite() { Ok(()) } else { Err(EscapeError::Ratio(ratio)) }
    }

    /// B/(η h*): the exponent of the density per unit of τ.
    fn exponent(&self) -> f64 {
        (self.ratio * self.curvature).recip()
    }

    /// κ in one dimension, escapes per unit of time: equation 16, `√(h*|h_s|)/2π (L_s/L_*)^(−½ − B/ηh*)`.
    pub fn rate(&self) -> Result<f64, EscapeError> {
        self.checked()?;
        let prefactor = (self.curvature * -self.saddle_curvature).sqrt() / TAU;
        Ok(prefactor * (self.saddle_loss / self.minimum_loss).powf(-0.5 - self.exponent()))
    }

    /// κ with `outliers` directions of large curvature: equation 18,
    /// `|h_s| √(det H*/|det H_s|)/2π (L_s/L_*)^(−B/ηh* − 1 + n/2)`, of the ratio of determinants under the root.
    pub fn rate_with_outliers(&self, outliers: u32, determinants: f64) -> Result<f64, EscapeError> {
        self.checked()?;
        let critical = 2.0 * (self.exponent() + 1.0);
        if outliers == 0 || f64::from(outliers) >= critical {
            return Err(EscapeError::Outliers { outliers, critical });
        }
        let power = -self.exponent() - 1.0 + 0.5 * f64::from(outliers);
        Ok(-self.saddle_curvature / TAU * determinants.sqrt() * (self.saddle_loss / self.minimum_loss).powf(power))
    }

    /// The rate of Arrhenius and Kramers for constant noise, as strong everywhere as at the minimum:
    /// `√(h*|h_s|)/2π exp(−(L_s − L_*)/(η h* L_*/B))`.
    pub fn arrhenius_rate(&self) -> Result<f64, EscapeError> {
        self.checked()?;
        let prefactor = (self.curvature * -self.saddle_curvature).sqrt() / TAU;
        Ok(prefactor * (-self.exponent() * (self.saddle_loss / self.minimum_loss - 1.0)).exp())
    }
}

/// The exponent φ of the stationary density `L^(−φ)`, for `scaled_rate = η h*` and batch size B: equation 12, `1 + B/(η h*)`.
pub fn stationary_exponent(scaled_rate: f64, batch: f64) -> f64 {
    1.0 + batch / scaled_rate
}

/// φ of linear regression at finite learning rate: the power law with the exact variance of SGD on Gaussian data,
/// `σ_θ² = η/(2B − η(B + 2)) = 1/(2φ − 3)`, so that `φ = 1/2 + B/η − B/2` (Ziyin, Liu, Mori & Ueda, *Strength of minibatch noise
/// in SGD*, ICLR 2022, arXiv 2102.05375, section 6.6).
pub fn discrete_stationary_exponent(scaled_rate: f64, batch: f64) -> f64 {
    0.5 + batch / scaled_rate - 0.5 * batch
}

/// A well with a way out on the right: `L(θ) = L_* + h (θ²/2 − θ³/(3 s))`, with its saddle at `s`, of curvature −h, and the
/// noise of SGD there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CubicWell {
    /// L_*, positive.
    pub minimum_loss: f64,
    /// h, positive.
    pub curvature: f64,
    /// s, positive.
    pub saddle: f64,
    /// η/B, positive.
    pub ratio: f64,
}

impl CubicWell {
    /// The loss.
    #[inline(always)]
    pub fn loss<X: Number>(&self, x: X) -> X {
        x.squared() * (-x * (self.curvature / (3.0 * self.saddle)) + 0.5 * self.curvature) + self.minimum_loss
    }

    /// Its slope.
    #[inline(always)]
    pub fn gradient<X: Number>(&self, x: X) -> X {
        x * (-x / self.saddle + 1.0) * self.curvature
    }

    /// The exact mean time of the diffusion from the minimum to `exit`, by quadrature of its scale function and speed measure.
    pub fn mean_time(&self, exit: f64) -> Result<f64, PassageError> {
        // So far to the left the density L^(−φ) has fallen by more than (400 φ)-fold, and further on the loss is cubic.
        let passage = Passage { reflecting: -12.0 * self.saddle, start: 0.0, target: exit };
        let noise = 2.0 * self.ratio * self.curvature;
        mean_passage_time(|x| -self.gradient(x), |x| noise * self.loss(x), passage, 600)
    }

    /// The barrier.
    pub fn barrier(&self) -> Barrier {
        Barrier {
            minimum_loss: self.minimum_loss,
            saddle_loss: self.loss(self.saddle),
            curvature: self.curvature,
            saddle_curvature: -self.curvature,
            ratio: self.ratio,
        }
    }

    /// The exit at which an escape counts, `target` of the saddle's distance: beyond it, where the loss is still positive.
    pub fn exit(&self, target: f64) -> Result<f64, EscapeError> {
        self.barrier().checked()?;
        let out = target * self.saddle;
        if target > 1.0 && self.loss(out) > 0.0 {
            return Ok(out);
        }
        let mut end = self.saddle;
        while self.loss(end) > 0.0 {
            end *= 1.001;
        }
        Err(EscapeError::Target { target: out, saddle: self.saddle, end })
    }
}

impl Diffusion<1> for CubicWell {
    #[inline(always)]
    fn drift<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
        [-self.gradient(x)]
    }

    #[inline(always)]
    fn diffusion<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
        [(self.loss(x) * (2.0 * self.ratio * self.curvature)).sqrt()]
    }
}

impl SmoothDiffusion<1> for CubicWell {
    #[inline(always)]
    fn slope<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
        let [sigma] = self.diffusion([x]);
        [self.gradient(x) * (self.ratio * self.curvature) / sigma]
    }
}

impl Clocked<1> for CubicWell {
    #[inline(always)]
    fn clock<X: Number>(&self, [x]: [X; 1]) -> X {
        self.loss(x)
    }
}

/// A process that may leave, and comes back to its start when it has.
pub trait Leaving: Process {
    /// How far out it is.
    fn level<X: Number>(&self, state: Self::State<X>) -> X;

    /// The state at the start, with all clocks as they are.
    fn restart<X: Number>(&self, state: Self::State<X>) -> Self::State<X>;
}

/// A process that starts anew whenever it is out, and how often it did so.
///
/// Exits per unit of time tend to one over the mean first-passage time, whatever the distribution of passage times (renewal
/// theorem), and no time is lost on replicas that are out, none cut off before they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Renewals<P> {
    /// The process.
    pub process: P,
    /// Out is what has at least this level.
    pub out: f64,
}

impl<P: Leaving> Process for Renewals<P> {
    type State<X: Number> = (P::State<X>, [X; 1]);

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, (state, [exits]): Self::State<X>, noise: &mut N) -> Self::State<X> {
        let moved = self.process.step(state, noise);
        let (level, out) = (self.process.level(moved), X::constant(self.out));
        let renewed = self.process.restart(moved);
        (moved.zip(renewed, |moved, renewed| level.if_below(out, moved, renewed)), [level.if_below(out, exits, exits + 1.0)])
    }
}

impl Leaving for TimeChanged<CubicWell, 1> {
    #[inline(always)]
    fn level<X: Number>(&self, ([x], _): Self::State<X>) -> X {
        x
    }

    #[inline(always)]
    fn restart<X: Number>(&self, (_, clock): Self::State<X>) -> Self::State<X> {
        ([X::constant(0.0)], clock)
    }
}

/// SGD on linear regression of pure noise: inputs x and labels y standard normal and independent, fresh at every step, loss
/// `(θ·x − y)²/2`, so that `L = (1 + |θ|²)/2` and every curvature is 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegressionSgd<const D: usize> {
    /// η.
    pub rate: f64,
    /// B.
    pub batch: u32,
}

impl<const D: usize> Process for RegressionSgd<D> {
    type State<X: Number> = [X; D];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, theta: [X; D], noise: &mut N) -> [X; D] {
        let mut sum = [X::constant(0.0); D];
        for _ in 0..self.batch {
            let x: [X; D] = std::array::from_fn(|_| noise.normal());
            let mut error = -noise.normal();
            for i in 0..D {
                error = error + theta[i] * x[i];
            }
            for i in 0..D {
                sum[i] = sum[i] + error * x[i];
            }
        }
        std::array::from_fn(|i| theta[i] - sum[i] * (self.rate / f64::from(self.batch)))
    }
}

impl<const D: usize> Leaving for RegressionSgd<D> {
    /// L/L_* = 1 + |θ|².
    #[inline(always)]
    fn level<X: Number>(&self, theta: [X; D]) -> X {
        theta.iter().fold(X::constant(1.0), |sum, &x| sum + x.squared())
    }

    #[inline(always)]
    fn restart<X: Number>(&self, _: [X; D]) -> [X; D] {
        [X::constant(0.0); D]
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{Ensemble, sde::Milstein};

    fn well(ratio: f64) -> CubicWell {
        CubicWell { minimum_loss: 0.1, curvature: 1.0, saddle: 2.0 / 3.0, ratio }
    }

    /// X-Val: the same integrals by scipy 1.17.1 and numpy (20-point Gauss–Legendre, nested): 133.158793, 2141.59237.
    #[test]
    fn the_rate_is_that_of_the_exact_diffusion_where_escape_is_rare() {
        for (ratio, exact, bound) in [(0.2, 133.158_793, 0.006), (0.1, 2_141.592_37, 0.012), (0.05, 5.4268e5, 0.004)] {
            let well = well(ratio);
            let time = well.mean_time(0.967).expect("valid input");
            assert!((time / exact - 1.0).abs() < 2e-5, "{time}");
            let rate = well.barrier().rate().expect("valid input");
            assert!((rate * time - 1.0).abs() < bound, "{ratio}: {}", rate * time);
            let arrhenius = well.barrier().arrhenius_rate().expect("valid input");
            assert!(arrhenius * time < 0.6, "{ratio}");
        }
    }

    #[test]
    fn one_outlier_is_the_one_dimensional_rate_and_more_escape_faster() {
        let barrier = Barrier { saddle_curvature: -2.0, ..well(0.1).barrier() };
        let one = barrier.rate_with_outliers(1, 0.5).expect("valid input");
        assert!((one / barrier.rate().expect("valid input") - 1.0).abs() < 1e-14);
        assert!(barrier.rate_with_outliers(3, 0.5).expect("valid input") > one);
        assert!(
            matches!(barrier.rate_with_outliers(22, 0.5), Err(EscapeError::Outliers { critical, .. }) if critical == 22.0)
        );
        assert!(barrier.rate_with_outliers(0, 0.5).is_err());
    }

    #[test]
    fn where_the_formula_does_not_hold_it_says_so() {
        let barrier = well(0.1).barrier();
        let of = |barrier: Barrier| barrier.rate().expect_err("bad input");
        assert!(matches!(of(Barrier { minimum_loss: 0.0, ..barrier }), EscapeError::Losses { .. }));
        assert!(matches!(of(Barrier { saddle_loss: 0.05, ..barrier }), EscapeError::Losses { .. }));
        assert!(matches!(of(Barrier { saddle_curvature: 1.0, ..barrier }), EscapeError::Curvatures { .. }));
        assert!(matches!(of(Barrier { ratio: -0.1, ..barrier }), EscapeError::Ratio(_)));
        assert!(matches!(of(Barrier { ratio: f64::NAN, ..barrier }), EscapeError::Ratio(_)));
        assert!(matches!(well(0.1).exit(0.9), Err(EscapeError::Target { .. })));
        assert!(matches!(well(0.1).exit(2.0), Err(EscapeError::Target { end, .. }) if (1.1..1.2).contains(&end)));
    }

    /// Three integrators, one law: renewals in the well at strong noise against quadrature.
    #[test]
    fn simulated_escapes_agree_with_quadrature() {
        impl Leaving for Milstein<CubicWell, 1> {
            #[inline(always)]
            fn level<X: Number>(&self, [x]: [X; 1]) -> X {
                x
            }

            #[inline(always)]
            fn restart<X: Number>(&self, _: [X; 1]) -> [X; 1] {
                [X::constant(0.0)]
            }
        }
        let (diffusion, out) = (well(0.4), 0.967);
        let exact = diffusion.mean_time(out).expect("valid input");
        let clocked = Renewals { process: TimeChanged::<_, 1> { diffusion, step: 5e-4 }, out };
        let mut ensemble = Ensemble::<_, f64>::new(clocked, 64, &Key::new(["clocked"]), |_| (([0.0], [0.0]), [0.0]));
        ensemble.advance(200_000);
        let (time, exits) = ensemble.states().fold((0.0, 0.0), |(t, n), ((_, [s]), [m])| (t + s, n + m));
        assert!((time / exits / exact - 1.0).abs() < 0.05, "{} {exact}", time / exits);
        let plain = Renewals { process: Milstein::<_, 1> { diffusion, step: 0.004 }, out };
        let mut ensemble = Ensemble::<_, f64>::new(plain, 64, &Key::new(["plain"]), |_| ([0.0], [0.0]));
        ensemble.advance(200_000);
        let exits: f64 = ensemble.states().map(|(_, [n])| n).sum();
        let time = 64.0 * 200_000.0 * 0.004 / exits;
        assert!((time / exact - 1.0).abs() < 0.05, "{time} {exact}");
    }

    /// E |θ|² of SGD, exactly: in one dimension η/(2B − η(B + 2)).
    #[test]
    fn regression_has_its_exact_variance() {
        for (rate, batch) in [(0.1, 1), (0.3, 4)] {
            let sgd = RegressionSgd::<1> { rate, batch };
            let mut ensemble = Ensemble::<_, f64>::new(sgd, 100_000, &Key::new(["regression"]), |_| [0.0]);
            ensemble.advance(100);
            let variance = ensemble.states().map(|[x]| x * x).sum::<f64>() / 1e5;
            let b = f64::from(batch);
            assert!((variance / (rate / (2.0 * b - rate * (b + 2.0))) - 1.0).abs() < 0.03, "{variance}");
            let phi = discrete_stationary_exponent(rate, b);
            assert!((1.0 / (2.0 * phi - 3.0) * (2.0 * b - rate * (b + 2.0)) / rate - 1.0).abs() < 1e-12);
        }
    }
}
