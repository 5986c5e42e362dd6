//! What no implementation of an ensemble's steps leaves out, done alone.

use std::hint::black_box;

use lawbook_core::{
    random::Lanes,
    simd::{LANES, Level, Wide, WideKernel},
};
use lawbook_dynamics::engine::{lanes::Element, table::Table};
use rayon::prelude::*;

/// What is done for every step of sixteen replicas.
pub(crate) enum Floor {
    /// Two normals are drawn.
    Normals,
    /// So they are, and so many weights in f32 are read, changed by one multiply-add and written.
    Weights(usize),
    /// A word of 32 bits is drawn.
    Words,
    /// So it is, and the row that it chooses is read: both columns as f32 in one number.
    Rows(Vec<u64>),
}

impl Floor {
    /// Rows of a table in single precision.
    pub(crate) fn rows(table: &Table<2>) -> Self {
        let bits = |x: f64| u64::from((x as f32).to_bits());
        Self::Rows(table.rows().iter().map(|[x, y]| bits(*x) | bits(*y) << 32).collect())
    }

    /// Does it for so many steps of so many groups of sixteen.
    pub(crate) fn work<T: Element>(&self, lanes: &Lanes, groups: u64, steps: u64) {
        let level = Level::widest();
        match self {
            Self::Normals => {
                draw(groups, 2 * steps, || (), |(), first, from, numbers| normals::<T>(lanes, first, from, numbers))
            }
            Self::Weights(count) => draw(
                groups,
                2 * steps,
                || vec![Line([1.0; LANES]); *count],
                |weights, first, from, numbers: &mut [[T; LANES]]| {
                    normals::<T>(lanes, first, from, numbers);
                    level.run(Change { weights, times: numbers.len() / 2 });
                },
            ),
            Self::Words => draw(
                groups,
                steps,
                || (),
                |(), first, from, words: &mut [[u32; LANES]]| lanes.fill_halves(level, first, from, words),
            ),
            Self::Rows(table) => draw(
                groups,
                steps,
                || (),
                |(), first, from, places: &mut [[u64; LANES / 2]]| {
                    lanes.fill_places(level, first, from, &[table.len() as u32], places);
                    black_box(level.run(Read { places, table }));
                },
            ),
        }
    }
}

/// Numbers drawn before the next group has its turn.
const AT_ONCE: u64 = 256;

fn draw<X: Copy + Default, const N: usize, S>(
    groups: u64,
    draws: u64,
    room: impl Fn() -> S + Sync + Send,
    work: impl Fn(&mut S, u64, u64, &mut [[X; N]]) + Sync + Send,
) {
    let begin = || ([[X::default(); N]; AT_ONCE as usize], room());
    (0..groups as usize).into_par_iter().with_min_len(4).for_each_init(begin, |(numbers, room), group| {
        for from in (0..draws).step_by(AT_ONCE as usize) {
            work(room, (group * LANES) as u64, from, &mut numbers[..AT_ONCE.min(draws - from) as usize]);
            black_box(&*numbers);
        }
    });
}

fn normals<T: Element>(lanes: &Lanes, first: u64, from: u64, numbers: &mut [[T; LANES]]) {
    T::fill_normals(lanes, Level::widest(), first, from, numbers);
}

/// A line of the cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([f32; LANES]);

/// Changes weights so many times.
struct Change<'a> {
    weights: &'a mut [Line],
    times: usize,
}

impl WideKernel for Change<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, like: V) {
        let half = like.splat_f32(0.5);
        for _ in 0..self.times {
            for weights in black_box(&mut *self.weights) {
                weights.0 = like.load_f32(&weights.0).fma_f32(half, half).store_f32();
            }
        }
    }
}

/// Reads rows.
struct Read<'a> {
    places: &'a [[u64; LANES / 2]],
    table: &'a [u64],
}

impl WideKernel for Read<'_> {
    type Output = [u64; 8];

    #[inline(always)]
    fn run<V: Wide>(self, like: V) -> Self::Output {
        let mut all = like;
        for places in self.places {
            let [first, last] = like.gather(self.table, places);
            all = all.xor(first).xor(last);
        }
        all.store()
    }
}
