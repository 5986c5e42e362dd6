//! Numerics that laws and mechanisms share: the normal distribution, quadrature, densities, quantiles, roots.

pub mod crossings;
pub mod density;
pub mod double_exponential;
pub mod gaussian;
pub mod quadrature;
pub mod quantiles;
pub mod root;
