//! Optimal transport on the line, where the quantile coupling is optimal: the symmetrised metric of the duplication sequence.

use lawbook_analysis::gaussian::{integrate_line, normal_cdf, normal_density, normal_tail_inverse};

/// Why a distance cannot be computed.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum TransportError {
    /// There is no empirical measure of no points.
    #[error("an empty set has no empirical measure: give at least one point on either side")]
    Empty,
    /// A point is infinite or not a number.
    #[error("{count} of {points} points are not finite: clean the data first")]
    NotFinite {
        /// How many.
        count: usize,
        /// Among how many.
        points: usize,
    },
    /// The order is below 1.
    #[error("the order p = {0} of a Wasserstein distance must be at least 1")]
    Order(f64),
    /// The samples are not of one size, or hold no whole number of points.
    #[error(
        "{x} and {y} numbers are no two samples of as many points of {dimension} dimensions: give n times {dimension} each"
    )]
    Sizes {
        /// Numbers of one sample.
        x: usize,
        /// Numbers of the other.
        y: usize,
        /// Numbers of a point.
        dimension: usize,
    },
}

/// W_p between the empirical measures of x and y, of any two sizes, p ≥ 1 (∞ allowed).
///
/// Equal to replicating both to the least common multiple of their sizes, sorting, and taking the normalised ℓ_p norm of the
/// difference (Proposition F.1 of the paper), but in O(n log n + m log m).
pub fn wasserstein(x: &[f64], y: &[f64], p: f64) -> Result<f64, TransportError> {
    if x.is_empty() || y.is_empty() {
        return Err(TransportError::Empty);
    }
    if p.is_nan() || p < 1.0 {
        return Err(TransportError::Order(p));
    }
    finite(x)?;
    finite(y)?;
    let sorted = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        values
    };
    let (x, y) = (sorted(x), sorted(y));
    let (n, m) = (x.len(), y.len());
    // Masses are counted in units of 1/(nm), so that both measures hold whole numbers of them.
    let (mut i, mut j, mut left_x, mut left_y, mut total, mut furthest) = (0, 0, m, n, 0.0, 0.0_f64);
    while i < n && j < m {
        let mass = left_x.min(left_y);
        let gap = (x[i] - y[j]).abs();
        total += mass as f64 * gap.powf(p.min(f64::MAX));
        furthest = furthest.max(gap);
        left_x -= mass;
        left_y -= mass;
        if left_x == 0 {
            (i, left_x) = (i + 1, m);
        }
        if left_y == 0 {
            (j, left_y) = (j + 1, n);
        }
    }
    Ok(if p.is_infinite() { furthest } else { (total / (n as f64 * m as f64)).powf(p.recip()) })
}

pub(super) fn finite(x: &[f64]) -> Result<(), TransportError> {
    match x.iter().filter(|x| !x.is_finite()).count() {
        0 => Ok(()),
        count => Err(TransportError::NotFinite { count, points: x.len() }),
    }
}

/// W_1 between the empirical measure of x and N(0, 1): ∫ |F_n − Φ| dt, exactly, from ∫ Φ = tΦ(t) + φ(t).
pub fn wasserstein_to_normal(x: &[f64]) -> Result<f64, TransportError> {
    finite(x)?;
    let mut x = x.to_vec();
    x.sort_by(f64::total_cmp);
    let (Some(&first), Some(&last)) = (x.first(), x.last()) else { return Err(TransportError::Empty) };
    // t with Φ(t) and ∫_{−∞}^t Φ.
    let with_integral = |t: f64| {
        let level = normal_cdf(t);
        (t, level, t * level + normal_density(t))
    };
    let n = x.len() as f64;
    let (mut between, mut low) = (0.0, with_integral(first));
    for (i, &t) in x.iter().enumerate().skip(1) {
        let (high, level) = (with_integral(t), i as f64 / n);
        let signed = |from: (f64, f64, f64), to: (f64, f64, f64)| to.2 - from.2 - level * (to.0 - from.0);
        between += if low.1 < level && level < high.1 {
            let crossing = with_integral(-normal_tail_inverse(level));
            signed(crossing, high) - signed(low, crossing)
        } else {
            signed(low, high).abs()
        };
        low = high;
    }
    // The upper tail ∫_t^∞ (1 − Φ) is the lower one of −t.
    Ok(with_integral(first).2 + between + with_integral(-last).2)
}

/// E W_1 between n independent draws from N(0, 1) and N(0, 1) itself, exactly for every n.
///
/// n F_n(t) is binomial, so E |F_n − Φ| is its mean absolute deviation over n, by De Moivre's formula
/// E|K − np| = 2ν C(n, ν) p^ν (1 − p)^{n−ν+1} with ν = ⌊np⌋ + 1; the integral over t is by quadrature.
pub fn expected_wasserstein_to_normal(n: u32) -> f64 {
    let n = f64::from(n.max(1));
    let deviation = |t: f64| {
        let (p, q) = (normal_cdf(t), normal_cdf(-t));
        let nu = (n * p).floor().min(n - 1.0) + 1.0;
        let log_choose = libm::lgamma(n + 1.0) - libm::lgamma(nu + 1.0) - libm::lgamma(n - nu + 1.0);
        2.0 * nu * (log_choose + nu * p.ln() + (n - nu + 1.0) * q.ln()).exp() / n
    };
    integrate_line(20_001, deviation)
}

/// lim √n E W_1 = √(2/π) ∫ √(Φ(1 − Φ)) dt: the Brownian-bridge limit (del Barrio, Giné & Matrán, *Central limit theorems for
/// the Wasserstein distance between the empirical and the true distributions*, Annals of Probability 27, 1999).
pub fn wasserstein_to_normal_constant() -> f64 {
    let root = |t: f64| (normal_cdf(t) * normal_cdf(-t)).sqrt();
    std::f64::consts::FRAC_2_PI.sqrt() * integrate_line(20_001, root)
}
