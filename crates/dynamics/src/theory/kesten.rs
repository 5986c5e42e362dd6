//! The tail of SGD on a line: Kesten's index of a random recursion.
//!
//! Near a minimum of curvature `a` a step of SGD multiplies the weight by a random `1 − λ h` and adds noise. Such a recursion
//! has a stationary law with `P(|w| > x) ∝ x^{−β}`, where `E|1 − λ h|^β = 1` (Kesten, *Random difference equations and renewal
//! theory for products of random matrices*, Acta Math. 131, 207, 1973; Goldie, Ann. Appl. Probab. 1, 126, 1991). For a batch of
//! `S` normal inputs of variance `a`, `h = (a/S) χ²_S`.

use lawbook_analysis::{
    quadrature::integral,
    root::{NoBracket, bisect},
};
use libm::lgamma;

/// Why there is no index.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum KestenError {
    /// A parameter is out of range.
    #[error("scaled rate lambda a = {rate} and batch size {batch}: both must be positive, the rate finite")]
    Invalid {
        /// `λ a`.
        rate: f64,
        /// `S`.
        batch: u32,
    },
    /// A power of which the moment is not asked for.
    #[error("power {0} of the weight: give a number of at least 0")]
    Power(f64),
    /// The weight runs away: there is no stationary law.
    #[error(
        "at lambda a = {rate} and batch size {batch} the weight grows in the mean logarithm (by {growth} per step) and has no \
         stationary law; below lambda a = 2S/(S + 2) = {second_moment} it has one, even with a variance"
    )]
    Unstable {
        /// `λ a`.
        rate: f64,
        /// `S`.
        batch: u32,
        /// `E ln|1 − λ h|`.
        growth: f64,
        /// Where the second moment ends to exist.
        second_moment: f64,
    },
    /// No root was found.
    #[error(transparent)]
    Root(#[from] NoBracket),
}

/// The integral over `χ_S` of `f(χ²_S, log p)`, with `p` the density of `χ_S`: `E g(χ²_S)` for `f = p g`. Here `g` is smooth but
/// for a kink at `kink`, which may be a power of the distance to it; `reach` is a power up to which `g` may grow. The logarithm is
/// given, as the density may underflow where a power overflows.
fn expectation(batch: u32, kink: f64, reach: f64, f: impl Fn(f64, f64) -> f64) -> f64 {
    let degrees = f64::from(batch);
    let norm = (1.0 - 0.5 * degrees) * std::f64::consts::LN_2 - lgamma(0.5 * degrees);
    // In s = χ the density is smooth at 0 for every S.
    let weighted = |s: f64| {
        let log_density = norm + if batch == 1 { 0.0 } else { (degrees - 1.0) * s.ln() } - 0.5 * s * s;
        f(s * s, log_density)
    };
    let end = (degrees + 2.0 * reach).sqrt() + 12.0;
    let middle = kink.max(0.0).sqrt().min(end);
    // Squares on both sides of the kink take the edge off a power of the distance to it.
    let below = |t: f64| weighted(middle * (1.0 - t * t)) * 2.0 * middle * t;
    let above = |t: f64| weighted(middle + (end - middle) * t * t) * 2.0 * (end - middle) * t;
    integral(below, 0.0, 1.0, 40) + integral(above, 0.0, 1.0, 80)
}

fn check(rate: f64, batch: u32) -> Result<(), KestenError> {
    if rate > 0.0 && rate.is_finite() && batch > 0 { Ok(()) } else { Err(KestenError::Invalid { rate, batch }) }
}

/// `E|1 − x χ²_S/S|^power`: the growth of the `power`-th moment of the weight per step, at `x = λ a`. `power ≥ 0`.
pub fn moment_growth(rate: f64, batch: u32, power: f64) -> Result<f64, KestenError> {
    check(rate, batch)?;
    if power >= 0.0 && power.is_finite() { Ok(moment(rate, batch, power)) } else { Err(KestenError::Power(power)) }
}

fn moment(rate: f64, batch: u32, power: f64) -> f64 {
    let scale = rate / f64::from(batch);
    expectation(batch, 1.0 / scale, power, |chi, log_density| (log_density + power * log_factor(scale * chi)).exp())
}

/// `E ln|1 − x χ²_S/S|`: the growth of `ln|w|` per step, at `x = λ a`. To some 10⁻⁶.
pub fn log_growth(rate: f64, batch: u32) -> Result<f64, KestenError> {
    check(rate, batch)?;
    let scale = rate / f64::from(batch);
    Ok(expectation(batch, 1.0 / scale, 1.0, |chi, log_density| log_density.exp() * log_factor(scale * chi)))
}

/// `ln|1 − x|`, finite where that is −∞, so that its product with zero is zero.
fn log_factor(x: f64) -> f64 {
    (1.0 - x).abs().max(f64::MIN_POSITIVE).ln()
}

/// The index `β > 0` of the stationary tail, `E|1 − x χ²_S/S|^β = 1`, at `x = λ a`.
pub fn tail_index(rate: f64, batch: u32) -> Result<f64, KestenError> {
    let growth = log_growth(rate, batch)?;
    if growth >= 0.0 {
        let size = f64::from(batch);
        return Err(KestenError::Unstable { rate, batch, growth, second_moment: 2.0 * size / (size + 2.0) });
    }
    // The moments fall from 1 at power 0, are convex, and rise beyond all bounds.
    let excess = |power: f64| moment(rate, batch, power) - 1.0;
    let mut high = 1.0;
    while excess(high) <= 0.0 {
        high *= 2.0;
    }
    let mut low = 0.5 * high;
    while excess(low) > 0.0 {
        low *= 0.5;
    }
    Ok(bisect(excess, low, high)?)
}

/// The index that Ziyin et al. (2022, arXiv 2102.05375, section 6.6) give, `2S/x − S`: that of the Student law with the same
/// variance, which is the index where it is 2. For positive `x`, up to `2S/(S + 1)`, where it is 1.
pub fn student_tail_index(rate: f64, batch: u32) -> f64 {
    2.0 * f64::from(batch) / rate - f64::from(batch)
}

/// The index in continuous time, `2S/x + 1`, for positive `x`.
pub fn continuous_tail_index(rate: f64, batch: u32) -> f64 {
    2.0 * f64::from(batch) / rate + 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: scipy 1.17 `optimize.brentq` on `integrate.quad` (relative tolerance 1e-13) against `stats.chi`.
    #[test]
    fn roots_are_those_of_scipy() {
        for (rate, batch, exact) in [
            (1.0, 1, 1.090_826_473_066_314_9),
            (0.5, 1, 2.903_966_228_916_332),
            (0.25, 1, 6.504_974_613_043_222),
            (1.0, 4, 3.504_683_614_147_192_6),
            (0.5, 4, 9.978_384_149_643_215),
            (0.25, 4, 23.618_083_464_070_203),
            (1.0, 8, 6.202_300_766_037_322),
            (1.0, 16, 11.419_443_806_3),
            (1.5, 10, 2.839_850_713_957_855_3),
            (1.6, 32, 5.439_267_450_786_903),
            // mpmath at 30 digits, where the density underflows before the power has overflown.
            (0.3, 16, 72.236_420_777_078_75),
            (0.1, 16, 257.915_779_131_032_3),
            (0.1, 64, 1_026.567_442_065_335),
            (0.05, 8, 271.670_940_068_756_6),
            (0.02, 4, 351.210_726_455_079),
            (0.005, 1, 358.445_179_288_778_8),
        ] {
            let root = tail_index(rate, batch).expect("valid input");
            assert!((root / exact - 1.0).abs() < 1e-9, "{rate} {batch}: {root} {exact}");
        }
    }

    /// Closed forms: E(1 − xh) = 1 − x, E(1 − xh)² = (1 − x)² + 2x²/S, and the fourth moment of χ².
    #[test]
    fn even_moments_are_polynomials() {
        for (x, s) in [(0.3, 1), (1.0, 2), (1.7, 5), (0.9, 40)] {
            let size = f64::from(s);
            let second = (1.0 - x) * (1.0 - x) + 2.0 * x * x / size;
            assert!((moment_growth(x, s, 2.0).expect("valid input") - second).abs() < 1e-10, "{x} {s}");
            let raw = |k: i32| (0..k).map(|i| 1.0 + 2.0 * f64::from(i) / size).product::<f64>();
            let fourth = 1.0 - 4.0 * x + 6.0 * x * x * raw(2) - 4.0 * x.powi(3) * raw(3) + x.powi(4) * raw(4);
            assert!((moment_growth(x, s, 4.0).expect("valid input") - fourth).abs() < 1e-9, "{x} {s}");
        }
    }

    /// Both formulas are exact where the index is 2, at λa = 2S/(S + 2), and differ elsewhere.
    #[test]
    fn the_variance_matched_index_is_right_at_two_alone() {
        for s in [1, 2, 5, 20] {
            let edge = 2.0 * f64::from(s) / (f64::from(s) + 2.0);
            assert!((tail_index(edge, s).expect("valid input") - 2.0).abs() < 1e-9);
            assert!((student_tail_index(edge, s) - 2.0).abs() < 1e-12);
            let below = tail_index(0.5 * edge, s).expect("valid input");
            assert!(below < student_tail_index(0.5 * edge, s) && below < continuous_tail_index(0.5 * edge, s));
        }
    }

    #[test]
    fn no_stationary_law_is_answered_with_the_range() {
        let error = tail_index(4.0, 1).expect_err("must be refused").to_string();
        assert!(error.contains("0.666"), "{error}");
        assert!(matches!(tail_index(-1.0, 1), Err(KestenError::Invalid { .. })));
    }
}
