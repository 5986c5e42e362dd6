//! **Simplicial Hopfield networks.** Hebbian weights `w(σ) = (1/N) Σ_μ Π_{i∈σ} ξ_i^μ` on pairs, triples and larger sets of N
//! neurons, with energy `E = −Σ_σ w(σ) Π_{i∈σ} S_i`. At the same number of weights as all pairs have, C(N, 2), networks in which
//! some or all sit on random triangles retrieve better than the pairwise network.
//!
//! Two things make the gain, and the studies take them apart. An edge feeds two neurons and a triangle three, so that a neuron
//! has D = (2E + 3T)/N terms in its field, and one step from a stored pattern errs with probability
//!
//! `P₁ = Q(√(D/(P − 1)))`:
//!
//! one and a half times the load fits at the same budget. At the *same coordination number* D the first step errs alike, and
//! still the triangles win: there the crosstalk of different weights is as good as independent, the first errors do not
//! spread, and the network stays at overlap `1 − 2 P₁`; the correlated crosstalk of pairs carries it away. All simplices up to
//! dimension 2 hold P ~ N² patterns.
//!
//! *Assumptions*: independent unbiased patterns; fields are Gaussian over patterns, which at N = 100 holds to 1 % of `P₁`.
//!
//! *Source*: T. F. Burns & T. Fukai, *Simplicial Hopfield networks*, ICLR 2023, arXiv 2305.05179 (weights, energy, update,
//! diluted networks). The coordination-number law, the control at equal coordination and the argument for `1 − 2 P₁` are
//! derived here; the paper reports overlaps at equal numbers of weights.

pub mod capacity;
pub mod one_step;
pub mod retrieval;
pub mod skeleton;

use lawbook_memory::{Dilution, SimplicialError, simplicial::coordination::Coordination};

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "simplicial-memory", file!())
        .title("Simplicial Hopfield networks: what triangles add")
        .statement(
            "At equal numbers of weights, random triangles retrieve better than all pairs: half of the neurons' terms more, and \
             crosstalk that does not conspire. One step errs by the number of terms of a neuron alone.",
        )
        .equation(
            r"E = -\sum_{\sigma} w(\sigma) \prod_{i\in\sigma} S_i, \quad
              P_1 = Q\!\left(\sqrt{\tfrac{D}{P-1}}\right), \quad D = \frac{2E_1 + 3E_2}{N}",
        )
        .symbol("w(\\sigma)", "Hebbian weight of simplex σ")
        .symbol("D", "coordination number: weighted simplices at a neuron")
        .symbol("E_1, E_2", "numbers of weighted edges and triangles")
        .symbol("P", "number of stored patterns")
        .symbol("P_1", "one-step error: fraction of sites of a stored pattern that one update turns over")
        .source("T. F. Burns & T. Fukai, Simplicial Hopfield networks, ICLR 2023, arXiv 2305.05179")
        .study::<one_step::OneStep>()
        .study::<retrieval::Retrieval>()
        .study::<skeleton::Skeleton>()
        .study::<capacity::Capacity>()
}

/// The rule of a study's words.
fn dilution(rule: &str, triangles: f64) -> Dilution {
    match rule {
        "coordination" => Dilution::SameCoordination { triangles },
        _ => Dilution::SameBudget { triangles },
    }
}

/// The closed form at N neurons and P patterns.
fn coordination(rule: &str, triangles: f64, neurons: i64, patterns: i64) -> Result<Coordination, SimplicialError> {
    let counts = dilution(rule, triangles).counts(neurons as usize)?;
    Coordination::new(neurons as usize, &counts, patterns as usize)
}
