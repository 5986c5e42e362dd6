//! Numerics that laws and mechanisms share: the normal distribution, quadrature, densities, quantiles, roots, the lasso.

pub mod density;
pub mod gaussian;
pub mod lasso;
pub mod quadrature;
pub mod quantiles;
pub mod root;
