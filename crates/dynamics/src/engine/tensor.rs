//! The tensor engine: the same processes with one tensor per column of the state, one entry per replica.
//!
//! It draws the same numbers as the fused engine, replica by replica, so that both go the same ways up to rounding. It is
//! slower for small states and runs wherever tensors do.

use std::num::NonZeroU64;

use lawbook_core::{
    Device, Key, Kind, Tensor, no_grad,
    random::NormalLanes,
    simd::{LANES, Level},
    tensor::{from_slice, to_vec},
};

use crate::{
    engine::column::{self, Column},
    engine::lanes::Element,
    engine::noise::{Draws, Noise, Order, SIGNS, Sources, drawn_otherwise, drawn_too_little, drawn_too_much},
    engine::process::Process,
    engine::state::Columns,
    engine::table::Table,
};

/// Replicas of a process as tensors; see [`Ensemble`](crate::Ensemble) for what a replica draws.
#[derive(Debug)]
pub struct TensorEnsemble<P> {
    process: P,
    sources: Sources,
    draws: Draws,
    replicas: u64,
    time: u64,
    columns: Vec<Tensor>,
    diverged: Vec<Option<NonZeroU64>>,
}

/// Numbers that are drawn at once, over all replicas.
const DRAWN_AT_ONCE: usize = 1 << 18;
/// Steps after which replicas are looked at for divergence.
const BURST: u64 = 64;

impl<P: Process> TensorEnsemble<P> {
    /// `replicas` of a process, replica `i` starting from `start(i)`, with the streams of `key`, as f32 or f64 on a device.
    /// Panics without any replica.
    pub fn new(
        process: P,
        replicas: u64,
        key: &Key,
        (kind, device): (Kind, Device),
        start: impl Fn(u64) -> P::State<f64>,
    ) -> Self {
        assert!(replicas > 0, "an ensemble of 0 replicas: give at least 1");
        let draws = Draws::of(&process, start(0));
        let column = |c: usize| {
            let values: Vec<f64> = (0..replicas).map(|replica| start(replica).column(c)).collect();
            from_slice(&values, &[replicas as i64], kind, device)
        };
        let columns = (0..P::State::<f64>::COUNT).map(column).collect();
        let diverged = vec![None; replicas as usize];
        Self { process, sources: Sources::new(key), draws, replicas, time: 0, columns, diverged }
    }

    /// Makes steps.
    pub fn advance(&mut self, steps: u64) {
        let until = self.time + steps;
        while self.time < until {
            let (before, start) = (self.columns.iter().map(Tensor::shallow_clone).collect(), self.time);
            self.walk(BURST.min(until - self.time));
            if self.diverging().next().is_some() {
                // The same numbers once more, a step at a time.
                let end = std::mem::replace(&mut self.time, start);
                self.columns = before;
                while self.time < end {
                    self.walk(1);
                    let now: Vec<usize> = self.diverging().collect();
                    now.into_iter().for_each(|replica| self.diverged[replica] = NonZeroU64::new(self.time));
                }
            }
        }
    }

    /// The state of every replica.
    pub fn states(&self) -> impl Iterator<Item = P::State<f64>> + '_ {
        let columns: Vec<Vec<f64>> = self.columns.iter().map(to_vec).collect();
        (0..self.replicas as usize).map(move |replica| P::State::from_fn(|c| columns[c][replica]))
    }

    /// For every replica the step after which its state was first not finite, if that has been noticed: replicas are looked at after
    /// every 64 steps of a call of [`advance`](Self::advance) and at its end, and one that is finite again by then may pass.
    pub fn diverged(&self) -> impl Iterator<Item = Option<NonZeroU64>> + Clone + '_ {
        self.diverged.iter().copied()
    }

    fn diverging(&self) -> impl Iterator<Item = usize> + '_ {
        let finite = self.columns.iter().map(Tensor::isfinite).reduce(|a, b| a.logical_and(&b));
        let finite = finite.map_or(Vec::new(), |mask| to_vec(&mask));
        (0..finite.len()).filter(move |&replica| finite[replica] == 0.0 && self.diverged[replica].is_none())
    }

    fn walk(&mut self, steps: u64) {
        let Some((kind, device)) = self.columns.first().map(|column| (column.kind(), column.device())) else {
            // Of an empty state there is nothing to compute.
            self.time += steps;
            return;
        };
        let (draws, groups) = (&self.draws, self.replicas.div_ceil(LANES as u64));
        let per_step = draws.normals.max(draws.words).max(draws.places.len()).max(1) * self.replicas as usize;
        let at_once = (DRAWN_AT_ONCE / per_step).max(1) as u64;
        let level = Level::widest();
        let order = |group: u64| Order::new(&self.sources, level, group * LANES as u64, self.time, draws.rows);
        let mut orders: Vec<Order> = if draws.rows == 0 { Vec::new() } else { (0..groups).map(order).collect() };
        let until = self.time + steps;
        while self.time < until {
            let steps = at_once.min(until - self.time);
            let rows = |per_step: usize| per_step * steps as usize;
            let fill = |first, into: &mut [[f64; LANES]]| {
                f64::fill_normals(&self.sources.normals, level, first, self.time * draws.normals as u64, into);
            };
            let normals = by_replica(rows(draws.normals), self.replicas, 0.0, fill);
            let fill = |first, into: &mut [[u64; LANES]]| {
                self.sources.words.fill_words(level, first, self.time * draws.words as u64, into);
            };
            let words = by_replica(rows(draws.words), self.replicas, 0, fill);
            let fill = |first, into: &mut [[u32; LANES]]| {
                self.sources.halves.fill_halves(level, first, self.time * draws.places.len() as u64, into);
            };
            let halves = by_replica(rows(draws.places.len()), self.replicas, 0, fill);
            for step in 0..steps as usize {
                let range = |count: usize| step * count..(step + 1) * count;
                let mut noise = TensorNoise {
                    normals: normals[range(draws.normals)].iter(),
                    words: words[range(draws.words)].iter(),
                    halves: halves[range(draws.places.len())].iter(),
                    among: draws.places.iter(),
                    orders: &mut orders,
                    replicas: self.replicas as usize,
                    time: self.time + step as u64,
                    kind,
                    device,
                };
                no_grad(|| {
                    let state = P::State::from_fn(|c| Column::new(self.columns[c].shallow_clone()));
                    let after = self.process.step(state, &mut noise);
                    let shape = [self.replicas as i64];
                    let column = |c| after.column(c).tensor().broadcast_to(shape).to_device(device).to_kind(kind);
                    self.columns = (0..self.columns.len()).map(column).collect();
                });
                noise.end();
                column::forget();
            }
            self.time += steps;
        }
    }
}

/// Draws, one vector over all replicas for each.
fn by_replica<T: Copy>(rows: usize, replicas: u64, zero: T, fill: impl Fn(u64, &mut [[T; LANES]])) -> Vec<Vec<T>> {
    let mut all = vec![Vec::with_capacity(replicas as usize + LANES); rows];
    let mut group = vec![[zero; LANES]; rows];
    for first in (0..replicas).step_by(LANES) {
        fill(first, &mut group);
        all.iter_mut().zip(&group).for_each(|(row, numbers)| row.extend_from_slice(numbers));
    }
    all.iter_mut().for_each(|row| row.truncate(replicas as usize));
    all
}

/// The noise of one step for all replicas.
struct TensorNoise<'a> {
    normals: std::slice::Iter<'a, Vec<f64>>,
    words: std::slice::Iter<'a, Vec<u64>>,
    halves: std::slice::Iter<'a, Vec<u32>>,
    /// Among how many places each of the words of 32 bits is to choose.
    among: std::slice::Iter<'a, u32>,
    orders: &'a mut [Order],
    replicas: usize,
    time: u64,
    kind: Kind,
    device: Device,
}

impl TensorNoise<'_> {
    fn column(&self, values: &[f64]) -> Column {
        Column::new(from_slice(values, &[values.len() as i64], self.kind, self.device))
    }

    /// The next words of 32 bits, to choose among so many places.
    fn halves(&mut self, count: u32) -> &[u32] {
        let (Some(halves), Some(&among)) = (self.halves.next(), self.among.next()) else { drawn_too_much() };
        if among != count {
            drawn_otherwise(among, count);
        }
        halves
    }

    /// The step has been made.
    fn end(&self) {
        if self.normals.len() + self.words.len() + self.halves.len() > 0 {
            drawn_too_little();
        }
    }

    fn rows<const C: usize>(&self, rows: Vec<[f64; C]>) -> [Column; C] {
        std::array::from_fn(|c| self.column(&rows.iter().map(|row| row[c]).collect::<Vec<_>>()))
    }
}

impl Noise<Column> for TensorNoise<'_> {
    fn normal(&mut self) -> Column {
        let Some(values) = self.normals.next() else { drawn_too_much() };
        self.column(values)
    }

    fn uniform(&mut self) -> Column {
        let Some(words) = self.words.next() else { drawn_too_much() };
        // In single precision as the fused engine draws it: rounded from double precision it could be 1.
        let uniform = if self.kind == Kind::Float { |bits| <f32 as Element>::uniform(bits).to_f64() } else { f64::uniform };
        self.column(&words.iter().map(|&bits| uniform(bits)).collect::<Vec<_>>())
    }

    fn sign(&mut self) -> Column {
        let signs = self.halves(SIGNS).iter().map(|bits| if bits >> 31 == 0 { 1.0 } else { -1.0 });
        let signs: Vec<f64> = signs.collect();
        self.column(&signs)
    }

    fn row<const C: usize>(&mut self, table: &Table<C>) -> [Column; C] {
        let rows = self.halves(table.count()).iter().map(|&bits| *table.choose(bits)).collect();
        self.rows(rows)
    }

    fn next_row<const C: usize>(&mut self, table: &Table<C>) -> [Column; C] {
        if self.orders.is_empty() {
            drawn_too_much();
        }
        let n = table.rows().len();
        let mut rows: Vec<_> =
            self.orders.iter_mut().flat_map(|order| order.next(n)).map(|row| table.rows()[row as usize]).collect();
        rows.truncate(self.replicas);
        self.rows(rows)
    }

    fn time(&self) -> u64 {
        self.time
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ensemble, Number, engine::process::tests::Square};

    /// Something of everything, whose ways do not part: the map contracts.
    struct Mixture {
        table: Table<2>,
    }

    impl Process for Mixture {
        type State<X: Number> = ([X; 2], [X; 1]);

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, ([a, b], [c]): Self::State<X>, noise: &mut N) -> Self::State<X> {
            let ([x, y], [z, _]) = (noise.row(&self.table), noise.next_row(&self.table));
            let kick = noise.normal().max(X::constant(-1.0)).min(noise.uniform() * 3.0) + noise.sign() * 0.1;
            let gate = a.if_below(X::constant(0.0), x, y) - (b.abs() + 1.0).ln() / (c.squared() + 2.0).sqrt();
            ([a.mul_add(X::constant(0.5), gate * 0.3 + kick), b * 0.7 + z.tanh()], [(-(c * 0.2 + gate.squared())).exp()])
        }
    }

    fn table() -> Table<2> {
        Table::new((0..5).map(|i| [f64::from(i) - 2.0, 0.5 * f64::from(i)]).collect()).unwrap()
    }

    #[test]
    fn both_engines_go_the_same_ways() {
        let (key, start) = (Key::new(["engines"]), |i: u64| ([0.1 * i as f64, -0.3], [1.0]));
        let mut fused = Ensemble::<_, f64>::new(Mixture { table: table() }, 37, &key, start);
        let kind = (Kind::Double, Device::Cpu);
        let mut tensors = TensorEnsemble::new(Mixture { table: table() }, 37, &key, kind, start);
        for steps in [1, 70, 129] {
            fused.advance(steps);
            tensors.advance(steps);
            for (([a, b], [c]), ([d, e], [f])) in fused.states().zip(tensors.states()) {
                assert!((a - d).abs() < 1e-12 && (b - e).abs() < 1e-12 && (c - f).abs() < 1e-12, "{a} {d} {b} {e} {c} {f}");
            }
        }
        let mut single = TensorEnsemble::new(Mixture { table: table() }, 37, &key, (Kind::Float, Device::Cpu), start);
        single.advance(200);
        assert!(single.states().zip(tensors.states()).all(|((a, _), (b, _))| (a[0] - b[0]).abs() < 1e-4));
    }

    /// The uniform number that was drawn last.
    struct Uniform;

    impl Process for Uniform {
        type State<X: Number> = [X; 1];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, _: [X; 1], noise: &mut N) -> [X; 1] {
            [noise.uniform()]
        }
    }

    /// 2⁻²⁵ of all numbers in f64 would round to 1 in f32, and half of the others to another one.
    #[test]
    fn uniform_numbers_in_single_precision_are_those_of_the_fused_engine() {
        let key = Key::new(["uniform"]);
        let mut fused = Ensemble::<_, f32>::new(Uniform, 1000, &key, |_| [0.0]);
        let mut tensors = TensorEnsemble::new(Uniform, 1000, &key, (Kind::Float, Device::Cpu), |_| [0.0]);
        for _ in 0..3 {
            fused.advance(1);
            tensors.advance(1);
            assert!(fused.states().eq(tensors.states()));
        }
        let words = [vec![u64::MAX; 3]];
        let mut noise = noise(&words, &[], &[]);
        let largest = to_vec(&Noise::<Column>::uniform(&mut noise).tensor());
        assert_eq!(largest, vec![f64::from(1.0 - f32::EPSILON); 3]);
        column::forget();
    }

    fn noise<'a>(words: &'a [Vec<u64>], halves: &'a [Vec<u32>], among: &'a [u32]) -> TensorNoise<'a> {
        TensorNoise {
            normals: [].iter(),
            words: words.iter(),
            halves: halves.iter(),
            among: among.iter(),
            orders: &mut [],
            replicas: 3,
            time: 0,
            kind: Kind::Float,
            device: Device::Cpu,
        }
    }

    /// What the steps after the first draw, which draws a normal and a row.
    #[derive(Clone, Copy)]
    enum Then {
        Normal,
        Sign,
        Order,
        Nothing,
    }

    struct Fickle(Then, Table<2>);

    impl Process for Fickle {
        type State<X: Number> = [X; 1];

        fn step<X: Number, N: Noise<X>>(&self, [x]: [X; 1], noise: &mut N) -> [X; 1] {
            if noise.time() == 0 {
                return [x + noise.normal() + noise.row(&self.1)[0]];
            }
            match self.0 {
                Then::Normal => [x + noise.normal() + noise.row(&self.1)[0] + noise.normal()],
                Then::Sign => [x + noise.normal() + noise.sign()],
                Then::Order => [x + noise.normal() + noise.row(&self.1)[0] + noise.next_row(&self.1)[0]],
                Then::Nothing => [x],
            }
        }
    }

    fn fickle(then: Then) {
        let kind = (Kind::Double, Device::Cpu);
        TensorEnsemble::new(Fickle(then, table()), 5, &Key::new(["fickle"]), kind, |_| [0.0]).advance(4);
    }

    #[test]
    #[should_panic(expected = "drew more than the first one")]
    fn steps_may_not_draw_more_than_the_first_one() {
        fickle(Then::Normal);
    }

    #[test]
    #[should_panic(expected = "drew less than the first one")]
    fn steps_may_not_draw_less_than_the_first_one() {
        fickle(Then::Nothing);
    }

    #[test]
    #[should_panic(expected = "a table of 2 rows where the first one drew from 5")]
    fn steps_may_not_draw_in_another_order() {
        fickle(Then::Sign);
    }

    #[test]
    #[should_panic(expected = "drew more than the first one")]
    fn steps_may_not_begin_an_epoch_that_the_first_one_did_not() {
        fickle(Then::Order);
    }

    /// Without a state.
    struct Nothing;

    impl Process for Nothing {
        type State<X: Number> = ();

        fn step<X: Number, N: Noise<X>>(&self, (): (), _: &mut N) {}
    }

    #[test]
    fn an_empty_state_takes_its_steps() {
        let mut ensemble = TensorEnsemble::new(Nothing, 3, &Key::new(["nothing"]), (Kind::Double, Device::Cpu), |_| ());
        ensemble.advance(200);
        assert_eq!((ensemble.time, ensemble.states().count()), (200, 3));
    }

    #[test]
    fn a_replica_that_overflows_has_diverged_with_its_step() {
        let start = |i| [if i == 5 { 10.0 } else { 0.5 }];
        let mut ensemble = TensorEnsemble::new(Square, 20, &Key::new(["overflow"]), (Kind::Double, Device::Cpu), start);
        ensemble.advance(200);
        assert!(ensemble.diverged().enumerate().all(|(i, at)| at.map(NonZeroU64::get) == (i == 5).then_some(9)));
    }
}
