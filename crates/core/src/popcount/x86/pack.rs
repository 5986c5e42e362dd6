//! Bits of patterns turned into bits of sites, and laid out for lookups.

use std::arch::x86_64::{
    __m512i, _mm512_gf2p8affine_epi64_epi8, _mm512_or_si512, _mm512_permutex2var_epi8, _mm512_permutex2var_epi16,
    _mm512_permutex2var_epi32, _mm512_permutexvar_epi8, _mm512_set1_epi64, _mm512_setzero_si512, _mm512_slli_epi16,
    _mm512_srli_epi16, _mm512_storeu_si512,
};

use super::{load_512, store_512};
use crate::popcount::{
    FOURS, SITES, Sums, TILE, Words,
    layout::{Packed, SIX},
    plain,
};

/// Whether there are instructions that look up 128 bytes, and that transpose eight by eight bits.
pub(in crate::popcount) fn transposes_bytes() -> bool {
    is_x86_feature_detected!("avx512vbmi") && is_x86_feature_detected!("gfni")
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn turn_avx512<'a>(words: impl Iterator<Item = &'a Words>, sites: &mut [u64]) {
    plain::turn(words, sites);
}

#[target_feature(enable = "avx2,fma")]
pub(in crate::popcount) fn turn_avx2<'a>(words: impl Iterator<Item = &'a Words>, sites: &mut [u64]) {
    plain::turn(words, sites);
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn pack_avx512(sites: &[u64], packed: &mut Packed) {
    for (part, six) in packed.sixes.iter_mut().enumerate() {
        for (Sums(packed), sites) in six.iter_mut().zip(sites.as_chunks::<SITES>().0) {
            packed.iter_mut().zip(sites).for_each(|(packed, bits)| *packed = (bits >> (SIX * part)) as u16);
        }
    }
}

#[target_feature(enable = "avx2,fma")]
pub(in crate::popcount) fn pack_avx2(sites: &[u64], fours: &mut [[[u8; SITES]; FOURS]]) {
    for (sites, fours) in sites.as_chunks::<SITES>().0.iter().zip(fours) {
        for (group, four) in fours.iter_mut().enumerate() {
            for (site, bits) in four.iter_mut().zip(sites) {
                *site = (bits >> (4 * group)) as u8 & 15;
            }
        }
    }
}

/// Bytes of eight patterns by eight words of eight sites, the last pattern first: byte `8 c + b` is byte c of pattern 7 − b.
const OCTETS: [u8; 64] = {
    let mut from = [0; 64];
    let mut at = 0;
    while at < 64 {
        from[at] = (8 * (7 - at % 8) + at / 8) as u8;
        at += 1;
    }
    from
};

/// Places of two registers' numbers side by side, from one number on.
macro_rules! pairs {
    ($number:ty, $first:expr) => {{
        const LENGTH: usize = 64 / size_of::<$number>();
        const PLACES: [$number; LENGTH] = {
            let mut from = [0; LENGTH];
            let mut at = 0;
            while at < LENGTH {
                from[at] = ($first + at / 2 + LENGTH * (at % 2)) as $number;
                at += 1;
            }
            from
        };
        load_512(&PLACES)
    }};
}
pub(super) use pairs;

/// The bits of eight words, bit j of word i, become 64 bytes: bit i of byte j.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,gfni,avx2,fma")]
#[inline]
pub(super) fn by_eight(words: __m512i) -> __m512i {
    let columns = _mm512_set1_epi64(0x8040_2010_0804_0201_u64 as i64);
    _mm512_gf2p8affine_epi64_epi8::<0>(columns, _mm512_permutexvar_epi8(load_512(&OCTETS), words))
}

/// By sixteen patterns, their bits at each of 32 sites; then those at the other 32 sites.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,gfni,avx2,fma")]
#[inline]
fn by_sixteen(Words(word): &Words) -> [[__m512i; 4]; 2] {
    // By eight patterns, a byte for every site.
    let mut eights = [_mm512_setzero_si512(); TILE / 8];
    for (bytes, patterns) in eights.iter_mut().zip(word.as_chunks::<8>().0) {
        *bytes = by_eight(load_512(patterns));
    }
    // Closures here would be called, not inlined.
    let mut halves = [[_mm512_setzero_si512(); TILE / 16]; TILE / SITES];
    for (half, places) in halves.iter_mut().zip([pairs!(u8, 0), pairs!(u8, SITES)]) {
        for (bits, [one, other]) in half.iter_mut().zip(eights.as_chunks().0) {
            *bits = _mm512_permutex2var_epi8(*one, places, *other);
        }
    }
    halves
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,gfni,avx2,fma")]
pub(in crate::popcount) fn turn_gfni<'a>(words: impl Iterator<Item = &'a Words>, sites: &mut [u64]) {
    let (sixteens, wides) = ([pairs!(u16, 0), pairs!(u16, 16)], [pairs!(u32, 0), pairs!(u32, 8)]);
    for (word, sites) in words.zip(sites.as_chunks_mut::<TILE>().0) {
        for ([a, b, c, d], sites) in by_sixteen(word).into_iter().zip(sites.as_chunks_mut::<SITES>().0) {
            for (pairs, sites) in sixteens.into_iter().zip(sites.as_chunks_mut::<16>().0) {
                let (lower, upper) = (_mm512_permutex2var_epi16(a, pairs, b), _mm512_permutex2var_epi16(c, pairs, d));
                for (pairs, sites) in wides.into_iter().zip(sites.as_chunks_mut::<8>().0) {
                    let turned = _mm512_permutex2var_epi32(lower, pairs, upper);
                    // SAFETY: eight numbers are as many bytes.
                    unsafe { _mm512_storeu_si512(sites.as_mut_ptr().cast(), turned) };
                }
            }
        }
    }
}

/// The bits of a site and sixteen patterns are a number; shifted, it begins with those of six. A lookup heeds no others.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,gfni,avx2,fma")]
pub(in crate::popcount) fn pack_gfni<'a>(words: impl Iterator<Item = &'a Words>, packed: &mut Packed) {
    for (number, word) in words.enumerate() {
        for (half, sixteens) in by_sixteen(word).into_iter().enumerate() {
            store_sixes(sixteens, packed, number * TILE / SITES + half);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,gfni,avx2,fma")]
#[inline]
fn store_sixes([a, b, c, d]: [__m512i; 4], packed: &mut Packed, block: usize) {
    let sixes = [
        a,
        _mm512_srli_epi16::<6>(a),
        _mm512_or_si512(_mm512_srli_epi16::<12>(a), _mm512_slli_epi16::<4>(b)),
        _mm512_srli_epi16::<2>(b),
        _mm512_srli_epi16::<8>(b),
        _mm512_or_si512(_mm512_srli_epi16::<14>(b), _mm512_slli_epi16::<2>(c)),
        _mm512_srli_epi16::<4>(c),
        _mm512_srli_epi16::<10>(c),
        d,
        _mm512_srli_epi16::<6>(d),
        _mm512_srli_epi16::<12>(d),
    ];
    for (six, packed) in sixes.into_iter().zip(&mut packed.sixes) {
        store_512(six, &mut packed[block].0);
    }
}
