//! Dense associative memory: energy, energy differences, one-step updates.

use crate::{
    MemoryError, Patterns, Separation, State,
    bits::{WORD, agreeing_sum},
};

/// A network with energy `E(σ) = −Σ_μ F(ξ^μ·σ)` (Krotov & Hopfield 2016, arXiv 1606.01164, eq. 1).
///
/// Energies are sums of integers for power functions, exact in f64 up to 2^53; where they are larger, or `F` is exponential,
/// differences below the rounding of the sum count as ties. A tie keeps the state, so that the energy strictly falls with
/// every flip and every descent ends.
#[derive(Debug, Clone)]
pub struct DenseMemory {
    patterns: Patterns,
    separation: Separation,
    /// By number of agreeing sites a, with overlap x = 2a − N: F(x).
    values: Vec<f64>,
    /// F(x + 2) − F(x): what a pattern wins when a site turns towards it.
    gains: Vec<f64>,
    /// F(x + 2) − F(x − 2): gain and loss together.
    stakes: Vec<f64>,
    /// Rounding of an energy difference, as a fraction of the sum of the magnitudes in it; 0 where it is exact.
    rounding: f64,
}

impl DenseMemory {
    /// Stores `patterns` with separation function `separation`.
    pub fn new(patterns: Patterns, separation: Separation) -> Result<Self, MemoryError> {
        let (sites, count) = (patterns.sites(), patterns.count());
        separation.check(sites, count)?;
        let values: Vec<f64> = (0..=sites).map(|agreeing| separation.at(2.0 * agreeing as f64 - sites as f64)).collect();
        let step = |agreeing: usize| if agreeing < sites { values[agreeing + 1] - values[agreeing] } else { 0.0 };
        let gains: Vec<f64> = (0..=sites).map(step).collect();
        let loss = |agreeing: usize| if agreeing > 0 { gains[agreeing - 1] } else { 0.0 };
        let stakes = (0..=sites).map(|agreeing| gains[agreeing] + loss(agreeing)).collect();
        let rounding = if separation.is_exact(sites, count) { 0.0 } else { 4.0 * count as f64 * f64::EPSILON };
        Ok(Self { patterns, separation, values, gains, stakes, rounding })
    }

    /// What is stored.
    pub fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// The separation function.
    pub fn separation(&self) -> Separation {
        self.separation
    }

    /// The energy of a state, from its overlaps with all patterns.
    pub fn energy(&self, state: &State) -> Result<f64, MemoryError> {
        let agreements = self.patterns.agreements(state)?;
        Ok(-agreements.iter().map(|&agreeing| self.values[agreeing as usize]).sum::<f64>())
    }

    /// What each single flip would change the energy by: `E(σ with site i turned over) − E(σ)` for every site i.
    pub fn flip_costs(&self, state: &State) -> Result<Vec<f64>, MemoryError> {
        let balance = Balance::new(self, self.patterns.agreements(state)?);
        Ok((0..state.sites()).map(|site| balance.flip_cost(self, state, site)).collect())
    }

    /// Every site at once takes the value of lower energy, the others held: the paper's update (eq. 3) in parallel. Ties keep
    /// their value. Unlike the asynchronous update, this may raise the energy.
    pub fn synchronous_step(&self, state: &State) -> Result<State, MemoryError> {
        let balance = Balance::new(self, self.patterns.agreements(state)?);
        let mut next = state.clone();
        (0..state.sites()).filter(|&site| balance.prefers_flip(self, state, site)).for_each(|site| next.flip(site));
        Ok(next)
    }

    /// Every site at once takes the sign of the negative energy gradient, `Σ_μ F'(ξ^μ·σ) ξ_i^μ`, self-coupling included. Ties
    /// keep their value.
    ///
    /// For convex `F` (even and rectified powers, the exponential) this never raises the energy, for
    /// `F(x') ≥ F(x) + F'(x)(x' − x)`. Against [`synchronous_step`](Self::synchronous_step) it holds on to where it is: each
    /// site also votes for itself.
    pub fn gradient_step(&self, state: &State) -> Result<State, MemoryError> {
        let slopes: Vec<f64> =
            self.patterns.overlaps(state)?.into_iter().map(|overlap| self.separation.slope(overlap as f64)).collect();
        let total: f64 = slopes.iter().sum();
        let mut next = state.clone();
        for site in 0..state.sites() {
            let agreeing = agreeing_sum(self.patterns.plane(site / WORD), site % WORD, state.bit(site), &slopes);
            if 2.0 * agreeing < total {
                next.flip(site);
            }
        }
        Ok(next)
    }

    /// The fraction of sites of stored pattern `mu` that one update would turn over: the one-step error.
    pub fn one_step_error(&self, mu: usize) -> Result<f64, MemoryError> {
        let count = self.patterns.count();
        if mu >= count {
            return Err(MemoryError::Index { what: "pattern", index: mu, count });
        }
        let state = self.patterns.state(mu);
        let next = self.synchronous_step(&state)?;
        let sites = state.sites() as f64;
        Ok(0.5 * (sites - next.overlap(&state)? as f64) / sites)
    }
}

/// The overlaps of a state with all patterns, and what follows from them for any flip.
#[derive(Debug, Clone)]
pub(crate) struct Balance {
    agreements: Vec<u32>,
    stakes: Vec<f64>,
    gain: f64,
    tie: f64,
}

impl Balance {
    pub(crate) fn new(memory: &DenseMemory, agreements: Vec<u32>) -> Self {
        let stakes = vec![0.0; agreements.len()];
        let mut balance = Self { agreements, stakes, gain: 0.0, tie: 0.0 };
        balance.refresh(memory);
        balance
    }

    /// The energy after turning `site` over, minus the energy before.
    ///
    /// A pattern that agrees there loses `F(x) − F(x − 2)`, one that does not gains `F(x + 2) − F(x)`.
    pub(crate) fn flip_cost(&self, memory: &DenseMemory, state: &State, site: usize) -> f64 {
        let plane = memory.patterns.plane(site / WORD);
        agreeing_sum(plane, site % WORD, state.bit(site), &self.stakes) - self.gain
    }

    pub(crate) fn prefers_flip(&self, memory: &DenseMemory, state: &State, site: usize) -> bool {
        self.flip_cost(memory, state, site) < -self.tie
    }

    /// Follows a flip of `site`, from the sign that `state` has there now to the other.
    pub(crate) fn follow_flip(&mut self, memory: &DenseMemory, state: &State, site: usize) {
        let (bit, sign) = (site % WORD, state.bit(site));
        for (agreeing, word) in self.agreements.iter_mut().zip(memory.patterns.plane(site / WORD)) {
            let agrees = ((word >> bit) & 1) ^ sign ^ 1;
            *agreeing = *agreeing + 1 - 2 * agrees as u32;
        }
        self.refresh(memory);
    }

    fn refresh(&mut self, memory: &DenseMemory) {
        for (stake, &agreeing) in self.stakes.iter_mut().zip(&self.agreements) {
            *stake = memory.stakes[agreeing as usize];
        }
        self.gain = self.agreements.iter().map(|&agreeing| memory.gains[agreeing as usize]).sum();
        if memory.rounding > 0.0 {
            let magnitude: f64 = self.stakes.iter().map(|stake| stake.abs()).sum();
            self.tie = memory.rounding * (magnitude + self.gain.abs());
        }
    }

    pub(crate) fn energy(&self, memory: &DenseMemory) -> f64 {
        -self.agreements.iter().map(|&agreeing| memory.values[agreeing as usize]).sum::<f64>()
    }
}
