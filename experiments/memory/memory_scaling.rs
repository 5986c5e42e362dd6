//! **Scaling laws for associative memories.** A d × d matrix `W = Σ_x q(x) u_f(x) e_xᵀ` over random embeddings stores which
//! output f(x) belongs to which token x. Tokens follow Zipf's law, `p(x) ∝ x^(−α)`; T of them are seen. With weights
//! `q = p^ρ` the error falls with the dimension as
//!
//! `E ~ d^(−(α − 1)/max(1, 2αρ))`, the best being ρ = 0 on the d most frequent tokens, `E ~ d^(1 − α) + T^(1/α − 1)`.
//!
//! Equal weights for more tokens than fit lose everything. Gradient descent with small steps stores ρ = 1; large steps, whose
//! effect on a token fades once it is learned, and Adam come nearer to ρ = 0.
//!
//! *Assumptions*: independent Gaussian embeddings, M ≪ d outputs. The constants are those of the Gaussian crosstalk
//! ([`lawbook_memory::association::theory`]): a token is recalled if its weight rises above the largest crosstalk.
//!
//! *Source*: V. Cabannes, E. Dohmatob & A. Bietti, *Scaling Laws for Associative Memories*, ICLR 2024, arXiv 2310.02984;
//! for smooth and sharp measures R. Schaeffer, B. Miranda & S. Koyejo, *Are Emergent Abilities of Large Language Models a
//! Mirage?*, NeurIPS 2023, arXiv 2304.15004.

pub mod dimension;
pub mod growth;
pub mod measures;
pub mod optimisers;
pub mod samples;

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "memory-scaling", file!())
        .title("Scaling laws of associative memories")
        .statement(
            "The error of a linear associative memory of Zipf-distributed tokens is a power law in its dimension and in the number \
             of samples; the exponents follow from the tail of the distribution and from how tokens are weighted.",
        )
        .equation(
            r"E \simeq d^{-\frac{\alpha-1}{\max(1,\,2\alpha\rho)}} + T^{-1+\frac1\alpha}, \qquad
              W = \sum_x q(x)\,u_{f(x)} e_x^{\top}, \quad q = p^{\rho}",
        )
        .symbol("E", "generalisation error: probability of a token whose output is not recalled")
        .symbol("d", "dimension of the embeddings; W has d² entries")
        .symbol("T", "number of samples")
        .symbol(r"\alpha", "exponent of Zipf's law, p(x) ∝ x^(−α)")
        .symbol(r"\rho", "exponent of the weights q = p^ρ; 0 for equal weights of the most frequent tokens")
        .source("V. Cabannes, E. Dohmatob & A. Bietti, Scaling Laws for Associative Memories, ICLR 2024, arXiv 2310.02984")
        .study::<dimension::Dimension>()
        .study::<samples::Samples>()
        .study::<growth::Growth>()
        .study::<optimisers::Optimisers>()
        .study::<measures::Patterns>()
}

/// Outputs M: the paper's number.
const OUTPUTS: usize = 5;

/// The paper's map from tokens to outputs, f(x) = x mod M.
fn targets(tokens: usize) -> Vec<usize> {
    (0..tokens).map(|token| token % OUTPUTS).collect()
}
