//! Normals by the transform of Box & Muller (*A note on the generation of random normal deviates*, 1958), with the same bits on
//! every machine and at every vector width: logarithm, sine and cosine are polynomials here, minimax ones (Remez), in f64 with
//! tables ([`double`](super::double)).
//!
//! Errors are below 4·10⁻¹⁶ of a pair's radius in f64 (at most 3.6·10⁻¹⁶ among half a million) and 3·10⁻⁷ in f32. The radius
//! reaches 8.49 in f64 and 6.66 in f32, where the chance of more is 2·10⁻¹⁷ and 2·10⁻¹⁰.

use std::f32::consts::{LN_2, PI};

use crate::simd::Wide;

/// Sixteen pairs of independent standard normals in f32, each from 32 random bits for the radius and 32 for the angle.
#[inline(always)]
pub(super) fn pairs_single<V: Wide>(radius: V, angle: V) -> [V; 2] {
    // Uniform in (0, 1], at least 2^-32.
    let unit = radius.splat_f32(1.0 / 2_147_483_648.0);
    let u = radius.shift_right_u32::<1>().i32_to_f32().fma_f32(unit, unit.splat_f32(1.0 / 4_294_967_296.0));
    let r = ln_unit_single(u).mul_f32(u.splat_f32(-2.0)).sqrt_f32();
    // The lowest 31 bits for half a turn, the highest for the other half.
    let t = angle.shift_left_u32::<1>().i32_to_f32().mul_f32(angle.splat_f32(1.0 / 4_294_967_296.0));
    let r = r.xor(angle.and(angle.splat_u32(1 << 31)));
    let z = t.mul_f32(t);
    [r.mul_f32(horner_single(z, COSINE_SINGLE)), r.mul_f32(t).mul_f32(horner_single(z, SINE_SINGLE))]
}

/// The logarithm of a normal number in (0, 1].
#[inline(always)]
fn ln_unit_single<V: Wide>(u: V) -> V {
    let shifted = u.add_u32(u.splat_u32(0x3F80_0000 - 0x3F35_04F3));
    let exponent = shifted.shift_right_u32::<23>().i32_to_f32().add_f32(u.splat_f32(-127.0));
    let mantissa = shifted.and(u.splat_u32(0x007F_FFFF)).add_u32(u.splat_u32(0x3F35_04F3));
    let t = mantissa.add_f32(u.splat_f32(-1.0));
    let tail = t.mul_f32(t).fma_f32(horner_single(t, LOGARITHM_SINGLE), t);
    exponent.fma_f32(u.splat_f32(LN_2), tail)
}

/// Σ cᵢ xⁱ.
#[inline(always)]
fn horner_single<V: Wide, const N: usize>(x: V, coefficients: [f32; N]) -> V {
    let mut sum = x.splat_f32(coefficients[N - 1]);
    for i in (0..N - 1).rev() {
        sum = sum.fma_f32(x, x.splat_f32(coefficients[i]));
    }
    sum
}

const COSINE_SINGLE: [f32; 6] = [1.0, -4.934_802, 4.058_709, -1.335_212, 0.234_937_56, -0.024_396_717];
const SINE_SINGLE: [f32; 5] = [PI, -5.167_71, 2.550_069_8, -0.598_242_1, 0.077_560_39];
/// (ln(1 + t) − t)/t² for t between √½ − 1 and √2 − 1.
const LOGARITHM_SINGLE: [f32; 8] =
    [-0.499_999_82, 0.333_342_25, -0.250_024_9, 0.199_536_14, -0.165_523_36, 0.149_792_83, -0.144_418_66, 0.087_336_27];

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::{
        Key,
        random::{NormalLanes, double, philox::Rounds},
        simd::{LANES, Level, WideKernel},
    };

    struct Pairs([[u64; 8]; 3]);

    impl WideKernel for Pairs {
        type Output = [[f64; 8]; 2];

        #[inline(always)]
        fn run<V: Wide>(self, like: V) -> Self::Output {
            let [a, b, c] = self.0;
            let [[cosine, sine]] = double::pairs([[like.load(&a), like.load(&b), like.load(&c)]], &mut Rounds::none());
            [cosine.store_f64(), sine.store_f64()]
        }
    }

    struct PairsSingle([u64; 8], [u64; 8]);

    impl WideKernel for PairsSingle {
        type Output = [[f32; 16]; 2];

        #[inline(always)]
        fn run<V: Wide>(self, like: V) -> Self::Output {
            let [cosine, sine] = pairs_single(like.load(&self.0), like.load(&self.1));
            [cosine.store_f32(), sine.store_f32()]
        }
    }

    /// X-Val: the system's logarithm, sine and cosine.
    #[test]
    fn the_transform_is_that_of_box_and_muller_at_every_level() {
        let mut stream = Key::new(["box-muller"]).stream("words", 0);
        let extremes = [0, 1, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1, 1 << 12, !(1 << 12)];
        for round in 0..2000 {
            let radius = if round == 0 { extremes } else { [(); 8].map(|()| stream.next_u64() >> (round % 50)) };
            let angle = if round == 1 { extremes } else { [(); 8].map(|()| stream.next_u64()) };
            let low = if round == 2 { extremes } else { [(); 8].map(|()| stream.next_u64()) };
            let exact = Level::Baseline.run(Pairs([radius, angle, low]));
            let exact_single = Level::Baseline.run(PairsSingle(radius, angle));
            for level in Level::all() {
                assert_eq!(level.run(Pairs([radius, angle, low])), exact);
                assert_eq!(level.run(PairsSingle(radius, angle)), exact_single);
            }
            for i in 0..8 {
                // Of 96 bits the lowest four of the last word choose the sixteenth of the turn.
                let [high, turn, low] = [radius[i], angle[i], low[i]].map(|word| word & 0xFFFF_FFFF);
                let u = 1.0 - ((high << 20) + ((low >> 3) & 0xF_FFFF | 1)) as f64 / 2f64.powi(52);
                let within = ((turn << 20) + ((low >> 12) & 0xF_F800)) as f64 / 2f64.powi(52) - 0.5;
                let turn = ((low & 15) as f64 + within) / 16.0;
                let r = (-2.0 * u.ln()).sqrt();
                for (ours, system) in [(exact[0][i], r * (TAU * turn).cos()), (exact[1][i], r * (TAU * turn).sin())] {
                    assert!((ours - system).abs() < 1e-15 * r, "{ours} {system}");
                }
            }
            for i in 0..16 {
                let half = |word: u64| (word >> (i % 2 * 32)) as u32;
                let (radius, angle) = (half(radius[i / 2]), half(angle[i / 2]));
                let u = (f64::from(radius >> 1) + 0.5) / 2f64.powi(31);
                let turn = f64::from((angle << 1) as i32) / 2f64.powi(33) + if angle >> 31 == 1 { 0.5 } else { 0.0 };
                // The uniform number itself is rounded to f32, which the logarithm sees near 1.
                let r = (-2.0 * f64::from((u as f32).min(1.0)).ln()).sqrt();
                for (ours, system) in
                    [(exact_single[0][i], r * (TAU * turn).cos()), (exact_single[1][i], r * (TAU * turn).sin())]
                {
                    assert!((f64::from(ours) - system).abs() < 3e-6, "{ours} {system} {u}");
                }
            }
        }
    }

    fn upper_tail(z: f64) -> f64 {
        0.5 * libm::erfc(z / 2f64.sqrt())
    }

    /// A radius word that begins with twenty zeros gives r > 5.26, so that a million of them tell the tail beyond as well as
    /// 10¹² draws do. Five standard errors.
    #[test]
    fn tails_are_right_out_to_six_sigma() {
        let mut stream = Key::new(["tails"]).stream("words", 0);
        let (mut doubles, mut singles) = (Vec::new(), Vec::new());
        for _ in 0..1 << 17 {
            let angle = [(); 8].map(|()| stream.next_u64());
            let near_one = [(); 8].map(|()| stream.next_u64() | 0xFFFF_F000);
            let low = [(); 8].map(|()| stream.next_u64());
            doubles.extend(Level::widest().run(Pairs([near_one, angle, low])).concat());
            let near_zero = [(); 8].map(|()| stream.next_u64() & 0x0000_0FFF_0000_0FFF);
            singles.extend(Level::widest().run(PairsSingle(near_zero, angle)).concat().into_iter().map(f64::from));
        }
        for (values, name) in [(doubles, "f64"), (singles, "f32")] {
            for z in [5.3, 5.6, 6.0, 6.3] {
                let exact = upper_tail(z) * 2f64.powi(20);
                let n = values.len() as f64;
                // The lattice of radii in f32 is coarse out there: another percent.
                let slack = 5.0 * (exact / n).sqrt() + if name == "f32" { 0.01 * exact } else { 0.0 };
                for (side, sign) in [("upper", 1.0), ("lower", -1.0)] {
                    let found = values.iter().filter(|x| **x * sign > z).count() as f64 / n;
                    assert!((found - exact).abs() < slack, "{name} {side} {z}: {found} {exact} ± {slack}");
                }
            }
        }
    }

    fn draws<T: NormalLanes + Default + Into<f64>>() -> Vec<f64> {
        let mut rows = vec![[T::default(); LANES]; 1 << 14];
        T::fill_normals(&Key::new(["bulk"]).lanes("normals"), Level::widest(), 32, 5, &mut rows);
        rows.into_iter().flatten().map(Into::into).collect()
    }

    /// Kolmogorov and Smirnov: √n D exceeds 1.95 once in a thousand. Moments up to the eighth within five standard errors.
    #[test]
    fn normals_in_bulk_are_normal() {
        for mut values in [draws::<f64>(), draws::<f32>()] {
            let n = values.len() as f64;
            for k in 1..=8 {
                let double_factorial = |k: i32| (1..k).step_by(2).map(f64::from).product::<f64>();
                let exact = if k % 2 == 0 { double_factorial(k) } else { 0.0 };
                let error = ((double_factorial(2 * k) - exact * exact) / n).sqrt();
                let moment = values.iter().map(|x| x.powi(k)).sum::<f64>() / n;
                assert!((moment - exact).abs() < 5.0 * error, "moment {k}: {moment}");
            }
            // Neighbours in either direction do not know of each other, nor do their squares.
            for lag in [1, LANES, 2 * LANES, 4 * LANES] {
                let pairs = values.iter().zip(&values[lag..]);
                let product = pairs.clone().map(|(a, b)| a * b).sum::<f64>() / n.sqrt();
                let squares = pairs.map(|(a, b)| (a * a - 1.0) * (b * b - 1.0)).sum::<f64>() / (2.0 * n.sqrt());
                assert!(product.abs() < 5.0 && squares.abs() < 5.0, "lag {lag}: {product} {squares}");
            }
            values.sort_by(f64::total_cmp);
            let distance = values.iter().enumerate().map(|(i, x)| {
                let cdf = 1.0 - upper_tail(*x);
                (cdf - i as f64 / n).abs().max(((i + 1) as f64 / n - cdf).abs())
            });
            let distance = distance.fold(0.0, f64::max) * n.sqrt();
            assert!(distance < 1.95, "{distance}");
        }
    }
}
