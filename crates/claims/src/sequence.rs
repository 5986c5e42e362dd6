//! Confidence sequences: intervals that stay valid however often one looks.
//!
//! A run starts with few seeds and adds more while a claim is undecided. A fixed-sample interval would miss more often than
//! its level says, because looking repeatedly gives chance more chances. The intervals here cover the truth *at all sample
//! sizes at once* with probability at least 1 − level, by Ville's inequality for a non-negative martingale.

use libm::lgamma;

/// An interval around an estimate; infinite where the data cannot bound it yet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The point estimate.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// The whole line: nothing is known yet.
    pub fn unbounded(estimate: f64) -> Self {
        Self { estimate, low: f64::NEG_INFINITY, high: f64::INFINITY }
    }

    /// The smallest interval that contains both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { estimate: self.estimate, low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// Variance of the mixture over effect sizes, in units of the replicates' own variance. Large, because margins are many
/// standard deviations wide when a law holds: it makes the interval finite from four replicates on at a level of 1e-4, and
/// costs a few per cent of width at a hundred.
const MIXTURE_VARIANCE: f64 = 1000.0;

/// Widens the interval of `n` replicates by `1 + SKEWNESS_ALLOWANCE / sqrt(n)`. Few skewed replicates may by chance all lie on
/// the side where they are dense, and then both mean and scatter come out too small; the t martingale does not know that.
/// With 2 the rates of false verdicts stay under their level up to the skewness of an exponential (which is 2), at levels
/// down to 2e-4; `tests/calibration.rs` measures them.
const SKEWNESS_ALLOWANCE: f64 = 2.0;

/// Confidence sequence for the mean of independent replicates, from the values so far.
///
/// The Gaussian-mixture *t* martingale (Wang & Ramdas, *Anytime-valid t-tests and confidence sequences for Gaussian means
/// with unknown variance*, 2023, arXiv 2310.03722): with `A = 1 + n g`, the mean `m` is excluded once
/// `A^(-1/2) [(1 + r)/(1 + r/A)]^(n/2) ≥ 1/level`, `r = n (x̄ − m)² / ((n − 1) s²)`. That is exact for Gaussian replicates
/// with unknown variance, at every `n` at once; it is then widened to allow for skewed ones.
///
/// Unbounded with fewer than two values, or when all values are equal: then the scatter is unknown, not zero.
pub fn replicate_interval(values: &[f64], level: f64) -> Interval {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    if values.len() < 2 || squares == 0.0 {
        return Interval::unbounded(mean);
    }
    let a = 1.0 + n * MIXTURE_VARIANCE;
    let c = ((0.5 * a.ln() - level.ln()) * 2.0 / n).exp();
    if c >= a {
        return Interval::unbounded(mean);
    }
    let r = (c - 1.0) / (1.0 - c / a);
    let half = (r * squares / n).sqrt() * (1.0 + SKEWNESS_ALLOWANCE / n.sqrt());
    Interval { estimate: mean, low: mean - half, high: mean + half }
}

/// Confidence sequence for a proportion, from the successes among independent trials so far.
///
/// The beta-binomial mixture martingale (Robbins 1970) with a uniform mixture: `p` is excluded once
/// `B(k + 1, n − k + 1) ≥ p^k (1 − p)^(n − k) / level`. Exact for independent trials.
pub fn proportion_interval(successes: f64, trials: f64, level: f64) -> Interval {
    if trials <= 0.0 {
        return Interval { estimate: 0.5, low: 0.0, high: 1.0 };
    }
    let failures = trials - successes;
    let log_mixture = lgamma(successes + 1.0) + lgamma(failures + 1.0) - lgamma(trials + 2.0);
    let excluded = |p: f64| {
        let log_likelihood = weighted_log(successes, p) + weighted_log(failures, 1.0 - p);
        log_mixture - log_likelihood >= -level.ln()
    };
    let estimate = successes / trials;
    let boundary = |outer: f64| {
        if !excluded(outer) {
            return outer;
        }
        let (mut inside, mut outside) = (estimate, outer);
        for _ in 0..100 {
            let middle = 0.5 * (inside + outside);
            *(if excluded(middle) { &mut outside } else { &mut inside }) = middle;
        }
        outside
    };
    Interval { estimate, low: boundary(0.0), high: boundary(1.0) }
}

/// `weight · ln p`, with `0 · ln 0 = 0`.
fn weighted_log(weight: f64, p: f64) -> f64 {
    if weight == 0.0 { 0.0 } else { weight * p.ln() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The interval solves its own defining equation: before the allowance, the martingale is exactly 1/level at its ends.
    #[test]
    fn ends_lie_where_the_martingale_reaches_its_bound() {
        let values = [1.0, 1.4, 0.7, 1.1, 0.9, 1.3];
        let (n, level) = (values.len() as f64, 0.01);
        let interval = replicate_interval(&values, level);
        let squares: f64 = values.iter().map(|x| (x - interval.estimate).powi(2)).sum();
        for end in [interval.low, interval.high] {
            let exact = (interval.estimate - end) / (1.0 + SKEWNESS_ALLOWANCE / n.sqrt());
            let r = n * exact.powi(2) / squares;
            let a = 1.0 + n * MIXTURE_VARIANCE;
            let martingale = a.powf(-0.5) * ((1.0 + r) / (1.0 + r / a)).powf(n / 2.0);
            assert!((martingale * level - 1.0).abs() < 1e-10, "{martingale}");
        }
    }

    /// For many replicates the width tends to that of a known variance: sqrt((ln A − 2 ln level)/n) standard deviations.
    #[test]
    fn many_replicates_give_the_gaussian_mixture_width() {
        let n = 20_000;
        let values: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let interval = replicate_interval(&values, 0.05);
        let a = 1.0 + n as f64 * MIXTURE_VARIANCE;
        let known = ((a.ln() - 2.0 * 0.05_f64.ln()) / n as f64).sqrt();
        assert!((interval.high / known - 1.0).abs() < 0.02, "{} {known}", interval.high);
    }

    #[test]
    fn equal_or_single_values_bound_nothing() {
        assert_eq!(replicate_interval(&[1.0, 1.0, 1.0], 0.05).high, f64::INFINITY);
        assert_eq!(replicate_interval(&[1.0], 0.05).low, f64::NEG_INFINITY);
    }

    /// No failures in n trials: the upper end solves (n + 1)(1 − p)^n = level, in closed form.
    #[test]
    fn no_success_leaves_the_closed_form_upper_end() {
        let (n, level) = (1000.0, 0.01);
        let interval = proportion_interval(0.0, n, level);
        let exact = 1.0 - (level / (n + 1.0)).powf(1.0 / n);
        assert_eq!(interval.low, 0.0);
        assert!((interval.high - exact).abs() < 1e-12, "{} {exact}", interval.high);
    }
}
