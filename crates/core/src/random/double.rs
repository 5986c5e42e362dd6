//! Pairs of normals in f64, with a logarithm, a sine and a cosine from small tables and short polynomials.
//!
//! The tables leave a remainder of at most a thirty-second to the logarithm and of a sixteenth of half a turn to the angle;
//! polynomials are minimax (Remez) there.

use crate::{
    random::philox::Rounds,
    simd::{Choice, Wide},
};

/// Does the same to each of `P` vectors, all of which have done it before what follows begins.
macro_rules! each {
    ($like:expr, $i:ident => $make:expr) => {{
        let mut all = [$like; P];
        for $i in 0..P {
            all[$i] = $make.pinned();
        }
        all
    }};
}

/// `P` times eight pairs of independent standard normals, each from 96 random bits in the low halves of three numbers: 51 for the
/// radius and 45 for the angle.
///
/// Each step of this waits for the one before. Meanwhile other pairs and the rounds of other blocks keep the processor busy. What is
/// done when is pinned, as compilers put all rounds behind: 4 % of the time.
///
/// Cycles per eight pairs with AVX-512 on Zen 4, with what its 512-bit instructions take of four pipes, two at a time:
///
/// | instructions | number | pipes |
/// |---|---|---|
/// | multiply-adds and products | 27 | 2 |
/// | products of integers (rounds) | 13 | the same 2 |
/// | square root | 1 | the same, 2 cycles; 16 of its own |
/// | shifts (13 of the rounds), sums, conversions, table look-ups | 26 | the other 2 |
/// | logic (14 of the rounds) | 18 | any; of three operands not all at once |
///
/// That is 43 at the least; independent instructions of the same kinds take 50, with the loads and stores here 56, and this takes 62. The
/// rounds alone take 28, the transform alone 51.
#[inline(always)]
pub(super) fn pairs<V: Wide, const P: usize, const M: usize>(
    words: [[V; 3]; P],
    meanwhile: &mut Rounds<V, M>,
) -> [[V; 2]; P] {
    let like = words[0][0];
    let u = each!(like, i => uniform(words[i]));
    rounds::<V, P, M>(meanwhile, 0);
    let m = each!(like, i => u[i].mantissa_f64());
    rounds::<V, P, M>(meanwhile, 1);
    let row = each!(like, i => m[i].shift_right::<48>());
    let factor = each!(like, i => row[i].choose(&RECIPROCALS)[0]);
    let logarithm = each!(like, i => row[i].choose(&RECIPROCALS)[1]);
    rounds::<V, P, M>(meanwhile, 2);
    // x = −2 (c m − 1), for c close to 1/m.
    let x = each!(like, i => m[i].fma_f64(factor[i], like.splat_f64(2.0)));
    let t = each!(like, i => turn(words[i]));
    rounds::<V, P, M>(meanwhile, 3);
    let z = each!(like, i => t[i].mul_f64(t[i]));
    let tail = each!(like, i => horner::<V, 8, 6>(x[i], LOGARITHM, like.splat_f64(LOGARITHM[7])));
    rounds::<V, P, M>(meanwhile, 4);
    let tail = each!(like, i => horner::<V, 8, 5>(x[i], LOGARITHM, tail[i]));
    let whole = each!(like, i => u[i].exponent_f64().fma_f64(like.splat_f64(-TWO_LN_2), logarithm[i]));
    let tail = each!(like, i => horner::<V, 8, 4>(x[i], LOGARITHM, tail[i]));
    rounds::<V, P, M>(meanwhile, 5);
    let tail = each!(like, i => horner::<V, 8, 3>(x[i], LOGARITHM, tail[i]));
    let sine = each!(like, i => horner::<V, 5, 3>(z[i], SINE, like.splat_f64(SINE[4])));
    rounds::<V, P, M>(meanwhile, 6);
    let tail = each!(like, i => horner::<V, 8, 2>(x[i], LOGARITHM, tail[i]));
    let less = each!(like, i => horner::<V, 4, 2>(z[i], COSINE_LESS_ONE, like.splat_f64(COSINE_LESS_ONE[3])));
    rounds::<V, P, M>(meanwhile, 7);
    let tail = each!(like, i => horner::<V, 8, 1>(x[i], LOGARITHM, tail[i]));
    let sine = each!(like, i => horner::<V, 5, 2>(z[i], SINE, sine[i]));
    rounds::<V, P, M>(meanwhile, 8);
    let tail = each!(like, i => horner::<V, 8, 0>(x[i], LOGARITHM, tail[i]));
    let less = each!(like, i => horner::<V, 4, 1>(z[i], COSINE_LESS_ONE, less[i]));
    let r = each!(like, i => whole[i].add_f64(x[i].mul_f64(x[i]).fma_f64(tail[i], x[i])).sqrt_f64());
    rounds::<V, P, M>(meanwhile, 9);
    let sine = each!(like, i => horner::<V, 5, 1>(z[i], SINE, sine[i]));
    let less = each!(like, i => horner::<V, 4, 0>(z[i], COSINE_LESS_ONE, less[i]));
    rounds::<V, P, M>(meanwhile, 10);
    let sine = each!(like, i => horner::<V, 5, 0>(z[i], SINE, sine[i]));
    let less = each!(like, i => z[i].mul_f64(less[i]));
    let rise = each!(like, i => t[i].mul_f64(sine[i]));
    rounds::<V, P, M>(meanwhile, 11);
    let mut pairs = [[like; 2]; P];
    for i in 0..P {
        let [c, s] = words[i][2].choose(&SIXTEENTHS);
        let (cosine, sine) = (s.fnma_f64(rise[i], c.fma_f64(less[i], c)), c.fma_f64(rise[i], s.fma_f64(less[i], s)));
        pairs[i] = [r[i].mul_f64(cosine), r[i].mul_f64(sine)];
    }
    pairs
}

/// What of the rounds belongs to one of twelve places: of two pairs one block at each, of a single one all blocks at two.
#[inline(always)]
fn rounds<V: Wide, const P: usize, const M: usize>(rounds: &mut Rounds<V, M>, place: usize) {
    if M > 0 && P == 2 {
        rounds.next(place % M.max(1));
    } else if M == 3 && (place == 3 || place == 11) {
        rounds.next(0);
        rounds.next(1);
        rounds.next(2);
    }
}

/// Uniform in (0, 1), an odd multiple of 2^-52. The logarithm of 1 itself might be rounded to the wrong side of zero.
#[inline(always)]
fn uniform<V: Wide>([high, _, low]: [V; 3]) -> V {
    let bits = low.shift_right::<3>().where_bits(0x000F_FFFF, high.shift_left::<20>());
    // What lies above the mantissa means nothing.
    high.splat_f64(2.0).sub_f64(bits.and_or((1 << 52) - 1, 1023 << 52 | 1))
}

/// 2⁶⁴ times a sixteenth of a turn, from −½ to ½; four other bits choose which of them.
#[inline(always)]
fn turn<V: Wide>([_, turn, low]: [V; 3]) -> V {
    low.below(turn).centred_f64(0xFFFF_FFFF_FF80_0000)
}

/// Of Σ cᵢ xⁱ, by Horner's rule, the step that coefficient `I` has its turn in.
#[inline(always)]
fn horner<V: Wide, const N: usize, const I: usize>(x: V, coefficients: [f64; N], sum: V) -> V {
    sum.fma_f64(x, x.splat_f64(coefficients[I]))
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
/// sin (π t/8) over t in t² for |t| ≤ ½, for 2⁶⁴ t.
const SINE: [f64; 5] = scaled(
    64,
    [
        std::f64::consts::FRAC_PI_8,
        -0.010_093_189_023_534_378,
        7.782_483_030_240_312e-5,
        -2.857_514_477_853_053e-7,
        6.114_449_110_156_057e-10,
    ],
);
/// (cos (π t/8) − 1)/t² in t² for |t| ≤ ½, for 2⁶⁴ t.
const COSINE_LESS_ONE: [f64; 4] = scaled(
    128,
    [-0.077_106_284_383_504_07, 0.000_990_896_514_984_018_3, -5.093_620_159_157_177e-6, 1.401_216_089_904_061_1e-8],
);

/// Coefficients of a polynomial in 2¹²⁸ x, of 2^-`first` times the value: powers of two change no digit.
const fn scaled<const N: usize>(first: u64, mut coefficients: [f64; N]) -> [f64; N] {
    let mut i = 0;
    while i < N {
        coefficients[i] *= f64::from_bits((1023 - first - 128 * i as u64) << 52);
        i += 1;
    }
    coefficients
}
