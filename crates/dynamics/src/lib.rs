//! SGD as a stochastic process.
//!
//! One writes a [`Process`] once, as one step of arithmetic on [`Number`]s, and asks for what it does. The stationary distribution
//! of a process of one's own, against a formula:
//!
//! ```
//! use lawbook_analysis::{density::Density, quantiles::WeightedSample};
//! use lawbook_core::Key;
//! use lawbook_dynamics::{Ensemble, Noise, Number, Process};
//!
//! /// SGD at rate η on a double well, L = (w² − 1)²/4, whose gradient is seen with noise of deviation σ.
//! struct DoubleWell { eta: f64, sigma: f64 }
//!
//! impl Process for DoubleWell {
//!     type State<X: Number> = [X; 1]; // one weight; [X; 2] for two
//!
//!     #[inline(always)] // becomes vector code
//!     fn step<X: Number, N: Noise<X>>(&self, [w]: [X; 1], noise: &mut N) -> [X; 1] {
//!         let gradient = (w * w - 1.0) * w + noise.normal() * self.sigma;
//!         [w - gradient * self.eta]
//!     }
//! }
//!
//! let (sgd, seed) = (DoubleWell { eta: 0.01, sigma: 10.0 }, Key::new(["wells", "0"]));
//! // 4000 replicas, all from w = 1, and enough steps to forget it: a tenth of a second.
//! let mut wells = Ensemble::<_, f64>::new(sgd, 4000, &seed, |_replica| [1.0]);
//! wells.advance(10_000);
//! let measured = WeightedSample::equal(wells.states().map(|[w]| w))?;
//! // The Gibbs law exp(−L/T) at T = ησ²/2, from its logarithm on 1000 points between −4 and 4.
//! let temperature = 0.01 * 10.0f64.powi(2) / 2.0;
//! let gibbs = Density::linear(move |w| -(w * w - 1.0).powi(2) / (4.0 * temperature), -4.0, 4.0, 1000)?;
//! for w in [-1.0, 0.0, 0.5, 1.0, 1.5] {
//!     println!("P(w ≤ {w}) = {:.3}, by the formula {:.3}", measured.cdf(w), gibbs.cdf(w));
//!     assert!((measured.cdf(w) - gibbs.cdf(w)).abs() < 0.03);
//! }
//! assert_eq!(wells.fraction_diverged(), 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! For a process of your own change the fields of the struct, the number of columns of the state, and the lines of `step`. There
//! `X` stands for one number or for sixteen at once: write plain numbers to the right of it (`w * 2.0`), draw from `noise`
//! ([`normal`](Noise::normal), [`uniform`](Noise::uniform), [`sign`](Noise::sign), rows of data by [`row`](Noise::row)), and
//! choose by [`if_below`](Number::if_below) in place of `if`. Of a replica that overflows
//! [`diverged`](Ensemble::diverged) has the step (one that comes back from infinity between two looks is not noticed);
//! [`estimators::time_average`] takes means over time where one look at many replicas is not enough. In a package of your own set
//! `opt-level = 3` under `[profile.dev]`, without which steps take sixty times as long; the README's "In a package of your own" has the files.
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
pub use engine::tensor::TensorEnsemble;
pub use engine::{process::Process, state::Columns};
