//! Numbers on which the arithmetic of a [`Process`](crate::Process) is done: one `f64`, sixteen replicas in vector registers, or
//! a tensor with one entry per replica.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A number, or one number per replica. Constants are f64 and stand on the right: `x * 0.5 + 1.0`.
pub trait Number:
    Copy
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// The same number for every replica.
    fn constant(value: f64) -> Self;

    /// `self × by + to`, rounded once, in tensors twice: one instruction, where a product and a sum are two.
    fn mul_add(self, by: Self, to: Self) -> Self;

    /// The square root; NaN below zero.
    fn sqrt(self) -> Self;

    /// The modulus.
    fn abs(self) -> Self;

    /// The exponential.
    fn exp(self) -> Self;

    /// The natural logarithm; −∞ at zero, NaN below.
    fn ln(self) -> Self;

    /// The larger of two numbers, neither of them NaN.
    fn max(self, other: Self) -> Self;

    /// The smaller of two numbers, neither of them NaN.
    fn min(self, other: Self) -> Self;

    /// `then` where this is below `bound`, `otherwise` elsewhere.
    fn if_below(self, bound: Self, then: Self, otherwise: Self) -> Self;

    /// The square.
    #[inline(always)]
    fn squared(self) -> Self {
        self * self
    }

    /// The hyperbolic tangent.
    #[inline(always)]
    fn tanh(self) -> Self {
        // Of the modulus, whose exponential cannot overflow: tanh |x| = (1 − e^{−2|x|})/(1 + e^{−2|x|}).
        let decay = (self.abs() * -2.0).exp();
        let size = (-decay + 1.0) / (decay + 1.0);
        self.if_below(Self::constant(0.0), -size, size)
    }
}

impl Number for f64 {
    #[inline(always)]
    fn constant(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn mul_add(self, by: Self, to: Self) -> Self {
        Self::mul_add(self, by, to)
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
    fn exp(self) -> Self {
        Self::exp(self)
    }

    #[inline(always)]
    fn ln(self) -> Self {
        Self::ln(self)
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        if self > other { self } else { other }
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        if self < other { self } else { other }
    }

    #[inline(always)]
    fn if_below(self, bound: Self, then: Self, otherwise: Self) -> Self {
        if self < bound { then } else { otherwise }
    }
}
