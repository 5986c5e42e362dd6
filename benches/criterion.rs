//! The workloads and their floors under criterion: `cargo bench --profile dev -p lawbook-benches`.
//!
//! Those that can use several threads take as many as there are cores, unless OMP_NUM_THREADS and RAYON_NUM_THREADS say
//! otherwise.

use criterion::Criterion;
use lawbook_benches::benches;

fn main() -> anyhow::Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    for bench in benches() {
        let mut workload = (bench.prepare)()?;
        let mut group = criterion.benchmark_group(bench.name);
        group.sample_size(10);
        group.bench_function("work", |bencher| bencher.iter(|| workload.work()));
        group.bench_function("floor", |bencher| bencher.iter(|| workload.floor()));
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}
