//! SGD as a stochastic process.
//!
//! The first system is the two-layer (or deeper) linear unit under label noise, `ℓ = (v x − y)²` with `v` a product of weights:
//! its noise and signal ([`moments`]), its exact discrete dynamics ([`two_layer`], [`two_paths`] with more terms and factors,
//! [`tanh_unit`] with a nonlinearity, all with [`weight_decay`] if wanted), its stationary laws in closed form ([`stationary`],
//! [`interpolation`] without label noise), a sampler of the stochastic differential equation that cannot overflow
//! ([`time_changed`]), and the stability of its origin under SGD at any learning rate ([`lyapunov`]).

mod column;
pub mod covariance;
pub mod cubic_well;
pub mod curvature;
pub mod descent;
pub mod direction;
mod elementary;
pub mod ensemble;
pub mod escape;
pub mod factorisation;
pub mod finite_data;
pub mod first_exit;
mod fused;
pub mod interpolation;
pub mod isotropic;
pub mod kesten;
pub mod adaptive;
pub mod chain;
mod elementary;
pub mod ensemble;
pub mod exponential_symmetry;
pub mod lanes;
pub mod local_maximum;
pub mod logarithmic;
pub mod lyapunov;
pub mod lyapunov_spectrum;
pub mod minibatch;
pub mod mirror;
pub mod matrix_factorization;
pub mod moments;
pub mod noise;
pub mod number;
pub mod optimizer;
pub mod passage;
pub mod process;
pub mod quadratic;
pub mod regression;
pub mod regression_passage;
pub mod regression_sgd;
pub mod renewals;
pub mod sde;
pub mod spred;
pub mod stationary;
pub mod syre;
pub mod tanh_net;
pub mod tanh_unit;
pub mod tensor;
pub mod time_average;
pub mod time_changed;
pub mod two_layer;
pub mod two_minima;
pub mod two_paths;
pub mod weight_decay;
pub mod uncertainty;

pub use ensemble::Ensemble;
pub use noise::Noise;
pub use number::Number;
pub use process::{Columns, Process};
pub use tensor::TensorEnsemble;
