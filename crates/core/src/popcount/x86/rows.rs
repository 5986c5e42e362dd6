//! Sums over rows with AVX2 and AVX-512.

use std::arch::x86_64::{
    __m512i, _mm256_add_epi32, _mm256_and_si256, _mm256_cmpeq_epi16, _mm256_madd_epi16, _mm256_set1_epi16,
    _mm256_setr_epi16, _mm256_setzero_si256, _mm256_storeu_si256, _mm512_add_epi16, _mm512_add_epi32, _mm512_add_epi64,
    _mm512_adds_epu16, _mm512_and_si512, _mm512_cmplt_epu16_mask, _mm512_madd_epi16, _mm512_mask_add_epi16,
    _mm512_mask_blend_epi16, _mm512_mask_sub_epi16, _mm512_maskz_loadu_epi16, _mm512_maskz_mov_epi16, _mm512_max_epu16,
    _mm512_permutex2var_epi16, _mm512_reduce_add_epi32, _mm512_reduce_add_epi64, _mm512_set1_epi16, _mm512_set1_epi32,
    _mm512_set1_epi64, _mm512_setzero_si512, _mm512_srli_epi32, _mm512_srli_epi64, _mm512_sub_epi16, _mm512_test_epi16_mask,
};

use super::{load, load_512, store_512};
use crate::popcount::{Looked, Numbers, Sums, TILE, plain, rows::Followed, span::Span};

/// Weights below 2¹⁵ are added in pairs to 32 bits, for so many words at most.
const WORDS_IN_32_BITS: usize = 1 << 14;

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn sum_avx512(row: &[u64], weights: &[Numbers]) -> u64 {
    let mut total = 0;
    for (row, weights) in row.chunks(WORDS_IN_32_BITS).zip(weights.chunks(WORDS_IN_32_BITS)) {
        let mut sums = [_mm512_setzero_si512(); 2];
        for (bits, Numbers(weights)) in row.iter().zip(weights) {
            for (half, sum) in sums.iter_mut().enumerate() {
                let at: *const i16 = weights.as_chunks::<32>().0[half].as_ptr().cast();
                // SAFETY: 32 numbers are as many bytes.
                let kept = unsafe { _mm512_maskz_loadu_epi16((bits >> (32 * half)) as u32, at) };
                *sum = _mm512_add_epi32(*sum, _mm512_madd_epi16(kept, _mm512_set1_epi16(1)));
            }
        }
        total += sum_of_u32(_mm512_add_epi32(sums[0], sums[1]));
    }
    total
}

/// The sum of all weights in 16 bits for eight words at a time: right if none of the sums of 16 bits, of which the largest is
/// the second result, is as large as it can be.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn total_blocks_avx512(weights: &[Numbers]) -> (u64, u16) {
    let (mut total, mut largest) = (0, _mm512_setzero_si512());
    for weights in weights.chunks(WORDS_IN_32_BITS) {
        let mut sums = _mm512_setzero_si512();
        let (blocks, last) = weights.as_chunks::<8>();
        for block in blocks {
            let mut narrow = [_mm512_setzero_si512(); 2];
            for Numbers(weights) in block {
                for (narrow, weights) in narrow.iter_mut().zip(weights.as_chunks::<32>().0) {
                    *narrow = _mm512_adds_epu16(*narrow, load_512(weights));
                }
            }
            let narrow = _mm512_adds_epu16(narrow[0], narrow[1]);
            largest = _mm512_max_epu16(largest, narrow);
            sums = _mm512_add_epi32(sums, pairs_of_u16(narrow));
        }
        total += sum_of_u32(sums) + plain::sum_all(last);
    }
    let mut lanes = Sums::default();
    store_512(largest, &mut lanes.0);
    (total, lanes.0.into_iter().max().unwrap_or(0))
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn pairs_of_u16(numbers: __m512i) -> __m512i {
    _mm512_add_epi32(_mm512_and_si512(numbers, _mm512_set1_epi32(0xffff)), _mm512_srli_epi32::<16>(numbers))
}

/// Sums over several rows in 16 bits for eight words at a time, which has to be enough. The weights are read once for all rows.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn sums_blocks_avx512<const N: usize>(rows: [&[u64]; N], weights: &[Numbers]) -> [u64; N] {
    let mut totals = [0; N];
    for (at, weights) in weights.chunks(WORDS_IN_32_BITS).enumerate() {
        let rows = rows.map(|row| &row[at * WORDS_IN_32_BITS..][..weights.len()]);
        let mut sums = [_mm512_setzero_si512(); N];
        let (blocks, last_weights) = weights.as_chunks::<8>();
        let parts = rows.map(|row| row.as_chunks::<8>());
        for (block, weights) in blocks.iter().enumerate() {
            let mut narrow = [[_mm512_setzero_si512(); 2]; N];
            for (word, Numbers(weights)) in weights.iter().enumerate() {
                let [lower, upper] = [0, 1].map(|half| load_512(&weights.as_chunks::<32>().0[half]));
                for (narrow, (blocks, _)) in narrow.iter_mut().zip(&parts) {
                    let bits = blocks[block][word];
                    narrow[0] = _mm512_mask_add_epi16(narrow[0], bits as u32, narrow[0], lower);
                    narrow[1] = _mm512_mask_add_epi16(narrow[1], (bits >> 32) as u32, narrow[1], upper);
                }
            }
            for (sum, [lower, upper]) in sums.iter_mut().zip(narrow) {
                *sum = _mm512_add_epi32(*sum, pairs_of_u16(_mm512_add_epi16(lower, upper)));
            }
        }
        for ((total, sum), (_, last_row)) in totals.iter_mut().zip(sums).zip(&parts) {
            *total += sum_of_u32(sum) + sum_avx512(last_row, last_weights);
        }
    }
    totals
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn sum_of_u32(numbers: __m512i) -> u64 {
    let low = _mm512_and_si512(numbers, _mm512_set1_epi64(0xffff_ffff));
    _mm512_reduce_add_epi64(_mm512_add_epi64(low, _mm512_srli_epi64::<32>(numbers))) as u64
}

#[target_feature(enable = "avx2,fma")]
pub(in crate::popcount) fn sum_avx2(row: &[u64], weights: &[Numbers]) -> u64 {
    let bit = _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, i16::MIN);
    let mut total = 0;
    for (row, weights) in row.chunks(WORDS_IN_32_BITS).zip(weights.chunks(WORDS_IN_32_BITS)) {
        let mut sums = [_mm256_setzero_si256(); 4];
        for (bits, Numbers(weights)) in row.iter().zip(weights) {
            for (quarter, sum) in sums.iter_mut().enumerate() {
                let bits = _mm256_and_si256(_mm256_set1_epi16((bits >> (16 * quarter)) as i16), bit);
                let kept = _mm256_and_si256(_mm256_cmpeq_epi16(bits, bit), load(&weights.as_chunks::<16>().0[quarter]));
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(kept, _mm256_set1_epi16(1)));
            }
        }
        for sum in sums {
            let mut lanes = [0_u32; 8];
            // SAFETY: eight numbers are as many bytes.
            unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), sum) };
            total += lanes.into_iter().map(u64::from).sum::<u64>();
        }
    }
    total
}

/// A table of 256 values in eight registers, 64 values to a lookup.
struct Registers {
    table: [__m512i; 8],
    first: __m512i,
    length: __m512i,
}

impl Registers {
    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
    #[inline]
    fn new(span: &Span) -> Self {
        let (first, values, length) = span.parts();
        let mut table = [_mm512_setzero_si512(); 8];
        table.iter_mut().zip(values.as_chunks::<32>().0).for_each(|(part, values)| *part = load_512(values));
        Self { table, first: _mm512_set1_epi16(first as i16), length: _mm512_set1_epi16(length as i16) }
    }

    /// The values of 32 numbers, 0 outside, and which are inside. A lookup heeds the lowest six bits.
    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
    #[inline]
    fn look(&self, numbers: __m512i) -> (__m512i, u32) {
        let from = _mm512_sub_epi16(numbers, self.first);
        let inside = _mm512_cmplt_epu16_mask(from, self.length);
        let [odd, upper] = [64, 128].map(|bit| _mm512_test_epi16_mask(from, _mm512_set1_epi16(bit)));
        let [a, b, c, d] = [0, 2, 4, 6].map(|at| _mm512_permutex2var_epi16(self.table[at], from, self.table[at + 1]));
        let (lower_half, upper_half) = (_mm512_mask_blend_epi16(odd, a, b), _mm512_mask_blend_epi16(odd, c, d));
        (_mm512_maskz_mov_epi16(inside, _mm512_mask_blend_epi16(upper, lower_half, upper_half)), inside)
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn look_avx512(span: &Span, numbers: &[u16; TILE], values: &mut [u16; TILE]) -> Looked {
    let registers = Registers::new(span);
    let (mut sum, mut outside) = (_mm512_setzero_si512(), 0);
    let halves = numbers.as_chunks::<32>().0.iter().zip(values.as_chunks_mut::<32>().0);
    for (half, (numbers, values)) in halves.enumerate() {
        let (found, inside) = registers.look(load_512(numbers));
        store_512(found, values);
        sum = _mm512_add_epi32(sum, _mm512_madd_epi16(found, _mm512_set1_epi16(1)));
        outside |= u64::from(!inside) << (32 * half);
    }
    Looked { sum: _mm512_reduce_add_epi32(sum) as u32, outside }
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn follow_avx512(row: &[u64], agree: u64, numbers: &mut [Numbers], to: Followed<'_>) {
    let registers = Registers::new(to.span);
    let (one, two) = (_mm512_set1_epi16(1), _mm512_set1_epi16(2));
    for (word, ((bits, Numbers(numbers)), Numbers(weights))) in row.iter().zip(numbers).zip(to.weights).enumerate() {
        let halves = numbers.as_chunks_mut::<32>().0.iter_mut().zip(weights.as_chunks_mut::<32>().0);
        for (half, (numbers, weights)) in halves.enumerate() {
            let agrees = ((bits ^ agree) >> (32 * half)) as u32;
            let number = _mm512_add_epi16(load_512(numbers), one);
            let number = _mm512_mask_sub_epi16(number, agrees, number, two);
            let (weight, inside) = registers.look(number);
            store_512(number, numbers);
            store_512(weight, weights);
            let mut outside = !inside;
            while outside != 0 {
                to.outside.push((word * TILE + 32 * half) as u32 + outside.trailing_zeros());
                outside &= outside - 1;
            }
        }
    }
}
