//! The digamma and trigamma functions, for likelihoods of gamma, beta and Student densities.

/// ψ(x) = d ln Γ(x)/dx for x > 0; NaN elsewhere.
pub fn digamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < SHIFT {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series = r * (1.0 / 12.0 - r * (1.0 / 120.0 - r * (1.0 / 252.0 - r * (1.0 / 240.0 - r * (1.0 / 132.0)))));
    sum + x.ln() - 0.5 / x - series
}

/// ψ′(x) for x > 0; NaN elsewhere.
pub fn trigamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < SHIFT {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series = 1.0 / 6.0 - r * (1.0 / 30.0 - r * (1.0 / 42.0 - r * (1.0 / 30.0 - r * (5.0 / 66.0))));
    sum + 1.0 / x + 0.5 * r + series * r / x
}

/// Beyond it the asymptotic series (Abramowitz & Stegun 1964, 6.3.18 and 6.4.12) reaches the last bits.
const SHIFT: f64 = 14.0;

#[cfg(test)]
mod tests {
    use super::*;

    /// ψ(1) = −γ and ψ(½) = −γ − 2 ln 2 (Abramowitz & Stegun 6.3.2, 6.3.3); ψ′(1) = π²/6, ψ′(½) = π²/2 (6.4.2, 6.4.4).
    #[test]
    fn values_at_one_and_one_half() {
        const EULER: f64 = 0.577_215_664_901_532_9;
        let square = std::f64::consts::PI.powi(2);
        assert!((digamma(1.0) + EULER).abs() < 1e-14);
        assert!((digamma(0.5) + EULER + 4.0_f64.ln()).abs() < 1e-14);
        assert!((trigamma(1.0) - square / 6.0).abs() < 1e-14);
        assert!((trigamma(0.5) - square / 2.0).abs() < 1e-14);
        assert!(digamma(0.0).is_nan() && trigamma(-1.0).is_nan());
    }

    #[test]
    fn the_one_is_the_slope_of_the_other_and_of_ln_gamma() {
        for x in [0.3, 2.0, 11.0, 80.0] {
            let h = 1e-4 * x;
            let slope = (digamma(x + h) - digamma(x - h)) / (2.0 * h);
            assert!((slope / trigamma(x) - 1.0).abs() < 1e-6);
            let slope = (libm::lgamma(x + h) - libm::lgamma(x - h)) / (2.0 * h);
            assert!((slope - digamma(x)).abs() < 1e-5);
        }
    }
}
