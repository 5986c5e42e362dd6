//! Sums over the bits of a tile with AVX2 and AVX-512.

use std::{
    arch::x86_64::{
        __m256i, __m512i, _MM_HINT_T1, _mm_loadu_si128, _mm_prefetch, _mm_storeu_si128, _mm256_add_epi8, _mm256_add_epi16,
        _mm256_add_epi32, _mm256_add_epi64, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_loadu_si256,
        _mm256_permute2x128_si256, _mm256_sad_epu8, _mm256_set1_epi8, _mm256_set1_epi64x, _mm256_setr_epi8,
        _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_storeu_si256, _mm256_unpackhi_epi8,
        _mm256_unpacklo_epi8, _mm256_xor_si256, _mm512_add_epi16, _mm512_add_epi64, _mm512_and_si512, _mm512_cvtepi64_epi16,
        _mm512_cvtepi64_epi32, _mm512_loadu_si512, _mm512_mask_add_epi16, _mm512_maskz_set1_epi16,
        _mm512_permutex2var_epi16, _mm512_popcnt_epi64, _mm512_set1_epi16, _mm512_set1_epi64, _mm512_setzero_si512,
        _mm512_srli_epi16, _mm512_storeu_si512, _mm512_xor_si512,
    },
    hint::black_box,
};

mod pack;
mod rows;
mod span;
pub(super) use pack::{pack_avx2, pack_avx512, pack_gfni, transposes_bytes, turn_avx2, turn_avx512, turn_gfni};
pub(super) use rows::{follow_avx512, squares_avx2, squares_avx512, step_avx2, step_avx512, sum_avx2, sums_avx512};
pub(super) use span::{count_and_look, look_avx512};

use super::{FOURS, Packed, REST, SITES, SIX, SIXES, Sums, TILE, Words, plain};

/// Whether there is an instruction for eight population counts.
pub(super) fn counts_in_vectors() -> bool {
    is_x86_feature_detected!("avx512vpopcntdq")
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
#[inline]
fn differing(words: &[Words], query: &[u64]) -> [__m512i; TILE / 8] {
    let mut sums = [_mm512_setzero_si512(); TILE / 8];
    for (Words(word), query) in words.iter().zip(query) {
        let query = _mm512_set1_epi64(*query as i64);
        for (sum, bits) in sums.iter_mut().zip(word.as_chunks::<8>().0) {
            *sum = _mm512_add_epi64(*sum, _mm512_popcnt_epi64(_mm512_xor_si512(load_512(bits), query)));
        }
    }
    sums
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq")]
pub(super) fn differing_avx512(words: &[Words], query: &[u64], counts: &mut [u16; TILE]) {
    for (sum, counts) in differing(words, query).into_iter().zip(counts.as_chunks_mut::<8>().0) {
        // SAFETY: eight numbers are as many bytes.
        unsafe { _mm_storeu_si128(counts.as_mut_ptr().cast(), _mm512_cvtepi64_epi16(sum)) };
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx2")]
pub(super) fn add_ones_avx512(sites: &[u64], ones: &mut [u32]) {
    for (bits, ones) in sites.as_chunks::<8>().0.iter().zip(ones.as_chunks_mut::<8>().0) {
        let sum = _mm256_add_epi32(load(ones), _mm512_cvtepi64_epi32(_mm512_popcnt_epi64(load_512(bits))));
        // SAFETY: eight numbers are as many bytes.
        unsafe { _mm256_storeu_si256(ones.as_mut_ptr().cast(), sum) };
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

/// All sums of six weights at a time: sum number `e` is that of the weights whose bits `e` has.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn tables(weights: &[u16; TILE]) -> [[__m512i; 2]; SIXES] {
    // Of constants the compiler makes shuffles instead of masks: adding a tile at 1024 sites took 144 ns then instead of 139.
    let with = black_box([0xaaaa_aaaa_u32, 0xcccc_cccc, 0xf0f0_f0f0, 0xff00_ff00, 0xffff_0000]);
    let mut tables = [[_mm512_setzero_si512(); 2]; SIXES];
    for (table, weights) in tables.iter_mut().zip(weights.chunks(SIX)) {
        let of = |bit: usize| weights.get(bit).map_or(0, |&weight| weight as i16);
        let mut sums = _mm512_maskz_set1_epi16(with[0], of(0));
        for (bit, &with) in with.iter().enumerate().skip(1) {
            sums = _mm512_mask_add_epi16(sums, with, sums, _mm512_set1_epi16(of(bit)));
        }
        *table = [sums, _mm512_add_epi16(sums, _mm512_set1_epi16(of(5)))];
    }
    tables
}

/// With the tables in registers, each lookup adds the weights of six patterns at 32 sites. A lookup heeds the lowest six bits
/// of 16.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(super) fn add_avx512(bits: &[Packed], weights: &[u16; TILE], sums: &mut [Sums], upper: Option<&mut [Sums]>) {
    let tables = tables(weights);
    let Some(upper) = upper else {
        for (packed, Sums(sums)) in bits.iter().zip(sums) {
            store_512(add_lookups(load_512(sums), packed, &tables), sums);
        }
        return;
    };
    for (packed, (Sums(sums), Sums(upper))) in bits.iter().zip(sums.iter_mut().zip(upper)) {
        let before = load_512(sums);
        store_512(_mm512_add_epi16(load_512(upper), _mm512_srli_epi16::<REST>(before)), upper);
        let rest = _mm512_and_si512(before, _mm512_set1_epi16((1 << REST) - 1));
        store_512(add_lookups(rest, packed, &tables), sums);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn add_lookups(mut sum: __m512i, packed: &Packed, tables: &[[__m512i; 2]; SIXES]) -> __m512i {
    // Two at a time, for each addition to the sum waits for the one before: 135 ns for a tile at 1024 sites instead of 140.
    for (bits, tables) in packed.chunks(2).zip(tables.chunks(2)) {
        let found = |at: usize| _mm512_permutex2var_epi16(tables[at][0], load_512(&bits[at].0), tables[at][1]);
        let both = if bits.len() == 2 { _mm512_add_epi16(found(0), found(1)) } else { found(0) };
        sum = _mm512_add_epi16(sum, both);
    }
    sum
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
pub(super) fn lift_avx512(sums: &mut [Sums], upper: &mut [Sums]) {
    plain::lift(sums, upper);
}

/// Lookups of the low and the high bytes of sums of four weights.
#[target_feature(enable = "avx2,fma")]
pub(super) fn add_avx2(fours: &[[[u8; SITES]; FOURS]], weights: &[u16; TILE], sums: &mut [Sums]) {
    let mut tables = [[_mm256_setzero_si256(); 2]; FOURS];
    for (table, weights) in tables.iter_mut().zip(weights.as_chunks::<4>().0) {
        let mut bytes = [[0_u8; 16]; 2];
        let [lower, upper] = &mut bytes;
        for (e, (lower, upper)) in lower.iter_mut().zip(upper).enumerate() {
            let sum = (0..4).filter(|bit| e >> bit & 1 == 1).fold(0_u16, |sum, bit| sum.wrapping_add(weights[bit]));
            (*lower, *upper) = (sum as u8, (sum >> 8) as u8);
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
