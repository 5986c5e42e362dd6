//! Sums over rows with AVX2 and AVX-512.

use std::arch::x86_64::{
    __m256i, __m512i, _mm256_add_epi32, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_madd_epi16, _mm256_maddubs_epi16,
    _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_epi64x, _mm256_setr_epi8, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_storeu_si256, _mm512_add_epi8, _mm512_add_epi64, _mm512_and_si512, _mm512_dpbusd_epi32,
    _mm512_mask_blend_epi8, _mm512_mask_sub_epi8, _mm512_maskz_mov_epi8, _mm512_movepi8_mask, _mm512_permutex2var_epi8,
    _mm512_reduce_add_epi64, _mm512_set1_epi8, _mm512_set1_epi64, _mm512_setzero_si512, _mm512_srli_epi64,
    _mm512_storeu_si512,
};

use super::{load, load_512};
use crate::popcount::{
    TILE,
    factors::{Factors, Form},
    rows::{Bytes, Carried, Followed, Step},
};

mod squares;
pub(in crate::popcount) use squares::{squares_avx2, squares_avx512, step_avx2, step_avx512};

/// Four products of 14 bits are added to 32 bits, for so many words at most.
const WORDS_IN_32_BITS: usize = 1 << 15;

/// The values of one word are read once for all rows.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,fma")]
pub(in crate::popcount) fn sums_avx512<const N: usize>(rows: [&[u64]; N], carried: &Carried) -> [u64; N] {
    let mut totals = [0; N];
    let parts = carried.left.chunks(WORDS_IN_32_BITS).zip(carried.right.chunks(WORDS_IN_32_BITS));
    for (part, (lefts, rights)) in parts.enumerate() {
        let rows = rows.map(|row| &row[part * WORDS_IN_32_BITS..][..lefts.len()]);
        let mut sums = [_mm512_setzero_si512(); N];
        for (word, (Bytes(left), Bytes(right))) in lefts.iter().zip(rights).enumerate() {
            let left = load_512(left);
            let right = if carried.form == Form::Square { left } else { load_512(right) };
            for (sum, row) in sums.iter_mut().zip(rows) {
                *sum = add_values(*sum, carried.form, row[word], left, right);
            }
        }
        totals.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum_of_u32(sum));
    }
    totals
}

/// Adds the values of patterns whose bit is 1, four to a lane.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,fma")]
#[inline]
fn add_values(sum: __m512i, form: Form, bits: u64, left: __m512i, right: __m512i) -> __m512i {
    let kept = _mm512_maskz_mov_epi8(bits, left);
    match form {
        Form::Square | Form::Product => _mm512_dpbusd_epi32(sum, kept, right),
        Form::Digits => {
            let sum = _mm512_dpbusd_epi32(sum, kept, _mm512_set1_epi8(1));
            _mm512_dpbusd_epi32(sum, _mm512_maskz_mov_epi8(bits, right), _mm512_set1_epi8(i8::MAX))
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn sum_of_u32(numbers: __m512i) -> u64 {
    let low = _mm512_and_si512(numbers, _mm512_set1_epi64(0xffff_ffff));
    _mm512_reduce_add_epi64(_mm512_add_epi64(low, _mm512_srli_epi64::<32>(numbers))) as u64
}

#[target_feature(enable = "avx2,fma")]
pub(in crate::popcount) fn sum_avx2(row: &[u64], carried: &Carried) -> u64 {
    let mut total = 0;
    let parts = carried.left.chunks(WORDS_IN_32_BITS).zip(carried.right.chunks(WORDS_IN_32_BITS));
    for (row, (lefts, rights)) in row.chunks(WORDS_IN_32_BITS).zip(parts) {
        let mut sums = [_mm256_setzero_si256(); 2];
        for (bits, (Bytes(left), Bytes(right))) in row.iter().zip(lefts.iter().zip(rights)) {
            let halves = left.as_chunks::<32>().0.iter().zip(right.as_chunks::<32>().0);
            for (half, (sum, (left, right))) in sums.iter_mut().zip(halves).enumerate() {
                let kept = bytes_of((bits >> (32 * half)) as u32);
                let (left, right) = if carried.form == Form::Square { (left, left) } else { (left, right) };
                let (left, right) = (_mm256_and_si256(kept, load(left)), load(right));
                // Pairs of products stay below 2¹⁵.
                *sum = match carried.form {
                    Form::Square | Form::Product => add_pairs(*sum, _mm256_maddubs_epi16(left, right)),
                    Form::Digits => {
                        let right = _mm256_and_si256(kept, right);
                        let sum = add_pairs(*sum, _mm256_maddubs_epi16(left, _mm256_set1_epi8(1)));
                        add_pairs(sum, _mm256_maddubs_epi16(right, _mm256_set1_epi8(i8::MAX)))
                    }
                };
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

#[target_feature(enable = "avx2,fma")]
#[inline]
fn add_pairs(sum: __m256i, products: __m256i) -> __m256i {
    _mm256_add_epi32(sum, _mm256_madd_epi16(products, _mm256_set1_epi16(1)))
}

/// A byte of ones for each bit 1.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn bytes_of(bits: u32) -> __m256i {
    let places =
        _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    let bit = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    let spread = _mm256_shuffle_epi8(_mm256_set1_epi32(bits as i32), places);
    _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit), bit)
}

/// A table of 256 bytes in four registers.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,avx2,fma")]
#[inline]
fn table(bytes: &[u8; 256]) -> [__m512i; 4] {
    let parts = bytes.as_chunks::<64>().0;
    [load_512(&parts[0]), load_512(&parts[1]), load_512(&parts[2]), load_512(&parts[3])]
}

/// A lookup heeds the lowest seven bits.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,avx2,fma")]
#[inline]
fn look(table: &[__m512i; 4], bytes: __m512i, upper: u64) -> __m512i {
    let [a, b, c, d] = *table;
    _mm512_mask_blend_epi8(upper, _mm512_permutex2var_epi8(a, bytes, b), _mm512_permutex2var_epi8(c, bytes, d))
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx512vbmi,avx2,fma")]
pub(in crate::popcount) fn follow_avx512(step: Step<'_>, factors: &Factors, carried: &mut Carried) -> Followed {
    let [lefts, rights] = factors.tables().map(|bytes| table(bytes));
    let (by, twice) = (_mm512_set1_epi8(step.by as i8), _mm512_set1_epi8(2 * step.by as i8));
    let mut followed = Followed { total: 0, ones: 0 };
    let words = step.row.len();
    for from in (0..words).step_by(WORDS_IN_32_BITS) {
        let part = from..words.min(from + WORDS_IN_32_BITS);
        let values = carried.left[part.clone()].iter_mut().zip(&mut carried.right[part.clone()]);
        let values = values.zip(&mut carried.outside[part.clone()]);
        let tiles = step.row[part.clone()].iter().zip(&mut carried.numbers[part]).zip(values);
        let (mut total, mut ones) = (_mm512_setzero_si512(), _mm512_setzero_si512());
        for (word, ((&bits, Bytes(numbers)), ((Bytes(left), Bytes(right)), outside))) in tiles.enumerate() {
            let number = _mm512_add_epi8(load_512(numbers), by);
            let number = _mm512_mask_sub_epi8(number, bits ^ step.turned, number, twice);
            store(number, numbers);
            let upper = _mm512_movepi8_mask(number);
            let (found, held) = (look(&lefts, number, upper), step.held(from + word));
            // Nothing is called in this loop, or the tables would not stay in registers.
            *outside = _mm512_movepi8_mask(found) & held;
            let one = _mm512_maskz_mov_epi8(held & !*outside, found);
            store(one, left);
            let mut other = one;
            if carried.form != Form::Square {
                other = _mm512_maskz_mov_epi8(held, look(&rights, number, upper));
                store(other, right);
            }
            total = add_values(total, carried.form, u64::MAX, one, other);
            ones = add_values(ones, carried.form, bits, one, other);
        }
        followed.total += sum_of_u32(total);
        followed.ones += sum_of_u32(ones);
    }
    followed
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store(vector: __m512i, bytes: &mut [u8; TILE]) {
    // SAFETY: there are as many bytes.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), vector) }
}
