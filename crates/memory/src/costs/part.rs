//! What adds up over some tiles of patterns, for several states.

use lawbook_core::{
    popcount::{Adding, Looked, Numbers, REST, SITES, Sums, TILE, Tile, lift, widen},
    simd::Level,
};

use super::DIGIT;
use crate::Patterns;

/// Lifts that fit into 16 bits.
const LIFTS: u32 = 1 << REST;

/// Sums under way.
pub(super) struct Part<const D: usize> {
    pub(super) tile: Tile,
    /// By state, the weights of the tile's patterns, and what was looked up with them.
    pub(super) weights: Vec<[Numbers; D]>,
    pub(super) looked: Vec<Looked<2>>,
    pub(super) asked: Vec<Asked<D>>,
    /// By digit, state and site, the weights of patterns with bit 1 there: below 2⁶ or of the last tiles; and what was lifted.
    /// States follow one another: so the processor asks for the sums of the next in time.
    narrow: [Vec<Sums>; D],
    upper: [Vec<Sums>; D],
    /// By bit of a pattern, the patterns that have it, where they are counted.
    pub(super) ones: Vec<u32>,
}

/// All sums of some states, over the tiles of one part or of several.
pub(super) struct Done {
    pub(super) added: Vec<Added>,
    pub(super) ones: Vec<u32>,
}

/// What is known of the sums for a state.
pub(super) struct Asked<const D: usize> {
    pub(super) totals: Totals,
    /// The weights of the tile add up to this much at most,
    pub(super) most: u32,
    /// those that are not lifted to this.
    pending: u32,
    /// Sums were lifted so many times since they were widened.
    lifts: u32,
    /// By digit and site, what was lifted before that.
    sums: [Vec<u32>; D],
}

/// What adds up over patterns but not by site.
#[derive(Debug, Clone, Default)]
pub(super) struct Totals {
    /// Patterns in range, and the numbers of their stakes (but for single ones) and gains.
    pub(super) inside: i64,
    pub(super) stakes: u64,
    pub(super) gains: u64,
    /// Patterns that are added one by one, with what their stake exceeds the base by.
    pub(super) single: Vec<(usize, i64)>,
    pub(super) single_gains: i64,
}

/// All sums for a state.
pub(super) struct Added {
    pub(super) totals: Totals,
    /// By site, the numbers of the stakes of patterns with bit 1 there.
    pub(super) of_ones: Vec<u64>,
}

impl<const D: usize> Part<D> {
    /// Nothing added up yet, for so many states of so many words.
    pub(super) fn new(states: usize, words: usize) -> Self {
        let tile = Tile::new(Level::widest(), words);
        let looked = vec![Looked { sums: [0; 2], outside: 0 }; states];
        let asked = (0..states).map(|_| Asked::new(words * TILE)).collect();
        let sums = || [(); D].map(|()| vec![Sums::default(); states * words * TILE / SITES]);
        let (weights, ones) = (vec![[Numbers::default(); D]; states], vec![0; words * TILE]);
        Self { tile, weights, looked, asked, narrow: sums(), upper: sums(), ones }
    }

    /// Adds the weights of the tile, and meanwhile asks for the patterns from number `next` on. A slab of the tile stays close to
    /// the processor while it is added for one state after the other.
    pub(super) fn add(&mut self, patterns: &Patterns, next: usize) {
        let of_state = self.ones.len() / SITES;
        // All at a time, for a processor does not guess which are next.
        let lifting = self.asked.iter().any(|asked| asked.pending + asked.most > u32::from(u16::MAX));
        for (state, asked) in self.asked.iter_mut().enumerate() {
            if lifting {
                asked.lift(self.upper.each_mut().map(|upper| &mut upper[state * of_state..][..of_state]));
            }
            asked.pending += asked.most;
        }
        let pairs = self.asked.len().div_ceil(2);
        let (lines, additions) = (self.tile.lines(), self.tile.slabs().len() * pairs);
        let mut shares = (0..additions).map(|addition| addition * lines / additions..(addition + 1) * lines / additions);
        for slab in self.tile.slabs() {
            let blocks = slab.start * TILE / SITES..slab.end * TILE / SITES;
            self.tile.pack(slab);
            for (pair, weights) in self.weights.chunks(2).enumerate() {
                self.tile.fetch(patterns.planes(), patterns.count(), next, shares.next().unwrap_or_default());
                let of_pair = 2 * pair * of_state..(2 * pair + weights.len()) * of_state;
                for ((digit, narrow), upper) in self.narrow.iter_mut().enumerate().zip(&mut self.upper) {
                    let of_states = |sums| <[Sums]>::chunks_exact_mut(sums, of_state);
                    let sums = of_states(&mut narrow[of_pair.clone()]).zip(of_states(&mut upper[of_pair.clone()]));
                    let mut both = weights.iter().zip(sums).map(|(weights, (sums, upper))| Adding {
                        weights: &weights[digit],
                        sums: &mut sums[blocks.clone()],
                        upper: lifting.then_some(&mut upper[blocks.clone()]),
                    });
                    match (both.next(), both.next()) {
                        (Some(one), Some(other)) => self.tile.add_weights(&mut [one, other]),
                        (Some(one), None) => self.tile.add_weights(&mut [one]),
                        _ => {}
                    }
                }
            }
        }
    }

    /// Counts the tile's patterns with each bit.
    pub(super) fn count(&mut self) {
        self.tile.turn();
        self.tile.add_ones(&mut self.ones);
    }

    pub(super) fn finish(mut self) -> Done {
        let of_state = self.ones.len() / SITES;
        let finish = |(state, asked): (usize, Asked<D>)| {
            let part = state * of_state..(state + 1) * of_state;
            let narrow = self.narrow.each_mut().map(|narrow| &mut narrow[part.clone()]);
            asked.finish(narrow, self.upper.each_mut().map(|upper| &mut upper[part.clone()]))
        };
        Done { added: self.asked.into_iter().enumerate().map(finish).collect(), ones: self.ones }
    }
}

impl<const D: usize> Asked<D> {
    fn new(sites: usize) -> Self {
        let sums = [(); D].map(|()| vec![0; sites]);
        Self { totals: Totals::default(), most: 0, pending: 0, lifts: 0, sums }
    }

    /// Makes room for what will be lifted.
    fn lift(&mut self, upper: [&mut [Sums]; D]) {
        if self.lifts == LIFTS {
            self.widen(upper);
        }
        self.pending = (1 << REST) - 1;
        self.lifts += 1;
    }

    fn widen(&mut self, upper: [&mut [Sums]; D]) {
        for (upper, sums) in upper.into_iter().zip(&mut self.sums) {
            widen(Level::widest(), upper, sums.as_chunks_mut().0);
        }
        self.lifts = 0;
    }

    fn finish(mut self, mut narrow: [&mut [Sums]; D], mut upper: [&mut [Sums]; D]) -> Added {
        self.lift(upper.each_mut().map(|upper| &mut **upper));
        narrow.iter_mut().zip(&mut upper).for_each(|(narrow, upper)| lift(Level::widest(), narrow, upper));
        self.widen(upper);
        let mut of_ones = vec![0; self.sums[0].len()];
        for (digit, (narrow, sums)) in narrow.iter().zip(&self.sums).enumerate() {
            let rests = narrow.iter().flat_map(|Sums(rests)| rests);
            for ((of_ones, &sum), &rest) in of_ones.iter_mut().zip(sums).zip(rests) {
                *of_ones += ((u64::from(sum) << REST) + u64::from(rest)) << (DIGIT * digit as u32);
            }
        }
        Added { totals: self.totals, of_ones }
    }
}

impl Done {
    /// Together with those of other tiles.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.ones.iter_mut().zip(other.ones).for_each(|(mine, theirs)| *mine += theirs);
        self.added.iter_mut().zip(other.added).for_each(|(mine, theirs)| mine.add(theirs));
        self
    }
}

impl Added {
    fn add(&mut self, other: Self) {
        self.of_ones.iter_mut().zip(other.of_ones).for_each(|(mine, theirs)| *mine += theirs);
        let (mine, theirs) = (&mut self.totals, other.totals);
        mine.inside += theirs.inside;
        mine.stakes += theirs.stakes;
        mine.gains += theirs.gains;
        mine.single.extend(theirs.single);
        mine.single_gains += theirs.single_gains;
    }
}
