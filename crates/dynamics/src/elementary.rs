//! Exponential and logarithm with the same bits on every machine and at every vector width, with an error below 2 units in the
//! last place: what the system's library gives differs from one machine to the next.

use std::f64::consts::{LN_2, LOG2_E};

/// eˣ; 0 below −745.2, infinite above 709.8. Subnormal results lose digits like any.
#[inline(always)]
pub(crate) fn exp<const W: usize>(x: [f64; W]) -> [f64; W] {
    // ln 2 in two parts, the first with trailing zeros, so that multiples of it are exact (FreeBSD's `e_exp.c`).
    const HIGH: f64 = 6.931_471_803_691_238e-1;
    const LOW: f64 = 1.908_214_929_270_587_7e-10;
    // Adding it leaves the nearest integer in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let mut values = [0.0; W];
    for i in 0..W {
        let x = clamp(x[i], -746.0, 710.0);
        let shifted = x.mul_add(LOG2_E, ROUND);
        let k = shifted - ROUND;
        let r = k.mul_add(-LOW, k.mul_add(-HIGH, x));
        // Taylor's series on |r| ≤ ln 2/2: the first term left out is below 2·10⁻¹⁷.
        let mut sum: f64 = 1.0 / 6_227_020_800.0;
        for inverse in [
            1.0 / 479_001_600.0,
            1.0 / 39_916_800.0,
            1.0 / 3_628_800.0,
            1.0 / 362_880.0,
            1.0 / 40_320.0,
            1.0 / 5040.0,
            1.0 / 720.0,
            1.0 / 120.0,
            1.0 / 24.0,
            1.0 / 6.0,
            0.5,
            1.0,
            1.0,
        ] {
            sum = sum.mul_add(r, inverse);
        }
        // 2ᵏ in two factors, as k may lie beyond the range of exponents. The integer is the low half of the shifted sum.
        let k = shifted.to_bits() as i32;
        let half = k >> 1;
        values[i] = sum * power_of_two(half) * power_of_two(k - half);
    }
    values
}

#[inline(always)]
fn power_of_two(k: i32) -> f64 {
    f64::from_bits(u64::from((k + 1023) as u32) << 52)
}

/// Keeps NaN.
#[inline(always)]
fn clamp(x: f64, low: f64, high: f64) -> f64 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

/// The natural logarithm; −∞ at zero, NaN below.
#[inline(always)]
pub(crate) fn ln<const W: usize>(x: [f64; W]) -> [f64; W] {
    const ONE: u64 = 1023 << 52;
    const ROOT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    const TINY: f64 = f64::MIN_POSITIVE;
    // 2⁵⁴ lifts subnormal numbers into the normal range.
    const LIFT: f64 = 18_014_398_509_481_984.0;
    let mut values = [0.0; W];
    for i in 0..W {
        let (lifted, drop) = if x[i] < TINY { (x[i] * LIFT, 54.0) } else { (x[i], 0.0) };
        let shifted = lifted.to_bits().wrapping_add(ONE - ROOT_HALF);
        let exponent = f64::from_bits(shifted >> 52 | 1075 << 52) - (4_503_599_627_370_496.0 + 1023.0) - drop;
        let f = f64::from_bits((shifted & ((1 << 52) - 1)) + ROOT_HALF) - 1.0;
        let s = f / (2.0 + f);
        let z = s * s;
        // The polynomial of FreeBSD's `e_log.c`.
        let mut sum: f64 = 1.479_819_860_511_658_6e-1;
        for coefficient in [
            1.531_383_769_920_937_3e-1,
            1.818_357_216_161_805e-1,
            2.222_219_843_214_978_4e-1,
            2.857_142_874_366_239e-1,
            3.999_999_999_940_942e-1,
            6.666_666_666_666_735e-1,
        ] {
            sum = sum.mul_add(z, coefficient);
        }
        let half = 0.5 * f * f;
        let finite = exponent.mul_add(LN_2, f - (half - s * (half + z * sum)));
        let at_edge = if x[i] == 0.0 { f64::NEG_INFINITY } else { f64::NAN };
        let in_range = if x[i] == f64::INFINITY { f64::INFINITY } else { finite };
        values[i] = if x[i] > 0.0 { in_range } else { at_edge };
    }
    values
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn units(value: f64, exact: f64) -> f64 {
        (value - exact).abs() / (exact.abs() * f64::EPSILON).max(f64::from_bits(1))
    }

    proptest! {
        /// X-Val: Rust's `f64::exp` and `f64::ln`, which are the system's and right to one unit.
        #[test]
        fn agree_with_the_system(x in -700.0..700.0f64, small in -1.0..1.0f64) {
            prop_assert!(units(exp([x])[0], x.exp()) < 4.0, "{x}");
            prop_assert!(units(exp([small])[0], small.exp()) < 4.0, "{small}");
            let (wide, near) = (x.exp(), 1.0 + 0.5 * small);
            prop_assert!(units(ln([wide])[0], wide.ln()) < 4.0, "{wide}");
            prop_assert!(units(ln([near])[0], near.ln()) < 4.0, "{near}");
        }
    }

    #[test]
    fn edges() {
        let [zero, below, infinite, subnormal] = ln([0.0, -1.0, f64::INFINITY, 5e-324]);
        assert!(zero == f64::NEG_INFINITY && below.is_nan() && infinite == f64::INFINITY && ln([f64::NAN])[0].is_nan());
        assert!(units(subnormal, 5e-324_f64.ln()) < 4.0, "{subnormal}");
        let [none, all, one, tiny] = exp([-1e300, 1e300, 0.0, -740.0]);
        assert!(none == 0.0 && all == f64::INFINITY && one == 1.0 && exp([f64::NAN])[0].is_nan());
        assert!(units(tiny, (-740.0_f64).exp()) < 4.0, "{tiny}");
    }
}
