//! What every single flip costs, of many states at a time.
//!
//! A cost sums, over the patterns that agree with the state at a site, what is at stake with each: N K terms per state. Where
//! stakes are whole numbers they are split into weights of few bits, and lookups add the weights of six patterns at 32 sites at
//! a time ([`lawbook_core::popcount`]). Whether a pattern agrees with a state at an even or odd number of sites is known from their
//! numbers of bits 1, so that stakes of either kind may have a base of their own. The few patterns with a stake out of range are added
//! one by one. The sums are exact.

mod part;
mod range;
mod sum;
mod turns;

use lawbook_core::{
    popcount::{Looked, Numbers, Queries, REST, Span, TILE},
    simd::Level,
};
use rayon::prelude::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use part::{Added, Done, Part};
use range::Range;
use sum::Costs;
use turns::take_turns;

use crate::{
    DenseMemory, MemoryError, State,
    balance::Balance,
    whole::{Alternating, Whole, histogram, omissions, typical},
};

/// States that share packed patterns. Most of their sums of 16 bits stay in the second-level cache.
const STATES: usize = 256;
/// Words of states times tiles in a stretch of work: a millisecond.
const LEAST: usize = 1 << 16;
/// Bits of a digit where there are two, at most: those of a tile then add up to less than 2¹⁶, with what a lift leaves.
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
    Ok(match plan.digits {
        1 => plan.costs::<1>(memory, states),
        _ => plan.costs::<2>(memory, states),
    })
}

/// How stakes and gains are written.
struct Plan {
    digits: usize,
    /// Where there are two.
    digit_bits: u32,
    /// By number of agreeing sites.
    stakes: Alternating,
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
            for left_out in omissions(agreements.len() / 256) {
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
            let stake = || stakes.number(agreeing, memory.stakes()[agreeing]);
            let entry = || gains.number(memory.gains()[agreeing]) << STAKE_BITS | stake();
            if (first..=last).contains(&agreeing) { entry() } else { 0 }
        };
        let entries: Vec<u64> = (0..=sites).map(entry).collect();
        let (lower, upper) = (sites - last, sites - first);
        let numbers = |bits: u32| entries[lower..=upper].iter().map(|&entry| (entry >> bits) as u16).collect::<Vec<_>>();
        let spans = if digits == 1 { Span::new(lower as u16, [&numbers(0), &numbers(STAKE_BITS)]) } else { None };
        let digit_bits = (u64::BITS - stakes.largest.leading_zeros()).div_ceil(2);
        Self { digits, digit_bits, stakes, gains, spans, entries, first: lower as u16, length: (upper - lower + 1) as u16 }
    }

    /// The costs of some states.
    fn costs<const D: usize>(&self, memory: &DenseMemory, states: &[State]) -> Vec<Vec<f64>> {
        let words = states[0].words().len();
        let block = |states: &[State]| {
            let queries = states.iter().flat_map(State::words).copied().collect();
            Queries::new(Level::widest(), queries, words)
        };
        let blocks: Vec<Queries> = states.chunks(STATES).map(block).collect();
        let (planes, count) = (memory.patterns().planes(), memory.patterns().count());
        // The last block may be small and take fewer.
        let at_once = blocks[0].tiles() * TILE;
        let stretch = (LEAST / (blocks[0].count() * words) * TILE).next_multiple_of(at_once).max(at_once);
        let begin = |block: usize| Part::<D>::new(&blocks[block], words, self.digit_bits);
        let work = |block: usize, number: usize, part: &mut Part<D>| {
            let end = count.min((number + 1) * stretch);
            let strip = blocks[block].tiles() * TILE;
            for first in (number * stretch..end).step_by(strip) {
                part.strip.load(planes, count, first);
                part.strip.differing(&blocks[block], &mut part.counts);
                for (tile, from) in (first..end.min(first + strip)).step_by(TILE).enumerate() {
                    self.add(memory, tile, from, part);
                    if block == 0 {
                        part.count(tile);
                    }
                }
            }
        };
        let mut done = take_turns(blocks.len(), count.div_ceil(stretch), begin, work, Part::finish, Done::with);
        // They are counted with the first block.
        let ones = std::mem::take(&mut done[0].ones);
        let added: Vec<Added> = done.into_iter().flat_map(|done| done.added).collect();
        let (patterns, ones, &Self { stakes, gains, .. }) = (memory.patterns(), &ones, self);
        let sums = added.into_par_iter().zip(states).with_min_len(STATES / 4);
        sums.map(|(added, state)| Level::widest().run(Costs { patterns, state, stakes, gains, added, ones })).collect()
    }

    /// Adds a tile of the strip, with the patterns from number `from` on.
    fn add<const D: usize>(&self, memory: &DenseMemory, tile: usize, from: usize, part: &mut Part<D>) {
        let held = TILE.min(memory.patterns().count() - from);
        let Part { counts, weights, looked, totals, most, .. } = part;
        let counts = &counts[tile * weights.len()..][..weights.len()];
        match &self.spans {
            Some(spans) if D == 1 && held == TILE => {
                spans.look(Level::widest(), counts, weights.as_flattened_mut(), looked);
            }
            _ => {
                for (counts, (weights, looked)) in counts.iter().zip(weights.iter_mut().zip(&mut *looked)) {
                    *looked = self.look_one_by_one(&counts.0[..held], weights);
                }
            }
        }
        let sums = totals.iter_mut().zip(most);
        for ((counts, (looked, weights)), (totals, most)) in counts.iter().zip(looked.iter().zip(weights)).zip(sums) {
            let [mut stakes, gains] = looked.sums;
            totals.gains += gains;
            totals.inside += held as i64;
            let mut outside = looked.outside;
            while outside != 0 {
                totals.inside -= 1;
                let mu = outside.trailing_zeros() as usize;
                outside &= outside - 1;
                let agreeing = memory.patterns().sites() - usize::from(counts.0[mu]);
                totals.single.push((from + mu, memory.stakes()[agreeing] as i64 - self.stakes.base(agreeing)));
                totals.single_gains += memory.gains()[agreeing] as i64;
            }
            while D == 1 && stakes > u64::from(MOST_PER_TILE) {
                let largest = (0..held).max_by_key(|&mu| weights[0].0[mu]).unwrap_or(0);
                let weight = std::mem::take(&mut weights[0].0[largest]);
                totals.single.push((from + largest, self.stakes.unit * i64::from(weight)));
                stakes -= u64::from(weight);
            }
            totals.stakes += stakes;
            // Sums of two digits are anyone's guess.
            *most = if D == 1 { stakes as u32 } else { TILE as u32 * ((1 << self.digit_bits) - 1) };
        }
        part.add(tile, memory.patterns(), from + TILE);
    }

    /// The weights, and the sums of the numbers of stakes and gains, and which are out of range.
    fn look_one_by_one<const D: usize>(&self, counts: &[u16], weights: &mut [Numbers; D]) -> Looked<2> {
        let (mut sum, mut outside) = (0_u64, 0);
        for (mu, &differing) in counts.iter().enumerate() {
            let entry = self.entries[usize::from(differing)];
            if D == 1 {
                weights[0].0[mu] = entry as u16;
            } else {
                let digit =
                    |number: usize| (entry >> (self.digit_bits * number as u32)) as u16 & ((1 << self.digit_bits) - 1);
                (0..D).for_each(|number| weights[number].0[mu] = digit(number));
            }
            sum = sum.wrapping_add(entry);
            outside |= u64::from(differing.wrapping_sub(self.first) >= self.length) << mu;
        }
        weights.iter_mut().for_each(|weights| weights.0[counts.len()..].fill(0));
        Looked { sums: [sum & ((1 << STAKE_BITS) - 1), sum >> STAKE_BITS], outside }
    }
}
