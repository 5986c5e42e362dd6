//! The law η of the nonzero entries of a planted signal, and how it tilts the noise of the row sums.

use lawbook_analysis::gaussian::{normal_cdf, normal_density};

/// The law η of the nonzero entries of the signal before it is normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prior {
    /// η = δ₁: planted submatrix and planted clique.
    Constant,
    /// η is the law of |g|, g standard normal: sparse non-negative PCA.
    HalfNormal,
}

impl Prior {
    /// m₁ = E y.
    pub fn mean(self) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::HalfNormal => (2.0 / std::f64::consts::PI).sqrt(),
        }
    }

    /// m₂ = E y².
    pub fn second_moment(self) -> f64 {
        1.0
    }

    /// γ = m₁β/m₂: the row sum of entry i is γ y_i plus a standard normal.
    pub fn shift(self, beta: f64) -> f64 {
        self.mean() * beta / self.second_moment()
    }

    /// Λ_γ(x) = E_y[(y²/m₂) exp(γ y x − γ²y²/2)], with which E_{y,g}[y² F(γy + g)] = m₂ E_g[Λ_γ(g) F(g)] for any F.
    ///
    /// Both laws have it in closed form. For the half-normal, with s² = 1/(1 + γ²) and t = γ s x, it is
    /// 2 s³ e^{t²/2} [(1 + t²) Φ(t) + t φ(t)]. It grows with x for γ > 0.
    pub fn tilt(self, gamma: f64, x: f64) -> f64 {
        match self {
            Self::Constant => (gamma * x - 0.5 * gamma * gamma).exp(),
            Self::HalfNormal => {
                let s = (1.0 + gamma * gamma).sqrt().recip();
                let t = gamma * s * x;
                let moment = (1.0 + t * t) * normal_cdf(t) + t * normal_density(t);
                // Far below zero the two terms cancel to rounding; the tilt is then 0 to every purpose.
                2.0 * s.powi(3) * (0.5 * t * t).exp() * moment.max(0.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use lawbook_analysis::quadrature::integral;

    use super::*;

    /// The closed form is the expectation that it stands for.
    #[test]
    fn the_half_normal_tilt_is_its_expectation() {
        for (gamma, x) in [(0.5, -3.0), (0.5, 0.0), (0.5, 4.0), (1.5, 2.0)] {
            let weight = |y: f64| 2.0 * normal_density(y) * y * y * (gamma * y * x - 0.5 * gamma * gamma * y * y).exp();
            let exact = integral(weight, 0.0, 14.0, 200);
            let tilt = Prior::HalfNormal.tilt(gamma, x);
            assert!((tilt / exact - 1.0).abs() < 1e-10, "{gamma} {x}: {tilt} {exact}");
        }
    }

    /// E_g Λ(g) = 1 whatever the shift.
    #[test]
    fn tilts_are_densities_against_the_normal() {
        for prior in [Prior::Constant, Prior::HalfNormal] {
            for gamma in [0.1, 0.6, 2.0] {
                let mass = integral(|x| normal_density(x) * prior.tilt(gamma, x), -14.0, 36.0, 200);
                assert!((mass - 1.0).abs() < 1e-12, "{prior:?} {gamma}: {mass}");
            }
        }
    }
}
