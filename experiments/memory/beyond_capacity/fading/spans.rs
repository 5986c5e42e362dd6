//! How long a fading memory remembers: by the rate of fading, by order and by size.

use std::f64::consts::E;

use lawbook_analysis::gaussian::normal_tail_inverse;
use lawbook_memory::weighted::{best_decay, capacity_scale, span_fraction};

use super::{ERROR, Fading, Params, SIZES, map};
use crate::framework::{Claim, Margin, Study};

/// Around the best rate, n = 3.
pub(super) fn best_fading(points: &[Params]) -> Option<Claim> {
    let cubic = |ratio: f64| points.iter().find(|p| p.n == 3 && p.N == 60 && p.ratio == ratio);
    let ratios: Vec<&Params> = [0.7, 1.0, 3.0].into_iter().filter_map(cubic).collect();
    if ratios.len() < 3 {
        return None;
    }
    let longest = best_decay(3, 60, normal_tail_inverse(ERROR)).1;
    // The errors are off by 6 % (see `by_age`), ln x by 0.02: 0.04 in units of the longest span, which is 0.7 at least.
    let curve = ratios.iter().map(|p| (p.ratio, Fading::at(p).site("span"), longest * span_fraction(p.ratio)));
    let claim = Claim::curve("best-fading", curve)
        .within(Margin::Relative(0.12))
        .rival("slower-is-longer", "a span of so many times 1/(1 − λ)", ratios.iter().map(|p| longest / p.ratio))
        .rival("filled-once", "the capacity without fading, A/z²", [E * longest; 3])
        .axes("fading 1 − λ over e z²/2A", "age at which the error passes 2 %")
        .source("derived here: span A/(e z²) · (1 + ln ratio)/ratio")
        .phase_diagram(map(points));
    Some(claim)
}

/// At the best rate, by order.
pub(super) fn by_order(points: &[Params]) -> Option<Claim> {
    let of = |&(n, neurons): &(i64, i64)| points.iter().find(|p| p.n == n && p.N == neurons && p.ratio == 1.0);
    let orders: Vec<&Params> = SIZES.iter().filter_map(of).collect();
    if orders.len() < SIZES.len() {
        return None;
    }
    let squared = normal_tail_inverse(ERROR).powi(2);
    let span = |p: &Params| capacity_scale(p.n as u32, p.N as usize) / (E * squared);
    // As at other rates; at n = 4 the errors are off by 7 %.
    let claim = Claim::curve("span-by-order", orders.iter().map(|p| (p.n as f64, Fading::at(p).site("span"), span(p))))
        .within(Margin::Relative(0.12))
        .rival("filled-once", "the capacity without fading, A/z²", orders.iter().map(|p| E * span(p)))
        .rival("linear", "the palimpsest's N/(e z²), whatever the order", orders.iter().map(|p| p.N as f64 / (E * squared)))
        .axes("order n", "age at which the error passes 2 %, at the best fading")
        .log_y()
        .source("derived here: span A/(e z²), A = N^(n−1)/(2n − 3)!!");
    Some(claim)
}

/// At the best rate, by size, n = 3.
pub(super) fn by_size(points: &[Params]) -> Option<Claim> {
    let sizes: Vec<&Params> = points.iter().filter(|p| p.n == 3 && p.ratio == 1.0).collect();
    if sizes.len() < 3 {
        return None;
    }
    // Errors are off by 8 % at N = 40 and 4 % at N = 90: spans by 0.05 and 0.025.
    let claim = Claim::exponent("span-exponent-3", sizes.iter().map(|p| (p.N as f64, Fading::at(p).site("span"))), 2.0)
        .within(Margin::Absolute(0.15))
        .rival("linear", "the palimpsest's span, 0.05 N or so, whatever the order", [1.0])
        .axes("neurons N", "age at which the error passes 2 %")
        .log_x()
        .log_y()
        .source("derived here: span A/(e z²), A = N^(n−1)/(2n − 3)!!");
    Some(claim)
}
