//! The vector operations in plain code.

use super::wide::Wide;

/// Plain code.
#[derive(Clone, Copy)]
pub(crate) struct Plain([u64; 8]);

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
    const REGISTERS: usize = 8;
    #[inline(always)] unsafe fn zero() -> Self { Self([0; 8]) }
    #[inline(always)] fn load(self, numbers: &[u64; 8]) -> Self { Self(*numbers) }
    #[inline(always)] fn store(self) -> [u64; 8] { self.0 }
    #[inline(always)] fn load_f64(self, numbers: &[f64; 8]) -> Self { Self(numbers.map(f64::to_bits)) }
    #[inline(always)] fn store_f64(self) -> [f64; 8] { self.0.map(f64::from_bits) }
    #[inline(always)] fn load_f32(self, numbers: &[f32; 16]) -> Self {
        Self(std::array::from_fn(|i| u64::from(numbers[2 * i].to_bits()) | u64::from(numbers[2 * i + 1].to_bits()) << 32))
    }
    #[inline(always)] fn store_f32(self) -> [f32; 16] {
        std::array::from_fn(|i| f32::from_bits((self.0[i / 2] >> (i % 2 * 32)) as u32))
    }
    #[inline(always)] fn splat(self, x: u64) -> Self { Self([x; 8]) }
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
    #[inline(always)] fn fnma_f64(self, by: Self, to: Self) -> Self {
        Self(std::array::from_fn(|i| double(self.0[i], by.0[i], |a, b| (-a).mul_add(b, f64::from_bits(to.0[i])))))
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
    #[inline(always)] fn max_f64(self, other: Self) -> Self { self.zip(other, |a, b| double(a, b, |a, b| if a > b { a } else { b })) }
    #[inline(always)] fn min_f64(self, other: Self) -> Self { self.zip(other, |a, b| double(a, b, |a, b| if a < b { a } else { b })) }
    #[inline(always)] fn select_f64(self, bound: Self, then: Self, otherwise: Self) -> Self {
        Self(std::array::from_fn(|i| if f64::from_bits(self.0[i]) < f64::from_bits(bound.0[i]) { then.0[i] } else { otherwise.0[i] }))
    }
    #[inline(always)] fn sub_f32(self, other: Self) -> Self { self.zip(other, |a, b| single(a, b, |a, b| a - b)) }
    #[inline(always)] fn div_f32(self, other: Self) -> Self { self.zip(other, |a, b| single(a, b, |a, b| a / b)) }
    #[inline(always)] fn max_f32(self, other: Self) -> Self { self.zip(other, |a, b| single(a, b, |a, b| if a > b { a } else { b })) }
    #[inline(always)] fn min_f32(self, other: Self) -> Self { self.zip(other, |a, b| single(a, b, |a, b| if a < b { a } else { b })) }
    #[inline(always)] fn select_f32(self, bound: Self, then: Self, otherwise: Self) -> Self {
        let mask = self.zip(bound, |a, b| halves2(a, b, |a, b| if f32::from_bits(a) < f32::from_bits(b) { u32::MAX } else { 0 }));
        Self(std::array::from_fn(|i| mask.0[i] & then.0[i] | !mask.0[i] & otherwise.0[i]))
    }
}
