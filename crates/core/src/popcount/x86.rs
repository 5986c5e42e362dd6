//! Sums over the bits of a tile with AVX2 and AVX-512.

use std::arch::x86_64::{
    __m256i, __m512i, _MM_HINT_T1, _mm_prefetch, _mm_storeu_si128, _mm256_add_epi8, _mm256_add_epi32, _mm256_add_epi64,
    _mm256_and_si256, _mm256_loadu_si256, _mm256_sad_epu8, _mm256_set1_epi8, _mm256_set1_epi64x, _mm256_setr_epi8,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_storeu_si256, _mm256_xor_si256, _mm512_add_epi64,
    _mm512_and_si512, _mm512_cvtepi64_epi16, _mm512_cvtepi64_epi32, _mm512_loadu_si512, _mm512_popcnt_epi64,
    _mm512_set1_epi64, _mm512_setzero_si512, _mm512_storeu_si512, _mm512_xor_si512,
};

mod add;
mod pack;
mod rows;
mod span;
mod strip;
pub(super) use add::{add_avx2, add_avx512, lift_avx512, widen_avx512};
pub(super) use pack::{pack_avx2, pack_avx512, pack_gfni, transposes_bytes, turn_avx2, turn_avx512, turn_gfni};
pub(super) use rows::{follow_avx512, squares_avx2, squares_avx512, step_avx2, step_avx512, sum_avx2, sums_avx512};
pub(super) use span::look_avx512;
pub(super) use strip::{differing_together, turn_strip};

use super::{TILE, Words};

/// Whether there is an instruction for eight population counts.
pub(super) fn counts_in_vectors() -> bool {
    is_x86_feature_detected!("avx512vpopcntdq")
}

/// Whether there is all that queries take to share their additions.
pub(super) fn shares_additions() -> bool {
    transposes_bytes() && counts_in_vectors()
}

/// Whether there are instructions that multiply bytes and add up, and that look up 128 bytes.
pub(super) fn multiplies_bytes() -> bool {
    is_x86_feature_detected!("avx512vnni") && is_x86_feature_detected!("avx512vbmi")
}

/// Asks for the line of memory where these words begin.
pub(super) fn fetch(words: &[u64]) {
    // SAFETY: every machine has the instruction, and it may point anywhere.
    unsafe { _mm_prefetch::<_MM_HINT_T1>(words.as_ptr().cast()) }
}

/// Eight patterns to a register, all 64 side by side.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq")]
pub(super) fn differing_avx512<'a>(words: impl Iterator<Item = &'a Words>, query: &[u64], counts: &mut [u16; TILE]) {
    let mut sums = [_mm512_setzero_si512(); TILE / 8];
    for (Words(word), query) in words.zip(query) {
        let query = _mm512_set1_epi64(*query as i64);
        for (sum, bits) in sums.iter_mut().zip(word.as_chunks::<8>().0) {
            *sum = _mm512_add_epi64(*sum, _mm512_popcnt_epi64(_mm512_xor_si512(load_512(bits), query)));
        }
    }
    for (sum, counts) in sums.into_iter().zip(counts.as_chunks_mut::<8>().0) {
        // SAFETY: eight numbers are as many bytes.
        unsafe { _mm_storeu_si128(counts.as_mut_ptr().cast(), _mm512_cvtepi64_epi16(sum)) };
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx2")]
pub(super) fn add_ones_avx512(sites: &[u64], odd: u64, ones: &mut [u32], of_odd: &mut [u32]) {
    let odd = _mm512_set1_epi64(odd as i64);
    let numbers = ones.as_chunks_mut::<8>().0.iter_mut().zip(of_odd.as_chunks_mut::<8>().0);
    for (bits, (ones, of_odd)) in sites.as_chunks::<8>().0.iter().zip(numbers) {
        let bits = load_512(bits);
        for (bits, ones) in [(bits, ones), (_mm512_and_si512(bits, odd), of_odd)] {
            let sum = _mm256_add_epi32(load(ones), _mm512_cvtepi64_epi32(_mm512_popcnt_epi64(bits)));
            // SAFETY: eight numbers are as many bytes.
            unsafe { _mm256_storeu_si256(ones.as_mut_ptr().cast(), sum) };
        }
    }
}

/// Counts of half bytes from a table (Muła, Kurz & Lemire, *Faster population counts using AVX2 instructions*, 2018, arXiv
/// 1611.07612, section 4), summed as bytes for as long as they fit.
#[target_feature(enable = "avx2,fma")]
pub(super) fn differing_avx2<'a>(words: impl Iterator<Item = &'a Words> + Clone, query: &[u64], counts: &mut [u16; TILE]) {
    let table =
        _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    let low = _mm256_set1_epi8(15);
    for (quarter, counts) in counts.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let mut sum = _mm256_setzero_si256();
        let mut words = words.clone();
        for query in query.chunks(31) {
            let mut bytes = _mm256_setzero_si256();
            for (query, Words(word)) in query.iter().zip(&mut words) {
                let bits = _mm256_xor_si256(load(&word.as_chunks::<4>().0[quarter]), _mm256_set1_epi64x(*query as i64));
                let lower = _mm256_shuffle_epi8(table, _mm256_and_si256(bits, low));
                let upper = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16::<4>(bits), low));
                bytes = _mm256_add_epi8(bytes, _mm256_add_epi8(lower, upper));
            }
            sum = _mm256_add_epi64(sum, _mm256_sad_epu8(bytes, _mm256_setzero_si256()));
        }
        let mut wide = [0_u64; 4];
        // SAFETY: four numbers are as many bytes.
        unsafe { _mm256_storeu_si256(wide.as_mut_ptr().cast(), sum) };
        *counts = wide.map(|count| count as u16);
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load<T, const N: usize>(numbers: &[T; N]) -> __m256i {
    const { assert!(size_of::<[T; N]>() == 32) };
    // SAFETY: there are as many bytes.
    unsafe { _mm256_loadu_si256(numbers.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load_512<T, const N: usize>(numbers: &[T; N]) -> __m512i {
    const { assert!(size_of::<[T; N]>() == 64) };
    // SAFETY: there are as many bytes.
    unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store_512<const N: usize>(vector: __m512i, numbers: &mut [u16; N]) {
    const { assert!(size_of::<[u16; N]>() == 64) };
    // SAFETY: there are as many bytes, and all of them make numbers.
    unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast(), vector) }
}
