//! A probability density known up to its factor: distribution function, quantiles and means by quadrature.

use crate::quadrature::{Antiderivative, nodes};

/// Why a density cannot be normalised.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum DensityError {
    /// The range is empty, or not of the kind that the coordinate needs.
    #[error("the range {low}..{high} is empty or not finite (for a logarithmic coordinate it must be positive)")]
    Range {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// The log density is infinite or not a number somewhere.
    #[error("the log density peaks at {peak} in the range: check that its parameters make it a density")]
    Peak {
        /// Its largest value at the nodes.
        peak: f64,
    },
}

/// The coordinate in which the panels are equal.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Coordinate {
    Linear,
    Logarithmic,
}

impl Coordinate {
    fn of(self, v: f64) -> f64 {
        if self == Self::Linear { v } else { v.ln() }
    }

    fn back(self, x: f64) -> f64 {
        if self == Self::Linear { x } else { x.exp() }
    }
}

/// A normalised density on a range. Mass outside of the range is ignored, so choose it wide.
pub struct Density {
    coordinate: Coordinate,
    mass: Antiderivative<Box<dyn Fn(f64) -> f64>>,
    peak: f64,
}

impl Density {
    /// From a log density in `v`, with equal panels in `v`.
    pub fn linear(
        log_density: impl Fn(f64) -> f64 + 'static,
        low: f64,
        high: f64,
        panels: usize,
    ) -> Result<Self, DensityError> {
        Self::new(Coordinate::Linear, log_density, low, high, panels)
    }

    /// From a log density in `v > 0`, with equal panels in ln `v`; `log_density` is still the density per unit of `v`.
    pub fn logarithmic(
        log_density: impl Fn(f64) -> f64 + 'static,
        low: f64,
        high: f64,
        panels: usize,
    ) -> Result<Self, DensityError> {
        Self::new(Coordinate::Logarithmic, move |x: f64| log_density(x.exp()) + x, low.ln(), high.ln(), panels)
    }

    fn new(
        coordinate: Coordinate,
        log_density: impl Fn(f64) -> f64 + 'static,
        low: f64,
        high: f64,
        panels: usize,
    ) -> Result<Self, DensityError> {
        if !(low < high && low.is_finite() && high.is_finite() && panels > 0) {
            return Err(DensityError::Range { low: coordinate.back(low), high: coordinate.back(high) });
        }
        let width = (high - low) / panels as f64;
        let ends = |i: usize| (low + width * i as f64, low + width * (i + 1) as f64);
        let values = (0..panels).map(ends).flat_map(|(a, b)| nodes(a, b)).map(|(x, _)| log_density(x));
        // Not f64::max, which would drop a value that is not a number.
        let peak = values.fold(f64::NEG_INFINITY, |peak, value| if value <= peak { peak } else { value });
        if !peak.is_finite() {
            return Err(DensityError::Peak { peak });
        }
        let density: Box<dyn Fn(f64) -> f64> = Box::new(move |x| (log_density(x) - peak).exp());
        Ok(Self { coordinate, mass: Antiderivative::new(density, low, high, panels), peak })
    }

    /// The logarithm of the integral of the density as given: its normalising constant.
    pub fn log_normaliser(&self) -> f64 {
        self.whole().ln() + self.peak
    }

    /// The probability of values up to `v`.
    pub fn cdf(&self, v: f64) -> f64 {
        if v <= 0.0 && self.coordinate == Coordinate::Logarithmic {
            return 0.0;
        }
        self.mass.at(self.coordinate.of(v)) / self.whole()
    }

    /// The value below which lies the probability `p`, between 0 and 1.
    pub fn quantile(&self, p: f64) -> f64 {
        let target = p * self.whole();
        let sums = self.mass.sums();
        let index = sums.partition_point(|&sum| sum < target).clamp(1, sums.len() - 1);
        let (mut low, mut high) = (self.mass.end(index - 1), self.mass.end(index));
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            *(if self.mass.at(middle) < target { &mut low } else { &mut high }) = middle;
        }
        self.coordinate.back(0.5 * (low + high))
    }

    /// The mean of `g(v)`.
    pub fn mean(&self, g: impl Fn(f64) -> f64) -> f64 {
        self.mass.integrate(|x| g(self.coordinate.back(x))) / self.whole()
    }

    /// The variance of `v`.
    pub fn variance(&self) -> f64 {
        let mean = self.mean(|v| v);
        self.mean(|v| (v - mean).powi(2))
    }

    fn whole(&self) -> f64 {
        self.mass.sums().last().copied().unwrap_or(f64::NAN)
    }
}

impl std::fmt::Debug for Density {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Density").field("coordinate", &self.coordinate).field("peak", &self.peak).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// X-Val: scipy 1.17.1 `scipy.stats.norm.ppf([.05, .75])`.
    #[test]
    fn quantiles_of_a_normal() {
        let normal = Density::linear(|v| -0.5 * v * v, -12.0, 12.0, 48).expect("valid input");
        assert!((normal.quantile(0.05) + 1.644_853_626_951_472_7).abs() < 1e-12);
        assert!((normal.quantile(0.75) - 0.674_489_750_196_081_7).abs() < 1e-12);
        assert!((normal.log_normaliser() - 0.5 * std::f64::consts::TAU.ln()).abs() < 1e-13);
        assert!((normal.variance() - 1.0).abs() < 1e-12);
    }

    proptest! {
        /// The gamma density with shape a: mean a, variance a.
        #[test]
        fn moments_of_a_gamma(a in 0.05..5.0f64) {
            let gamma = Density::logarithmic(move |v| (a - 1.0) * v.ln() - v, 1e-280, 1e3, 700).expect("valid input");
            prop_assert!((gamma.mean(|v| v) / a - 1.0).abs() < 1e-9);
            prop_assert!((gamma.variance() / a - 1.0).abs() < 1e-9);
            prop_assert!((gamma.log_normaliser() - libm::lgamma(a)).abs() < 1e-9);
        }

        #[test]
        fn the_quantile_inverts_the_distribution_function(p in 0.001..0.999f64) {
            let cauchy = Density::logarithmic(|v| -(1.0 + v * v).ln(), 1e-12, 1e12, 200).expect("valid input");
            prop_assert!((cauchy.cdf(cauchy.quantile(p)) - p).abs() < 1e-12);
        }
    }

    #[test]
    fn what_is_no_density_is_refused() {
        assert!(matches!(Density::linear(|_| f64::NAN, 0.0, 1.0, 4), Err(DensityError::Peak { .. })));
        assert!(matches!(Density::logarithmic(|v| v, -1.0, 1.0, 4), Err(DensityError::Range { .. })));
        assert!(matches!(Density::linear(|v| v, 1.0, 1.0, 4), Err(DensityError::Range { .. })));
    }
}
