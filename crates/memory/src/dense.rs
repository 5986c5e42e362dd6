//! Dense associative memory: energy, energy differences, one-step updates.

use crate::{
    MemoryError, Patterns, Separation, State,
    balance::Balance,
    bits::{WORD, agreeing_sum},
    costs::flip_costs_of,
};

/// A network with energy `E(σ) = −Σ_μ F(ξ^μ·σ)` (Krotov & Hopfield 2016, arXiv 1606.01164, eq. 1).
///
/// What a flip costs is a sum of integers for power functions, exact in f64 up to 2^53; where sums may be larger, or `F` is
/// exponential, differences below the rounding of the sum count as ties. A tie keeps the state, so that the energy strictly falls with
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
        Ok(flip_costs_of(self, std::slice::from_ref(state))?.concat())
    }

    /// The same for many states, on all threads and faster than one after the other.
    pub fn flip_costs_of(&self, states: &[State]) -> Result<Vec<Vec<f64>>, MemoryError> {
        flip_costs_of(self, states)
    }

    /// Every site at once takes the value of lower energy, the others held: the paper's update (eq. 3) in parallel. Ties keep
    /// their value. Unlike the asynchronous update, this may raise the energy.
    pub fn synchronous_step(&self, state: &State) -> Result<State, MemoryError> {
        let mut next = state.clone();
        self.preferred_flips(std::slice::from_ref(state))?.concat().into_iter().for_each(|site| next.flip(site));
        Ok(next)
    }

    /// The same for many states, on all threads and faster than one after the other.
    pub fn synchronous_steps(&self, states: &[State]) -> Result<Vec<State>, MemoryError> {
        let step = |(state, flips): (&State, Vec<usize>)| {
            let mut next = state.clone();
            flips.into_iter().for_each(|site| next.flip(site));
            next
        };
        Ok(states.iter().zip(self.preferred_flips(states)?).map(step).collect())
    }

    /// What each state makes of one site, the others held: each state with that site where the energy is lower. Takes a fraction
    /// of a step over all sites.
    pub fn site_steps(&self, states: &[State], site: usize) -> Result<Vec<State>, MemoryError> {
        if site >= self.patterns.sites() {
            return Err(MemoryError::Index { what: "site", index: site, count: self.patterns.sites() });
        }
        let agreements = self.patterns.agreements_of(states)?.into_iter();
        let step = |(agreements, state): (Vec<u32>, &State)| {
            let (mut next, balance) = (state.clone(), Balance::new(self, agreements));
            if balance.flip_cost(self, state, site) < -balance.tie() {
                next.flip(site);
            }
            next
        };
        Ok(agreements.zip(states).map(step).collect())
    }

    /// For each state the sites that would lower the energy by turning over. Many states are looked at together.
    pub(crate) fn preferred_flips(&self, states: &[State]) -> Result<Vec<Vec<usize>>, MemoryError> {
        let below = |costs: Vec<f64>, tie: f64| {
            // Of many states nothing moves, which vectors see faster than a look at each site.
            let moves = costs.iter().fold(false, |any, &cost| any | (cost < -tie));
            let sites = if moves { 0..costs.len() } else { 0..0 };
            sites.filter(|&site| costs[site] < -tie).collect()
        };
        let tie = |state: &State| match self.is_exact() {
            true => Ok(0.0),
            false => Ok(Balance::new(self, self.patterns.agreements(state)?).tie()),
        };
        flip_costs_of(self, states)?.into_iter().zip(states).map(|(costs, state)| Ok(below(costs, tie(state)?))).collect()
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
        Ok(self.one_step_errors(&[self.patterns.state(mu)])?[0])
    }

    /// For each state the fraction of its sites that one update would turn over. On all threads, and many states at a time: a
    /// hundred take a fraction of a hundred times as long as one.
    pub fn one_step_errors(&self, states: &[State]) -> Result<Vec<f64>, MemoryError> {
        let sites = self.patterns.sites() as f64;
        Ok(self.preferred_flips(states)?.into_iter().map(|flips| flips.len() as f64 / sites).collect())
    }

    /// Whether sums over patterns are exact.
    pub(crate) fn is_exact(&self) -> bool {
        self.rounding == 0.0
    }

    pub(crate) fn rounding(&self) -> f64 {
        self.rounding
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    pub(crate) fn gains(&self) -> &[f64] {
        &self.gains
    }

    pub(crate) fn stakes(&self) -> &[f64] {
        &self.stakes
    }
}
