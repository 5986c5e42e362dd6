//! Descents where F(x) = x³: what is at stake with a pattern is `12x² + 16`, and a flip moves x by 2. So squares of bytes say all.
//!
//! Sums are those of whole numbers and exact, whatever their order and however many sites are summed at a time.

use std::sync::Arc;

use lawbook_core::{
    popcount::{Rows, Signed, Stepped, TILE},
    simd::{Level, Wide, WideKernel},
};

use crate::{DenseMemory, Separation, State};

/// Sites whose costs are summed together where no flip is expected.
const AHEAD: usize = 4;

/// Overlaps in units of 2 where all are even, else of 1.
#[derive(Debug, Clone)]
pub(super) struct Cubic {
    rows: Arc<Rows>,
    sites: i64,
    count: usize,
    unit: i64,
    /// 0 for patterns that are far.
    numbers: Signed,
    far: Vec<Far>,
    /// The state of the farthest pattern, to which the descent may be on its way: where it differs, a flip is expected. That
    /// says how many sites to sum at a time, and nothing else.
    ahead: Option<State>,
    /// The squares of all overlaps.
    squares: i64,
    /// All overlaps.
    sum: i64,
}

/// A pattern whose overlap is too large for a byte.
#[derive(Debug, Clone)]
pub(super) struct Far {
    pattern: usize,
    state: State,
    overlap: i64,
}

impl Cubic {
    /// The patterns whose overlaps are too large, if they are few and the others' squares make exact sums.
    pub(super) fn far(memory: &DenseMemory, agreements: &[u32]) -> Option<Vec<Far>> {
        let sites = memory.patterns().sites();
        if memory.separation() != Separation::Power(3) || !memory.is_exact() {
            return None;
        }
        let most = unit(sites as i64) as usize * usize::from(Signed::LARGEST);
        // What |2a − N| ≤ most says of the number of agreements a.
        let (lower, width) = (sites.saturating_sub(most).div_ceil(2) as u32, sites.min(most) as u32);
        let is_far = |agreeing: u32| agreeing.wrapping_sub(lower) > width;
        let (mut far, allowed) = (Vec::new(), 2 + agreements.len() / 128);
        for (tile, agreements) in agreements.chunks(TILE).enumerate() {
            // Nearly no tile has one, which vectors see faster than a look at each.
            if agreements.iter().fold(false, |any, &agreeing| any | is_far(agreeing)) {
                let of_tile = agreements.iter().enumerate().filter(|(_, agreeing)| is_far(**agreeing));
                far.extend(of_tile.map(|(at, &agreeing)| Far {
                    pattern: tile * TILE + at,
                    state: memory.patterns().state(tile * TILE + at),
                    overlap: 2 * i64::from(agreeing) - sites as i64,
                }));
                if far.len() > allowed {
                    return None;
                }
            }
        }
        Some(far)
    }

    /// What follows from the agreements, of which these are far.
    pub(super) fn new(memory: &DenseMemory, agreements: &[u32], far: Vec<Far>, rows: Arc<Rows>) -> Self {
        let (sites, count) = (memory.patterns().sites() as i64, agreements.len());
        let (unit, least) = (unit(sites), -sites as i32);
        let (mut numbers, mut sum) = (vec![0; count], 0);
        Level::widest().run(Numbers { agreements, least, unit, numbers: &mut numbers, sum: &mut sum });
        let mut numbers = Signed::new(&numbers);
        let ahead = far.iter().max_by_key(|far| far.overlap).map(|far| far.state.clone());
        let near = unit * unit * rows.step(0, 0, 0, &mut numbers).squares as i64;
        let squares = near + far.iter().map(|far| far.overlap * far.overlap).sum::<i64>();
        Self { rows, sites, count, unit, numbers, far, ahead, squares, sum }
    }

    /// By pattern, the number of agreeing sites.
    pub(super) fn agreements(&self) -> impl Iterator<Item = usize> {
        let mut overlaps: Vec<i64> = (0..self.count).map(|mu| self.unit * i64::from(self.numbers.number(mu))).collect();
        self.far.iter().for_each(|far| overlaps[far.pattern] = far.overlap);
        overlaps.into_iter().map(|overlap| ((overlap + self.sites) / 2) as usize)
    }

    /// See [`Carried::visit`](super::carried::Carried::visit).
    pub(super) fn visit(&mut self, memory: &DenseMemory, state: &mut State, sites: &[usize]) -> (usize, bool) {
        let turned = match (self.quiet(state, sites), sites) {
            (4.., &[a, b, c, d, ..]) => self.first_turned(state, [a, b, c, d]),
            (3, &[a, b, c, ..]) => self.first_turned(state, [a, b, c]),
            (2, &[a, b, ..]) => self.first_turned(state, [a, b]),
            _ => self.first_turned(state, [sites[0]]),
        };
        let at = match turned {
            Ok(at) => at,
            Err(visited) => return (visited, false),
        };
        self.turn_over(memory, state.bit(sites[at]), sites[at]);
        state.flip(sites[at]);
        (at + 1, true)
    }

    /// How many of the next sites there are up to the first where a flip is expected, or up to as many as are summed together.
    fn quiet(&self, state: &State, sites: &[usize]) -> usize {
        let next = &sites[..sites.len().min(AHEAD)];
        let expected = |&site: &usize| self.ahead.as_ref().is_none_or(|ahead| ahead.bit(site) != state.bit(site));
        next.iter().position(expected).map_or(next.len(), |first| first + 1)
    }

    /// Which of the sites is the first whose flip lowers the energy, or that there is none among so many.
    fn first_turned<const N: usize>(&self, state: &State, sites: [usize; N]) -> Result<usize, usize> {
        let squares = self.rows.squares(sites, &self.numbers);
        (0..N).find(|&at| self.cost(state.bit(sites[at]), sites[at], squares[at]) < 0).ok_or(N)
    }

    /// The cost of a flip, from the squares of the patterns with bit 1 there that are not far: what is at stake with those that
    /// agree with `sign` (0 or 1), less what all win if the state turns towards them, `F(x + 2) − F(x) = 6x² + 12x + 8`.
    fn cost(&self, sign: u64, site: usize, near: u64) -> i64 {
        let far = self.far.iter().map(|far| far.overlap * far.overlap * far.state.bit(site) as i64).sum::<i64>();
        let of_ones = self.unit * self.unit * near as i64 + far;
        let agreeing = if sign == 1 { of_ones } else { self.squares - of_ones };
        12 * agreeing + 16 * self.agree(sign, site) - 6 * self.squares - 12 * self.sum - 8 * self.count as i64
    }

    /// How many patterns agree with `sign` at the site.
    fn agree(&self, sign: u64, site: usize) -> i64 {
        let ones = i64::from(self.rows.ones(site));
        if sign == 1 { ones } else { self.count as i64 - ones }
    }

    /// Follows a flip from `sign` to the other.
    fn turn_over(&mut self, memory: &DenseMemory, sign: u64, site: usize) {
        let Self { rows, unit, numbers, far, .. } = self;
        let by = 2 / *unit;
        let Stepped { squares, largest } = rows.step(site, sign, by as i8, numbers);
        let mut near = squares as i64;
        far.retain_mut(|far| {
            far.overlap += if far.state.bit(site) == sign { -2 } else { 2 };
            let number = byte((far.overlap / *unit) as i32);
            // It has made a step from 0.
            numbers.set(far.pattern, number);
            near += i64::from(number).pow(2) - by * by;
            number == 0
        });
        if largest > Signed::LARGEST {
            for pattern in numbers.beyond() {
                let number = i64::from(numbers.number(pattern));
                numbers.set(pattern, 0);
                near -= number * number;
                far.push(Far { pattern, state: memory.patterns().state(pattern), overlap: *unit * number });
            }
        }
        self.squares = self.unit * self.unit * near + self.far.iter().map(|far| far.overlap * far.overlap).sum::<i64>();
        self.sum += 2 * (self.count as i64 - 2 * self.agree(sign, site));
    }
}

/// The bytes of overlaps, and the sum of these.
struct Numbers<'a> {
    agreements: &'a [u32],
    least: i32,
    unit: i64,
    numbers: &'a mut [i8],
    sum: &'a mut i64,
}

impl WideKernel for Numbers<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, _: V) {
        let halvings = self.unit as u32 - 1;
        for (agreements, numbers) in self.agreements.chunks(TILE).zip(self.numbers.chunks_mut(TILE)) {
            let mut sum = 0;
            for (&agreeing, number) in agreements.iter().zip(numbers) {
                let overlap = 2 * agreeing as i32 + self.least;
                sum += overlap;
                *number = byte(overlap >> halvings);
            }
            *self.sum += i64::from(sum);
        }
    }
}

/// The largest number that divides all overlaps.
fn unit(sites: i64) -> i64 {
    2 - sites % 2
}

/// The byte of a number, 0 of one that is far.
#[inline(always)]
fn byte(number: i32) -> i8 {
    if number.unsigned_abs() <= u32::from(Signed::LARGEST) { number as i8 } else { 0 }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;
    use proptest::prelude::{any, proptest};

    use super::*;
    use crate::{AsynchronousUpdate, Descent, Patterns, balance::Balance, retrieval::carried::Carried};

    proptest! {
        /// Bytes of overlaps, several sites at a time, turn over the sites that sums of f64 over all patterns turn over, in their
        /// order; patterns become far and near on the way, with odd and with even overlaps.
        #[test]
        fn descents_are_those_of_plain_loops(
            seed in any::<u64>(), count in 1usize..200, sites in 100usize..420, wrong in 0usize..60, random in any::<bool>(),
        ) {
            let mut stream = Key::new(["cubic"]).stream("patterns", seed);
            let memory = DenseMemory::new(Patterns::random(count, sites, &mut stream).unwrap(), Separation::Power(3)).unwrap();
            let cue = match random {
                true => Patterns::random(1, sites, &mut stream).unwrap().state(0),
                false => memory.patterns().state(count / 2).corrupted(wrong, &mut stream).unwrap(),
            };
            let mut fast = Descent::new(&memory, &cue).unwrap();
            let carried = Carried::Any(Balance::new(&memory, memory.patterns().agreements(&cue).unwrap()));
            let mut plain = Descent { memory: &memory, state: cue, carried };
            let mut visits = stream.clone();
            for _ in 0..3 {
                assert_eq!(fast.sweep(&mut stream), plain.sweep(&mut visits));
                assert_eq!(fast.state(), plain.state());
                assert_eq!(fast.energy(), plain.energy());
                assert_eq!(fast.energy(), memory.energy(fast.state()).unwrap());
            }
        }
    }

    /// What the test above compares is what large memories take: this one has far patterns, and few enough.
    #[test]
    fn cues_near_a_pattern_are_carried_in_bytes() {
        let mut stream = Key::new(["cubic"]).stream("patterns", 0);
        for sites in [300, 301] {
            let memory = DenseMemory::new(Patterns::random(500, sites, &mut stream).unwrap(), Separation::Power(3)).unwrap();
            let cue = memory.patterns().state(7).corrupted(10, &mut stream).unwrap();
            let far = Cubic::far(&memory, &memory.patterns().agreements(&cue).unwrap()).unwrap();
            assert_eq!(far.iter().map(|far| (far.pattern, far.overlap)).collect::<Vec<_>>(), [(7, sites as i64 - 20)]);
            assert_eq!(memory.retrieve(&cue, &mut stream).unwrap().state, memory.patterns().state(7));
        }
    }
}
