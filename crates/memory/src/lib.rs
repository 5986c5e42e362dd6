//! Associative memories: networks that find the whole from a part. What they store are the minima of an energy, and they get
//! there from a damaged cue by going downhill.
//!
//! The networks below share four parts under the same names: *patterns*, an `energy`, an *update* that lowers it, and
//! `retrieve`, which updates from a cue until nothing moves. Networks of ±1 sites that are updated one site at a time have it from
//! the trait [`AsynchronousUpdate`].
//!
//! # Fifty digits in sixty-four neurons
//!
//! One neuron per pixel, fifty handwritten digits stored at once, ten pixels of one turned over:
//!
//! ```
//! use lawbook_core::Key;
//! use lawbook_memory::{AsynchronousUpdate, DenseMemory, Patterns, Separation, digits};
//!
//! let (digits, _labels) = digits::distinct()?;
//! let memory = DenseMemory::new(Patterns::from_states(&digits[..50])?, Separation::Rectified(10))?;
//!
//! let mut stream = Key::new(["digits"]).stream("cue", 0);
//! let cue = digits[13].corrupted(10, &mut stream)?;
//! let found = memory.retrieve(&cue, &mut stream)?;
//!
//! assert_eq!(found.state, digits[13]);
//! println!("{}", found.state.picture(8));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ```text
//!    stored        cue         found
//!     ████▄       ▀█▄███▄       ████▄
//!      ▄█▀        ▀ ▄█▀          ▄█▀
//!       ▀█          ▀▀█           ▀█
//!     ▄▄██         ██▀█▄        ▄▄██
//! ```
//!
//! The energy is `E(σ) = −Σ_μ F(ξ^μ·σ)`, one term per stored pattern ξ^μ, and the [`Separation`] function F decides how much
//! fits. `F(x) = x^n` with n = 2 is the Hopfield network: fifty digits, alike as they are, run into one another, and the cue
//! sinks into a blend of them that lies lower than the digit. At n = 10 the digit has a valley of its own (Krotov & Hopfield,
//! *Dense Associative Memory for Pattern Recognition*, NeurIPS 2016, arXiv 1606.01164). Wrong pixels are orange, energies in
//! units of the stored digit's; `cargo run -p lawbook-memory --example digits` draws it.
//!
#![doc = include_str!("../docs/digits.svg")]
//!
//! # Networks
//!
#![doc = include_str!("../docs/networks.md")]
//!
//! # Triangles and cliques
//!
//! Each of these is three lines to use. Triangles on half of the weights that all pairs have ([`simplicial`]):
//!
//! ```
//! use lawbook_core::Key;
//! use lawbook_memory::{AsynchronousUpdate, Dilution, Patterns, SimplicialMemory};
//!
//! let mut stream = Key::new(["page"]).stream("patterns", 0);
//! let patterns = Patterns::random(8, 100, &mut stream)?;
//!
//! let memory = SimplicialMemory::new(&patterns, &Dilution::SameBudget { triangles: 0.5 }, &mut stream)?;
//! let cue = patterns.state(3).corrupted(10, &mut stream)?;
//! assert_eq!(memory.retrieve(&cue, &mut stream)?.state, patterns.state(3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Random patterns, that is: correlated ones, as digits are, run into one another as in any network of Hebbian weights.
//!
//! All 601 080 390 cliques of 16 among 32 vertices, from three numbers and without storing one of them ([`clique`]); every edge of
//! the cue is wrong with a chance of 5 %:
//!
//! ```
//! use lawbook_core::Key;
//! use lawbook_memory::CliqueMemory;
//!
//! let mut stream = Key::new(["page"]).stream("clique", 0);
//!
//! let memory = CliqueMemory::robust(32, 16)?;
//! let clique = memory.random_clique(&mut stream)?;
//! assert_eq!(memory.retrieve(&clique.noisy(0.05, &mut stream)?)?.state, clique);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What pairs cannot see
//!
//! What a higher order sees and pairs cannot: the table of exclusive or as four patterns of three neurons. At n = 2 right and
//! wrong answers cost the same, at n = 3 they do not.
//!
//! ```
//! # use lawbook_memory::{DenseMemory, Patterns, Separation, State};
//! let table = [[-1.0, -1.0, -1.0], [-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, -1.0]];
//! let table = table.iter().map(|row| State::from_signs(row)).collect::<Result<Vec<_>, _>>()?;
//! let cost = |n| DenseMemory::new(Patterns::from_states(&table)?, Separation::Power(n))?.flip_costs(&table[0]);
//! assert_eq!(cost(2)?[2], 0.0);
//! assert_eq!(cost(3)?[2], 48.0);
//! # Ok::<(), lawbook_memory::MemoryError>(())
//! ```
//!
//! # Before you write your own
//!
//! - Sites are −1 or 1: [`State::from_signs`] takes them as numbers, [`Patterns::from_states`] puts states of one length together.
//! - Every random number comes from a [`Stream`](lawbook_core::Stream) with a name, as `Key::new(["my run"]).stream("cue", 0)`, so
//!   that a result can be had again. What draws from it takes `&mut stream`.
//! - An [`EnergyWatch`] looks on while a network descends and refuses the first energy that rises, or counts and measures rises;
//!   [`retrieve_watched`](AsynchronousUpdate::retrieve_watched) is for it, other networks take it along from update to update.
//! - Networks and whatever takes states or data return a `Result`, and `?` hands the error on. Errors name the numbers and the way
//!   out: `a state of 63 sites for patterns of 64: give every pattern and state the same number of sites`. Two kinds of functions
//!   return bare values: those that look up one entry or follow a rule panic where there is no such entry, and say so; closed
//!   formulas say the range of their arguments, beyond which they are NaN or mean nothing. Duplicates are stored, with twice the
//!   weight, unless [`Patterns::distinct`] refuses them.
//! - In a package of your own: `lawbook-memory = { path = "…/crates/memory" }`, and `lawbook-core` likewise, among the dependencies,
//!   `opt-level = 3` under `[profile.dev]`, and a `.cargo/config.toml` that says where libtorch is: the README's "In a package of
//!   your own" has both files.

pub mod association;
mod balance;
pub mod biological;
mod bits;
pub mod capacity;
pub mod classifier;
pub mod clique;
pub mod concepts;
pub mod context;
mod continuous;
mod costs;
mod couplings;
pub mod crosstalk;
mod dense;
mod descent;
pub mod digits;
pub mod energy_transformer;
mod error;
pub mod exponential;
pub mod facts;
pub mod forgetting;
pub mod glauber;
pub mod metrics;
pub mod mixture;
pub mod modern;
mod optimiser;
pub mod palimpsest;
mod patterns;
pub mod population;
pub mod probability_flow;
pub mod projection;
mod range;
mod retrieval;
mod room;
pub mod saturation;
mod separation;
pub mod simplicial;
mod slices;
pub mod synchronous;
#[cfg(test)]
mod testing;
pub mod threshold_linear;
pub mod weighted;
mod whole;

pub use clique::{CliqueError, CliqueMemory};
pub use couplings::{CouplingError, Couplings};
pub use dense::DenseMemory;
pub use descent::{AsynchronousUpdate, EnergyWatch};
pub use error::MemoryError;
pub use glauber::Glauber;
pub use palimpsest::{Palimpsest, Storage};
pub use patterns::{Patterns, State};
pub use probability_flow::{BinaryNetwork, FlowDescent};
pub use range::OutOfRange;
pub use retrieval::{Descent, Retrieved};
pub use separation::Separation;
pub use simplicial::{Dilution, SimplicialComplex, SimplicialError, SimplicialMemory};
