//! Optimal transport between samples on the flat torus, where no boundary bends a rate.

use std::f64::consts::TAU;

use lawbook_analysis::assignment::assignment;

use super::wasserstein::{TransportError, finite};

/// W_p between the empirical measures of as many points x and y `[n, d]` of the torus of side 1, p = 1, 2, …: by an exact assignment,
/// in O(n³).
pub fn wasserstein_on_torus(x: &[f64], y: &[f64], dimension: usize, p: u32) -> Result<f64, TransportError> {
    let d = dimension.max(1);
    let (n, rest) = (x.len() / d, x.len() % d);
    if n == 0 {
        return Err(TransportError::Empty);
    }
    if rest > 0 || y.len() != x.len() {
        return Err(TransportError::Sizes { x: x.len(), y: y.len(), dimension });
    }
    if p == 0 {
        return Err(TransportError::Order(0.0));
    }
    finite(x)?;
    finite(y)?;
    let cost = |x: &[f64], y: &[f64]| {
        let way = |(x, y): (&f64, &f64)| {
            let gap = x - y;
            (gap - gap.round()).powi(2)
        };
        x.iter().zip(y).map(way).sum::<f64>().sqrt().powi(p as i32)
    };
    let costs: Vec<f64> = x.chunks_exact(d).flat_map(|x| y.chunks_exact(d).map(move |y| cost(x, y))).collect();
    let columns = assignment(&costs, n).map_err(|_| TransportError::NotFinite { count: n, points: n })?;
    let total: f64 = columns.iter().enumerate().map(|(row, column)| costs[row * n + column]).sum();
    Ok((total / n as f64).powf(f64::from(p).recip()))
}

/// What long waves add to W_2² of samples x and y `[n, d]` of the torus when transport is linearised, less its mean over independent
/// uniform points, which is exact: Σ (|ρ̂_k|² − 2/n) / |k|² over k = 2πm, 0 < |m|² ≤ `longest`, with ρ̂_k = (1/n) Σ_j (e^{ikx_j} − e^{iky_j}).
///
/// Most of the scatter of W_2² comes from these waves: what is left after them has the same mean and less scatter.
pub fn long_waves(x: &[f64], y: &[f64], dimension: usize, longest: i64) -> f64 {
    let (d, n) = (dimension.max(1), (x.len() / dimension.max(1)) as f64);
    let reach = longest.isqrt();
    let side = 2 * reach + 1;
    let mut sum = 0.0;
    for number in 0..side.pow(d as u32) {
        let m: Vec<f64> = (0..d as u32).map(|axis| (number / side.pow(axis) % side - reach) as f64).collect();
        let square: f64 = m.iter().map(|m| m * m).sum();
        if square == 0.0 || square > longest as f64 {
            continue;
        }
        let wave = |points: &[f64]| {
            points.chunks_exact(d).fold((0.0, 0.0), |(real, imaginary), point| {
                let phase = TAU * point.iter().zip(&m).map(|(x, m)| x * m).sum::<f64>();
                (real + phase.cos(), imaginary + phase.sin())
            })
        };
        let ((a, b), (c, d)) = (wave(x), wave(y));
        sum += (((a - c).powi(2) + (b - d).powi(2)) / (n * n) - 2.0 / n) / (TAU * TAU * square);
    }
    sum
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;

    fn uniform(purpose: &str, index: u64, count: usize) -> Vec<f64> {
        let mut stream = Key::new(["test", "torus"]).stream(purpose, index);
        (0..count).map(|_| stream.uniform()).collect()
    }

    /// Points moved by one vector are matched each with itself, and sides are glued.
    #[test]
    fn a_short_translation_costs_its_length() {
        let x = uniform("x", 0, 60);
        let moved: Vec<f64> = x.chunks_exact(3).flat_map(|x| [x[0] + 0.003, x[1] - 0.004, x[2] + 1.0]).collect();
        for p in [1, 2] {
            let distance = wasserstein_on_torus(&x, &moved, 3, p).expect("as many points");
            assert!((distance - 0.005).abs() < 1e-12, "{distance}");
        }
    }

    /// W_1 ≤ W_2, no point goes less far than to its nearest neighbour, and all moves beat any order of points.
    #[test]
    fn distances_lie_between_their_bounds() {
        let (x, y) = (uniform("x", 1, 80), uniform("y", 1, 80));
        let [one, two] = [1, 2].map(|p| wasserstein_on_torus(&x, &y, 2, p).expect("as many points"));
        let gap = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b - (a - b).round()).powi(2)).sum::<f64>().sqrt();
        let nearest = |a: &[f64]| y.chunks_exact(2).map(|b| gap(a, b)).fold(f64::INFINITY, f64::min);
        let least = x.chunks_exact(2).map(nearest).sum::<f64>() / 40.0;
        let most = x.chunks_exact(2).zip(y.chunks_exact(2)).map(|(a, b)| gap(a, b)).sum::<f64>() / 40.0;
        assert!(least < one && one <= two && one < most, "{least} {one} {two} {most}");
    }

    /// Its mean is zero, and it explains most of the scatter of W_2² in the plane.
    #[test]
    fn long_waves_carry_most_of_the_scatter() {
        let found: Vec<[f64; 2]> = (0..400)
            .map(|draw| {
                let (x, y) = (uniform("x", draw, 40), uniform("y", draw, 40));
                [wasserstein_on_torus(&x, &y, 2, 2).expect("as many points").powi(2), long_waves(&x, &y, 2, 4)]
            })
            .collect();
        let moments = |values: Vec<f64>| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            (mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64)
        };
        let (mean, variance) = moments(found.iter().map(|pair| pair[1]).collect());
        assert!(mean.abs() < 4.0 * (variance / 400.0).sqrt(), "{mean}");
        let ((_, plain), (_, left)) = (
            moments(found.iter().map(|pair| pair[0]).collect()),
            moments(found.iter().map(|pair| pair[0] - pair[1]).collect()),
        );
        assert!(left < plain / 2.0, "{left} of {plain}");
    }

    #[test]
    fn samples_that_do_not_fit_are_refused_with_their_numbers() {
        let error = wasserstein_on_torus(&[0.0; 6], &[0.0; 4], 2, 1).expect_err("sizes");
        assert!(error.to_string().contains("6 and 4"), "{error}");
        assert_eq!(wasserstein_on_torus(&[], &[], 2, 1), Err(TransportError::Empty));
        assert_eq!(wasserstein_on_torus(&[0.0; 2], &[0.0; 2], 2, 0), Err(TransportError::Order(0.0)));
    }
}
