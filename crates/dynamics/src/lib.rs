//! SGD as a stochastic process.
//!
//! The first system is the two-layer (or deeper) linear unit under label noise, `ℓ = (v x − y)²` with `v` a product of weights:
//! its noise and signal ([`moments`]), its exact discrete dynamics ([`two_layer`]) run as an ensemble ([`chain`]), its
//! stationary laws in closed form ([`stationary`]), a sampler of the stochastic differential equation that cannot overflow
//! ([`time_changed`]), and the stability of its origin under SGD at any learning rate ([`lyapunov`]).

pub mod adaptive;
pub mod chain;
mod elementary;
pub mod ensemble;
pub mod exponential_symmetry;
pub mod lanes;
pub mod lyapunov;
pub mod matrix_factorization;
pub mod moments;
pub mod noise;
pub mod number;
pub mod process;
pub mod stationary;
pub mod time_changed;
pub mod two_layer;
pub mod uncertainty;

pub use ensemble::Ensemble;
pub use noise::Noise;
pub use number::Number;
pub use process::{Columns, Process};
