//! The engine on the unit of two weights under label noise, beside its floor: drawing the same normals and doing nothing else.
//!
//! `cargo bench -p lawbook-dynamics`; with `--profile dev` nothing is compiled a second time. `cargo xtask bench --peers` does the
//! same work in JAX, numba and libtorch.

use std::{hint::black_box, time::Instant};

use lawbook_core::{Key, simd::LANES, simd::Level};
use lawbook_dynamics::{
    Ensemble,
    engine::lanes::Element,
    systems::two_layer::{Sgd, Weights},
    theory::moments::NoisyLine,
};
use rayon::prelude::*;

/// Replicas and steps of each measurement.
const SIZES: [(u64, u64); 2] = [(10_000, 5000), (1_000_000, 50)];
/// The fastest of so many is taken: what disturbs only adds.
const TRIALS: usize = 7;
/// An input and the noise of its label.
const NORMALS_PER_STEP: u64 = 2;
/// Rows of normals that the floor draws at once, as many as the engine. Normals in f64 are made by eight rows: where a number is no
/// multiple of that, the floor draws what nobody asks for and flatters the engine.
const AT_ONCE: u64 = 256;

fn main() {
    println!("{:>10} {:>6} {:>5} {:>18} {:>11}", "replicas", "steps", "kind", "ns/replica-step", "over floor");
    for (replicas, steps) in SIZES {
        measure::<f32>("f32", replicas, steps);
        measure::<f64>("f64", replicas, steps);
    }
}

fn measure<T: Element>(kind: &str, replicas: u64, steps: u64) {
    let (work, floor) = (0..TRIALS).fold((f64::INFINITY, f64::INFINITY), |(work, floor), _| {
        (work.min(seconds(|| run::<T>(replicas, steps))), floor.min(seconds(|| draw::<T>(replicas, steps))))
    });
    let each = 1e9 * work / (replicas * steps) as f64;
    println!("{replicas:>10} {steps:>6} {kind:>5} {each:>18.2} {:>11.2}", work / floor);
}

fn seconds(work: impl Fn()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn run<T: Element>(replicas: u64, steps: u64) {
    let sgd = Sgd { data: NoisyLine { slope: 1.0, noise: 1.0 }, rate: 0.01, batch: 1 };
    let start = |_| Weights::balanced(0.6).state();
    let mut ensemble = Ensemble::<_, T>::new(sgd, replicas, &Key::new(["bench"]), start);
    ensemble.advance(steps);
    black_box(ensemble.states().count());
}

fn draw<T: Element>(replicas: u64, steps: u64) {
    let (lanes, level) = (Key::new(["bench"]).lanes("floor"), Level::widest());
    let (begin, draws) = (|| [[T::default(); LANES]; AT_ONCE as usize], NORMALS_PER_STEP * steps);
    (0..replicas as usize / LANES).into_par_iter().with_min_len(4).for_each_init(begin, |numbers, group| {
        for from in (0..draws).step_by(AT_ONCE as usize) {
            let numbers = &mut numbers[..AT_ONCE.min(draws - from) as usize];
            T::fill_normals(&lanes, level, (group * LANES) as u64, from, numbers);
            black_box(&*numbers);
        }
    });
}
