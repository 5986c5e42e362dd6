//! Examples of concepts: prototypes, each stored as several noisy copies of itself, and what such a memory recalls.
//!
//! P prototypes ζ are independent and unbiased; each has M examples in which every site is turned over with probability r, so
//! that an example agrees with its prototype with mean product `b = 1 − 2r` and two examples with each other with `c = b²`.
//! Three errors of one update tell what is stored: at an example (memorisation), at a prototype (generalisation), and, against
//! the prototype, at a fresh example that was never stored.
//!
//! With `P = 1` this is a memory of patterns of pairwise correlation c: their signs are those of a shared and a private part.

use lawbook_analysis::gaussian::normal_tail;
use lawbook_core::Stream;

use crate::{
    MemoryError, Patterns, Separation,
    mixture::{Block, Cluster, Field, Kind, binomial},
};

/// Prototypes and their examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Concepts {
    /// The P prototypes ζ.
    pub prototypes: Patterns,
    /// The examples, those of a concept one after another.
    pub examples: Patterns,
}

/// How concepts and examples are drawn, and in which memory the examples are stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConceptModel {
    /// Separation function F.
    pub separation: Separation,
    /// Sites N, at least 2.
    pub sites: usize,
    /// Concepts P, at least 1.
    pub concepts: usize,
    /// Examples M of each, at least 1.
    pub examples: usize,
    /// Probability r that a site of an example differs from its prototype, from 0 to 1.
    pub flips: f64,
}

impl ConceptModel {
    /// Draws prototypes and examples.
    pub fn draw(&self, stream: &mut Stream) -> Result<Concepts, MemoryError> {
        if self.examples == 0 {
            return Err(MemoryError::Empty { patterns: 0, sites: self.sites });
        }
        let prototypes = Patterns::random(self.concepts, self.sites, stream)?;
        let mut examples = Vec::with_capacity(self.concepts * self.examples);
        for concept in 0..self.concepts {
            let prototype = prototypes.state(concept);
            for _ in 0..self.examples {
                examples.push(prototype.noisy(self.flips, stream)?);
            }
        }
        Ok(Concepts { prototypes, examples: Patterns::from_states(&examples)? })
    }

    /// One-step error at a stored example: the probability that a site of it is turned over.
    pub fn example_error(&self) -> Result<f64, MemoryError> {
        let b = self.bias();
        let siblings = Cluster::new(b, &[self.block(b)], &[self.kind(self.examples.saturating_sub(1))]);
        Ok(self.strangers()?.stored().clusters(1, siblings)?.error())
    }

    /// One-step error at a stored example, among the sites at which it differs from its prototype.
    pub fn opposing_error(&self) -> Result<f64, MemoryError> {
        let siblings = Cluster::new(-1.0, &[self.block(self.bias())], &[self.kind(self.examples.saturating_sub(1))]);
        Ok(self.strangers()?.stored().clusters(1, siblings)?.error())
    }

    /// One-step error at a prototype.
    pub fn prototype_error(&self) -> Result<f64, MemoryError> {
        let own = Cluster::new(1.0, &[self.block(1.0)], &[self.kind(self.examples)]);
        Ok(self.strangers()?.clusters(1, own)?.error())
    }

    /// Probability that a site is not the prototype's after one update of a fresh example.
    pub fn fresh_error(&self) -> Result<f64, MemoryError> {
        let own = Cluster::new(1.0, &[self.block(self.bias())], &[self.kind(self.examples)]);
        Ok(self.strangers()?.clusters(1, own)?.error())
    }

    /// The number of examples at which an example's own signal equals the pull of its siblings at the sites that differ from
    /// the prototype, `M = b^−(2n−1)`, for large N: where memorisation ends. For fewer flips than ½. Derived here.
    pub fn memorisation_limit(order: u32, flips: f64) -> f64 {
        (1.0 - 2.0 * flips).powi(1 - 2 * order as i32)
    }

    /// The number of examples at which a prototype's one-step error is `Q(z)`, `M = z²(1 − b²)/b²`, for large N and few
    /// concepts, whatever the order: where generalisation begins. A site of the prototype is what most examples show. For
    /// fewer flips than ½. Derived here.
    pub fn generalisation_onset(z: f64, flips: f64) -> f64 {
        let c = (1.0 - 2.0 * flips).powi(2);
        z * z * (1.0 - c) / c
    }

    fn bias(&self) -> f64 {
        1.0 - 2.0 * self.flips
    }

    fn block(&self, centre: f64) -> Block {
        Block { sites: self.sites.saturating_sub(1), centre }
    }

    fn kind(&self, members: usize) -> Kind {
        Kind { members, site: self.bias(), blocks: vec![self.bias()] }
    }

    /// The field of the other concepts.
    fn strangers(&self) -> Result<Field, MemoryError> {
        MemoryError::check("the probability of a flip", self.flips, 0.0, 1.0)?;
        let stranger = Cluster::new(0.0, &[self.block(0.0)], &[self.kind(self.examples)]);
        Field::new(self.separation, self.sites)?.clusters(self.concepts.saturating_sub(1), stranger)
    }
}

/// One-step error at a prototype of the Hopfield network (n = 2), with Gaussian crosstalk from the other concepts:
/// `Σ_k C(M,k) r^k (1−r)^(M−k) Q((M − 2k) b/√((P−1)/N (M + M(M−1) b⁴)))`, k the number of examples that are wrong at the site.
/// `M → ∞` gives `Q(√(N/(P−1)))`: prototypes as if they alone were stored. Derived here.
pub fn hebbian_prototype_error(sites: usize, concepts: usize, examples: usize, flips: f64) -> f64 {
    let (b, m) = (1.0 - 2.0 * flips, examples as f64);
    let noise = ((concepts as f64 - 1.0) / sites as f64 * (m + m * (m - 1.0) * b.powi(4))).sqrt();
    let right = binomial(examples, b).into_iter().enumerate();
    right.map(|(right, weight)| weight * normal_tail((2.0 * right as f64 - m) * b / noise)).sum()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;

    fn hopfield(examples: usize, flips: f64) -> ConceptModel {
        ConceptModel { separation: Separation::Power(2), sites: 200, concepts: 5, examples, flips }
    }

    /// X-Val: the sum evaluated with `scipy.stats.binom` and `norm` of scipy 1.17.1.
    #[test]
    fn the_hebbian_mixture_is_that_of_scipy() {
        for (examples, flips, expected) in HEBBIAN {
            assert!((hebbian_prototype_error(200, 5, examples, flips) / expected - 1.0).abs() < 1e-9);
        }
    }

    const HEBBIAN: [(usize, f64, f64); 3] =
        [(5, 0.2, 0.067_414_365_056_406_83), (20, 0.2, 0.003_165_354_199_929_244), (50, 0.3, 0.004_622_953_012_652_774)];

    /// X-Val: prototype errors of an independent simulation in numpy (200 sites, 5 concepts, flips of 0.2).
    #[test]
    fn the_exact_mixture_is_what_a_numpy_simulation_gives() {
        for (examples, measured) in [(5, 0.0682), (10, 0.0216), (20, 0.0033)] {
            let predicted = hopfield(examples, 0.2).prototype_error().unwrap();
            assert!((predicted / measured - 1.0).abs() < 0.06, "M = {examples}: {predicted} {measured}");
        }
    }

    /// An example errs at sites that differ from the prototype and at others: the mixture of both is the error.
    #[test]
    fn one_example_per_concept_is_an_independent_pattern() {
        let alone = ConceptModel { concepts: 30, examples: 1, ..hopfield(1, 0.2) };
        let independent = crate::crosstalk::Crosstalk::new(Separation::Power(2), 200, 30).unwrap().exact_error().unwrap();
        assert!((alone.example_error().unwrap() / independent - 1.0).abs() < 0.01);
    }

    #[test]
    fn the_limits_are_where_the_finite_formulas_turn() {
        // Large network: half of the opposing sites err at the memorisation limit, b^−5 = 12.9 for n = 3 and r = 0.2.
        let limit = ConceptModel::memorisation_limit(3, 0.2);
        let model = ConceptModel { separation: Separation::Power(3), sites: 400, concepts: 1, examples: 14, flips: 0.2 };
        assert!((limit - 12.86).abs() < 0.01);
        assert!((model.opposing_error().unwrap() - 0.5).abs() < 0.15, "{}", model.opposing_error().unwrap());
        assert!((ConceptModel::generalisation_onset(2.576, 0.2) - 11.8).abs() < 0.1);
    }

    #[test]
    fn examples_differ_from_prototypes_by_the_flips() {
        let mut stream = Key::new(["concepts"]).stream("draw", 0);
        let model = ConceptModel { examples: 40, ..hopfield(40, 0.2) };
        let concepts = model.draw(&mut stream).unwrap();
        assert_eq!((concepts.prototypes.count(), concepts.examples.count()), (5, 200));
        let overlap = |mu: usize| concepts.examples.state(mu).overlap(&concepts.prototypes.state(mu / 40)).unwrap() as f64;
        let mean = (0..200).map(overlap).sum::<f64>() / 40_000.0;
        assert!((mean - 0.6).abs() < 5.0 * 0.8 / 200.0, "{mean}");
        assert!(ConceptModel { examples: 0, ..model }.draw(&mut stream).is_err());
        assert!(ConceptModel { flips: 1.2, ..model }.fresh_error().is_err());
    }
}
