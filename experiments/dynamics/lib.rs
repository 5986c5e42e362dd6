//! Laws: SGD as a stochastic process. `cargo xtask new dynamics/my-law` writes a new one and enters it here.

use lab_framework::{self as framework, Law};

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

/// The laws of this family.
pub fn laws() -> Vec<Law> {
    vec![
        adaptive_gradients::law(),
        law_of_balance::law(),
        local_maxima::law(),
        minibatch_noise::law(),
        mirror_symmetry::law(),
        noise_covariance::law(),
        noise_equilibrium::law(),
        power_law_escape::law(),
        probabilistic_stability::law(),
        spred::law(),
        syre::law(),
        uncertainty_relation::law(),
    ]
}
