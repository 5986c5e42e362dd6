//! The third lower bound of the Gromov–Wasserstein distance: what two clouds' local distributions of distances tell.

use lawbook_analysis::assignment::assignment;

use super::CloudError;

/// TLB_p = ½ min_π (Σ_{ij} π_ij Ω_p(x_i, y_j)^p)^{1/p}, with Ω_p(x, y) the Wasserstein distance on the line between the distances from
/// x and those from y, of two clouds of as many points. 1 ≤ p < ∞.
///
/// Source: Facundo Mémoli, *Gromov–Wasserstein distances and the metric approach to object matching*, Foundations of Computational
/// Mathematics 11 (2011) 417–487, Definition 6.3. Its factor ½ is part of the Gromov–Wasserstein distance too, and makes both at most
/// the Wasserstein distance of the clouds in any position.
///
/// Exact: the inner transport by sorting, the outer by assignment. O(n³).
pub fn third_lower_bound<const K: usize>(x: &[[f64; K]], y: &[[f64; K]], p: f64) -> Result<f64, CloudError> {
    let (first, second) = (sorted_distances(x), sorted_distances(y));
    let local = |(i, j): (usize, usize)| {
        let gaps = first[i].iter().zip(&second[j]).map(|(a, b)| power((a - b).abs(), p));
        gaps.sum::<f64>() / x.len() as f64
    };
    Ok(0.5 * transport(x.len(), y.len(), p, local)?)
}

/// W_p of two clouds of as many points where they lie: min_g ((1/n) Σ_i ‖x_i − y_g(i)‖^p)^{1/p}. 1 ≤ p < ∞.
pub fn wasserstein<const K: usize>(x: &[[f64; K]], y: &[[f64; K]], p: f64) -> Result<f64, CloudError> {
    transport(x.len(), y.len(), p, |(i, j)| power(distance(&x[i], &y[j]), p))
}

fn transport(n: usize, m: usize, p: f64, cost: impl Fn((usize, usize)) -> f64) -> Result<f64, CloudError> {
    if n != m || n == 0 {
        return Err(CloudError::Sizes(n, m));
    }
    if !p.is_finite() || p < 1.0 {
        return Err(CloudError::Order(p));
    }
    let costs: Vec<f64> = (0..n * n).map(|k| cost((k / n, k % n))).collect();
    let columns = assignment(&costs, n)?;
    let total: f64 = columns.iter().enumerate().map(|(row, column)| costs[row * n + column]).sum();
    Ok((total / n as f64).powf(p.recip()))
}

fn sorted_distances<const K: usize>(points: &[[f64; K]]) -> Vec<Vec<f64>> {
    let from = |x: &[f64; K]| {
        let mut distances: Vec<f64> = points.iter().map(|y| distance(x, y)).collect();
        distances.sort_by(f64::total_cmp);
        distances
    };
    points.iter().map(from).collect()
}

fn distance<const K: usize>(x: &[f64; K], y: &[f64; K]) -> f64 {
    x.iter().zip(y).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

fn power(x: f64, p: f64) -> f64 {
    if p == 2.0 { x * x } else { x.powf(p) }
}

/// ½ ((1/n²) Σ_{ij} ||x_i − x_j| − |y_i − y_j||^p)^{1/p}: what the pairing x_i ↔ y_i costs in the Gromov–Wasserstein distance, an upper
/// bound of it.
pub fn distortion<const K: usize>(x: &[[f64; K]], y: &[[f64; K]], p: f64) -> Result<f64, CloudError> {
    let n = x.len();
    if n != y.len() || n == 0 {
        return Err(CloudError::Sizes(n, y.len()));
    }
    let gap = |k: usize| (distance(&x[k / n], &x[k % n]) - distance(&y[k / n], &y[k % n])).abs();
    let total: f64 = (0..n * n).map(|k| power(gap(k), p)).sum();
    Ok(0.5 * (total / (n * n) as f64).powf(p.recip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clouds() -> (Vec<[f64; 3]>, Vec<[f64; 3]>) {
        let numbers = (0..6).map(f64::from);
        numbers.map(|i| ([i.cos(), (2.0 * i).sin(), i / 7.0], [(3.0 * i).sin(), (i * i).cos(), 0.3 * i])).unzip()
    }

    /// X-Val: numpy's sort and `scipy.optimize.linear_sum_assignment` on the same clouds.
    #[test]
    fn the_bound_is_that_of_scipy() {
        let (x, y) = clouds();
        for (p, expected) in [(1.0, 0.082_375_500_955_271_56), (2.0, 0.104_637_951_070_557_86)] {
            assert!((third_lower_bound(&x, &y, p).expect("equal sizes") - expected).abs() < 1e-14);
        }
    }

    /// Two points at distance a against two at distance b: the bound is |a − b|/4 at p = 1 and |a − b|/√8 at p = 2, as the distance
    /// itself.
    #[test]
    fn two_points_have_a_closed_form() {
        let pair = |length: f64| [[0.0], [length]];
        for (p, expected) in [(1.0, 0.5), (2.0, 2.0 / 8f64.sqrt())] {
            let bound = third_lower_bound(&pair(1.0), &pair(3.0), p).expect("equal sizes");
            assert!((bound - expected).abs() < 1e-15, "{bound}");
            assert!((distortion(&pair(1.0), &pair(3.0), p).expect("equal sizes") - expected).abs() < 1e-15);
        }
    }

    #[test]
    fn bad_clouds_are_refused() {
        let (x, y) = clouds();
        assert_eq!(third_lower_bound(&x, &y[1..], 2.0), Err(CloudError::Sizes(6, 5)));
        assert_eq!(third_lower_bound(&x, &y, 0.5), Err(CloudError::Order(0.5)));
        assert!(wasserstein(&x, &[[f64::MAX; 3]; 6], 2.0).is_err());
        assert!(third_lower_bound::<3>(&[], &[], 2.0).is_err());
    }
}
