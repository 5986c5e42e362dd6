//! Models whose training is studied: processes, with what is known of them.

pub mod cubic_well;
pub mod digits;
pub mod exponential_symmetry;
pub mod factorisation;
pub mod finite_data;
pub mod interpolation;
pub mod isotropic;
pub mod local_maximum;
pub mod matrix_factorization;
pub mod mirror;
pub mod multilayer;
pub mod quadratic;
pub mod regression;
pub mod regression_sgd;
pub mod spred;
pub mod syre;
pub mod tanh_net;
pub mod tanh_unit;
pub mod two_layer;
pub mod two_minima;
pub mod two_paths;
