//! Associative memories: networks of ±1 neurons whose energy has its minima at stored patterns.
//!
//! [`DenseMemory`] is the network of Krotov & Hopfield (*Dense Associative Memory for Pattern Recognition*, NeurIPS 2016,
//! arXiv 1606.01164): energy `E(σ) = −Σ_μ F(ξ^μ·σ)` with a [`Separation`] function `F`. `F(x) = x²` is the Hopfield network.
//!
//! ```
//! use lawbook_core::Key;
//! use lawbook_memory::{DenseMemory, Patterns, Separation};
//!
//! let mut stream = Key::new(["example"]).stream("patterns", 0);
//! let patterns = Patterns::random(200, 64, &mut stream)?;
//! let memory = DenseMemory::new(patterns, Separation::Rectified(4))?;
//! let stored = memory.patterns().state(7);
//! let cue = stored.corrupted(6, &mut stream)?;
//! assert_eq!(memory.retrieve(&cue, &mut stream)?.state, stored);
//! # Ok::<(), lawbook_memory::MemoryError>(())
//! ```

mod bits;
pub mod capacity;
pub mod concepts;
pub mod crosstalk;
mod dense;
mod error;
pub mod facts;
pub mod mixture;
mod patterns;
mod retrieval;
mod separation;
pub mod weighted;

pub use dense::DenseMemory;
pub use error::MemoryError;
pub use patterns::{Patterns, State};
pub use retrieval::{Descent, Retrieved};
pub use separation::Separation;
