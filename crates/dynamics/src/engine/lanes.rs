//! Sixteen replicas side by side, in vector registers: one of f32, two of f64.

use std::ops::{Add, Div, Mul, Neg, Sub};

use lawbook_core::simd::{LANES, Wide};

pub use crate::engine::element::Element;
use crate::{engine::elementary, engine::number::Number, engine::table::Table};

/// Numbers of sixteen replicas, in registers.
pub trait LaneNumber<T>: Number {
    /// From memory.
    fn load(numbers: &[T; LANES]) -> Self;

    /// To memory.
    fn store(self) -> [T; LANES];

    /// Rows of a table, column by column; two to a word, the first in its low half.
    fn gather<const C: usize>(table: &Table<C>, rows: &[u64; LANES / 2]) -> [Self; C];
}

/// Sixteen f64.
#[derive(Clone, Copy)]
pub struct Doubles<V>(V, V);

/// Sixteen f32.
#[derive(Clone, Copy)]
pub struct Singles<V>(V);

/// A vector that numbers can be loaded into.
#[inline(always)]
pub(crate) fn like<V: Wide>() -> V {
    // SAFETY: the vector types of the levels cannot be named outside of `lawbook_core`; a function generic over them gets one
    // only from within a kernel, where the machine has the instructions.
    unsafe { V::zero() }
}

impl<V: Wide> LaneNumber<f64> for Doubles<V> {
    #[inline(always)]
    fn load(numbers: &[f64; LANES]) -> Self {
        let (halves, like) = (numbers.as_chunks::<8>().0, like::<V>());
        Self(like.load_f64(&halves[0]), like.load_f64(&halves[1]))
    }

    #[inline(always)]
    fn store(self) -> [f64; LANES] {
        let mut numbers = [0.0; LANES];
        numbers[..8].copy_from_slice(&self.0.store_f64());
        numbers[8..].copy_from_slice(&self.1.store_f64());
        numbers
    }

    #[inline(always)]
    fn gather<const C: usize>(table: &Table<C>, rows: &[u64; LANES / 2]) -> [Self; C] {
        let like = like::<V>();
        let mut columns = [Self(like, like); C];
        for (c, column) in columns.iter_mut().enumerate() {
            let [low, high] = like.gather(table.doubles(c), rows);
            *column = Self(low, high);
        }
        columns
    }
}

impl<V: Wide> LaneNumber<f32> for Singles<V> {
    #[inline(always)]
    fn load(numbers: &[f32; LANES]) -> Self {
        Self(like::<V>().load_f32(numbers))
    }

    #[inline(always)]
    fn store(self) -> [f32; LANES] {
        self.0.store_f32()
    }

    #[inline(always)]
    fn gather<const C: usize>(table: &Table<C>, rows: &[u64; LANES / 2]) -> [Self; C] {
        let like = like::<V>();
        let mut columns = [Self(like); C];
        for (pair, columns) in columns.chunks_mut(2).enumerate() {
            let both = like.gather_pairs(table.singles(pair), rows);
            for (column, numbers) in columns.iter_mut().zip(both) {
                *column = Self(numbers);
            }
        }
        columns
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $double:ident, $single:ident) => {
        impl<V: Wide> $trait for Doubles<V> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$double(other.0), self.1.$double(other.1))
            }
        }

        impl<V: Wide> $trait for Singles<V> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$single(other.0))
            }
        }

        impl<V: Wide> $trait<f64> for Doubles<V> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, constant: f64) -> Self {
                self.$method(Self::constant(constant))
            }
        }

        impl<V: Wide> $trait<f64> for Singles<V> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, constant: f64) -> Self {
                self.$method(Self::constant(constant))
            }
        }
    };
}

operator!(Add, add, add_f64, add_f32);
operator!(Sub, sub, sub_f64, sub_f32);
operator!(Mul, mul, mul_f64, mul_f32);
operator!(Div, div, div_f64, div_f32);

const SIGN: u64 = 1 << 63;
const SIGN_SINGLE: u32 = 1 << 31;

impl<V: Wide> Neg for Doubles<V> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        let sign = self.0.splat(SIGN);
        Self(self.0.xor(sign), self.1.xor(sign))
    }
}

impl<V: Wide> Neg for Singles<V> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(self.0.xor(self.0.splat_u32(SIGN_SINGLE)))
    }
}

impl<V: Wide> Number for Doubles<V> {
    #[inline(always)]
    fn constant(value: f64) -> Self {
        let value = like::<V>().splat_f64(value);
        Self(value, value)
    }

    #[inline(always)]
    fn mul_add(self, by: Self, to: Self) -> Self {
        Self(self.0.fma_f64(by.0, to.0), self.1.fma_f64(by.1, to.1))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt_f64(), self.1.sqrt_f64())
    }

    #[inline(always)]
    fn abs(self) -> Self {
        let mask = self.0.splat(!SIGN);
        Self(self.0.and(mask), self.1.and(mask))
    }

    #[inline(always)]
    fn exp(self) -> Self {
        Self(elementary::exp(self.0), elementary::exp(self.1))
    }

    #[inline(always)]
    fn ln(self) -> Self {
        Self(elementary::ln(self.0), elementary::ln(self.1))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(self.0.max_f64(other.0), self.1.max_f64(other.1))
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(self.0.min_f64(other.0), self.1.min_f64(other.1))
    }

    #[inline(always)]
    fn if_below(self, bound: Self, then: Self, otherwise: Self) -> Self {
        Self(self.0.select_f64(bound.0, then.0, otherwise.0), self.1.select_f64(bound.1, then.1, otherwise.1))
    }
}

impl<V: Wide> Number for Singles<V> {
    #[inline(always)]
    fn constant(value: f64) -> Self {
        Self(like::<V>().splat_f32(value as f32))
    }

    #[inline(always)]
    fn mul_add(self, by: Self, to: Self) -> Self {
        Self(self.0.fma_f32(by.0, to.0))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt_f32())
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(self.0.and(self.0.splat_u32(!SIGN_SINGLE)))
    }

    #[inline(always)]
    fn exp(self) -> Self {
        Self(elementary::exp_single(self.0))
    }

    #[inline(always)]
    fn ln(self) -> Self {
        Self(elementary::ln_single(self.0))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(self.0.max_f32(other.0))
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(self.0.min_f32(other.0))
    }

    #[inline(always)]
    fn if_below(self, bound: Self, then: Self, otherwise: Self) -> Self {
        Self(self.0.select_f32(bound.0, then.0, otherwise.0))
    }
}
