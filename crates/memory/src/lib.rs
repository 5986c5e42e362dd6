//! Associative memories: networks that find the whole from a part. What they store are the minima of an energy, and they get
//! there from a damaged cue by going downhill.
//!
//! Every network has the same four parts under the same names: *patterns*, an `energy`, an *update* that lowers it, and
//! `retrieve`, which updates from a cue until nothing moves.
//!
//! # Fifty digits in sixty-four neurons
//!
//! One neuron per pixel, fifty handwritten digits stored at once, ten pixels of one turned over:
//!
//! ```
//! use lawbook_core::{Key, data::Digits};
//! use lawbook_memory::{DenseMemory, Patterns, Separation, State};
//!
//! let images = Digits::load()?.pixels;
//! let binary = |image: &[f64; 64]| State::from_signs(&image.map(|ink| if ink >= 8.0 { 1.0 } else { -1.0 }));
//! let digits: Vec<State> = images[..50].iter().map(binary).collect::<Result<_, _>>()?;
//! let memory = DenseMemory::new(Patterns::from_states(&digits)?, Separation::Rectified(10))?;
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
//!   stored       cue       found
//!     ████▄       ▀█▄███▄       ████▄
//!      ▄█▀        ▀ ▄█▀          ▄█▀
//!       ▀█          ▀▀█           ▀█
//!     ▄▄██         ██▀█▄        ▄▄██
//! ```
//!
//! The energy is `E(σ) = −Σ_μ F(ξ^μ·σ)`, one term per stored pattern ξ^μ, and the [`Separation`] function F decides how much
//! fits. `F(x) = x^n` with n = 2 is the Hopfield network: fifty digits, alike as they are, run into one another, and the cue
//! sinks into a blend below all of them. At n = 10 each has a valley of its own (Krotov & Hopfield, *Dense Associative Memory
//! for Pattern Recognition*, NeurIPS 2016, arXiv 1606.01164). Wrong pixels are orange; energies are in units of the stored
//! digit's; `cargo run -p lawbook-memory --example digits` draws it.
//!
#![doc = include_str!("../docs/digits.svg")]
//!
//! # Networks
//!
//! | network | energy, and what it is for | start with |
//! | --- | --- | --- |
//! | classic Hopfield network | `−½ σᵀWσ`; Hebb's rule, the projection rule, temperature, theory of saturation | `Couplings::hebb(&patterns).retrieve(&cue, &mut stream)` |
//! | dense associative memory | `−Σ F(ξ·σ)`; stores `N^(n−1)` patterns, [formulas](capacity) and [exact errors](crosstalk) | [`DenseMemory::new(patterns, separation)?`](DenseMemory) [`.retrieve(&cue, &mut stream)`](DenseMemory::retrieve) |
//! | exponential memory | `−Σ exp(ξ·σ)`; stores exponentially many | [`DenseMemory`] with [`Separation::Exponential`] |
//! | dense classifier | `−Σ max(ξ·(v, x)/T, 0)^n`; memories learned by gradient: features at low n, prototypes at high n | [`Classifier::random`](classifier::Classifier::random), [`.train`](classifier::Classifier::train), [`.classify`](classifier::Classifier::classify) |
//! | simplicial network | couplings of edges and triangles, diluted at will | `SimplicialMemory::new(&patterns, &dilution, &mut stream)?.retrieve(&cue, &mut stream)` |
//! | clique network | three numbers make every k-clique of a graph a memory | `CliqueMemory::robust(vertices, clique)?.retrieve(&noisy)` |
//! | probability flow | couplings fitted so that data are minima; from few examples to all | `probability_flow` |
//! | threshold-linear network | rates `[Wx + b]₊` on a digraph; memories are the supports of fixed points | `threshold_linear` |
//! | modern Hopfield network | continuous states; its update is attention | `modern` |
//! | two-layer biological network | feature and memory neurons; contains the others as limits | `biological` |
//! | Energy Transformer | attention and memory of tokens descend one energy | `energy_transformer` |
//! | scaling of associations | `W = Σ q u eᵀ`; error against width and data, Zipf's law | `association` |
//! | forgetting | fading and bounded couplings, sessions of learning | `Palimpsest`, `forgetting` |
//! | memory search | free recall by a drifting context | `context` |
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
//! Every random number comes from a [`Stream`](lawbook_core::Stream) with a name, so that a result can be had again.

mod bits;
pub mod capacity;
pub mod classifier;
pub mod crosstalk;
mod dense;
mod error;
mod patterns;
mod retrieval;
mod separation;

pub use dense::DenseMemory;
pub use error::MemoryError;
pub use patterns::{Patterns, State};
pub use retrieval::{Descent, Retrieved};
pub use separation::Separation;
