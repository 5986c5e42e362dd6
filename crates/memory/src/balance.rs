//! The overlaps of a state with all patterns, and what follows from them for any flip.

use std::sync::Arc;

use lawbook_core::{popcount::Rows, simd::Level};

use crate::{
    DenseMemory, Patterns, State,
    bits::{WORD, agreeing_sum},
};

mod whole;

pub(crate) use whole::Stretch;
use whole::WholeBalance;

/// Sites whose costs are summed together: of more, too many are summed in vain when one of them turns over.
const AHEAD: usize = 2;

/// Overlaps that are carried along.
#[derive(Debug, Clone)]
pub(crate) enum Balance {
    /// Where sums are exact and most stakes are small whole numbers.
    Whole(Box<WholeBalance>),
    /// Elsewhere: sums of f64 in a fixed order.
    Rounded(RoundedBalance),
}

impl Balance {
    pub(crate) fn new(memory: &DenseMemory, agreements: Vec<u32>) -> Self {
        Self::Rounded(RoundedBalance::new(memory, agreements))
    }

    /// One that is made for many visits, with the stretch of another one if there is one that suits. Leaves behind which one it has.
    /// `rows` are those of the memory's patterns.
    pub(crate) fn within(
        stretch: &mut Option<Arc<Stretch>>,
        memory: &DenseMemory,
        agreements: Vec<u32>,
        rows: impl FnOnce() -> Arc<Rows>,
    ) -> Self {
        let suiting = stretch.take().filter(|stretch| stretch.suits(&agreements));
        *stretch = suiting.or_else(|| Stretch::of(memory, &agreements).map(Arc::new));
        match stretch {
            Some(stretch) => Self::Whole(Box::new(WholeBalance::new(memory, stretch.clone(), &agreements, rows()))),
            None => Self::new(memory, agreements),
        }
    }

    /// The energy after turning `site` over, minus the energy before.
    ///
    /// A pattern that agrees there loses `F(x) − F(x − 2)`, one that does not gains `F(x + 2) − F(x)`.
    pub(crate) fn flip_cost(&self, memory: &DenseMemory, state: &State, site: usize) -> f64 {
        match self {
            Self::Whole(balance) => balance.flip_cost(state.bit(site), site) as f64,
            Self::Rounded(balance) => balance.flip_cost(memory, state, site),
        }
    }

    /// Visits the first of these sites, in their order, until one is turned over because that lowers the energy. Says how many
    /// were visited, and whether the last of them was turned over. There has to be a site.
    pub(crate) fn visit(&mut self, memory: &DenseMemory, state: &mut State, sites: &[usize]) -> (usize, bool) {
        let turned = match self {
            Self::Whole(balance) => {
                let costs = |costs: &[i64]| costs.iter().position(|&cost| cost < 0).map(|at| (at, costs[at]));
                let (visited, turned) = match sites.first_chunk::<AHEAD>() {
                    Some(&next) => (AHEAD, costs(&balance.flip_costs(next.map(|site| (state.bit(site), site))))),
                    None => (1, costs(&[balance.flip_cost(state.bit(sites[0]), sites[0])])),
                };
                let Some((at, cost)) = turned else { return (visited, false) };
                balance.follow_flip(memory, state.bit(sites[at]), sites[at], cost);
                at
            }
            Self::Rounded(balance) => {
                if !balance.prefers_flip(memory, state, sites[0]) {
                    return (1, false);
                }
                balance.follow_flip(memory, state, sites[0]);
                0
            }
        };
        state.flip(sites[turned]);
        (turned + 1, true)
    }

    /// By how much a cost must lie below 0 to be more than rounding.
    pub(crate) fn tie(&self) -> f64 {
        match self {
            Self::Whole(_) => 0.0,
            Self::Rounded(balance) => balance.tie,
        }
    }

    pub(crate) fn energy(&self, memory: &DenseMemory) -> f64 {
        let energy = |agreements: &mut dyn Iterator<Item = usize>| -> f64 {
            -agreements.map(|agreeing| memory.values()[agreeing]).sum::<f64>()
        };
        match self {
            Self::Whole(balance) => energy(&mut balance.agreements().into_iter()),
            Self::Rounded(balance) => energy(&mut balance.agreements.iter().map(|&a| a as usize)),
        }
    }
}

/// All patterns of a site together.
pub(crate) fn rows(patterns: &Patterns) -> Arc<Rows> {
    Arc::new(Rows::new(Level::widest(), patterns.planes(), patterns.count()))
}

/// Stakes in f64.
#[derive(Debug, Clone)]
pub(crate) struct RoundedBalance {
    agreements: Vec<u32>,
    stakes: Vec<f64>,
    gain: f64,
    tie: f64,
}

impl RoundedBalance {
    fn new(memory: &DenseMemory, agreements: Vec<u32>) -> Self {
        let stakes = vec![0.0; agreements.len()];
        let mut balance = Self { agreements, stakes, gain: 0.0, tie: 0.0 };
        balance.refresh(memory);
        balance
    }

    fn flip_cost(&self, memory: &DenseMemory, state: &State, site: usize) -> f64 {
        let plane = memory.patterns().plane(site / WORD);
        agreeing_sum(plane, site % WORD, state.bit(site), &self.stakes) - self.gain
    }

    fn prefers_flip(&self, memory: &DenseMemory, state: &State, site: usize) -> bool {
        self.flip_cost(memory, state, site) < -self.tie
    }

    /// Follows a flip of `site`, from the sign that `state` has there now to the other.
    fn follow_flip(&mut self, memory: &DenseMemory, state: &State, site: usize) {
        let (bit, sign) = (site % WORD, state.bit(site));
        for (agreeing, word) in self.agreements.iter_mut().zip(memory.patterns().plane(site / WORD)) {
            let agrees = ((word >> bit) & 1) ^ sign ^ 1;
            *agreeing = *agreeing + 1 - 2 * agrees as u32;
        }
        self.refresh(memory);
    }

    fn refresh(&mut self, memory: &DenseMemory) {
        for (stake, &agreeing) in self.stakes.iter_mut().zip(&self.agreements) {
            *stake = memory.stakes()[agreeing as usize];
        }
        self.gain = self.agreements.iter().map(|&agreeing| memory.gains()[agreeing as usize]).sum();
        if memory.rounding() > 0.0 {
            let magnitude: f64 = self.stakes.iter().map(|stake| stake.abs()).sum();
            self.tie = memory.rounding() * (magnitude + self.gain.abs());
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::{Key, Stream};
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

    use super::*;
    use crate::{AsynchronousUpdate, Descent, Separation};

    fn separations() -> impl Strategy<Value = Separation> {
        let powers = (2u32..7).prop_flat_map(|n| prop_oneof![Just(Separation::Power(n)), Just(Separation::Rectified(n))]);
        prop_oneof![powers, Just(Separation::Exponential)]
    }

    fn memory(separation: Separation, count: usize, sites: usize, stream: &mut Stream) -> DenseMemory {
        DenseMemory::new(Patterns::random(count, sites, stream).unwrap(), separation).unwrap()
    }

    /// The plain loops over all patterns in f64.
    fn oracle(memory: &DenseMemory, state: &State) -> RoundedBalance {
        RoundedBalance::new(memory, memory.patterns().agreements(state).unwrap())
    }

    /// A descent over rows of bits turns over the sites that the plain loops turn over, one by one.
    fn descends_as_plain_loops(memory: &DenseMemory, mut state: State, visits: impl Iterator<Item = usize>) {
        let (mut descent, mut oracle) = (Descent::new(memory, &state).unwrap(), oracle(memory, &state));
        for site in visits {
            let flips = oracle.prefers_flip(memory, &state, site);
            assert_eq!(descent.visit(site), flips);
            if flips {
                oracle.follow_flip(memory, &state, site);
                state.flip(site);
            }
        }
        assert_eq!(descent.state(), &state);
        assert_eq!(descent.energy(), memory.energy(&state).unwrap());
    }

    proptest! {
        /// Lookups of small numbers give the costs of the plain loops, to the last bit, for several states as for one. From sixteen on
        /// states share their additions; of 260 the last four are a block of their own.
        #[test]
        fn costs_are_those_of_plain_loops(
            seed in any::<u64>(), separation in separations(), count in 1usize..400, sites in 1usize..150, near in any::<bool>(),
            (of, every) in prop_oneof![Just((5, 1)), Just((18, 3)), Just((260, 37))],
        ) {
            let mut stream = Key::new(["costs"]).stream("states", seed);
            let memory = memory(separation, count, sites, &mut stream);
            let cue = |mu: usize, stream: &mut Stream| match near {
                true => memory.patterns().state(mu % count).corrupted(sites / 9, stream).unwrap(),
                false => Patterns::random(1, sites, stream).unwrap().state(0),
            };
            let states: Vec<State> = (0..of).map(|mu| cue(mu, &mut stream)).collect();
            let all = crate::costs::flip_costs_of(&memory, &states).unwrap();
            for (costs, state) in all.into_iter().zip(&states).step_by(every) {
                let oracle = oracle(&memory, state);
                let expected: Vec<f64> = (0..sites).map(|site| oracle.flip_cost(&memory, state, site)).collect();
                assert_eq!(costs, expected);
                let flips = (0..sites).filter(|&site| oracle.prefers_flip(&memory, state, site)).count();
                let error = memory.one_step_errors(std::slice::from_ref(state)).unwrap()[0];
                assert_eq!(error, flips as f64 / sites as f64);
            }
        }

        #[test]
        fn descents_are_those_of_plain_loops(
            seed in any::<u64>(), separation in separations(), count in 1usize..300, sites in 1usize..120,
        ) {
            let mut stream = Key::new(["descents"]).stream("states", seed);
            let memory = memory(separation, count, sites, &mut stream);
            let start = Patterns::random(1, sites, &mut stream).unwrap().state(0);
            descends_as_plain_loops(&memory, start, (0..6 * sites).map(|_| stream.below(sites as u64) as usize));
        }
    }

    /// Ten thousand sites, where the agreements of random patterns scatter beyond what a stretch holds, and past the critical load, where
    /// they scatter more and more on the way down.
    #[test]
    fn descents_among_scattered_agreements_are_those_of_plain_loops() {
        let mut stream = Key::new(["scattered"]).stream("states", 0);
        for (sites, count) in [(10_000, 130), (2500, 500)] {
            let memory = memory(Separation::Power(2), count, sites, &mut stream);
            let start = Patterns::random(1, sites, &mut stream).unwrap().state(0);
            descends_as_plain_loops(&memory, start, 0..sites);
        }
    }

    /// Cues of a batch end where they end alone.
    #[test]
    fn a_batch_of_retrievals_is_each_of_them() {
        let key = Key::new(["batch"]);
        let mut stream = key.stream("patterns", 0);
        let memory = memory(Separation::Power(3), 500, 130, &mut stream);
        let cues: Vec<State> = (0..20).map(|mu| memory.patterns().state(mu).corrupted(20, &mut stream).unwrap()).collect();
        let streams = || (0..20).map(|cue| key.stream("visits", cue));
        let together = memory.retrieve_all(&cues, &mut streams().collect::<Vec<_>>()).unwrap();
        let alone = cues.iter().zip(streams()).map(|(cue, mut stream)| memory.retrieve(cue, &mut stream).unwrap());
        assert_eq!(together, alone.collect::<Vec<_>>());
        let missing = crate::MemoryError::Streams { cues: 20, streams: 0 };
        assert_eq!(memory.retrieve_all(&cues, &mut []).unwrap_err(), missing);
    }

    /// Large enough for weights of one digit and of two, and for tiles that overflow: the plain loops agree.
    #[test]
    fn many_patterns_are_added_exactly() {
        let mut stream = Key::new(["many"]).stream("patterns", 0);
        for (separation, sites) in [(Separation::Power(3), 700), (Separation::Rectified(4), 150), (Separation::Power(2), 64)]
        {
            let memory = memory(separation, 5000, sites, &mut stream);
            let stored = |mu| memory.patterns().state(mu);
            let mut states = vec![stored(3), stored(3).negated(), stored(9)];
            states.extend((10..25).map(|mu| stored(mu).corrupted(sites / 9, &mut stream).unwrap()));
            for (costs, state) in crate::costs::flip_costs_of(&memory, &states).unwrap().into_iter().zip(&states) {
                let oracle = oracle(&memory, state);
                let expected: Vec<f64> = (0..sites).map(|site| oracle.flip_cost(&memory, state, site)).collect();
                assert_eq!(costs, expected, "{separation}");
            }
        }
    }
}
