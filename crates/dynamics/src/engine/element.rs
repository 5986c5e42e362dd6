//! The numbers that an ensemble keeps: f32 or f64.

use lawbook_core::{random::NormalLanes, simd::Wide};

use crate::engine::lanes::{Doubles, LaneNumber, Singles};

/// The numbers that an ensemble can be made of: f32 and f64.
pub trait Element: NormalLanes + Send + Sync + PartialEq + Default + 'static {
    /// One number for each of sixteen replicas.
    type Lanes<V: Wide>: LaneNumber<Self>;

    /// The nearest number of this kind.
    fn from_f64(value: f64) -> Self;

    /// As f64, exactly.
    fn to_f64(self) -> f64;

    /// Uniform in [0, 1), of the highest bits of a random word.
    fn uniform(bits: u64) -> Self;
}

impl Element for f64 {
    type Lanes<V: Wide> = Doubles<V>;

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn uniform(bits: u64) -> Self {
        Self::from_bits(bits >> 12 | 1023 << 52) - 1.0
    }
}

impl Element for f32 {
    type Lanes<V: Wide> = Singles<V>;

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as Self
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn uniform(bits: u64) -> Self {
        Self::from_bits((bits >> 41) as u32 | 127 << 23) - 1.0
    }
}
