//! The fused engine: many replicas of a process, sixteen at a time in vector registers, on all threads.

use std::num::NonZeroU64;

use lawbook_core::{
    Key,
    pages::{filled, reserve},
    simd::{LANES, Level},
};
use rayon::prelude::*;

use crate::{
    engine::fused::{Advance, Diverged, Drawn, GROUPS},
    engine::lanes::Element,
    engine::noise::{Draws, Sources},
    engine::process::Process,
    engine::state::Columns,
};

/// Independent replicas of a process, all at the same time.
///
/// Replica `i` draws from the streams of index `i` alone: it depends neither on how many replicas there are, nor on the number
/// of threads, nor on the vector width, nor on how its way is cut into pieces; and so it is with the step at which it
/// [diverges](Self::diverged), unless it comes back from infinity. The memory is that of the states.
#[derive(Debug, Clone)]
pub struct Ensemble<P, T = f64> {
    process: P,
    sources: Sources,
    draws: Draws,
    level: Level,
    replicas: u64,
    time: u64,
    /// For every group of sixteen replicas, for every column of the state, the numbers of the replicas.
    columns: Vec<[T; LANES]>,
    /// Of every group.
    diverged: Vec<Diverged>,
}

/// Groups of sixteen replicas that a thread takes at once.
const AT_ONCE: usize = 2 * GROUPS;

impl<P: Process, T: Element> Ensemble<P, T> {
    /// `replicas` of a process, replica `i` starting from `start(i)`, with the streams of `key`. Panics without any replica, of
    /// which every mean would be 0/0.
    pub fn new(process: P, replicas: u64, key: &Key, start: impl Fn(u64) -> P::State<f64> + Sync) -> Self {
        assert!(replicas > 0, "an ensemble of 0 replicas: give at least 1");
        let draws = Draws::of(&process, start(0));
        let sources = Sources::new(key);
        let count = P::State::<f64>::COUNT;
        let groups = replicas.div_ceil((GROUPS * LANES) as u64) * GROUPS as u64;
        let columns = filled(groups as usize, count, AT_ONCE, |group, columns: &mut [[T; LANES]]| {
            for lane in 0..LANES {
                // The last groups are filled up with copies of the last replica, which nobody sees.
                let state = start(((group * LANES + lane) as u64).min(replicas - 1));
                state.store_lane(lane, columns);
            }
        });
        let diverged = vec![None; groups as usize];
        Self { process, sources, draws, level: Level::widest(), replicas, time: 0, columns, diverged }
    }

    /// The same with no instructions beyond a level.
    #[must_use]
    pub fn at_level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// The process.
    pub fn process(&self) -> &P {
        &self.process
    }

    /// How many replicas there are.
    pub fn replicas(&self) -> u64 {
        self.replicas
    }

    /// The number of steps made.
    pub fn time(&self) -> u64 {
        self.time
    }

    /// Makes steps.
    pub fn advance(&mut self, steps: u64) {
        let count = P::State::<f64>::COUNT;
        let until = self.time + steps;
        let (process, sources, draws, level, from) = (&self.process, self.sources, &self.draws, self.level, self.time);
        let chunks = self.columns.par_chunks_mut(AT_ONCE * count.max(1));
        let chunks = chunks.zip(self.diverged.par_chunks_mut(AT_ONCE)).enumerate();
        chunks.for_each_init(
            || Drawn::new(draws, steps),
            |drawn, (chunk, (columns, diverged))| {
                let first = (chunk * AT_ONCE * LANES) as u64;
                level.run(Advance { process, sources, level, first, from, until, drawn, columns, diverged });
            },
        );
        self.time = until;
    }

    /// Makes the steps up to a number of them. Panics if it has made more.
    pub fn advance_to(&mut self, steps: u64) {
        assert!(steps >= self.time, "step {steps} is over, {} are made: give times that ascend", self.time);
        self.advance(steps - self.time);
    }

    /// The state of every replica. That of a diverged one holds what it overflowed to; see [`diverged`](Self::diverged).
    pub fn states(&self) -> impl Iterator<Item = P::State<f64>> + Clone + '_ {
        (0..self.replicas as usize).map(|replica| self.state(replica))
    }

    /// What becomes of the state of every replica, on all threads.
    pub fn map<R: Send>(&self, f: impl Fn(P::State<f64>) -> R + Sync) -> Vec<R> {
        let replicas = (0..self.replicas as usize).into_par_iter().with_min_len(AT_ONCE * LANES);
        let mut found = Vec::new();
        // Where there is no room, collecting says so.
        let _ = reserve(&mut found, self.replicas as usize);
        replicas.map(|replica| f(self.state(replica))).collect_into_vec(&mut found);
        found
    }

    #[inline]
    fn state(&self, replica: usize) -> P::State<f64> {
        let count = P::State::<f64>::COUNT;
        let columns = &self.columns[replica / LANES * count..][..count];
        P::State::load_lane(replica % LANES, columns)
    }

    /// For every replica the step after which its state was first not finite, if that has been noticed.
    ///
    /// Replicas are looked at after every 256 steps of a call of [`advance`](Self::advance) and at its end, and where one is not
    /// finite its neighbours' steps since the last look are gone through singly. Overflow stays, as infinite or no number, and is
    /// told with its first step. A process that comes back from infinity, as 1/x does, may do so between two looks: whether that
    /// counts depends on how its way is cut and on its neighbours. Nothing is frozen: a diverged replica goes on.
    pub fn diverged(&self) -> impl Iterator<Item = Option<NonZeroU64>> + Clone + '_ {
        let of = |group: &Diverged| group.as_deref().copied().unwrap_or_default();
        self.diverged.iter().flat_map(of).take(self.replicas as usize)
    }

    /// The fraction of replicas that have diverged.
    pub fn fraction_diverged(&self) -> f64 {
        self.diverged().flatten().count() as f64 / self.replicas as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Noise, Number, engine::process::tests::Square, engine::table::Table};

    /// One of everything that can be drawn.
    struct Draw {
        table: Table<1>,
    }

    impl Process for Draw {
        type State<X: Number> = ([X; 3], [X; 2]);

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, ([a, b, c], [d, e]): Self::State<X>, noise: &mut N) -> Self::State<X> {
            let normal = noise.normal() + (noise.normal() * 0.5).tanh() + noise.normal().abs().ln();
            let ([row], [next]) = (noise.row(&self.table), noise.next_row(&self.table));
            let chosen = a.if_below(b, row, next) * 1e-3;
            ([a * 0.9 + normal, b * 0.5 + noise.uniform(), c + noise.sign()], [d + next, (e * 0.3 + chosen).exp()])
        }
    }

    fn draws(replicas: u64, level: Level, pieces: &[u64]) -> Vec<([f64; 3], [f64; 2])> {
        let table = Table::new((0..7).map(|i| [f64::from(i)]).collect()).unwrap();
        let start = |i: u64| ([i as f64, 0.0, 1.0], [0.0, -1.0]);
        let mut ensemble = Ensemble::<_, f64>::new(Draw { table }, replicas, &Key::new(["draw"]), start).at_level(level);
        pieces.iter().for_each(|&steps| ensemble.advance(steps));
        ensemble.states().collect()
    }

    #[test]
    fn neither_threads_nor_width_nor_pieces_nor_company_change_a_bit() {
        let exact = draws(150, Level::Baseline, &[600]);
        for level in Level::all() {
            assert_eq!(draws(150, level, &[600]), exact, "{level:?}");
        }
        assert_eq!(draws(150, Level::Avx512, &[1, 2, 300, 0, 7, 290]), exact);
        assert_eq!(draws(21, Level::Avx512, &[600])[..], exact[..21]);
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(one.install(|| draws(150, Level::Avx512, &[600])), exact);
    }

    #[test]
    fn an_epoch_has_every_row_once() {
        // The fourth column sums the rows without replacement: 0 + 1 + … + 6 = 21 per epoch of seven.
        assert!(draws(40, Level::Avx512, &[14]).iter().all(|(_, [sum, _])| *sum == 42.0));
        assert!(draws(40, Level::Avx512, &[10]).iter().any(|(_, [sum, _])| *sum != 30.0));
    }

    #[test]
    fn a_replica_that_overflows_has_diverged_with_its_step() {
        let start = |i| [if i == 5 { 10.0 } else { 0.5 }];
        let mut ensemble = Ensemble::<_, f64>::new(Square, 20, &Key::new(["overflow"]), start);
        ensemble.advance(3);
        assert_eq!(ensemble.fraction_diverged(), 0.0);
        ensemble.advance(1000);
        // 10^(2^9) overflows first.
        assert!(ensemble.diverged().enumerate().all(|(i, at)| at.map(NonZeroU64::get) == (i == 5).then_some(9)));
        let mut single = Ensemble::<_, f32>::new(Square, 20, &Key::new(["overflow"]), start);
        single.advance(1000);
        // 10^(2^6) is beyond f32.
        assert_eq!(single.diverged().nth(5), Some(NonZeroU64::new(6)));
    }

    /// From 0 to infinity and back.
    struct Inverse;

    impl Process for Inverse {
        type State<X: Number> = [X; 1];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, [x]: [X; 1], _: &mut N) -> [X; 1] {
            [X::constant(1.0) / x]
        }
    }

    /// What is documented of replicas that come back: they are noticed where they are looked at, and are not stopped.
    #[test]
    fn who_comes_back_from_infinity_between_two_looks_is_not_noticed() {
        let ensemble = || Ensemble::<_, f64>::new(Inverse, 1, &Key::new(["inverse"]), |_| [0.0]);
        let (mut at_once, mut singly, mut long) = (ensemble(), ensemble(), ensemble());
        at_once.advance(2);
        (0..2).for_each(|_| singly.advance(1));
        // Looked at after 256 steps, and at the end.
        long.advance(257);
        assert_eq!(at_once.diverged().next(), Some(None));
        assert_eq!(singly.diverged().next(), Some(NonZeroU64::new(1)));
        assert_eq!(long.diverged().next(), Some(NonZeroU64::new(257)));
        assert!(at_once.states().chain(singly.states()).all(|state| state == [0.0]));
    }

    struct Walker;

    impl Process for Walker {
        type State<X: Number> = [X; 2];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, [a, b]: [X; 2], noise: &mut N) -> [X; 2] {
            [a + noise.normal(), b + noise.normal()]
        }
    }

    /// The streams are those that anyone can draw from by index.
    #[test]
    fn replicas_draw_from_their_own_streams() {
        let key = Key::new(["walk"]);
        let mut ensemble = Ensemble::<_, f64>::new(Walker, 40, &key, |_| [0.0; 2]);
        ensemble.advance(33);
        let mut stream = key.stream("normals", 37);
        let (mut a, mut b) = (0.0, 0.0);
        (0..33).for_each(|_| (a, b) = (a + stream.normal(), b + stream.normal()));
        assert_eq!(ensemble.states().nth(37), Some([a, b]));
    }
}
