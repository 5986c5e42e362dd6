//! Exponential and logarithm of vectors, with the same bits on every machine and at every width and with an error below 2 units
//! in the last place: what the system's library gives differs from one machine to the next.

use std::f32::consts::{LN_2 as LN_2_SINGLE, LOG2_E as LOG2_E_SINGLE};
use std::f64::consts::{LN_2, LOG2_E};

use lawbook_core::simd::Wide;

/// eˣ in f64; 0 below −745.2, infinite above 709.8, NaN of NaN.
#[inline(always)]
pub(crate) fn exp<V: Wide>(x: V) -> V {
    // ln 2 in two parts, the first with trailing zeros, so that multiples of it are exact (FreeBSD's `e_exp.c`).
    const HIGH: f64 = 6.931_471_803_691_238e-1;
    const LOW: f64 = 1.908_214_929_270_587_7e-10;
    // In this order NaN is kept: both give their second operand.
    let bounded = x.splat_f64(710.0).min_f64(x.splat_f64(-746.0).max_f64(x));
    let round = x.splat_f64(ROUND);
    let k = bounded.fma_f64(x.splat_f64(LOG2_E), round).sub_f64(round);
    let r = k.fma_f64(x.splat_f64(-LOW), k.fma_f64(x.splat_f64(-HIGH), bounded));
    // Taylor's series on |r| ≤ ln 2/2: the first term left out is below 2·10⁻¹⁷.
    let mut sum = x.splat_f64(1.0 / 6_227_020_800.0);
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
        sum = sum.fma_f64(r, x.splat_f64(inverse));
    }
    // 2ᵏ in two factors, as k may lie beyond the range of exponents.
    let half = k.fma_f64(x.splat_f64(0.5), round).sub_f64(round);
    sum.mul_f64(power_of_two(half)).mul_f64(power_of_two(k.sub_f64(half)))
}

/// Adding it leaves the nearest integer in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
const ROUND_SINGLE: f32 = 12_582_912.0;

#[inline(always)]
fn power_of_two<V: Wide>(k: V) -> V {
    k.add_f64(k.splat_f64(ROUND)).shift_left::<52>().add(k.splat(1023 << 52))
}

/// The natural logarithm in f64; −∞ at zero, NaN below and of NaN.
#[inline(always)]
pub(crate) fn ln<V: Wide>(x: V) -> V {
    const ONE: u64 = 1023 << 52;
    const ROOT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    // 2⁵⁴ lifts subnormal numbers into the normal range.
    const LIFT: f64 = 18_014_398_509_481_984.0;
    let tiny = x.splat_f64(f64::MIN_POSITIVE);
    let lifted = x.select_f64(tiny, x.mul_f64(x.splat_f64(LIFT)), x);
    let drop = x.select_f64(
        tiny,
        x.splat_f64(4_503_599_627_370_496.0 + 1023.0 + 54.0),
        x.splat_f64(4_503_599_627_370_496.0 + 1023.0),
    );
    let shifted = lifted.add(x.splat(ONE - ROOT_HALF));
    let exponent = shifted.shift_right::<52>().or(x.splat(1075 << 52)).sub_f64(drop);
    let mantissa = shifted.and(x.splat((1 << 52) - 1)).add(x.splat(ROOT_HALF));
    let f = mantissa.sub_f64(x.splat_f64(1.0));
    let s = f.div_f64(mantissa.add_f64(x.splat_f64(1.0)));
    let z = s.mul_f64(s);
    // The polynomial of FreeBSD's `e_log.c`.
    let mut sum = x.splat_f64(1.479_819_860_511_658_6e-1);
    for coefficient in [
        1.531_383_769_920_937_3e-1,
        1.818_357_216_161_805e-1,
        2.222_219_843_214_978_4e-1,
        2.857_142_874_366_239e-1,
        3.999_999_999_940_942e-1,
        6.666_666_666_666_735e-1,
    ] {
        sum = sum.fma_f64(z, x.splat_f64(coefficient));
    }
    let half = f.mul_f64(f).mul_f64(x.splat_f64(0.5));
    let rest = half.sub_f64(s.mul_f64(half.add_f64(z.mul_f64(sum))));
    let finite = exponent.fma_f64(x.splat_f64(LN_2), f.sub_f64(rest));
    let (zero, infinity) = (x.splat_f64(0.0), x.splat_f64(f64::INFINITY));
    // x/x is NaN where x is infinite or NaN; so is 0/0 for negative numbers.
    let upper = x.select_f64(infinity, finite, x.add_f64(zero));
    let edge = x.select_f64(zero, zero.div_f64(zero), zero.sub_f64(infinity));
    zero.select_f64(x, upper, x.select_f64(infinity, edge, x))
}

/// eˣ in f32; 0 below −104, infinite above 88.8, NaN of NaN.
#[inline(always)]
pub(crate) fn exp_single<V: Wide>(x: V) -> V {
    const HIGH: f32 = 0.693_145_75;
    const LOW: f32 = 1.428_606_8e-6;
    let bounded = x.splat_f32(89.0).min_f32(x.splat_f32(-105.0).max_f32(x));
    let round = x.splat_f32(ROUND_SINGLE);
    let k = bounded.fma_f32(x.splat_f32(LOG2_E_SINGLE), round).sub_f32(round);
    let r = k.fma_f32(x.splat_f32(-LOW), k.fma_f32(x.splat_f32(-HIGH), bounded));
    let mut sum = x.splat_f32(1.0 / 5040.0);
    for inverse in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = sum.fma_f32(r, x.splat_f32(inverse));
    }
    let half = k.fma_f32(x.splat_f32(0.5), round).sub_f32(round);
    sum.mul_f32(power_of_two_single(half)).mul_f32(power_of_two_single(k.sub_f32(half)))
}

#[inline(always)]
fn power_of_two_single<V: Wide>(k: V) -> V {
    k.add_f32(k.splat_f32(ROUND_SINGLE)).shift_left_u32::<23>().add_u32(k.splat_u32(127 << 23))
}

/// The natural logarithm in f32; −∞ at zero, NaN below and of NaN.
#[inline(always)]
pub(crate) fn ln_single<V: Wide>(x: V) -> V {
    const LIFT: f32 = 33_554_432.0;
    let tiny = x.splat_f32(f32::MIN_POSITIVE);
    let lifted = x.select_f32(tiny, x.mul_f32(x.splat_f32(LIFT)), x);
    let drop = x.select_f32(tiny, x.splat_f32(127.0 + 25.0), x.splat_f32(127.0));
    let shifted = lifted.add_u32(x.splat_u32(0x3F80_0000 - 0x3F35_04F3));
    let exponent = shifted.shift_right_u32::<23>().i32_to_f32().sub_f32(drop);
    let mantissa = shifted.and(x.splat_u32(0x007F_FFFF)).add_u32(x.splat_u32(0x3F35_04F3));
    let f = mantissa.sub_f32(x.splat_f32(1.0));
    let s = f.div_f32(mantissa.add_f32(x.splat_f32(1.0)));
    let z = s.mul_f32(s);
    // 2 artanh s = 2 s (1 + z/3 + z²/5 + …), |s| < 0.172.
    let mut sum = x.splat_f32(2.0 / 11.0);
    for coefficient in [2.0 / 9.0, 2.0 / 7.0, 0.4, 2.0 / 3.0] {
        sum = sum.fma_f32(z, x.splat_f32(coefficient));
    }
    let half = f.mul_f32(f).mul_f32(x.splat_f32(0.5));
    let rest = half.sub_f32(s.mul_f32(half.add_f32(z.mul_f32(sum))));
    let finite = exponent.fma_f32(x.splat_f32(LN_2_SINGLE), f.sub_f32(rest));
    let (zero, infinity) = (x.splat_f32(0.0), x.splat_f32(f32::INFINITY));
    let upper = x.select_f32(infinity, finite, x.add_f32(zero));
    let edge = x.select_f32(zero, zero.div_f32(zero), zero.sub_f32(infinity));
    zero.select_f32(x, upper, x.select_f32(infinity, edge, x))
}

#[cfg(test)]
mod tests {
    use lawbook_core::simd::{Level, WideKernel};
    use proptest::prelude::*;

    use super::*;

    struct Both([f64; 8]);

    impl WideKernel for Both {
        type Output = [[f64; 8]; 2];

        #[inline(always)]
        fn run<V: Wide>(self, like: V) -> Self::Output {
            let x = like.load_f64(&self.0);
            [exp(x).store_f64(), ln(x).store_f64()]
        }
    }

    struct BothSingle([f32; 16]);

    impl WideKernel for BothSingle {
        type Output = [[f32; 16]; 2];

        #[inline(always)]
        fn run<V: Wide>(self, like: V) -> Self::Output {
            let x = like.load_f32(&self.0);
            [exp_single(x).store_f32(), ln_single(x).store_f32()]
        }
    }

    fn units(value: f64, exact: f64) -> f64 {
        (value - exact).abs() / (exact.abs() * f64::EPSILON).max(f64::from_bits(1))
    }

    fn single_units(value: f32, exact: f64) -> f64 {
        (f64::from(value) - exact).abs() / (exact.abs() * f64::from(f32::EPSILON)).max(f64::from(f32::from_bits(1)))
    }

    proptest! {
        /// X-Val: Rust's `f64::exp` and `f64::ln`, which are the system's and right to one unit.
        #[test]
        fn agree_with_the_system(x in -700.0..700.0f64, small in -1.0..1.0f64) {
            let near = 1.0 + 0.5 * small;
            let given = [x, small, x.exp(), near, 0.0, 0.0, 0.0, 0.0];
            let [exps, logs] = Level::widest().run(Both(given));
            prop_assert!(units(exps[0], x.exp()) < 2.0 && units(exps[1], small.exp()) < 2.0, "{x} {small}");
            prop_assert!(units(logs[2], x.exp().ln()) < 2.0 && units(logs[3], near.ln()) < 2.0, "{x} {near}");
            let mut given = [1.0; 16];
            (given[0], given[1], given[2]) = ((0.12 * x) as f32, small as f32, (0.12 * x).exp() as f32);
            let [exps, logs] = Level::widest().run(BothSingle(given));
            for i in 0..2 {
                prop_assert!(single_units(exps[i], f64::from(given[i]).exp()) < 2.0, "{}", given[i]);
            }
            prop_assert!(single_units(logs[2], f64::from(given[2]).ln()) < 2.0, "{}", given[2]);
        }
    }

    #[test]
    fn edges_are_the_same_at_every_level() {
        for level in Level::all() {
            let [_, [zero, below, infinite, subnormal, nan, ..]] =
                level.run(Both([0.0, -1.0, f64::INFINITY, 5e-324, f64::NAN, 0.0, 0.0, 0.0]));
            assert!(zero == f64::NEG_INFINITY && below.is_nan() && infinite == f64::INFINITY && nan.is_nan());
            assert!(units(subnormal, 5e-324_f64.ln()) < 2.0, "{subnormal}");
            let [[none, all, one, tiny, nan, ..], _] =
                level.run(Both([-1e300, 1e300, 0.0, -740.0, f64::NAN, 0.0, 0.0, 0.0]));
            assert!(none == 0.0 && all == f64::INFINITY && one == 1.0 && nan.is_nan());
            assert!(units(tiny, (-740.0_f64).exp()) < 2.0, "{tiny}");
            let mut given = [1.0; 16];
            given[..6].copy_from_slice(&[0.0, -1.0, f32::INFINITY, 1e-45, f32::NAN, -200.0]);
            let [exps, logs] = level.run(BothSingle(given));
            assert!(logs[0] == f32::NEG_INFINITY && logs[1].is_nan() && logs[2] == f32::INFINITY && logs[4].is_nan());
            assert!(single_units(logs[3], f64::from(1e-45_f32).ln()) < 2.0, "{}", logs[3]);
            assert!(exps[0] == 1.0 && exps[2] == f32::INFINITY && exps[4].is_nan() && exps[5] == 0.0);
        }
    }
}
