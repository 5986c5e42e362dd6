//! What Ramsauer et al. (*Hopfield Networks is All You Need*, ICLR 2021, arXiv 2008.02217) guarantee: when a pattern is stored,
//! how far its fixed point lies from it, how many random patterns can be stored.

use lawbook_analysis::lambert::lambert_w_of_exp;
use lawbook_core::{Tensor, tensor::scalar};

use super::{ContinuousError, LAST, ModernMemory};
use crate::continuous::positive;

/// The bounds for N patterns no longer than M at inverse temperature β.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Number of patterns, N.
    pub count: f64,
    /// Length of the longest pattern, M.
    pub longest: f64,
    /// Inverse temperature, β.
    pub beta: f64,
}

impl Bounds {
    /// Radius of the sphere around a pattern in which its fixed point is looked for: `1/(β N M)`.
    pub fn storage_radius(&self) -> f64 {
        1.0 / (self.beta * self.count * self.longest)
    }

    /// Separation from which on a pattern is stored: `2/(β N) + ln(2 (N − 1) N β M²)/β` (the condition of the theorems on retrieval).
    /// One update then maps the sphere of the storage radius into itself.
    pub fn sufficient_separation(&self) -> f64 {
        let Self { count, longest, beta } = *self;
        2.0 / (beta * count) + (2.0 * (count - 1.0) * count * beta * longest * longest).ln() / beta
    }

    /// Most that one update from a state at `distance` from a pattern of that separation can miss the pattern by:
    /// `2 (N − 1) M exp(−β (Δ − 2 r M))` (Theorem 5).
    pub fn retrieval_error(&self, separation: f64, distance: f64) -> f64 {
        let Self { count, longest, beta } = *self;
        2.0 * (count - 1.0) * longest * (-beta * (separation - 2.0 * distance * longest)).exp()
    }

    /// Most that the fixed point of a stored pattern can be away from it, if it is within `1/(2 β M)` at all:
    /// `2 e (N − 1) M exp(−β Δ)` (Theorem 5).
    pub fn fixed_point_distance(&self, separation: f64) -> f64 {
        std::f64::consts::E * self.retrieval_error(separation, 0.0)
    }
}

impl ModernMemory {
    /// The bounds that hold for this memory.
    pub fn bounds(&self) -> Bounds {
        let longest = scalar(&self.patterns().norm_scalaropt_dim(2.0, LAST.as_slice(), false).max());
        Bounds { count: self.count() as f64, longest, beta: self.beta() }
    }

    /// The separation `Δ_i = x_i·x_i − max_{j≠i} x_i·x_j` of every pattern: shape `[…, N]`.
    pub fn separations(&self) -> Tensor {
        let gram = self.patterns().matmul(&self.patterns().transpose(-2, -1));
        let own = gram.diagonal(0, -2, -1);
        let excluded = own.zeros_like().fill(f64::NEG_INFINITY).diag_embed(0, -2, -1);
        own - (gram + excluded).amax(LAST.as_slice(), false)
    }

    /// The squared distance of the two patterns furthest apart, in any network of an ensemble.
    pub fn squared_diameter(&self) -> f64 {
        let gram = self.patterns().matmul(&self.patterns().transpose(-2, -1));
        let own = gram.diagonal(0, -2, -1);
        scalar(&(own.unsqueeze(-1) + own.unsqueeze(-2) - gram * 2.0).max())
    }

    /// A bound of the Jacobian's norm: `β D²/4`, D the diameter of the patterns. Below 1 all states go to one fixed point.
    ///
    /// The variance of a number in an interval of length D is at most D²/4 (Popoviciu), and the Jacobian is β times the
    /// covariance of the weighted patterns. It is never above the paper's `β M²`.
    pub fn contraction_bound(&self) -> f64 {
        0.25 * self.beta() * self.squared_diameter()
    }
}

/// How many random patterns are stored for sure: Theorem 3, for patterns drawn from the sphere of radius `K √(d − 1)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StorageGuarantee {
    /// The constant a.
    pub a: f64,
    /// The constant b.
    pub b: f64,
    /// The base c of the exponential.
    pub c: f64,
    /// `√p c^((d−1)/4)`: so many patterns are stored with probability at least 1 − p.
    pub patterns: f64,
    /// Whether `c ≥ (2/√p)^(4/(d−1))`, without which the theorem says nothing.
    pub applies: bool,
}

impl StorageGuarantee {
    /// For dimension d, radius `K √(d − 1)`, inverse temperature β, failure probability p.
    pub fn new(dimension: usize, radius: f64, beta: f64, failure: f64) -> Result<Self, ContinuousError> {
        if dimension < 2 {
            let value = dimension as f64;
            return Err(ContinuousError::Range { what: "dimension", value, range: "at least 2" });
        }
        let (k, rank) = (positive("radius", radius)?, dimension as f64 - 1.0);
        positive("beta", beta)?;
        if !(failure > 0.0 && failure <= 1.0) {
            return Err(ContinuousError::Range { what: "failure probability", value: failure, range: "0 < p ≤ 1" });
        }
        let a = 2.0 / rank * (1.0 + (2.0 * beta * k * k * failure * rank).ln());
        let b = 2.0 * k * k * beta / 5.0;
        let c = b / lambert_w_of_exp(a + b.ln());
        let patterns = failure.sqrt() * c.powf(rank / 4.0);
        Ok(Self { a, b, c, patterns, applies: c >= (2.0 / failure.sqrt()).powf(4.0 / rank) })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::{Device, Key, Kind};

    use super::*;

    /// X-Val: c = 3.1546 and 1.3718 as printed after Theorem 3 of arXiv 2008.02217; further digits from mpmath 1.3.
    #[test]
    fn the_constants_of_theorem_three_are_those_published() {
        let known = [
            (20, 3.0, 3.154_610_769_794_688, 1.273_255_472_628_429_4, 7.412_973_760_846_474),
            (75, 1.0, 1.371_877_769_216_649_5, -0.940_900_002_285_453, 10.973_249_239_066_313),
        ];
        for (dimension, radius, c, exponent, patterns) in known {
            let found = StorageGuarantee::new(dimension, radius, 1.0, 0.001).unwrap();
            assert!((found.c - c).abs() < 1e-12 && (found.patterns - patterns).abs() < 1e-10, "{found:?}");
            assert!((found.a + found.b.ln() - exponent).abs() < 1e-12 && found.applies);
        }
        assert!(!StorageGuarantee::new(20, 0.5, 1.0, 0.001).unwrap().applies);
        assert!(StorageGuarantee::new(1, 1.0, 1.0, 0.5).is_err());
    }

    /// At a separation just sufficient, the error bound at the storage radius is the storage radius.
    #[test]
    fn a_sufficient_separation_maps_the_sphere_into_itself() {
        let bounds = Bounds { count: 40.0, longest: 3.0, beta: 0.7 };
        let error = bounds.retrieval_error(bounds.sufficient_separation(), bounds.storage_radius());
        assert!((error / bounds.storage_radius() - 1.0).abs() < 1e-12);
    }

    /// Orthonormal patterns: Δ = 1, squared diameter 2; the Jacobian half way between two patterns attains the bound.
    #[test]
    fn orthonormal_patterns_have_their_closed_forms() {
        let memory = ModernMemory::new(Tensor::eye(2, (Kind::Double, Device::Cpu)), 1.7).unwrap();
        assert_eq!(lawbook_core::tensor::to_vec(&memory.separations()), [1.0, 1.0]);
        assert_eq!(memory.squared_diameter(), 2.0);
        let jacobian = memory.jacobian(&Tensor::full([2], 0.5, (Kind::Double, Device::Cpu))).unwrap();
        let largest = scalar(&jacobian.linalg_eigvalsh("L").max());
        assert!((largest - memory.contraction_bound()).abs() < 1e-14);
    }

    /// The Jacobian's norm stays below the bound, and the bound below the paper's.
    #[test]
    fn jacobians_respect_their_bound() {
        let mut stream = Key::new(["bounds"]).stream("patterns", 0);
        let memory = ModernMemory::new(stream.normal_tensor(&[9, 4], Kind::Double, Device::Cpu), 0.6).unwrap();
        let bounds = memory.bounds();
        assert!(memory.contraction_bound() <= bounds.beta * bounds.longest * bounds.longest);
        for _ in 0..50 {
            let jacobian = memory.jacobian(&stream.normal_tensor(&[4], Kind::Double, Device::Cpu)).unwrap();
            assert!(scalar(&jacobian.linalg_eigvalsh("L").max()) <= memory.contraction_bound());
        }
    }
}
