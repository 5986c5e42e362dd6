//! Two patterns: the network as a mean-field magnet.

use lawbook_analysis::root::{NoBracket, bisect};

/// The largest root `u` of `u = tanh(field + coupling u)`, for a field that is not negative.
///
/// With two patterns every update lands on `½(x₁ + x₂) + ½ u (x₁ − x₂)`, `u` the difference of their weights, and `u` follows
/// this equation with coupling `β ‖x₁ − x₂‖²/4` and field `β (‖x₁‖² − ‖x₂‖²)/4`: the Curie–Weiss magnet. Patterns of one
/// length split at coupling 1.
pub fn weight_difference(coupling: f64, field: f64) -> Result<f64, NoBracket> {
    if field == 0.0 && coupling <= 1.0 {
        return Ok(0.0);
    }
    // Above zero the right side is concave: one root there, or none but zero.
    let low = if field > 0.0 { 0.0 } else { 1e-9 };
    bisect(|u| (field + coupling * u).tanh() - u, low, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Above the transition u² = 3 (1 − 1/b)/b² to leading order; far above it u = 1; below it 0.
    #[test]
    fn limits_are_those_of_the_magnet() {
        let at = |coupling: f64| weight_difference(coupling, 0.0).unwrap();
        assert_eq!(at(0.99), 0.0);
        assert!((at(1.0001) / (3.0f64 * 1e-4).sqrt() - 1.0).abs() < 1e-3);
        assert!((at(20.0) - 1.0).abs() < 1e-13);
        // X-Val: scipy.optimize.brentq on u − tanh(b u).
        assert!((at(2.0) - 0.957_504_024_077_268_8).abs() < 1e-12, "{}", at(2.0));
        assert!((weight_difference(0.5, 0.1).unwrap() - 0.194_945_148_158_244_12).abs() < 1e-12);
    }
    /// X-Val: a NumPy iteration of the update for two orthonormal patterns: weights (.5, .5), (.685, .315), (.979, .021) at
    /// β = 1.9, 2.1, 4; the coupling is β/2.
    #[test]
    fn orthonormal_pairs_split_at_two() {
        for (beta, weight) in [(1.9, 0.5), (2.1, 0.685), (4.0, 0.979)] {
            let found = 0.5 + 0.5 * weight_difference(0.5 * beta, 0.0).unwrap();
            assert!((found - weight).abs() < 1e-3, "{beta}: {found}");
        }
    }
}
