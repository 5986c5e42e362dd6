//! The laws, a crate for each family, so that a change in one compiles only its own; and their registry.
//!
//! A law file reads like its paper: the statement, the parameters with the paper's values, the grid, the prediction and the
//! measurement, and nothing else. Models, samplers and solvers live in the crates. `cargo xtask new memory/my-law` writes a
//! new one and enters it in `experiments/memory/lib.rs`.

pub use lab_dynamics as dynamics;
pub use lab_equivariant as equivariant;
pub use lab_framework as framework;
pub use lab_landscapes as landscapes;
pub use lab_memory as memory;

/// Every law of the laboratory.
pub fn laws() -> Vec<framework::Law> {
    [dynamics::laws(), equivariant::laws(), landscapes::laws(), memory::laws()].into_iter().flatten().collect()
}

/// The laws that the worker serves: all, and the rehearsal law where the laboratory itself is tested.
pub fn served() -> Vec<framework::Law> {
    let rehearsal = std::env::var_os("LAWBOOK_REHEARSAL").map(|_| framework::rehearsal::law());
    laws().into_iter().chain(rehearsal).collect()
}
