//! **Beyond capacity.** What a dense memory, `E = −Σ_μ w_μ F(ξ^μ·σ)` with `F(x) = x^n`, does with more than it can hold depends on
//! what the patterns have in common.
//!
//! *Examples* of a prototype (each site turned over with probability r, `b = 1 − 2r`) remain stored as themselves while their
//! number M is below `b^−(2n−1)`: a site at which an example differs from the prototype feels its signal against the pull of all
//! the others. The prototype itself, never stored, becomes stable once the majority of examples shows it, at
//! `M ≈ z²(1 − b²)/b²` whatever n. The first number grows with n and the second does not: at n = 2 there are numbers of examples
//! between them at which neither is recalled, at higher n such at which both are.
//!
//! *Correlated patterns*, E ξξ' = c, are one such concept with c = b²: `K ∝ c^−(n−½)`. Not c^−n: the mean crosstalk c^n
//! supports the patterns, and it is the sites against the shared part that fail.
//!
//! *Sequences*: with every new pattern all earlier ones fade by λ. The error at age a is `Q(λ^a √((1 − λ²)A))`,
//! `A = N^(n−1)/(2n − 3)!!`; the longest memory, `A/(e z²)`, costs a factor e against filling once, whatever n. A second task of
//! similarity s disturbs most at an intermediate s: about twice as much as an unrelated one at n = 2, one and a half times at n = 4.
//!
//! *Copies* of a fact with new context each: a key of N_k sites is read against a foreign context of N_t sites once there are
//! `(N_t/N_k)^(n−1)` copies.
//!
//! *Real digits* have no model, but overlaps: member ξ' of the data adds `ξ_i ξ'_i (F(R_i + 1) − F(R_i − 1))` to the field at site
//! i of ξ. With the mean μ_i and variance v_i of that over the data, and the signal S, digits stored with weights w err by the mean
//! of `Q((w S + W₁ μ_i)/√(W₂ v_i))`, W₁ and W₂ the sums of the other weights and of their squares: for K digits
//! (W₁ = W₂ = K − 1), for digits that fade, and for a second task of permuted pixels. At the mean digit of a numeral, which is
//! not stored, S = 0. Made less alike by noise, they fill a memory
//! by a smaller power of their mean correlation than c^−(n−½), the power of patterns that are all equally alike.
//!
//! *Assumptions*: independent sites; centres independent and unbiased. All closed forms are derived here, by characteristic
//! functions of clusters ([`lawbook_memory::mixture`]) and their limits for large N.
//!
//! *Sources*: D. Krotov & J. J. Hopfield 2016, arXiv 1606.01164 (the memory); B. Pham et al., *Memorization to Generalization:
//! Emergence of Diffusion Models from Associative Memory*, 2025, arXiv 2505.21777 (memorisation, spurious states,
//! generalisation); Z. Allen-Zhu & Y. Li, *Physics of Language Models: Part 3.1*, 2023, arXiv 2309.14316 (facts with one
//! paraphrase are memorised and cannot be extracted); V. Ramasesh, E. Dyer & M. Raghu, *Anatomy of Catastrophic Forgetting*,
//! 2020, arXiv 2007.07400 (most forgetting at intermediate similarity).

pub mod correlated;
pub mod correlated_capacity;
pub mod crossover;
mod dataset;
pub mod digit_correlation;
pub mod digit_facts;
pub mod digit_fading;
pub mod digit_prototypes;
pub mod digit_tasks;
pub mod digits;
pub mod examples;
pub mod extraction;
pub mod fading;
pub mod onset;
pub mod tasks;

use lawbook_memory::{MemoryError, Separation, State};

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "beyond-capacity", file!())
        .title("Beyond capacity: examples, correlations, sequences, copies")
        .statement(
            "A dense memory of order n keeps examples of a concept apart up to b^−(2n−1) of them and finds their prototype from \
             z²(1 − b²)/b² on; it keeps patterns of correlation c up to c^−(n−½); fading costs it a factor e of capacity; and it \
             extracts a fact against a foreign context from (N_t/N_k)^(n−1) copies. Handwritten digits err in it, stored at once, \
             fading or after a second task, as the pull μ and the scatter v of their own overlaps say.",
        )
        .equation(
            r"M_{\text{memory}} = b^{-(2n-1)}, \quad M_{\text{concept}} = z^2\,\frac{1-b^2}{b^2}, \quad
              K \propto c^{-(n-1/2)}, \quad
              P(a) = Q\!\left(\lambda^a\sqrt{(1-\lambda^2)\,\tfrac{N^{n-1}}{(2n-3)!!}}\right), \quad
              M_{\text{copies}} = \left(\tfrac{N_t}{N_k}\right)^{n-1}, \quad
              P_{\text{digits}} = \Bigl\langle Q\!\left(\tfrac{w S + W_1\mu}{\sqrt{W_2 v}}\right)\Bigr\rangle",
        )
        .symbol("n", "degree of the separation function F(x) = xⁿ")
        .symbol("b", "mean product of an example's and its prototype's site, 1 − 2r")
        .symbol("z", "normal quantile of the error asked for, Q(z)")
        .symbol("c", "mean product of two patterns' sites; b² for examples of one concept")
        .symbol(r"\lambda", "factor by which a pattern's weight falls with every later pattern")
        .symbol("a", "age of a pattern: the number of later ones")
        .symbol(r"\mu, v", "mean and variance over the data of what one member adds to the field at a site of another; S its own part")
        .symbol("w, W_1, W_2", "weight of a stored digit; sum of the others' weights, and of their squares")
        .symbol("N_k", "sites of a fact's key; N_t those of the context around it")
        .source(
            "derived here for the memory of D. Krotov & J. J. Hopfield, NeurIPS 2016, arXiv 1606.01164; questions of \
             arXiv 2505.21777, arXiv 2309.14316 and arXiv 2007.07400",
        )
        .study::<examples::Examples>()
        .study::<crossover::Crossover>()
        .study::<onset::Onset>()
        .study::<correlated::Correlated>()
        .study::<correlated_capacity::CorrelatedCapacity>()
        .study::<fading::Fading>()
        .study::<tasks::Tasks>()
        .study::<extraction::Extraction>()
        .study::<digits::DigitLoad>()
        .study::<digit_prototypes::DigitPrototypes>()
        .study::<digit_correlation::DigitCorrelation>()
        .study::<digit_fading::DigitFading>()
        .study::<digit_tasks::DigitTasks>()
        .study::<digit_facts::DigitFacts>()
}

/// The separation function of these parameters.
fn separation(form: &str, order: i64) -> Separation {
    if form == "rectified" { Separation::Rectified(order as u32) } else { Separation::Power(order as u32) }
}

/// The fraction of sites at which two states differ.
fn errors_between(a: &State, b: &State) -> Result<f64, MemoryError> {
    Ok(0.5 - 0.5 * a.overlap(b)? as f64 / a.sites() as f64)
}
