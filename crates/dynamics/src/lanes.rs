//! Sixteen replicas side by side, in vector registers.

use std::{
    array::from_fn,
    ops::{Add, Div, Mul, Neg, Sub},
};

use lawbook_core::{random::NormalLanes, simd::LANES};

use crate::{elementary, number::Number};

/// One number for each of sixteen replicas.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(64))]
pub struct Lanes<T>(pub [T; LANES]);

/// The numbers that lanes are made of: f32 and f64.
pub trait Element:
    NormalLanes
    + Send
    + Sync
    + PartialOrd
    + Default
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// The nearest number of this kind.
    fn from_f64(value: f64) -> Self;

    /// As f64, exactly.
    fn to_f64(self) -> f64;

    /// The square root.
    fn sqrt(self) -> Self;

    /// The modulus.
    fn abs(self) -> Self;

    /// Uniform in [0, 1), of the highest bits of a random word.
    fn uniform(bits: u64) -> Self;
}

impl Element for f64 {
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self::sqrt(self)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self::abs(self)
    }

    #[inline(always)]
    fn uniform(bits: u64) -> Self {
        Self::from_bits(bits >> 12 | 1023 << 52) - 1.0
    }
}

impl Element for f32 {
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as Self
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self::sqrt(self)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self::abs(self)
    }

    #[inline(always)]
    fn uniform(bits: u64) -> Self {
        Self::from_bits((bits >> 41) as u32 | 127 << 23) - 1.0
    }
}

impl<T: Element> Lanes<T> {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        Self(from_fn(|lane| f(self.0[lane], other.0[lane])))
    }

    #[inline(always)]
    fn map(self, f: impl Fn(T) -> T) -> Self {
        Self(from_fn(|lane| f(self.0[lane])))
    }

    #[inline(always)]
    fn through_f64(self, f: impl Fn([f64; LANES]) -> [f64; LANES]) -> Self {
        Self(f(self.0.map(T::to_f64)).map(T::from_f64))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl<T: Element> $trait for Lanes<T> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, T::$method)
            }
        }

        impl<T: Element> $trait<f64> for Lanes<T> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, constant: f64) -> Self {
                let constant = T::from_f64(constant);
                self.map(|x| x.$method(constant))
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

impl<T: Element> Neg for Lanes<T> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        self.map(T::neg)
    }
}

impl<T: Element> Number for Lanes<T> {
    #[inline(always)]
    fn constant(value: f64) -> Self {
        Self([T::from_f64(value); LANES])
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(T::sqrt)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.map(T::abs)
    }

    #[inline(always)]
    fn exp(self) -> Self {
        self.through_f64(elementary::exp)
    }

    #[inline(always)]
    fn ln(self) -> Self {
        self.through_f64(elementary::ln)
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    fn if_below(self, bound: Self, then: Self, otherwise: Self) -> Self {
        Self(from_fn(|lane| if self.0[lane] < bound.0[lane] { then.0[lane] } else { otherwise.0[lane] }))
    }
}
