//! Numerics that laws and mechanisms share: quadrature, densities, quantiles, roots.

pub mod density;
pub mod quadrature;
pub mod quantiles;
pub mod root;
