//! Sets of n points of R^d, as tensors `[sets, n, d]`: models, consistent sequences, distances, tasks and training.
//!
//! Source: Eitan Levin, Yuxin Ma, Mateo Díaz & Soledad Villar, *On Transferring Transferability: Towards a Theory for Size
//! Generalization*, NeurIPS 2025, arXiv 2505.23599.

mod distance;
mod gaussian;
mod limit;
mod model;
mod population;
mod sequence;
pub(crate) mod slopes;
mod torus;
mod training;
pub mod wasserstein;

pub use distance::{Circle, maximal_distance};
pub use gaussian::{CovarianceError, Gaussian};
pub use limit::{Limit, limit};
pub use model::{Aggregation, InputError, SetModel};
pub use population::{Population, PopulationError};
pub use sequence::SetSequence;
pub use torus::{long_waves, wasserstein_on_torus};
pub use training::{Fitted, Recipe, SetData, fit};
