//! Sparsity by redundancy: gradient descent with plain weight decay solves the lasso, if every weight is a product of two.
//!
//! min_V L(V) + 2κ|V|₁ and min_{U,W} L(U∘W) + κ(|U|² + |W|²) have the same minima under V = U∘W, for u² + w² ≥ 2|u w|, with
//! equality at |u| = |w|. Under gradient flow u² − w² decays as e^{−4κt}, and a weight that the lasso sets to zero decays as
//! e^{−2(2κ − |∂L/∂v|)t}: zeros are exact in the limit only, and slow where the lasso is about to let the weight go. With one
//! scalar per group the penalty is the group lasso's.
//!
//! Assumes factors that start with different sizes; equal ones never change the sign of their product.
//!
//! Source: Liu Ziyin & Zihao Wang, *spred: Solving L1 Penalty with SGD*, ICML 2023, PMLR 202:43407, arXiv 2210.01212, theorem 1;
//! the authors' code is zihao-wang/spred. Left out: its networks on CIFAR and ImageNet, and gene expression data.

use crate::framework::Law;

pub mod initial;
pub mod lasso;
pub mod network;
pub mod sensing;
pub mod slow;
pub mod threshold;

/// The law.
pub fn law() -> Law {
    Law::new("dynamics", "spred", file!())
        .title("Weight decay on redundant parameters is an L1 penalty")
        .statement(
            "Write every weight as a product v = u w and train u and w by gradient descent with weight decay κ: the minimum is \
             that of the lasso with penalty 2κ. The two factors come to have equal size at the rate 4κ; weights that the lasso \
             sets to zero decay exponentially, at a rate that vanishes where it starts to keep them. Factors that start with \
             equal size cannot change the sign of their product.",
        )
        .equation(
            r"\min_V L(V) + 2\kappa |V|_1 \;=\; \min_{U,W} L(U \odot W) + \kappa\left(|U|^2 + |W|^2\right), \qquad
             u^2 - w^2 \propto e^{-4\kappa t}, \qquad v \propto e^{-2(2\kappa - |\partial_v L|)t}",
        )
        .symbol("V", "the weights that the model uses")
        .symbol("U, W", "their factors, V = U ∘ W, which are trained")
        .symbol(r"\kappa", "weight of |U|² + |W|²; PyTorch's weight_decay is 2κ")
        .symbol("t", "learning rate times number of steps")
        .source("Liu Ziyin & Zihao Wang, spred: Solving L1 Penalty with SGD, ICML 2023, PMLR 202:43407, arXiv 2210.01212")
        .study::<lasso::Lasso>()
        .study::<threshold::Threshold>()
        .study::<slow::Slow>()
        .study::<initial::Initial>()
        .study::<sensing::Sensing>()
        .study::<network::Network>()
}
