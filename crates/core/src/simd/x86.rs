//! The vector operations with AVX-512 and with AVX2.

#[allow(clippy::wildcard_imports, reason = "a hundred intrinsics, each named for what it does")]
use std::arch::x86_64::*;

use super::{Choice, wide::Wide};

/// The sixteen numbers of [`Wide::gather`], as they come.
const IN_ORDER: [[usize; 4]; 4] = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]];
/// Of every four the first two and then the last two: of pairs that lie so, one instruction makes the columns.
const CROSSED: [[usize; 4]; 4] = [[0, 1, 4, 5], [8, 9, 12, 13], [2, 3, 6, 7], [10, 11, 14, 15]];
/// The first halves of pairs, and the second ones.
const FIRST: i32 = 0b10_00_10_00;
const SECOND: i32 = 0b11_01_11_01;

/// The numbers of a table that sixteen places choose, all of which have been found to lie in it, in four halves of vectors.
///
/// Loads one by one take two thirds of the time of a gather instruction, of which AMD makes many small steps.
#[inline(always)]
fn gathered(table: &[u64], places: &[u64; 8], order: [[usize; 4]; 4]) -> [__m256i; 4] {
    let mut words = [0; 8];
    for (word, places) in words.iter_mut().zip(places) {
        // SAFETY: it is a reference. Volatile, as compilers else load a vector and take it apart again.
        *word = unsafe { std::ptr::from_ref(places).read_volatile() };
    }
    let [a, b, c, d] = order;
    [quad(table, words, a), quad(table, words, b), quad(table, words, c), quad(table, words, d)]
}

#[cold]
fn out_of_table(table: &[u64], places: &[u64; 8]) -> ! {
    panic!("places {places:x?}, two to a word, in a table of {} numbers", table.len())
}

/// Four of the numbers.
#[inline(always)]
fn quad(table: &[u64], words: [u64; 8], places: [usize; 4]) -> __m256i {
    let at = |i: usize| {
        let place = places[i];
        let table: *const f64 = table.as_ptr().cast();
        unsafe { table.add((words[place / 2] >> (place % 2 * 32)) as u32 as usize) }
    };
    let (a, b, c, d) = (at(0), at(1), at(2), at(3));
    unsafe {
        let [low, high] = [_mm_loadh_pd(_mm_load_sd(a), b), _mm_loadh_pd(_mm_load_sd(c), d)];
        _mm256_castpd_si256(_mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(low), high))
    }
}

/// Of sixteen numbers, those that the lowest four bits of each place choose.
#[inline(always)]
unsafe fn picked(numbers: &[f64; 16], places: __m512i) -> __m512i {
    let (low, high) = (numbers[..8].as_ptr(), numbers[8..].as_ptr());
    unsafe { _mm512_castpd_si512(_mm512_permutex2var_pd(_mm512_loadu_pd(low), places, _mm512_loadu_pd(high))) }
}

/// The first and the second numbers of the pairs of a table that the lowest four bits choose.
#[inline(always)]
fn chosen(table: &Choice, rows: __m256i) -> [__m256i; 2] {
    unsafe {
        let (low, high) = (_mm256_castsi256_si128(rows), _mm256_extracti128_si256::<1>(rows));
        let (a, b) = (row(table, _mm_cvtsi128_si64(low)), row(table, _mm_extract_epi64::<1>(low)));
        let (c, d) = (row(table, _mm_cvtsi128_si64(high)), row(table, _mm_extract_epi64::<1>(high)));
        let even = _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(a), c);
        let odd = _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(b), d);
        [_mm256_castpd_si256(_mm256_unpacklo_pd(even, odd)), _mm256_castpd_si256(_mm256_unpackhi_pd(even, odd))]
    }
}

#[inline(always)]
unsafe fn row(table: &Choice, place: i64) -> __m128d {
    unsafe { _mm_loadu_pd(table.rows[(place & 15) as usize].as_ptr()) }
}

/// The same, in a register, before and after what else is pinned.
#[inline]
#[target_feature(enable = "avx512f")]
fn pinned(mut numbers: __m512i) -> __m512i {
    // SAFETY: there are no instructions in it.
    unsafe { std::arch::asm!("/* {0} */", inout(zmm_reg) numbers, options(nomem, nostack, preserves_flags)) };
    numbers
}

/// One 512-bit register.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(__m512i);

// SAFETY of all that follows: a value exists only where the machine has the instructions, by the contract of `zero`.
#[rustfmt::skip]
impl Wide for Avx512 {
    const REGISTERS: usize = 1;

    #[inline(always)] unsafe fn zero() -> Self { Self(unsafe { _mm512_setzero_si512() }) }
    #[inline(always)] fn load(self, numbers: &[u64; 8]) -> Self { Self(unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) }) }
    #[inline(always)] fn store(self) -> [u64; 8] { let mut numbers = [0; 8]; unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast(), self.0) }; numbers }
    #[inline(always)] fn load_f64(self, numbers: &[f64; 8]) -> Self { Self(unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) }) }
    #[inline(always)] fn store_f64(self) -> [f64; 8] { let mut numbers = [0.0; 8]; unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast(), self.0) }; numbers }
    #[inline(always)] fn load_f32(self, numbers: &[f32; 16]) -> Self { Self(unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) }) }
    #[inline(always)] fn store_f32(self) -> [f32; 16] { let mut numbers = [0.0; 16]; unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast(), self.0) }; numbers }
    #[inline(always)] fn splat(self, x: u64) -> Self { Self(unsafe { _mm512_set1_epi64(x as i64) }) }
    #[inline(always)] fn splat_f32(self, x: f32) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_set1_ps(x)) }) }
    #[inline(always)] fn mul_low(self, other: Self) -> Self { Self(unsafe { _mm512_mul_epu32(self.0, other.0) }) }
    #[inline(always)] fn add(self, other: Self) -> Self { Self(unsafe { _mm512_add_epi64(self.0, other.0) }) }
    #[inline(always)] fn xor(self, other: Self) -> Self { Self(unsafe { _mm512_xor_si512(self.0, other.0) }) }
    #[inline(always)] fn or(self, other: Self) -> Self { Self(unsafe { _mm512_or_si512(self.0, other.0) }) }
    #[inline(always)] fn and(self, other: Self) -> Self { Self(unsafe { _mm512_and_si512(self.0, other.0) }) }
    #[inline(always)] fn add_f64(self, other: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_add_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(other.0))) }) }
    #[inline(always)] fn sub_f64(self, other: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_sub_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(other.0))) }) }
    #[inline(always)] fn mul_f64(self, other: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_mul_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(other.0))) }) }
    #[inline(always)] fn div_f64(self, other: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_div_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(other.0))) }) }
    #[inline(always)] fn max_f64(self, other: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_max_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(other.0))) }) }
    #[inline(always)] fn min_f64(self, other: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_min_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(other.0))) }) }
    #[inline(always)] fn add_u32(self, other: Self) -> Self { Self(unsafe { _mm512_add_epi32(self.0, other.0) }) }
    #[inline(always)] fn add_f32(self, other: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_add_ps(_mm512_castsi512_ps(self.0), _mm512_castsi512_ps(other.0))) }) }
    #[inline(always)] fn sub_f32(self, other: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_sub_ps(_mm512_castsi512_ps(self.0), _mm512_castsi512_ps(other.0))) }) }
    #[inline(always)] fn mul_f32(self, other: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_mul_ps(_mm512_castsi512_ps(self.0), _mm512_castsi512_ps(other.0))) }) }
    #[inline(always)] fn div_f32(self, other: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_div_ps(_mm512_castsi512_ps(self.0), _mm512_castsi512_ps(other.0))) }) }
    #[inline(always)] fn max_f32(self, other: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_max_ps(_mm512_castsi512_ps(self.0), _mm512_castsi512_ps(other.0))) }) }
    #[inline(always)] fn min_f32(self, other: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_min_ps(_mm512_castsi512_ps(self.0), _mm512_castsi512_ps(other.0))) }) }
    #[inline(always)] fn shift_right<const N: u32>(self) -> Self { Self(unsafe { _mm512_srl_epi64(self.0, _mm_cvtsi32_si128(N as i32)) }) }
    #[inline(always)] fn shift_left<const N: u32>(self) -> Self { Self(unsafe { _mm512_sll_epi64(self.0, _mm_cvtsi32_si128(N as i32)) }) }
    #[inline(always)] fn shift_right_u32<const N: u32>(self) -> Self { Self(unsafe { _mm512_srl_epi32(self.0, _mm_cvtsi32_si128(N as i32)) }) }
    #[inline(always)] fn shift_left_u32<const N: u32>(self) -> Self { Self(unsafe { _mm512_sll_epi32(self.0, _mm_cvtsi32_si128(N as i32)) }) }
    #[inline(always)] fn fma_f64(self, by: Self, to: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_fmadd_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(by.0), _mm512_castsi512_pd(to.0))) }) }
    #[inline(always)] fn fnma_f64(self, by: Self, to: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_fnmadd_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(by.0), _mm512_castsi512_pd(to.0))) }) }
    #[inline(always)] fn fma_f32(self, by: Self, to: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_fmadd_ps(_mm512_castsi512_ps(self.0), _mm512_castsi512_ps(by.0), _mm512_castsi512_ps(to.0))) }) }
    #[inline(always)] fn sqrt_f64(self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_sqrt_pd(_mm512_castsi512_pd(self.0))) }) }
    #[inline(always)] fn sqrt_f32(self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_sqrt_ps(_mm512_castsi512_ps(self.0))) }) }
    #[inline(always)] fn select_f64(self, bound: Self, then: Self, otherwise: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(bound.0)), _mm512_castsi512_pd(otherwise.0), _mm512_castsi512_pd(then.0))) }) }
    #[inline(always)] fn select_f32(self, bound: Self, then: Self, otherwise: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(_mm512_castsi512_ps(self.0), _mm512_castsi512_ps(bound.0)), _mm512_castsi512_ps(otherwise.0), _mm512_castsi512_ps(then.0))) }) }
    #[inline(always)] fn exponent_f64(self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_getexp_pd(_mm512_castsi512_pd(self.0))) }) }
    #[inline(always)] fn mantissa_f64(self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_getmant_pd::<_MM_MANT_NORM_1_2, _MM_MANT_SIGN_ZERO>(_mm512_castsi512_pd(self.0))) }) }
    #[inline(always)] fn choose(self, table: &Choice) -> [Self; 2] {
        let [first, second] = &table.columns;
        unsafe {
            [Self(picked(first, self.0)), Self(picked(second, self.0))]
        }
    }
    #[inline(always)] fn pinned(self) -> Self { Self(unsafe { pinned(self.0) }) }
    #[inline(always)] fn signs(self) -> u8 { unsafe { _mm512_movepi64_mask(self.0) } }
    #[inline(always)] fn below(self, high: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_mask_moveldup_ps(_mm512_castsi512_ps(self.0), 0xAAAA, _mm512_castsi512_ps(high.0))) }) }
    #[inline(always)] fn high_below(self, high: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_mask_movehdup_ps(_mm512_castsi512_ps(high.0), 0x5555, _mm512_castsi512_ps(self.0))) }) }
    #[inline(always)] fn where_bits(self, mask: u64, elsewhere: Self) -> Self { Self(unsafe { _mm512_ternarylogic_epi64::<0xCA>(_mm512_set1_epi64(mask as i64), self.0, elsewhere.0) }) }
    #[inline(always)] fn and_or(self, mask: u64, set: u64) -> Self { Self(unsafe { _mm512_ternarylogic_epi64::<0xF8>(_mm512_set1_epi64(set as i64), self.0, _mm512_set1_epi64(mask as i64)) }) }
    #[inline(always)] fn centred_f64(self, mask: u64) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_cvtepi64_pd(_mm512_ternarylogic_epi64::<0x78>(_mm512_set1_epi64(i64::MIN), self.0, _mm512_set1_epi64(mask as i64)))) }) }
    #[inline(always)] fn i32_to_f32(self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_cvtepi32_ps(self.0)) }) }
    #[inline(always)] fn gather(self, table: &[u64], places: &[u64; 8]) -> [Self; 2] { self.gather_in(table, places, IN_ORDER) }
    #[inline(always)] fn gather_pairs(self, table: &[u64], places: &[u64; 8]) -> [Self; 2] {
        let [early, late] = self.gather_in(table, places, CROSSED);
        unsafe {
            let (early, late) = (_mm512_castsi512_ps(early.0), _mm512_castsi512_ps(late.0));
            [Self(_mm512_castps_si512(_mm512_shuffle_ps::<FIRST>(early, late))), Self(_mm512_castps_si512(_mm512_shuffle_ps::<SECOND>(early, late)))]
        }
    }
}

impl Avx512 {
    #[inline(always)]
    fn gather_in(self, table: &[u64], places: &[u64; 8], order: [[usize; 4]; 4]) -> [Self; 2] {
        // The lowest bits of a length are at most that length.
        let outside = unsafe { _mm512_cmpge_epu32_mask(self.load(places).0, _mm512_set1_epi32(table.len() as i32)) };
        if outside != 0 {
            out_of_table(table, places);
        }
        let [a, b, c, d] = gathered(table, places, order);
        unsafe {
            [
                Self(_mm512_inserti64x4::<1>(_mm512_castsi256_si512(a), b)),
                Self(_mm512_inserti64x4::<1>(_mm512_castsi256_si512(c), d)),
            ]
        }
    }
}

/// Low halves, and above them those of other numbers.
#[inline(always)]
unsafe fn low_below(low: __m256i, high: __m256i) -> __m256i {
    unsafe { _mm256_blend_epi32::<0b1010_1010>(low, _mm256_castps_si256(_mm256_moveldup_ps(_mm256_castsi256_ps(high)))) }
}

/// High halves, and above them those of other numbers.
#[inline(always)]
unsafe fn high_below(low: __m256i, high: __m256i) -> __m256i {
    unsafe { _mm256_blend_epi32::<0b1010_1010>(_mm256_castps_si256(_mm256_movehdup_ps(_mm256_castsi256_ps(low))), high) }
}

/// Two 256-bit registers.
#[derive(Clone, Copy)]
pub(crate) struct Avx2([__m256i; 2]);

#[rustfmt::skip]
impl Wide for Avx2 {
    const REGISTERS: usize = 2;

    #[inline(always)] unsafe fn zero() -> Self { Self([unsafe { _mm256_setzero_si256() }; 2]) }
    #[inline(always)] fn load(self, numbers: &[u64; 8]) -> Self { let at: *const __m256i = numbers.as_ptr().cast(); Self(unsafe { [_mm256_loadu_si256(at), _mm256_loadu_si256(at.add(1))] }) }
    #[inline(always)] fn store(self) -> [u64; 8] { let mut numbers = [0; 8]; let at: *mut __m256i = numbers.as_mut_ptr().cast(); unsafe { _mm256_storeu_si256(at, self.0[0]); _mm256_storeu_si256(at.add(1), self.0[1]) }; numbers }
    #[inline(always)] fn load_f64(self, numbers: &[f64; 8]) -> Self { let at: *const __m256i = numbers.as_ptr().cast(); Self(unsafe { [_mm256_loadu_si256(at), _mm256_loadu_si256(at.add(1))] }) }
    #[inline(always)] fn store_f64(self) -> [f64; 8] { let mut numbers = [0.0; 8]; let at: *mut __m256i = numbers.as_mut_ptr().cast(); unsafe { _mm256_storeu_si256(at, self.0[0]); _mm256_storeu_si256(at.add(1), self.0[1]) }; numbers }
    #[inline(always)] fn load_f32(self, numbers: &[f32; 16]) -> Self { let at: *const __m256i = numbers.as_ptr().cast(); Self(unsafe { [_mm256_loadu_si256(at), _mm256_loadu_si256(at.add(1))] }) }
    #[inline(always)] fn store_f32(self) -> [f32; 16] { let mut numbers = [0.0; 16]; let at: *mut __m256i = numbers.as_mut_ptr().cast(); unsafe { _mm256_storeu_si256(at, self.0[0]); _mm256_storeu_si256(at.add(1), self.0[1]) }; numbers }
    #[inline(always)] fn splat(self, x: u64) -> Self { Self(unsafe { [_mm256_set1_epi64x(x as i64); 2] }) }
    #[inline(always)] fn splat_f32(self, x: f32) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_set1_ps(x)); 2] }) }
    #[inline(always)] fn mul_low(self, other: Self) -> Self { Self(unsafe { [_mm256_mul_epu32(self.0[0], other.0[0]), _mm256_mul_epu32(self.0[1], other.0[1])] }) }
    #[inline(always)] fn add(self, other: Self) -> Self { Self(unsafe { [_mm256_add_epi64(self.0[0], other.0[0]), _mm256_add_epi64(self.0[1], other.0[1])] }) }
    #[inline(always)] fn xor(self, other: Self) -> Self { Self(unsafe { [_mm256_xor_si256(self.0[0], other.0[0]), _mm256_xor_si256(self.0[1], other.0[1])] }) }
    #[inline(always)] fn or(self, other: Self) -> Self { Self(unsafe { [_mm256_or_si256(self.0[0], other.0[0]), _mm256_or_si256(self.0[1], other.0[1])] }) }
    #[inline(always)] fn and(self, other: Self) -> Self { Self(unsafe { [_mm256_and_si256(self.0[0], other.0[0]), _mm256_and_si256(self.0[1], other.0[1])] }) }
    #[inline(always)] fn add_f64(self, other: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_add_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(other.0[0]))), _mm256_castpd_si256(_mm256_add_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(other.0[1])))] }) }
    #[inline(always)] fn sub_f64(self, other: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_sub_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(other.0[0]))), _mm256_castpd_si256(_mm256_sub_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(other.0[1])))] }) }
    #[inline(always)] fn mul_f64(self, other: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_mul_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(other.0[0]))), _mm256_castpd_si256(_mm256_mul_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(other.0[1])))] }) }
    #[inline(always)] fn div_f64(self, other: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_div_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(other.0[0]))), _mm256_castpd_si256(_mm256_div_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(other.0[1])))] }) }
    #[inline(always)] fn max_f64(self, other: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_max_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(other.0[0]))), _mm256_castpd_si256(_mm256_max_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(other.0[1])))] }) }
    #[inline(always)] fn min_f64(self, other: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_min_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(other.0[0]))), _mm256_castpd_si256(_mm256_min_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(other.0[1])))] }) }
    #[inline(always)] fn add_u32(self, other: Self) -> Self { Self(unsafe { [_mm256_add_epi32(self.0[0], other.0[0]), _mm256_add_epi32(self.0[1], other.0[1])] }) }
    #[inline(always)] fn add_f32(self, other: Self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_add_ps(_mm256_castsi256_ps(self.0[0]), _mm256_castsi256_ps(other.0[0]))), _mm256_castps_si256(_mm256_add_ps(_mm256_castsi256_ps(self.0[1]), _mm256_castsi256_ps(other.0[1])))] }) }
    #[inline(always)] fn sub_f32(self, other: Self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_sub_ps(_mm256_castsi256_ps(self.0[0]), _mm256_castsi256_ps(other.0[0]))), _mm256_castps_si256(_mm256_sub_ps(_mm256_castsi256_ps(self.0[1]), _mm256_castsi256_ps(other.0[1])))] }) }
    #[inline(always)] fn mul_f32(self, other: Self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_mul_ps(_mm256_castsi256_ps(self.0[0]), _mm256_castsi256_ps(other.0[0]))), _mm256_castps_si256(_mm256_mul_ps(_mm256_castsi256_ps(self.0[1]), _mm256_castsi256_ps(other.0[1])))] }) }
    #[inline(always)] fn div_f32(self, other: Self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_div_ps(_mm256_castsi256_ps(self.0[0]), _mm256_castsi256_ps(other.0[0]))), _mm256_castps_si256(_mm256_div_ps(_mm256_castsi256_ps(self.0[1]), _mm256_castsi256_ps(other.0[1])))] }) }
    #[inline(always)] fn max_f32(self, other: Self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_max_ps(_mm256_castsi256_ps(self.0[0]), _mm256_castsi256_ps(other.0[0]))), _mm256_castps_si256(_mm256_max_ps(_mm256_castsi256_ps(self.0[1]), _mm256_castsi256_ps(other.0[1])))] }) }
    #[inline(always)] fn min_f32(self, other: Self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_min_ps(_mm256_castsi256_ps(self.0[0]), _mm256_castsi256_ps(other.0[0]))), _mm256_castps_si256(_mm256_min_ps(_mm256_castsi256_ps(self.0[1]), _mm256_castsi256_ps(other.0[1])))] }) }
    #[inline(always)] fn shift_right<const N: u32>(self) -> Self { Self(unsafe { [_mm256_srl_epi64(self.0[0], _mm_cvtsi32_si128(N as i32)), _mm256_srl_epi64(self.0[1], _mm_cvtsi32_si128(N as i32))] }) }
    #[inline(always)] fn shift_left<const N: u32>(self) -> Self { Self(unsafe { [_mm256_sll_epi64(self.0[0], _mm_cvtsi32_si128(N as i32)), _mm256_sll_epi64(self.0[1], _mm_cvtsi32_si128(N as i32))] }) }
    #[inline(always)] fn shift_right_u32<const N: u32>(self) -> Self { Self(unsafe { [_mm256_srl_epi32(self.0[0], _mm_cvtsi32_si128(N as i32)), _mm256_srl_epi32(self.0[1], _mm_cvtsi32_si128(N as i32))] }) }
    #[inline(always)] fn shift_left_u32<const N: u32>(self) -> Self { Self(unsafe { [_mm256_sll_epi32(self.0[0], _mm_cvtsi32_si128(N as i32)), _mm256_sll_epi32(self.0[1], _mm_cvtsi32_si128(N as i32))] }) }
    #[inline(always)] fn fma_f64(self, by: Self, to: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_fmadd_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(by.0[0]), _mm256_castsi256_pd(to.0[0]))), _mm256_castpd_si256(_mm256_fmadd_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(by.0[1]), _mm256_castsi256_pd(to.0[1])))] }) }
    #[inline(always)] fn fnma_f64(self, by: Self, to: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_fnmadd_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(by.0[0]), _mm256_castsi256_pd(to.0[0]))), _mm256_castpd_si256(_mm256_fnmadd_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(by.0[1]), _mm256_castsi256_pd(to.0[1])))] }) }
    #[inline(always)] fn fma_f32(self, by: Self, to: Self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_fmadd_ps(_mm256_castsi256_ps(self.0[0]), _mm256_castsi256_ps(by.0[0]), _mm256_castsi256_ps(to.0[0]))), _mm256_castps_si256(_mm256_fmadd_ps(_mm256_castsi256_ps(self.0[1]), _mm256_castsi256_ps(by.0[1]), _mm256_castsi256_ps(to.0[1])))] }) }
    #[inline(always)] fn sqrt_f64(self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_sqrt_pd(_mm256_castsi256_pd(self.0[0]))), _mm256_castpd_si256(_mm256_sqrt_pd(_mm256_castsi256_pd(self.0[1])))] }) }
    #[inline(always)] fn sqrt_f32(self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_sqrt_ps(_mm256_castsi256_ps(self.0[0]))), _mm256_castps_si256(_mm256_sqrt_ps(_mm256_castsi256_ps(self.0[1])))] }) }
    #[inline(always)] fn select_f64(self, bound: Self, then: Self, otherwise: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_blendv_pd(_mm256_castsi256_pd(otherwise.0[0]), _mm256_castsi256_pd(then.0[0]), _mm256_cmp_pd::<_CMP_LT_OQ>(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(bound.0[0])))), _mm256_castpd_si256(_mm256_blendv_pd(_mm256_castsi256_pd(otherwise.0[1]), _mm256_castsi256_pd(then.0[1]), _mm256_cmp_pd::<_CMP_LT_OQ>(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(bound.0[1]))))] }) }
    #[inline(always)] fn select_f32(self, bound: Self, then: Self, otherwise: Self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(otherwise.0[0]), _mm256_castsi256_ps(then.0[0]), _mm256_cmp_ps::<_CMP_LT_OQ>(_mm256_castsi256_ps(self.0[0]), _mm256_castsi256_ps(bound.0[0])))), _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(otherwise.0[1]), _mm256_castsi256_ps(then.0[1]), _mm256_cmp_ps::<_CMP_LT_OQ>(_mm256_castsi256_ps(self.0[1]), _mm256_castsi256_ps(bound.0[1]))))] }) }
    #[inline(always)] fn signs(self) -> u8 {
        let [low, high] = self.0;
        unsafe { (_mm256_movemask_pd(_mm256_castsi256_pd(low)) | _mm256_movemask_pd(_mm256_castsi256_pd(high)) << 4) as u8 }
    }
    #[inline(always)] fn below(self, high: Self) -> Self { Self(unsafe { [low_below(self.0[0], high.0[0]), low_below(self.0[1], high.0[1])] }) }
    #[inline(always)] fn high_below(self, high: Self) -> Self { Self(unsafe { [high_below(self.0[0], high.0[0]), high_below(self.0[1], high.0[1])] }) }
    #[inline(always)] fn i32_to_f32(self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_cvtepi32_ps(self.0[0])), _mm256_castps_si256(_mm256_cvtepi32_ps(self.0[1]))] }) }
    #[inline(always)] fn choose(self, table: &Choice) -> [Self; 2] {
        let [low, high] = [chosen(table, self.0[0]), chosen(table, self.0[1])];
        [Self([low[0], high[0]]), Self([low[1], high[1]])]
    }
    #[inline(always)] fn gather(self, table: &[u64], places: &[u64; 8]) -> [Self; 2] {
        let [a, b, c, d] = self.gather_in(table, places, IN_ORDER);
        [Self([a, b]), Self([c, d])]
    }
    #[inline(always)] fn gather_pairs(self, table: &[u64], places: &[u64; 8]) -> [Self; 2] {
        unsafe {
            let [a, b, c, d] = self.gather_in(table, places, CROSSED);
            let [a, b, c, d] = [_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), _mm256_castsi256_ps(c), _mm256_castsi256_ps(d)];
            let first = [_mm256_shuffle_ps::<FIRST>(a, c), _mm256_shuffle_ps::<FIRST>(b, d)];
            let second = [_mm256_shuffle_ps::<SECOND>(a, c), _mm256_shuffle_ps::<SECOND>(b, d)];
            [
                Self([_mm256_castps_si256(first[0]), _mm256_castps_si256(first[1])]),
                Self([_mm256_castps_si256(second[0]), _mm256_castps_si256(second[1])]),
            ]
        }
    }
}

impl Avx2 {
    #[inline(always)]
    fn gather_in(self, table: &[u64], places: &[u64; 8], order: [[usize; 4]; 4]) -> [__m256i; 4] {
        let bound = unsafe { _mm256_set1_epi32(table.len() as i32) };
        let [low, high] = self.load(places).0;
        let [low, high] = unsafe {
            [_mm256_cmpeq_epi32(_mm256_max_epu32(low, bound), low), _mm256_cmpeq_epi32(_mm256_max_epu32(high, bound), high)]
        };
        if unsafe { _mm256_testz_si256(_mm256_or_si256(low, high), _mm256_set1_epi32(-1)) } == 0 {
            out_of_table(table, places);
        }
        gathered(table, places, order)
    }
}
