//! Pairs of normals in f64, with a logarithm, a sine and a cosine from small tables and short polynomials.
//!
//! The tables leave a remainder of at most a thirty-second to the logarithm and of a sixteenth of half a turn to the angle;
//! polynomials are minimax (Remez) there.

use crate::{
    random::philox::Rounds,
    simd::{Choice, Wide},
};

/// Eight pairs of independent standard normals, each from 96 random bits in the low halves of three numbers: 51 for the radius and
/// 45 for the angle.
///
/// Other blocks go through two rounds meanwhile: they keep busy what of the processor is idle else.
#[inline(always)]
pub(super) fn pairs<V: Wide, const M: usize>([high, turn, low]: [V; 3], meanwhile: &mut Rounds<V, M>) -> [V; 2] {
    // Uniform in (0, 1), an odd multiple of 2^-52. The logarithm of 1 itself might be rounded to the wrong side of zero.
    let u = high.splat_f64(2.0).sub_f64(joined(high, low.shift_right::<3>(), 0x000F_FFFF, 1));
    // A sixteenth of a turn, and which of them by four bits.
    let t = joined(turn, low.shift_right::<12>(), 0x000F_F800, 0).sub_f64(turn.splat_f64(1.5));
    let r = radius(u, meanwhile);
    let z = t.mul_f64(t);
    let (rise, less) = (t.mul_f64(horner(z, SINE)), z.mul_f64(horner(z, COSINE_LESS_ONE)));
    meanwhile.next();
    let [c, s] = low.choose(&SIXTEENTHS);
    let (cosine, sine) = (s.fnma_f64(rise, c.fma_f64(less, c)), c.fma_f64(rise, s.fma_f64(less, s)));
    [r.mul_f64(cosine), r.mul_f64(sine)]
}

/// A number from 1 to 2: 32 bits of one number, those of a mask below of another one, and last bits.
#[inline(always)]
fn joined<V: Wide>(high: V, low: V, mask: u64, last: u64) -> V {
    let high = high.shift_left::<20>();
    // Bits of `low` where the mask has them, of `high` elsewhere; what lies above the mantissa means nothing.
    let bits = high.xor(high.xor(low).and(high.splat(mask)));
    bits.and(bits.splat((1 << 52) - 1)).or(bits.splat(ONE | last))
}

/// The bits of 1.
const ONE: u64 = 1023 << 52;

/// √(−2 ln u) of normal numbers below 1.
#[inline(always)]
fn radius<V: Wide, const M: usize>(u: V, meanwhile: &mut Rounds<V, M>) -> V {
    let mantissa = u.mantissa_f64();
    let [factor, logarithm] = mantissa.shift_right::<48>().choose(&RECIPROCALS);
    // x = −2 (c m − 1), for c close to 1/m.
    let x = mantissa.fma_f64(factor, u.splat_f64(2.0));
    meanwhile.next();
    let whole = u.exponent_f64().fma_f64(u.splat_f64(-TWO_LN_2), logarithm);
    let tail = x.mul_f64(x).fma_f64(horner(x, LOGARITHM), x);
    whole.add_f64(tail).sqrt_f64()
}

/// Σ cᵢ xⁱ.
#[inline(always)]
fn horner<V: Wide, const N: usize>(x: V, coefficients: [f64; N]) -> V {
    let mut sum = x.splat_f64(coefficients[N - 1]);
    for i in (0..N - 1).rev() {
        sum = sum.fma_f64(x, x.splat_f64(coefficients[i]));
    }
    sum
}

const TWO_LN_2: f64 = 2.0 * std::f64::consts::LN_2;
/// −2 c and 2 ln c, with c close to the reciprocal of the middle of each sixteenth of the mantissas. Of the numbers there c is one
/// for which the sum of 2 ln c and the rounded 2 ln 2 is a number up to 4·10⁻¹⁸, so that nothing is lost where they cancel, for u
/// above a half. In the last sixteenth c is ½: nothing is left of the sum, and the tail alone is right up to u = 1.
static RECIPROCALS: Choice = Choice::new(
    [
        -1.939_393_939_392_607_2,
        -1.828_571_428_572_760_6,
        -1.729_729_729_731_061_2,
        -1.641_025_641_025_641_2,
        -1.560_975_609_757_429,
        -1.488_372_093_023_257,
        -1.422_222_222_222_222,
        -1.361_702_127_658_243,
        -1.306_122_448_979_590_2,
        -1.254_901_960_784_314_4,
        -1.207_547_169_811_322_7,
        -1.163_636_363_637_694_7,
        -1.122_807_017_542_530_6,
        -1.084_745_762_710_532_1,
        -1.049_180_327_870_182_8,
        -1.0,
    ],
    [
        -0.061_543_317_334_881_18,
        -0.179_224_317_377_917_36,
        -0.290_364_019_687_456_23,
        -0.395_651_486_659_839_5,
        -0.495_672_327_807_456_57,
        -0.590_928_425_787_670_2,
        -0.681_853_173_941_186_6,
        -0.768_823_397_822_619_5,
        -0.852_168_790_621_802_6,
        -0.932_179_459_849_197_4,
        -1.009_112_021_504_787_3,
        -1.083_194_564_863_200_9,
        -1.154_630_730_072_014_4,
        -1.223_603_082_214_442_1,
        -1.290_275_922_744_633_4,
        -TWO_LN_2,
    ],
);
/// (−2 ln(1 − x/2) − x)/x² in x for |x| ≤ 1/16.
const LOGARITHM: [f64; 8] = [
    0.249_999_999_999_997_97,
    0.083_333_333_333_317_59,
    0.031_250_000_005_853_77,
    0.012_500_000_027_204_9,
    0.005_208_328_228_856_017,
    0.002_232_128_617_927_701,
    0.000_978_276_438_011_360_8,
    0.000_436_569_964_607_975_5,
];

const ROOT_HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;
/// cos π/8 and sin π/8.
const LONG: f64 = 0.923_879_532_511_286_7;
const SHORT: f64 = 0.382_683_432_365_089_8;
/// Cosine and sine of the sixteenths of a turn.
static SIXTEENTHS: Choice = Choice::new(
    [
        1.0, LONG, ROOT_HALF, SHORT, 0.0, -SHORT, -ROOT_HALF, -LONG, -1.0, -LONG, -ROOT_HALF, -SHORT, 0.0, SHORT, ROOT_HALF,
        LONG,
    ],
    [
        0.0, SHORT, ROOT_HALF, LONG, 1.0, LONG, ROOT_HALF, SHORT, 0.0, -SHORT, -ROOT_HALF, -LONG, -1.0, -LONG, -ROOT_HALF,
        -SHORT,
    ],
);
/// sin (π t/8) over t in t² for |t| ≤ ½.
const SINE: [f64; 5] = [
    std::f64::consts::FRAC_PI_8,
    -0.010_093_189_023_534_378,
    7.782_483_030_240_312e-5,
    -2.857_514_477_853_053e-7,
    6.114_449_110_156_057e-10,
];
/// (cos (π t/8) − 1)/t² in t² for |t| ≤ ½.
const COSINE_LESS_ONE: [f64; 4] =
    [-0.077_106_284_383_504_07, 0.000_990_896_514_984_018_3, -5.093_620_159_157_177e-6, 1.401_216_089_904_061_1e-8];
