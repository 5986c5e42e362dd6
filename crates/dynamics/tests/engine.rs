//! What the fused engine promises of single precision, of memory, and of the level of the processor.

use lawbook_core::{Key, simd::Level};
use lawbook_dynamics::{
    Ensemble, Noise, Number, Process,
    engine::table::Table,
    optimizers::{descent::Descent, optimizer::Adam},
    systems::quadratic::{Quadratic, Shape},
};

/// Everything that can be drawn, and every function that is no single instruction.
struct Everything {
    table: Table<1>,
}

impl Process for Everything {
    type State<X: Number> = [X; 4];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [a, b, c, d]: [X; 4], noise: &mut N) -> [X; 4] {
        let ([row], [next]) = (noise.row(&self.table), noise.next_row(&self.table));
        let normal = noise.normal() + (noise.normal() * 0.5).tanh() + noise.normal().abs().ln();
        let chosen = a.if_below(b, row, next) * 1e-3;
        [
            a * 0.9 + normal,
            b * 0.5 + noise.uniform(),
            (c * 0.3 + chosen).exp(),
            d * 0.25 + noise.sign() * normal.squared().sqrt(),
        ]
    }
}

fn bits<P: Process<State<f64> = [f64; 4]>>(process: P, level: Level, pieces: &[u64], replicas: u64) -> Vec<[u64; 4]> {
    let start = |i: u64| [i as f64, 0.0, 1.0, -1.0];
    let mut ensemble = Ensemble::<_, f32>::new(process, replicas, &Key::new(["single"]), start).at_level(level);
    pieces.iter().for_each(|&steps| ensemble.advance(steps));
    ensemble.states().map(|state| state.map(f64::to_bits)).collect()
}

/// In f32 too the bits depend neither on the level, nor on threads, pieces and company.
#[test]
fn single_precision_is_the_same_to_the_bit_everywhere() {
    let process = || Everything { table: Table::new((0..7).map(|i| [f64::from(i)]).collect()).expect("seven rows") };
    let exact = bits(process(), Level::Baseline, &[300], 150);
    for level in Level::all() {
        assert_eq!(bits(process(), level, &[300], 150), exact, "{level:?}");
        assert_eq!(bits(process(), level, &[1, 2, 0, 290, 7], 21)[..], exact[..21], "{level:?}");
    }
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
    for pool in [one, three] {
        assert_eq!(pool.install(|| bits(process(), Level::widest(), &[300], 150)), exact);
    }
    // Neighbours differ, and the steps did something.
    assert!(exact.windows(2).all(|pair| pair[0] != pair[1]));
}

/// The most memory that this process has ever had, in bytes, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    Some(1024 * line.split_whitespace().nth(1)?.parse::<u64>().ok()?)
}

/// A million replicas of Adam: memory for thirty thousand steps is that for one. What a step left behind for each of a thousand
/// replicas alone, in the shorter run of more steps, would be 240 megabytes.
#[test]
fn memory_does_not_grow_with_steps() {
    let descent = || Descent {
        gradient: Quadratic::diagonal([1.0], [1.0], Shape::Rademacher),
        optimizer: Adam { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    };
    let start = descent().start([0.0]);
    let key = Key::new(["memory"]);
    let mut many = Ensemble::<_, f32>::new(descent(), 1_000_000, &key, |_| start);
    let mut few = Ensemble::<_, f32>::new(descent(), 1000, &key, |_| start);
    many.advance(1);
    few.advance(1);
    let Some(before) = peak() else { return };
    many.advance(7);
    few.advance(30_000);
    let after = peak().expect("told before");
    assert!(after - before < 4 << 20, "{before} bytes before, {after} after");
    assert_eq!((many.time(), few.time()), (8, 30_001));
}
