//! Numbers as a reader wants them: rounded to what the interval can tell, with real minus signs and powers of ten.

/// Where powers of ten begin: below a thousandth and from a million on.
const PLAIN: std::ops::Range<i32> = -3..6;

/// Most significant digits that are ever shown.
const MOST_DIGITS: i32 = 9;

/// A number by itself, to four significant digits.
pub(super) fn plain(x: f64) -> String {
    significant(x, 4)
}

/// A number to so many significant digits, without trailing zeros.
pub(super) fn significant(x: f64, digits: i32) -> String {
    if x == 0.0 || !x.is_finite() {
        return fixed(x, 0);
    }
    // The exponent after rounding: 9.9999 to two digits is 10.
    let rounded: f64 = format!("{x:.*e}", (digits - 1).max(0) as usize).parse().unwrap_or(x);
    let exponent = exponent(rounded);
    if PLAIN.contains(&exponent) {
        trimmed(&fixed(rounded, digits - 1 - exponent))
    } else {
        format!("{}{}", trimmed(&fixed(rounded / 10_f64.powi(exponent), digits - 1)), times_ten(exponent))
    }
}

/// An estimate with its interval, rounded so that the half-width keeps two significant digits.
pub(super) fn interval(estimate: f64, low: f64, high: f64) -> String {
    let largest = [estimate, low, high].into_iter().filter(|x| x.is_finite()).map(f64::abs).fold(0.0, f64::max);
    let exponent = exponent(largest);
    let decimals = decimals(largest, 0.5 * (high - low));
    // A line may break before the interval and nowhere else.
    if largest == 0.0 || PLAIN.contains(&exponent) {
        return format!("{} [{},\u{a0}{}]", fixed(estimate, decimals), fixed(low, decimals), fixed(high, decimals));
    }
    let scaled = |x: f64| fixed(x / 10_f64.powi(exponent), decimals + exponent);
    format!("{} [{},\u{a0}{}]{}", scaled(estimate), scaled(low), scaled(high), times_ten(exponent))
}

/// A predicted value beside an interval of this half-width: as many digits as the interval has, and at least four.
pub(super) fn beside(x: f64, half_width: f64) -> String {
    let digits = if x == 0.0 { 4 } else { decimals(x.abs(), half_width) + exponent(x) + 1 };
    significant(x, digits.clamp(4, MOST_DIGITS))
}

/// A number with so many decimals; negative ones round to tens and hundreds.
pub(super) fn fixed(x: f64, decimals: i32) -> String {
    if !x.is_finite() {
        let word = if x.is_nan() { "–" } else { "∞" };
        return if x < 0.0 { format!("−{word}") } else { word.to_owned() };
    }
    let unit = 10_f64.powi((-decimals).max(0));
    let text = format!("{:.*}", decimals.max(0) as usize, (x / unit).round_ties_even() * unit);
    let text = if decimals > 0 { format!("{x:.*}", decimals as usize) } else { text };
    match text.strip_prefix('-') {
        Some(zero) if zero.bytes().all(|b| matches!(b, b'0' | b'.')) => zero.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

/// The power of ten below a number; 0 for 0.
pub(super) fn exponent(x: f64) -> i32 {
    // The decimal expansion is exact where a logarithm may fall on the wrong side of a power of ten.
    let text = format!("{x:e}");
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// `10` to a power, in superscripts: `10⁻³`.
pub(super) fn power_of_ten(exponent: i32) -> String {
    let superscripts = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = exponent.unsigned_abs().to_string();
    let digits = digits.bytes().map(|digit| superscripts[usize::from(digit - b'0')]);
    let sign = if exponent < 0 { "⁻" } else { "" };
    format!("10{sign}{}", digits.collect::<String>())
}

fn times_ten(exponent: i32) -> String {
    format!("\u{a0}×\u{a0}{}", power_of_ten(exponent))
}

/// Decimals that show `width` with two significant digits, and a number of this size with at most [`MOST_DIGITS`].
fn decimals(size: f64, width: f64) -> i32 {
    let most = MOST_DIGITS - 1 - exponent(size);
    if width.is_finite() && width > 0.0 { (1 - exponent(width)).min(most) } else { (3 - exponent(size)).min(most) }
}

fn trimmed(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spaces that do not break, as spaces.
    fn spaced(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn alone_a_number_has_four_digits() {
        let shown =
            [0.0, 0.5, -0.123456, 12345.6, 1.0e6, 2.5e-7, 9.99996, 0.07 * 100.0, 999_999.9].map(|x| spaced(&plain(x)));
        let expected = ["0", "0.5", "−0.1235", "12350", "1 × 10⁶", "2.5 × 10⁻⁷", "10", "7", "1 × 10⁶"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn an_interval_keeps_two_digits_of_its_half_width() {
        assert_eq!(spaced(&interval(0.498_71, 0.492_13, 0.505_29)), "0.4987 [0.4921, 0.5053]");
        assert_eq!(spaced(&interval(1.234e-5, 1.21e-5, 1.258e-5)), "1.234 [1.210, 1.258] × 10⁻⁵");
        assert_eq!(spaced(&interval(123_456.0, 120_456.0, 126_456.0)), "123500 [120500, 126500]");
        assert_eq!(spaced(&interval(0.3, f64::NEG_INFINITY, f64::INFINITY)), "0.3000 [−∞, ∞]");
        assert_eq!(spaced(&interval(-1e-9, -0.2, 0.2)), "0.00 [−0.20, 0.20]");
        assert_eq!(spaced(&interval(0.0, 0.0, 0.0)), "0.000 [0.000, 0.000]");
    }

    #[test]
    fn a_prediction_has_the_digits_of_its_interval() {
        assert_eq!(beside(0.123_456_789, 1e-6), "0.1234568");
        assert_eq!(beside(2.0 / 3.0, 0.1), "0.6667");
    }
}
