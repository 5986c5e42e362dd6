//! Weights of patterns added up by lookups, with AVX2 and AVX-512.

use std::{
    arch::{
        asm,
        x86_64::{
            __m512i, _mm_loadu_si128, _mm256_add_epi16, _mm256_broadcastsi128_si256, _mm256_permute2x128_si256,
            _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_storeu_si256, _mm256_unpackhi_epi8, _mm256_unpacklo_epi8,
            _mm512_add_epi16, _mm512_and_si512, _mm512_mask_add_epi16, _mm512_maskz_set1_epi16, _mm512_permutex2var_epi16,
            _mm512_set1_epi16, _mm512_setzero_si512, _mm512_srli_epi16,
        },
    },
    hint::black_box,
};

use super::{load, load_512, store_512};
use crate::popcount::{Adding, FOURS, Packed, REST, SITES, SIX, SIXES, Sums, TILE, plain};

/// Lookups of the first pass over the sums; the second pass does the others. The tables of two queries then fit into registers.
const FIRST: usize = 6;

/// By bit of a sum's number, the sums of 32 that have the weight.
type With = [u32; 5];

/// Each lookup adds the weights of six patterns at 32 sites. Two queries take their bits from the same registers, or loads would
/// keep lookups waiting: a tile of 1024 sites takes 134 ns for each of them, and 142 with all tables of one in registers.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn add_avx512<const N: usize>(bits: &[Packed], adding: &mut [Adding<'_>; N]) {
    // Of constants the compiler makes shuffles instead of masks, which take longer.
    let with: With = black_box([0xaaaa_aaaa, 0xcccc_cccc, 0xf0f0_f0f0, 0xff00_ff00, 0xffff_0000]);
    add_sixes::<N, 0, FIRST>(bits, &with, adding);
    add_sixes::<N, FIRST, { SIXES - FIRST }>(bits, &with, adding);
}

/// Adds the weights of so many sixes of patterns, from number `FROM` on; sums are lifted before the first.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn add_sixes<const N: usize, const FROM: usize, const COUNT: usize>(
    bits: &[Packed],
    with: &With,
    adding: &mut [Adding<'_>; N],
) {
    let mut all = [[[_mm512_setzero_si512(); 2]; COUNT]; N];
    for (tables, adding) in all.iter_mut().zip(&*adding) {
        for (table, weights) in tables.iter_mut().zip(adding.weights.0[FROM * SIX..].chunks(SIX)) {
            *table = table_of(weights, with);
        }
    }
    for (block, packed) in bits.iter().enumerate() {
        let mut totals = [_mm512_setzero_si512(); N];
        for (total, adding) in totals.iter_mut().zip(&mut *adding) {
            *total = load_512(&adding.sums[block].0);
            if let (0, Some(upper)) = (FROM, &mut adding.upper) {
                let Sums(upper) = &mut upper[block];
                store_512(_mm512_add_epi16(load_512(upper), _mm512_srli_epi16::<REST>(*total)), upper);
                *total = _mm512_and_si512(*total, _mm512_set1_epi16((1 << REST) - 1));
            }
        }
        for six in 0..COUNT {
            add_looked(&mut totals, all.each_ref().map(|tables| tables[six]), load_512(&packed[FROM + six].0));
        }
        for (total, adding) in totals.into_iter().zip(&mut *adding) {
            store_512(total, &mut adding.sums[block].0);
        }
    }
}

/// Adds what the bits look up in the table of each query.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn add_looked<const N: usize>(totals: &mut [__m512i; N], tables: [[__m512i; 2]; N], bits: __m512i) {
    if let ([one, other], [[a, b], [c, d]]) = (&mut totals[..], &tables[..]) {
        // In this order, which the compiler does not keep, lookups wait least for the units that additions take as well:
        // without, a tile takes 139 ns instead of 134.
        // SAFETY: the instructions are those of the features above; they touch nothing but these registers.
        unsafe {
            asm!(
                "vpermi2w {x}, {a}, {b}", "vpermi2w {y}, {c}, {d}", "vpaddw {one}, {one}, {x}", "vpaddw {other}, {other}, {y}",
                x = inout(zmm_reg) bits => _, y = inout(zmm_reg) bits => _, a = in(zmm_reg) *a, b = in(zmm_reg) *b,
                c = in(zmm_reg) *c, d = in(zmm_reg) *d, one = inout(zmm_reg) *one, other = inout(zmm_reg) *other,
                options(pure, nomem, nostack, preserves_flags),
            );
        }
        return;
    }
    for (total, [lower, upper]) in totals.iter_mut().zip(tables) {
        *total = _mm512_add_epi16(*total, _mm512_permutex2var_epi16(lower, bits, upper));
    }
}

/// All sums of six weights: number `e` is that of the weights whose bits `e` has. A lookup heeds the lowest six bits of 16.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn table_of(weights: &[u16], with: &With) -> [__m512i; 2] {
    let of = |bit: usize| weights.get(bit).map_or(0, |&weight| weight as i16);
    let mut sums = _mm512_maskz_set1_epi16(with[0], of(0));
    for (bit, &with) in with.iter().enumerate().skip(1) {
        sums = _mm512_mask_add_epi16(sums, with, sums, _mm512_set1_epi16(of(bit)));
    }
    [sums, _mm512_add_epi16(sums, _mm512_set1_epi16(of(5)))]
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn lift_avx512(sums: &mut [Sums], upper: &mut [Sums]) {
    plain::lift(sums, upper);
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn widen_avx512(upper: &mut [Sums], wide: &mut [[u32; SITES]]) {
    plain::widen(upper, wide);
}

/// Lookups of the low and the high bytes of sums of four weights.
#[target_feature(enable = "avx2,fma")]
pub(in crate::popcount) fn add_avx2(fours: &[[[u8; SITES]; FOURS]], weights: &[u16; TILE], sums: &mut [Sums]) {
    let mut tables = [[_mm256_setzero_si256(); 2]; FOURS];
    for (table, weights) in tables.iter_mut().zip(weights.as_chunks::<4>().0) {
        let mut bytes = [[0_u8; 16]; 2];
        let [lower, upper] = &mut bytes;
        for (e, (lower, upper)) in lower.iter_mut().zip(upper).enumerate() {
            let sum = (0..4).filter(|bit| e >> bit & 1 == 1).fold(0_u16, |sum, bit| sum.wrapping_add(weights[bit]));
            (*lower, *upper) = (sum as u8, (sum >> 8) as u8);
        }
        // SAFETY: sixteen bytes.
        *table = bytes.map(|bytes| _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }));
    }
    for (fours, Sums(sums)) in fours.iter().zip(sums) {
        let (mut even, mut odd) = (_mm256_setzero_si256(), _mm256_setzero_si256());
        for (four, [low, high]) in fours.iter().zip(&tables) {
            let bits = load(four);
            let (low, high) = (_mm256_shuffle_epi8(*low, bits), _mm256_shuffle_epi8(*high, bits));
            even = _mm256_add_epi16(even, _mm256_unpacklo_epi8(low, high));
            odd = _mm256_add_epi16(odd, _mm256_unpackhi_epi8(low, high));
        }
        // Unpacking takes eight bytes of each half of the register.
        let halves = [_mm256_permute2x128_si256::<0x20>(even, odd), _mm256_permute2x128_si256::<0x31>(even, odd)];
        for (found, sums) in halves.into_iter().zip(sums.as_chunks_mut::<16>().0) {
            let sum = _mm256_add_epi16(load(sums), found);
            // SAFETY: sixteen numbers are as many bytes.
            unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), sum) };
        }
    }
}
