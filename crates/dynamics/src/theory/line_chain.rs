//! The stationary law of a Markov chain on a line, numerically: for chains whose moments say little, because their tails are heavy.

use lawbook_analysis::{gaussian::normal_rule, quadrature::nodes};
use libm::lgamma;

use crate::{
    systems::regression::Regression,
    theory::minibatch::{MinibatchError, stationary},
};

/// Why there is no law.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LineLawError {
    /// The regression has no variance.
    #[error(transparent)]
    Regression(#[from] MinibatchError),
    /// Not the width of anything.
    #[error("a scale of {0}: give a finite number above 0, the width of the bulk of the law")]
    Scale(f64),
    /// Nothing spreads the law.
    #[error(
        "the error w - u is {0} at every step of the stationary state: without label noise and weight decay the law is a point \
         mass, for which a grid has no scale; give either of them, or inputs that vary"
    )]
    Point(f64),
    /// The chain has not come to rest.
    #[error("after {steps} steps the law of the chain still moves by {moved} per step; give a chain that forgets faster")]
    Restless {
        /// Steps.
        steps: usize,
        /// The sum of the moduli of what the last step changed.
        moved: f64,
    },
}

/// A law on a line as masses on a grid that is even near the origin and logarithmic far out.
#[derive(Debug, Clone, PartialEq)]
pub struct LineLaw {
    nodes: Vec<f64>,
    mass: Vec<f64>,
}

/// Nodes on either side of the origin, and the end of the grid over its scale.
const HALF: usize = 400;
const FAR: f64 = 1e6;
/// Steps that the chain may take to come to rest, and what a step may still change then.
const STEPS: usize = 5000;
const STILL: f64 = 1e-9;

impl LineLaw {
    /// The stationary law of the chain that goes from `x` to the first number of each pair of `step(x)` with the probability that
    /// is the second. `scale` is where the grid turns from even to logarithmic: the width of the bulk, positive and finite.
    ///
    /// The grid is 3 % of the distance to the origin; what falls between two nodes is shared such that the mean is kept. Beyond
    /// 10⁶ scales all is at the last node.
    pub fn stationary(scale: f64, step: impl Fn(f64) -> Vec<(f64, f64)>) -> Result<Self, LineLawError> {
        if !(scale > 0.0 && scale.is_finite()) {
            return Err(LineLawError::Scale(scale));
        }
        let (count, spacing) = (2 * HALF + 1, FAR.asinh() / HALF as f64);
        let nodes: Vec<f64> = (0..count).map(|i| scale * (spacing * (i as f64 - HALF as f64)).sinh()).collect();
        let rows: Vec<Vec<f64>> = nodes
            .iter()
            .map(|x| {
                let mut row = vec![0.0; count];
                for (to, probability) in step(*x) {
                    let place = ((to / scale).asinh() / spacing + HALF as f64).clamp(0.0, (count - 1) as f64);
                    let left = (place as usize).min(count - 2);
                    let share = ((to - nodes[left]) / (nodes[left + 1] - nodes[left])).clamp(0.0, 1.0);
                    row[left] += probability * (1.0 - share);
                    row[left + 1] += probability * share;
                }
                row
            })
            .collect();
        let (mut mass, mut moved) = (vec![0.0; count], f64::INFINITY);
        mass[HALF] = 1.0;
        for _ in 0..STEPS {
            let mut next = vec![0.0; count];
            for (weight, row) in mass.iter().zip(&rows).filter(|(weight, _)| **weight > 0.0) {
                next.iter_mut().zip(row).for_each(|(next, probability)| *next += weight * probability);
            }
            let total: f64 = next.iter().sum();
            next.iter_mut().for_each(|value| *value /= total);
            moved = next.iter().zip(&mass).map(|(next, now)| (next - now).abs()).sum();
            mass = next;
            if moved < STILL {
                return Ok(Self { nodes, mass });
            }
        }
        Err(LineLawError::Restless { steps: STEPS, moved })
    }

    /// The expectation of a function that changes little between neighbouring nodes.
    pub fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.nodes.iter().zip(&self.mass).map(|(x, mass)| mass * f(*x)).sum()
    }

    /// The probability of at most `x`. The mass of a node lies evenly between the middles to its neighbours.
    pub fn cdf(&self, x: f64) -> f64 {
        let after = self.nodes.partition_point(|node| *node <= x).clamp(1, self.nodes.len() - 1);
        let (low, high) = (self.nodes[after - 1], self.nodes[after]);
        let middle = |i: usize| 0.5 * (self.nodes[i] + self.nodes[(i + 1).min(self.nodes.len() - 1)]);
        let cell = if x < 0.5 * (low + high) { after - 1 } else { after };
        let (from, to) = (if cell == 0 { self.nodes[0] } else { middle(cell - 1) }, middle(cell));
        let inside = if to > from { ((x - from) / (to - from)).clamp(0.0, 1.0) } else { 1.0 };
        self.mass[..cell].iter().sum::<f64>() + inside * self.mass[cell]
    }
}

/// The stationary law of the error `w − u` of SGD for linear regression on a line, without momentum: from `e` a step leads to
/// `e − (λ a/S) χ²_S e + (λ √a σ/S) χ_S ξ − λ γ (u + e)`, `ξ` standard normal. Refuses what has no variance, as
/// [`stationary`] does, which is then the variance of this law, and what does not spread.
pub fn regression_law(r: &Regression<1>) -> Result<LineLaw, LineLawError> {
    let (found, size) = (stationary(r)?, r.rate / f64::from(r.batch));
    if found.variance[0] == 0.0 {
        return Err(LineLawError::Point(found.mean[0] - r.teacher[0]));
    }
    let (a, degrees) = (r.curvatures[0], f64::from(r.batch));
    let norm = (1.0 - 0.5 * degrees) * std::f64::consts::LN_2 - lgamma(0.5 * degrees);
    let log_density = |s: f64| norm + if r.batch == 1 { 0.0 } else { (degrees - 1.0) * s.ln() } - 0.5 * s * s;
    let (low, high) = ((degrees.sqrt() - 7.0).max(0.0), degrees.sqrt() + 7.0);
    // At a weight near 0 normal noise alone spreads what comes next: its nodes must be closer than the weights they come from.
    let (panels, normal) = if r.label_noise == 0.0 { (24, vec![(0.0, 1.0)]) } else { (12, normal_rule(241)) };
    let edge = |i: usize| low + (high - low) * i as f64 / panels as f64;
    let chi: Vec<(f64, f64)> = (0..panels).flat_map(|i| nodes(edge(i), edge(i + 1))).collect();
    let chi: Vec<(f64, f64)> = chi.into_iter().map(|(s, weight)| (s, weight * log_density(s).exp())).collect();
    let scale = 0.3 * (found.variance[0] + (found.mean[0] - r.teacher[0]).powi(2)).sqrt();
    LineLaw::stationary(scale, |e| {
        let to = |(s, p): (f64, f64), (xi, q): (f64, f64)| {
            let pull = size * a * s * s * e - size * a.sqrt() * r.label_noise * s * xi;
            (e - pull - r.rate * r.decay * (r.teacher[0] + e), p * q)
        };
        chi.iter().flat_map(|&s| normal.iter().map(move |&xi| to(s, xi))).filter(|(_, p)| *p > 1e-12).collect()
    })
}

#[cfg(test)]
mod tests {
    use lawbook_analysis::gaussian::normal_cdf;

    use super::*;

    fn line(a: f64, rate: f64, batch: u32) -> Regression<1> {
        Regression { curvatures: [a], teacher: [0.0], label_noise: 1.0, decay: 0.0, rate, momentum: 0.0, batch }
    }

    /// x' = x/2 + normal noise is normal with variance 4/3.
    #[test]
    fn the_law_of_a_linear_chain_is_normal() {
        let law = LineLaw::stationary(0.3, |x| normal_rule(61).into_iter().map(|(n, p)| (0.5 * x + n, p)).collect());
        let law = law.expect("forgets");
        for x in [-2.0, -0.7, 0.0, 0.4, 3.0] {
            let exact = normal_cdf(x * 0.75f64.sqrt());
            assert!((law.cdf(x) - exact).abs() < 5e-4, "{x}: {} {exact}", law.cdf(x));
        }
        assert!((law.mean(|x| x * x) - 4.0 / 3.0).abs() < 2e-3);
    }

    /// Theorem 2 where samples tell nothing of it: ½ at S = 10, where the tail index is 2.8.
    #[test]
    fn its_variance_is_that_of_theorem_two() {
        let law = regression_law(&line(1.5, 1.0, 10)).expect("has a variance");
        let found = law.mean(|e| e * e);
        assert!((found / 0.5 - 1.0).abs() < 2e-3, "{found}");
        // X-Val: the same transitions with numpy and scipy's chi law, on 321 normal and 240 chi nodes.
        for (x, exact) in [(0.15, 0.265_90), (0.3, 0.493_35), (1.0, 0.915_93)] {
            let within = law.cdf(x) - law.cdf(-x);
            assert!((within - exact).abs() < 1e-3, "{x}: {within} {exact}");
        }
    }

    /// Theorem 4 at S = 1, where a sample's loss has no variance.
    #[test]
    fn its_loss_is_that_of_theorem_four() {
        for (decay, exact) in [(0.1, 0.011_077), (0.5, 0.119_05), (-0.1, 0.021_800)] {
            let r = Regression { teacher: [1.0], label_noise: 0.0, decay, ..line(1.0, 0.5, 1) };
            let found = regression_law(&r).expect("has a variance").mean(|e| 0.5 * e * e);
            assert!((found / exact - 1.0).abs() < 2e-3, "γ = {decay}: {found} {exact}");
        }
    }

    #[test]
    fn a_law_without_a_spread_is_refused_as_what_it_is() {
        let clean = Regression { label_noise: 0.0, ..line(1.0, 0.5, 4) };
        for r in [clean, Regression { decay: 0.1, ..clean }] {
            let error = regression_law(&r).expect_err("a point").to_string();
            assert!(error.contains("is 0 at every step") && error.contains("point mass"), "{error}");
        }
        for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let found = LineLaw::stationary(scale, |x| vec![(0.5 * x, 1.0)]);
            assert!(matches!(found, Err(LineLawError::Scale(_))), "{scale}");
        }
    }

    #[test]
    fn a_chain_that_never_rests_is_refused() {
        let found = LineLaw::stationary(1.0, |x| vec![(if x > 0.5 { 0.0 } else { 1.0 }, 1.0)]);
        assert!(
            matches!(found, Err(LineLawError::Restless { steps: 5000, moved }) if (moved - 2.0).abs() < 0.1),
            "{found:?}"
        );
    }
}
