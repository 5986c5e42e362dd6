//! Sums of 16 bits whose upper bits are kept elsewhere.

#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{SITES, Sums, plain};
use crate::simd::Level;

/// Bits of a sum that [`lift`] leaves.
pub const REST: u32 = 6;

/// Moves the upper bits of sums to others, which count in units of 2⁶; below that remains. A lift adds less than 2¹⁰.
pub fn lift(level: Level, sums: &mut [Sums], upper: &mut [Sums]) {
    #[cfg(target_arch = "x86_64")]
    if level.min(Level::widest()) == Level::Avx512 {
        // SAFETY: the machine has the level.
        unsafe { return x86::lift_avx512(sums, upper) }
    }
    plain::lift(sums, upper);
}

/// Moves lifted sums to others of 32 bits; 0 remains.
pub fn widen(level: Level, upper: &mut [Sums], wide: &mut [[u32; SITES]]) {
    #[cfg(target_arch = "x86_64")]
    if level.min(Level::widest()) == Level::Avx512 {
        // SAFETY: the machine has the level.
        return unsafe { x86::widen_avx512(upper, wide) };
    }
    plain::widen(upper, wide);
}
