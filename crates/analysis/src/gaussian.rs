//! The normal distribution: density, distribution function, quantiles, moments, and expectations by quadrature.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use libm::erfc;

/// Beyond this the standard normal density is below 1e-31, so that the tails of any integrand of moderate growth vanish in
/// rounding.
const REACH: f64 = 12.0;

/// The density of the standard normal, `φ(x) = exp(−x²/2)/√(2π)`.
pub fn normal_density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

/// The distribution function `Φ(x)` of the standard normal; accurate to rounding far into the lower tail.
pub fn normal_cdf(x: f64) -> f64 {
    normal_tail(-x)
}

/// The upper tail of the standard normal, `Q(x) = ∫ₓ^∞ φ = ½ erfc(x/√2)`; accurate to rounding far into the tail.
pub fn normal_tail(x: f64) -> f64 {
    0.5 * erfc(x * FRAC_1_SQRT_2)
}

/// The `x` at which [`normal_tail`] is `probability`; infinite at 0 and 1, NaN outside.
pub fn normal_tail_inverse(probability: f64) -> f64 {
    if probability == 0.0 || probability == 1.0 {
        return if probability == 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
    }
    if !(0.0..=1.0).contains(&probability) {
        return f64::NAN;
    }
    // Q underflows to 0 beyond 39, so the root lies inside; 80 halvings reach the spacing of f64.
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        *(if normal_tail(middle) > probability { &mut low } else { &mut high }) = middle;
    }
    0.5 * (low + high)
}

/// The product of the odd numbers up to `n`, `1·3·5·…`: for odd `n` the double factorial n!!, and `(2k − 1)!!` is the moment
/// `E x^2k` of a standard normal. 1 for `n` up to 1. Infinite beyond n = 300.
pub fn odd_factorial(n: i64) -> f64 {
    (1..=n).step_by(2).map(|factor| factor as f64).product()
}

/// A normal distribution; one of infinite deviation has half of its mass on either side of any value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normal {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, positive.
    pub deviation: f64,
}

impl Normal {
    /// The probability of values up to `v`.
    pub fn cdf(&self, v: f64) -> f64 {
        normal_cdf((v - self.mean) / self.deviation)
    }

    /// The value below which lies the probability `p`, between 0 and 1.
    pub fn quantile(&self, p: f64) -> f64 {
        self.mean - self.deviation * normal_tail_inverse(p)
    }
}

/// Nodes and weights with Σ w f(x) ≈ E f(g), g standard normal: the trapezoidal rule on an even grid over [−12, 12].
///
/// For analytic f it converges faster than any power of 1/`nodes`; at a kink of f the error is that of one cell, of order
/// (24/nodes)². `nodes` below 2 count as 2.
pub fn normal_rule(nodes: usize) -> Vec<(f64, f64)> {
    let cells = nodes.max(2) - 1;
    let step = 2.0 * REACH / cells as f64;
    let node = |i| -REACH + step * i as f64;
    // Ends would count half, but their weight is 1e-32 either way.
    (0..=cells).map(node).map(|x| (x, step * normal_density(x))).collect()
}

/// ∫ f(t) dt over [−12, 12] by the trapezoidal rule: for integrands that vanish like the normal density.
pub fn integrate_line(nodes: usize, f: impl Fn(f64) -> f64) -> f64 {
    let cells = nodes.max(2) - 1;
    let step = 2.0 * REACH / cells as f64;
    (0..=cells).map(|i| step * f(-REACH + step * i as f64)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expectation(f: impl Fn(f64) -> f64) -> f64 {
        normal_rule(2001).into_iter().map(|(x, w)| w * f(x)).sum()
    }

    /// Closed forms: E g^{2k} = (2k − 1)!!, E cos g = e^{−1/2}, and E max(g, 0) = 1/√(2π) at its kink.
    #[test]
    fn expectations_are_the_closed_forms() {
        for (value, exact) in [
            (expectation(|_| 1.0), 1.0),
            (expectation(|x| x.powi(4)), 3.0),
            (expectation(|x| x.powi(8)), 105.0),
            (expectation(f64::cos), (-0.5f64).exp()),
        ] {
            assert!((value - exact).abs() < 1e-12 * exact.abs(), "{value} {exact}");
        }
        assert!((expectation(|x| (x - 0.005).max(0.0)) - (normal_density(0.005) - 0.005 * normal_cdf(-0.005))).abs() < 1e-5);
    }

    /// X-Val: `math.erfc(-t/sqrt(2))/2` of Python 3.11 at −8, −1, 0 and 2.
    #[test]
    fn distribution_function_is_that_of_python() {
        for (t, exact) in
            [(-8.0, 6.220_960_574_271_819e-16), (-1.0, 0.158_655_253_931_457_07), (0.0, 0.5), (2.0, 0.977_249_868_051_820_8)]
        {
            assert!((normal_cdf(t) / exact - 1.0).abs() < 1e-13, "{t}: {}", normal_cdf(t));
        }
    }

    /// X-Val: Abramowitz & Stegun (1964), table 26.1 (P(x) to 15 digits) and table 26.2 (−log₁₀ Q(x)).
    #[test]
    fn normal_tail_agrees_with_the_tables() {
        for (x, upper) in [(0.0, 0.5), (1.0, 0.158_655_253_931_457), (2.0, 0.022_750_131_948_179)] {
            assert!((normal_tail(x) - upper).abs() < 1e-15, "{x}");
        }
        for (x, minus_log) in [(5.0, 6.54265), (10.0, 23.11805)] {
            assert!((-normal_tail(x).log10() - minus_log).abs() < 1e-5, "{x}");
        }
    }

    #[test]
    fn inverse_inverts() {
        for p in [1e-12, 0.005, 0.138, 0.5, 0.9, 1.0 - 1e-9] {
            assert!((normal_tail(normal_tail_inverse(p)) / p - 1.0).abs() < 1e-12, "{p}");
        }
        assert_eq!(normal_tail_inverse(0.0), f64::INFINITY);
        assert!(normal_tail_inverse(1.5).is_nan());
    }

    #[test]
    fn odd_factorials_are_the_gaussian_moments() {
        assert_eq!([-1, 1, 3, 5, 7, 9].map(odd_factorial), [1.0, 1.0, 3.0, 15.0, 105.0, 945.0]);
    }

    /// X-Val: scipy 1.17.1 `scipy.stats.norm.ppf(.05)`.
    #[test]
    fn any_normal_is_the_standard_one_moved_and_scaled() {
        let normal = Normal { mean: 3.0, deviation: 2.0 };
        assert!((normal.quantile(0.05) - (3.0 - 2.0 * 1.644_853_626_951_472_7)).abs() < 1e-12);
        assert!((normal.cdf(normal.quantile(0.3)) - 0.3).abs() < 1e-14);
        assert_eq!(Normal { mean: 3.0, deviation: f64::INFINITY }.cdf(-7.0), 0.5);
    }

    /// ∫ (1 − Φ)Φ dt = 1/√π, the mean difference of two normals halved.
    #[test]
    fn line_integral_gives_the_mean_difference() {
        let value = integrate_line(2001, |t| normal_cdf(t) * normal_cdf(-t));
        assert!((value - PI.sqrt().recip()).abs() < 1e-12, "{value}");
    }
}
