//! The load of a memory that is filled until it errs, measured.

use lawbook_analysis::gaussian::normal_tail_inverse;

/// Rungs that are tried from above, each a factor of √2 below the one before: four octaves.
const RUNGS: u32 = 8;

/// Part of the effort with which the load is looked for from below.
const GLANCE: f64 = 0.1;

/// The number of patterns at which a measured one-step error reaches `level`, between 0 and ½; `None` if even a sixteenth of a load
/// that errs more errs more.
///
/// `error` measures it at so many patterns, with so much of its full effort, a fraction. Loads are doubled from `first` on, at a tenth
/// of the effort, until the error is twice the level, and then lowered by √2. The load per squared normal quantile of the error is
/// smooth and nearly constant (it is constant for Gaussian crosstalk), so that a straight line between two rungs errs by far less than
/// counting does.
///
/// # Errors
/// The first one of `error`. It does not return if no load errs twice as much as asked for.
pub fn patterns_at_measured_error<E>(
    level: f64,
    first: usize,
    mut error: impl FnMut(usize, f64) -> Result<f64, E>,
) -> Result<Option<f64>, E> {
    let mut top = first.max(1);
    while error(top, GLANCE)? < 2.0 * level {
        top *= 2;
    }
    let noise = |error: f64| normal_tail_inverse(error).powi(-2);
    let mut above: Option<(f64, f64)> = None;
    for rung in 0..RUNGS {
        let patterns = (top as f64 * 0.5_f64.powf(0.5 * f64::from(rung))).round();
        let here = error(patterns as usize, 1.0)?;
        if let (true, Some((upper, upper_error))) = (here < level, above) {
            let share = (noise(level) - noise(here)) / (noise(upper_error) - noise(here));
            return Ok(Some(patterns + share * (upper - patterns)));
        }
        above = Some((patterns, here));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use lawbook_analysis::gaussian::normal_tail;

    use super::*;

    /// Of Gaussian crosstalk, Q(√(N/K)), the load is found exactly: N over the squared quantile. 2.5758 at half a per cent.
    #[test]
    fn gaussian_crosstalk_fills_a_memory_at_its_quantile() {
        let mut efforts = Vec::new();
        let found = patterns_at_measured_error(0.005, 4, |patterns, effort| {
            efforts.push(effort);
            Ok::<f64, Infallible>(normal_tail((1000.0 / patterns as f64).sqrt()))
        });
        let expected = 1000.0 / 2.575_829_303_549_f64.powi(2);
        assert!((found.unwrap_or(None).unwrap_or(f64::NAN) / expected - 1.0).abs() < 1e-9);
        assert!(efforts.iter().filter(|effort| **effort == 1.0).count() <= 8);
    }

    #[test]
    fn a_memory_that_always_errs_holds_nothing() {
        let found = patterns_at_measured_error(0.005, 4, |_, _| Ok::<f64, Infallible>(0.3));
        assert_eq!(found, Ok(None));
        assert_eq!(patterns_at_measured_error(0.005, 4, |_, _| Err("broken")), Err("broken"));
    }
}
