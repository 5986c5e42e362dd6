//! The inner loops of the fused engine: sixteen replicas to a vector, several of them in turns, and what they draw drawn ahead.

use std::num::NonZeroU64;

use lawbook_core::simd::{LANES, Level, Wide, WideKernel};

use crate::{
    engine::lanes::{Element, LaneNumber},
    engine::noise::{Draws, LaneNoise, Order, Sources},
    engine::number::Number,
    engine::process::{Columns, Process},
};

/// Groups whose steps a thread makes in turns: a step waits for the one before, groups do not wait for each other.
pub(crate) const GROUPS: usize = 4;
/// Steps after which a group is looked at for divergence.
const BURST: u64 = 256;
/// Normals, and words, of sixteen replicas that are drawn at once if a step takes fewer: 4 KiB in f64.
const DRAWN_AT_ONCE: usize = 64;

/// Takes some groups of replicas from one time to another.
pub(crate) struct Advance<'a, P, T> {
    pub(crate) process: &'a P,
    pub(crate) sources: Sources,
    pub(crate) level: Level,
    pub(crate) first: u64,
    pub(crate) from: u64,
    pub(crate) until: u64,
    pub(crate) drawn: &'a mut Drawn<T>,
    pub(crate) columns: &'a mut [[T; LANES]],
    pub(crate) diverged: &'a mut [Option<NonZeroU64>],
}

impl<P: Process, T: Element> WideKernel for Advance<'_, P, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, _: V) {
        let count = P::State::<T::Lanes<V>>::COUNT;
        let mut first = self.first;
        let blocks = self.columns.chunks_exact_mut(GROUPS * count).zip(self.diverged.chunks_exact_mut(GROUPS * LANES));
        for (columns, diverged) in blocks {
            let walk = Walk::new((self.sources, self.level, self.drawn.draws), first, self.from);
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
    diverged: &mut [Option<NonZeroU64>],
    drawn: &mut Drawn<T>,
) {
    let count = P::State::<T::Lanes<V>>::COUNT;
    let mut states = [load::<P, T, V>(columns); GROUPS];
    for (state, columns) in states.iter_mut().zip(columns.chunks_exact(count)) {
        *state = load::<P, T, V>(columns);
    }
    // The end of the steps that are gone through singly.
    let mut slow_until = walk.time;
    while walk.time < until {
        let (before, start) = (states, walk.time);
        let slow = start < slow_until;
        walk.to::<P, T, V>(process, &mut states, until.min(start + if slow { 1 } else { BURST }), drawn);
        store::<P, T, V>(&states, columns);
        for ((state, columns), diverged) in
            states.iter().zip(columns.chunks_exact(count)).zip(diverged.chunks_exact_mut(LANES))
        {
            if slow {
                mark(columns, diverged, walk.time);
            } else if newly_diverged(&zeros::<P, T, V>(state), diverged) {
                slow_until = walk.time;
            }
        }
        if !slow && slow_until > start {
            states = before;
            walk = Walk::new((walk.sources, walk.level, drawn.draws), walk.first, start);
        }
    }
}

#[inline(always)]
fn load<P: Process, T: Element, V: Wide>(columns: &[[T; LANES]]) -> P::State<T::Lanes<V>> {
    P::State::<T::Lanes<V>>::from_fn(|c| T::Lanes::<V>::load(&columns[c]))
}

#[inline(always)]
fn store<P: Process, T: Element, V: Wide>(states: &[P::State<T::Lanes<V>>; GROUPS], columns: &mut [[T; LANES]]) {
    let count = P::State::<T::Lanes<V>>::COUNT;
    for (state, columns) in states.iter().zip(columns.chunks_exact_mut(count)) {
        for (c, column) in columns.iter_mut().enumerate() {
            *column = state.column(c).store();
        }
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
pub(crate) struct Drawn<T> {
    draws: Draws,
    steps: u64,
    normals: Vec<[T; LANES]>,
    words: Vec<[u64; LANES]>,
    halves: Vec<[u32; LANES]>,
}

impl<T: Element> Drawn<T> {
    pub(crate) fn new(draws: Draws) -> Self {
        let steps = (DRAWN_AT_ONCE / draws.normals.max(draws.words).max(draws.halves).max(1)).max(1);
        let normals = vec![[T::default(); LANES]; draws.normals * steps * GROUPS];
        let words = vec![[0; LANES]; draws.words * steps * GROUPS];
        let halves = vec![[0; LANES]; draws.halves * steps * GROUPS];
        Self { draws, steps: steps as u64, normals, words, halves }
    }
}

impl Walk {
    fn new((sources, level, draws): (Sources, Level, Draws), first: u64, time: u64) -> Self {
        let orders = std::array::from_fn(|group| Order::new(&sources, level, first + (group * LANES) as u64, time, draws));
        Self { sources, level, first, time, orders }
    }

    #[inline(always)]
    fn to<P: Process, T: Element, V: Wide>(
        &mut self,
        process: &P,
        states: &mut [P::State<T::Lanes<V>>; GROUPS],
        until: u64,
        drawn: &mut Drawn<T>,
    ) {
        let draws = drawn.draws;
        while self.time < until {
            let steps = drawn.steps.min(until - self.time);
            let [normals, words, halves] = [draws.normals, draws.words, draws.halves].map(|count| count * steps as usize);
            for group in 0..GROUPS {
                let first = self.first + (group * LANES) as u64;
                let from = self.time * draws.normals as u64;
                T::fill_normals(
                    &self.sources.normals,
                    self.level,
                    first,
                    from,
                    &mut drawn.normals[group * normals..][..normals],
                );
                let from = self.time * draws.words as u64;
                self.sources.words.fill_words(self.level, first, from, &mut drawn.words[group * words..][..words]);
                let from = self.time * draws.halves as u64;
                self.sources.halves.fill_halves(self.level, first, from, &mut drawn.halves[group * halves..][..halves]);
            }
            for step in 0..steps as usize {
                for (group, state) in states.iter_mut().enumerate() {
                    let mut noise = LaneNoise {
                        normals: &drawn.normals[group * normals + step * draws.normals..],
                        words: &drawn.words[group * words + step * draws.words..],
                        halves: &drawn.halves[group * halves + step * draws.halves..],
                        order: &mut self.orders[group],
                        time: self.time + step as u64,
                    };
                    process.update(state, &mut noise);
                }
            }
            self.time += steps;
        }
    }
}

/// Zero where the numbers of a replica are finite, NaN elsewhere.
#[inline(always)]
fn zeros<P: Process, T: Element, V: Wide>(state: &P::State<T::Lanes<V>>) -> [T; LANES] {
    let mut sum = T::Lanes::<V>::constant(0.0);
    for c in 0..P::State::<T::Lanes<V>>::COUNT {
        sum = sum + state.column(c) * 0.0;
    }
    sum.store()
}

#[inline(always)]
fn newly_diverged<T: Element>(zeros: &[T; LANES], diverged: &[Option<NonZeroU64>]) -> bool {
    zeros.iter().zip(diverged).any(|(zero, diverged)| zero.to_f64().is_nan() && diverged.is_none())
}

fn is_finite<T: Element>(columns: &[[T; LANES]], lane: usize) -> bool {
    columns.iter().all(|column| column[lane].to_f64().is_finite())
}

fn mark<T: Element>(columns: &[[T; LANES]], diverged: &mut [Option<NonZeroU64>], time: u64) {
    for (lane, diverged) in diverged.iter_mut().enumerate() {
        if diverged.is_none() && !is_finite(columns, lane) {
            *diverged = NonZeroU64::new(time);
        }
    }
}
