//! Threshold-linear networks: `dx_i/dt = −x_i + [Σ_j W_ij x_j + b_i]_+`, whose memories are their fixed points, named by their
//! supports `{i : x_i > 0}`, and the combinatorial ones among them, whose weights say nothing but who is joined to whom.
//!
//! ```
//! use lawbook_memory::threshold_linear::{CombinatorialNetwork, Digraph, Strengths};
//!
//! let network = CombinatorialNetwork::new(Digraph::cycle(3)?, Strengths::default())?;
//! let found = network.fixed_points()?;
//! assert_eq!((found[0].support, found[0].index, found.len()), (0b111, 1, 1));
//! assert!(!network.is_stable(0b111)?); // a limit cycle goes around it
//! # Ok::<(), lawbook_memory::threshold_linear::ThresholdLinearError>(())
//! ```
//!
//! Sources: C. Curto, J. Geneson & K. Morrison, *Fixed points of competitive threshold-linear networks*, Neural Computation 31
//! (2019), arXiv 1804.00794 (supports, index, parity, graph rules); *Stable fixed points of combinatorial threshold-linear
//! networks*, arXiv 1909.02947 (target-free cliques); J. Geneson, arXiv 2607.21396 (a stable support that is none).

mod combinatorial;
mod digraph;
mod error;
mod exact;
mod flow;
mod network;
mod rules;
mod search;
mod sweep;

pub use combinatorial::{CombinatorialNetwork, FixedPoint, Strengths};
pub use digraph::{Digraph, members};
pub use error::ThresholdLinearError;
pub use exact::{determinant, is_hurwitz};
pub use flow::{Cycle, Rest};
pub use network::ThresholdLinear;
pub use search::{Found, stable_unlike_cliques};
