//! Special functions of probability and of moments.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use libm::erfc;

/// The upper tail of the standard normal, `Q(x) = ∫ₓ^∞ φ = ½ erfc(x/√2)`; accurate to rounding far into the tail.
pub fn normal_tail(x: f64) -> f64 {
    0.5 * erfc(x * FRAC_1_SQRT_2)
}

/// The density of the standard normal, `φ(x) = exp(−x²/2)/√(2π)`.
pub fn normal_density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
