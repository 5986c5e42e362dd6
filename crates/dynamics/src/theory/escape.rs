//! Escape from a minimum of the loss under SGD noise whose strength is proportional to the loss: rates in closed form, and how
//! often a simulated process escapes.
//!
//! Noise of covariance `(2L/B) H*` turns, in the time `dτ = L dt`, into constant noise on the landscape ln L: hence a power of
//! the ratio of losses in place of Arrhenius' exponential of their difference.
//!
//! Source: Takashi Mori, Liu Ziyin, Kangqiao Liu, Masahito Ueda, *Power-law escape rate of SGD*, ICML 2022, arXiv 2105.09557.

use std::f64::consts::TAU;

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
    /// Not positive.
    #[error("a ratio of determinants det H*/|det H_s| of {0}: it must be positive and finite")]
    Determinants(f64),
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
    pub(crate) fn checked(&self) -> Result<(), EscapeError> {
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
        if !(determinants > 0.0 && determinants.is_finite()) {
            return Err(EscapeError::Determinants(determinants));
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

/// The exponent φ of the stationary density `L^(−φ)`, for `scaled_rate = η h*` and batch size B, both positive: equation 12,
/// `1 + B/(η h*)`.
pub fn stationary_exponent(scaled_rate: f64, batch: f64) -> f64 {
    1.0 + batch / scaled_rate
}

/// φ of linear regression at finite learning rate: the power law with the exact variance of SGD on Gaussian data,
/// `σ_θ² = η/(2B − η(B + 2)) = 1/(2φ − 3)`, so that `φ = 1/2 + B/η − B/2` (Ziyin, Liu, Mori & Ueda, *Strength of minibatch noise
/// in SGD*, ICLR 2022, arXiv 2102.05375, section 6.6).
pub fn discrete_stationary_exponent(scaled_rate: f64, batch: f64) -> f64 {
    0.5 + batch / scaled_rate - 0.5 * batch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::cubic_well::CubicWell;

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
        assert!(matches!(barrier.rate_with_outliers(1, -0.5), Err(EscapeError::Determinants(_))));
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
}
