//! The stability of a site among memories that have something in common: examples of a concept, versions of a fact, copies of a
//! cue. No independence but what is said, and no Gaussian.
//!
//! Site i of a state σ prefers the reference sign ρ_i if the field `X = ρ_i Σ_μ w_μ ξ_i^μ G(R_i^μ)` is positive, where
//! `G(R) = F(R + 1) − F(R − 1)` and `R_i^μ` is the overlap of memory μ with σ over the other N − 1 sites. Memories come in
//! independent [`Cluster`]s around a centre. Given how many sites of each block of the centre agree with σ, the members of a
//! cluster are independent; the characteristic function of the cluster is the average over these numbers of a product over its
//! members, and that of X the product over the clusters. Derived here; the one error left is the smoothing of the lattice.

use lawbook_analysis::{gaussian::normal_tail, inversion::probability_below};
use libm::lgamma;

use crate::{MemoryError, Separation};

/// Deviations of the field beyond which nothing is looked for.
const REACH: f64 = 40.0;

/// Environments rarer than this are left out.
const RARE: f64 = 1e-9;

/// Sites of a centre that agree with the state independently and with the same bias: `E(centre·state) = centre`, from −1 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Block {
    /// Number of sites, the one in question not among them.
    pub sites: usize,
    /// Mean of the product of centre and state.
    pub centre: f64,
}

/// Members of a cluster that are statistically alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// How many.
    pub members: usize,
    /// Mean of the product of member and centre at the site in question.
    pub site: f64,
    /// Mean of the product of member and centre in each block: 1 for a copy, 0 for independent signs.
    pub blocks: Vec<f64>,
}

/// Memories around a common centre.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    centre: f64,
    kinds: Vec<(usize, f64)>,
    /// Weight, and for each kind the probabilities of 0, 1, …, N − 1 agreeing sites.
    environments: Vec<(f64, Vec<Vec<f64>>)>,
}

impl Cluster {
    /// A cluster whose centre agrees with the reference sign at the site with mean product `centre`.
    pub fn new(centre: f64, blocks: &[Block], kinds: &[Kind]) -> Self {
        let nobody = vec![vec![1.0]; kinds.len()];
        let alone = kinds.iter().map(|kind| kind.members).sum::<usize>() < 2;
        let mut environments = vec![(1.0, nobody)];
        for (b, block) in blocks.iter().enumerate() {
            let biases: Vec<f64> = kinds.iter().map(|kind| kind.blocks.get(b).copied().unwrap_or(0.0)).collect();
            // The laws of a block's agreement, one per kind, for each number of agreeing sites of the centre. A member alone, or
            // one that ignores the centre, needs no such number.
            let laws: Vec<(f64, Vec<Vec<f64>>)> = if alone || biases.iter().all(|&bias| bias == 0.0) {
                vec![(1.0, biases.iter().map(|bias| binomial(block.sites, bias * block.centre)).collect())]
            } else {
                let agreeing = binomial(block.sites, block.centre).into_iter().enumerate();
                let law = |a: usize, bias: f64| convolved(&binomial(a, bias), &binomial(block.sites - a, -bias));
                agreeing
                    .filter(|&(_, weight)| weight > RARE)
                    .map(|(a, weight)| (weight, biases.iter().map(|&bias| law(a, bias)).collect()))
                    .collect()
            };
            let both = |(w, before): &(f64, Vec<Vec<f64>>), (v, here): &(f64, Vec<Vec<f64>>)| {
                (w * v, before.iter().zip(here).map(|(x, y)| convolved(x, y)).collect())
            };
            let next = environments.iter().flat_map(|e| laws.iter().map(|l| both(e, l)).collect::<Vec<_>>());
            environments = next.filter(|(weight, _)| *weight > RARE).collect();
        }
        Self { centre, kinds: kinds.iter().map(|kind| (kind.members, kind.site)).collect(), environments }
    }

    /// A cluster as found in data: `members` independent ones that have the centre's sign at the site, which agrees with the
    /// reference sign with mean product `centre`. `law` are the probabilities of 0, 1, …, N − 1 agreeing sites of a member.
    pub fn observed(centre: f64, members: usize, law: Vec<f64>) -> Self {
        Self { centre, kinds: vec![(members, 1.0)], environments: vec![(1.0, vec![law])] }
    }

    /// Members.
    fn count(&self) -> usize {
        self.kinds.iter().map(|(members, _)| members).sum()
    }

    /// Mean and mean square of the cluster's share of the field.
    fn moments(&self, swings: &[f64]) -> (f64, f64) {
        let (mut mean, mut square) = (0.0, 0.0);
        for (weight, laws) in &self.environments {
            let (mut sum, mut spread) = (0.0, 0.0);
            for (&(members, site), law) in self.kinds.iter().zip(laws) {
                let first: f64 = law.iter().zip(swings).map(|(p, g)| p * g).sum();
                let second: f64 = law.iter().zip(swings).map(|(p, g)| p * g * g).sum();
                sum += members as f64 * site * first;
                spread += members as f64 * (second - (site * first).powi(2));
            }
            mean += weight * self.centre * sum;
            square += weight * (sum * sum + spread);
        }
        (mean, square)
    }

    /// The characteristic function of its share, given cosines and sines of t G.
    fn characteristic(&self, cosines: &[f64], sines: &[f64]) -> (f64, f64) {
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (weight, laws) in &self.environments {
            let (mut x, mut y) = (1.0, 0.0);
            for (&(members, site), law) in self.kinds.iter().zip(laws) {
                let cos: f64 = law.iter().zip(cosines).map(|(p, c)| p * c).sum();
                let sin: f64 = law.iter().zip(sines).map(|(p, s)| p * s).sum();
                let (u, v) = power((cos, site * sin), members);
                (x, y) = (x * u - y * v, x * v + y * u);
            }
            real += weight * x;
            imaginary += weight * self.centre * y;
        }
        (real, imaginary)
    }
}

/// The field of a site: a signal and independent clusters.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    separation: Separation,
    sites: usize,
    /// `G` by number of agreeing sites among the others.
    swings: Vec<f64>,
    signal: f64,
    stored: usize,
    clusters: Vec<(usize, Cluster)>,
}

impl Field {
    /// No memory yet, in a network of `sites` sites (at least 2).
    pub fn new(separation: Separation, sites: usize) -> Result<Self, MemoryError> {
        if sites < 2 {
            return Err(MemoryError::Empty { patterns: 1, sites });
        }
        separation.check(sites, 1)?;
        let rest = |agreeing: usize| 2.0 * agreeing as f64 - (sites as f64 - 1.0);
        let swings = (0..sites).map(|a| separation.at(rest(a) + 1.0) - separation.at(rest(a) - 1.0)).collect();
        Ok(Self { separation, sites, swings, signal: 0.0, stored: 0, clusters: Vec::new() })
    }

    /// Adds the state itself as a memory: the signal `G(N − 1)`.
    #[must_use]
    pub fn stored(mut self) -> Self {
        self.signal += self.swings[self.sites - 1];
        self.stored += 1;
        self
    }

    /// Adds `count` clusters alike. The blocks of a cluster must have N − 1 sites together.
    pub fn clusters(mut self, count: usize, cluster: Cluster) -> Result<Self, MemoryError> {
        for law in cluster.environments.iter().flat_map(|(_, laws)| laws) {
            if law.len() != self.sites {
                return Err(MemoryError::Sites { expected: self.sites - 1, found: law.len().saturating_sub(1) });
            }
        }
        self.stored += count * cluster.count();
        self.clusters.push((count, cluster));
        Ok(self)
    }

    /// Mean of the field.
    pub fn mean(&self) -> f64 {
        let means = self.clusters.iter().map(|(count, cluster)| *count as f64 * cluster.moments(&self.swings).0);
        self.signal + means.sum::<f64>()
    }

    /// Variance of the field.
    pub fn variance(&self) -> f64 {
        let spread = |cluster: &Cluster| {
            let (mean, square) = cluster.moments(&self.swings);
            square - mean * mean
        };
        self.clusters.iter().map(|(count, cluster)| *count as f64 * spread(cluster)).sum()
    }

    /// The error if the field were Gaussian, `Q(mean/√variance)`.
    pub fn gaussian_error(&self) -> f64 {
        normal_tail(self.mean() / self.variance().sqrt())
    }

    /// The probability that the site prefers the sign opposite to the reference; a tie is no error.
    pub fn error(&self) -> f64 {
        // For n = 2 the field moves in steps of 8; where it can vanish, half a step below is between two of its values.
        let even = (self.stored * (self.sites - 1)).is_multiple_of(2);
        let at = if self.separation == Separation::Power(2) && even { -4.0 } else { 0.0 };
        let reach = self.mean().abs() + REACH * self.variance().sqrt();
        let (mut cosines, mut sines) = (vec![0.0; self.sites], vec![0.0; self.sites]);
        probability_below(at, reach, |t| {
            for ((cos, sin), swing) in cosines.iter_mut().zip(&mut sines).zip(&self.swings) {
                (*sin, *cos) = (t * swing).sin_cos();
            }
            let (mut x, mut y) = ((t * self.signal).cos(), (t * self.signal).sin());
            for (count, cluster) in &self.clusters {
                let (u, v) = power(cluster.characteristic(&cosines, &sines), *count);
                (x, y) = (x * u - y * v, x * v + y * u);
            }
            (x, y)
        })
    }
}

/// Probabilities of 0, 1, …, `sites` agreeing sites if each agrees with mean product `bias`, from −1 to 1.
pub fn binomial(sites: usize, bias: f64) -> Vec<f64> {
    let (n, agree) = (sites as f64, 0.5 * (1.0 + bias));
    if agree >= 1.0 || agree <= 0.0 {
        let all = if agree >= 1.0 { sites } else { 0 };
        return (0..=sites).map(|k| if k == all { 1.0 } else { 0.0 }).collect();
    }
    let log =
        |k: f64| lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * agree.ln() + (n - k) * (1.0 - agree).ln();
    (0..=sites).map(|k| log(k as f64).exp()).collect()
}

/// Probabilities of 0, 1, …, `sites` agreeing sites, once each of `sites` sites, of which so many agree, is turned over with
/// probability `flips`.
///
/// # Panics
/// If more sites agree than there are.
pub fn noisy_agreement(agreeing: usize, sites: usize, flips: f64) -> Vec<f64> {
    assert!(agreeing <= sites, "{agreeing} agreeing sites of {sites}");
    let kept = 1.0 - 2.0 * flips;
    convolved(&binomial(agreeing, kept), &binomial(sites - agreeing, -kept))
}

/// The law of a sum of two independent counts.
fn convolved(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate().filter(|(_, x)| **x > 0.0) {
        sum[i..].iter_mut().zip(b).for_each(|(s, y)| *s += x * y);
    }
    sum
}

/// A complex number to an integer power.
fn power((x, y): (f64, f64), count: usize) -> (f64, f64) {
    let (size, angle) = (x.hypot(y).powf(count as f64), count as f64 * y.atan2(x));
    (size * angle.cos(), size * angle.sin())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::crosstalk::Crosstalk;

    /// Noisy copies of a state, seen as data: turned over twice they agree as the flips of both say.
    #[test]
    fn observed_clusters_are_modelled_ones() {
        let (separation, sites, members) = (Separation::Power(3), 40, 5);
        let error = |cluster: Cluster| Field::new(separation, sites).unwrap().clusters(1, cluster).unwrap().error();
        let block = Block { sites: sites - 1, centre: 1.0 };
        let modelled = Cluster::new(0.4, &[block], &[Kind { members, site: 1.0, blocks: vec![0.7 * 0.6] }]);
        let once = binomial(sites - 1, 0.7).into_iter().enumerate();
        let mut law = vec![0.0; sites];
        for (agreeing, weight) in once {
            let again = noisy_agreement(agreeing, sites - 1, 0.2);
            law.iter_mut().zip(again).for_each(|(sum, probability)| *sum += weight * probability);
        }
        assert!((error(Cluster::observed(0.4, members, law)) - error(modelled)).abs() < 1e-9);
    }

    /// Independent memories are clusters of one: X-Val against the exact lattice sum of [`Crosstalk`].
    #[test]
    fn independent_memories_err_as_the_lattice_sum_says() {
        for (separation, sites, patterns) in [
            (Separation::Power(2), 60, 9),
            (Separation::Power(2), 61, 12),
            (Separation::Power(3), 60, 150),
            (Separation::Rectified(3), 50, 200),
            (Separation::Rectified(4), 40, 400),
        ] {
            let exact = Crosstalk::new(separation, sites, patterns).unwrap().exact_error().unwrap();
            let alone = Cluster::new(0.0, &[Block { sites: sites - 1, centre: 0.0 }], &[kind(1, 0.3, 0.3)]);
            let field = Field::new(separation, sites).unwrap().stored().clusters(patterns - 1, alone).unwrap();
            assert!((field.error() / exact - 1.0).abs() < 0.02, "{separation}: {} {exact}", field.error());
        }
    }

    /// All 2^12 states of a concept and its two examples in a network of four sites, with the energies of the definition.
    #[test]
    fn a_cluster_is_the_sum_over_all_its_states() {
        let (r, separation, t) = (0.2_f64, Separation::Power(3), 0.011);
        let field = Field::new(separation, 4).unwrap();
        for centre in [0.0, 0.6, 1.0] {
            let cluster = Cluster::new(centre, &[Block { sites: 3, centre }], &[kind(2, 1.0 - 2.0 * r, 1.0 - 2.0 * r)]);
            let (mut real, mut imaginary) = (0.0, 0.0);
            for states in 0..1_u32 << 12 {
                let sign = |i: u32| if states >> i & 1 == 1 { 1.0 } else { -1.0 };
                let mut weight = 1.0;
                for i in 0..4 {
                    weight *= 0.5 * (1.0 + centre * sign(i));
                    for member in 1..3 {
                        weight *= if sign(4 * member + i) == sign(i) { 1.0 - r } else { r };
                    }
                }
                let swing = |member: u32| {
                    let energy = |site: f64| {
                        separation.at(site * sign(4 * member) + (1..4).map(|i| sign(4 * member + i)).sum::<f64>())
                    };
                    energy(1.0) - energy(-1.0)
                };
                let angle = t * (swing(1) + swing(2));
                real += weight * angle.cos();
                imaginary += weight * angle.sin();
            }
            let angles = field.swings.iter().map(|g| t * g);
            let (cosines, sines): (Vec<f64>, Vec<f64>) = angles.map(|a| (a.cos(), a.sin())).unzip();
            let (x, y) = cluster.characteristic(&cosines, &sines);
            assert!((x - real).abs() + (y - imaginary).abs() < 1e-8, "{x} {y} against {real} {imaginary}");
        }
    }

    #[test]
    fn blocks_of_another_size_are_refused() {
        let cluster = Cluster::new(0.0, &[Block { sites: 8, centre: 0.0 }], &[kind(1, 0.0, 0.0)]);
        let refused = Field::new(Separation::Power(2), 10).unwrap().clusters(3, cluster);
        assert_eq!(refused.unwrap_err(), MemoryError::Sites { expected: 9, found: 8 });
    }

    fn kind(members: usize, site: f64, bias: f64) -> Kind {
        Kind { members, site, blocks: vec![bias] }
    }
}
