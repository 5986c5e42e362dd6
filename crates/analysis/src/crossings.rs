//! All zeros of a function on a grid, few calls for each: also for functions that are measured.

/// The zeros of `f` between neighbours of an ascending `grid` at which its sign differs, each to `tolerance` times itself.
///
/// Regula falsi in the Illinois form (Dowell & Jarratt, BIT 11 (1971) 168), which needs some six calls where bisection needs
/// twenty. Two zeros between the same neighbours are missed; a pole at which the sign differs counts like a zero.
pub fn crossings(mut f: impl FnMut(f64) -> f64, grid: &[f64], tolerance: f64) -> Vec<f64> {
    let values: Vec<f64> = grid.iter().map(|&x| f(x)).collect();
    let mut zeros = Vec::new();
    for (x, y) in grid.windows(2).zip(values.windows(2)) {
        if (y[0] < 0.0) != (y[1] < 0.0) {
            zeros.push(close_in(&mut f, [(x[0], y[0]), (x[1], y[1])], tolerance));
        }
    }
    zeros
}

/// Where a curve that was looked at in `points` `(x, y)`, x ascending, first rises above `level`: between two of them where
/// `scale(y)` is a straight line in x. The first x if the curve begins above, `None` if it stays below.
pub fn first_above(points: &[(f64, f64)], level: f64, scale: impl Fn(f64) -> f64) -> Option<f64> {
    let above = points.iter().position(|&(_, y)| y > level)?;
    let (x, y) = points[above];
    let Some(&(before, lower)) = above.checked_sub(1).map(|below| &points[below]) else { return Some(x) };
    let (lower, upper) = (scale(lower), scale(y));
    Some(before + (x - before) * (scale(level) - lower) / (upper - lower))
}

/// Calls after which the bracket is taken as it is.
const MOST: usize = 200;

fn close_in(f: &mut impl FnMut(f64) -> f64, [mut fixed, mut moving]: [(f64, f64); 2], tolerance: f64) -> f64 {
    for call in 0..MOST {
        let (width, sum) = ((moving.0 - fixed.0).abs(), 0.5 * (moving.0 + fixed.0));
        if width <= tolerance * sum.abs() {
            break;
        }
        // The chord; every fourth time the middle, so that the bracket shrinks whatever the function; the middle too where an
        // end is infinite.
        let chord = (fixed.0 * moving.1 - moving.0 * fixed.1) / (moving.1 - fixed.1);
        // A step inside by half the tolerance closes the bracket from the other side too.
        let inner = 0.5 * tolerance * sum.abs();
        let (low, high) = (fixed.0.min(moving.0) + inner, fixed.0.max(moving.0) - inner);
        let x = if chord.is_finite() && call % 4 != 3 { chord.clamp(low.min(sum), high.max(sum)) } else { sum };
        let y = f(x);
        if y == 0.0 {
            return x;
        }
        if (y < 0.0) == (moving.1 < 0.0) {
            // The other end has stayed: halve its value, so that the next chord falls on its side.
            fixed.1 *= 0.5;
        } else {
            fixed = moving;
        }
        moving = (x, y);
    }
    0.5 * (fixed.0 + moving.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// eˣ passes 5 at ln 5, between points at which its logarithm is exact; a straight line would say 1.52.
    #[test]
    fn a_curve_is_straight_on_its_own_scale() {
        let points = [0.0, 1.0, 2.0, 3.0].map(|x: f64| (x, x.exp()));
        let found = first_above(&points, 5.0, f64::ln).expect("it passes 5");
        assert!((found - 5_f64.ln()).abs() < 1e-12);
        assert!(first_above(&points, 5.0, |y| y).expect("it passes 5") < found - 0.05);
        assert_eq!(first_above(&points, 0.5, f64::ln), Some(0.0));
        assert_eq!(first_above(&points, 30.0, f64::ln), None);
        // Down again does not count.
        assert_eq!(first_above(&[(0.0, 0.0), (1.0, 2.0), (2.0, 0.0), (3.0, 2.0)], 1.0, |y| y), Some(0.5));
    }

    #[test]
    fn the_zeros_of_the_sine() {
        let grid: Vec<f64> = (0..12).map(|i| 0.5 + f64::from(i)).collect();
        let mut calls = 0;
        let zeros = crossings(
            |x| {
                calls += 1;
                x.sin()
            },
            &grid,
            1e-12,
        );
        assert_eq!(zeros.len(), 3);
        for (i, zero) in zeros.iter().enumerate() {
            assert!((zero / std::f64::consts::PI - (i + 1) as f64).abs() < 1e-11, "{zero}");
        }
        assert!(calls < 12 + 3 * 10, "{calls}");
    }

    #[test]
    fn a_steep_side_and_an_infinite_end() {
        let zero = crossings(|x: f64| x.powi(9) - 1e-3, &[0.0, 3.0], 1e-10)[0];
        assert!((zero - 1e-3f64.powf(1.0 / 9.0)).abs() < 1e-9, "{zero}");
        let zero = crossings(f64::ln, &[0.0, 3.0], 1e-10)[0];
        assert!((zero - 1.0).abs() < 1e-9, "{zero}");
        assert!(crossings(|x| x * x + 1.0, &[-1.0, 1.0], 1e-10).is_empty());
    }
}
