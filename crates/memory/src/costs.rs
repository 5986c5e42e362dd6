//! What every single flip costs, of many states at a time.
//!
//! A cost sums, over the patterns that agree with the state at a site, what is at stake with each: N K terms per state. Where
//! stakes are whole numbers they are split into weights of few bits, and lookups add the weights of six patterns at 32 sites at
//! a time ([`lawbook_core::popcount`]). The few patterns with a stake out of range are added one by one. The sums are exact.

mod asked;
mod range;

use lawbook_core::{
    popcount::{Numbers, REST, Span, Sums, TILE, Tile},
    simd::Level,
};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator, ParallelSlice};

use asked::{Asked, Room};
use range::Range;

use crate::{
    DenseMemory, MemoryError, State,
    balance::Balance,
    bits::WORD,
    whole::{Whole, histogram, omissions, typical},
};

/// States that share a turn of a tile. Their sums stay in the second-level cache.
const STATES: usize = 128;
/// Bits of a weight where there are several: those of a tile then add up to less than 2¹⁶, with what a lift leaves.
const DIGIT: u32 = 10;
/// What the weights of a tile may add up to.
const MOST_PER_TILE: u32 = u16::MAX as u32 - ((1 << REST) - 1);
/// Bits of an entry for its stake; the rest is for its gain. Sums over a tile must fit as well.
const STAKE_BITS: u32 = 26;
/// The largest number of a gain.
const LARGEST_GAIN: u64 = u32::MAX as u64;
/// Patterns that show how far overlaps spread, at least.
const SAMPLE: usize = 8192;
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
    let share = states.len().div_ceil(rayon::current_num_threads()).min(STATES);
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
    spans: Option<Span<2>>,
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
        let agreements = memory.patterns().some_agreements(state, SAMPLE)?;
        let histogram = histogram(&agreements, sites);
        let fits = |digits: u32, range: &Range| {
            let Range { first, last, stakes, gains, .. } = range;
            // One digit is to leave room for the tiles whose weights happen to be large.
            let small = match digits {
                1 => {
                    let short = last - first < Span::<2>::LENGTH && gains.largest < 1 << 15;
                    short && stakes.largest < 1 << 14 && range.mean_stake(agreements.len()) * (TILE as u64) < 40_000
                }
                _ => stakes.largest < 1 << (2 * DIGIT),
            };
            small && gains.largest <= LARGEST_GAIN
        };
        for digits in 1..=2 {
            for left_out in omissions(agreements.len()) {
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
        let numbers = |bits: u32| entries[lower..=upper].iter().map(|&entry| (entry >> bits) as u16).collect::<Vec<_>>();
        let spans = if digits == 1 { Span::new(lower as u16, [&numbers(0), &numbers(STAKE_BITS)]) } else { None };
        Self { digits, stakes, gains, spans, entries, first: lower as u16, length: (upper - lower + 1) as u16 }
    }

    /// The costs of a few states.
    fn costs<const D: usize>(&self, memory: &DenseMemory, states: &[State]) -> Vec<Vec<f64>> {
        let patterns = memory.patterns();
        let count = patterns.count();
        let mut tile = Tile::new(Level::widest(), patterns.planes().len() / count);
        let mut ones = vec![0_u32; tile.sites().len()];
        let mut room = Room::<D>::new(states.len(), ones.len());
        let mut asked = room.asked(states);
        let mut counts = Numbers::default();
        let mut weights = vec![[Numbers::default(); D]; states.len()];
        for from in (0..count).step_by(TILE) {
            tile.load(patterns.planes(), count, from);
            tile.turn();
            tile.fetch(patterns.planes(), count, from + TILE);
            tile.add_ones(&mut ones);
            let held = TILE.min(count - from);
            // One after the other: what both need of the tile does not fit into the first-level cache.
            for (asked, weights) in asked.iter_mut().zip(&mut weights) {
                tile.differing(asked.state.words(), &mut counts);
                self.weigh(memory, asked, from, &counts, held, weights);
            }
            for (asked, weights) in asked.iter_mut().zip(&weights) {
                asked.add(&tile, weights);
            }
        }
        asked.iter_mut().for_each(Asked::finish);
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
            Some(spans) if held == TILE => {
                let looked = spans.look(Level::widest(), counts, &mut weights[0]);
                let [stakes, gains] = looked.sums.map(u64::from);
                (stakes, gains, looked.outside)
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
        while D == 1 && stakes > u64::from(MOST_PER_TILE) {
            let largest = (0..held).max_by_key(|&mu| weights[0].0[mu]).unwrap_or(0);
            let weight = std::mem::take(&mut weights[0].0[largest]);
            asked.single.push((from + largest, self.stakes.unit * i64::from(weight)));
            stakes -= u64::from(weight);
        }
        asked.stakes += stakes;
        // Sums of several digits are anyone's guess.
        let most = if D == 1 { stakes as u32 } else { MOST_PER_TILE };
        if asked.pending + most > u32::from(u16::MAX) {
            asked.schedule_lift();
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
        let mut of_ones = vec![0_i64; ones.len()];
        for digit in 0..D {
            let rests = asked.narrow[digit].iter().flat_map(|Sums(rests)| rests);
            for ((of_ones, &sum), &rest) in of_ones.iter_mut().zip(&asked.sums[digit]).zip(rests) {
                *of_ones += ((i64::from(sum) << REST) + i64::from(rest)) << (DIGIT * digit as u32);
            }
        }
        of_ones.iter_mut().for_each(|sum| *sum *= self.stakes.unit);
        for &(mu, excess) in &asked.single {
            for (word, of_ones) in of_ones.as_chunks_mut::<WORD>().0.iter_mut().enumerate() {
                let bits = patterns.plane(word)[mu];
                of_ones.iter_mut().enumerate().for_each(|(bit, sum)| *sum += excess & -((bits >> bit & 1) as i64));
            }
        }
        let cost = |(site, of_ones): (usize, i64)| {
            let (agreeing, sum) = match state.bit(site) {
                1 => (i64::from(ones[site]), of_ones),
                _ => (count - i64::from(ones[site]), total - of_ones),
            };
            (self.stakes.base * agreeing + sum - gain) as f64
        };
        of_ones.into_iter().take(state.sites()).enumerate().map(cost).collect()
    }
}
