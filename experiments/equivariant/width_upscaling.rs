//! A trained network made k times wider computes the same function, and goes on computing the same function while it is trained,
//! if weights, optimiser state and hyper-parameters are scaled by what the widening does to weights and gradients.
//!
//! Repeat every neuron k times. A hidden matrix becomes W ⊗ 11ᵀ/k, a matrix with one growing axis is repeated, and the readout
//! divides by the width. Gradients are then divided by the k of their outputs. A step of SGD, Adam, AMSGrad or AdamW respects
//! this if its η, ε and λ are multiplied by the ratios that follow: the maximal-update parametrisation. Hyper-parameters tuned on a
//! narrow network hold on the wide one, at the cost of the narrow one; noise has to break the symmetry of the copies.
//!
//! Source: *μpscaling small models: Principled warm starts and hyperparameter transfer*, 2026, arXiv 2602.10545, with its released
//! code; Greg Yang et al., *Tensor Programs V*, 2022, arXiv 2203.03466, Table 8 and Section 5.

pub mod coordinates;
pub mod costs;
pub mod equivalence;
pub mod escape;
pub mod sweep;
mod task;
pub mod transfer;

use crate::framework::{Law, Profile};

/// The law.
pub fn law() -> Law {
    Law::new("equivariant", "width-upscaling", file!())
        .title("A trained network can be widened without a change of its function, its training or its learning rate")
        .statement(
            "A network whose neurons are each repeated k times, with hidden weights divided by k, computes the same function; with \
             its optimiser's state divided by the k of the outputs and its learning rates, epsilons and decays scaled as maximal \
             updates demand, it also trains the same. With a little noise the copies part and the loss falls below that of the \
             narrow network. Updates of activations, the largest stable learning rate and the best one of a sweep do not depend on the width.",
        )
        .equation(
            r"W' = \tfrac{1}{k_{\mathrm{in}}}\, W \otimes \mathbf 1 \mathbf 1^\top, \qquad
             m' = \tfrac{1}{k_{\mathrm{out}}}\, m \otimes \mathbf 1 \mathbf 1^\top, \qquad
             v' = \tfrac{1}{k_{\mathrm{out}}^2}\, v \otimes \mathbf 1 \mathbf 1^\top",
        )
        .symbol("W", "weights of a hidden layer")
        .symbol("m, v", "first and second moment of the optimiser")
        .symbol(r"k_{\mathrm{in}}, k_{\mathrm{out}}", "copies of each neuron before and after the layer")
        .source("μpscaling small models, 2026, arXiv 2602.10545; Tensor Programs V, 2022, arXiv 2203.03466")
        // The place of the valley of a sweep scatters more between seeds than the rest: its points may get more of them.
        .seeds(|profile| match profile {
            Profile::Smoke => (4, 16),
            Profile::Quick => (6, 128),
            Profile::Full => (8, 64),
        })
        .study::<equivalence::Equivalence>()
        .study::<escape::Escape>()
        .study::<coordinates::Coordinates>()
        .study::<costs::Costs>()
        .study::<transfer::Transfer>()
        .study::<sweep::Sweeps>()
}
