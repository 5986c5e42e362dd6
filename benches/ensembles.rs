//! SGD of two-layer units on noisy labels: many replicas, many steps, on the fused engine and in eager libtorch.

use std::{hint::black_box, marker::PhantomData, path::Path};

use anyhow::Result;
use lawbook_core::{
    Device, Key, Kind, Tensor, no_grad,
    random::eager,
    simd::{LANES, Level},
    tensor::to_vec,
};
use lawbook_dynamics::{Columns, Ensemble, Noise, Number, Process, engine::lanes::Element, engine::table::Table};
use serde_json::json;

use crate::{Bench, Statistic, Threads, Workload, floors::Floor, mean, npy};

const PEERS: &[&str] = &["jax", "numba", "libtorch"];
const FLOOR: &str = "drawing the same normals";

pub(crate) const BENCHES: [Bench; 8] = [
    Bench {
        name: "ensemble-f32",
        work: "SGD of u, w on (u w x − y)², 10⁴ replicas × 5000 steps, two normals per step, f32",
        prepare: || ours::<f32, _>(Unit, 10_000, 5000),
        eager: Some(|| in_tensors(Kind::Float, 1, 10_000, 5000, false)),
        ..bench()
    },
    Bench {
        name: "ensemble-f64",
        work: "the same in f64",
        prepare: || ours::<f64, _>(Unit, 10_000, 5000),
        eager: Some(|| in_tensors(Kind::Double, 1, 10_000, 5000, false)),
        ..bench()
    },
    Bench {
        name: "ensemble-million-f32",
        work: "the same, 10⁶ replicas × 50 steps, f32",
        prepare: || ours::<f32, _>(Unit, 1_000_000, 50),
        eager: Some(|| in_tensors(Kind::Float, 1, 1_000_000, 50, false)),
        ..bench()
    },
    Bench {
        name: "ensemble-million-f64",
        work: "the same, 10⁶ replicas × 50 steps, f64",
        prepare: || ours::<f64, _>(Unit, 1_000_000, 50),
        eager: Some(|| in_tensors(Kind::Double, 1, 1_000_000, 50, false)),
        ..bench()
    },
    Bench {
        name: "ensemble-wide",
        work: "SGD of 64 parameters on (Σ uᵢ wᵢ x − y)², 10⁴ replicas × 300 steps, f32",
        prepare: || ours::<f32, _>(Wide, 10_000, 300),
        eager: Some(|| in_tensors(Kind::Float, 32, 10_000, 300, false)),
        ..bench()
    },
    Bench {
        name: "ensemble-wide-weights",
        work: "the same",
        floor: "drawing the same normals, and reading, changing and writing every weight once per step",
        prepare: || above::<f32, _>(Floor::Weights(64), Wide, 10_000, 300),
        peers: &[],
        ..bench()
    },
    Bench {
        name: "ensemble-data",
        work: "SGD of u, w on (u w x − y)² over 1000 samples with replacement, 10⁴ replicas × 5000 steps, f32",
        floor: "drawing the indices",
        prepare: || ours::<f32, _>(OnData(data()?), 10_000, 5000),
        eager: Some(|| in_tensors(Kind::Float, 1, 10_000, 5000, true)),
        ..bench()
    },
    Bench {
        name: "ensemble-data-rows",
        work: "the same",
        floor: "drawing the indices and reading their rows",
        prepare: || above::<f32, _>(Floor::rows(&data()?), OnData(data()?), 10_000, 5000),
        peers: &[],
        ..bench()
    },
];

const fn bench() -> Bench {
    let prepare = || ours::<f32, _>(Unit, 16, 1);
    Bench {
        name: "",
        work: "",
        floor: FLOOR,
        threads: Threads::All,
        peers: PEERS,
        script: "ensembles",
        prepare,
        eager: None,
    }
}

const RATE: f64 = 0.01;
const SLOPE: f64 = 1.0;
const NOISE: f64 = 1.0;
/// Where the product of all pairs starts; weights of a pair start at the root of their share times these.
const START: f64 = 0.6;
const SKEW: f64 = 1.4;

/// The unit that the law of balance is about: two weights.
struct Unit;

/// How far SGD on `(v x − y)²` with `v = Σ uᵢ wᵢ` moves each weight, over the weight that it is multiplied with.
#[inline(always)]
fn push<X: Number>(v: X, [x, y]: [X; 2]) -> X {
    v.mul_add(x, -y) * (x * (-2.0 * RATE))
}

#[inline(always)]
fn step<X: Number>([u, w]: [X; 2], sample: [X; 2]) -> [X; 2] {
    let push = push(u * w, sample);
    [push.mul_add(w, u), push.mul_add(u, w)]
}

#[inline(always)]
fn label<X: Number>(x: X, noise: X) -> X {
    x * SLOPE + noise * NOISE
}

impl Process for Unit {
    type State<X: Number> = [X; 2];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [u, w]: [X; 2], noise: &mut N) -> [X; 2] {
        let x = noise.normal();
        step([u, w], [x, label(x, noise.normal())])
    }
}

/// A two-layer net with 32 hidden units: 64 weights, and the sum of their products. The sum for the next step is made while the
/// weights are at hand, so that a step goes through them once, with products and sums apart (see [`Process::update`]).
struct Wide;

impl Process for Wide {
    type State<X: Number> = (([X; 32], [X; 32]), [X; 1]);

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, mut state: Self::State<X>, noise: &mut N) -> Self::State<X> {
        self.update(&mut state, noise);
        state
    }

    #[inline(always)]
    fn update<X: Number, N: Noise<X>>(&self, ((u, w), [v]): &mut Self::State<X>, noise: &mut N) {
        let x = noise.normal();
        let push = push(*v, [x, label(x, noise.normal())]);
        // Four sums side by side: one would wait for each of its additions.
        let mut sums = [X::constant(0.0); 4];
        for four in (0..32).step_by(4) {
            for (k, sum) in sums.iter_mut().enumerate() {
                let (u, w) = (&mut u[four + k], &mut w[four + k]);
                (*u, *w) = (*u + push * *w, *w + push * *u);
                *sum = *sum + *u * *w;
            }
        }
        let [a, b, c, d] = sums;
        *v = (a + b) + (c + d);
    }
}

/// The unit on a finite set of data.
struct OnData(Table<2>);

impl Process for OnData {
    type State<X: Number> = [X; 2];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [u, w]: [X; 2], noise: &mut N) -> [X; 2] {
        step([u, w], noise.row(&self.0))
    }
}

fn data() -> Result<Table<2>> {
    let mut stream = Key::new(["bench", "ensembles"]).stream("data", 0);
    let mut sample = || {
        let x = stream.normal();
        [x, label(x, stream.normal())]
    };
    Ok(Table::new((0..1000).map(|_| sample()).collect())?)
}

struct Fused<P, T> {
    process: P,
    replicas: u64,
    steps: u64,
    key: Key,
    floor: Floor,
    products: Vec<f64>,
    kind: PhantomData<T>,
}

fn ours<T: Element, P: Process + Copyable + 'static>(process: P, replicas: u64, steps: u64) -> Result<Box<dyn Workload>> {
    let floor = if process.reads_data() { Floor::Words } else { Floor::Normals };
    above::<T, P>(floor, process, replicas, steps)
}

fn above<T: Element, P: Process + Copyable + 'static>(
    floor: Floor,
    process: P,
    replicas: u64,
    steps: u64,
) -> Result<Box<dyn Workload>> {
    let key = Key::new(["bench", "ensembles"]);
    Ok(Box::new(Fused::<P, T> { process, replicas, steps, key, floor, products: Vec::new(), kind: PhantomData }))
}

/// Steps of 64 replicas of the two-layer unit, with AVX2 on one thread: work whose instructions are counted, by a tool that knows
/// no wider vectors.
pub fn counted<T: Element>(steps: u64) {
    let begin = |_| [start(0, 2), start(1, 2)];
    let mut ensemble = Ensemble::<_, T>::new(Unit, 64, &Key::new(["bench", "counted"]), begin).at_level(Level::Avx2);
    ensemble.advance(steps);
    black_box(ensemble.states().count());
}

/// What runs takes a process by value, and there are many runs.
trait Copyable {
    fn again(&self) -> Self;
    fn reads_data(&self) -> bool;
}

impl Copyable for Unit {
    fn again(&self) -> Self {
        Self
    }

    fn reads_data(&self) -> bool {
        false
    }
}

impl Copyable for Wide {
    fn again(&self) -> Self {
        Self
    }

    fn reads_data(&self) -> bool {
        false
    }
}

impl Copyable for OnData {
    fn again(&self) -> Self {
        Self(self.0.clone())
    }

    fn reads_data(&self) -> bool {
        true
    }
}

/// Weight number `i` of `count` at the start: first layers large, second ones small.
fn start(i: usize, count: usize) -> f64 {
    let share = (START / (count / 2) as f64).sqrt();
    if i < count / 2 { share * SKEW } else { share / SKEW }
}

impl<P: Process + Copyable, T: Element> Workload for Fused<P, T> {
    fn share(&self, folder: &Path) -> Result<serde_json::Value> {
        let table = data()?;
        npy::write_f64(&folder.join("data.npy"), &[1000, 2], table.rows().iter().flatten().copied())?;
        let width = P::State::<f64>::COUNT / 2;
        Ok(json!({"replicas": self.replicas, "steps": self.steps, "rate": RATE, "slope": SLOPE, "noise": NOISE,
                  "width": width, "u": start(0, 2 * width), "w": start(width, 2 * width),
                  "bits": 8 * size_of::<T>(), "data": self.process.reads_data()}))
    }

    fn work(&mut self) -> Result<()> {
        // Without the sum of their products, which some processes carry along.
        let count = P::State::<f64>::COUNT / 2 * 2;
        let begin = P::State::from_fn(|i| if i < count { start(i, count) } else { START });
        let mut ensemble = Ensemble::<_, T>::new(self.process.again(), self.replicas, &self.key, |_| begin);
        ensemble.advance(self.steps);
        let product = |state: P::State<f64>| (0..count / 2).map(|i| state.column(i) * state.column(count / 2 + i)).sum();
        self.products = ensemble.map(product);
        Ok(())
    }

    fn floor(&mut self) -> Result<()> {
        self.floor.work::<T>(&self.key.lanes("floor"), self.replicas / LANES as u64, self.steps);
        Ok(())
    }

    fn statistics(&self) -> Vec<Statistic> {
        statistics(&self.products)
    }
}

fn statistics(products: &[f64]) -> Vec<Statistic> {
    vec![mean("mean of the product", products.iter().copied()), mean("mean of its square", products.iter().map(|v| v * v))]
}

/// The same in eager tensors, replicas along the first dimension, with libtorch's own generator.
struct Eager {
    kind: Kind,
    width: i64,
    replicas: i64,
    steps: u64,
    data: Option<[Tensor; 2]>,
    products: Vec<f64>,
}

fn in_tensors(kind: Kind, width: i64, replicas: i64, steps: u64, on_data: bool) -> Result<Box<dyn Workload>> {
    let column = |table: &Table<2>, c: usize| {
        Tensor::from_slice(&table.rows().iter().map(|row| row[c]).collect::<Vec<_>>()).to_kind(kind)
    };
    let data = if on_data { Some(data()?).map(|table| [column(&table, 0), column(&table, 1)]) } else { None };
    Ok(Box::new(Eager { kind, width, replicas, steps, data, products: Vec::new() }))
}

impl Eager {
    fn sample(&self) -> [Tensor; 2] {
        match &self.data {
            Some([x, y]) => {
                let rows = eager::below(x.numel() as i64, &[self.replicas]);
                [x.index_select(0, &rows), y.index_select(0, &rows)]
            }
            None => {
                let x = eager::normals(&[self.replicas], self.kind);
                let y = &x * SLOPE + eager::normals(&[self.replicas], self.kind) * NOISE;
                [x, y]
            }
        }
    }
}

impl Workload for Eager {
    fn share(&self, _: &Path) -> Result<serde_json::Value> {
        Ok(json!({}))
    }

    fn work(&mut self) -> Result<()> {
        no_grad(|| {
            let (replicas, width) = (self.replicas, self.width);
            let shape: &[i64] = if width == 1 { &[replicas] } else { &[replicas, width] };
            let fill = |i: i64| Tensor::full(shape, start(i as usize, 2 * width as usize), (self.kind, Device::Cpu));
            let (mut u, mut w) = (fill(0), fill(width));
            for _ in 0..self.steps {
                let [x, y] = self.sample();
                let v = &u * &w;
                let v = if width == 1 { v } else { v.sum_dim_intlist(1, false, self.kind) };
                let pull = (v * &x - y) * x * (2.0 * RATE);
                let pull = if width == 1 { pull } else { pull.unsqueeze(1) };
                (u, w) = (&u - &pull * &w, &w - &pull * &u);
            }
            self.products = to_vec(&(u * w).reshape([replicas, width]).sum_dim_intlist(1, false, self.kind));
        });
        Ok(())
    }

    fn floor(&mut self) -> Result<()> {
        Ok(())
    }

    fn statistics(&self) -> Vec<Statistic> {
        statistics(&self.products)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_doing_it_agree() {
        let pairs: [[Box<dyn Workload>; 2]; 3] = [
            [ours::<f64, _>(Unit, 4000, 40).unwrap(), in_tensors(Kind::Double, 1, 4000, 40, false).unwrap()],
            [ours::<f32, _>(Wide, 4000, 40).unwrap(), in_tensors(Kind::Float, 32, 4000, 40, false).unwrap()],
            [
                ours::<f32, _>(OnData(data().unwrap()), 4000, 40).unwrap(),
                in_tensors(Kind::Float, 1, 4000, 40, true).unwrap(),
            ],
        ];
        for [mut ours, mut theirs] in pairs {
            ours.work().unwrap();
            theirs.work().unwrap();
            for (a, b) in ours.statistics().into_iter().zip(theirs.statistics()) {
                assert!((a.value - b.value).abs() < 5.0 * a.error.hypot(b.error), "{a:?} {b:?}");
            }
        }
    }
}
