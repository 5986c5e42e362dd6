//! Values of functions in tables that fit into registers.

use super::Numbers;
#[cfg(target_arch = "x86_64")]
use super::x86;
use crate::simd::Level;

/// `F` functions of small whole numbers: their values from some number on, each below 2¹⁵.
#[derive(Debug, Clone)]
pub struct Span<const F: usize> {
    first: u16,
    values: [[u16; LENGTH]; F],
    length: u16,
}

/// The most values of a function.
const LENGTH: usize = 256;

impl<const F: usize> Span<F> {
    /// The most values of a function.
    pub const LENGTH: usize = LENGTH;

    /// The values at `first`, `first + 1` and so on, as many of each function; none if they are too many or too large.
    pub fn new(first: u16, values: [&[u16]; F]) -> Option<Self> {
        let length = values.first()?.len();
        let fits = |values: &&[u16]| values.len() == length && values.iter().all(|&value| value <= i16::MAX as u16);
        if length > LENGTH || !values.iter().all(fits) {
            return None;
        }
        let mut all = [[0; LENGTH]; F];
        all.iter_mut().zip(values).for_each(|(all, values)| all[..length].copy_from_slice(values));
        Some(Self { first, values: all, length: length as u16 })
    }

    /// The values, or none if the number lies outside.
    #[inline(always)]
    pub fn at(&self, number: u16) -> Option<[u16; F]> {
        let from = number.wrapping_sub(self.first);
        let value = |function: usize| self.values[function][usize::from(from)];
        if from < self.length { Some(std::array::from_fn(value)) } else { None }
    }

    /// The values of the first function at some numbers, 0 where a number lies outside.
    pub fn look(&self, level: Level, Numbers(numbers): &Numbers, Numbers(values): &mut Numbers) -> Looked<F> {
        #[cfg(target_arch = "x86_64")]
        if level.min(Level::widest()) == Level::Avx512 {
            // SAFETY: the machine has the level.
            return unsafe { x86::look_avx512(self, numbers, values) };
        }
        let mut looked = Looked { sums: [0; F], outside: 0 };
        for (at, (number, value)) in numbers.iter().zip(values).enumerate() {
            let found = self.at(*number).unwrap_or_else(|| {
                looked.outside |= 1 << at;
                [0; F]
            });
            *value = found[0];
            looked.sums.iter_mut().zip(found).for_each(|(sum, found)| *sum += u64::from(found));
        }
        looked
    }

    pub(super) fn parts(&self) -> (u16, &[[u16; LENGTH]; F], u16) {
        (self.first, &self.values, self.length)
    }
}

/// What was looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked<const F: usize> {
    /// The sums of the values of each function.
    pub sums: [u64; F],
    /// The numbers, as bits, that lie outside.
    pub outside: u64,
}
