//! Stability in probability of a stationary point in one dimension: the Lyapunov exponent of SGD for a random curvature.
//!
//! Near a stationary point a step of SGD multiplies the distance from it by `1 − λ h`, with `h` the curvature of the loss of the
//! batch. The distance goes to zero in probability if and only if `Λ(λ) = E ln|1 − λ h| < 0`; its mean square does if and only
//! if `E (1 − λ h)² < 1` (Ziyin, Li, Galanti & Ueda, *The Probabilistic Stability of Stochastic Gradient Descent*, 2023, arXiv
//! 2303.13093, theorem 1).

use lawbook_analysis::{crossings::crossings, double_exponential::integral};
use libm::lgamma;

use crate::estimators::lyapunov::expected_log_abs;

/// How the curvature of a batch is distributed. Without a batch, with no atoms, or where a number is NaN, everything that is
/// asked of it is NaN.
#[derive(Debug, Clone, PartialEq)]
pub enum Curvature {
    /// The mean of `batch` squared standard normals: least squares with normal inputs.
    MeanSquare {
        /// Batch size, at least 1.
        batch: u32,
    },
    /// Normal: the saddle `u = w = 0` of `½ (u w x − y)²` has `h = ∓xy` along `u = ±w`.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation; 0 for a curvature that does not scatter.
        deviation: f64,
    },
    /// One of these values, each with equal chance: a finite set of data at batch size 1.
    Atoms(Vec<f64>),
}

impl Curvature {
    /// `Λ(λ) = E ln|1 − λ h|` per step; −∞ where an atom lies at `1/λ`. To 10⁻¹⁰.
    pub fn exponent(&self, rate: f64) -> f64 {
        match self {
            _ if rate == 0.0 => 0.0,
            Self::MeanSquare { batch } => mean_square_exponent(f64::from(*batch), rate),
            Self::Normal { mean, deviation } => expected_log_abs(1.0 - rate * mean, rate.abs() * deviation),
            Self::Atoms(values) => values.iter().map(|h| (1.0 - rate * h).abs().ln()).sum::<f64>() / values.len() as f64,
        }
    }

    /// `E h`.
    pub fn mean(&self) -> f64 {
        match self {
            Self::MeanSquare { .. } => 1.0,
            Self::Normal { mean, .. } => *mean,
            Self::Atoms(values) => values.iter().sum::<f64>() / values.len() as f64,
        }
    }

    /// `E h²`.
    pub fn mean_square(&self) -> f64 {
        match self {
            Self::MeanSquare { batch } => 1.0 + 2.0 / f64::from(*batch),
            Self::Normal { mean, deviation } => mean * mean + deviation * deviation,
            Self::Atoms(values) => values.iter().map(|h| h * h).sum::<f64>() / values.len() as f64,
        }
    }

    /// The learning rate below which `E (1 − λ h)² < 1`, stability in mean square: `2 E h/E h²`. Where it is negative no
    /// rate is stable in mean square, and its modulus is the rate above which `−λ E h − ½ λ² E h²`, the expansion of
    /// [`exponent`](Self::exponent), is negative.
    pub fn mean_square_bound(&self) -> f64 {
        2.0 * self.mean() / self.mean_square()
    }

    /// The learning rate below which gradient descent on the mean loss is stable: `2/E h`.
    pub fn descent_bound(&self) -> f64 {
        2.0 / self.mean()
    }

    /// The zeros of `Λ` between neighbours of an ascending grid of learning rates.
    pub fn edges(&self, grid: &[f64]) -> Vec<f64> {
        crossings(|rate| self.exponent(rate), grid, 1e-13)
    }
}

/// In terms of `r`, chi-distributed: `1 − λ r²/B = (1 − r/r₀)(1 + r/r₀)`, singular at `r₀ = √(B/λ)`.
fn mean_square_exponent(batch: f64, rate: f64) -> f64 {
    let norm = lgamma(0.5 * batch) + (0.5 * batch - 1.0) * std::f64::consts::LN_2;
    let density = |r: f64| ((batch - 1.0) * r.ln() - 0.5 * r * r - norm).exp();
    let pole = (batch / rate).sqrt();
    // A difference that is zero at the pole alone, where 1 − λr²/B rounds to zero near it too.
    let factor = |r: f64| if rate > 0.0 { (pole - r) * (pole + r) / pole.powi(2) } else { 1.0 - rate * r * r / batch };
    let f = |r: f64| factor(r).abs().ln() * density(r);
    // The chi distribution is narrower than a standard normal around its mode.
    let (low, mode, high) = ((batch.sqrt() - 12.0).max(0.0), batch.sqrt(), batch.sqrt() + 12.0);
    let mut ends = vec![low, mode, high];
    if pole > low && pole < high && pole != mode {
        ends.push(pole);
    }
    ends.sort_by(f64::total_cmp);
    ends.windows(2).map(|range| integral(f, range[0], range[1])).sum()
}

/// A saddle that attracts SGD at no learning rate.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "E ln|1 + lambda x y| never turns negative for a signal-to-noise ratio m/s of {ratio}: from lambda s = 0.3 on its least \
     value is {least}, at {rate}; the saddle collects SGD only below a ratio of {CRITICAL_RATIO}, so give less signal or more noise"
)]
pub struct NeverAttracts {
    /// `m/s`.
    pub ratio: f64,
    /// The least exponent.
    pub least: f64,
    /// Where it is, times `s`.
    pub rate: f64,
}

/// Why there is no window in which the saddle attracts.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum WindowError {
    /// The signal is too strong.
    #[error(transparent)]
    NeverAttracts(#[from] NeverAttracts),
    /// No signal to be lost.
    #[error(
        "a signal-to-noise ratio m/s of {0}: give a positive and finite one (without a signal the saddle attracts from the smallest \
         learning rate on)"
    )]
    Signal(f64),
}

/// Signal-to-noise ratio `m/s` above which no learning rate makes the saddle attract.
pub const CRITICAL_RATIO: f64 = 0.328_187_572_9;

/// The saddle `u = w = 0` of `½ (u w x − y)²` with `xy` normal, in units in which its standard deviation is 1: the learning rates
/// `(low, high)` between which it attracts along `u = w` too, for a mean `ratio > 0` of `xy`.
pub fn collapse_window(ratio: f64) -> Result<(f64, f64), WindowError> {
    if !(ratio > 0.0 && ratio.is_finite()) {
        return Err(WindowError::Signal(ratio));
    }
    let (rate, least) = least_exponent(ratio);
    let along = |rate: f64| expected_log_abs(1.0 + rate * ratio, rate);
    if least >= 0.0 {
        return Err(NeverAttracts { ratio, least, rate }.into());
    }
    // Below the estimate of the expansion by a factor, and far above where the exponent is ln λ or so.
    let low = crossings(along, &[0.1 * ratio / (1.0 + ratio * ratio), rate], 1e-13);
    let high = crossings(along, &[rate, 10.0], 1e-13);
    match (low.first(), high.first()) {
        (Some(&low), Some(&high)) => Ok((low, high)),
        _ => Err(NeverAttracts { ratio, least, rate }.into()),
    }
}

/// The learning rate at which `E ln|1 + λ xy|` is least, and its value there, for `xy` normal with mean `ratio` and standard
/// deviation 1: by golden section between 0.3 and 2. For strong
/// signals it is less at small rates, where it tends to zero from above.
pub fn least_exponent(ratio: f64) -> (f64, f64) {
    let along = |rate: f64| expected_log_abs(1.0 + rate * ratio, rate);
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let (mut low, mut high) = (0.3, 2.0);
    while high - low > 1e-8 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if along(left) < along(right) { high = right } else { low = left }
    }
    let rate = 0.5 * (low + high);
    (rate, along(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: scipy 1.17.1, `quad` over `stats.chi.pdf` split at the pole.
    #[test]
    fn exponents_of_least_squares() {
        let exact = [
            (1, 0.5, -0.484_626_765_823_263_36),
            (1, 2.0, -0.116_246_992_054_507_84),
            (2, 1.0, -0.697_174_883_235_065_7),
            (16, 2.0, -0.313_584_813_734_692_66),
        ];
        for (batch, rate, value) in exact {
            let found = Curvature::MeanSquare { batch }.exponent(rate);
            assert!((found - value).abs() < 1e-10, "{batch} {rate}: {found}");
        }
    }

    /// X-Val: scipy 1.17.1, `brentq` on that quadrature, and `minimize_scalar`.
    #[test]
    fn highest_stable_rates_of_least_squares() {
        let exact = [
            (1, 2.421_249_521_036_852_8),
            (2, 2.684_510_350_820_717_8),
            (4, 2.662_995_668_706_914),
            (8, 2.492_578_917_917_325),
            (16, 2.299_302_381_852_869_3),
            (64, 2.068_811_215_878_114_2),
        ];
        for (batch, rate) in exact {
            let edges = Curvature::MeanSquare { batch }.edges(&[1.5, 4.0]);
            assert!((edges[0] - rate).abs() < 1e-8, "{batch}: {edges:?}");
        }
        let curvature = Curvature::MeanSquare { batch: 1 };
        let fastest = curvature.exponent(0.585_457_711_7);
        assert!((fastest + 0.490_714_128_453_764_4).abs() < 1e-10, "{fastest}");
        assert!(fastest < curvature.exponent(0.55) && fastest < curvature.exponent(0.62));
    }

    /// X-Val: scipy 1.17.1, `brentq`: lower and upper edge of the collapse along u = w, and the zero along u = −w.
    #[test]
    fn edges_of_the_phases() {
        let exact = [
            (0.05, 0.099_243_575_889_176_91, 1.483_554_965_656_925_1, 1.620_288_583_026_300_5),
            (0.1, 0.193_735_430_958_393_8, 1.402_092_036_208_971_5, 1.676_794_462_241_148_1),
            (0.2, 0.349_157_183_711_052_64, 1.205_751_913_382_507_6, 1.767_911_062_797_447_7),
            (0.3, 0.530_401_534_695_683_4, 0.919_401_520_024_257_3, 1.831_691_354_392_003_7),
        ];
        for (ratio, low, high, against) in exact {
            let found = collapse_window(ratio).expect("a ratio below the critical one");
            assert!((found.0 - low).abs() < 1e-8 && (found.1 - high).abs() < 1e-8, "{ratio}: {found:?}");
            let edges = Curvature::Normal { mean: ratio, deviation: 1.0 }.edges(&[1.0, 3.0]);
            assert!((edges[0] - against).abs() < 1e-8, "{ratio}: {edges:?}");
        }
    }

    /// X-Val: scipy 1.17.1, `brentq` over `minimize_scalar`.
    #[test]
    fn a_strong_signal_is_never_lost() {
        assert!(least_exponent(CRITICAL_RATIO).1.abs() < 1e-8);
        assert!(collapse_window(0.327).is_ok());
        let refused = collapse_window(0.4).expect_err("no window");
        assert!(refused.to_string().contains("0.4"), "{refused}");
        assert!(matches!(refused, WindowError::NeverAttracts(NeverAttracts { least, .. }) if least > 0.0));
        for ratio in [0.0, -0.1, f64::NAN, f64::INFINITY] {
            assert!(matches!(collapse_window(ratio), Err(WindowError::Signal(_))), "{ratio}");
        }
    }

    /// X-Val: scipy 1.17.1, `brentq`: the windows of three samples x = 0.5, 1, 2.
    #[test]
    fn windows_of_a_finite_set() {
        let curvature = Curvature::Atoms(vec![0.25, 1.0, 4.0]);
        let edges = curvature.edges(&[1.01, 2.0, 3.9, 4.05, 4.5]);
        let exact = [1.344_131_154_255_050_7, 3.905_868_845_744_949_5, 4.084_546_321_176_16];
        assert!(edges.iter().zip(exact).all(|(found, exact)| (found - exact).abs() < 1e-9), "{edges:?}");
        assert_eq!(curvature.exponent(0.25), f64::NEG_INFINITY);
        assert!((curvature.mean_square_bound() - 2.0 * 5.25 / 17.0625).abs() < 1e-15);
        assert!((curvature.descent_bound() - 2.0 / 1.75).abs() < 1e-15);
    }

    /// Λ(λ) = −λ E h − λ² E h²/2 + O(λ³), for each kind.
    #[test]
    fn the_expansion_for_small_rates() {
        let kinds = [
            Curvature::MeanSquare { batch: 3 },
            Curvature::Normal { mean: -0.4, deviation: 1.0 },
            Curvature::Atoms(vec![-1.0, 0.3, 2.0]),
        ];
        for curvature in kinds {
            let error = |rate: f64| {
                let expansion = -rate * curvature.mean() - 0.5 * rate * rate * curvature.mean_square();
                (curvature.exponent(rate) - expansion).abs()
            };
            let order = (error(0.02) / error(0.01)).log2();
            assert!((order - 3.0).abs() < 0.25, "{curvature:?}: {order}");
        }
    }
}
