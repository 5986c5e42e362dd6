//! Fit of the power law `p(θ) ∝ (1 + |θ|²/s²)^(−φ)`: a Student density whose scale is known and whose exponent is not.
//!
//! In `d` dimensions it is Student's with `2φ − d` degrees of freedom. With the scale fixed it is an exponential family in
//! `ln(1 + |θ|²/s²)`, whose mean is `ψ(φ) − ψ(φ − d/2)`: the maximum of the likelihood is where the sample has that mean.

use crate::{
    polygamma::{digamma, trigamma},
    root::bisect,
};

/// An exponent and how well the sample knows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExponentFit {
    /// φ, above d/2.
    pub exponent: f64,
    /// Its standard error for independent values, from the Fisher information.
    pub standard_error: f64,
}

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum FitError {
    /// There is no spread, or too much.
    #[error(
        "{count} values with mean ln(1 + |θ|²/s²) = {mean_log} have no exponent; give at least one, finite, not all of them 0"
    )]
    Sample {
        /// Number of values.
        count: f64,
        /// Their mean of ln(1 + |θ|²/s²).
        mean_log: f64,
    },
    /// A scale that is not positive, or no dimension.
    #[error("scale {scale} in {dimension} dimensions; the scale must be positive and finite and the dimension at least 1")]
    Scale {
        /// The scale.
        scale: f64,
        /// The dimension.
        dimension: u32,
    },
}

/// The most likely φ for one-dimensional values, given the scale s.
pub fn fit_exponent(values: impl IntoIterator<Item = f64>, scale: f64) -> Result<ExponentFit, FitError> {
    if !(scale > 0.0 && scale.is_finite()) {
        return Err(FitError::Scale { scale, dimension: 1 });
    }
    let (mut count, mut sum) = (0.0, 0.0);
    for value in values {
        count += 1.0;
        sum += (value / scale).powi(2).ln_1p();
    }
    fit_exponent_to_mean(sum / count, count, 1)
}

/// The most likely φ for `count` values in `dimension` dimensions from their mean of ln(1 + |θ|²/s²), which is all that matters.
pub fn fit_exponent_to_mean(mean_log: f64, count: f64, dimension: u32) -> Result<ExponentFit, FitError> {
    if dimension == 0 {
        return Err(FitError::Scale { scale: 1.0, dimension });
    }
    let half = 0.5 * f64::from(dimension);
    let excess = |log: f64| digamma(half + log.exp()) - digamma(log.exp()) - mean_log;
    let fitted = bisect(excess, -60.0, 30.0).ok().filter(|_| mean_log > 0.0 && count >= 1.0);
    let freedom = fitted.ok_or(FitError::Sample { count, mean_log })?.exp();
    let information = trigamma(freedom) - trigamma(half + freedom);
    Ok(ExponentFit { exponent: half + freedom, standard_error: (count * information).sqrt().recip() })
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::density::Density;

    /// E ln(1 + θ²) = 2 ln 2 for the Cauchy density, φ = 1 (Gradshteyn & Ryzhik 4.295.7).
    #[test]
    fn a_cauchy_density_has_exponent_one() {
        let fit = fit_exponent_to_mean(4.0_f64.ln(), 1.0, 1).expect("valid input");
        assert!((fit.exponent - 1.0).abs() < 1e-12);
        // In two dimensions ln(1 + r²) is exponential with rate φ − 1.
        let fit = fit_exponent_to_mean(0.25, 100.0, 2).expect("valid input");
        assert!((fit.exponent - 5.0).abs() < 1e-10 && (fit.standard_error - 0.4).abs() < 1e-10);
    }

    #[test]
    fn it_inverts_quadrature() {
        for phi in [1.2, 4.0, 33.0] {
            let density = Density::logarithmic(move |x: f64| -phi * (x * x).ln_1p(), 1e-9, 1e9, 500).expect("valid input");
            let fit = fit_exponent_to_mean(density.mean(|x| (x * x).ln_1p()), 1.0, 1).expect("valid input");
            assert!((fit.exponent / phi - 1.0).abs() < 1e-6, "{phi}: {fit:?}");
        }
    }

    /// X-Val: a normal over the root of a chi-square over its degrees of freedom is Student's t, by definition (Student 1908).
    #[test]
    fn samples_of_students_t_give_back_their_freedom_within_the_standard_error() {
        let mut stream = Key::new(["student"]).stream("t", 0);
        let (freedom, scale, n) = (5, 2.0, 40_000);
        let sample: Vec<f64> = (0..n)
            .map(|_| {
                let chi: f64 = (0..freedom).map(|_| stream.normal().powi(2)).sum();
                scale * stream.normal() / chi.sqrt()
            })
            .collect();
        let fit = fit_exponent(sample.iter().copied(), scale).expect("valid input");
        assert!((fit.exponent - 3.0).abs() < 3.0 * fit.standard_error, "{fit:?}");
        // A wrong scale gives a wrong exponent.
        let wrong = fit_exponent(sample, 1.0).expect("valid input");
        assert!((wrong.exponent - 3.0).abs() > 20.0 * wrong.standard_error, "{wrong:?}");
    }

    #[test]
    fn what_has_no_exponent_is_refused() {
        assert!(matches!(fit_exponent([0.0, 0.0], 1.0), Err(FitError::Sample { .. })));
        assert!(matches!(fit_exponent([], 1.0), Err(FitError::Sample { .. })));
        assert!(matches!(fit_exponent([f64::NAN], 1.0), Err(FitError::Sample { .. })));
        assert!(matches!(fit_exponent([1.0], 0.0), Err(FitError::Scale { .. })));
    }
}
