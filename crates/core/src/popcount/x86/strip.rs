//! Numbers of differing sites of queries that share their additions, with AVX-512.
//!
//! A pattern and a query that have bit 1 at a and at b sites, and at c of them together, differ at a + b − 2c. For four queries, c is
//! a sum of counts over classes of sites, each of which is made once for all queries that have bit 1 there (the idea is that of
//! Arlazarov, Dinic, Kronrod & Faradžev, *On economical construction of the transitive closure of a directed graph*, 1970). Bits of
//! 512 patterns are counted at a time, by full adders in two logical operations, as in the method of Harley and Seal (Muła, Kurz &
//! Lemire, *Faster population counts using AVX2 instructions*, 2018, arXiv 1611.07612).

use std::arch::x86_64::{
    __m512i, _mm512_add_epi16, _mm512_and_si512, _mm512_load_si512, _mm512_permutex2var_epi8, _mm512_set1_epi16,
    _mm512_setzero_si512, _mm512_shuffle_i64x2, _mm512_slli_epi16, _mm512_storeu_si512, _mm512_sub_epi16,
    _mm512_ternarylogic_epi64, _mm512_unpackhi_epi64, _mm512_unpacklo_epi64, _mm512_xor_si512,
};

use super::{
    load_512,
    pack::{by_eight, pairs, turn_gfni},
    store_512,
};
use crate::popcount::{
    Numbers, TILE, Words,
    queries::{AT_ONCE, CLASSES, GROUP, Group, TILES},
    strip::{BITS, Room, Row},
};

/// Whether one or all of three bits are 1, and whether at least two are.
const ODD: i32 = 0b1001_0110;
const MOST: i32 = 0b1110_1000;
/// Rows whose count has seven bits, as runs are counted.
const RUN: usize = 112;
const RUN_BITS: usize = 7;

/// Words of patterns become rows of sites.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,gfni,avx2,fma")]
pub(in crate::popcount) fn turn_strip(words: &[[Words; TILES]], rows: &mut [Row]) {
    let mut turned = [[0; TILE]; TILES];
    for (tiles, rows) in words.iter().zip(rows.as_chunks_mut::<TILE>().0) {
        for (word, turned) in tiles.iter().zip(&mut turned) {
            turn_gfni(std::iter::once(word), turned);
        }
        for (octet, rows) in rows.as_chunks_mut::<TILES>().0.iter_mut().enumerate() {
            let mut of_tiles = [_mm512_setzero_si512(); TILES];
            for (of_tile, turned) in of_tiles.iter_mut().zip(&turned) {
                *of_tile = load_512(&turned.as_chunks::<TILES>().0[octet]);
            }
            for (Row(row), of_site) in rows.iter_mut().zip(transposed(of_tiles)) {
                // SAFETY: a row has as many bytes.
                unsafe { _mm512_storeu_si512(row.as_mut_ptr().cast(), of_site) };
            }
        }
    }
}

/// The numbers of differing sites of a group, of whose queries the first has some number of so many; by tile, by query.
///
/// # Safety
/// The rows are those of all sites of the group.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,gfni,avx2,fma")]
pub(in crate::popcount) unsafe fn differing_together(
    rows: &[Row],
    ones: &[Numbers; TILES],
    group: &Group,
    room: &mut Room,
    numbers: &mut [Numbers],
    of: [usize; 2],
) {
    let short = (0..CLASSES).all(|class| group.class(class).len() <= RUN);
    if short {
        // SAFETY: of the caller.
        unsafe { together::<RUN_BITS, { RUN_BITS + GROUP - 1 }>(rows, ones, group, room, numbers, of) };
    } else {
        // SAFETY: as above.
        unsafe { together::<BITS, BITS>(rows, ones, group, room, numbers, of) };
    }
}

/// The same, where counts of classes have `C` bits, and sums of them `A`.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,gfni,avx2,fma")]
#[inline]
unsafe fn together<const C: usize, const A: usize>(
    rows: &[Row],
    ones: &[Numbers; TILES],
    group: &Group,
    Room(counts): &mut Room,
    numbers: &mut [Numbers],
    [first, queries]: [usize; 2],
) {
    for (class, counts) in counts.iter_mut().enumerate() {
        let mut sum = [_mm512_setzero_si512(); C];
        for run in group.class(class).chunks(RUN) {
            // SAFETY: of the caller.
            let count = unsafe { count(rows, run) };
            if C == RUN_BITS {
                sum.copy_from_slice(&count);
            } else {
                add(&mut sum, &count);
            }
        }
        for (bit, Row(row)) in sum.into_iter().zip(counts) {
            // SAFETY: a row has as many bytes.
            unsafe { _mm512_storeu_si512(row.as_mut_ptr().cast(), bit) };
        }
    }
    for (query, &of_query) in group.ones.iter().enumerate() {
        let mut sum = [_mm512_setzero_si512(); A];
        for (class, counts) in (1..).zip(&*counts) {
            if class >> query & 1 == 1 {
                let mut count = [_mm512_setzero_si512(); C];
                for (bit, Row(row)) in count.iter_mut().zip(counts) {
                    *bit = load_512(row);
                }
                add(&mut sum, &count);
            }
        }
        write(&sum, ones, of_query, &mut numbers[first + query..], queries);
    }
}

/// Numbers of differing sites, from those at which patterns, the query, and both have bit 1; by tile.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,gfni,avx2,fma")]
#[inline]
fn write<const A: usize>(
    both: &[__m512i; A],
    ones: &[Numbers; TILES],
    of_query: u16,
    numbers: &mut [Numbers],
    queries: usize,
) {
    let nothing = _mm512_setzero_si512();
    let (mut lower, mut upper) = ([nothing; 8], [nothing; 8]);
    lower.copy_from_slice(&both[..8]);
    upper[..A - 8].copy_from_slice(&both[8..]);
    let of_query = _mm512_set1_epi16(of_query as i16);
    let numbers = numbers.iter_mut().step_by(queries).zip(ones);
    for ((Numbers(numbers), Numbers(ones)), (lower, upper)) in
        numbers.zip(transposed(lower).into_iter().zip(transposed(upper)))
    {
        let (lower, upper) = (by_eight(lower), by_eight(upper));
        let both =
            [_mm512_permutex2var_epi8(lower, pairs!(u8, 0), upper), _mm512_permutex2var_epi8(lower, pairs!(u8, 32), upper)];
        let halves = numbers.as_chunks_mut::<32>().0.iter_mut().zip(ones.as_chunks::<32>().0);
        for ((numbers, ones), both) in halves.zip(both) {
            let apart = _mm512_sub_epi16(_mm512_add_epi16(load_512(ones), of_query), _mm512_slli_epi16::<1>(both));
            store_512(apart, numbers);
        }
    }
}

/// Adds numbers that are written by bit.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,gfni,avx2,fma")]
#[inline]
fn add<const A: usize, const C: usize>(sum: &mut [__m512i; A], number: &[__m512i; C]) {
    let mut carry = _mm512_setzero_si512();
    for (sum, bit) in sum.iter_mut().zip(number) {
        carry = add_bits(sum, carry, *bit);
    }
    for sum in &mut sum[C..] {
        carry = add_bit(sum, carry);
    }
}

/// The numbers of bits 1 in some rows, at most 112, by bit of the number.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,gfni,avx2,fma")]
#[inline]
unsafe fn count(rows: &[Row], run: &[u16]) -> [__m512i; RUN_BITS] {
    let nothing = _mm512_setzero_si512();
    let (mut low, mut eights, mut sixteens, mut more, mut most) = ([nothing; 3], nothing, nothing, nothing, nothing);
    let mut at_once = run.as_chunks::<AT_ONCE>().0.iter();
    while let Some(places) = at_once.next() {
        // SAFETY: of the caller.
        let (one, other) = unsafe {
            let one = count_eight(rows, places, &mut low);
            let other = match at_once.next() {
                Some(places) => count_eight(rows, places, &mut low),
                None => nothing,
            };
            (one, other)
        };
        let carry = add_bits(&mut eights, one, other);
        let carry = add_bit(&mut sixteens, carry);
        let carry = add_bit(&mut more, carry);
        most = _mm512_xor_si512(most, carry);
    }
    let [ones, twos, fours] = low;
    [ones, twos, fours, eights, sixteens, more, most]
}

/// Adds the bits of eight rows to numbers of three bits; the fourth remains.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,gfni,avx2,fma")]
#[inline]
unsafe fn count_eight(rows: &[Row], places: &[u16; AT_ONCE], [ones, twos, fours]: &mut [__m512i; 3]) -> __m512i {
    let mut bits = [_mm512_setzero_si512(); AT_ONCE];
    for (bits, place) in bits.iter_mut().zip(places) {
        // SAFETY: of the caller: there is such a row, and rows are aligned.
        *bits = unsafe { _mm512_load_si512(rows.as_ptr().add(usize::from(*place)).cast()) };
    }
    let [a, b, c, d, e, f, g, h] = bits;
    let (one, other) = (add_bits(ones, a, b), add_bits(ones, c, d));
    let first = add_bits(twos, one, other);
    let (one, other) = (add_bits(ones, e, f), add_bits(ones, g, h));
    let second = add_bits(twos, one, other);
    add_bits(fours, first, second)
}

/// Adds two bits to one, and leaves what is carried.
#[target_feature(enable = "avx512f")]
#[inline]
fn add_bits(sum: &mut __m512i, one: __m512i, other: __m512i) -> __m512i {
    let carry = _mm512_ternarylogic_epi64::<MOST>(*sum, one, other);
    *sum = _mm512_ternarylogic_epi64::<ODD>(*sum, one, other);
    carry
}

#[target_feature(enable = "avx512f")]
#[inline]
fn add_bit(sum: &mut __m512i, bit: __m512i) -> __m512i {
    let carry = _mm512_and_si512(*sum, bit);
    *sum = _mm512_xor_si512(*sum, bit);
    carry
}

/// Eight times eight words: rows become columns.
#[target_feature(enable = "avx512f")]
#[inline]
fn transposed([a, b, c, d, e, f, g, h]: [__m512i; 8]) -> [__m512i; 8] {
    let even =
        [_mm512_unpacklo_epi64(a, b), _mm512_unpacklo_epi64(c, d), _mm512_unpacklo_epi64(e, f), _mm512_unpacklo_epi64(g, h)];
    let odd =
        [_mm512_unpackhi_epi64(a, b), _mm512_unpackhi_epi64(c, d), _mm512_unpackhi_epi64(e, f), _mm512_unpackhi_epi64(g, h)];
    let ([a, c, e, g], [b, d, f, h]) = (transposed_pairs(even), transposed_pairs(odd));
    [a, b, c, d, e, f, g, h]
}

/// The same of four times four pairs of words.
#[target_feature(enable = "avx512f")]
#[inline]
fn transposed_pairs([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
    let (lower, upper) = (_mm512_shuffle_i64x2::<0x44>(a, b), _mm512_shuffle_i64x2::<0xee>(a, b));
    let (lower_end, upper_end) = (_mm512_shuffle_i64x2::<0x44>(c, d), _mm512_shuffle_i64x2::<0xee>(c, d));
    [
        _mm512_shuffle_i64x2::<0x88>(lower, lower_end),
        _mm512_shuffle_i64x2::<0xdd>(lower, lower_end),
        _mm512_shuffle_i64x2::<0x88>(upper, upper_end),
        _mm512_shuffle_i64x2::<0xdd>(upper, upper_end),
    ]
}
