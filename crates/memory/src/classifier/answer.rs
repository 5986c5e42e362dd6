//! The response of a classifier to an input, as a kernel of every level.

use lawbook_core::simd::{Wide, WideKernel};

use super::{Classifier, Response};
use crate::slices::{add_scaled, dot};

pub(super) struct Answer<'a> {
    pub(super) classifier: &'a Classifier,
    pub(super) input: &'a [f64],
    pub(super) step: f64,
    pub(super) response: &'a mut Response,
}

impl WideKernel for Answer<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, _: V) {
        let Self { classifier: Classifier { shape, order, temperature, sites }, input, step, response } = self;
        let (memories, temperature) = (shape.memories, *temperature);
        let Response { base, base_slope, turned, turned_slope, squares, votes } = response;
        let (inputs, classes) = sites.split_at(shape.inputs * memories);
        base.fill(0.0);
        for (value, site) in input.iter().zip(inputs.chunks_exact(memories)) {
            add_scaled(base, *value, site);
        }
        for site in classes.chunks_exact(memories) {
            add_scaled(base, -step, site);
        }
        for (turned, site) in turned.chunks_exact_mut(memories).zip(classes.chunks_exact(memories)) {
            for ((turned, base), xi) in turned.iter_mut().zip(&*base).zip(site) {
                *turned = (base + 2.0 * step * xi).max(0.0) / temperature;
            }
        }
        for h in &mut *base {
            *h = h.max(0.0) / temperature;
        }
        raise(base, order - 1, base_slope, squares);
        raise(turned, order - 1, turned_slope, squares);
        let resting = dot(base, base_slope);
        for (class, vote) in votes.iter_mut().enumerate() {
            let own = class * memories..(class + 1) * memories;
            *vote = dot(&turned[own.clone()], &turned_slope[own]) - resting;
        }
    }
}

/// Every value to the power `exponent`, by repeated squaring of the whole slice, in the room of `squares`.
#[inline(always)]
fn raise(values: &[f64], exponent: u32, into: &mut [f64], squares: &mut [f64]) {
    let squares = &mut squares[..values.len()];
    squares.copy_from_slice(values);
    into.fill(1.0);
    let mut left = exponent;
    while left > 0 {
        if left & 1 == 1 {
            for (into, square) in into.iter_mut().zip(&*squares) {
                *into *= square;
            }
        }
        left >>= 1;
        if left > 0 {
            for square in &mut *squares {
                *square *= *square;
            }
        }
    }
}
