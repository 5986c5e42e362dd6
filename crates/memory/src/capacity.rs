//! How much a dense memory stores: the formulas of Krotov & Hopfield 2016 (arXiv 1606.01164), eqs. 4 to 6, for large networks
//! of independent unbiased patterns.
//!
//! The crosstalk of K memories on one site is taken as Gaussian, with the leading power of N in its variance and in the
//! signal. [`crate::crosstalk`] has the same error at finite size without either approximation.

mod filling;

use std::f64::consts::PI;

use lawbook_analysis::gaussian::{normal_tail, normal_tail_inverse, odd_factorial};

use crate::{MemoryError, Separation};
pub use filling::patterns_at_measured_error;

/// Load in the units of the Gaussian formula, noise variance over squared signal: `r = (2n − 3)!! K/N^(n−1)` for the power
/// function. Rectification silences the half of the memories that point away, and halves it.
pub fn noise_to_signal(separation: Separation, sites: usize, patterns: f64) -> Result<f64, MemoryError> {
    let (order, share) = order_and_share(separation, sites)?;
    MemoryError::check("the number of patterns", patterns, 0.0, f64::INFINITY)?;
    Ok(share * odd_factorial(2 * i64::from(order) - 3) * patterns / (sites as f64).powi(order as i32 - 1))
}

/// One-step error of a site at a stored pattern, `P = Q(1/√r)`: eq. 4 before its last approximation.
pub fn one_step_error(separation: Separation, sites: usize, patterns: f64) -> Result<f64, MemoryError> {
    Ok(normal_tail(noise_to_signal(separation, sites, patterns)?.powf(-0.5)))
}

/// Eq. 4 as printed, `P ≈ √(r/2π) exp(−1/2r)`, the leading term of `Q` for small `r`.
pub fn one_step_error_asymptotic(separation: Separation, sites: usize, patterns: f64) -> Result<f64, MemoryError> {
    let r = noise_to_signal(separation, sites, patterns)?;
    Ok((r / (2.0 * PI)).sqrt() * (-0.5 / r).exp())
}

/// The number of patterns at which the one-step error reaches `error`, `K = α_n N^(n−1)`: eq. 5.
pub fn patterns_at_error(separation: Separation, sites: usize, error: f64) -> Result<f64, MemoryError> {
    MemoryError::check("the error", error, f64::MIN_POSITIVE, 0.5)?;
    Ok(normal_tail_inverse(error).powi(-2) / noise_to_signal(separation, sites, 1.0)?)
}

/// The largest number of patterns that are stored without error as N → ∞, `K = N^(n−1)/(2 (2n − 3)!! ln N)`: eq. 6.
pub fn error_free_patterns(separation: Separation, sites: usize) -> Result<f64, MemoryError> {
    Ok(1.0 / (2.0 * (sites as f64).ln() * noise_to_signal(separation, sites, 1.0)?))
}

/// Fraction of stored patterns of which every site is stable, if sites err independently: `(1 − P)^N`, for an error P from 0 to 1.
pub fn fixed_fraction(error: f64, sites: usize) -> f64 {
    (sites as f64 * (-error).ln_1p()).exp()
}

/// Order n, and the share of the memories that make noise.
fn order_and_share(separation: Separation, sites: usize) -> Result<(u32, f64), MemoryError> {
    separation.check(sites, 1)?;
    MemoryError::check("the number of sites", sites as f64, 2.0, f64::INFINITY)?;
    match separation {
        Separation::Power(n) => Ok((n, 1.0)),
        Separation::Rectified(n) => Ok((n, 0.5)),
        Separation::Exponential => Err(MemoryError::NoOrder),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::close;

    /// X-Val: the vignette of the R package `hann` (CRAN) prints the same formula; by hand, N = 100 gives these numbers.
    #[test]
    fn error_free_numbers_of_the_literature() {
        for (n, expected) in [(2, 10.857), (3, 361.9), (4, 7238.0)] {
            close(error_free_patterns(Separation::Power(n), 100).unwrap(), expected, 1e-4);
        }
        close(error_free_patterns(Separation::Rectified(3), 100).unwrap(), 2.0 * 361.9, 1e-4);
    }

    /// Krotov & Hopfield quote α_2 ≈ 0.14 for an error of 0.5 %. Their printed (asymptotic) eq. 4 gives r = 0.1463 there.
    #[test]
    fn half_a_per_cent_of_error_gives_the_classic_load() {
        let alpha = patterns_at_error(Separation::Power(2), 1000, 0.005).unwrap() / 1000.0;
        close(alpha, 2.575_829_304_f64.powi(-2), 1e-9);
        close(one_step_error_asymptotic(Separation::Power(2), 10_000, 1463.0).unwrap(), 0.005, 1e-3);
        let cubic = patterns_at_error(Separation::Power(3), 100, 0.005).unwrap();
        close(one_step_error(Separation::Power(3), 100, cubic).unwrap(), 0.005, 1e-9);
    }

    #[test]
    fn what_has_no_formula_is_refused() {
        assert_eq!(one_step_error(Separation::Power(1), 10, 1.0), Err(MemoryError::Order(1)));
        assert_eq!(one_step_error(Separation::Exponential, 10, 1.0), Err(MemoryError::NoOrder));
        assert!(
            one_step_error(Separation::Power(2), 10, -1.0).is_err()
                && patterns_at_error(Separation::Power(2), 10, 0.6).is_err()
        );
        let low = MemoryError::Range { what: "the number of sites", value: 1.0, low: 2.0, high: f64::INFINITY };
        assert_eq!(error_free_patterns(Separation::Power(2), 1), Err(low));
    }
}
