//! What tests of several files share.

/// Panics unless a number is as expected, up to a part of it.
pub(crate) fn close(measured: f64, expected: f64, relative: f64) {
    assert!((measured / expected - 1.0).abs() < relative, "{measured} against {expected}");
}
