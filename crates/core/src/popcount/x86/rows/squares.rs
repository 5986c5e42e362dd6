//! Sums of squares over rows.

use std::arch::x86_64::{
    __m256i, __m512i, _mm256_abs_epi8, _mm256_add_epi8, _mm256_and_si256, _mm256_maddubs_epi16, _mm256_max_epu8,
    _mm256_set1_epi8, _mm256_setzero_si256, _mm256_storeu_si256, _mm256_sub_epi8, _mm512_abs_epi8, _mm512_add_epi8,
    _mm512_add_epi32, _mm512_dpbusd_epi32, _mm512_mask_sub_epi8, _mm512_maskz_mov_epi8, _mm512_max_epu8, _mm512_set1_epi8,
    _mm512_setzero_si512,
};

use super::{WORDS_IN_32_BITS, add_pairs, bytes_of, load, load_512, store, sum_of_u32};
use crate::popcount::{
    TILE,
    rows::{Bytes, Move, Stepped},
};

/// Sums that are made side by side.
const CHAINS: usize = 4;

/// The numbers of one word are read once for all rows. Four sums for each, as an addition waits for the one before.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,fma")]
pub(in crate::popcount) fn squares_avx512<const N: usize>(rows: [&[u64]; N], numbers: &[Bytes]) -> [u64; N] {
    let mut totals = [0; N];
    for (part, numbers) in numbers.chunks(WORDS_IN_32_BITS).enumerate() {
        let mut rows = rows;
        rows.iter_mut().for_each(|row| *row = &row[part * WORDS_IN_32_BITS..][..numbers.len()]);
        let mut sums = [[_mm512_setzero_si512(); N]; CHAINS];
        let (whole, rest) = numbers.as_chunks::<CHAINS>();
        for (at, numbers) in whole.iter().enumerate() {
            for (chain, (sums, numbers)) in sums.iter_mut().zip(numbers).enumerate() {
                add_squares(sums, rows.map(|row| row[CHAINS * at + chain]), numbers);
            }
        }
        for (chain, (sums, numbers)) in sums.iter_mut().zip(rest).enumerate() {
            add_squares(sums, rows.map(|row| row[CHAINS * whole.len() + chain]), numbers);
        }
        for (site, total) in totals.iter_mut().enumerate() {
            let [a, b, c, d] = sums.map(|sums| sums[site]);
            *total += sum_of_u32(_mm512_add_epi32(_mm512_add_epi32(a, b), _mm512_add_epi32(c, d)));
        }
    }
    totals
}

/// Adds the squares of patterns whose bit is 1, four to a lane, for several rows.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,fma")]
#[inline]
fn add_squares<const N: usize>(sums: &mut [__m512i; N], bits: [u64; N], Bytes(numbers): &Bytes) {
    let magnitudes = _mm512_abs_epi8(load_512(numbers));
    for (sum, bits) in sums.iter_mut().zip(bits) {
        *sum = _mm512_dpbusd_epi32(*sum, _mm512_maskz_mov_epi8(bits, magnitudes), magnitudes);
    }
}

#[target_feature(enable = "avx2,fma")]
pub(in crate::popcount) fn squares_avx2(row: &[u64], numbers: &[Bytes]) -> u64 {
    let mut total = 0;
    for (row, numbers) in row.chunks(WORDS_IN_32_BITS).zip(numbers.chunks(WORDS_IN_32_BITS)) {
        let mut sums = [_mm256_setzero_si256(); 2];
        for (bits, Bytes(numbers)) in row.iter().zip(numbers) {
            for (half, (sum, numbers)) in sums.iter_mut().zip(numbers.as_chunks::<32>().0).enumerate() {
                let magnitudes = _mm256_abs_epi8(load(numbers));
                let kept = _mm256_and_si256(bytes_of((bits >> (32 * half)) as u32), magnitudes);
                // Pairs of products stay below 2¹⁵.
                *sum = add_pairs(*sum, _mm256_maddubs_epi16(kept, magnitudes));
            }
        }
        total += sums.into_iter().map(|sum| sum_of_eight(sum)).sum::<u64>();
    }
    total
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,fma")]
pub(in crate::popcount) fn step_avx512(step: Move<'_>, numbers: &mut [Bytes]) -> Stepped {
    let (Some((bits, row)), Some((last, numbers))) = (step.row.split_last(), numbers.split_last_mut()) else {
        return Stepped { squares: 0, largest: 0 };
    };
    let (mut sums, mut largest) = ([_mm512_setzero_si512(); 2], _mm512_setzero_si512());
    step_word(step.by, *bits, step.last, last, &mut sums[0], &mut largest);
    let mut squares = sum_of_u32(sums[0]);
    for (row, numbers) in row.chunks(WORDS_IN_32_BITS).zip(numbers.chunks_mut(WORDS_IN_32_BITS)) {
        sums = [_mm512_setzero_si512(); 2];
        let (twos, rest) = numbers.as_chunks_mut::<2>();
        let (bits, rest_bits) = row.as_chunks::<2>();
        for ([first, second], bits) in twos.iter_mut().zip(bits) {
            step_word(step.by, bits[0], u64::MAX, first, &mut sums[0], &mut largest);
            step_word(step.by, bits[1], u64::MAX, second, &mut sums[1], &mut largest);
        }
        for (numbers, bits) in rest.iter_mut().zip(rest_bits) {
            step_word(step.by, *bits, u64::MAX, numbers, &mut sums[0], &mut largest);
        }
        squares += sum_of_u32(_mm512_add_epi32(sums[0], sums[1]));
    }
    let mut bytes = [0; TILE];
    store(largest, &mut bytes);
    Stepped { squares, largest: bytes.into_iter().max().unwrap_or(0) }
}

/// Moves the numbers of the patterns held, and adds their squares.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,fma")]
#[inline]
fn step_word(by: i8, bits: u64, held: u64, Bytes(numbers): &mut Bytes, sum: &mut __m512i, largest: &mut __m512i) {
    let more = _mm512_add_epi8(load_512(numbers), _mm512_set1_epi8(by));
    let moved = _mm512_maskz_mov_epi8(held, _mm512_mask_sub_epi8(more, bits, more, _mm512_set1_epi8(2 * by)));
    store(moved, numbers);
    let magnitudes = _mm512_abs_epi8(moved);
    *largest = _mm512_max_epu8(*largest, magnitudes);
    *sum = _mm512_dpbusd_epi32(*sum, magnitudes, magnitudes);
}

#[target_feature(enable = "avx2,fma")]
pub(in crate::popcount) fn step_avx2(step: Move<'_>, numbers: &mut [Bytes]) -> Stepped {
    let (by, twice) = (_mm256_set1_epi8(step.by), _mm256_set1_epi8(2 * step.by));
    let mut largest = _mm256_setzero_si256();
    let (mut squares, words) = (0, step.row.len());
    for from in (0..words).step_by(WORDS_IN_32_BITS) {
        let part = from..words.min(from + WORDS_IN_32_BITS);
        let mut sum = _mm256_setzero_si256();
        for (word, Bytes(numbers)) in part.clone().zip(&mut numbers[part]) {
            let held = if word + 1 == words { step.last } else { u64::MAX };
            for (half, numbers) in numbers.as_chunks_mut::<32>().0.iter_mut().enumerate() {
                let [one, held] = [bytes_of((step.row[word] >> (32 * half)) as u32), bytes_of((held >> (32 * half)) as u32)];
                let more = _mm256_add_epi8(load(numbers), by);
                let moved = _mm256_and_si256(held, _mm256_sub_epi8(more, _mm256_and_si256(one, twice)));
                // SAFETY: there are as many bytes.
                unsafe { _mm256_storeu_si256(numbers.as_mut_ptr().cast(), moved) };
                let magnitudes = _mm256_abs_epi8(moved);
                largest = _mm256_max_epu8(largest, magnitudes);
                // Pairs of products stay below 2¹⁵.
                sum = add_pairs(sum, _mm256_maddubs_epi16(magnitudes, magnitudes));
            }
        }
        squares += sum_of_eight(sum);
    }
    let mut bytes = [0_u8; 32];
    // SAFETY: there are as many bytes.
    unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), largest) };
    Stepped { squares, largest: bytes.into_iter().max().unwrap_or(0) }
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn sum_of_eight(numbers: __m256i) -> u64 {
    let mut lanes = [0_u32; 8];
    // SAFETY: eight numbers are as many bytes.
    unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), numbers) };
    lanes.into_iter().map(u64::from).sum()
}
