//! What the state of a process may be: arrays of numbers, and pairs of such.

use lawbook_core::simd::LANES;

use crate::{engine::element::Element, engine::lanes::LaneNumber, engine::number::Number};

/// Numbers in a fixed order: `()`, arrays, and pairs of such.
pub trait Columns<X>: Copy + Send + Sync {
    /// How many they are.
    const COUNT: usize;

    /// From number 0, 1, …
    fn from_fn(f: impl FnMut(usize) -> X) -> Self;

    /// Number `i`, below [`COUNT`](Self::COUNT).
    fn column(&self, i: usize) -> X;

    /// Those of sixteen replicas from memory, where each number has a column.
    fn load<T>(columns: &[[T; LANES]]) -> Self
    where
        X: LaneNumber<T>;

    /// Those of sixteen replicas to memory.
    fn store<T>(&self, columns: &mut [[T; LANES]])
    where
        X: LaneNumber<T>;

    /// Those of one replica from memory, where sixteen of them share a column.
    fn load_lane<T: Element>(lane: usize, columns: &[[T; LANES]]) -> Self
    where
        X: Number;

    /// Those of one replica to memory.
    fn store_lane<T: Element>(&self, lane: usize, columns: &mut [[T; LANES]])
    where
        X: Into<f64>;

    /// Each number times a factor, plus that of the other.
    fn scaled_plus(self, factor: f64, other: Self) -> Self
    where
        X: Number;

    /// The first of two where `level < bound`, the second elsewhere.
    fn if_below(level: X, bound: X, then: Self, otherwise: Self) -> Self
    where
        X: Number;

    /// Each number together with that of the other.
    fn zip(self, other: Self, f: impl Fn(X, X) -> X) -> Self;

    /// What becomes of each number.
    fn map(self, f: impl Fn(X) -> X) -> Self;
}

impl<X: Copy + Send + Sync, const N: usize> Columns<X> for [X; N] {
    const COUNT: usize = N;

    #[inline(always)]
    fn from_fn(f: impl FnMut(usize) -> X) -> Self {
        std::array::from_fn(f)
    }

    #[inline(always)]
    fn column(&self, i: usize) -> X {
        self[i]
    }

    #[inline(always)]
    fn load<T>(columns: &[[T; LANES]]) -> Self
    where
        X: LaneNumber<T>,
    {
        let mut numbers = [X::constant(0.0); N];
        for i in 0..N {
            numbers[i] = X::load(&columns[i]);
        }
        numbers
    }

    #[inline(always)]
    fn store<T>(&self, columns: &mut [[T; LANES]])
    where
        X: LaneNumber<T>,
    {
        for i in 0..N {
            columns[i] = self[i].store();
        }
    }

    #[inline(always)]
    fn load_lane<T: Element>(lane: usize, columns: &[[T; LANES]]) -> Self
    where
        X: Number,
    {
        let mut numbers = [X::constant(0.0); N];
        for i in 0..N {
            numbers[i] = X::constant(columns[i][lane].to_f64());
        }
        numbers
    }

    #[inline(always)]
    fn store_lane<T: Element>(&self, lane: usize, columns: &mut [[T; LANES]])
    where
        X: Into<f64>,
    {
        for i in 0..N {
            columns[i][lane] = T::from_f64(self[i].into());
        }
    }

    #[inline(always)]
    fn scaled_plus(mut self, factor: f64, other: Self) -> Self
    where
        X: Number,
    {
        for i in 0..N {
            self[i] = self[i] * factor + other[i];
        }
        self
    }

    #[inline(always)]
    fn if_below(level: X, bound: X, mut then: Self, otherwise: Self) -> Self
    where
        X: Number,
    {
        for i in 0..N {
            then[i] = level.if_below(bound, then[i], otherwise[i]);
        }
        then
    }

    #[inline(always)]
    fn zip(mut self, other: Self, f: impl Fn(X, X) -> X) -> Self {
        for i in 0..N {
            self[i] = f(self[i], other[i]);
        }
        self
    }

    #[inline(always)]
    fn map(mut self, f: impl Fn(X) -> X) -> Self {
        for number in &mut self {
            *number = f(*number);
        }
        self
    }
}

impl<X: Copy + Send + Sync> Columns<X> for () {
    const COUNT: usize = 0;

    #[inline(always)]
    fn from_fn(_: impl FnMut(usize) -> X) {}

    #[inline(always)]
    fn column(&self, i: usize) -> X {
        panic!("column {i} of a state without numbers")
    }

    #[inline(always)]
    fn load<T>(_: &[[T; LANES]])
    where
        X: LaneNumber<T>,
    {
    }

    #[inline(always)]
    fn store<T>(&self, _: &mut [[T; LANES]])
    where
        X: LaneNumber<T>,
    {
    }

    #[inline(always)]
    fn load_lane<T: Element>(_: usize, _: &[[T; LANES]])
    where
        X: Number,
    {
    }

    #[inline(always)]
    fn store_lane<T: Element>(&self, _: usize, _: &mut [[T; LANES]])
    where
        X: Into<f64>,
    {
    }

    #[inline(always)]
    fn scaled_plus(self, _: f64, (): ())
    where
        X: Number,
    {
    }

    #[inline(always)]
    fn if_below(_: X, _: X, (): (), (): ())
    where
        X: Number,
    {
    }

    #[inline(always)]
    fn zip(self, (): (), _: impl Fn(X, X) -> X) {}

    #[inline(always)]
    fn map(self, _: impl Fn(X) -> X) {}
}

impl<X: Copy + Send + Sync, A: Columns<X>, B: Columns<X>> Columns<X> for (A, B) {
    const COUNT: usize = A::COUNT + B::COUNT;

    #[inline(always)]
    fn from_fn(mut f: impl FnMut(usize) -> X) -> Self {
        (A::from_fn(&mut f), B::from_fn(|i| f(A::COUNT + i)))
    }

    #[inline(always)]
    fn column(&self, i: usize) -> X {
        if i < A::COUNT { self.0.column(i) } else { self.1.column(i - A::COUNT) }
    }

    #[inline(always)]
    fn load<T>(columns: &[[T; LANES]]) -> Self
    where
        X: LaneNumber<T>,
    {
        let (first, second) = columns.split_at(A::COUNT);
        (A::load(first), B::load(second))
    }

    #[inline(always)]
    fn store<T>(&self, columns: &mut [[T; LANES]])
    where
        X: LaneNumber<T>,
    {
        let (first, second) = columns.split_at_mut(A::COUNT);
        self.0.store(first);
        self.1.store(second);
    }

    #[inline(always)]
    fn load_lane<T: Element>(lane: usize, columns: &[[T; LANES]]) -> Self
    where
        X: Number,
    {
        let (first, second) = columns.split_at(A::COUNT);
        (A::load_lane(lane, first), B::load_lane(lane, second))
    }

    #[inline(always)]
    fn store_lane<T: Element>(&self, lane: usize, columns: &mut [[T; LANES]])
    where
        X: Into<f64>,
    {
        let (first, second) = columns.split_at_mut(A::COUNT);
        self.0.store_lane(lane, first);
        self.1.store_lane(lane, second);
    }

    #[inline(always)]
    fn scaled_plus(self, factor: f64, other: Self) -> Self
    where
        X: Number,
    {
        (self.0.scaled_plus(factor, other.0), self.1.scaled_plus(factor, other.1))
    }

    #[inline(always)]
    fn if_below(level: X, bound: X, then: Self, otherwise: Self) -> Self
    where
        X: Number,
    {
        (A::if_below(level, bound, then.0, otherwise.0), B::if_below(level, bound, then.1, otherwise.1))
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(X, X) -> X) -> Self {
        (self.0.zip(other.0, &f), self.1.zip(other.1, &f))
    }

    #[inline(always)]
    fn map(self, f: impl Fn(X) -> X) -> Self {
        (self.0.map(&f), self.1.map(&f))
    }
}
