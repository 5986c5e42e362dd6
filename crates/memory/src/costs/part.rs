//! What adds up over some tiles of patterns, for several states.

use lawbook_core::{
    popcount::{Adding, Looked, Numbers, Page, Queries, REST, SITES, Strip, Sums, TILE, Turned, lift, widen},
    simd::Level,
};

use crate::Patterns;

/// Lifts that fit into 16 bits.
const LIFTS: u32 = 1 << REST;

/// Sums under way.
pub(super) struct Part<const D: usize> {
    pub(super) strip: Strip,
    /// By tile of the strip and state, the numbers of sites at which patterns differ.
    pub(super) counts: Vec<Numbers>,
    digit_bits: u32,
    /// The tile that is added.
    turned: Turned,
    /// By state, the weights of the tile's patterns, and what was looked up with them.
    pub(super) weights: Vec<[Numbers; D]>,
    pub(super) looked: Vec<Looked<2>>,
    pub(super) totals: Vec<Totals>,
    /// By state, what the weights of the tile add up to at most, and those that are not lifted.
    pub(super) most: Vec<u32>,
    pending: Vec<u32>,
    /// Sums were lifted so many times since they were widened.
    lifts: u32,
    /// By digit, state, slab and site, the weights of patterns with bit 1 there: below 2⁶ or of the last tiles; what was lifted; and
    /// what was lifted before that. States follow one another: so the processor asks for the sums of the next in time.
    narrow: [Vec<Page>; D],
    upper: [Vec<Page>; D],
    wide: [Vec<Wide>; D],
    /// Of the patterns of its tiles, where they are counted.
    ones: Ones,
}

/// How many patterns there are.
#[derive(Debug, Clone, Default)]
pub(super) struct Ones {
    /// By bit of a pattern, those that have it.
    pub(super) all: Vec<u32>,
    /// By bit, those of them with an odd number of bits 1; and all of these.
    pub(super) odd: Vec<u32>,
    pub(super) odd_patterns: i64,
}

/// As many sums of 32 bits as a page has.
type Wide = [[u32; SITES]; size_of::<Page>() / size_of::<Sums>()];

/// All sums of some states, over the tiles of one part or of several.
pub(super) struct Done {
    pub(super) added: Vec<Added>,
    pub(super) ones: Ones,
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
    pub(super) of_ones: Vec<i64>,
}

impl<const D: usize> Part<D> {
    /// Nothing added up yet, for states of so many words and digits of so many bits.
    pub(super) fn new(queries: &Queries, words: usize, digit_bits: u32) -> Self {
        let (states, strip) = (queries.count(), Strip::new(Level::widest(), queries));
        let turned = Turned::new(Level::widest(), words);
        let pages = states * turned.slabs().len();
        Self {
            counts: vec![Numbers::default(); queries.tiles() * states],
            strip,
            digit_bits,
            turned,
            weights: vec![[Numbers::default(); D]; states],
            looked: vec![Looked { sums: [0; 2], outside: 0 }; states],
            totals: vec![Totals::default(); states],
            most: vec![0; states],
            pending: vec![0; states],
            lifts: 0,
            narrow: [(); D].map(|()| vec![Page::default(); pages]),
            upper: [(); D].map(|()| vec![Page::default(); pages]),
            wide: [(); D].map(|()| vec![Wide::default(); pages]),
            ones: Ones { all: vec![0; words * TILE], odd: vec![0; words * TILE], odd_patterns: 0 },
        }
    }

    /// Adds the weights of a tile of the strip, and with the last of them asks for the patterns from number `next` on. A slab of the
    /// tile stays close to the processor while it is added for one state after the other.
    pub(super) fn add(&mut self, number: usize, patterns: &Patterns, next: usize) {
        // All at a time, for a processor does not guess which are next.
        let sums = || self.pending.iter().zip(&self.most).map(|(pending, most)| pending + most);
        let lifting = sums().fold(0, |bits, sum| bits | sum) > u32::from(u16::MAX);
        if lifting {
            self.make_room();
        }
        self.pending.iter_mut().zip(&self.most).for_each(|(pending, most)| *pending += most);
        let Self { strip, turned, weights, narrow, upper, .. } = self;
        let (pairs, slabs) = (weights.len().div_ceil(2), turned.slabs().len());
        // In shares of the same size, for divisions take longer than a line.
        let lines = if number + 1 == strip.tiles() { strip.lines() } else { 0 };
        let (share, mut asked) = (lines.div_ceil(slabs * pairs), 0);
        for (place, slab) in turned.slabs().enumerate() {
            let blocks = slab.len() * TILE / SITES;
            strip.pack(number, slab, turned);
            for (pair, weights) in weights.chunks(2).enumerate() {
                strip.fetch(patterns.planes(), patterns.count(), next, asked..lines.min(asked + share));
                asked = lines.min(asked + share);
                let from = 2 * pair * slabs + place;
                for (digit, (narrow, upper)) in narrow.iter_mut().zip(&mut *upper).enumerate() {
                    let pages = narrow[from..].iter_mut().step_by(slabs).zip(upper[from..].iter_mut().step_by(slabs));
                    let mut both = weights.iter().zip(pages).map(|(weights, (Page(sums), Page(upper)))| Adding {
                        weights: &weights[digit],
                        sums: &mut sums[..blocks],
                        upper: lifting.then_some(&mut upper[..blocks]),
                    });
                    match (both.next(), both.next()) {
                        (Some(one), Some(other)) => turned.add_weights(&mut [one, other]),
                        (Some(one), None) => turned.add_weights(&mut [one]),
                        _ => {}
                    }
                }
            }
        }
    }

    /// Makes room for what will be lifted.
    fn make_room(&mut self) {
        if self.lifts == LIFTS {
            self.widen();
        }
        self.pending.fill((1 << REST) - 1);
        self.lifts += 1;
    }

    fn widen(&mut self) {
        for (Page(upper), wide) in self.upper.iter_mut().flatten().zip(self.wide.iter_mut().flatten()) {
            widen(Level::widest(), upper, wide);
        }
        self.lifts = 0;
    }

    /// Counts a tile's patterns with each bit.
    pub(super) fn count(&mut self, number: usize) {
        self.strip.turn(number, &mut self.turned);
        let Ones { all, odd, odd_patterns } = &mut self.ones;
        *odd_patterns += i64::from(self.turned.add_ones(all, odd));
    }

    pub(super) fn finish(mut self) -> Done {
        self.make_room();
        for (Page(narrow), Page(upper)) in self.narrow.iter_mut().flatten().zip(self.upper.iter_mut().flatten()) {
            lift(Level::widest(), narrow, upper);
        }
        self.widen();
        let slabs = self.turned.slabs().len();
        let finish = |(state, totals): (usize, Totals)| {
            let mut of_ones = vec![0; self.ones.all.len()];
            for (digit, (narrow, wide)) in self.narrow.iter().zip(&self.wide).enumerate() {
                let narrow = narrow[state * slabs..][..slabs].iter().flat_map(|Page(narrow)| narrow);
                let sums = narrow.zip(wide[state * slabs..][..slabs].as_flattened());
                for (of_ones, (Sums(rests), sums)) in of_ones.as_chunks_mut().0.iter_mut().zip(sums) {
                    add_digit(of_ones, rests, sums, self.digit_bits * digit as u32);
                }
            }
            Added { totals, of_ones }
        };
        Done { added: std::mem::take(&mut self.totals).into_iter().enumerate().map(finish).collect(), ones: self.ones }
    }
}

/// Adds numbers that are written as a rest and what was lifted.
fn add_digit<const N: usize>(numbers: &mut [i64; N], rests: &[u16; N], lifted: &[u32; N], shift: u32) {
    for (number, (&rest, &lifted)) in numbers.iter_mut().zip(rests.iter().zip(lifted)) {
        *number += ((i64::from(lifted) << REST) + i64::from(rest)) << shift;
    }
}

impl Done {
    /// Together with those of other tiles.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.ones.all.iter_mut().zip(other.ones.all).for_each(|(mine, theirs)| *mine += theirs);
        self.ones.odd.iter_mut().zip(other.ones.odd).for_each(|(mine, theirs)| *mine += theirs);
        self.ones.odd_patterns += other.ones.odd_patterns;
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
