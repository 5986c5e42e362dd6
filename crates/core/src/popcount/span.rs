//! Values of a function in a table that fits into registers.

use super::Numbers;
#[cfg(target_arch = "x86_64")]
use super::x86;
use crate::simd::Level;

/// A function of small whole numbers: its values from some number on, each below 2¹⁵.
#[derive(Debug, Clone)]
pub struct Span {
    first: u16,
    values: [u16; Span::LENGTH],
    length: u16,
}

impl Span {
    /// The most values.
    pub const LENGTH: usize = 256;

    /// The values at `first`, `first + 1` and so on, or none if they are too many or too large.
    pub fn new(first: u16, values: &[u16]) -> Option<Self> {
        if values.len() > Self::LENGTH || values.iter().any(|&value| value > i16::MAX as u16) {
            return None;
        }
        let mut all = [0; Self::LENGTH];
        all[..values.len()].copy_from_slice(values);
        Some(Self { first, values: all, length: values.len() as u16 })
    }

    /// The value, or none if the number lies outside.
    #[inline(always)]
    pub fn at(&self, number: u16) -> Option<u16> {
        let from = number.wrapping_sub(self.first);
        if from < self.length { Some(self.values[usize::from(from)]) } else { None }
    }

    /// The values at some numbers, 0 where a number lies outside.
    pub fn look(&self, level: Level, Numbers(numbers): &Numbers, Numbers(values): &mut Numbers) -> Looked {
        #[cfg(target_arch = "x86_64")]
        if level.min(Level::widest()) == Level::Avx512 {
            // SAFETY: the machine has the level.
            return unsafe { x86::look_avx512(self, numbers, values) };
        }
        let mut looked = Looked { sum: 0, outside: 0 };
        for (at, (number, value)) in numbers.iter().zip(values).enumerate() {
            *value = self.at(*number).unwrap_or_else(|| {
                looked.outside |= 1 << at;
                0
            });
            looked.sum += u32::from(*value);
        }
        looked
    }

    pub(super) fn parts(&self) -> (u16, &[u16; Self::LENGTH], u16) {
        (self.first, &self.values, self.length)
    }
}

/// What was looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    /// The sum of the values.
    pub sum: u32,
    /// The numbers, as bits, that lie outside.
    pub outside: u64,
}
