//! Simplicial Hopfield networks (T. F. Burns & T. Fukai, *Simplicial Hopfield networks*, ICLR 2023, arXiv 2305.05179): Hebbian
//! weights on pairs, triples and larger sets of sites.
//!
//! Each weighted simplex σ carries `w(σ) = (1/N) Σ_μ Π_{i∈σ} ξ_i^μ`, the energy is `E(S) = −Σ_σ w(σ) Π_{i∈σ} S_i`, and a site
//! takes the sign of its field `Σ_{σ∋i} w(σ) Π_{j∈σ∖i} S_j`. Weights are kept as the integers `N w(σ)`, so that ties are ties.
//!
//! ```
//! use lawbook_core::Key;
//! use lawbook_memory::{AsynchronousUpdate, Dilution, Patterns, SimplicialMemory};
//!
//! let mut stream = Key::new(["example"]).stream("patterns", 0);
//! let patterns = Patterns::random(8, 100, &mut stream)?;
//! let memory = SimplicialMemory::new(&patterns, &Dilution::SameBudget { triangles: 0.5 }, &mut stream)?;
//! let cue = patterns.state(3).corrupted(5, &mut stream)?;
//! assert_eq!(memory.retrieve(&cue, &mut stream)?.state, patterns.state(3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod attention;
mod complex;
pub mod coordination;
mod dilution;
mod error;
pub mod skeleton;
mod together;

use std::sync::OnceLock;

use lawbook_core::Stream;

pub use complex::SimplicialComplex;
pub use dilution::Dilution;
pub use error::SimplicialError;

use crate::{AsynchronousUpdate, MemoryError, Patterns, State, patterns::same_sites};

/// A network with weights on the simplices of a complex.
#[derive(Debug, Clone)]
pub struct SimplicialMemory {
    complex: SimplicialComplex,
    /// `N w(σ)` by dimension, from edges on, in the order of the complex.
    weights: Vec<Vec<i32>>,
    /// By dimension: what each site looks up for its field. Built when first needed.
    incidences: OnceLock<Vec<Incidences>>,
}

/// The simplices of one dimension d, by site.
#[derive(Debug, Clone)]
struct Incidences {
    /// Where the simplices of each site begin, and where the last one's end.
    starts: Vec<usize>,
    /// The d other vertices of each.
    others: Vec<u32>,
    /// The weight of each.
    weights: Vec<i32>,
}

impl SimplicialMemory {
    /// Stores `patterns` on simplices drawn by a rule.
    pub fn new(patterns: &Patterns, dilution: &Dilution, stream: &mut Stream) -> Result<Self, SimplicialError> {
        Self::on_complex(patterns, dilution.draw(patterns.sites(), stream)?)
    }

    /// Stores `patterns` on the weighted simplices of `complex`.
    pub fn on_complex(patterns: &Patterns, complex: SimplicialComplex) -> Result<Self, SimplicialError> {
        same_sites(complex.sites(), patterns.sites())?;
        let rows = negative_rows(patterns);
        let weights = (1..=complex.dimension())
            .map(|dimension| complex.weighted(dimension).map(|simplex| hebbian(patterns.count(), &rows, simplex)).collect())
            .collect();
        Self::from_weights(complex, weights)
    }

    /// A network with any integer weights `N w(σ)`: one list for each dimension from edges on, in the order of
    /// [`SimplicialComplex::weighted`].
    pub fn from_weights(complex: SimplicialComplex, weights: Vec<Vec<i32>>) -> Result<Self, SimplicialError> {
        for dimension in 1..=complex.dimension().max(weights.len()) {
            let (expected, found) = (complex.weighted_count(dimension), weights.get(dimension - 1).map_or(0, Vec::len));
            if expected != found {
                return Err(SimplicialError::Weights { dimension, expected, found });
            }
        }
        Ok(Self { complex, weights, incidences: OnceLock::new() })
    }

    /// Where the weights sit.
    pub fn complex(&self) -> &SimplicialComplex {
        &self.complex
    }

    /// The weights `N w(σ)` of the simplices of one dimension (1 for edges), in the order of the complex.
    pub fn weights(&self, dimension: usize) -> &[i32] {
        self.weights.get(dimension.wrapping_sub(1)).map_or(&[], Vec::as_slice)
    }

    /// The energy `E(S)`.
    pub fn energy(&self, state: &State) -> Result<f64, MemoryError> {
        let signs = self.signs(state)?;
        let total: i64 = (1..=self.complex.dimension())
            .map(|dimension| {
                let simplices = self.complex.weighted(dimension).zip(&self.weights[dimension - 1]);
                let term = |(simplex, &weight): (&[u32], &i32)| {
                    i64::from(weight) * i64::from(simplex.iter().map(|&i| signs[i as usize]).product::<i32>())
                };
                simplices.map(term).sum::<i64>()
            })
            .sum();
        Ok(-(total as f64) / signs.len() as f64)
    }

    /// The fields of all sites, times N: integers.
    pub fn fields(&self, state: &State) -> Result<Vec<i64>, MemoryError> {
        let signs = self.signs(state)?;
        Ok((0..signs.len()).map(|site| self.local_field(&signs, site)).collect())
    }

    /// Every site at once takes the sign of its field; a field of 0 keeps it.
    pub fn synchronous_step(&self, state: &State) -> Result<State, MemoryError> {
        let signs = self.signs(state)?;
        let mut next = state.clone();
        let turned = |site: &usize| self.local_field(&signs, *site) * i64::from(signs[*site]) < 0;
        (0..signs.len()).filter(turned).for_each(|site| next.flip(site));
        Ok(next)
    }

    /// Whether no site wants to move.
    pub fn is_fixed_point(&self, state: &State) -> Result<bool, MemoryError> {
        let signs = self.signs(state)?;
        Ok((0..signs.len()).all(|site| self.local_field(&signs, site) * i64::from(signs[site]) >= 0))
    }

    /// The mean overlap, divided by N, of `targets` with what one synchronous step makes of `cues`, one by one. All states go
    /// through each simplex together, which is several times faster than step by step.
    pub fn step_overlap(&self, cues: &Patterns, targets: &Patterns) -> Result<f64, MemoryError> {
        let (sites, count) = (self.complex.sites(), cues.count());
        same_sites(sites, cues.sites())?;
        same_sites(sites, targets.sites())?;
        if targets.count() != count {
            return Err(MemoryError::Index { what: "target", index: targets.count(), count });
        }
        Ok(2.0 * together::agreeing(self, cues, targets) as f64 / (sites * count) as f64 - 1.0)
    }

    fn signs(&self, state: &State) -> Result<Vec<i32>, MemoryError> {
        same_sites(self.complex.sites(), state.sites())?;
        Ok((0..state.sites()).map(|site| 2 * state.bit(site) as i32 - 1).collect())
    }

    fn local_field(&self, signs: &[i32], site: usize) -> i64 {
        self.incidences().iter().zip(1..).map(|(own, dimension)| own.field(dimension, signs, site)).sum()
    }

    fn incidences(&self) -> &[Incidences] {
        let layers =
            || (1..).zip(&self.weights).map(|(dimension, weights)| Incidences::new(&self.complex, dimension, weights));
        self.incidences.get_or_init(|| layers().collect())
    }
}

/// A field of 0 keeps the site, so that every flip lowers the energy.
impl AsynchronousUpdate for SimplicialMemory {
    type Error = MemoryError;

    fn visits(&self, cue: &State) -> Result<impl FnMut(&State, usize) -> bool, MemoryError> {
        let mut signs = self.signs(cue)?;
        Ok(move |_: &State, site: usize| {
            let turned = self.local_field(&signs, site) * i64::from(signs[site]) < 0;
            if turned {
                signs[site] = -signs[site];
            }
            turned
        })
    }
}

impl Incidences {
    fn new(complex: &SimplicialComplex, dimension: usize, weights: &[i32]) -> Self {
        let mut starts = vec![0; complex.sites() + 1];
        complex.weighted(dimension).flatten().for_each(|&vertex| starts[vertex as usize + 1] += 1);
        (0..complex.sites()).for_each(|site| starts[site + 1] += starts[site]);
        let total = starts[complex.sites()];
        let (mut others, mut own) = (vec![0; total * dimension], vec![0; total]);
        let mut next = starts.clone();
        for (simplex, &weight) in complex.weighted(dimension).zip(weights) {
            for &vertex in simplex {
                let place = next[vertex as usize];
                next[vertex as usize] += 1;
                own[place] = weight;
                let rest = simplex.iter().filter(|&&other| other != vertex);
                others[place * dimension..][..dimension].iter_mut().zip(rest).for_each(|(to, other)| *to = *other);
            }
        }
        Self { starts, others, weights: own }
    }

    fn field(&self, dimension: usize, signs: &[i32], site: usize) -> i64 {
        let range = self.starts[site]..self.starts[site + 1];
        let others = &self.others[range.start * dimension..range.end * dimension];
        let weights = &self.weights[range];
        match dimension {
            1 => sum_of_products::<1>(weights, others, signs),
            2 => sum_of_products::<2>(weights, others, signs),
            3 => sum_of_products::<3>(weights, others, signs),
            _ => {
                let product = |others: &[u32]| others.iter().map(|&other| signs[other as usize]).product::<i32>();
                weights.iter().zip(others.chunks_exact(dimension)).map(|(w, o)| i64::from(*w) * i64::from(product(o))).sum()
            }
        }
    }
}

/// A field of one dimension, known when compiling: the innermost loop of a descent.
fn sum_of_products<const D: usize>(weights: &[i32], others: &[u32], signs: &[i32]) -> i64 {
    let (others, _) = others.as_chunks::<D>();
    let product = |others: &[u32; D]| others.iter().map(|&other| signs[other as usize]).product::<i32>();
    weights.iter().zip(others).map(|(weight, others)| i64::from(weight * product(others))).sum()
}

/// For each site a row of bits over the patterns, 1 where it is −1.
fn negative_rows(patterns: &Patterns) -> Vec<Vec<u64>> {
    let words = crate::bits::words(patterns.count());
    let mut rows = vec![vec![0; words]; patterns.sites()];
    for (mu, state) in patterns.states().enumerate() {
        for (site, row) in rows.iter_mut().enumerate() {
            row[mu / crate::bits::WORD] |= (1 - state.bit(site)) << (mu % crate::bits::WORD);
        }
    }
    rows
}

/// `Σ_μ Π_{i∈σ} ξ_i^μ`: patterns less twice those whose product is negative.
fn hebbian(patterns: usize, rows: &[Vec<u64>], simplex: &[u32]) -> i32 {
    let parity = |word: usize| simplex.iter().fold(0, |bits, &vertex| bits ^ rows[vertex as usize][word]);
    let negative: u32 = (0..crate::bits::words(patterns)).map(|word| parity(word).count_ones()).sum();
    patterns as i32 - 2 * negative as i32
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{DenseMemory, Separation};

    fn stream(seed: u64) -> Stream {
        Key::new(["simplicial"]).stream("test", seed)
    }

    /// X-Val: all pairs are the Hopfield network, whose energy as a dense memory with F(x) = x² is `−Σ x² = 2N E − N P`.
    #[test]
    fn all_pairs_are_the_hopfield_network() {
        let mut stream = stream(0);
        let patterns = Patterns::random(7, 40, &mut stream).unwrap();
        let pairs = SimplicialMemory::new(&patterns, &Dilution::Skeleton(1), &mut stream).unwrap();
        let dense = DenseMemory::new(patterns.clone(), Separation::Power(2)).unwrap();
        let state = Patterns::random(1, 40, &mut stream).unwrap().state(0);
        let expected = 80.0 * pairs.energy(&state).unwrap() - 40.0 * 7.0;
        assert!((dense.energy(&state).unwrap() - expected).abs() < 1e-9);
        assert_eq!(pairs.synchronous_step(&state).unwrap(), dense.synchronous_step(&state).unwrap());
    }

    /// A flip changes the energy by `2 h_i S_i`; a descent goes down to where no flip helps.
    #[test]
    fn fields_are_energy_differences_and_descents_end_at_fixed_points() {
        let mut stream = stream(1);
        let patterns = Patterns::random(12, 30, &mut stream).unwrap();
        let memory = SimplicialMemory::new(&patterns, &Dilution::Counts(vec![100, 90, 60, 20]), &mut stream).unwrap();
        let state = Patterns::random(1, 30, &mut stream).unwrap().state(0);
        let (energy, fields) = (memory.energy(&state).unwrap(), memory.fields(&state).unwrap());
        for (site, field) in fields.into_iter().enumerate() {
            let mut flipped = state.clone();
            flipped.flip(site);
            let cost = memory.energy(&flipped).unwrap() - energy;
            assert!((cost - 2.0 * field as f64 * state.signs()[site] / 30.0).abs() < 1e-9, "{site}");
        }
        let found = memory.retrieve(&state, &mut stream).unwrap();
        assert!(memory.is_fixed_point(&found.state).unwrap());
        assert!(memory.energy(&found.state).unwrap() <= energy);
    }

    #[test]
    fn many_states_step_together_as_they_do_alone() {
        let mut stream = stream(2);
        for count in [9, 16, 37] {
            let patterns = Patterns::random(count, 50, &mut stream).unwrap();
            let memory = SimplicialMemory::new(&patterns, &Dilution::SameBudget { triangles: 0.4 }, &mut stream).unwrap();
            let cues: Vec<State> = (0..count).map(|mu| patterns.state(mu).corrupted(12, &mut stream).unwrap()).collect();
            let alone = |mu: usize| memory.synchronous_step(&cues[mu]).unwrap().overlap(&patterns.state(mu)).unwrap();
            let alone: i64 = (0..count).map(alone).sum();
            let together = memory.step_overlap(&Patterns::from_states(&cues).unwrap(), &patterns).unwrap();
            assert!((together - alone as f64 / (50 * count) as f64).abs() < 1e-12);
        }
    }

    /// Pairs cannot tell a state from its negative; triples can.
    #[test]
    fn triangles_have_no_inverse_states() {
        let mut stream = stream(3);
        let patterns = Patterns::random(3, 60, &mut stream).unwrap();
        let inverse = patterns.state(0).negated();
        let pairs = SimplicialMemory::new(&patterns, &Dilution::SameBudget { triangles: 0.0 }, &mut stream).unwrap();
        let triples = SimplicialMemory::new(&patterns, &Dilution::SameBudget { triangles: 1.0 }, &mut stream).unwrap();
        assert_eq!(pairs.energy(&inverse).unwrap(), pairs.energy(&patterns.state(0)).unwrap());
        assert!(pairs.is_fixed_point(&inverse).unwrap());
        assert!(!triples.is_fixed_point(&inverse).unwrap());
    }

    #[test]
    fn wrong_numbers_of_weights_and_sites_are_refused() {
        let complex = SimplicialComplex::skeleton(4, 1).unwrap();
        let error = SimplicialMemory::from_weights(complex, vec![vec![1; 5]]).unwrap_err();
        assert!(matches!(error, SimplicialError::Weights { dimension: 1, expected: 6, found: 5 }));
        let patterns = Patterns::random(2, 5, &mut stream(4)).unwrap();
        let complex = SimplicialComplex::skeleton(4, 1).unwrap();
        assert!(SimplicialMemory::on_complex(&patterns, complex).is_err());
    }
}
