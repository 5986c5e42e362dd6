//! **Exponential memory.** A network with energy `E = −Σ_μ exp(ξ^μ·σ)` stores M = e^{αN} random patterns, and one parallel step
//! repairs cues with ρN wrong sites, as N → ∞, of all patterns if
//!
//! `α < ½ I(1 − 2ρ)`, `I(a) = ½[(1 + a) ln(1 + a) + (1 − a) ln(1 − a)]`,
//!
//! and of a given pattern if `α < I(1 − 2ρ)`: the nearest other pattern decides, as in a condensed random energy model, and among
//! all patterns there are M² pairs. At finite N, with q the probability that one other pattern disturbs
//! ([`lawbook_memory::exponential`]), a given pattern is repaired with probability `(1 − q)^(M − 1)`.
//!
//! *Assumptions*: independent unbiased patterns; a fixed number of wrong sites; a site does not vote for itself; several other
//! patterns rarely add up to what none does alone.
//!
//! *Source*: M. Demircigil, J. Heusel, M. Löwe, S. Upgang & F. Vermet, *On a model of associative memory with huge storage
//! capacity*, J. Stat. Phys. 168, 288, 2017, arXiv 1702.01929, Theorem 3 (α < ½ I). The given pattern, and q, follow from the
//! argument of C. Lucibello & M. Mézard, *The exponential capacity of dense associative memories*, Phys. Rev. Lett. 132, 077301,
//! 2024, arXiv 2304.14964.

pub mod all_patterns;
pub mod given_pattern;
pub mod growth;
pub mod stability;

use anyhow::Result;
use lawbook_core::Stream;
use lawbook_memory::{DenseMemory, Patterns, Separation};

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "exponential-memory", file!())
        .title("Exponential memory: repair of e^{αN} patterns in one step")
        .statement(
            "A network with energy −Σ exp(overlap) repairs cues with a share ρ of wrong sites in one step, of all e^{αN} patterns \
             if α < I(1 − 2ρ)/2, of a given one if α < I(1 − 2ρ).",
        )
        .equation(
            r"\alpha_{\text{all}} = \tfrac12 I(1-2\rho), \quad \alpha_{\text{one}} = I(1-2\rho), \quad
              I(a) = \tfrac12\bigl[(1+a)\ln(1+a) + (1-a)\ln(1-a)\bigr]",
        )
        .symbol(r"\alpha", "load (ln M)/N of M patterns on N sites")
        .symbol(r"\rho", "share of wrong sites in the cue")
        .symbol("I", "rate of the overlap of two random states: P(overlap ≥ aN) ≈ exp(−N I(a))")
        .symbol("a", "overlap per site")
        .source("M. Demircigil et al., On a model of associative memory with huge storage capacity, J. Stat. Phys. 2017, arXiv 1702.01929")
        .study::<given_pattern::GivenPattern>()
        .study::<growth::Growth>()
        .study::<all_patterns::AllPatterns>()
        .study::<stability::Stability>()
}

/// Cues per memory: of few patterns among many, so that they are nearly independent.
const CUES_PER_MEMORY: usize = 10;

/// The fraction of `cues` cues with `flips` wrong sites, of patterns of fresh memories, that one parallel step repairs.
fn repaired(sites: usize, patterns: usize, flips: usize, cues: usize, stream: &mut Stream) -> Result<f64> {
    let (mut hits, mut left) = (0, cues);
    while left > 0 {
        let memory = DenseMemory::new(Patterns::random(patterns, sites, stream)?, Separation::Exponential)?;
        let here = left.min(CUES_PER_MEMORY).min(patterns);
        for mu in 0..here {
            let stored = memory.patterns().state(mu);
            hits += usize::from(memory.synchronous_step(&stored.corrupted(flips, stream)?)? == stored);
        }
        left -= here;
    }
    Ok(hits as f64 / cues as f64)
}
