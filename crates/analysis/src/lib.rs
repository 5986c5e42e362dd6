//! Numerics that every programme needs: special functions, quadrature, quantiles, roots.

pub mod gaussian;
pub mod special;
