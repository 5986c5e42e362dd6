//! What one update does to a cue, from the numbers of edges and triangles of a site alone.
//!
//! Let a site have `D = D₁ + D₂` edges and triangles, and let the cue overlap with a stored pattern by m. The field then has
//! the signal `D₁ m + D₂ m²`. The other P − 1 patterns add noise of variance `(P − 1) D` exactly, whatever the orders, for
//! products over different simplices are uncorrelated. At the stored pattern itself the error is `Q(√(D/(P − 1)))`: only the
//! coordination number counts.
//!
//! Beyond that leading form the functions here take in what is known exactly: the distribution of D₁ and D₂ over the sites of
//! a random network, the scatter of the signal over random cues, and the lattice of integer fields with its ties.

use lawbook_analysis::gaussian::normal_tail;
use libm::lgamma;

use crate::{MemoryError, SimplicialError};

/// Degrees with less probability than this are left out.
const NEGLIGIBLE: f64 = 1e-12;

/// A network of random edges and triangles that stores random patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coordination {
    /// Sites N.
    pub sites: usize,
    /// Number of edges.
    pub edges: usize,
    /// Number of triangles.
    pub triangles: usize,
    /// Stored patterns P.
    pub patterns: usize,
}

impl Coordination {
    /// From the numbers of simplices by dimension, as [`Dilution::counts`](crate::Dilution::counts) gives them.
    pub fn new(sites: usize, counts: &[usize], patterns: usize) -> Result<Self, SimplicialError> {
        if sites < 5 || patterns < 2 {
            return Err(MemoryError::Empty { patterns, sites }.into());
        }
        if let Some(dimension) = (3..).zip(counts.iter().skip(2)).find(|(_, count)| **count > 0).map(|(d, _)| d) {
            return Err(SimplicialError::Dimension { dimension, sites });
        }
        let count = |dimension: usize| counts.get(dimension - 1).copied().unwrap_or(0);
        for (dimension, exist) in [(1, choose(sites, 2)), (2, choose(sites, 3))] {
            if count(dimension) as f64 > exist {
                let asked = count(dimension);
                return Err(SimplicialError::TooMany { dimension, sites, asked, exist: exist as u64 });
            }
        }
        Ok(Self { sites, edges: count(1), triangles: count(2), patterns })
    }

    /// Mean coordination number, `(2 E + 3 T)/N`.
    pub fn mean(&self) -> f64 {
        (2 * self.edges + 3 * self.triangles) as f64 / self.sites as f64
    }

    /// The leading form of the error of one step at a stored pattern, `Q(√(D/(P − 1)))` at the mean coordination number.
    pub fn leading_error(&self) -> f64 {
        normal_tail((self.mean() / (self.patterns as f64 - 1.0)).sqrt())
    }

    /// The overlap with the stored pattern (divided by N) after one step from a cue with exactly `flips` sites turned over.
    ///
    /// # Panics
    /// If there are more flips than sites.
    pub fn step_overlap(&self, flips: usize) -> f64 {
        assert!(flips <= self.sites, "{flips} flips among {} sites", self.sites);
        let signs = Moments::new(self.sites, flips);
        let pairs = degree_distribution(self.sites, 1, self.edges);
        let triples = degree_distribution(self.sites, 2, self.triangles);
        let both = pairs.iter().flat_map(|(d1, p1)| triples.iter().map(move |(d2, p2)| (*d1, *d2, p1 * p2)));
        let wrong: f64 = both.filter(|(_, _, p)| *p > NEGLIGIBLE).map(|(d1, d2, p)| p * self.wrong(d1, d2, &signs)).sum();
        1.0 - 2.0 * wrong
    }

    /// The chance that a site with these degrees is wrong after one step.
    fn wrong(&self, edges: usize, triangles: usize, signs: &Moments) -> f64 {
        let (n, d1, d2) = (self.sites as f64, edges as f64, triangles as f64);
        let signal = d1 * signs.product[1] + d2 * signs.product[2];
        // How often an edge's far end lies on a triangle, and two triangles at the site share another vertex.
        let (touching, sharing) = (2.0 / (n - 1.0), 2.0 * (n - 3.0) / (choose(self.sites - 1, 2) - 1.0));
        let square = d1
            + d1 * (d1 - 1.0) * signs.product[2]
            + 2.0 * d1 * d2 * (touching * signs.product[1] + (1.0 - touching) * signs.product[3])
            + d2
            + d2 * (d2 - 1.0) * (sharing * signs.product[2] + (1.0 - sharing) * signs.product[4]);
        let noise = (self.patterns as f64 - 1.0) * (d1 + d2);
        let deviation = (noise + (square - signal * signal).max(0.0)).sqrt();
        if deviation == 0.0 {
            return signs.flipped;
        }
        // Fields have the parity of P D. If that is even they may vanish, and the cue's site stays.
        if self.patterns * (edges + triangles) % 2 == 1 {
            return normal_tail(signal / deviation);
        }
        let below = normal_tail((signal + 1.0) / deviation);
        below + signs.flipped * (normal_tail((signal - 1.0) / deviation) - below)
    }
}

/// Means of products of r distinct sites of a state with exactly so many −1 among N.
struct Moments {
    product: [f64; 5],
    flipped: f64,
}

impl Moments {
    fn new(sites: usize, flips: usize) -> Self {
        let sum = sites as i64 - 2 * flips as i64;
        let mut product = [1.0; 5];
        let mut before = 0;
        for (r, mean) in product.iter_mut().enumerate().skip(1) {
            let all = super::skeleton::elementary_sum(r, sum, sites);
            *mean = (all - before) as f64 / choose(sites, r);
            before = all;
        }
        Self { product, flipped: flips as f64 / sites as f64 }
    }
}

/// How many of `count` distinct random simplices of a dimension contain a given site: hypergeometric.
pub fn degree_distribution(sites: usize, dimension: usize, count: usize) -> Vec<(usize, f64)> {
    let (exist, own) = (choose(sites, dimension + 1).round(), choose(sites - 1, dimension).round());
    let log_choose = |n: f64, k: f64| lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
    let drawn = count as f64;
    let least = (drawn - (exist - own)).max(0.0) as usize;
    let most = drawn.min(own) as usize;
    let probability = |degree: usize| {
        let k = degree as f64;
        (log_choose(own, k) + log_choose(exist - own, drawn - k) - log_choose(exist, drawn)).exp()
    };
    (least..=most).map(|degree| (degree, probability(degree))).filter(|(_, p)| *p > NEGLIGIBLE).collect()
}

fn choose(n: usize, k: usize) -> f64 {
    (0..k).map(|i| (n as f64 - i as f64) / (i as f64 + 1.0)).product()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(counts: [usize; 2], patterns: usize) -> Coordination {
        Coordination::new(100, &counts, patterns).unwrap()
    }

    /// X-Val: for pairs the noise is a sum of (P − 1)(N − 1) independent signs. Binomial tails of SciPy 1.17:
    /// `binom.cdf(1385, 2871, .5)`, and for P = 31, where no field vanishes, `binom.cdf(1435, 2970, .5)`.
    #[test]
    fn pairs_have_the_binomial_tail() {
        for (patterns, exact) in [(30, 0.030_989_711_307_748), (31, 0.034_630_958_358_849)] {
            let error = 0.5 * (1.0 - at([4950, 0], patterns).step_overlap(0));
            assert!((error / exact - 1.0).abs() < 2e-3, "{error} {exact}");
        }
    }

    #[test]
    #[should_panic(expected = "101 flips among 100 sites")]
    fn cues_have_no_more_flips_than_sites() {
        at([4950, 0], 9).step_overlap(101);
    }

    #[test]
    fn degrees_are_a_distribution_with_the_right_mean() {
        for (dimension, count, mean) in [(1, 2475, 49.5), (2, 4950, 148.5), (1, 4950, 99.0), (2, 161_700, 4851.0)] {
            let degrees = degree_distribution(100, dimension, count);
            let total: f64 = degrees.iter().map(|(_, p)| p).sum();
            let first: f64 = degrees.iter().map(|(d, p)| *d as f64 * p).sum();
            assert!((total - 1.0).abs() < 1e-6 && (first / mean - 1.0).abs() < 1e-6, "{total} {first}");
        }
    }

    /// Without scatter of degrees the formula is close to its leading form; with it, triangles err more.
    #[test]
    fn scatter_of_degrees_adds_errors() {
        let error = |c: Coordination| 0.5 * (1.0 - c.step_overlap(0));
        let full = at([4950, 161_700], 1600);
        assert!((error(full) / full.leading_error() - 1.0).abs() < 0.01);
        let triples = at([0, 4950], 31);
        let signs = Moments::new(100, 0);
        let unscattered = 0.5 * (triples.wrong(0, 148, &signs) + triples.wrong(0, 149, &signs));
        assert!(error(triples) / unscattered > 1.02);
    }

    #[test]
    fn impossible_networks_are_refused() {
        assert!(Coordination::new(100, &[4951], 5).is_err());
        assert!(Coordination::new(100, &[0, 0, 1], 5).is_err());
        assert!(Coordination::new(100, &[10], 1).is_err());
    }
}
