//! Values from a table in registers with AVX-512.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_cmplt_epu16_mask, _mm512_madd_epi16, _mm512_mask_blend_epi16, _mm512_maskz_mov_epi16,
    _mm512_permutex2var_epi16, _mm512_reduce_add_epi32, _mm512_set1_epi16, _mm512_setzero_si512, _mm512_sub_epi16,
    _mm512_test_epi16_mask,
};

use super::{load_512, store_512};
use crate::popcount::{Looked, TILE, span::Span};

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
