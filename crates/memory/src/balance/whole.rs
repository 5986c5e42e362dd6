//! Balances in whole numbers: what is at stake with each pattern as two bytes. Sums are exact in any order.

use std::{ops::Range, sync::Arc};

use lawbook_core::popcount::{Carried, Factors, Followed, Rows};

use crate::{
    DenseMemory,
    whole::{Whole, histogram, omissions, typical},
};

/// One of so many patterns may have an agreement beyond either end of the stretch. Each costs a look of its own at every site, together
/// as much as the sums over all the others: that is a third of what sums of f64 take, which are the alternative. Agreements of
/// random patterns scatter by √N/2, so that 254 numbers hold the rest up to N = 13 900.
const BEYOND: usize = 64;

/// Stakes of agreements in a stretch as small numbers.
#[derive(Debug)]
pub(crate) struct Stretch {
    stakes: Whole,
    factors: Factors,
    /// Patterns beyond either end.
    left_out: usize,
}

impl Stretch {
    /// One that holds nearly all of these agreements, if sums are exact.
    pub(super) fn of(memory: &DenseMemory, agreements: &[u32]) -> Option<Self> {
        let sites = memory.patterns().sites();
        if !memory.is_exact() || sites > usize::from(u16::MAX) {
            return None;
        }
        let histogram = histogram(agreements, sites);
        let stakes_of = |agreeing: Range<usize>| &memory.stakes()[agreeing];
        let fits = |first: usize, last: usize, stakes: &Whole| {
            last - first < Factors::LENGTH && stakes.largest <= u64::from(Factors::LARGEST)
        };
        omissions(agreements.len() / BEYOND).find_map(|left_out| {
            let (mut first, mut last) = typical(&histogram, left_out);
            let mut stakes = Whole::new(stakes_of(first..last + 1));
            if !fits(first, last, &stakes) {
                return None;
            }
            // Overlaps will move.
            while let (lower, upper) = (first.saturating_sub(8), (last + 8).min(sites))
                && (lower, upper) != (first, last)
                && let wider = stakes.with(stakes_of(lower..first)).with(stakes_of(last + 1..upper + 1))
                && fits(lower, upper, &wider)
            {
                (first, last, stakes) = (lower, upper, wider);
            }
            let values: Vec<u16> = stakes_of(first..last + 1).iter().map(|&stake| stakes.number(stake) as u16).collect();
            Some(Self { stakes, factors: Factors::new(first as u16, &values)?, left_out })
        })
    }

    /// Whether it leaves out hardly more of these agreements than of those that it was made for.
    pub(super) fn suits(&self, agreements: &[u32]) -> bool {
        let outside = agreements.iter().filter(|&&agreeing| !self.factors.has(agreeing as u16));
        outside.count() <= 2 + 2 * self.left_out.max(agreements.len() / 256)
    }
}

/// Overlaps that are carried along, with what is at stake.
#[derive(Debug, Clone)]
pub(crate) struct WholeBalance {
    rows: Arc<Rows>,
    stretch: Arc<Stretch>,
    count: usize,
    carried: Carried,
    far: Vec<Far>,
    /// All stakes above the base.
    total: i64,
    gain: i64,
}

/// A pattern whose agreement lies outside of the stretch.
#[derive(Debug, Clone)]
struct Far {
    pattern: usize,
    agreement: u16,
    /// What its stake exceeds the base by.
    excess: i64,
}

impl WholeBalance {
    pub(super) fn new(memory: &DenseMemory, stretch: Arc<Stretch>, agreements: &[u32], rows: Arc<Rows>) -> Self {
        let factors = &stretch.factors;
        let (mut carried, mut total) = rows.carry(factors, agreements);
        let excess = |agreement: u16| memory.stakes()[usize::from(agreement)] as i64 - stretch.stakes.base;
        let mut far = Vec::new();
        for (pattern, &agreement) in agreements.iter().enumerate().filter(|(_, agreement)| !factors.has(**agreement as u16))
        {
            total -= carried.silence(pattern);
            far.push(Far { pattern, agreement: agreement as u16, excess: excess(agreement as u16) });
        }
        // Sums of whole numbers, in four because each addition waits for the one before.
        let (fours, rest) = agreements.as_chunks::<4>();
        let gains = memory.gains();
        let mut gain = [0.0; 4];
        for four in fours {
            gain.iter_mut().zip(four).for_each(|(gain, &agreeing)| *gain += gains[agreeing as usize]);
        }
        let gain = gain.into_iter().chain(rest.iter().map(|&agreeing| gains[agreeing as usize])).sum::<f64>() as i64;
        let total = stretch.stakes.unit * total as i64 + far.iter().map(|far| far.excess).sum::<i64>();
        Self { rows, stretch, count: agreements.len(), carried, far, total, gain }
    }

    /// By pattern, the number of agreeing sites.
    pub(super) fn agreements(&self) -> Vec<usize> {
        let near = |pattern| usize::from(self.stretch.factors.number(self.carried.byte(pattern)));
        let mut agreements: Vec<usize> = (0..self.count).map(near).collect();
        self.far.iter().for_each(|far| agreements[far.pattern] = usize::from(far.agreement));
        agreements
    }

    /// The sum of the stakes of the patterns that agree with `sign` (0 or 1) at the site, from the sum of the values of those
    /// with bit 1 there.
    fn agreeing(&self, sign: u64, site: usize, values: u64) -> i64 {
        let Whole { base, unit, .. } = self.stretch.stakes;
        let far = self.rows.sum_of(site, self.far.iter().map(|far| (far.pattern, far.excess)));
        let of_ones = unit * values as i64 + far;
        let ones = i64::from(self.rows.ones(site));
        match sign {
            1 => base * ones + of_ones,
            _ => base * (self.count as i64 - ones) + self.total - of_ones,
        }
    }

    pub(super) fn flip_cost(&self, sign: u64, site: usize) -> i64 {
        self.flip_costs([(sign, site)])[0]
    }

    /// At several sites, each with the sign there.
    pub(super) fn flip_costs<const N: usize>(&self, signs: [(u64, usize); N]) -> [i64; N] {
        let sums = self.rows.sums(signs.map(|(_, site)| site), &self.carried);
        std::array::from_fn(|at| self.agreeing(signs[at].0, signs[at].1, sums[at]) - self.gain)
    }

    pub(super) fn follow_flip(&mut self, memory: &DenseMemory, sign: u64, site: usize, cost: i64) {
        let Self { rows, stretch, carried, far, .. } = self;
        let (factors, stakes) = (&stretch.factors, &stretch.stakes);
        let Followed { mut total, mut ones } = rows.follow(site, sign, factors, carried);
        let excess = |agreement: u16| memory.stakes()[usize::from(agreement)] as i64 - stakes.base;
        far.retain_mut(|far| {
            let has = rows.has(site, far.pattern);
            far.agreement = if has == (sign == 1) { far.agreement - 1 } else { far.agreement + 1 };
            if factors.has(far.agreement) {
                return false;
            }
            let value = carried.silence(far.pattern);
            (total, ones) = (total - value, ones - value * u64::from(has));
            far.excess = excess(far.agreement);
            true
        });
        for pattern in carried.outside() {
            if far.iter().all(|far| far.pattern != pattern) {
                let agreement = factors.number(carried.byte(pattern));
                far.push(Far { pattern, agreement, excess: excess(agreement) });
            }
        }
        self.total = stakes.unit * total as i64 + far.iter().map(|far| far.excess).sum::<i64>();
        // Turning the site back costs the opposite.
        self.gain = self.agreeing(1 - sign, site, ones) + cost;
    }
}
