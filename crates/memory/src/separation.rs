//! The function of the overlap that separates memories: the steeper, the less the other memories disturb.

use std::fmt;

use crate::MemoryError;

/// The highest order: [`f64::powi`] takes no higher exponent.
const MOST_ORDER: u32 = i32::MAX as u32;

/// The separation function `F` of a dense memory, whose energy is `−Σ F(overlap)`. Orders n run from 2 to 2³¹ − 1, as far as
/// the energy stays within f64; see [`check`](Self::check).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separation {
    /// `x^n`, n ≥ 2. With n = 2 the Hopfield network; with even n a pattern and its negative are stored alike.
    Power(u32),
    /// `x^n` for positive x, else 0, n ≥ 2: memories that point away are silent.
    Rectified(u32),
    /// `exp(x)`: Demircigil et al. 2017, arXiv 1702.01929.
    Exponential,
}

impl Separation {
    /// The value at overlap `x`, an integer between −N and N. Without meaning for an order that [`check`](Self::check) refuses.
    pub fn at(self, x: f64) -> f64 {
        match self {
            Self::Power(n) => x.powi(n as i32),
            Self::Rectified(n) => x.max(0.0).powi(n as i32),
            Self::Exponential => x.exp(),
        }
    }

    /// The derivative at overlap `x`, for orders as in [`at`](Self::at).
    pub fn slope(self, x: f64) -> f64 {
        match self {
            Self::Power(n) => f64::from(n) * x.powi(n as i32 - 1),
            Self::Rectified(n) => f64::from(n) * x.max(0.0).powi(n as i32 - 1),
            Self::Exponential => x.exp(),
        }
    }

    /// Whether the order is from 2 to 2³¹ − 1 and the energy of so many patterns stays within f64.
    pub fn check(self, sites: usize, patterns: usize) -> Result<(), MemoryError> {
        let log_largest = match self {
            Self::Power(n) | Self::Rectified(n) if n < 2 => return Err(MemoryError::Order(n)),
            Self::Power(n) | Self::Rectified(n) => f64::from(n) * (sites as f64).ln(),
            Self::Exponential => sites as f64,
        };
        // Sums of two values per pattern must stay below f64::MAX = exp(709.78).
        let in_range = log_largest + (2.0 * patterns as f64).ln() < 709.0;
        if !in_range {
            return Err(MemoryError::Overflow { separation: self, sites, patterns });
        }
        // A single site has an energy of 1 whatever the order.
        match self {
            Self::Power(n) | Self::Rectified(n) => {
                MemoryError::check("the order n", f64::from(n), 2.0, f64::from(MOST_ORDER))
            }
            Self::Exponential => Ok(()),
        }
    }

    /// Whether sums over so many patterns of what a flip may change are integers that f64 holds exactly, so that ties are ties.
    ///
    /// A flip changes a value by at most twice the slope at N, or twice the value there. A cost adds up, for each pattern, a gain
    /// and a loss where it agrees, and a gain besides.
    pub(crate) fn is_exact(self, sites: usize, patterns: usize) -> bool {
        let (most, n) = (2f64.powi(53), sites as f64);
        let change = (2.0 * self.slope(n)).min(2.0 * self.at(n));
        match self {
            Self::Power(_) | Self::Rectified(_) => self.at(n) < most && 3.0 * change * (patterns as f64) < most,
            Self::Exponential => false,
        }
    }
}

impl fmt::Display for Separation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Power(n) => write!(f, "x^{n}"),
            Self::Rectified(n) => write!(f, "max(x, 0)^{n}"),
            Self::Exponential => write!(f, "exp(x)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of F = x³ a million patterns of ten thousand sites are added up exactly, as the sums of their stakes, 10⁶ (12 N² + 16) at
    /// most, are below 2⁵³; the sum of their values, 10⁶ N³, is not.
    #[test]
    fn what_flips_change_is_exact_at_large_sizes() {
        assert!(Separation::Power(3).is_exact(10_000, 1_000_000));
        assert!(!Separation::Power(3).is_exact(10_000, 6_000_000));
        assert!(!Separation::Power(5).is_exact(10_000, 1));
        assert!(!Separation::Exponential.is_exact(2, 2));
    }
}
