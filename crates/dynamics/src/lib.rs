//! SGD as a stochastic process.
//!
//! One writes a [`Process`] once, as arithmetic on [`Number`]s, and asks for what it does:
//!
//! ```
//! use lawbook_core::Key;
//! use lawbook_dynamics::{Ensemble, Noise, Number, Process};
//!
//! /// SGD at rate η on a double well, (w² − 1)²/4, whose gradient is seen with noise of deviation σ.
//! struct DoubleWell { eta: f64, sigma: f64 }
//!
//! impl Process for DoubleWell {
//!     type State<X: Number> = [X; 1];
//!
//!     #[inline(always)]
//!     fn step<X: Number, N: Noise<X>>(&self, [w]: [X; 1], noise: &mut N) -> [X; 1] {
//!         let gradient = (w * w - 1.0) * w + noise.normal() * self.sigma;
//!         [w - gradient * self.eta]
//!     }
//! }
//!
//! // 4000 replicas from w = 1, until they forget where they came from: a few hundredths of a second.
//! let mut wells = Ensemble::<_, f64>::new(DoubleWell { eta: 0.1, sigma: 3.0 }, 4000, &Key::new(["wells"]), |_| [1.0]);
//! wells.advance(2000);
//! let sample = lawbook_analysis::quantiles::WeightedSample::equal(wells.states().map(|[w]| w)).unwrap();
//! // Nearly the Gibbs law exp(−L/T) at T = ησ²/2: symmetric, with little mass between the wells.
//! assert!((sample.cdf(0.0) - 0.5).abs() < 0.04 && wells.fraction_diverged() == 0.0);
//! ```
//!
//! [`Ensemble`] runs sixteen replicas to a vector on all cores, [`TensorEnsemble`] the same process on tensors; both draw the
//! same numbers. Around them:
//! - training: [`optimizer`] and [`descent`]; [`regression`], [`quadratic`], [`finite_data`] for fresh and finite data, with and
//!   without replacement; [`sde`] for diffusions and their integrators;
//! - covariance at a finite learning rate: [`covariance`], [`direction`], [`minibatch`]; tails: [`kesten`];
//! - stability: [`curvature`], [`lyapunov`], [`lyapunov_spectrum`], [`isotropic`], [`logarithmic`], [`local_maximum`],
//!   [`two_minima`]; first passages: [`passage`], [`first_exit`], [`renewals`], [`escape`];
//! - balance: the two-layer (or deeper) linear unit under label noise, `ℓ = (v x − y)²` with `v` a product of weights: its noise
//!   and signal ([`moments`]), its exact discrete dynamics ([`two_layer`], [`two_paths`], [`tanh_unit`], [`weight_decay`]), its
//!   stationary laws in closed form ([`stationary`], [`interpolation`]), a sampler of its diffusion that cannot overflow
//!   ([`time_changed`]); products of matrices: [`matrix_factorization`];
//! - symmetries of the loss and what weight decay makes of them: [`mirror`], [`spred`], [`syre`].

pub mod adaptive;
mod column;
pub mod covariance;
pub mod cubic_well;
pub mod curvature;
pub mod descent;
pub mod direction;
mod elementary;
pub mod ensemble;
pub mod escape;
pub mod exponential_symmetry;
pub mod factorisation;
pub mod finite_data;
pub mod first_exit;
mod fused;
pub mod interpolation;
pub mod isotropic;
pub mod kesten;
pub mod lanes;
pub mod local_maximum;
pub mod logarithmic;
pub mod lyapunov;
pub mod lyapunov_spectrum;
pub mod matrix_factorization;
pub mod minibatch;
pub mod mirror;
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
pub mod uncertainty;
pub mod weight_decay;

pub use ensemble::Ensemble;
pub use noise::Noise;
pub use number::Number;
pub use process::{Columns, Process};
pub use tensor::TensorEnsemble;
