//! **Dense associative memory.** A network of N neurons σ_i = ±1 with energy `E = −Σ_μ F(ξ^μ·σ)`, `F(x) = x^n`, stores K
//! random patterns with a one-step error that depends on `r = (2n − 3)!! K/N^(n−1)` alone:
//!
//! `P = Q(1/√r)`, hence `K^max = α_n N^(n−1)` at a fixed error, and `K = N^(n−1)/(2 (2n − 3)!! ln N)` without error.
//!
//! The rectified form (`F = 0` for negative overlaps) keeps the signal and silences the half of the memories that point away:
//! half the noise variance, `P = Q(√(2/r))`, twice the load.
//!
//! Memories that are learned by gradient are features at low order, shared by every decision, and prototypes at high order, of
//! which one decides. One update of class neurons is a network of one hidden layer with activation `F'`.
//!
//! *Assumptions*: independent unbiased patterns; N and K large, so that the crosstalk of K − 1 memories is Gaussian with the
//! leading power of N in signal and variance. The studies measure how far that carries: at N ≈ 30 the tail is several times
//! heavier, as the exact sum over all memories ([`lawbook_memory::crosstalk`]) says.
//!
//! *Source*: D. Krotov & J. J. Hopfield, *Dense Associative Memory for Pattern Recognition*, NeurIPS 2016, arXiv 1606.01164,
//! eqs. 1 to 6, and 9 to 14 for learning. The rectified halving follows from their eq. 4 with `E G²` over positive overlaps only.

pub mod capacity;
pub mod digits;
pub mod error_free;
pub mod identities;
pub mod one_step;
pub mod training;

use anyhow::Result;
use lawbook_core::Stream;
use lawbook_memory::{DenseMemory, Patterns, Separation, State};

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "dense-memory", file!())
        .title("Dense associative memory: capacity N^(n−1)")
        .statement(
            "A network with energy −Σ F(overlap), F of degree n, stores about N^(n−1) random patterns; its one-step error is a \
             Gaussian tail in the load, and rectifying F doubles the load.",
        )
        .equation(
            r"P = Q\!\left(\tfrac{1}{\sqrt{r}}\right), \quad r = \frac{(2n-3)!!\,K}{N^{n-1}}, \quad
              K^{\max}_{\text{no errors}} = \frac{N^{n-1}}{2\,(2n-3)!!\,\ln N}",
        )
        .symbol("n", "degree of the separation function F(x) = xⁿ")
        .symbol("N", "number of neurons")
        .symbol("K", "number of stored patterns")
        .symbol("P", "one-step error: fraction of sites of a stored pattern that one update turns over")
        .symbol("r", "load: variance of the crosstalk over the squared signal; half as much where F is rectified")
        .symbol("Q", "upper tail of the standard normal")
        .source("D. Krotov & J. J. Hopfield, Dense Associative Memory for Pattern Recognition, NeurIPS 2016, arXiv 1606.01164")
        .study::<one_step::OneStep>()
        .study::<capacity::Capacity>()
        .study::<error_free::ErrorFree>()
        .study::<digits::DigitRetrieval>()
        .study::<identities::Identities>()
        .study::<training::Training>()
}

/// The separation function of these parameters.
fn separation(form: &str, order: i64) -> Separation {
    if form == "rectified" { Separation::Rectified(order as u32) } else { Separation::Power(order as u32) }
}

/// Stored patterns looked at in one memory. Patterns of one memory share its site statistics (Σ_μ ξ_i^μ ξ_j^μ), so few of each
/// give nearly independent samples, and drawing a memory costs less than looking at one pattern.
const PROBES_PER_MEMORY: usize = 4;

/// Mean one-step error and fraction of fixed patterns, over `probes` stored patterns of as many fresh memories as that takes.
fn probe(separation: Separation, sites: usize, patterns: usize, probes: usize, stream: &mut Stream) -> Result<(f64, f64)> {
    let (mut error, mut fixed, mut left) = (0.0, 0.0, probes);
    while left > 0 {
        let memory = DenseMemory::new(Patterns::random(patterns, sites, stream)?, separation)?;
        let here = patterns.min(left).min(PROBES_PER_MEMORY);
        let states: Vec<State> = (0..here).map(|mu| memory.patterns().state(mu)).collect();
        for wrong in memory.one_step_errors(&states)? {
            error += wrong;
            fixed += if wrong == 0.0 { 1.0 } else { 0.0 };
        }
        left -= here;
    }
    Ok((error / probes as f64, fixed / probes as f64))
}
