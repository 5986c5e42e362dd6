//! What every single flip costs, of many states at a time.
//!
//! A cost sums, over the patterns that agree with the state at a site, what is at stake with each: N K terms per state. Where
//! stakes are whole numbers they are split into weights of few bits, and lookups add the weights of five patterns at 32 sites at
//! a time ([`lawbook_core::popcount`]). The few patterns with a stake out of range are added one by one. The sums are exact.

use lawbook_core::{
    popcount::{Numbers, SITES, Span, Sums, TILE, Tile, widen},
    simd::Level,
};
mod range;

use range::Range;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator, ParallelSlice};

use crate::{
    DenseMemory, MemoryError, State,
    balance::Balance,
    bits::WORD,
    whole::{Whole, histogram, omissions, typical},
};

/// States that share a turn of a tile. Their sums stay in the second-level cache.
const STATES: usize = 128;
/// Bits of a weight where there are several: the weights of a tile then add up to less than 2¹⁶.
const DIGIT: u32 = 10;
/// Bits of an entry for its stake; the rest is for its gain. Sums over a tile must fit as well.
const STAKE_BITS: u32 = 26;
/// The largest number of a gain.
const LARGEST_GAIN: u64 = u32::MAX as u64;
/// The most patterns: sums of weights have 32 bits.
const MOST_PATTERNS: usize = 1 << 22;

/// The flip costs of each state at all its sites.
pub(crate) fn flip_costs_of(memory: &DenseMemory, states: &[State]) -> Result<Vec<Vec<f64>>, MemoryError> {
    let sites = memory.patterns().sites();
    states.iter().try_for_each(|state| crate::patterns::same_sites(sites, state.sites()))?;
    let Some(first) = states.first() else { return Ok(Vec::new()) };
    let Some(plan) = Plan::new(memory, first)? else {
        let one_by_one = states.par_iter().map(|state| {
            let balance = Balance::new(memory, memory.patterns().agreements(state)?);
            Ok((0..sites).map(|site| balance.flip_cost(memory, state, site)).collect())
        });
        return one_by_one.collect();
    };
    let share = states.len().div_ceil(rayon::current_num_threads()).next_multiple_of(2).min(STATES);
    let costs = states.par_chunks(share).map(|states| match plan.digits {
        1 => plan.costs::<1>(memory, states),
        _ => plan.costs::<2>(memory, states),
    });
    Ok(costs.collect::<Vec<_>>().concat())
}

/// How stakes and gains are written.
struct Plan {
    digits: usize,
    stakes: Whole,
    gains: Whole,
    /// With one digit, by number of differing sites: the numbers of stakes and gains.
    spans: Option<[Span; 2]>,
    /// By number of differing sites: the number of the stake, and above it that of the gain; both are 0 out of range.
    entries: Vec<u64>,
    /// The numbers of differing sites in range.
    first: u16,
    length: u16,
}

impl Plan {
    /// A plan for states like this one, if sums are exact.
    fn new(memory: &DenseMemory, state: &State) -> Result<Option<Self>, MemoryError> {
        let (sites, count) = (memory.patterns().sites(), memory.patterns().count());
        if !memory.is_exact() || sites > usize::from(u16::MAX) || count > MOST_PATTERNS {
            return Ok(None);
        }
        let agreements = memory.patterns().agreements(state)?;
        let histogram = histogram(&agreements, sites);
        let fits = |digits: u32, range: &Range| {
            let Range { first, last, stakes, gains, .. } = range;
            // One digit is to leave room for the tiles whose weights happen to be large.
            let small = match digits {
                1 => {
                    let short = last - first < Span::LENGTH && gains.largest < 1 << 15;
                    short && stakes.largest < 1 << 14 && range.mean_stake(count) * (TILE as u64) < 40_000
                }
                _ => stakes.largest < 1 << (2 * DIGIT),
            };
            small && gains.largest <= LARGEST_GAIN
        };
        for digits in 1..=2 {
            for left_out in omissions(count) {
                let (first, last) = typical(&histogram, left_out);
                let mut range = Range::new(memory, &histogram, first, last);
                if !fits(digits, &range) {
                    continue;
                }
                // Other states may spread more.
                while let (lower, upper) = (range.first.saturating_sub(4), (range.last + 4).min(sites))
                    && (lower, upper) != (range.first, range.last)
                    && let wider = range.widened(memory, &histogram, lower, upper)
                    && fits(digits, &wider)
                {
                    range = wider;
                }
                return Ok(Some(Self::over(memory, digits as usize, &range)));
            }
        }
        Ok(None)
    }

    fn over(memory: &DenseMemory, digits: usize, range: &Range) -> Self {
        let sites = memory.patterns().sites();
        let &Range { first, last, stakes, gains, .. } = range;
        let entry = |differing: usize| {
            let agreeing = sites - differing;
            let number = |of: &Whole, table: &[f64]| of.number(table[agreeing]);
            let inside = (first..=last).contains(&agreeing);
            let entry = || number(&gains, memory.gains()) << STAKE_BITS | number(&stakes, memory.stakes());
            if inside { entry() } else { 0 }
        };
        let entries: Vec<u64> = (0..=sites).map(entry).collect();
        let (lower, upper) = (sites - last, sites - first);
        let span = |bits: u32| {
            let values: Vec<u16> = entries[lower..=upper].iter().map(|&entry| (entry >> bits) as u16).collect();
            Span::new(lower as u16, &values)
        };
        let spans = if digits == 1 { span(0).zip(span(STAKE_BITS)).map(<[Span; 2]>::from) } else { None };
        Self { digits, stakes, gains, spans, entries, first: lower as u16, length: (upper - lower + 1) as u16 }
    }

    /// The costs of a few states.
    fn costs<const D: usize>(&self, memory: &DenseMemory, states: &[State]) -> Vec<Vec<f64>> {
        let patterns = memory.patterns();
        let count = patterns.count();
        let mut tile = Tile::new(Level::widest(), patterns.planes().len() / count);
        let mut ones = vec![0_u32; tile.sites().len()];
        let mut asked: Vec<Asked<D>> = states.iter().map(|state| Asked::new(state, ones.len())).collect();
        let mut spare = Asked::<D>::new(&states[0], ones.len());
        let mut counts = Numbers::default();
        let mut weights = [[Numbers::default(); D]; 2];
        for from in (0..count).step_by(TILE) {
            tile.load(patterns.planes(), count, from);
            tile.turn();
            ones.iter_mut().zip(tile.sites()).for_each(|(ones, bits)| *ones += bits.count_ones());
            let held = TILE.min(count - from);
            for pair in asked.chunks_mut(2) {
                for (asked, weights) in pair.iter_mut().zip(&mut weights) {
                    tile.differing(asked.state.words(), &mut counts);
                    self.weigh(memory, asked, from, &counts, held, weights);
                }
                let [a, b] = &weights;
                let (first, second) = pair.split_at_mut(1);
                let second = second.first_mut().unwrap_or(&mut spare);
                for digit in 0..D {
                    tile.add_weights([&a[digit], &b[digit]], [&mut first[0].narrow[digit], &mut second.narrow[digit]]);
                }
            }
        }
        asked.iter_mut().for_each(Asked::widen);
        asked.iter().map(|asked| self.sum_up(memory, asked, &ones)).collect()
    }

    /// The weights of the patterns held, from the numbers of sites at which they differ from the state.
    #[inline(always)]
    fn weigh<const D: usize>(
        &self,
        memory: &DenseMemory,
        asked: &mut Asked<D>,
        from: usize,
        counts: &Numbers,
        held: usize,
        weights: &mut [Numbers; D],
    ) {
        let (mut stakes, gains, mut outside) = match &self.spans {
            Some([stakes, gains]) if held == TILE => {
                let mut unused = Numbers::default();
                let gains = gains.look(Level::widest(), counts, &mut unused);
                let stakes = stakes.look(Level::widest(), counts, &mut weights[0]);
                (u64::from(stakes.sum), u64::from(gains.sum), stakes.outside)
            }
            _ => self.look_one_by_one(&counts.0[..held], weights),
        };
        asked.gains += gains;
        asked.inside += held as i64 - i64::from(outside.count_ones());
        while outside != 0 {
            let mu = outside.trailing_zeros() as usize;
            outside &= outside - 1;
            let agreeing = memory.patterns().sites() - usize::from(counts.0[mu]);
            asked.single.push((from + mu, memory.stakes()[agreeing] as i64 - self.stakes.base));
            asked.single_gains += memory.gains()[agreeing] as i64;
        }
        while D == 1 && stakes > u64::from(u16::MAX) {
            let largest = (0..held).max_by_key(|&mu| weights[0].0[mu]).unwrap_or(0);
            let weight = std::mem::take(&mut weights[0].0[largest]);
            asked.single.push((from + largest, self.stakes.unit * i64::from(weight)));
            stakes -= u64::from(weight);
        }
        asked.stakes += stakes;
        // Sums of several digits are anyone's guess.
        let most = if D == 1 { stakes as u32 } else { u32::from(u16::MAX) };
        if asked.pending + most > u32::from(u16::MAX) {
            asked.widen();
        }
        asked.pending += most;
    }

    /// The weights, and the sums of the numbers of stakes and gains, and which are out of range.
    fn look_one_by_one<const D: usize>(&self, counts: &[u16], weights: &mut [Numbers; D]) -> (u64, u64, u64) {
        let (mut sum, mut outside) = (0_u64, 0);
        for (mu, &differing) in counts.iter().enumerate() {
            let entry = self.entries[usize::from(differing)];
            if D == 1 {
                weights[0].0[mu] = entry as u16;
            } else {
                (0..D)
                    .for_each(|digit| weights[digit].0[mu] = (entry >> (DIGIT * digit as u32)) as u16 & ((1 << DIGIT) - 1));
            }
            sum = sum.wrapping_add(entry);
            outside |= u64::from(differing.wrapping_sub(self.first) >= self.length) << mu;
        }
        weights.iter_mut().for_each(|weights| weights.0[counts.len()..].fill(0));
        (sum & ((1 << STAKE_BITS) - 1), sum >> STAKE_BITS, outside)
    }

    /// The costs from all the sums.
    fn sum_up<const D: usize>(&self, memory: &DenseMemory, asked: &Asked<D>, ones: &[u32]) -> Vec<f64> {
        let (patterns, state) = (memory.patterns(), asked.state);
        let count = patterns.count() as i64;
        let total = self.stakes.unit * asked.stakes as i64 + asked.single.iter().map(|(_, excess)| excess).sum::<i64>();
        let gain = asked.inside * self.gains.base + self.gains.unit * asked.gains as i64 + asked.single_gains;
        let cost = |site: usize| {
            let plane = patterns.plane(site / WORD);
            let digits = asked.sums.iter().enumerate().map(|(digit, sums)| i64::from(sums[site]) << (DIGIT * digit as u32));
            let has_one = |mu: usize| (plane[mu] >> (site % WORD) & 1) as i64;
            let single = asked.single.iter().map(|&(mu, excess)| excess * has_one(mu)).sum::<i64>();
            let of_ones = self.stakes.unit * digits.sum::<i64>() + single;
            let (agreeing, sum) = match state.bit(site) {
                1 => (i64::from(ones[site]), of_ones),
                _ => (count - i64::from(ones[site]), total - of_ones),
            };
            (self.stakes.base * agreeing + sum - gain) as f64
        };
        (0..state.sites()).map(cost).collect()
    }
}

/// The sums for a state.
struct Asked<'a, const D: usize> {
    state: &'a State,
    /// By digit and site: weights of patterns with bit 1 there; those of the last tiles, which add up to this much, apart.
    sums: [Vec<u32>; D],
    narrow: [Vec<Sums>; D],
    pending: u32,
    /// Patterns in range, and the numbers of their stakes (but for single ones) and gains.
    inside: i64,
    stakes: u64,
    gains: u64,
    /// Patterns that are added one by one, with what their stake exceeds the base by.
    single: Vec<(usize, i64)>,
    single_gains: i64,
}

impl<'a, const D: usize> Asked<'a, D> {
    fn new(state: &'a State, sites: usize) -> Self {
        let sums = [(); D].map(|()| vec![0; sites]);
        let narrow = [(); D].map(|()| vec![Sums::default(); sites / SITES]);
        Self { state, sums, narrow, pending: 0, inside: 0, stakes: 0, gains: 0, single: Vec::new(), single_gains: 0 }
    }

    fn widen(&mut self) {
        self.narrow.iter_mut().zip(&mut self.sums).for_each(|(narrow, sums)| widen(Level::widest(), narrow, sums));
        self.pending = 0;
    }
}
