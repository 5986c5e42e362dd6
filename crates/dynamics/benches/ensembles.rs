//! The engine on the unit of two weights under label noise: two weights and two normals per replica and step.
//!
//! `cargo bench -p lawbook-dynamics`; with `--profile dev` nothing is compiled a second time. Criterion prints replica-steps per
//! second. `cargo xtask bench --peers` does the same work in JAX, numba and libtorch and beside its floor.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use lawbook_core::Key;
use lawbook_dynamics::{
    Ensemble,
    engine::lanes::Element,
    systems::two_layer::{Sgd, Weights},
    theory::moments::NoisyLine,
};

/// Replicas and steps of each measurement.
const SIZES: [(u64, u64); 2] = [(10_000, 500), (1_000_000, 50)];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    compare::<f32>(&mut criterion, "f32");
    compare::<f64>(&mut criterion, "f64");
    criterion.final_summary();
}

fn compare<T: Element>(criterion: &mut Criterion, kind: &str) {
    let mut group = criterion.benchmark_group(format!("label noise, {kind}"));
    group.sample_size(10);
    for (replicas, steps) in SIZES {
        group.throughput(Throughput::Elements(replicas * steps));
        group.bench_function(format!("{replicas} replicas x {steps} steps"), |bencher| {
            bencher.iter(|| run::<T>(replicas, steps));
        });
    }
    group.finish();
}

fn run<T: Element>(replicas: u64, steps: u64) {
    let sgd = Sgd { data: NoisyLine { slope: 1.0, noise: 1.0 }, rate: 0.01, batch: 1 };
    let start = |_| Weights::balanced(0.6).state();
    let mut ensemble = Ensemble::<_, T>::new(sgd, replicas, &Key::new(["bench"]), start);
    ensemble.advance(steps);
    black_box(ensemble.states().count());
}
