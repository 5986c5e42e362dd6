//! The laws, one file each, grouped like the crates; their registry; and the worker that measures them.
//!
//! A law file reads like its paper: the statement, the parameters with the paper's values, the grid, the prediction and the
//! measurement, and nothing else. Models, samplers and solvers live in the crates. `cargo xtask new memory/my-law` writes a
//! new one and enters it below.

pub mod framework;

/// SGD as a stochastic process.
pub mod dynamics {
    pub mod adaptive_gradients;
    pub mod law_of_balance;
    pub mod local_maxima;
    pub mod minibatch_noise;
    pub mod mirror_symmetry;
    pub mod noise_covariance;
    pub mod noise_equilibrium;
    pub mod power_law_escape;
    pub mod probabilistic_stability;
    pub mod spred;
    pub mod syre;
    pub mod uncertainty_relation;
}

/// Models that take any size, with any symmetry.
pub mod equivariant {
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
}

/// Exactly solvable models of learning.
pub mod landscapes {
    pub mod posterior_collapse;
}

/// Associative memory.
pub mod memory {
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
}

/// The laws that the worker serves: the registry, and the rehearsal law where the laboratory itself is tested.
pub fn served() -> Vec<framework::Law> {
    let rehearsal = std::env::var_os("LAWBOOK_REHEARSAL").map(|_| framework::rehearsal::law());
    laws().into_iter().chain(rehearsal).collect()
}

/// Every law of the laboratory.
pub fn laws() -> Vec<framework::Law> {
    vec![
        dynamics::adaptive_gradients::law(),
        dynamics::law_of_balance::law(),
        dynamics::power_law_escape::law(),
        dynamics::minibatch_noise::law(),
        dynamics::noise_covariance::law(),
        dynamics::mirror_symmetry::law(),
        dynamics::spred::law(),
        dynamics::syre::law(),
        dynamics::local_maxima::law(),
        dynamics::probabilistic_stability::law(),
        dynamics::noise_equilibrium::law(),
        dynamics::uncertainty_relation::law(),
        equivariant::any_dimensional_nets::law(),
        equivariant::cloud_transfer::law(),
        equivariant::equivariant_bases::law(),
        equivariant::graph_metanetworks::law(),
        equivariant::graph_transfer::law(),
        equivariant::nonlinear_laplacian::law(),
        equivariant::optimal_nonlinearity::law(),
        equivariant::scalars_are_universal::law(),
        equivariant::set_transfer::law(),
        equivariant::width_upscaling::law(),
        landscapes::posterior_collapse::law(),
        memory::beyond_capacity::law(),
        memory::dense_memory::law(),
        memory::threshold_linear::law(),
        memory::exponential_memory::law(),
        memory::hopfield_capacity::law(),
        memory::simplicial_memory::law(),
        memory::clique_memory::law(),
        memory::modern_hopfield::law(),
        memory::biological_memory::law(),
        memory::energy_transformer::law(),
        memory::memory_scaling::law(),
        memory::forgetting::law(),
        memory::memory_search::law(),
    ]
}
