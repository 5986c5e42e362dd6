//! Sums over bits with AVX2 and AVX-512.

use std::{
    arch::x86_64::{
        __m256i, __m512i, _MM_HINT_T0, _mm_loadu_si128, _mm_prefetch, _mm_storeu_si128, _mm256_add_epi8, _mm256_add_epi16,
        _mm256_add_epi32, _mm256_add_epi64, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi16,
        _mm256_loadu_si256, _mm256_madd_epi16, _mm256_permute2x128_si256, _mm256_sad_epu8, _mm256_set1_epi8,
        _mm256_set1_epi16, _mm256_set1_epi64x, _mm256_setr_epi8, _mm256_setr_epi16, _mm256_setzero_si256,
        _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_storeu_si256, _mm256_unpackhi_epi8, _mm256_unpacklo_epi8,
        _mm256_xor_si256, _mm512_add_epi16, _mm512_add_epi32, _mm512_add_epi64, _mm512_adds_epu16, _mm512_and_si512,
        _mm512_cmplt_epu16_mask, _mm512_cvtepi64_epi16, _mm512_loadu_si512, _mm512_madd_epi16, _mm512_mask_add_epi16,
        _mm512_mask_adds_epu16, _mm512_mask_cmpeq_epi16_mask, _mm512_mask_sub_epi16, _mm512_maskz_loadu_epi16,
        _mm512_maskz_permutex2var_epi16, _mm512_maskz_set1_epi16, _mm512_max_epu16, _mm512_or_si512,
        _mm512_permutexvar_epi16, _mm512_popcnt_epi64, _mm512_reduce_add_epi32, _mm512_reduce_add_epi64, _mm512_set1_epi16,
        _mm512_set1_epi32, _mm512_set1_epi64, _mm512_setzero_si512, _mm512_srli_epi16, _mm512_srli_epi32, _mm512_srli_epi64,
        _mm512_storeu_si512, _mm512_sub_epi16, _mm512_xor_si512,
    },
    hint::black_box,
};

use super::{
    FIVE, FIVES, FOURS, Looked, Numbers, PACKED, Packed, SITES, Sums, TILE, Words, plain, rows::Followed, span::Span,
};

/// Whether there is an instruction for eight population counts.
pub(super) fn counts_in_vectors() -> bool {
    is_x86_feature_detected!("avx512vpopcntdq")
}

/// Asks for the line of memory where these words begin.
pub(super) fn fetch(words: &[u64]) {
    // SAFETY: every machine has the instruction, and it may point anywhere.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(words.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(super) fn turn_avx512(words: &[Words], sites: &mut [u64], bits: &mut [Packed]) {
    plain::turn(words, sites);
    for (sites, packed) in sites.as_chunks::<SITES>().0.iter().zip(bits) {
        for (part, Sums(packed)) in packed.iter_mut().enumerate() {
            packed.iter_mut().zip(sites).for_each(|(packed, bits)| *packed = (bits >> (PACKED * FIVE * part)) as u16);
        }
    }
}

#[target_feature(enable = "avx2,fma")]
pub(super) fn turn_avx2(words: &[Words], sites: &mut [u64], fours: &mut [[[u8; SITES]; FOURS]]) {
    plain::turn(words, sites);
    for (sites, fours) in sites.as_chunks::<SITES>().0.iter().zip(fours) {
        for (group, four) in fours.iter_mut().enumerate() {
            for (site, bits) in four.iter_mut().zip(sites) {
                *site = (bits >> (4 * group)) as u8 & 15;
            }
        }
    }
}

/// Eight patterns to a register, all 64 side by side.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq")]
pub(super) fn differing_avx512(words: &[Words], query: &[u64], counts: &mut [u16; TILE]) {
    let mut sums = [_mm512_setzero_si512(); TILE / 8];
    for (Words(word), query) in words.iter().zip(query) {
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

/// Counts of half bytes from a table (Muła, Kurz & Lemire, *Faster population counts using AVX2 instructions*, 2018, arXiv
/// 1611.07612, section 4), summed as bytes for as long as they fit.
#[target_feature(enable = "avx2,fma")]
pub(super) fn differing_avx2(words: &[Words], query: &[u64], counts: &mut [u16; TILE]) {
    let table =
        _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    let low = _mm256_set1_epi8(15);
    for (quarter, counts) in counts.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let mut sum = _mm256_setzero_si256();
        for (words, query) in words.chunks(31).zip(query.chunks(31)) {
            let mut bytes = _mm256_setzero_si256();
            for (Words(word), query) in words.iter().zip(query) {
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

/// All sums of five weights at a time: sum number `e` is that of the weights whose bits `e` has.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn tables(weights: &[u16; TILE]) -> [__m512i; FIVES] {
    // Of constants the compiler would make shuffles, which are slower.
    let with = black_box([0xaaaa_aaaa, 0xcccc_cccc, 0xf0f0_f0f0, 0xff00_ff00, 0xffff_0000]);
    let mut tables = [_mm512_setzero_si512(); FIVES];
    for (table, weights) in tables.iter_mut().zip(weights.chunks(FIVE)) {
        let of = |bit: usize| weights.get(bit).map_or(0, |&weight| weight as i16);
        let mut sums = _mm512_maskz_set1_epi16(with[0], of(0));
        sums = _mm512_mask_add_epi16(sums, with[1], sums, _mm512_set1_epi16(of(1)));
        sums = _mm512_mask_add_epi16(sums, with[2], sums, _mm512_set1_epi16(of(2)));
        sums = _mm512_mask_add_epi16(sums, with[3], sums, _mm512_set1_epi16(of(3)));
        *table = _mm512_mask_add_epi16(sums, with[4], sums, _mm512_set1_epi16(of(4)));
    }
    tables
}

/// With the tables of both queries in registers, each lookup adds the weights of five patterns at 32 sites. A lookup heeds the
/// lowest five bits of 16.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(super) fn add_avx512(bits: &[Packed], weights: [&Numbers; 2], sums: [&mut [Sums]; 2]) {
    let (a, b) = (tables(&weights[0].0), tables(&weights[1].0));
    let [to_a, to_b] = sums;
    for (packed, (Sums(to_a), Sums(to_b))) in bits.iter().zip(to_a.iter_mut().zip(to_b)) {
        let (mut of_a, mut of_b) = (load_512(to_a), load_512(to_b));
        for (part, Sums(packed)) in packed.iter().enumerate() {
            let bits = load_512(packed);
            let shifted = [bits, _mm512_srli_epi16::<5>(bits), _mm512_srli_epi16::<10>(bits)];
            for (which, bits) in shifted.into_iter().enumerate().take(PACKED) {
                let group = PACKED * part + which;
                if group < FIVES {
                    of_a = _mm512_add_epi16(of_a, _mm512_permutexvar_epi16(bits, a[group]));
                    of_b = _mm512_add_epi16(of_b, _mm512_permutexvar_epi16(bits, b[group]));
                }
            }
        }
        store_512(of_a, to_a);
        store_512(of_b, to_b);
    }
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

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(super) fn widen_avx512(narrow: &mut [Sums], wide: &mut [u32]) {
    plain::widen(narrow, wide);
}

/// Lookups of the low and the high bytes of sums of four weights.
#[target_feature(enable = "avx2,fma")]
pub(super) fn add_avx2(fours: &[[[u8; SITES]; FOURS]], weights: &[u16; TILE], sums: &mut [Sums]) {
    let mut tables = [[_mm256_setzero_si256(); 2]; FOURS];
    for (table, weights) in tables.iter_mut().zip(weights.as_chunks::<4>().0) {
        let mut bytes = [[0_u8; 16]; 2];
        for e in 0..16 {
            let sum = (0..4).filter(|bit| e >> bit & 1 == 1).fold(0_u16, |sum, bit| sum.wrapping_add(weights[bit]));
            (bytes[0][e], bytes[1][e]) = (sum as u8, (sum >> 8) as u8);
        }
        // SAFETY: sixteen bytes.
        *table = bytes.map(|bytes| _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }));
    }
    for (fours, Sums(sums)) in fours.iter().zip(sums) {
        let (mut even, mut odd) = (_mm256_setzero_si256(), _mm256_setzero_si256());
        for (four, [low, high]) in fours.iter().zip(&tables) {
            let bits = load(four);
            let (low, high) = (_mm256_shuffle_epi8(*low, bits), _mm256_shuffle_epi8(*high, bits));
            even = _mm256_add_epi16(even, _mm256_unpacklo_epi8(low, high));
            odd = _mm256_add_epi16(odd, _mm256_unpackhi_epi8(low, high));
        }
        // Unpacking takes eight bytes of each half of the register.
        let halves = [_mm256_permute2x128_si256::<0x20>(even, odd), _mm256_permute2x128_si256::<0x31>(even, odd)];
        for (found, sums) in halves.into_iter().zip(sums.as_chunks_mut::<16>().0) {
            let sum = _mm256_add_epi16(load(sums), found);
            // SAFETY: sixteen numbers are as many bytes.
            unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), sum) };
        }
    }
}

/// Weights below 2¹⁵ are added in pairs to 32 bits, for so many words at most.
const WORDS_IN_32_BITS: usize = 1 << 14;

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(super) fn sum_avx512(row: &[u64], weights: &[Numbers]) -> u64 {
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

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn add_narrow(row: &[u64; 8], weights: &[Numbers; 8]) -> __m512i {
    let mut sums = [_mm512_setzero_si512(); 2];
    for (bits, Numbers(weights)) in row.iter().zip(weights) {
        let [lower, upper] = [0, 1].map(|half| load_512(&weights.as_chunks::<32>().0[half]));
        sums[0] = _mm512_mask_adds_epu16(sums[0], *bits as u32, sums[0], lower);
        sums[1] = _mm512_mask_adds_epu16(sums[1], (bits >> 32) as u32, sums[1], upper);
    }
    _mm512_adds_epu16(sums[0], sums[1])
}

/// The same in 16 bits for eight words at a time: the sum, right if none of the sums of 16 bits is as large as it can be, and
/// the largest of those.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(super) fn sum_blocks_avx512(row: &[u64], weights: &[Numbers]) -> (u64, u16) {
    let (mut total, mut largest) = (0, _mm512_setzero_si512());
    for (row, weights) in row.chunks(WORDS_IN_32_BITS).zip(weights.chunks(WORDS_IN_32_BITS)) {
        let mut sums = _mm512_setzero_si512();
        let ((rows, last_row), (blocks, last_weights)) = (row.as_chunks::<8>(), weights.as_chunks::<8>());
        for (row, weights) in rows.iter().zip(blocks) {
            let narrow = add_narrow(row, weights);
            largest = _mm512_max_epu16(largest, narrow);
            let low = _mm512_and_si512(narrow, _mm512_set1_epi32(0xffff));
            sums = _mm512_add_epi32(sums, _mm512_add_epi32(low, _mm512_srli_epi32::<16>(narrow)));
        }
        total += sum_of_u32(sums) + sum_avx512(last_row, last_weights);
    }
    let mut lanes = Sums::default();
    store_512(largest, &mut lanes.0);
    (total, lanes.0.into_iter().max().unwrap_or(0))
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn sum_of_u32(numbers: __m512i) -> u64 {
    let low = _mm512_and_si512(numbers, _mm512_set1_epi64(0xffff_ffff));
    _mm512_reduce_add_epi64(_mm512_add_epi64(low, _mm512_srli_epi64::<32>(numbers))) as u64
}

#[target_feature(enable = "avx2,fma")]
pub(super) fn sum_avx2(row: &[u64], weights: &[Numbers]) -> u64 {
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

    /// The values of 32 numbers, 0 outside, and which are inside.
    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
    #[inline]
    fn look(&self, numbers: __m512i) -> (__m512i, u32) {
        let from = _mm512_sub_epi16(numbers, self.first);
        let part = _mm512_srli_epi16::<6>(from);
        let inside = _mm512_cmplt_epu16_mask(from, self.length);
        let mut values = _mm512_setzero_si512();
        for (at, pair) in self.table.as_chunks::<2>().0.iter().enumerate() {
            let here = _mm512_mask_cmpeq_epi16_mask(inside, part, _mm512_set1_epi16(at as i16));
            values = _mm512_or_si512(values, _mm512_maskz_permutex2var_epi16(here, pair[0], from, pair[1]));
        }
        (values, inside)
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(super) fn look_avx512(span: &Span, numbers: &[u16; TILE], values: &mut [u16; TILE]) -> Looked {
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
pub(super) fn follow_avx512(row: &[u64], agree: u64, numbers: &mut [Numbers], to: Followed<'_>) {
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
