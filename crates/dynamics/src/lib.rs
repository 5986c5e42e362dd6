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
//! same numbers, and both are in [`engine`]. Around them:
//! - [`optimizers`]: momentum, Adam and weight decay as parts of a process; [`integrators`]: diffusions in discrete time, and
//!   coordinates in which nothing under- or overflows;
//! - [`systems`]: what is trained. Regression on fresh and finite data; linear units of two and more layers under label noise,
//!   `ℓ = (v x − y)²` with `v` a product of weights; products of matrices; losses with maxima, wells and symmetries;
//! - [`theory`]: closed forms and solvers. Stationary covariances and laws, tails, rates of escape, bounds on fluctuations;
//! - [`estimators`]: what is measured on processes. Lyapunov exponents and spectra, first passages, averages over time.

pub mod engine;
pub mod estimators;
pub mod integrators;
pub mod optimizers;
pub mod systems;
pub mod theory;

pub use engine::ensemble::Ensemble;
pub use engine::noise::Noise;
pub use engine::number::Number;
pub use engine::process::{Columns, Process};
pub use engine::tensor::TensorEnsemble;
