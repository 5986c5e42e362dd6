//! The inner loops of the fused engine: sixteen replicas to a vector, several of them in turns, and what they draw drawn ahead.

use std::{hint::black_box, num::NonZeroU64};

use lawbook_core::simd::{LANES, Level, Wide, WideKernel};

use crate::{
    engine::lanes::{Element, LaneNumber},
    engine::noise::{Draws, LaneNoise, Order, Sources},
    engine::number::Number,
    engine::process::Process,
    engine::state::Columns,
};

/// Groups whose steps a thread makes in turns: a step waits for the one before, groups do not wait for each other.
pub(crate) const GROUPS: usize = 4;
/// Steps after which a group is looked at for divergence.
const BURST: u64 = 256;
/// Normals, and words, of sixteen replicas that are drawn at once if a step takes fewer: 32 KiB in f64, for four groups half of a small
/// second-level cache. Steps and draws begin slowly: a quarter of it takes 6 % more time.
const DRAWN_AT_ONCE: usize = 256;

/// The steps after which the replicas of a group were first not finite, if that has happened to any.
pub(crate) type Diverged = Option<Box<[Option<NonZeroU64>; LANES]>>;

/// Takes some groups of replicas from one time to another.
pub(crate) struct Advance<'a, 'd, P, T> {
    pub(crate) process: &'a P,
    pub(crate) sources: Sources,
    pub(crate) level: Level,
    pub(crate) first: u64,
    pub(crate) from: u64,
    pub(crate) until: u64,
    pub(crate) drawn: &'a mut Drawn<'d, T>,
    pub(crate) columns: &'a mut [[T; LANES]],
    pub(crate) diverged: &'a mut [Diverged],
}

impl<P: Process, T: Element> WideKernel for Advance<'_, '_, P, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, _: V) {
        let count = P::State::<T::Lanes<V>>::COUNT;
        let mut first = self.first;
        let blocks = self.columns.chunks_exact_mut(GROUPS * count).zip(self.diverged.chunks_exact_mut(GROUPS));
        for (columns, diverged) in blocks {
            let walk = Walk::new((self.sources, self.level, self.drawn.draws.rows), first, self.from);
            advance::<P, T, V>(self.process, walk, self.until, columns, diverged, self.drawn);
            first += (GROUPS * LANES) as u64;
        }
    }
}

/// Takes some groups to a time, and notes which replicas diverge on the way: where one has, the same numbers are gone through
/// once more, a step at a time.
#[inline(always)]
fn advance<P: Process, T: Element, V: Wide>(
    process: &P,
    mut walk: Walk,
    until: u64,
    columns: &mut [[T; LANES]],
    diverged: &mut [Diverged],
    drawn: &mut Drawn<'_, T>,
) {
    let mut states = load::<P, T, V>(columns);
    // The end of the steps that are gone through singly.
    let mut slow_until = walk.time;
    while walk.time < until {
        let start = walk.time;
        let slow = start < slow_until;
        walk.to::<P, T, V>(process, &mut states, until.min(start + if slow { 1 } else { BURST }), drawn);
        if !slow && newly_diverged::<P, T, V>(&states, diverged) {
            slow_until = walk.time;
            states = load::<P, T, V>(columns);
            walk = Walk::new((walk.sources, walk.level, drawn.draws.rows), walk.first, start);
            continue;
        }
        store::<P, T, V>(&states, columns);
        if slow {
            mark(columns, diverged, walk.time);
        }
    }
}

#[inline(always)]
fn load<P: Process, T: Element, V: Wide>(columns: &[[T; LANES]]) -> [P::State<T::Lanes<V>>; GROUPS] {
    let count = P::State::<T::Lanes<V>>::COUNT;
    let mut states = [P::State::<T::Lanes<V>>::load(columns); GROUPS];
    for group in 1..GROUPS {
        states[group] = P::State::<T::Lanes<V>>::load(&columns[group * count..]);
    }
    states
}

#[inline(always)]
fn store<P: Process, T: Element, V: Wide>(states: &[P::State<T::Lanes<V>>; GROUPS], columns: &mut [[T; LANES]]) {
    let count = P::State::<T::Lanes<V>>::COUNT;
    for (group, state) in states.iter().enumerate() {
        state.store(&mut columns[group * count..]);
    }
}

/// Groups of sixteen replicas on their way.
struct Walk {
    sources: Sources,
    level: Level,
    first: u64,
    time: u64,
    orders: [Order; GROUPS],
}

/// Room for what some steps draw.
pub(crate) struct Drawn<'a, T> {
    draws: &'a Draws,
    steps: u64,
    normals: Aligned<T>,
    words: Vec<[u64; LANES]>,
    places: Vec<[u64; LANES / 2]>,
}

impl<'a, T: Element> Drawn<'a, T> {
    /// For at most so many steps.
    pub(crate) fn new(draws: &'a Draws, most: u64) -> Self {
        let steps = (DRAWN_AT_ONCE / draws.normals.max(draws.words).max(draws.places.len()).max(1)).max(1);
        // Normals in f64 are made by eight: most often all steps together should draw whole eights.
        let steps = if steps >= 8 { steps / 8 * 8 } else { 1 << steps.ilog2() };
        let steps = most.clamp(1, steps as u64) as usize;
        let normals = Aligned::new(draws.normals * steps * GROUPS);
        let words = vec![[0; LANES]; draws.words * steps * GROUPS];
        let places = vec![[0; LANES / 2]; draws.places.len() * steps * GROUPS];
        Self { draws, steps: steps as u64, normals, words, places }
    }

    /// What a group draws in so many steps.
    #[inline(always)]
    fn noise<'n>(&'n self, group: usize, steps: u64, order: &'n mut Order, time: u64) -> LaneNoise<'n, T> {
        let draws = self.draws;
        let range = |count: usize| group * steps as usize * count..(group + 1) * steps as usize * count;
        LaneNoise {
            normals: &self.normals.rows()[range(draws.normals)],
            words: &self.words[range(draws.words)],
            places: &self.places[range(draws.places.len())],
            among: &[],
            every_step: &draws.places,
            order,
            time,
        }
    }
}

/// Rows that begin where lines of the cache do: a vector that lies across two of them takes twice the time.
struct Aligned<T> {
    numbers: Vec<T>,
    before: usize,
}

const LINE: usize = 64;

impl<T: Element> Aligned<T> {
    fn new(rows: usize) -> Self {
        let numbers = vec![T::default(); rows * LANES + LINE / size_of::<T>()];
        let before = numbers.as_ptr().align_offset(LINE).min(LINE / size_of::<T>());
        Self { numbers, before }
    }

    #[inline(always)]
    fn rows(&self) -> &[[T; LANES]] {
        self.numbers[self.before..].as_chunks().0
    }

    #[inline(always)]
    fn rows_mut(&mut self) -> &mut [[T; LANES]] {
        self.numbers[self.before..].as_chunks_mut().0
    }
}

impl Walk {
    fn new((sources, level, rows): (Sources, Level, usize), first: u64, time: u64) -> Self {
        let orders = std::array::from_fn(|group| Order::new(&sources, level, first + (group * LANES) as u64, time, rows));
        Self { sources, level, first, time, orders }
    }

    #[inline(always)]
    fn to<P: Process, T: Element, V: Wide>(
        &mut self,
        process: &P,
        states: &mut [P::State<T::Lanes<V>>; GROUPS],
        until: u64,
        drawn: &mut Drawn<'_, T>,
    ) {
        let draws = drawn.draws;
        while self.time < until {
            let steps = drawn.steps.min(until - self.time);
            let counts = [draws.normals, draws.words, draws.places.len()];
            let [normals, words, places] = counts.map(|count| count * steps as usize);
            for group in 0..GROUPS {
                let first = self.first + (group * LANES) as u64;
                let [from, from_word, from_half] = counts.map(|count| self.time * count as u64);
                let into = &mut drawn.normals.rows_mut()[group * normals..][..normals];
                T::fill_normals(&self.sources.normals, self.level, first, from, into);
                let into = &mut drawn.words[group * words..][..words];
                self.sources.words.fill_words(self.level, first, from_word, into);
                let into = &mut drawn.places[group * places..][..places];
                self.sources.halves.fill_places(self.level, first, from_half, &draws.places, into);
            }
            let [a, b, c, d] = &mut self.orders;
            let noise = |group: usize, order| drawn.noise(group, steps, order, self.time);
            make::<P, T, V>(process, states, [noise(0, a), noise(1, b), noise(2, c), noise(3, d)], steps);
            self.time += steps;
        }
    }
}

/// Bytes of a state up to which those of all groups stay in registers from step to step, with room for the arithmetic: half of
/// the registers of 512 bits.
const IN_REGISTERS: usize = 16 / GROUPS * 64;

/// Makes so many steps, with all that they draw.
#[inline(always)]
fn make<P: Process, T: Element, V: Wide>(
    process: &P,
    states: &mut [P::State<T::Lanes<V>>; GROUPS],
    mut noises: [LaneNoise<'_, T>; GROUPS],
    steps: u64,
) {
    if const { V::REGISTERS == 1 && size_of::<P::State<T::Lanes<V>>>() <= IN_REGISTERS } {
        // Where they lie is hidden, as compilers else keep them in memory here for the sake of the calls between such loops. Written
        // out, as another loop would not have them in registers either.
        let states = black_box(states);
        let ([mut a, mut b, mut c, mut d], [mut for_a, mut for_b, mut for_c, mut for_d]) = (*states, noises);
        for _ in 0..steps {
            step::<P, T, V>(process, &mut a, &mut for_a);
            step::<P, T, V>(process, &mut b, &mut for_b);
            step::<P, T, V>(process, &mut c, &mut for_c);
            step::<P, T, V>(process, &mut d, &mut for_d);
        }
        *states = [a, b, c, d];
        [for_a, for_b, for_c, for_d].iter().for_each(LaneNoise::end);
    } else {
        for _ in 0..steps {
            for (state, noise) in states.iter_mut().zip(&mut noises) {
                step::<P, T, V>(process, state, noise);
            }
        }
        noises.iter().for_each(LaneNoise::end);
    }
}

#[inline(always)]
fn step<P: Process, T: Element, V: Wide>(process: &P, state: &mut P::State<T::Lanes<V>>, noise: &mut LaneNoise<'_, T>) {
    noise.begin();
    process.update(state, noise);
    noise.time += 1;
}

/// Whether a replica is no longer finite that was so before.
#[inline(always)]
fn newly_diverged<P: Process, T: Element, V: Wide>(states: &[P::State<T::Lanes<V>>; GROUPS], diverged: &[Diverged]) -> bool {
    let mut newly = false;
    for (state, diverged) in states.iter().zip(diverged) {
        // Zero where the numbers of a replica are finite, NaN elsewhere.
        let mut sum = T::Lanes::<V>::constant(0.0);
        for c in 0..P::State::<T::Lanes<V>>::COUNT {
            sum = sum + state.column(c) * 0.0;
        }
        let before = |lane: usize| diverged.as_ref().is_some_and(|steps| steps[lane].is_some());
        newly |= sum.store().iter().enumerate().any(|(lane, zero)| zero.to_f64().is_nan() && !before(lane));
    }
    newly
}

fn is_finite<T: Element>(columns: &[[T; LANES]], lane: usize) -> bool {
    columns.iter().all(|column| column[lane].to_f64().is_finite())
}

/// Notes which replicas of the groups in some columns are no longer finite.
fn mark<T: Element>(columns: &[[T; LANES]], diverged: &mut [Diverged], time: u64) {
    let count = columns.len() / GROUPS;
    for (columns, diverged) in columns.chunks_exact(count).zip(diverged) {
        for lane in (0..LANES).filter(|&lane| !is_finite(columns, lane)) {
            let step = &mut diverged.get_or_insert_default()[lane];
            *step = step.or(NonZeroU64::new(time));
        }
    }
}
