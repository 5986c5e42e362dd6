//! Numerics that laws and mechanisms share: the normal distribution, quadrature, densities, quantiles, roots, tails.

pub mod density;
pub mod gaussian;
pub mod passage_quadrature;
pub mod polygamma;
//! Numerics that laws and mechanisms share: the normal distribution, quadrature, densities, quantiles, roots, small matrices.

pub mod density;
pub mod gaussian;
pub mod lyapunov_equation;
pub mod matrix;
pub mod quadrature;
pub mod quantiles;
pub mod root;
pub mod student;
pub mod tails;
