//! The mean first-passage time of a one-dimensional diffusion, exactly, from its scale function and speed measure.
//!
//! For `dX = μ(X) dt + σ(X) dW` in the sense of Itô, reflected at `a` or never getting there, from `x` to `b > x`:
//!
//! ```text
//! E T = ∫_x^b dy e^(−Ψ(y)) ∫_a^y dz 2 e^(Ψ(z))/σ²(z),     Ψ(y) = ∫_a^y 2μ/σ²
//! ```
//!
//! Source: Samuel Karlin, Howard M. Taylor, *A Second Course in Stochastic Processes*, 1981, chapter 15, section 3.

use crate::quadrature::{Antiderivative, nodes};

/// From where to where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passage {
    /// a: the end that reflects; so far below the start that it does not matter, if nothing reflects.
    pub reflecting: f64,
    /// x: where it starts, at or above a.
    pub start: f64,
    /// b: what is reached, above the start.
    pub target: f64,
}

/// Why there is no passage time.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PassageError {
    /// The points are not in order.
    #[error(
        "passage from {start} to {target} with reflection at {reflecting}: give reflection ≤ start < target, all finite"
    )]
    Order {
        /// The reflecting end.
        reflecting: f64,
        /// The start.
        start: f64,
        /// The target.
        target: f64,
    },
    /// The diffusion degenerates on the way, or the time overflows.
    #[error("the mean passage time is {0}: check that σ² > 0 and μ is finite everywhere up to the target, and its barrier")]
    Degenerate(f64),
}

/// The mean time of the first passage with drift μ and noise variance σ² per unit of time, with as many equal panels of
/// ten-point quadrature.
pub fn mean_passage_time(
    drift: impl Fn(f64) -> f64,
    variance: impl Fn(f64) -> f64,
    passage: Passage,
    panels: usize,
) -> Result<f64, PassageError> {
    let Passage { reflecting: low, start, target } = passage;
    if !(low <= start && start < target && low.is_finite() && target.is_finite() && panels > 0) {
        return Err(PassageError::Order { reflecting: low, start, target });
    }
    // Panels end at the start, so that no panel has a kink.
    let below = if start > low { ((start - low) / (target - low) * panels as f64).ceil() as usize } else { 0 };
    let ends = |from: f64, to: f64, count: usize| {
        (0..count)
            .map(move |i| (from + (to - from) * i as f64 / count as f64, from + (to - from) * (i + 1) as f64 / count as f64))
    };
    let exponent = |x: f64| 2.0 * drift(x) / variance(x);
    let mut mass = 0.0;
    let mut time = 0.0;
    for (from, to) in ends(low, start, below).chain(ends(start, target, panels.saturating_sub(below).max(1))) {
        // Relative to the panel's lower end: Ψ itself may be far beyond the range of the exponential.
        let psi = Antiderivative::new(&exponent, from, to, 1);
        let speed = |z: f64| 2.0 * psi.at(z).exp() / variance(z);
        let at = |y: f64| {
            let inside: f64 = nodes(from, y).map(|(z, weight)| weight * speed(z)).sum();
            (mass + inside) * (-psi.at(y)).exp()
        };
        if from >= start {
            time += nodes(from, to).map(|(y, weight)| weight * at(y)).sum::<f64>();
        }
        mass = at(to);
    }
    if time.is_finite() && time > 0.0 { Ok(time) } else { Err(PassageError::Degenerate(time)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_zero(target: f64) -> Passage {
        Passage { reflecting: 0.0, start: 0.0, target }
    }

    /// Closed forms: b²/σ² without drift; (b − (1 − e^(−2μb/σ²)) σ²/2μ)/μ with it (Karlin & Taylor, 15.3).
    #[test]
    fn brownian_motion() {
        let time = mean_passage_time(|_| 0.0, |_| 0.25, from_zero(2.0), 8).expect("valid input");
        assert!((time - 16.0).abs() < 1e-12);
        for mu in [-3.0, 0.7] {
            let exact = (2.0 - (1.0 - (-2.0_f64 * mu * 2.0 / 0.5).exp()) * 0.5 / (2.0 * mu)) / mu;
            let time = mean_passage_time(|_| mu, |_| 0.5, from_zero(2.0), 40).expect("valid input");
            assert!((time / exact - 1.0).abs() < 1e-12, "{mu}: {time} {exact}");
        }
    }

    /// The radius of Brownian motion in d dimensions leaves a ball after b²/d on the average. In u = ln r, dt = e^(2u) ds, it is
    /// a motion with constant drift (d − 2)/2, which quadrature can follow down to r = 0.
    #[test]
    fn bessel_processes() {
        for d in [1.0, 2.0, 5.0] {
            let passage = Passage { reflecting: -14.0, start: -14.0, target: 0.5_f64.ln() };
            let drift = |u: f64| (0.5 * d - 1.0) * (-2.0 * u).exp();
            let time = mean_passage_time(drift, |u| (-2.0 * u).exp(), passage, 100).expect("valid input");
            assert!((time - 0.25 / d).abs() < 1e-5, "{d}: {time}");
        }
    }

    /// A start inside: times add up along the way.
    #[test]
    fn passages_add_up() {
        let of = |start, target| {
            let passage = Passage { reflecting: -9.0, start, target };
            mean_passage_time(|x| -x, |_| 2.0, passage, 60).expect("valid input")
        };
        assert!((of(-1.0, 0.3) + of(0.3, 2.0) - of(-1.0, 2.0)).abs() < 1e-9);
    }

    /// X-Val: Ornstein–Uhlenbeck, dx = −x dt + √2 dW, from 0 to b: √(π/2) ∫_0^b e^(y²/2) (1 + erf(y/√2)) dy, by scipy 1.17
    /// `quad(lambda y: np.sqrt(np.pi/2)*np.exp(y*y/2)*(1+erf(y/np.sqrt(2))), 0, 4)`.
    #[test]
    fn ornstein_uhlenbeck() {
        let passage = Passage { reflecting: -12.0, start: 0.0, target: 4.0 };
        let time = mean_passage_time(|x| -x, |_| 2.0, passage, 120).expect("valid input");
        assert!((time / OU - 1.0).abs() < 1e-10, "{time}");
    }
    const OU: f64 = 2_018.392_383_646_65;

    #[test]
    fn bad_passages_are_refused() {
        let of = |reflecting, start, target| mean_passage_time(|_| 0.0, |_| 1.0, Passage { reflecting, start, target }, 4);
        assert!(matches!(of(0.0, 1.0, 1.0), Err(PassageError::Order { .. })));
        assert!(matches!(of(2.0, 1.0, 3.0), Err(PassageError::Order { .. })));
        assert!(matches!(of(f64::NEG_INFINITY, 1.0, 3.0), Err(PassageError::Order { .. })));
        assert!(mean_passage_time(|_| 1.0, |_| 0.0, from_zero(1.0), 4).is_err());
    }
}
