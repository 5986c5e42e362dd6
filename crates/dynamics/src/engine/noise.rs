//! What a step of a process draws from.

use lawbook_core::{
    Key,
    random::Lanes as Streams,
    simd::{LANES, Level, place},
};

use crate::{
    engine::lanes::{Element, LaneNumber},
    engine::number::Number,
    engine::process::Process,
    engine::table::Table,
};

/// The random numbers of one step: independent between draws, steps and replicas.
pub trait Noise<X: Number> {
    /// Standard normal.
    fn normal(&mut self) -> X;

    /// Uniform in [0, 1).
    fn uniform(&mut self) -> X;

    /// −1 or 1 with equal chance.
    fn sign(&mut self) -> X;

    /// A row of a table, every row with equal chance (up to 2⁻³² of the number of rows): a sample with replacement.
    fn row<const C: usize>(&mut self, table: &Table<C>) -> [X; C];

    /// The next row in a random order of all of them, and in a new order when all have been there: a sample without
    /// replacement, in epochs. A process may do so with one table only.
    fn next_row<const C: usize>(&mut self, table: &Table<C>) -> [X; C];

    /// The number of steps before this one.
    fn time(&self) -> u64;
}

/// How much of each kind a step draws.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Draws {
    pub(crate) normals: usize,
    /// Words of 64 bits: uniform numbers.
    pub(crate) words: usize,
    /// Words of 32 bits, with the number of places that each chooses from: rows with replacement, and two for a sign.
    pub(crate) places: Vec<u32>,
    /// Rows without replacement.
    pub(crate) rows: usize,
}

impl Draws {
    /// What the first step of a process draws.
    pub(crate) fn of<P: Process>(process: &P, start: P::State<f64>) -> Self {
        let mut draws = Self::default();
        process.step(start, &mut draws);
        draws
    }
}

/// Noise that only counts what is drawn.
impl Noise<f64> for Draws {
    fn normal(&mut self) -> f64 {
        self.normals += 1;
        0.5
    }

    fn uniform(&mut self) -> f64 {
        self.words += 1;
        0.5
    }

    fn sign(&mut self) -> f64 {
        self.places.push(SIGNS);
        1.0
    }

    fn row<const C: usize>(&mut self, table: &Table<C>) -> [f64; C] {
        self.places.push(table.count());
        table.rows()[0]
    }

    fn next_row<const C: usize>(&mut self, table: &Table<C>) -> [f64; C] {
        self.rows += 1;
        table.rows()[0]
    }

    fn time(&self) -> u64 {
        0
    }
}

/// The streams from which an ensemble draws, one of each kind per replica.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sources {
    pub(crate) normals: Streams,
    pub(crate) words: Streams,
    pub(crate) halves: Streams,
    pub(crate) orders: Streams,
}

impl Sources {
    pub(crate) fn new(key: &Key) -> Self {
        let streams = |purpose| key.lanes(purpose);
        Self { normals: streams("normals"), words: streams("words"), halves: streams("halves"), orders: streams("orders") }
    }
}

/// Places that a sign is chosen from: −1 and 1, in the other order.
pub(crate) const SIGNS: u32 = 2;

/// The noise of some steps for sixteen replicas, out of what has been drawn before them.
pub(crate) struct LaneNoise<'a, T> {
    pub(crate) normals: &'a [[T; LANES]],
    pub(crate) words: &'a [[u64; LANES]],
    /// The places that words of 32 bits have chosen, two to a word, and among how many in what is left of this step.
    pub(crate) places: &'a [[u64; LANES / 2]],
    pub(crate) among: &'a [u32],
    /// Among how many in every step.
    pub(crate) every_step: &'a [u32],
    pub(crate) order: &'a mut Order,
    pub(crate) time: u64,
}

impl<T: Element> LaneNoise<'_, T> {
    /// A step begins.
    #[inline(always)]
    pub(crate) fn begin(&mut self) {
        self.among = self.every_step;
    }

    /// All steps have been made.
    #[inline(always)]
    pub(crate) fn end(&self) {
        if !(self.normals.is_empty() && self.words.is_empty() && self.places.is_empty()) {
            drawn_too_little();
        }
    }

    #[inline(always)]
    fn places(&mut self, count: u32) -> &[u64; LANES / 2] {
        let (Some((places, rest)), Some((&among, after))) = (self.places.split_first(), self.among.split_first()) else {
            drawn_too_much()
        };
        if among != count {
            drawn_otherwise(among, count);
        }
        (self.places, self.among) = (rest, after);
        places
    }
}

#[cold]
pub(crate) fn drawn_too_much() -> ! {
    panic!("a step drew more than the first one did: a process has to draw as much at every step, whatever the state")
}

#[cold]
pub(crate) fn drawn_too_little() -> ! {
    panic!("steps drew less than the first one did: a process has to draw as much at every step, whatever the state")
}

#[cold]
pub(crate) fn drawn_otherwise(among: u32, count: u32) -> ! {
    panic!(
        "a step drew from a table of {count} rows where the first one drew from {among} (2 is a sign): a process has to draw in the \
         same order at every step, from tables of the same length"
    )
}

impl<T: Element, X: LaneNumber<T>> Noise<X> for LaneNoise<'_, T> {
    #[inline(always)]
    fn normal(&mut self) -> X {
        let Some((normal, rest)) = self.normals.split_first() else { drawn_too_much() };
        self.normals = rest;
        X::load(normal)
    }

    #[inline(always)]
    fn uniform(&mut self) -> X {
        let Some((word, rest)) = self.words.split_first() else { drawn_too_much() };
        self.words = rest;
        let mut numbers = [T::default(); LANES];
        for (number, bits) in numbers.iter_mut().zip(word) {
            *number = T::uniform(*bits);
        }
        X::load(&numbers)
    }

    #[inline(always)]
    fn sign(&mut self) -> X {
        let (places, mut signs) = (self.places(SIGNS), [T::from_f64(1.0); LANES]);
        for (lane, sign) in signs.iter_mut().enumerate() {
            *sign = T::from_f64(1.0 - 2.0 * (places[lane / 2] >> (lane % 2 * 32) & 1) as f64);
        }
        X::load(&signs)
    }

    #[inline(always)]
    fn row<const C: usize>(&mut self, table: &Table<C>) -> [X; C] {
        X::gather(table, self.places(table.count()))
    }

    #[inline(always)]
    fn next_row<const C: usize>(&mut self, table: &Table<C>) -> [X; C] {
        let mut columns = [[T::default(); LANES]; C];
        for (lane, row) in self.order.next(table.rows().len()).into_iter().enumerate() {
            let row = &table.rows()[row as usize];
            (0..C).for_each(|c| columns[c][lane] = T::from_f64(row[c]));
        }
        std::array::from_fn(|c| X::load(&columns[c]))
    }

    #[inline(always)]
    fn time(&self) -> u64 {
        self.time
    }
}

/// Random orders of the rows of a table, one for each of sixteen replicas and for every epoch.
pub(crate) struct Order {
    streams: Streams,
    level: Level,
    first: u64,
    /// Rows drawn so far by each replica, over all epochs.
    drawn: u64,
    /// The epoch whose orders these are, if any.
    epoch: Option<u64>,
    orders: Vec<[u32; LANES]>,
}

impl Order {
    /// The orders of replicas `first`, … at a time, of steps that draw some `rows`.
    pub(crate) fn new(sources: &Sources, level: Level, first: u64, time: u64, rows: usize) -> Self {
        let (streams, drawn) = (sources.orders, time * rows as u64);
        Self { streams, level, first, drawn, epoch: None, orders: Vec::new() }
    }

    /// The next row of each replica, of `n`.
    pub(crate) fn next(&mut self, n: usize) -> [u32; LANES] {
        let (epoch, place) = (self.drawn / n as u64, (self.drawn % n as u64) as usize);
        if self.epoch != Some(epoch) {
            self.shuffle(n, epoch);
        }
        self.drawn += 1;
        self.orders[place]
    }

    /// Fisher–Yates in every lane, with the words of this epoch.
    fn shuffle(&mut self, n: usize, epoch: u64) {
        self.orders = (0..n).map(|row| [row as u32; LANES]).collect();
        for last in (1..n).rev() {
            let mut word = [[0; LANES]];
            self.streams.fill_words(self.level, self.first, epoch * n as u64 + last as u64, &mut word);
            for (lane, bits) in word[0].into_iter().enumerate() {
                let other = place((bits >> 32) as u32, last + 1);
                let swapped = self.orders[last][lane];
                self.orders[last][lane] = self.orders[other][lane];
                self.orders[other][lane] = swapped;
            }
        }
        self.epoch = Some(epoch);
    }
}
