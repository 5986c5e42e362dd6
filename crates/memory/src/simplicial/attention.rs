//! The simplicial memory of continuous states: attention that compares states by their products over simplices.
//!
//! A state has a feature for each site and one for each simplex σ, `φ_σ(S) = Π_{i∈σ} S_i`; the update is
//! `S' = Σ_μ p_μ ξ^μ` with `p = softmax(β sim(φ(ξ^μ), φ(S)))`. Without simplices and with scalar products it is the modern
//! Hopfield network. T. F. Burns & T. Fukai, *Simplicial Hopfield networks*, ICLR 2023, arXiv 2305.05179, who try several
//! similarities; whether sites are features, and how distances are scaled, is chosen here.

use lawbook_core::{Kind, Tensor};

use super::SimplicialComplex;
use crate::continuous::{ContinuousError, finite, floating, last_dimension, positive, same_kind};

/// How features are compared. Distances count negatively.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Similarity {
    /// The scalar product.
    Dot,
    /// The scalar product over both lengths.
    Cosine,
    /// The length of the difference.
    Euclidean,
    /// The sum of absolute differences.
    Manhattan,
}

/// Lengths below this count as this.
const SHORTEST: f64 = 1e-300;

/// A network of N continuous patterns of d sites that are compared over simplices.
#[derive(Debug)]
pub struct SimplicialAttention {
    patterns: Tensor,
    /// By dimension, for each place in a simplex, the vertices of all simplices there.
    places: Vec<Vec<Tensor>>,
    features: Tensor,
    beta: f64,
    similarity: Similarity,
}

impl SimplicialAttention {
    /// Stores `patterns`, one per row: shape `[N, d]` with as many sites as `complex` has. `beta` is the inverse temperature.
    pub fn new(
        patterns: Tensor,
        complex: &SimplicialComplex,
        beta: f64,
        similarity: Similarity,
    ) -> Result<Self, ContinuousError> {
        let (found, sites) = (patterns.size(), complex.sites() as i64);
        if found.len() != 2 || found[0] == 0 || found[1] != sites {
            return Err(ContinuousError::Shape { what: "patterns", found, expected: format!("rows of {sites} sites") });
        }
        floating("patterns", &patterns)?;
        finite("patterns", &patterns)?;
        positive("beta", beta)?;
        let place = |dimension: usize, place: usize| {
            let vertices: Vec<i64> = complex.weighted(dimension).map(|simplex| i64::from(simplex[place])).collect();
            Tensor::from_slice(&vertices).to_kind(Kind::Int64).to_device(patterns.device())
        };
        let dimensions = (1..=complex.dimension()).filter(|&dimension| complex.weighted_count(dimension) > 0);
        let places: Vec<Vec<Tensor>> = dimensions.map(|d| (0..=d).map(|at| place(d, at)).collect()).collect();
        let features = products(&patterns, &places);
        Ok(Self { patterns, places, features, beta, similarity })
    }

    /// The features of states of shape `[…, d]`: sites, then simplices by dimension, in the order of the complex.
    pub fn features(&self, state: &Tensor) -> Result<Tensor, ContinuousError> {
        last_dimension("states", state, self.patterns.size()[1])?;
        same_kind("states", state, &self.patterns)?;
        Ok(products(state, &self.places))
    }

    /// The similarities of states of shape `[…, d]` with all patterns: `[…, N]`.
    pub fn similarities(&self, state: &Tensor) -> Result<Tensor, ContinuousError> {
        let features = self.features(state)?;
        let difference = || features.unsqueeze(-2) - &self.features;
        let length = |of: &Tensor, keep: bool| of.norm_scalaropt_dim(2.0, [-1_i64].as_slice(), keep);
        Ok(match self.similarity {
            Similarity::Dot => features.matmul(&self.features.tr()),
            Similarity::Cosine => {
                let direction = |of: &Tensor| of / length(of, true).clamp_min(SHORTEST);
                direction(&features).matmul(&direction(&self.features).tr())
            }
            Similarity::Euclidean => length(&difference(), false).neg(),
            Similarity::Manhattan => difference().abs().sum_dim_intlist([-1_i64].as_slice(), false, None).neg(),
        })
    }

    /// The weights `softmax(β sim)` of the patterns in the update: `[…, N]`.
    pub fn weights(&self, state: &Tensor) -> Result<Tensor, ContinuousError> {
        Ok((self.similarities(state)? * self.beta).softmax(-1, None))
    }

    /// The energy of the features, `−lse(β, sim)`, and with scalar products `+ ½ φ·φ`, as in the modern network. The update of
    /// the features `φ' = Σ_μ p_μ φ(ξ^μ)` would descend it; [`update`](Self::update) moves the sites and makes features of them
    /// again, so that it does where a pattern is retrieved and need not elsewhere.
    pub fn energy(&self, state: &Tensor) -> Result<Tensor, ContinuousError> {
        let log_sum = (self.similarities(state)? * self.beta).logsumexp([-1_i64].as_slice(), false) / self.beta;
        if self.similarity != Similarity::Dot {
            return Ok(-log_sum);
        }
        Ok(self.features(state)?.square().sum_dim_intlist([-1_i64].as_slice(), false, None) * 0.5 - log_sum)
    }

    /// One update of states of shape `[…, d]`.
    pub fn update(&self, state: &Tensor) -> Result<Tensor, ContinuousError> {
        Ok(self.weights(state)?.matmul(&self.patterns))
    }
}

fn products(states: &Tensor, places: &[Vec<Tensor>]) -> Tensor {
    let product = |vertices: &Vec<Tensor>| {
        let factors = vertices.iter().map(|at| states.index_select(-1, at));
        factors.reduce(|product, factor| product * factor).unwrap_or_else(|| states.shallow_clone())
    };
    let simplices = places.iter().map(product);
    Tensor::cat(&std::iter::once(states.shallow_clone()).chain(simplices).collect::<Vec<_>>(), -1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::{
        Device, Key,
        tensor::{from_slice, scalar, to_vec},
    };

    use super::*;
    use crate::{Patterns, modern::ModernMemory, simplicial::skeleton::elementary_sum};

    fn normals(name: &str, shape: &[i64]) -> Tensor {
        Key::new(["simplicial attention"]).stream(name, 0).normal_tensor(shape, Kind::Double, Device::Cpu)
    }

    fn gap(a: &Tensor, b: &Tensor) -> f64 {
        scalar(&(a - b).abs().max())
    }

    #[test]
    fn without_simplices_it_is_the_modern_network() {
        let (patterns, states) = (normals("patterns", &[20, 9]), normals("states", &[4, 9]));
        let none = SimplicialComplex::from_simplices(9, &[]).unwrap();
        let memory = SimplicialAttention::new(patterns.shallow_clone(), &none, 0.7, Similarity::Dot).unwrap();
        let modern = ModernMemory::new(patterns, 0.7).unwrap();
        assert!(gap(&memory.update(&states).unwrap(), &modern.update(&states).unwrap()) < 1e-14);
        let constant = modern.energy(&states).unwrap() - memory.energy(&states).unwrap();
        assert!(gap(&constant, &constant.get(0)) < 1e-12);
    }

    /// On ±1 states the scalar product over the full skeleton is the sum of elementary symmetric polynomials of the overlap, and
    /// every other similarity is a function of it.
    #[test]
    fn on_signs_similarities_are_functions_of_the_overlap() {
        let mut stream = Key::new(["simplicial attention"]).stream("signs", 0);
        let stored = Patterns::random(6, 8, &mut stream).unwrap();
        let signs: Vec<f64> = (0..6).flat_map(|mu| stored.state(mu).signs()).collect();
        let patterns = from_slice(&signs, &[6, 8], Kind::Double, Device::Cpu);
        let cue = Patterns::random(1, 8, &mut stream).unwrap().state(0);
        let state = from_slice(&cue.signs(), &[8], Kind::Double, Device::Cpu);
        let skeleton = SimplicialComplex::skeleton(8, 2).unwrap();
        let count = 8.0 + 28.0 + 56.0;
        for similarity in [Similarity::Dot, Similarity::Cosine, Similarity::Euclidean, Similarity::Manhattan] {
            let memory = SimplicialAttention::new(patterns.shallow_clone(), &skeleton, 1.0, similarity).unwrap();
            let found = to_vec(&memory.similarities(&state).unwrap());
            for (overlap, found) in stored.overlaps(&cue).unwrap().into_iter().zip(found) {
                let dot = elementary_sum(3, overlap, 8) as f64;
                let expected = match similarity {
                    Similarity::Dot => dot,
                    Similarity::Cosine => dot / count,
                    Similarity::Euclidean => -(2.0 * (count - dot)).sqrt(),
                    Similarity::Manhattan => dot - count,
                };
                assert!((found - expected).abs() < 1e-12, "{similarity:?}: {found} {expected}");
            }
        }
    }

    /// Far apart, patterns are fixed points whatever compares them, and a cue with a site turned over goes to its pattern.
    #[test]
    fn every_similarity_recalls() {
        let patterns = normals("many", &[10, 24]).sign();
        let cues =
            &patterns * Tensor::cat(&[normals("one", &[1]).abs().sign().neg(), normals("rest", &[23]).abs().sign()], 0);
        let complex = SimplicialComplex::skeleton(24, 2).unwrap();
        for similarity in [Similarity::Dot, Similarity::Cosine, Similarity::Euclidean, Similarity::Manhattan] {
            let memory = SimplicialAttention::new(patterns.shallow_clone(), &complex, 100.0, similarity).unwrap();
            for start in [&patterns, &cues] {
                assert!(gap(&memory.update(start).unwrap(), &patterns) < 1e-6, "{similarity:?}");
            }
            let fell = memory.energy(&cues).unwrap() - memory.energy(&patterns).unwrap();
            // A site turned over changes 1 + 23 + C(23, 2) = 277 of the features by 2.
            let expected = match similarity {
                Similarity::Dot | Similarity::Manhattan => 2.0 * 277.0,
                Similarity::Cosine => 2.0 * 277.0 / (24.0 + 276.0 + 2024.0),
                Similarity::Euclidean => 2.0 * 277.0_f64.sqrt(),
            };
            for fell in to_vec(&fell) {
                assert!((fell - expected).abs() < 1e-9, "{similarity:?}: {fell}");
            }
        }
    }

    #[test]
    fn bad_input_is_refused_with_its_numbers() {
        let complex = SimplicialComplex::skeleton(5, 1).unwrap();
        let new = |patterns: Tensor, beta: f64| SimplicialAttention::new(patterns, &complex, beta, Similarity::Dot);
        assert!(new(normals("bad", &[3, 4]), 1.0).unwrap_err().to_string().contains("rows of 5 sites"));
        assert!(new(normals("bad", &[3, 5]), 0.0).is_err() && new(normals("bad", &[3, 5]) / 0.0, 1.0).is_err());
        let memory = new(normals("bad", &[3, 5]), 1.0).unwrap();
        assert!(memory.update(&normals("state", &[4])).unwrap_err().to_string().contains("a last dimension of 5"));
    }
}
