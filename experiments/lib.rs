//! The laws, one file each, grouped like the crates; their registry; and the worker that measures them.
//!
//! A law file reads like its paper: the statement, the parameters with the paper's values, the grid, the prediction and the
//! measurement, and nothing else. Models, samplers and solvers live in the crates. `cargo xtask new memory/my-law` writes a
//! new one and enters it below.

pub mod framework;

/// SGD as a stochastic process.
pub mod dynamics {}

/// Models that take any size, with any symmetry.
pub mod equivariant {}

/// Exactly solvable models of learning.
pub mod landscapes {
    pub mod posterior_collapse;
}

/// Associative memory.
pub mod memory {}

/// Every law of the laboratory.
pub fn laws() -> Vec<framework::Law> {
    vec![landscapes::posterior_collapse::law()]
}
