//! Values from tables in registers with AVX-512.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_cmplt_epu16_mask, _mm512_madd_epi16, _mm512_mask_blend_epi16, _mm512_maskz_mov_epi16,
    _mm512_permutex2var_epi16, _mm512_reduce_add_epi32, _mm512_set1_epi16, _mm512_setzero_si512, _mm512_sub_epi16,
    _mm512_test_epi16_mask,
};

use super::{load_512, store_512};
use crate::popcount::{Looked, TILE, span::Span};

/// A function's values at 32 numbers, from a table of 256 in eight registers: 64 values to a lookup, which heeds the lowest six
/// bits. The next two choose.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn look(table: &[__m512i; 8], from: __m512i, [odd, upper]: [u32; 2]) -> __m512i {
    let [a, b, c, d] = [0, 2, 4, 6].map(|at| _mm512_permutex2var_epi16(table[at], from, table[at + 1]));
    let (lower_half, upper_half) = (_mm512_mask_blend_epi16(odd, a, b), _mm512_mask_blend_epi16(odd, c, d));
    _mm512_mask_blend_epi16(upper, lower_half, upper_half)
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn look_avx512<const F: usize>(
    span: &Span<F>,
    numbers: &[u16; TILE],
    values: &mut [u16; TILE],
) -> Looked<F> {
    let (first, all, length) = span.parts();
    let (first, length) = (_mm512_set1_epi16(first as i16), _mm512_set1_epi16(length as i16));
    let mut tables = [[_mm512_setzero_si512(); 8]; F];
    for (table, values) in tables.iter_mut().zip(all) {
        table.iter_mut().zip(values.as_chunks::<32>().0).for_each(|(part, values)| *part = load_512(values));
    }
    let (mut sums, mut outside) = ([_mm512_setzero_si512(); F], 0);
    let halves = numbers.as_chunks::<32>().0.iter().zip(values.as_chunks_mut::<32>().0);
    for (half, (numbers, values)) in halves.enumerate() {
        let from = _mm512_sub_epi16(load_512(numbers), first);
        let inside = _mm512_cmplt_epu16_mask(from, length);
        let bits = [64, 128].map(|bit| _mm512_test_epi16_mask(from, _mm512_set1_epi16(bit)));
        for (function, (sum, table)) in sums.iter_mut().zip(&tables).enumerate() {
            let found = _mm512_maskz_mov_epi16(inside, look(table, from, bits));
            *sum = _mm512_add_epi32(*sum, _mm512_madd_epi16(found, _mm512_set1_epi16(1)));
            if function == 0 {
                store_512(found, values);
            }
        }
        outside |= u64::from(!inside) << (32 * half);
    }
    let mut looked = Looked { sums: [0; F], outside };
    looked.sums.iter_mut().zip(sums).for_each(|(looked, sum)| *looked = _mm512_reduce_add_epi32(sum) as u32);
    looked
}
