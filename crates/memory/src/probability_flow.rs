//! Learning by minimum probability flow (J. Sohl-Dickstein, P. Battaglino & M. R. DeWeese, *New method for parameter estimation
//! in probabilistic models: minimum probability flow*, PRL 107, 220601, 2011, arXiv 0906.4779; for Hopfield networks C. J.
//! Hillar & N. M. Tran 2014, arXiv 1411.4625).
//!
//! Neurons are x_e in {0, 1}, the energy is `E(x) = −½ x·J x + θ·x`. The objective sums over patterns x and all their one-bit
//! neighbours x′: `K(J, θ) = Σ exp((E(x) − E(x′))/2)`. It is convex, and small only if every pattern lies deep below its
//! neighbours. Here it is divided by the number of terms.
//!
//! ```
//! use lawbook_core::Key;
//! use lawbook_memory::{AsynchronousUpdate, FlowDescent, Patterns};
//!
//! let mut stream = Key::new(["example"]).stream("patterns", 0);
//! let patterns = Patterns::random(30, 40, &mut stream)?;
//! let network = FlowDescent::default().fit(&patterns)?;
//! let cue = patterns.state(4).corrupted(1, &mut stream)?;
//! assert_eq!(network.retrieve(&cue, &mut stream)?.state, patterns.state(4));
//! # Ok::<(), lawbook_memory::MemoryError>(())
//! ```

use lawbook_core::{
    Device, Kind, Tensor,
    lbfgs::{self, Lbfgs, Stop},
    tensor::{from_slice, to_vec},
};

use crate::{
    AsynchronousUpdate, CouplingError, MemoryError, Patterns, State,
    couplings::{add_scaled, check_square, one_way},
    patterns::same_sites,
    room::{self, square},
};

/// A Hopfield network of neurons in {0, 1} (+1 in a [`State`] is 1) with any symmetric couplings and thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct BinaryNetwork {
    sites: usize,
    /// Row by row, symmetric, 0 on the diagonal.
    couplings: Vec<f64>,
    thresholds: Vec<f64>,
}

/// How the flow is minimised: by L-BFGS from zero couplings, which keeps every symmetry of the patterns.
///
/// Patterns that can all be stored have no minimiser: the flow falls to 0 as couplings grow without bound, and only their
/// direction matters. `gradient_norm` says how far down to go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowDescent {
    /// Stop once the Euclidean norm of the gradient is at most this.
    pub gradient_norm: f64,
    /// Stop after this many steps.
    pub steps: usize,
}

impl Default for FlowDescent {
    fn default() -> Self {
        Self { gradient_norm: 1e-6, steps: 1000 }
    }
}

impl FlowDescent {
    /// Learns the patterns.
    pub fn fit(&self, patterns: &Patterns) -> Result<BinaryNetwork, MemoryError> {
        self.fit_and_tell(patterns).map(|(network, _)| network)
    }

    /// Learns the patterns, and says how the descent ended.
    pub fn fit_and_tell(&self, patterns: &Patterns) -> Result<(BinaryNetwork, Stop), MemoryError> {
        let objective = Objective::new(patterns)?;
        let mut parameters = vec![0.0; objective.pairs.len() + patterns.sites()];
        let options = Lbfgs { gradient_norm: self.gradient_norm, steps: self.steps, ..Lbfgs::default() };
        let stop = lbfgs::minimise(&mut parameters, options, |x, slope| objective.value(x, slope));
        Ok((objective.network(&parameters), stop))
    }
}

/// The probability flow of a network on some patterns, per pattern and neighbour.
pub fn probability_flow(network: &BinaryNetwork, patterns: &Patterns) -> Result<f64, MemoryError> {
    let mut total = 0.0;
    for state in patterns.states() {
        let fields = network.fields(&state)?;
        total += fields.iter().enumerate().map(|(e, h)| (-0.5 * sign(&state, e) * h).exp()).sum::<f64>();
    }
    Ok(total / (patterns.count() * patterns.sites()) as f64)
}

impl BinaryNetwork {
    /// A network from symmetric couplings, row by row, whose diagonal is ignored, and thresholds. All are finite.
    pub fn new(mut couplings: Vec<f64>, thresholds: Vec<f64>) -> Result<Self, CouplingError> {
        let sites = thresholds.len();
        check_square(sites, &couplings)?;
        if let Some((i, j)) = one_way(sites, &couplings) {
            return Err(CouplingError::OneWay(i, j));
        }
        thresholds.iter().try_for_each(|&value| MemoryError::check("a threshold", value, f64::MIN, f64::MAX))?;
        (0..sites).for_each(|e| couplings[e * sites + e] = 0.0);
        Ok(Self { sites, couplings, thresholds })
    }

    /// The Hebbian network of patterns taken as ±1, in terms of {0, 1}: what probability flow is compared with.
    pub fn hebbian(patterns: &Patterns) -> Result<Self, MemoryError> {
        let sites = patterns.sites();
        let mut couplings = square(sites)?;
        for signs in patterns.states().map(|state| state.signs()) {
            for (row, a) in couplings.chunks_exact_mut(sites).zip(&signs) {
                row.iter_mut().zip(&signs).for_each(|(coupling, b)| *coupling += a * b / sites as f64);
            }
        }
        (0..sites).for_each(|e| couplings[e * sites + e] = 0.0);
        // Σ W S = Σ 2 W x − Σ W.
        let thresholds = couplings.chunks_exact(sites).map(|row| row.iter().sum()).collect();
        Ok(Self { sites, couplings: couplings.into_iter().map(|w| 2.0 * w).collect(), thresholds })
    }

    /// Number of neurons.
    pub fn sites(&self) -> usize {
        self.sites
    }

    /// The couplings, row by row.
    pub fn couplings(&self) -> &[f64] {
        &self.couplings
    }

    /// The thresholds.
    pub fn thresholds(&self) -> &[f64] {
        &self.thresholds
    }

    /// The energy `−½ x·J x + θ·x`.
    pub fn energy(&self, state: &State) -> Result<f64, MemoryError> {
        let fields = self.fields(state)?;
        let active = (0..self.sites).filter(|&e| state.bit(e) == 1);
        Ok(active.map(|e| 0.5 * (self.thresholds[e] - fields[e])).sum())
    }

    /// The fields `Σ_f J_ef x_f − θ_e`.
    pub fn fields(&self, state: &State) -> Result<Vec<f64>, MemoryError> {
        same_sites(self.sites, state.sites())?;
        let mut fields: Vec<f64> = self.thresholds.iter().map(|threshold| -threshold).collect();
        for active in (0..self.sites).filter(|&e| state.bit(e) == 1) {
            fields.iter_mut().zip(self.row(active)).for_each(|(field, coupling)| *field += coupling);
        }
        Ok(fields)
    }

    /// Whether no neuron wants to change: 1 exactly where the field is positive.
    pub fn is_fixed_point(&self, state: &State) -> Result<bool, MemoryError> {
        Ok(self.fields(state)?.iter().enumerate().all(|(e, &field)| (field > 0.0) == (state.bit(e) == 1)))
    }

    fn row(&self, e: usize) -> &[f64] {
        &self.couplings[e * self.sites..][..self.sites]
    }
}

/// A neuron becomes 1 where its field is positive, and else 0.
impl AsynchronousUpdate for BinaryNetwork {
    type Error = MemoryError;

    fn visits(&self, cue: &State) -> Result<impl FnMut(&State, usize) -> bool, MemoryError> {
        let mut fields = self.fields(cue)?;
        Ok(move |state: &State, e: usize| {
            let turned = (fields[e] > 0.0) != (state.bit(e) == 1);
            if turned {
                add_scaled(&mut fields, -sign(state, e), self.row(e));
            }
            turned
        })
    }
}

fn sign(state: &State, site: usize) -> f64 {
    2.0 * state.bit(site) as f64 - 1.0
}

/// The flow as a function of the couplings above the diagonal and the thresholds.
struct Objective {
    sites: usize,
    pairs: Vec<(usize, usize)>,
    active: Tensor,
    signs: Tensor,
}

impl Objective {
    fn new(patterns: &Patterns) -> Result<Self, MemoryError> {
        let (count, sites) = (patterns.count(), patterns.sites());
        // The square of the couplings is made anew at every step: it has to have room too.
        square(sites)?;
        let mut signs = room::signs(count, sites)?;
        signs.extend(patterns.states().flat_map(|state| state.signs()));
        let signs = from_slice(&signs, &[count as i64, sites as i64], Kind::Double, Device::Cpu);
        let pairs = (0..sites).flat_map(|e| (e + 1..sites).map(move |f| (e, f))).collect();
        Ok(Self { sites, pairs, active: (&signs + 1.0) * 0.5, signs })
    }

    fn network(&self, parameters: &[f64]) -> BinaryNetwork {
        let (couplings, thresholds) = parameters.split_at(self.pairs.len());
        BinaryNetwork { sites: self.sites, couplings: self.square(couplings), thresholds: thresholds.to_vec() }
    }

    fn square(&self, above: &[f64]) -> Vec<f64> {
        let mut full = vec![0.0; self.sites * self.sites];
        for (&(e, f), &coupling) in self.pairs.iter().zip(above) {
            full[e * self.sites + f] = coupling;
            full[f * self.sites + e] = coupling;
        }
        full
    }

    /// `dK/dJ_ef = −½ Σ_x (S_e F_e x_f + S_f F_f x_e)` and `dK/dθ_e = ½ Σ_x S_e F_e` with `F_e = exp(−S_e h_e/2)`.
    fn value(&self, parameters: &[f64], slope: &mut [f64]) -> f64 {
        let sites = self.sites as i64;
        let (above, thresholds) = parameters.split_at(self.pairs.len());
        let couplings = from_slice(&self.square(above), &[sites, sites], Kind::Double, Device::Cpu);
        let thresholds = from_slice(thresholds, &[sites], Kind::Double, Device::Cpu);
        let fields = self.active.matmul(&couplings) - thresholds;
        let flows = (&self.signs * fields * -0.5).exp();
        let terms = flows.numel() as f64;
        let total = lawbook_core::tensor::scalar(&flows.sum(Kind::Double)) / terms;
        let pull = &self.signs * flows * (0.5 / terms);
        let pairs = to_vec(&pull.transpose(0, 1).matmul(&self.active));
        let (slope_pairs, slope_thresholds) = slope.split_at_mut(self.pairs.len());
        for (slope, &(e, f)) in slope_pairs.iter_mut().zip(&self.pairs) {
            *slope = -pairs[e * self.sites + f] - pairs[f * self.sites + e];
        }
        slope_thresholds.copy_from_slice(&to_vec(&pull.sum_dim_intlist([0].as_slice(), false, Kind::Double)));
        total
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;

    /// The objective is the sum over one-bit neighbours of `exp((E(x) − E(x′))/2)`, and its gradient that of differences.
    #[test]
    fn objective_and_gradient_are_those_of_the_definition() {
        let mut stream = Key::new(["flow"]).stream("test", 0);
        let patterns = Patterns::random(4, 6, &mut stream).unwrap();
        let objective = Objective::new(&patterns).unwrap();
        let x: Vec<f64> = (0..21).map(|_| stream.normal()).collect();
        let network = objective.network(&x);
        let mut direct = 0.0;
        for mu in 0..4 {
            let state = patterns.state(mu);
            for e in 0..6 {
                let mut neighbour = state.clone();
                neighbour.flip(e);
                direct += (0.5 * (network.energy(&state).unwrap() - network.energy(&neighbour).unwrap())).exp() / 24.0;
            }
        }
        let mut slope = vec![0.0; 21];
        let value = objective.value(&x, &mut slope);
        assert!((value / direct - 1.0).abs() < 1e-12);
        assert!((probability_flow(&network, &patterns).unwrap() / direct - 1.0).abs() < 1e-12);
        for i in 0..21 {
            let at = |step: f64| {
                let mut there = x.clone();
                there[i] += step;
                objective.value(&there, &mut [0.0; 21])
            };
            assert!(((at(1e-5) - at(-1e-5)) / 2e-5 - slope[i]).abs() < 1e-7, "{i}");
        }
    }

    /// Random patterns beyond the Hebbian capacity of 0.138 N are all stored.
    #[test]
    fn stores_more_than_hebb() {
        let patterns = Patterns::random(40, 40, &mut Key::new(["flow"]).stream("random", 0)).unwrap();
        let fixed =
            |network: &BinaryNetwork| (0..40).filter(|&mu| network.is_fixed_point(&patterns.state(mu)).unwrap()).count();
        assert_eq!(fixed(&FlowDescent::default().fit(&patterns).unwrap()), 40);
        assert_eq!(fixed(&BinaryNetwork::hebbian(&patterns).unwrap()), 0);
    }

    /// X-Val: the Hebbian network in {0, 1} moves as the Hopfield network in ±1.
    #[test]
    fn hebbian_network_is_the_hopfield_network() {
        let mut stream = Key::new(["flow"]).stream("hebb", 0);
        let patterns = Patterns::random(5, 33, &mut stream).unwrap();
        let state = Patterns::random(1, 33, &mut stream).unwrap().state(0);
        let fields = BinaryNetwork::hebbian(&patterns).unwrap().fields(&state).unwrap();
        let dense = crate::DenseMemory::new(patterns, crate::Separation::Power(2)).unwrap();
        for (e, cost) in dense.flip_costs(&state).unwrap().into_iter().enumerate() {
            // −Σ x² changes by 4 S_e Σ_{f≠e} W_ef S_f N.
            assert!((cost - 4.0 * 33.0 * sign(&state, e) * fields[e]).abs() < 1e-9, "{e}");
        }
    }

    /// All cliques have the symmetry of the vertices, and so has what is learned of them, up to rounding.
    #[test]
    fn symmetry_of_the_patterns_is_kept() {
        let names = crate::CliqueMemory::robust(6, 4).unwrap();
        let subsets = (0..64_u32).filter(|subset| subset.count_ones() == 4);
        let cliques: Vec<State> = subsets
            .map(|subset| names.clique(&(0..6).filter(|i| subset >> i & 1 == 1).collect::<Vec<_>>()).unwrap())
            .collect();
        let descent = FlowDescent { gradient_norm: 1e-3, ..FlowDescent::default() };
        let network = descent.fit(&Patterns::from_states(&cliques).unwrap()).unwrap();
        assert!(network.thresholds().iter().all(|threshold| (threshold - network.thresholds()[0]).abs() < 1e-8));
        assert!(cliques.iter().all(|clique| network.is_fixed_point(clique).unwrap()));
    }

    #[test]
    fn bad_shapes_are_refused() {
        assert!(BinaryNetwork::new(vec![0.0; 3], vec![0.0; 2]).is_err());
        assert!(BinaryNetwork::new(Vec::new(), Vec::new()).is_err());
        let network = BinaryNetwork::new(vec![0.0; 4], vec![0.0; 2]).unwrap();
        assert!(network.fields(&State::from_signs(&[1.0]).unwrap()).is_err());
    }
}
