//! Laws: associative memory. `cargo xtask new memory/my-law` writes a new one and enters it here.

use lab_framework::{self as framework, Law};

pub mod beyond_capacity;
pub mod biological_memory;
pub mod clique_memory;
pub mod dense_memory;
pub mod energy_transformer;
pub mod exponential_memory;
pub mod forgetting;
pub mod hopfield_capacity;
pub mod memory_scaling;
pub mod memory_search;
pub mod modern_hopfield;
pub mod simplicial_memory;
pub mod threshold_linear;

/// The laws of this family.
pub fn laws() -> Vec<Law> {
    vec![
        beyond_capacity::law(),
        biological_memory::law(),
        clique_memory::law(),
        dense_memory::law(),
        energy_transformer::law(),
        exponential_memory::law(),
        forgetting::law(),
        hopfield_capacity::law(),
        memory_scaling::law(),
        memory_search::law(),
        modern_hopfield::law(),
        simplicial_memory::law(),
        threshold_linear::law(),
    ]
}
