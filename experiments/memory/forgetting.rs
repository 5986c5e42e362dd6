//! **Forgetting.** What is learned first is lost in different ways. A Hopfield network of N neurons that adds up its patterns
//! (Hebb) knows all of them alike, and none past its capacity. If couplings decay by λ per pattern, a pattern of age k has the
//! one-step error
//!
//! `P(k) = Q((1 − λ)^k √(2λN))`: the latest are known and `k* = ln(√(2λN)/z)/λ` of them at an error of Q(z), at most `N/(e z²)`.
//!
//! Bounded couplings forget alike. A perceptron that learns tasks in turn forgets catastrophically; which remedy helps depends
//! on the kind of tasks, and none helps with all.
//!
//! *Assumptions*: independent unbiased patterns, N large; for the perceptron, the protocols of Kemker et al. on digits.
//!
//! *Sources*: M. Mézard, J. P. Nadal & G. Toulouse, *Solvable models of working memories*, J. Physique 47 (1986) 1457; G. Parisi,
//! *A memory which forgets*, J. Phys. A 19 (1986) L617; R. Kemker et al., *Measuring Catastrophic Forgetting in Neural Networks*,
//! AAAI 2018, arXiv 1708.02072; J. Kirkpatrick et al., *Overcoming catastrophic forgetting in neural networks*, PNAS 114 (2017),
//! arXiv 1612.00796. The one-step errors follow from the moments of a coupling.

pub mod ages;
pub mod blackout;
pub mod sessions;
pub mod span;

use lawbook_memory::Storage;

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "forgetting", file!())
        .title("Forgetting: blackout, palimpsests and consolidation")
        .statement(
            "Summed patterns are all forgotten at once; decaying or bounded couplings keep the latest, at most N/(e z²) of them; \
             consolidation helps a perceptron with permuted tasks but not with new classes, where rehearsal does.",
        )
        .equation(
            r"P(k) = Q\!\left((1-\lambda)^k \sqrt{2\lambda N}\right), \qquad
              k^* = \tfrac1\lambda \ln\frac{\sqrt{2\lambda N}}{z} \le \frac{N}{e\,z^2}",
        )
        .symbol("P(k)", "one-step error of the pattern of age k: fraction of its sites that one update turns over")
        .symbol("N", "number of neurons")
        .symbol(r"\lambda", "rate at which couplings decay, per stored pattern")
        .symbol("z", "the normal quantile of the error that is allowed, P = Q(z)")
        .symbol("k^*", "number of latest patterns kept within that error")
        .source(
            "M. Mézard, J. P. Nadal & G. Toulouse, Solvable models of working memories, J. Physique 47 (1986) 1457; R. Kemker et \
             al., Measuring Catastrophic Forgetting in Neural Networks, AAAI 2018, arXiv 1708.02072",
        )
        .study::<ages::Ages>()
        .study::<span::Span>()
        .study::<blackout::Blackout>()
        .study::<sessions::Sessions>()
}

/// The rule of storage of these parameters.
fn storage(name: &str, rate: f64, bound: i64) -> Storage {
    match name {
        "decay" => Storage::Decay(rate),
        "bounded" => Storage::Bounded(bound as u32),
        _ => Storage::Hebb,
    }
}
