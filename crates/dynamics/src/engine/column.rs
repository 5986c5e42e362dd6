//! Tensors as numbers that can be copied.

use std::{
    cell::RefCell,
    ops::{Add, Div, Mul, Neg, Sub},
};

use lawbook_core::Tensor;

use crate::engine::number::Number;

thread_local! {
    /// The tensors of the step that is being made. Numbers are copied freely, tensors are not: a column is a place here.
    static ARENA: RefCell<Vec<Tensor>> = const { RefCell::new(Vec::new()) };
}

/// Forgets the tensors of a step: columns made before mean nothing from here on.
pub(crate) fn forget() {
    ARENA.with_borrow_mut(Vec::clear);
}

/// One number per replica, on a device; valid within the step that made it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column(usize);

impl Column {
    pub(crate) fn new(tensor: Tensor) -> Self {
        ARENA.with_borrow_mut(|arena| {
            arena.push(tensor);
            Self(arena.len() - 1)
        })
    }

    pub(crate) fn tensor(self) -> Tensor {
        ARENA.with_borrow(|arena| arena[self.0].shallow_clone())
    }

    fn with(self, other: Self, f: impl Fn(&Tensor, &Tensor) -> Tensor) -> Self {
        Self::new(ARENA.with_borrow(|arena| f(&arena[self.0], &arena[other.0])))
    }

    fn map(self, f: impl Fn(&Tensor) -> Tensor) -> Self {
        Self::new(ARENA.with_borrow(|arena| f(&arena[self.0])))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl $trait for Column {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                self.with(other, |a, b| a.$method(b))
            }
        }

        impl $trait<f64> for Column {
            type Output = Self;

            fn $method(self, constant: f64) -> Self {
                self.map(|a| a.$method(constant))
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

impl Neg for Column {
    type Output = Self;

    fn neg(self) -> Self {
        self.map(Tensor::neg)
    }
}

impl Number for Column {
    fn constant(value: f64) -> Self {
        // A number that all replicas share: it takes the kind and the place of whatever it meets.
        Self::new(Tensor::from(value))
    }

    fn mul_add(self, by: Self, to: Self) -> Self {
        self * by + to
    }

    fn sqrt(self) -> Self {
        self.map(Tensor::sqrt)
    }

    fn abs(self) -> Self {
        self.map(Tensor::abs)
    }

    fn exp(self) -> Self {
        self.map(Tensor::exp)
    }

    fn ln(self) -> Self {
        self.map(Tensor::log)
    }

    fn max(self, other: Self) -> Self {
        self.with(other, Tensor::maximum)
    }

    fn min(self, other: Self) -> Self {
        self.with(other, Tensor::minimum)
    }

    fn if_below(self, bound: Self, then: Self, otherwise: Self) -> Self {
        let below = self.with(bound, Tensor::lt_tensor);
        then.with(otherwise, |then, otherwise| then.where_self(&below.tensor(), otherwise))
    }
}
