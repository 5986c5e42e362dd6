//! The modern Hopfield network: continuous states, and an update that is the attention of a transformer.
//!
//! ```
//! use lawbook_core::{Device, Key, Kind};
//! use lawbook_memory::modern::ModernMemory;
//!
//! let patterns = Key::new(["example"]).stream("patterns", 0).normal_tensor(&[100, 64], Kind::Double, Device::Cpu);
//! let memory = ModernMemory::new(patterns.shallow_clone(), 1.0)?;
//! let cue = patterns.get(7) * 0.5;
//! let found = memory.retrieve(&cue, 1e-6)?;
//! assert!((found.state - patterns.get(7)).norm().double_value(&[]) < 1e-3);
//! # Ok::<(), lawbook_memory::modern::ContinuousError>(())
//! ```

use lawbook_core::{Tensor, tensor::scalar};

pub mod bounds;
pub mod census;
pub mod pair;
pub mod random_patterns;

pub use crate::continuous::ContinuousError;
use crate::continuous::{finite, floating, last_dimension, positive, same_kind};

/// A network with energy `E(ξ) = −lse(β, Xᵀξ) + ½ ξᵀξ + β⁻¹ ln N + ½ M²` and update `ξ' = X softmax(β Xᵀξ)`: Ramsauer et al.,
/// *Hopfield Networks is All You Need*, ICLR 2021, arXiv 2008.02217, energy and update.
///
/// Patterns are rows: shape `[N, d]`, or `[…, N, d]` for an ensemble of networks side by side. States have shape `[…, d]`, or
/// `[…, B, d]` with the leading dimensions of the ensemble.
#[derive(Debug)]
pub struct ModernMemory {
    patterns: Tensor,
    beta: f64,
    /// β⁻¹ ln N + ½ M², per network.
    offset: Tensor,
}

/// Where an iteration settled.
#[derive(Debug)]
pub struct Recalled {
    /// The fixed point, or one per cue.
    pub state: Tensor,
    /// Updates taken, as many for all cues.
    pub updates: usize,
}

/// Updates after which an iteration is given up.
const MOST_UPDATES: usize = 100_000;

/// The last dimension.
const LAST: [i64; 1] = [-1];

impl ModernMemory {
    /// Stores `patterns` at inverse temperature `beta`, which multiplies scalar products of states with patterns.
    pub fn new(patterns: Tensor, beta: f64) -> Result<Self, ContinuousError> {
        let shape = patterns.size();
        if shape.len() < 2 || shape.contains(&0) {
            let expected = "at least one pattern of at least one feature, one per row".to_owned();
            return Err(ContinuousError::Shape { what: "patterns", found: shape, expected });
        }
        floating("patterns", &patterns)?;
        finite("patterns", &patterns)?;
        positive("beta", beta)?;
        let count = shape[shape.len() - 2] as f64;
        let norms = patterns.square().sum_dim_intlist(LAST.as_slice(), false, None);
        let offset = norms.amax(LAST.as_slice(), shape.len() > 2) * 0.5 + count.ln() / beta;
        Ok(Self { patterns, beta, offset })
    }

    /// What is stored.
    pub fn patterns(&self) -> &Tensor {
        &self.patterns
    }

    /// The inverse temperature.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// Number of patterns N of a network.
    pub fn count(&self) -> i64 {
        self.patterns.size()[self.patterns.dim() - 2]
    }

    /// Features per pattern, d.
    pub fn features(&self) -> i64 {
        self.patterns.size()[self.patterns.dim() - 1]
    }

    /// The scalar products `Xᵀξ` with all patterns: shape `[…, N]`.
    pub fn overlaps(&self, state: &Tensor) -> Result<Tensor, ContinuousError> {
        last_dimension("states", state, self.features())?;
        same_kind("states", state, &self.patterns)?;
        let (own, given) = (self.patterns.size(), state.size());
        let ensemble = own.len().saturating_sub(2);
        if ensemble > 0 && (given.len() != own.len() || given[..ensemble] != own[..ensemble]) {
            let expected = format!("{:?} and then states of {} features", &own[..ensemble], self.features());
            return Err(ContinuousError::Shape { what: "states of an ensemble", found: given, expected });
        }
        Ok(state.matmul(&self.patterns.transpose(-2, -1)))
    }

    /// The weights `softmax(β Xᵀξ)` of the patterns in the update: shape `[…, N]`.
    pub fn weights(&self, state: &Tensor) -> Result<Tensor, ContinuousError> {
        Ok((self.overlaps(state)? * self.beta).softmax(-1, None))
    }

    /// The energy, one number per state; between 0 and 2 M² for states no longer than the longest pattern, M.
    pub fn energy(&self, state: &Tensor) -> Result<Tensor, ContinuousError> {
        let log_sum = (self.overlaps(state)? * self.beta).logsumexp(LAST.as_slice(), false) / self.beta;
        let square = state.square().sum_dim_intlist(LAST.as_slice(), false, None);
        Ok(square * 0.5 - log_sum + &self.offset)
    }

    /// One update `X softmax(β Xᵀξ)`: the state minus the energy's gradient there. It never raises the energy.
    pub fn update(&self, state: &Tensor) -> Result<Tensor, ContinuousError> {
        Ok(self.weights(state)?.matmul(&self.patterns))
    }

    /// Updates until no entry of any state moves by `tolerance` or more.
    pub fn retrieve(&self, cue: &Tensor, tolerance: f64) -> Result<Recalled, ContinuousError> {
        positive("tolerance", tolerance)?;
        finite("cues", cue)?;
        let (mut state, mut moved) = (cue.shallow_clone(), 0.0);
        for updates in 1..=MOST_UPDATES {
            let next = self.update(&state)?;
            moved = scalar(&(&next - &state).abs().max());
            state = next;
            if moved < tolerance {
                return Ok(Recalled { state, updates });
            }
        }
        Err(ContinuousError::Unfinished { steps: MOST_UPDATES, moved })
    }

    /// The Jacobian of the update at one state of a single network, `β Cov(x)` with the patterns weighted as there: `[d, d]`.
    pub fn jacobian(&self, state: &Tensor) -> Result<Tensor, ContinuousError> {
        if self.patterns.dim() != 2 || state.dim() != 1 {
            let expected = "one state for a single network".to_owned();
            return Err(ContinuousError::Shape { what: "state", found: state.size(), expected });
        }
        let weights = self.weights(state)?;
        let centred = &self.patterns - weights.matmul(&self.patterns);
        Ok((&centred * weights.unsqueeze(-1)).tr().matmul(&centred) * self.beta)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::{Device, Key, Kind, optim::gradients, tensor::to_vec};

    use super::*;

    fn normals(name: &str, shape: &[i64]) -> Tensor {
        Key::new(["modern"]).stream(name, 0).normal_tensor(shape, Kind::Double, Device::Cpu)
    }

    fn gap(a: &Tensor, b: &Tensor) -> f64 {
        scalar(&(a - b).abs().max())
    }

    /// X-Val: libtorch's own attention kernel, which scales scores by 1/√d.
    #[test]
    fn the_update_is_the_attention_of_libtorch() {
        let (patterns, states) = (normals("patterns", &[1, 1, 30, 16]), normals("states", &[1, 1, 9, 16]));
        let memory = ModernMemory::new(patterns.shallow_clone(), 0.25).unwrap();
        let no_mask: Option<Tensor> = None;
        let attention =
            Tensor::scaled_dot_product_attention(&states, &patterns, &patterns, no_mask, 0.0, false, Some(0.25), false);
        assert!(gap(&memory.update(&states).unwrap(), &attention) < 1e-14);
    }

    /// ξ − ∇E(ξ) by autograd, and the Jacobian by differences.
    #[test]
    fn the_update_is_a_gradient_step_of_length_one() {
        let memory = ModernMemory::new(normals("gradient", &[12, 7]), 0.8).unwrap();
        let state = normals("state", &[7]).set_requires_grad(true);
        let slope = gradients(&memory.energy(&state).unwrap(), &[state.shallow_clone()]).remove(0);
        let update = memory.update(&state.detach()).unwrap();
        assert!(gap(&(state.detach() - slope), &update) < 1e-14);

        let (jacobian, step) = (memory.jacobian(&state.detach()).unwrap(), normals("step", &[7]) * 1e-6);
        let ahead = memory.update(&(state.detach() + &step)).unwrap();
        let behind = memory.update(&(state.detach() - &step)).unwrap();
        assert!(gap(&((ahead - behind) * 0.5), &jacobian.matmul(&step)) < 1e-13);
    }

    /// 0 ≤ E ≤ 2 M² inside the ball that holds the patterns (a lemma of the paper's appendix), and every update descends.
    #[test]
    fn energies_stay_in_their_range_and_fall() {
        let patterns = normals("ball", &[50, 20]);
        let most = scalar(&patterns.norm_scalaropt_dim(2.0, LAST.as_slice(), false).max());
        for beta in [0.01, 0.3, 5.0] {
            let memory = ModernMemory::new(patterns.shallow_clone(), beta).unwrap();
            let starts = normals("starts", &[40, 20]);
            let mut state = &starts / starts.norm_scalaropt_dim(2.0, LAST.as_slice(), true) * most;
            let mut energy = memory.energy(&state).unwrap();
            assert!(to_vec(&energy).iter().all(|e| (0.0..=2.0 * most * most).contains(e)));
            for _ in 0..20 {
                state = memory.update(&state).unwrap();
                let next = memory.energy(&state).unwrap();
                assert!(scalar(&(&next - &energy).max()) < 1e-12);
                energy = next;
            }
        }
    }

    #[test]
    fn an_ensemble_is_its_networks_side_by_side() {
        let (patterns, states) = (normals("many", &[3, 8, 5]), normals("cues", &[3, 4, 5]));
        let ensemble = ModernMemory::new(patterns.shallow_clone(), 2.0).unwrap();
        let (update, energy) = (ensemble.update(&states).unwrap(), ensemble.energy(&states).unwrap());
        for network in 0..3 {
            let single = ModernMemory::new(patterns.get(network), 2.0).unwrap();
            assert!(gap(&single.update(&states.get(network)).unwrap(), &update.get(network)) < 1e-14);
            assert!(gap(&single.energy(&states.get(network)).unwrap(), &energy.get(network)) < 1e-13);
        }
    }

    #[test]
    fn bad_input_is_refused_with_its_numbers() {
        let patterns = || normals("bad", &[4, 3]);
        let range = |value| ContinuousError::Range { what: "beta", value, range: "a positive number" };
        assert_eq!(ModernMemory::new(patterns(), -1.0).unwrap_err(), range(-1.0));
        assert_eq!(ModernMemory::new(patterns() / 0.0, 1.0).unwrap_err(), ContinuousError::NotFinite("patterns"));
        let memory = ModernMemory::new(patterns(), 1.0).unwrap();
        assert!(memory.update(&normals("state", &[4])).unwrap_err().to_string().contains("a last dimension of 3"));
        let ensemble = ModernMemory::new(normals("many", &[3, 8, 5]), 2.0).unwrap();
        assert!(ensemble.update(&normals("cues", &[4, 5])).unwrap_err().to_string().contains("ensemble"));
    }
}
