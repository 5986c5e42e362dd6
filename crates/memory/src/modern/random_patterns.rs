//! Random patterns on the unit sphere: at which β a stored pattern is retrieved, and how much weight the others keep.
//!
//! The sum over the other patterns is replaced by its mean over the sphere (annealed average, as in the random energy model
//! of Lucibello & Mézard, *Exponential Capacity of Dense Associative Memories*, PRL 132 (2024) 077301, arXiv 2304.14964). A
//! fixed point `ξ = m x₁` then has, with `k = β m`:
//!
//! `m = p + (1 − p) A(k)`, `p = 1/(1 + (N − 1) Φ(k) e^(−k))`, `Φ(k) = E exp(k x·e)`, `A = Φ'/Φ`.
//!
//! Neglected: that patterns of one network share their fluctuations, and what a pattern's own weight adds to its overlap with
//! the state. Both are of relative order `Φ(2k)/(N Φ(k)²)` in the weight of the others, which must be small.

use lawbook_analysis::root::bisect;

use super::ContinuousError;

/// N independent patterns, uniform on the unit sphere in d dimensions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomPatterns {
    count: f64,
    dimension: f64,
}

impl RandomPatterns {
    /// At least two patterns in at least two dimensions.
    pub fn new(count: usize, dimension: usize) -> Result<Self, ContinuousError> {
        for (what, value) in [("number of patterns", count), ("dimension", dimension)] {
            if value < 2 {
                return Err(ContinuousError::Range { what, value: value as f64, range: "at least 2" });
            }
        }
        Ok(Self { count: count as f64, dimension: dimension as f64 })
    }

    /// `Φ(k) = E exp(k x·e)` for a pattern x and a fixed unit vector e: `₀F₁(d/2; k²/4)`, an even power series.
    pub fn mean_exponential(&self, k: f64) -> f64 {
        confluent_limit(0.5 * self.dimension, 0.25 * k * k)
    }

    /// `A(k) = Φ'(k)/Φ(k)`: the mean overlap of patterns with e when each weighs `exp(k x·e)`.
    pub fn mean_overlap(&self, k: f64) -> f64 {
        k / self.dimension * confluent_limit(0.5 * self.dimension + 1.0, 0.25 * k * k) / self.mean_exponential(k)
    }

    /// The weight 1 − p of all other patterns together, at `k = β m`.
    fn others(&self, k: f64) -> f64 {
        let odds = (self.count - 1.0) * self.mean_exponential(k) * (-k).exp();
        odds / (1.0 + odds)
    }

    /// The β at which a fixed point with that `k = β m` exists.
    fn beta_at(&self, k: f64) -> f64 {
        let others = self.others(k);
        k / (1.0 - others + others * self.mean_overlap(k))
    }

    /// The `k` and the β at which the fixed point near a pattern appears: the smallest β of the branch that ends at the
    /// pattern. None where the branch begins at the mean of all patterns without a jump.
    fn onset(&self) -> Option<(f64, f64)> {
        let step = 1e-3;
        let mut k = 4.0 * self.count.ln() + 4.0;
        let mut beta = self.beta_at(k);
        while k > step {
            let (lower, at_lower) = (k - step, self.beta_at(k - step));
            if at_lower > beta {
                return Some((k, beta));
            }
            (k, beta) = (lower, at_lower);
        }
        None
    }

    /// The β from which on a typical pattern is retrieved; None where retrieval sets in without a jump.
    pub fn threshold(&self) -> Option<f64> {
        self.onset().map(|(_, beta)| beta)
    }

    /// The weight that all other patterns keep at the fixed point near a pattern; None below the threshold.
    pub fn leak(&self, beta: f64) -> Option<f64> {
        let (onset, _) = self.onset()?;
        let k = bisect(|k| self.beta_at(k) - beta, onset, 2.0 * beta).ok()?;
        Some(self.others(k))
    }
}

/// `₀F₁(; a; x)` for positive a and x, by its series of positive terms.
fn confluent_limit(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0, 1.0, 0.0);
    while term > 1e-17 * sum {
        term *= x / ((n + 1.0) * (a + n));
        sum += term;
        n += 1.0;
    }
    sum
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// On the sphere in three dimensions x·e is uniform: Φ = sinh(k)/k, A = coth(k) − 1/k (Langevin).
    #[test]
    fn three_dimensions_have_the_langevin_function() {
        let patterns = RandomPatterns::new(10, 3).unwrap();
        for k in [0.1, 1.0, 7.0] {
            let (phi, langevin) = (f64::sinh(k) / k, 1.0 / f64::tanh(k) - 1.0 / k);
            assert!((patterns.mean_exponential(k) / phi - 1.0).abs() < 1e-14);
            assert!((patterns.mean_overlap(k) / langevin - 1.0).abs() < 1e-12);
        }
    }

    /// In very many dimensions patterns are orthogonal: Φ = 1, A = 0, and β = min_p [ln(p/(1−p)) + ln(N−1)]/p.
    #[test]
    fn many_dimensions_are_orthogonal_patterns() {
        let beta = |p: f64| ((p / (1.0 - p)).ln() + 19f64.ln()) / p;
        let exact = (5000..9999).map(|i| beta(f64::from(i) * 1e-4)).fold(f64::INFINITY, f64::min);
        let patterns = RandomPatterns::new(20, 100_000_000).unwrap();
        assert!((patterns.threshold().unwrap() - exact).abs() < 1e-5);
        assert_eq!(patterns.leak(0.9 * exact), None);
        let leak = patterns.leak(12.0).unwrap();
        let closed = 1.0 / (1.0 + (12.0 * (1.0 - leak)).exp() / 19.0);
        assert!((leak / closed - 1.0).abs() < 1e-5);
    }
}
