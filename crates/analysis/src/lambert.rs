//! The Lambert function.

/// `W₀(e^y)`, the solution `w` of `w + ln w = y`: the principal branch on positive arguments, without overflow for large `y`.
///
/// Newton's method; `w + ln w` is concave, so that after the first step it climbs to the root from below.
pub fn lambert_w_of_exp(y: f64) -> f64 {
    if y < -700.0 {
        // W₀(x) = x − x² + …, and x² is nothing here.
        return y.exp();
    }
    let mut w = if y > 1.0 { y } else { y.exp().ln_1p() };
    for _ in 0..MOST_STEPS {
        let next = w * (1.0 + y - w.ln()) / (1.0 + w);
        let moved = (next - w).abs();
        w = next;
        if moved <= 1e-16 * w {
            break;
        }
    }
    w
}

/// Newton doubles the digits with each step.
const MOST_STEPS: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: mpmath 1.3 `lambertw`, 30 digits.
    #[test]
    fn values_are_those_of_mpmath() {
        let known = [
            (1e-8, 9.999_999_900_000_002e-9),
            (0.1, 0.091_276_527_160_862_26),
            (1.0, 0.567_143_290_409_784),
            (std::f64::consts::E, 1.0),
            (10.0, 1.745_528_002_740_699_4),
            (1e6, 11.383_358_086_140_053),
            (1e100, 224.843_106_445_118_5),
        ];
        for (x, w) in known {
            let found = lambert_w_of_exp(f64::ln(x));
            assert!((found / w - 1.0).abs() < 1e-14, "{x}: {found} {w}");
        }
        assert_eq!(lambert_w_of_exp(-800.0), f64::exp(-800.0));
        assert!((lambert_w_of_exp(1e6) + lambert_w_of_exp(1e6).ln() - 1e6).abs() < 1e-9);
    }
}
