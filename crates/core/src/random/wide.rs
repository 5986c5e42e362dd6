//! The few vector operations that drawing normals takes, on 512 bits at a time: with AVX-512, with AVX2, and in plain code.
//!
//! The compiler makes vector code of most loops by itself, but not reliably of this one, which is the innermost of all. All
//! three versions give the same bits.

use crate::simd::Level;

/// Eight numbers of 64 bits or sixteen of 32, each of the latter in the low (even) or high (odd) half of one of the former.
pub(super) trait Wide: Copy {
    /// Eight numbers.
    fn load(numbers: [u64; 8]) -> Self;
    /// The eight numbers.
    fn store(self) -> [u64; 8];
    /// The same number eight times.
    fn splat(x: u64) -> Self;
    /// Products of the low halves.
    fn mul_low(self, other: Self) -> Self;
    /// Sums modulo 2⁶⁴.
    fn add(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn shift_right<const N: u32>(self) -> Self;
    fn shift_left<const N: u32>(self) -> Self;
    fn add_f64(self, other: Self) -> Self;
    fn sub_f64(self, other: Self) -> Self;
    fn mul_f64(self, other: Self) -> Self;
    fn div_f64(self, other: Self) -> Self;
    /// `self × by + to`, rounded once.
    fn fma_f64(self, by: Self, to: Self) -> Self;
    fn sqrt_f64(self) -> Self;
    fn add_u32(self, other: Self) -> Self;
    fn shift_right_u32<const N: u32>(self) -> Self;
    fn shift_left_u32<const N: u32>(self) -> Self;
    /// The nearest f32 of signed numbers.
    fn i32_to_f32(self) -> Self;
    fn add_f32(self, other: Self) -> Self;
    fn mul_f32(self, other: Self) -> Self;
    /// `self × by + to`, rounded once.
    fn fma_f32(self, by: Self, to: Self) -> Self;
    fn sqrt_f32(self) -> Self;

    /// The same f64 eight times.
    #[inline(always)]
    fn splat_f64(x: f64) -> Self {
        Self::splat(x.to_bits())
    }

    /// The same 32 bits sixteen times.
    #[inline(always)]
    fn splat_u32(x: u32) -> Self {
        Self::splat(u64::from(x) << 32 | u64::from(x))
    }

    /// The same f32 sixteen times.
    #[inline(always)]
    fn splat_f32(x: f32) -> Self {
        Self::splat_u32(x.to_bits())
    }
}

/// Code over any of the three.
pub(super) trait WideKernel {
    type Output;

    /// Has to be `#[inline(always)]`, like all that it calls.
    fn run<V: Wide>(self) -> Self::Output;
}

/// Runs a kernel with the instructions of a level, or of the widest one below it that this machine has.
pub(super) fn run<K: WideKernel>(level: Level, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
        fn avx512<K: WideKernel>(kernel: K) -> K::Output {
            kernel.run::<Avx512>()
        }

        #[target_feature(enable = "avx2,fma")]
        fn avx2<K: WideKernel>(kernel: K) -> K::Output {
            kernel.run::<Avx2>()
        }

        match level.here() {
            // SAFETY: the machine has these instructions.
            Level::Avx512 => return unsafe { avx512(kernel) },
            // SAFETY: as above.
            Level::Avx2 => return unsafe { avx2(kernel) },
            Level::Baseline => {}
        }
    }
    kernel.run::<Plain>()
}

/// Plain code.
#[derive(Clone, Copy)]
pub(super) struct Plain([u64; 8]);

/// Does something to each 32-bit half.
#[inline(always)]
fn halves(a: u64, f: impl Fn(u32) -> u32) -> u64 {
    u64::from(f((a >> 32) as u32)) << 32 | u64::from(f(a as u32))
}

#[inline(always)]
fn halves2(a: u64, b: u64, f: impl Fn(u32, u32) -> u32) -> u64 {
    u64::from(f((a >> 32) as u32, (b >> 32) as u32)) << 32 | u64::from(f(a as u32, b as u32))
}

#[inline(always)]
fn double(a: u64, b: u64, f: impl Fn(f64, f64) -> f64) -> u64 {
    f(f64::from_bits(a), f64::from_bits(b)).to_bits()
}

#[inline(always)]
fn single(a: u64, b: u64, f: impl Fn(f32, f32) -> f32) -> u64 {
    halves2(a, b, |a, b| f(f32::from_bits(a), f32::from_bits(b)).to_bits())
}

impl Plain {
    #[inline(always)]
    fn map(self, f: impl Fn(u64) -> u64) -> Self {
        Self(self.0.map(f))
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(u64, u64) -> u64) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }
}

#[rustfmt::skip]
impl Wide for Plain {
    #[inline(always)] fn load(numbers: [u64; 8]) -> Self { Self(numbers) }
    #[inline(always)] fn store(self) -> [u64; 8] { self.0 }
    #[inline(always)] fn splat(x: u64) -> Self { Self([x; 8]) }
    #[inline(always)] fn mul_low(self, other: Self) -> Self { self.zip(other, |a, b| u64::from(a as u32) * u64::from(b as u32)) }
    #[inline(always)] fn add(self, other: Self) -> Self { self.zip(other, u64::wrapping_add) }
    #[inline(always)] fn xor(self, other: Self) -> Self { self.zip(other, |a, b| a ^ b) }
    #[inline(always)] fn or(self, other: Self) -> Self { self.zip(other, |a, b| a | b) }
    #[inline(always)] fn and(self, other: Self) -> Self { self.zip(other, |a, b| a & b) }
    #[inline(always)] fn shift_right<const N: u32>(self) -> Self { self.map(|a| a >> N) }
    #[inline(always)] fn shift_left<const N: u32>(self) -> Self { self.map(|a| a << N) }
    #[inline(always)] fn add_f64(self, other: Self) -> Self { self.zip(other, |a, b| double(a, b, |a, b| a + b)) }
    #[inline(always)] fn sub_f64(self, other: Self) -> Self { self.zip(other, |a, b| double(a, b, |a, b| a - b)) }
    #[inline(always)] fn mul_f64(self, other: Self) -> Self { self.zip(other, |a, b| double(a, b, |a, b| a * b)) }
    #[inline(always)] fn div_f64(self, other: Self) -> Self { self.zip(other, |a, b| double(a, b, |a, b| a / b)) }
    #[inline(always)] fn fma_f64(self, by: Self, to: Self) -> Self {
        Self(std::array::from_fn(|i| double(self.0[i], by.0[i], |a, b| a.mul_add(b, f64::from_bits(to.0[i])))))
    }
    #[inline(always)] fn sqrt_f64(self) -> Self { self.map(|a| double(a, a, |a, _| a.sqrt())) }
    #[inline(always)] fn add_u32(self, other: Self) -> Self { self.zip(other, |a, b| halves2(a, b, u32::wrapping_add)) }
    #[inline(always)] fn shift_right_u32<const N: u32>(self) -> Self { self.map(|a| halves(a, |a| a >> N)) }
    #[inline(always)] fn shift_left_u32<const N: u32>(self) -> Self { self.map(|a| halves(a, |a| a << N)) }
    #[inline(always)] fn i32_to_f32(self) -> Self { self.map(|a| halves(a, |a| (a as i32 as f32).to_bits())) }
    #[inline(always)] fn add_f32(self, other: Self) -> Self { self.zip(other, |a, b| single(a, b, |a, b| a + b)) }
    #[inline(always)] fn mul_f32(self, other: Self) -> Self { self.zip(other, |a, b| single(a, b, |a, b| a * b)) }
    #[inline(always)] fn fma_f32(self, by: Self, to: Self) -> Self {
        Self(std::array::from_fn(|i| {
            let at = |shift: u32| {
                let [a, b, c] = [self.0[i], by.0[i], to.0[i]].map(|x| f32::from_bits((x >> shift) as u32));
                u64::from(a.mul_add(b, c).to_bits()) << shift
            };
            at(32) | at(0)
        }))
    }
    #[inline(always)] fn sqrt_f32(self) -> Self { self.map(|a| single(a, a, |a, _| a.sqrt())) }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

/// Where the machine has the instructions. Each value of these types is made and used inside a function that is compiled for
/// them: that is the caller's duty, and why the types do not leave this crate.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256i, __m512i, _mm_cvtsi32_si128, _mm256_add_epi32, _mm256_add_epi64, _mm256_add_pd, _mm256_add_ps,
        _mm256_and_si256, _mm256_castpd_si256, _mm256_castps_si256, _mm256_castsi256_pd, _mm256_castsi256_ps,
        _mm256_cvtepi32_ps, _mm256_div_pd, _mm256_fmadd_pd, _mm256_fmadd_ps, _mm256_loadu_si256, _mm256_mul_epu32,
        _mm256_mul_pd, _mm256_mul_ps, _mm256_or_si256, _mm256_set1_epi64x, _mm256_sll_epi32, _mm256_sll_epi64,
        _mm256_sqrt_pd, _mm256_sqrt_ps, _mm256_srl_epi32, _mm256_srl_epi64, _mm256_storeu_si256, _mm256_sub_pd,
        _mm256_xor_si256, _mm512_add_epi32, _mm512_add_epi64, _mm512_add_pd, _mm512_add_ps, _mm512_and_si512,
        _mm512_castpd_si512, _mm512_castps_si512, _mm512_castsi512_pd, _mm512_castsi512_ps, _mm512_cvtepi32_ps,
        _mm512_div_pd, _mm512_fmadd_pd, _mm512_fmadd_ps, _mm512_loadu_si512, _mm512_mul_epu32, _mm512_mul_pd, _mm512_mul_ps,
        _mm512_or_si512, _mm512_set1_epi64, _mm512_sll_epi32, _mm512_sll_epi64, _mm512_sqrt_pd, _mm512_sqrt_ps,
        _mm512_srl_epi32, _mm512_srl_epi64, _mm512_storeu_si512, _mm512_sub_pd, _mm512_xor_si512,
    };

    use super::Wide;

    /// One 512-bit register.
    #[derive(Clone, Copy)]
    pub(in crate::random) struct Avx512(__m512i);

    // SAFETY of all that follows: see the module.
    #[rustfmt::skip]
    impl Wide for Avx512 {
        #[inline(always)] fn load(numbers: [u64; 8]) -> Self { Self(unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) }) }
        #[inline(always)] fn store(self) -> [u64; 8] { let mut numbers = [0; 8]; unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast(), self.0) }; numbers }
        #[inline(always)] fn splat(x: u64) -> Self { Self(unsafe { _mm512_set1_epi64(x as i64) }) }
        #[inline(always)] fn mul_low(self, other: Self) -> Self { Self(unsafe { _mm512_mul_epu32(self.0, other.0) }) }
        #[inline(always)] fn add(self, other: Self) -> Self { Self(unsafe { _mm512_add_epi64(self.0, other.0) }) }
        #[inline(always)] fn xor(self, other: Self) -> Self { Self(unsafe { _mm512_xor_si512(self.0, other.0) }) }
        #[inline(always)] fn or(self, other: Self) -> Self { Self(unsafe { _mm512_or_si512(self.0, other.0) }) }
        #[inline(always)] fn and(self, other: Self) -> Self { Self(unsafe { _mm512_and_si512(self.0, other.0) }) }
        #[inline(always)] fn add_f64(self, other: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_add_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(other.0))) }) }
        #[inline(always)] fn sub_f64(self, other: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_sub_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(other.0))) }) }
        #[inline(always)] fn mul_f64(self, other: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_mul_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(other.0))) }) }
        #[inline(always)] fn div_f64(self, other: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_div_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(other.0))) }) }
        #[inline(always)] fn add_u32(self, other: Self) -> Self { Self(unsafe { _mm512_add_epi32(self.0, other.0) }) }
        #[inline(always)] fn add_f32(self, other: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_add_ps(_mm512_castsi512_ps(self.0), _mm512_castsi512_ps(other.0))) }) }
        #[inline(always)] fn mul_f32(self, other: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_mul_ps(_mm512_castsi512_ps(self.0), _mm512_castsi512_ps(other.0))) }) }
        #[inline(always)] fn shift_right<const N: u32>(self) -> Self { Self(unsafe { _mm512_srl_epi64(self.0, _mm_cvtsi32_si128(N as i32)) }) }
        #[inline(always)] fn shift_left<const N: u32>(self) -> Self { Self(unsafe { _mm512_sll_epi64(self.0, _mm_cvtsi32_si128(N as i32)) }) }
        #[inline(always)] fn shift_right_u32<const N: u32>(self) -> Self { Self(unsafe { _mm512_srl_epi32(self.0, _mm_cvtsi32_si128(N as i32)) }) }
        #[inline(always)] fn shift_left_u32<const N: u32>(self) -> Self { Self(unsafe { _mm512_sll_epi32(self.0, _mm_cvtsi32_si128(N as i32)) }) }
        #[inline(always)] fn fma_f64(self, by: Self, to: Self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_fmadd_pd(_mm512_castsi512_pd(self.0), _mm512_castsi512_pd(by.0), _mm512_castsi512_pd(to.0))) }) }
        #[inline(always)] fn fma_f32(self, by: Self, to: Self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_fmadd_ps(_mm512_castsi512_ps(self.0), _mm512_castsi512_ps(by.0), _mm512_castsi512_ps(to.0))) }) }
        #[inline(always)] fn sqrt_f64(self) -> Self { Self(unsafe { _mm512_castpd_si512(_mm512_sqrt_pd(_mm512_castsi512_pd(self.0))) }) }
        #[inline(always)] fn sqrt_f32(self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_sqrt_ps(_mm512_castsi512_ps(self.0))) }) }
        #[inline(always)] fn i32_to_f32(self) -> Self { Self(unsafe { _mm512_castps_si512(_mm512_cvtepi32_ps(self.0)) }) }
    }

    /// Two 256-bit registers.
    #[derive(Clone, Copy)]
    pub(in crate::random) struct Avx2([__m256i; 2]);

    #[rustfmt::skip]
    impl Wide for Avx2 {
        #[inline(always)] fn load(numbers: [u64; 8]) -> Self { let at: *const __m256i = numbers.as_ptr().cast(); Self(unsafe { [_mm256_loadu_si256(at), _mm256_loadu_si256(at.add(1))] }) }
        #[inline(always)] fn store(self) -> [u64; 8] { let mut numbers = [0; 8]; let at: *mut __m256i = numbers.as_mut_ptr().cast(); unsafe { _mm256_storeu_si256(at, self.0[0]); _mm256_storeu_si256(at.add(1), self.0[1]) }; numbers }
        #[inline(always)] fn splat(x: u64) -> Self { Self(unsafe { [_mm256_set1_epi64x(x as i64); 2] }) }
        #[inline(always)] fn mul_low(self, other: Self) -> Self { Self(unsafe { [_mm256_mul_epu32(self.0[0], other.0[0]), _mm256_mul_epu32(self.0[1], other.0[1])] }) }
        #[inline(always)] fn add(self, other: Self) -> Self { Self(unsafe { [_mm256_add_epi64(self.0[0], other.0[0]), _mm256_add_epi64(self.0[1], other.0[1])] }) }
        #[inline(always)] fn xor(self, other: Self) -> Self { Self(unsafe { [_mm256_xor_si256(self.0[0], other.0[0]), _mm256_xor_si256(self.0[1], other.0[1])] }) }
        #[inline(always)] fn or(self, other: Self) -> Self { Self(unsafe { [_mm256_or_si256(self.0[0], other.0[0]), _mm256_or_si256(self.0[1], other.0[1])] }) }
        #[inline(always)] fn and(self, other: Self) -> Self { Self(unsafe { [_mm256_and_si256(self.0[0], other.0[0]), _mm256_and_si256(self.0[1], other.0[1])] }) }
        #[inline(always)] fn add_f64(self, other: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_add_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(other.0[0]))), _mm256_castpd_si256(_mm256_add_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(other.0[1])))] }) }
        #[inline(always)] fn sub_f64(self, other: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_sub_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(other.0[0]))), _mm256_castpd_si256(_mm256_sub_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(other.0[1])))] }) }
        #[inline(always)] fn mul_f64(self, other: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_mul_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(other.0[0]))), _mm256_castpd_si256(_mm256_mul_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(other.0[1])))] }) }
        #[inline(always)] fn div_f64(self, other: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_div_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(other.0[0]))), _mm256_castpd_si256(_mm256_div_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(other.0[1])))] }) }
        #[inline(always)] fn add_u32(self, other: Self) -> Self { Self(unsafe { [_mm256_add_epi32(self.0[0], other.0[0]), _mm256_add_epi32(self.0[1], other.0[1])] }) }
        #[inline(always)] fn add_f32(self, other: Self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_add_ps(_mm256_castsi256_ps(self.0[0]), _mm256_castsi256_ps(other.0[0]))), _mm256_castps_si256(_mm256_add_ps(_mm256_castsi256_ps(self.0[1]), _mm256_castsi256_ps(other.0[1])))] }) }
        #[inline(always)] fn mul_f32(self, other: Self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_mul_ps(_mm256_castsi256_ps(self.0[0]), _mm256_castsi256_ps(other.0[0]))), _mm256_castps_si256(_mm256_mul_ps(_mm256_castsi256_ps(self.0[1]), _mm256_castsi256_ps(other.0[1])))] }) }
        #[inline(always)] fn shift_right<const N: u32>(self) -> Self { Self(unsafe { [_mm256_srl_epi64(self.0[0], _mm_cvtsi32_si128(N as i32)), _mm256_srl_epi64(self.0[1], _mm_cvtsi32_si128(N as i32))] }) }
        #[inline(always)] fn shift_left<const N: u32>(self) -> Self { Self(unsafe { [_mm256_sll_epi64(self.0[0], _mm_cvtsi32_si128(N as i32)), _mm256_sll_epi64(self.0[1], _mm_cvtsi32_si128(N as i32))] }) }
        #[inline(always)] fn shift_right_u32<const N: u32>(self) -> Self { Self(unsafe { [_mm256_srl_epi32(self.0[0], _mm_cvtsi32_si128(N as i32)), _mm256_srl_epi32(self.0[1], _mm_cvtsi32_si128(N as i32))] }) }
        #[inline(always)] fn shift_left_u32<const N: u32>(self) -> Self { Self(unsafe { [_mm256_sll_epi32(self.0[0], _mm_cvtsi32_si128(N as i32)), _mm256_sll_epi32(self.0[1], _mm_cvtsi32_si128(N as i32))] }) }
        #[inline(always)] fn fma_f64(self, by: Self, to: Self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_fmadd_pd(_mm256_castsi256_pd(self.0[0]), _mm256_castsi256_pd(by.0[0]), _mm256_castsi256_pd(to.0[0]))), _mm256_castpd_si256(_mm256_fmadd_pd(_mm256_castsi256_pd(self.0[1]), _mm256_castsi256_pd(by.0[1]), _mm256_castsi256_pd(to.0[1])))] }) }
        #[inline(always)] fn fma_f32(self, by: Self, to: Self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_fmadd_ps(_mm256_castsi256_ps(self.0[0]), _mm256_castsi256_ps(by.0[0]), _mm256_castsi256_ps(to.0[0]))), _mm256_castps_si256(_mm256_fmadd_ps(_mm256_castsi256_ps(self.0[1]), _mm256_castsi256_ps(by.0[1]), _mm256_castsi256_ps(to.0[1])))] }) }
        #[inline(always)] fn sqrt_f64(self) -> Self { Self(unsafe { [_mm256_castpd_si256(_mm256_sqrt_pd(_mm256_castsi256_pd(self.0[0]))), _mm256_castpd_si256(_mm256_sqrt_pd(_mm256_castsi256_pd(self.0[1])))] }) }
        #[inline(always)] fn sqrt_f32(self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_sqrt_ps(_mm256_castsi256_ps(self.0[0]))), _mm256_castps_si256(_mm256_sqrt_ps(_mm256_castsi256_ps(self.0[1])))] }) }
        #[inline(always)] fn i32_to_f32(self) -> Self { Self(unsafe { [_mm256_castps_si256(_mm256_cvtepi32_ps(self.0[0])), _mm256_castps_si256(_mm256_cvtepi32_ps(self.0[1]))] }) }
    }
}
