//! Values from tables in registers with AVX-512.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_cmplt_epu16_mask, _mm512_madd_epi16, _mm512_mask_blend_epi16, _mm512_mask_blend_epi32,
    _mm512_maskz_mov_epi16, _mm512_permutex2var_epi16, _mm512_permutexvar_epi16, _mm512_reduce_add_epi64, _mm512_set1_epi16,
    _mm512_setzero_si512, _mm512_shuffle_epi32, _mm512_slli_epi64, _mm512_sub_epi16, _mm512_test_epi16_mask,
};

use super::{differing, load_512, store_512};
use crate::popcount::{Looked, Numbers, TILE, Words, span::Span};

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

    /// Numbers become the values of the first function there.
    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
    #[inline]
    fn look(&self, numbers: &mut [u16; TILE]) -> Looked<F> {
        let (mut sums, mut outside) = ([_mm512_setzero_si512(); F], 0);
        for (half, values) in numbers.as_chunks_mut::<32>().0.iter_mut().enumerate() {
            let from = _mm512_sub_epi16(load_512(values), self.first);
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

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn look_avx512<const F: usize>(
    span: &Span<F>,
    numbers: &[u16; TILE],
    values: &mut [u16; TILE],
) -> Looked<F> {
    *values = *numbers;
    Tables::of(span).look(values)
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

/// Number `8 i + j` lies at `4 j + i`.
const ORDER: [u16; 32] = {
    let mut from = [0; 32];
    let mut at = 0;
    while at < 32 {
        from[at] = (4 * (at % 8) + at / 8) as u16;
        at += 1;
    }
    from
};

/// Queries that are counted before they are looked up. One by one, the next count would begin late, while sums of values still
/// add up: 72 ns for a query of 1024 sites instead of 68.
const GROUP: usize = 16;

/// Counts and looks up with the tables in registers. The numbers wait where the values will be.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vpopcntdq,avx2,fma")]
pub(in crate::popcount) fn count_and_look<const F: usize>(
    words: &[Words],
    queries: &[u64],
    span: &Span<F>,
    values: &mut [Numbers],
    looked: &mut [Looked<F>],
) {
    let (tables, order) = (Tables::of(span), load_512(&ORDER));
    let groups = values.chunks_mut(GROUP).zip(looked.chunks_mut(GROUP));
    for (queries, (values, looked)) in queries.chunks(GROUP * words.len()).zip(groups) {
        for (query, Numbers(numbers)) in queries.chunks_exact(words.len()).zip(&mut *values) {
            let [a, b, c, d, e, f, g, h] = differing(words, query);
            for (part, half) in [[a, b, c, d], [e, f, g, h]].into_iter().zip(numbers.as_chunks_mut::<32>().0) {
                store_512(_mm512_permutexvar_epi16(order, narrowed(part)), half);
            }
        }
        for (Numbers(values), looked) in values.iter_mut().zip(looked) {
            *looked = tables.look(values);
        }
    }
}

/// Numbers of 64 bits, of which the lower 16 count, interleaved.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn narrowed([a, b, c, d]: [__m512i; 4]) -> __m512i {
    let lower = _mm512_mask_blend_epi16(LOW << 1, a, _mm512_slli_epi64::<16>(b));
    let upper = _mm512_mask_blend_epi16(LOW << 3, _mm512_slli_epi64::<32>(c), _mm512_slli_epi64::<48>(d));
    _mm512_mask_blend_epi16(LOW << 2 | LOW << 3, lower, upper)
}

/// The lowest 16 of every 64 bits.
const LOW: u32 = 0x1111_1111;
