//! Laws: models that take any size, with any symmetry. `cargo xtask new equivariant/my-law` writes a new one and enters it here.

use lab_framework::{self as framework, Law};

pub mod any_dimensional_nets;
pub mod cloud_transfer;
pub mod equivariant_bases;
pub mod graph_metanetworks;
pub mod graph_transfer;
pub mod nonlinear_laplacian;
pub mod optimal_nonlinearity;
pub mod scalars_are_universal;
pub mod set_transfer;
pub mod width_upscaling;

/// The laws of this family.
pub fn laws() -> Vec<Law> {
    vec![
        any_dimensional_nets::law(),
        cloud_transfer::law(),
        equivariant_bases::law(),
        graph_metanetworks::law(),
        graph_transfer::law(),
        nonlinear_laplacian::law(),
        optimal_nonlinearity::law(),
        scalars_are_universal::law(),
        set_transfer::law(),
        width_upscaling::law(),
    ]
}
