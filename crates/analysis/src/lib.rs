//! Generic numerics.

pub mod gaussian;
