//! Numerics that every programme needs: special functions.

pub mod special;
