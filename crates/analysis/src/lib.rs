//! Numerics that laws and mechanisms share: the normal distribution, quadrature, densities, quantiles, roots, small matrices, tails,
//! fits, and solvers that serve as outside checks.

pub mod assignment;
pub mod crossings;
pub mod density;
pub mod double_exponential;
pub mod gaussian;
pub mod inversion;
pub mod lambert;
pub mod lasso;
pub mod line;
pub mod lyapunov_equation;
pub mod matrix;
pub mod nelder_mead;
pub mod passage_quadrature;
pub mod polygamma;
pub mod quadrature;
pub mod quantiles;
pub mod root;
pub mod singular;
pub mod student;
pub mod tails;
