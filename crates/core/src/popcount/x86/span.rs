//! Values of functions at numbers, with AVX-512.

use std::arch::x86_64::{
    __m128i, __m512i, _mm_cvtsi32_si128, _mm512_add_epi16, _mm512_add_epi32, _mm512_and_si512, _mm512_cmplt_epu16_mask,
    _mm512_madd_epi16, _mm512_mask_blend_epi16, _mm512_mask_blend_epi32, _mm512_maskz_add_epi16, _mm512_maskz_mov_epi16,
    _mm512_mullo_epi16, _mm512_or_si512, _mm512_permutex2var_epi16, _mm512_reduce_add_epi64, _mm512_set1_epi16,
    _mm512_setzero_si512, _mm512_shuffle_epi32, _mm512_slli_epi16, _mm512_srl_epi16, _mm512_sub_epi16,
    _mm512_test_epi16_mask,
};

use super::{load_512, store_512};
use crate::popcount::{
    Looked, Numbers, TILE,
    span::{Span, Square},
};

/// A function's values at 32 numbers, from a table of 256 in eight registers: 64 values to a lookup, which heeds the lowest six
/// bits. The next two choose.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn look(table: &[__m512i; 8], from: __m512i, [odd, upper]: [u32; 2]) -> __m512i {
    let [a, b, c, d] = [0, 2, 4, 6].map(|at| _mm512_permutex2var_epi16(table[at], from, table[at + 1]));
    let (lower_half, upper_half) = (_mm512_mask_blend_epi16(odd, a, b), _mm512_mask_blend_epi16(odd, c, d));
    _mm512_mask_blend_epi16(upper, lower_half, upper_half)
}

/// The tables of some functions, and where they begin and end.
#[derive(Clone, Copy)]
struct Tables<const F: usize> {
    tables: [[__m512i; 8]; F],
    first: __m512i,
    length: __m512i,
}

impl<const F: usize> Tables<F> {
    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
    #[inline]
    fn of(span: &Span<F>) -> Self {
        let (first, all, length) = span.parts();
        let (first, length) = (_mm512_set1_epi16(first as i16), _mm512_set1_epi16(length as i16));
        let mut tables = [[_mm512_setzero_si512(); 8]; F];
        for (table, values) in tables.iter_mut().zip(all) {
            table.iter_mut().zip(values.as_chunks::<32>().0).for_each(|(part, values)| *part = load_512(values));
        }
        Self { tables, first, length }
    }

    /// The values of the first function at some numbers.
    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
    #[inline]
    fn look(&self, numbers: &[u16; TILE], values: &mut [u16; TILE]) -> Looked<F> {
        let (mut sums, mut outside) = ([_mm512_setzero_si512(); F], 0);
        let halves = numbers.as_chunks::<32>().0.iter().zip(values.as_chunks_mut::<32>().0);
        for (half, (numbers, values)) in halves.enumerate() {
            let from = _mm512_sub_epi16(load_512(numbers), self.first);
            let inside = _mm512_cmplt_epu16_mask(from, self.length);
            let bits = [64, 128].map(|bit| _mm512_test_epi16_mask(from, _mm512_set1_epi16(bit)));
            for (function, (sum, table)) in sums.iter_mut().zip(&self.tables).enumerate() {
                let found = _mm512_maskz_mov_epi16(inside, look(table, from, bits));
                *sum = _mm512_add_epi32(*sum, _mm512_madd_epi16(found, _mm512_set1_epi16(1)));
                if function == 0 {
                    store_512(found, values);
                }
            }
            outside |= u64::from(!inside) << (32 * half);
        }
        let mut looked = Looked { sums: [0; F], outside };
        for (looked, sums) in looked.sums.chunks_mut(2).zip(sums.chunks(2)) {
            let totals = totals(sums[0], *sums.last().unwrap_or(&sums[0]));
            looked.iter_mut().zip(totals).for_each(|(looked, total)| *looked = total);
        }
        looked
    }
}

/// Bits of a sum of 64 numbers below 256.
const ABOVE: u32 = 14;

/// Functions that are polynomials of degree two: two products take less time than tables, and sums of numbers and of their
/// squares give those of all functions.
#[derive(Clone, Copy)]
struct Squares<'a, const F: usize> {
    squares: &'a [Square; F],
    coefficients: [__m512i; 3],
    shift: __m128i,
    first: __m512i,
    length: __m512i,
}

impl<'a, const F: usize> Squares<'a, F> {
    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
    #[inline]
    fn of(span: &'a Span<F>) -> Option<Self> {
        let (first, _, length) = span.parts();
        let squares = span.squares()?;
        let &Square { coefficients: Some([a, b, c]), shift, .. } = squares.first()? else { return None };
        let shift = _mm_cvtsi32_si128(shift as i32);
        let coefficients = [_mm512_set1_epi16(a as i16), _mm512_set1_epi16(b as i16), _mm512_set1_epi16(c as i16)];
        let (first, length) = (_mm512_set1_epi16(first as i16), _mm512_set1_epi16(length as i16));
        Some(Self { squares, coefficients, shift, first, length })
    }

    /// The values of the first function at some numbers.
    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
    #[inline]
    fn look(&self, numbers: &[u16; TILE], values: &mut [u16; TILE]) -> Looked<F> {
        let [a, b, c] = self.coefficients;
        let (mut sums, mut squares, mut outside) = (_mm512_setzero_si512(), _mm512_setzero_si512(), 0);
        let halves = numbers.as_chunks::<32>().0.iter().zip(values.as_chunks_mut::<32>().0);
        for (half, (numbers, values)) in halves.enumerate() {
            let from = _mm512_sub_epi16(load_512(numbers), self.first);
            let inside = _mm512_cmplt_epu16_mask(from, self.length);
            let from = _mm512_maskz_mov_epi16(inside, from);
            // Odd numbers are counted above the sum of all.
            let odd = _mm512_and_si512(_mm512_slli_epi16::<ABOVE>(from), _mm512_set1_epi16(1 << ABOVE));
            sums = _mm512_add_epi32(sums, _mm512_madd_epi16(_mm512_or_si512(from, odd), _mm512_set1_epi16(1)));
            squares = _mm512_add_epi32(squares, _mm512_madd_epi16(from, from));
            let slope = _mm512_add_epi16(_mm512_mullo_epi16(from, c), b);
            let whole = _mm512_maskz_add_epi16(inside, _mm512_mullo_epi16(from, slope), a);
            store_512(_mm512_srl_epi16(whole, self.shift), values);
            outside |= u64::from(!inside) << (32 * half);
        }
        let mut looked = Looked { sums: [0; F], outside };
        // All of them most often, and no instruction that counts bits is taken for granted.
        let count = if outside == 0 { TILE as u64 } else { u64::from(outside.count_zeros()) };
        let [sum, square_sum] = totals(sums, squares);
        let (odd, sum) = (sum >> ABOVE, sum & ((1 << ABOVE) - 1));
        for (looked, square) in looked.sums.iter_mut().zip(self.squares) {
            *looked = square.sum(count - odd, odd, sum, square_sum);
        }
        looked
    }
}

/// What is in the tables stays in registers.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn look_avx512<const F: usize>(
    span: &Span<F>,
    numbers: &[Numbers],
    values: &mut [Numbers],
    looked: &mut [Looked<F>],
) {
    let (squares, tables) = (Squares::of(span), Tables::of(span));
    let all = numbers.iter().zip(values).zip(looked);
    // Closures here would be called, not inlined.
    if let Some(squares) = &squares {
        for ((Numbers(numbers), Numbers(values)), looked) in all {
            *looked = squares.look(numbers, values);
        }
    } else {
        for ((Numbers(numbers), Numbers(values)), looked) in all {
            *looked = tables.look(numbers, values);
        }
    }
}

/// The totals of two registers' numbers of 32 bits, if they fit into as many: both make their way through one register.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn totals(one: __m512i, other: __m512i) -> [u64; 2] {
    const ODD: u16 = 0xaaaa;
    let (outer, inner) = (_mm512_mask_blend_epi32(ODD, one, other), _mm512_mask_blend_epi32(ODD, other, one));
    let both = _mm512_reduce_add_epi64(_mm512_add_epi32(outer, _mm512_shuffle_epi32::<0b10_11_00_01>(inner))) as u64;
    [both & u64::from(u32::MAX), both >> 32]
}
