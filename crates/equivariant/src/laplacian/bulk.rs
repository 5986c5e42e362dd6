//! The bulk of L_σ: the free convolution of the semicircle with the law of σ(g), g standard normal.
//!
//! Source: Philippe Biane, *On the free convolution with a semi-circular distribution*, Indiana Univ. Math. J. 46 (1997) 705,
//! Corollary 3; for σ-Laplacians Ma & Kunisky 2025, arXiv 2505.12528, Lemma 3.8.

use super::theory::{Node, Theory};

/// The density of the bulk along its support, in Biane's parameter: with v(u) ≥ 0 the solution of
/// E[1/((u − σ)² + v²)] = 1, the point x(u) = u + E[(u − σ)/((u − σ)² + v²)] has density v(u)/π.
#[derive(Debug, Clone)]
pub struct Bulk {
    /// x, density and mass up to x, in the order of x.
    points: Vec<(f64, f64, f64)>,
}

impl Bulk {
    /// On `points` values of u from `infimum` − 2 to sup σ + 2, between which the support lies; `infimum` is inf σ.
    pub fn new(theory: &Theory, infimum: f64, points: usize) -> Self {
        let nodes: Vec<Node> = theory.untilted().copied().collect();
        let (low, high) = (infimum - 2.0, theory.edge() + 2.0);
        let step = (high - low) / points.max(2) as f64;
        let mut rows: Vec<(f64, f64, f64)> = Vec::with_capacity(points + 1);
        for i in 0..=points {
            let excess = low + step * i as f64 - theory.edge();
            let v = imaginary_part(&nodes, excess);
            let shift: f64 = nodes.iter().map(|node| node.weight * ratio(excess + node.gap, v)).sum();
            let (x, density) = (excess + theory.edge() + shift, v / std::f64::consts::PI);
            let mass = rows.last().map_or(0.0, |last| last.2 + 0.5 * (density + last.1) * (x - last.0));
            rows.push((x, density, mass));
        }
        Self { points: rows }
    }

    /// Density at x, by straight lines.
    pub fn density(&self, x: f64) -> f64 {
        self.between(x, |point| point.1).unwrap_or(0.0)
    }

    /// Mass up to x.
    pub fn cdf(&self, x: f64) -> f64 {
        self.between(x, |point| point.2).unwrap_or(if x <= self.points[0].0 { 0.0 } else { self.mass() })
    }

    /// The whole mass: 1 up to the error of the quadrature along u.
    pub fn mass(&self) -> f64 {
        self.points[self.points.len() - 1].2
    }

    fn between(&self, x: f64, column: impl Fn(&(f64, f64, f64)) -> f64) -> Option<f64> {
        let right = self.points.partition_point(|point| point.0 <= x);
        let (left, right) = (self.points.get(right.checked_sub(1)?)?, self.points.get(right)?);
        let share = (x - left.0) / (right.0 - left.0);
        Some(column(left) + share * (column(right) - column(left)))
    }
}

/// (u − σ)/((u − σ)² + v²), 0 at the pole itself.
fn ratio(real: f64, v: f64) -> f64 {
    let square = real * real + v * v;
    if square > 0.0 { real / square } else { 0.0 }
}

/// v(u) with u − sup σ = `excess`, by bisection: the expectation falls with v and is below 1 at v = 1. 0 outside of the bulk.
fn imaginary_part(nodes: &[Node], excess: f64) -> f64 {
    let surplus = |v: f64| nodes.iter().map(|node| node.weight / ((excess + node.gap).powi(2) + v * v)).sum::<f64>() - 1.0;
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        *(if surplus(middle) > 0.0 { &mut low } else { &mut high }) = middle;
    }
    // Outside of the bulk the surplus is negative for every v > 0 and the bisection ends at 0.
    if low == 0.0 { 0.0 } else { 0.5 * (low + high) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laplacian::{Nonlinearity, Prior};

    #[test]
    fn without_nonlinearity_it_is_the_semicircle() {
        let bulk = Bulk::new(&Theory::new(Prior::Constant, &Nonlinearity::Zero).expect("monotone"), 0.0, 800);
        assert!((bulk.mass() - 1.0).abs() < 3e-4, "{}", bulk.mass());
        for x in [-1.5f64, 0.0, 0.7, 1.9] {
            let exact = (4.0 - x * x).sqrt() / std::f64::consts::TAU;
            assert!((bulk.density(x) - exact).abs() < 2e-4, "{x}: {} {exact}", bulk.density(x));
        }
    }

    /// X-Val: the fixed point G = E[1/(z − G − σ(g))] iterated at Im z = 1e-4, as the published code does.
    #[test]
    fn the_density_is_that_of_the_fixed_point() {
        let theory = Theory::new(Prior::Constant, &Nonlinearity::Tanh { height: 1.709_745_34, slope: 0.583_841_17 });
        let theory = theory.expect("monotone and bounded");
        let bulk = Bulk::new(&theory, -theory.edge(), 400);
        assert!((bulk.mass() - 1.0).abs() < 1e-3, "{}", bulk.mass());
        let nodes: Vec<Node> = theory.untilted().copied().collect();
        for x in [-2.0, -0.5, 0.0, 1.0, 2.2] {
            let (mut re, mut im) = (0.0, 0.0);
            for _ in 0..400 {
                let next = nodes.iter().fold((0.0, 0.0), |sum, node| {
                    let (a, b) = (x - re - theory.edge() + node.gap, 1e-4 - im);
                    let square = a * a + b * b;
                    (sum.0 + node.weight * a / square, sum.1 - node.weight * b / square)
                });
                // Half steps: the map turns close to the real line.
                (re, im) = (0.5 * (re + next.0), 0.5 * (im + next.1));
            }
            let density = -im / std::f64::consts::PI;
            assert!((bulk.density(x) - density).abs() < 1e-3, "{x}: {} {density}", bulk.density(x));
        }
    }
}
