//! The standard normal distribution: density, distribution function, and expectations under it by quadrature.

use std::f64::consts::{PI, SQRT_2};

/// Beyond this the standard normal density is below 1e-31, so that the tails of any integrand of moderate growth vanish in
/// rounding.
const REACH: f64 = 12.0;

/// φ(t), the density.
pub fn normal_pdf(t: f64) -> f64 {
    (-0.5 * t * t).exp() / (2.0 * PI).sqrt()
}

/// Φ(t), the distribution function, with full relative accuracy in the lower tail.
pub fn normal_cdf(t: f64) -> f64 {
    0.5 * libm::erfc(-t / SQRT_2)
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
    (0..=cells).map(node).map(|x| (x, step * normal_pdf(x))).collect()
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
        assert!((expectation(|x| (x - 0.005).max(0.0)) - (normal_pdf(0.005) - 0.005 * normal_cdf(-0.005))).abs() < 1e-5);
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

    /// ∫ (1 − Φ)Φ dt = 1/√π, the mean difference of two normals halved.
    #[test]
    fn line_integral_gives_the_mean_difference() {
        let value = integrate_line(2001, |t| normal_cdf(t) * normal_cdf(-t));
        assert!((value - PI.sqrt().recip()).abs() < 1e-12, "{value}");
    }
}
