//! Networks with a coupling between every two sites (Hopfield, *Neural networks and physical systems with emergent collective
//! computational abilities*, PNAS 79, 2554, 1982), whatever rule stored the patterns.
//!
//! The Hebb rule alone is [`crate::DenseMemory`] with `Power(2)`, whose cost grows with the patterns and not with N²; take that
//! where only fixed points of Hebb's network are wanted.

use lawbook_core::Stream;

use crate::{AsynchronousUpdate, MemoryError, Patterns, State, descent::shuffle_anew, patterns::same_sites, room::square};

/// Patterns of which numbers are made together: few enough to stay in cache while they are added to row after row.
const BATCH: usize = 64;

/// Couplings `W_ij` of N sites, with energy `E(s) = −½ Σ_ij W_ij s_i s_j − Σ_i b_i s_i` and field `h_i = Σ_j W_ij s_j + b_i`;
/// the external field b is 0 unless [`with_external_field`](Self::with_external_field) sets it.
///
/// Every update gives a site the sign of its field; a field of 0 keeps it. With self-couplings `W_ii` a site also votes for
/// itself; where one is negative, single updates may raise the energy, and retrieval is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Couplings {
    sites: usize,
    /// Row by row, in units of `unit`.
    weights: Vec<f64>,
    /// In units of `unit`; empty where there is none.
    external: Vec<f64>,
    /// 1/N for Hebb's rule: its weights are integers then, and a field of 0 is exactly 0.
    unit: f64,
    /// Rounding of a field, in the same units; 0 for integers.
    tie: f64,
    /// A pair of sites that do not couple alike both ways.
    one_way: Option<(usize, usize)>,
}

/// Bad input, with the numbers and the way out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CouplingError {
    /// What any memory refuses.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// The weights are no square of numbers.
    #[error("{found} weights for {sites} sites: give {sites} rows of {sites} finite numbers")]
    Weights {
        /// Number of sites.
        sites: usize,
        /// Number of weights; finite ones, where some are not.
        found: usize,
    },
    /// An energy needs symmetric couplings.
    #[error(
        "sites {0} and {1} do not couple alike both ways, so there is no energy to descend: iterate the synchronous step"
    )]
    OneWay(usize, usize),
    /// Where a site votes against itself, single flips may raise the energy.
    #[error(
        "site {site} couples to itself with {weight}: a negative self-coupling lets flips raise the energy; take it away with \
         without_self_coupling, or iterate the synchronous step"
    )]
    SelfCoupling {
        /// The site i.
        site: usize,
        /// W_ii.
        weight: f64,
    },
    /// The projection rule needs linearly independent patterns.
    #[error("pattern {pattern} of {count} on {sites} sites depends on those before it: leave it out")]
    Dependent {
        /// The pattern.
        pattern: usize,
        /// Number of patterns.
        count: usize,
        /// Number of sites.
        sites: usize,
    },
    /// A temperature below 0.
    #[error("temperature {0}: temperatures are finite and at least 0")]
    Temperature(f64),
}

impl Couplings {
    /// Any couplings, row by row.
    pub fn new(sites: usize, weights: Vec<f64>) -> Result<Self, CouplingError> {
        check_square(sites, &weights)?;
        let one_way = one_way(sites, &weights);
        let row_sum = |row: &[f64]| row.iter().map(|weight| weight.abs()).sum::<f64>();
        let largest = weights.chunks_exact(sites).map(row_sum).fold(0.0, f64::max);
        let tie = sites as f64 * f64::EPSILON * largest;
        Ok(Self { sites, weights, external: Vec::new(), unit: 1.0, tie, one_way })
    }

    /// Hebb's rule, `W = (1/N) Σ_μ ξ^μ ξ^μᵀ` without self-couplings.
    pub fn hebb(patterns: &Patterns) -> Result<Self, MemoryError> {
        let (sites, count) = (patterns.sites(), patterns.count());
        let mut weights = square(sites)?;
        // Sums of whole numbers, in any order.
        for from in (0..count).step_by(BATCH) {
            let signs: Vec<Vec<f64>> = (from..count.min(from + BATCH)).map(|mu| patterns.state(mu).signs()).collect();
            for (i, row) in weights.chunks_exact_mut(sites).enumerate() {
                signs.iter().for_each(|pattern| add_scaled(row, pattern[i], pattern));
            }
        }
        (0..sites).for_each(|i| weights[i * sites + i] = 0.0);
        Ok(Self { sites, weights, external: Vec::new(), unit: 1.0 / sites as f64, tie: 0.0, one_way: None })
    }

    /// The same in an external field `b_i`, one finite number for each site: what comes from outside the network, such as an input
    /// that stays on.
    pub fn with_external_field(mut self, field: &[f64]) -> Result<Self, MemoryError> {
        same_sites(self.sites, field.len())?;
        field.iter().try_for_each(|&value| MemoryError::check("an external field", value, f64::MIN, f64::MAX))?;
        self.external = field.iter().map(|value| value / self.unit).collect();
        let largest = self.weights.iter().chain(&self.external).fold(0.0, |most, value| f64::max(most, value.abs()));
        self.tie = (self.sites as f64).powi(2) * f64::EPSILON * largest;
        Ok(self)
    }

    /// The same without self-couplings.
    #[must_use]
    pub fn without_self_coupling(mut self) -> Self {
        (0..self.sites).for_each(|i| self.weights[i * self.sites + i] = 0.0);
        self
    }

    /// Number of sites.
    pub fn sites(&self) -> usize {
        self.sites
    }

    /// `W_ij`.
    ///
    /// # Panics
    /// If `i` or `j` is not below [`sites`](Self::sites).
    pub fn weight(&self, i: usize, j: usize) -> f64 {
        assert!(i < self.sites && j < self.sites, "sites {i} and {j} of {}", self.sites);
        self.unit * self.weights[i * self.sites + j]
    }

    /// The field on every site.
    pub fn fields(&self, state: &State) -> Result<Vec<f64>, MemoryError> {
        Ok(self.raw_fields(state)?.into_iter().map(|field| self.unit * field).collect())
    }

    /// The energy of a state; self-couplings add a constant to it.
    pub fn energy(&self, state: &State) -> Result<f64, MemoryError> {
        Ok(0.5 * self.two_step_energy(state, state)?)
    }

    /// `−Σ_ij W_ij s_i(t) s_j(t − 1) − Σ_i b_i (s_i(t) + s_i(t − 1))`: for symmetric couplings no synchronous step raises it, so that
    /// synchronous updates end in a fixed point or in a cycle of two (Goles, Fogelman & Pellegrin, *Decreasing energy functions as a
    /// tool for studying threshold networks*, Discrete Appl. Math. 12, 261, 1985).
    pub fn two_step_energy(&self, now: &State, before: &State) -> Result<f64, MemoryError> {
        let fields = self.raw_fields(before)?;
        same_sites(self.sites, now.sites())?;
        let energy = -self.unit * dot(&fields, &now.signs());
        Ok(if self.external.is_empty() { energy } else { energy - self.unit * dot(&self.external, &before.signs()) })
    }

    /// All sites at once.
    pub fn synchronous_step(&self, state: &State) -> Result<State, MemoryError> {
        let mut next = state.clone();
        for (site, field) in self.raw_fields(state)?.into_iter().enumerate() {
            if self.opposes(field, state.bit(site)) {
                next.flip(site);
            }
        }
        Ok(next)
    }

    /// The period of the orbit on which synchronous updates from `start` end, if it closes within about `most_steps`; by
    /// Brent's algorithm.
    pub fn synchronous_period(&self, start: &State, most_steps: usize) -> Result<Option<usize>, MemoryError> {
        let (mut mark, mut here) = (start.clone(), self.synchronous_step(start)?);
        let (mut power, mut period) = (1, 1);
        for _ in 0..most_steps {
            if mark == here {
                return Ok(Some(period));
            }
            if power == period {
                mark.clone_from(&here);
                (power, period) = (2 * power, 0);
            }
            here = self.synchronous_step(&here)?;
            period += 1;
        }
        Ok(None)
    }

    /// Whether no site wants to move.
    pub fn is_fixed_point(&self, state: &State) -> Result<bool, MemoryError> {
        Ok(self.synchronous_step(state)? == *state)
    }

    pub(crate) fn check_symmetric(&self) -> Result<(), CouplingError> {
        self.one_way.map_or(Ok(()), |(i, j)| Err(CouplingError::OneWay(i, j)))
    }

    /// A flip changes the energy by `2 s_i h_i − 2 W_ii`: below 0 where the field opposes the site by more than rounding, unless
    /// W_ii is negative by more than that.
    fn check_self_couplings(&self) -> Result<(), CouplingError> {
        let negative = (0..self.sites).find(|&site| self.row(site)[site] < -self.tie);
        negative.map_or(Ok(()), |site| Err(CouplingError::SelfCoupling { site, weight: self.weight(site, site) }))
    }

    /// The fields in units of `unit`.
    pub(crate) fn raw_fields(&self, state: &State) -> Result<Vec<f64>, MemoryError> {
        same_sites(self.sites, state.sites())?;
        let signs = state.signs();
        let mut fields: Vec<f64> = self.weights.chunks_exact(self.sites).map(|row| dot(row, &signs)).collect();
        add_scaled(&mut fields, 1.0, &self.external);
        Ok(fields)
    }

    /// The couplings of one site, in units of `unit`.
    pub(crate) fn row(&self, site: usize) -> &[f64] {
        &self.weights[site * self.sites..][..self.sites]
    }

    pub(crate) fn unit(&self) -> f64 {
        self.unit
    }

    /// Whether this field turns over a site with this bit.
    fn opposes(&self, field: f64, bit: u64) -> bool {
        if bit == 1 { field < -self.tie } else { field > self.tie }
    }
}

impl AsynchronousUpdate for Couplings {
    type Error = CouplingError;

    fn visits(&self, cue: &State) -> Result<impl FnMut(&State, usize) -> bool, CouplingError> {
        self.check_symmetric()?;
        self.check_self_couplings()?;
        let mut fields = self.raw_fields(cue)?;
        Ok(move |state: &State, site: usize| {
            let turned = self.opposes(fields[site], state.bit(site));
            if turned {
                add_scaled(&mut fields, if state.bit(site) == 1 { -2.0 } else { 2.0 }, self.row(site));
            }
            turned
        })
    }

    /// As [`crate::DenseMemory`] does, so that both make the same way.
    fn shuffle(order: &mut [usize], stream: &mut Stream) {
        shuffle_anew(order, stream);
    }
}

/// `into += factor · row`.
pub(crate) fn add_scaled(into: &mut [f64], factor: f64, row: &[f64]) {
    into.iter_mut().zip(row).for_each(|(sum, value)| *sum += factor * value);
}

/// Eight running sums keep the order of additions fixed while letting the compiler use vector registers.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    let mut sums = [0.0; 8];
    for (x, y) in a_chunks.zip(b_chunks) {
        (0..8).for_each(|lane| sums[lane] += x[lane] * y[lane]);
    }
    sums.iter().sum::<f64>() + tail
}

/// Refuses weights that are no square of finite numbers.
pub(crate) fn check_square(sites: usize, weights: &[f64]) -> Result<(), CouplingError> {
    let found = weights.iter().filter(|weight| weight.is_finite()).count();
    let good = sites > 0 && sites.checked_mul(sites) == Some(weights.len()) && found == weights.len();
    if good { Ok(()) } else { Err(CouplingError::Weights { sites, found }) }
}

/// The first pair of sites that do not couple alike both ways.
pub(crate) fn one_way(sites: usize, weights: &[f64]) -> Option<(usize, usize)> {
    let mut pairs = (0..sites).flat_map(|i| (0..i).map(move |j| (i, j)));
    pairs.find(|&(i, j)| weights[i * sites + j] != weights[j * sites + i])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;
    use proptest::prelude::{any, proptest};

    use super::*;
    use crate::{DenseMemory, Separation};

    fn stream(name: &str, index: u64) -> Stream {
        Key::new(["couplings"]).stream(name, index)
    }

    fn random_state(sites: usize, stream: &mut Stream) -> State {
        Patterns::random(1, sites, stream).unwrap().state(0)
    }

    proptest! {
        /// The dense memory of order two is an independent road to the same energy (up to −K/2) and to the same steps.
        #[test]
        fn hebb_is_the_dense_memory_of_order_two(seed in any::<u64>(), sites in 2usize..90, count in 1usize..12) {
            let mut stream = stream("hebb", seed);
            let patterns = Patterns::random(count, sites, &mut stream).unwrap();
            let (hebb, dense) = (Couplings::hebb(&patterns).unwrap(), DenseMemory::new(patterns, Separation::Power(2)).unwrap());
            let state = random_state(sites, &mut stream);
            let expected = 0.5 * (dense.energy(&state).unwrap() / sites as f64 + count as f64);
            assert!((hebb.energy(&state).unwrap() - expected).abs() < 1e-10);
            assert_eq!(hebb.synchronous_step(&state).unwrap(), dense.synchronous_step(&state).unwrap());
            let (mut one, mut other) = (stream.clone(), stream);
            assert_eq!(hebb.retrieve(&state, &mut one).unwrap(), dense.retrieve(&state, &mut other).unwrap());
        }

        /// Goles, Fogelman & Pellegrin 1985, for any symmetric couplings; an odd sum of odd weights has no ties.
        #[test]
        fn symmetric_couplings_end_in_periods_up_to_two(seed in any::<u64>(), count in 0usize..8) {
            let mut stream = stream("orbit", seed);
            let hebb = Couplings::hebb(&Patterns::random(2 * count + 1, 24, &mut stream).unwrap()).unwrap();
            let (mut before, mut lowest) = (random_state(24, &mut stream), f64::INFINITY);
            assert!(hebb.synchronous_period(&before, 1000).unwrap().unwrap() <= 2);
            for _ in 0..12 {
                let now = hebb.synchronous_step(&before).unwrap();
                let energy = hebb.two_step_energy(&now, &before).unwrap();
                assert!(energy <= lowest + 1e-12);
                (before, lowest) = (now, energy);
            }
        }
    }

    /// More patterns than are added together: the sums over each pair of sites.
    #[test]
    fn hebb_adds_up_all_patterns() {
        let patterns = Patterns::random(2 * BATCH + 5, 9, &mut stream("batches", 0)).unwrap();
        let hebb = Couplings::hebb(&patterns).unwrap();
        let signs: Vec<Vec<f64>> = patterns.states().map(|state| state.signs()).collect();
        for (i, j) in (0..9).flat_map(|i| (0..9).map(move |j| (i, j))) {
            let sum: f64 = signs.iter().map(|pattern| pattern[i] * pattern[j]).sum();
            assert_eq!(hebb.weight(i, j), if i == j { 0.0 } else { sum * (1.0 / 9.0) });
        }
    }

    /// From (1, 1) the first flip would raise the energy from ½ to 3/2. What is negative by rounding alone does no harm.
    #[test]
    fn sites_that_vote_against_themselves_are_refused() {
        let own = |own: f64| Couplings::new(2, vec![own, 0.5, 0.5, own]).unwrap();
        let cue = State::from_signs(&[1.0, 1.0]).unwrap();
        let refused = CouplingError::SelfCoupling { site: 0, weight: -1.0 };
        assert_eq!(own(-1.0).retrieve(&cue, &mut stream("own", 0)), Err(refused.clone()));
        assert!(refused.to_string().contains("site 0 couples to itself with -1"));
        for harmless in [own(-1.0).without_self_coupling(), own(-1e-17), own(1.0)] {
            assert_eq!(harmless.retrieve(&cue, &mut stream("own", 0)).unwrap().state, cue);
        }
        assert!(own(-1.0).synchronous_step(&cue).is_ok());
    }

    /// Hopfield 1982, by hand: one pattern of N = 5 has the energy −(N − 1)/2; a wrong site raises it by 2 (N − 1)/N.
    #[test]
    fn one_pattern_by_hand() {
        let stored = State::from_signs(&[1.0, -1.0, 1.0, 1.0, -1.0]).unwrap();
        let hebb = Couplings::hebb(&Patterns::from_states(std::slice::from_ref(&stored)).unwrap()).unwrap();
        assert!((hebb.energy(&stored).unwrap() + 2.0).abs() < 1e-15);
        let mut wrong = stored.clone();
        wrong.flip(3);
        assert!((hebb.energy(&wrong).unwrap() + 0.4).abs() < 1e-15);
        assert_eq!(hebb.weight(0, 1), -0.2);
        assert_eq!(hebb.weight(2, 2), 0.0);
        assert_eq!(hebb.retrieve(&wrong, &mut stream("hand", 0)).unwrap().state, stored);
    }

    /// A ring that hands its signs on has no energy and a period of its length.
    #[test]
    fn one_way_couplings_run_in_circles() {
        let sites = 7;
        let hands_on = |at: usize| if at / sites == (at % sites + 1) % sites { 1.0 } else { 0.0 };
        let ring = Couplings::new(sites, (0..sites * sites).map(hands_on).collect()).unwrap();
        let start = State::from_signs(&[1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0]).unwrap();
        assert_eq!(ring.synchronous_period(&start, 100).unwrap(), Some(sites));
        assert_eq!(ring.synchronous_period(&start, 3).unwrap(), None);
        assert!(matches!(ring.retrieve(&start, &mut stream("ring", 0)), Err(CouplingError::OneWay(..))));
    }

    /// `E(s) = −½ sᵀWs − b·s` by hand for two sites; a flip costs twice its field; a field as strong as the couplings decides.
    #[test]
    fn external_fields_pull_and_enter_the_energy() {
        let state = |a: f64, b: f64| State::from_signs(&[a, b]).unwrap();
        let pair = Couplings::new(2, vec![0.0, 1.5, 1.5, 0.0]).unwrap().with_external_field(&[0.5, -2.0]).unwrap();
        assert_eq!(pair.energy(&state(1.0, 1.0)), Ok(0.0));
        assert_eq!(pair.energy(&state(1.0, -1.0)), Ok(-1.0));
        assert_eq!(pair.fields(&state(1.0, -1.0)), Ok(vec![-1.0, -0.5]));
        assert_eq!(pair.retrieve(&state(1.0, 1.0), &mut stream("pair", 0)).unwrap().state, state(-1.0, -1.0));

        let mut stream = stream("external", 0);
        let stored = Patterns::random(4, 60, &mut stream).unwrap();
        let wanted = stored.state(2);
        let cue = random_state(60, &mut stream);
        let hebb = Couplings::hebb(&stored).unwrap().with_external_field(&wanted.signs()).unwrap();
        // Two energies, each of products with 1/N up to 122 and 60 and their sum, which alone round: whole numbers come before.
        let rounding = 364.0 * f64::EPSILON;
        let mut watch = crate::EnergyWatch::new(rounding);
        let end = hebb.retrieve_watched(&cue, &mut stream, |state| watch.see(hebb.energy(state)?)).unwrap();
        assert_eq!(end.state, wanted);
        // Two states in turn: the energy of both never rises where all move at once.
        let (mut before, mut lowest) = (cue, f64::INFINITY);
        for _ in 0..8 {
            let now = hebb.synchronous_step(&before).unwrap();
            let energy = hebb.two_step_energy(&now, &before).unwrap();
            assert!(energy <= lowest + rounding);
            (before, lowest) = (now, energy);
        }
    }

    #[test]
    fn bad_input_is_refused_with_its_numbers() {
        assert_eq!(Couplings::new(2, vec![0.0; 3]), Err(CouplingError::Weights { sites: 2, found: 3 }));
        assert_eq!(Couplings::new(1, vec![f64::NAN]), Err(CouplingError::Weights { sites: 1, found: 0 }));
        let pair = Couplings::new(2, vec![0.0; 4]).unwrap();
        let three = State::from_signs(&[1.0; 3]).unwrap();
        assert_eq!(pair.energy(&three), Err(MemoryError::Sites { expected: 2, found: 3 }));
    }
}
