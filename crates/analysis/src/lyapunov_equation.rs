//! The discrete Lyapunov equation `P = A P Aᵀ + Q`: the stationary covariance of `z ← A z + noise` of covariance `Q`.

use crate::matrix::Matrix;

/// There is no solution that is a covariance.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("spectral radius {radius} of the step: its noise adds up without end; it has to be below 1")]
pub struct Unstable {
    /// The spectral radius of `A`.
    pub radius: f64,
}

/// The solution for square `A` and `Q` of one shape, by doubling (Smith 1968): after `n` rounds the sum
/// `Σ_{j < 2ⁿ} Aʲ Q (Aʲ)ᵀ`.
pub fn stationary_covariance(step: &Matrix, noise: &Matrix) -> Result<Matrix, Unstable> {
    let radius = step.spectral_radius();
    // A radius that rounds to 1 takes the doubling beyond what f64 can square.
    if radius >= 1.0 - 1e-12 || radius.is_nan() {
        return Err(Unstable { radius });
    }
    let (mut power, mut sum) = (step.clone(), noise.clone());
    // 2⁶⁰ terms are more than a radius below 1 − 10⁻¹² needs.
    for _ in 0..60 {
        let next = &(&power * &sum) * &power.transposed();
        sum = &sum + &next;
        if next.largest() <= f64::EPSILON * 1e-2 * sum.largest() {
            break;
        }
        power = &power * &power;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: SciPy 1.17, `scipy.linalg.solve_discrete_lyapunov(A, Q)`.
    #[test]
    fn agrees_with_scipy() {
        let step = Matrix::from_rows([[0.5, 0.4, 0.0], [-0.3, 0.6, 0.2], [0.1, 0.0, -0.7]]);
        let noise = Matrix::from_rows([[1.0, 0.2, 0.0], [0.2, 2.0, -0.3], [0.0, -0.3, 0.5]]);
        let scipy = Matrix::from_rows(SCIPY);
        let found = stationary_covariance(&step, &noise).expect("stable");
        assert!((&found - &scipy).largest() < 1e-13, "{found:?}");
    }

    const SCIPY: [[f64; 3]; 3] = [
        [2.334215703707543, 0.6821773731002905, 0.16908742470293614],
        [0.6821773731002905, 2.9861926783783823, -0.3009647972841965],
        [0.16908742470293617, -0.3009647972841965, 0.9797449364287537],
    ];

    #[test]
    fn a_walk_has_no_stationary_state() {
        let walk = Matrix::identity(2);
        assert!(stationary_covariance(&walk, &walk).is_err());
        assert!(stationary_covariance(&(&walk * 1.1), &walk).is_err());
    }
}
