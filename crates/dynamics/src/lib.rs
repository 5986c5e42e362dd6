//! SGD as a stochastic process.
//!
//! The first system is the two-layer (or deeper) linear unit under label noise, `ℓ = (v x − y)²` with `v` a product of weights:
//! its noise and signal ([`moments`]), its exact discrete dynamics ([`two_layer`], [`two_paths`] with more terms and factors,
//! [`tanh_unit`] with a nonlinearity, all with [`weight_decay`] if wanted), its stationary laws in closed form ([`stationary`],
//! [`interpolation`] without label noise), a sampler of the stochastic differential equation that cannot overflow
//! ([`time_changed`]), and the stability of its origin under SGD at any learning rate ([`lyapunov`]).

mod elementary;
pub mod ensemble;
pub mod interpolation;
pub mod lanes;
pub mod lyapunov;
pub mod moments;
pub mod noise;
pub mod number;
pub mod process;
pub mod stationary;
pub mod tanh_unit;
pub mod time_changed;
pub mod two_layer;
pub mod two_paths;
pub mod weight_decay;

pub use ensemble::Ensemble;
pub use noise::Noise;
pub use number::Number;
pub use process::{Columns, Process};
