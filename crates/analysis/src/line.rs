//! Straight lines through points.

/// The slope of the line of least squares through points `(x, y)`; NaN for fewer than two different `x`.
pub fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let (x, y) = (points.iter().map(|p| p.0).sum::<f64>() / count, points.iter().map(|p| p.1).sum::<f64>() / count);
    let covariance: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    covariance / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F. J. Anscombe, *Graphs in Statistical Analysis*, Am. Stat. 27 (1973) 17: y = 3.00 + 0.500 x, slope 0.50009 in full.
    #[test]
    fn the_line_through_anscombes_first_set() {
        let points = [
            (10.0, 8.04),
            (8.0, 6.95),
            (13.0, 7.58),
            (9.0, 8.81),
            (11.0, 8.33),
            (14.0, 9.96),
            (6.0, 7.24),
            (4.0, 4.26),
            (12.0, 10.84),
            (7.0, 4.82),
            (5.0, 5.68),
        ];
        assert!((slope(&points) - 0.500_090_909_090_909).abs() < 1e-12);
        assert!(slope(&points[..1]).is_nan() && slope(&[(1.0, 2.0), (1.0, 3.0)]).is_nan());
    }
}
