//! Numerics that laws and mechanisms share: the normal distribution, quadrature, densities, quantiles, roots, tails.

pub mod density;
pub mod gaussian;
pub mod passage_quadrature;
pub mod polygamma;
pub mod quadrature;
pub mod quantiles;
pub mod root;
pub mod student;
pub mod tails;
