//! Roots of continuous functions.

/// There is no sign change to close in on.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("f({low}) = {at_low} and f({high}) = {at_high} do not differ in sign; give a bracket of one root")]
pub struct NoBracket {
    low: f64,
    high: f64,
    at_low: f64,
    at_high: f64,
}

/// A root of `f` between `low` and `high`, at which `f` must differ in sign, by bisection to the last bits.
pub fn bisect(f: impl Fn(f64) -> f64, low: f64, high: f64) -> Result<f64, NoBracket> {
    let (at_low, at_high) = (f(low), f(high));
    if at_low.is_nan() || at_high.is_nan() || at_low * at_high > 0.0 {
        return Err(NoBracket { low, high, at_low, at_high });
    }
    let (mut below, mut above) = (low, high);
    loop {
        let middle = 0.5 * (below + above);
        if middle == below || middle == above || (above - below).abs() <= 1e-14 * middle.abs() {
            return Ok(middle);
        }
        *(if (f(middle) > 0.0) == (at_low > 0.0) { &mut below } else { &mut above }) = middle;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_two() {
        assert!((bisect(|x| x * x - 2.0, 0.0, 2.0).expect("valid input") - std::f64::consts::SQRT_2).abs() < 1e-13);
        assert!((bisect(|x| 2.0 - x * x, 0.0, 2.0).expect("valid input") - std::f64::consts::SQRT_2).abs() < 1e-13);
    }

    #[test]
    fn no_sign_change_is_refused() {
        assert!(bisect(|x| x * x + 1.0, -1.0, 1.0).is_err());
        assert!(bisect(|_| f64::NAN, -1.0, 1.0).is_err());
    }
}
