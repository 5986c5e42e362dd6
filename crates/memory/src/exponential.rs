//! How much a memory with the exponential separation function stores and repairs.
//!
//! M. Demircigil, J. Heusel, M. Löwe, S. Upgang & F. Vermet, *On a model of associative memory with huge storage capacity*,
//! J. Stat. Phys. 168, 288, 2017, arXiv 1702.01929, Theorem 3: M = e^{αN} random patterns are all repaired in one step from cues
//! with ρN wrong sites if α < I(1 − 2ρ)/2. The condensation behind it, that the nearest other pattern decides, is that of the
//! random energy model: C. Lucibello & M. Mézard, *The exponential capacity of dense associative memories*, Phys. Rev. Lett. 132,
//! 077301, 2024, arXiv 2304.14964.

use libm::lgamma;

use crate::MemoryError;

/// `I(a) = ½[(1 + a) ln(1 + a) + (1 − a) ln(1 − a)]`: a random pattern has an overlap of at least aN, 0 ≤ a ≤ 1, with a given
/// state with probability about `e^{−N I(a)}`.
pub fn rate(a: f64) -> Result<f64, MemoryError> {
    MemoryError::check("the overlap per site", a, 0.0, 1.0)?;
    Ok(rate_of(a))
}

/// The same from −1 to 1; NaN beyond.
fn rate_of(a: f64) -> f64 {
    let term = |x: f64| if x == 0.0 { 0.0 } else { x * x.ln() };
    0.5 * (term(1.0 + a) + term(1.0 - a))
}

/// The load α below which all e^{αN} patterns are repaired from cues with this share of wrong sites: I(1 − 2ρ)/2. There are M²
/// pairs that may fail. For shares from 0 to 1, NaN beyond.
pub fn load_of_all(wrong_share: f64) -> f64 {
    0.5 * load_of_one(wrong_share)
}

/// The load α below which a given pattern is repaired: I(1 − 2ρ), for 1 − 2ρ < tanh 2, where the random signs of typical patterns
/// cancel. (For fewer wrong sites the typical ones come in, and at ρ = 0 the load is 2 − ln cosh 2 = 0.675.) For shares from 0
/// to 1, NaN beyond.
pub fn load_of_one(wrong_share: f64) -> f64 {
    rate_of(1.0 - 2.0 * wrong_share)
}

/// The probability q that one other random pattern keeps one parallel step from repairing a given pattern, from a cue with
/// `flips` wrong sites.
///
/// Let the other pattern differ from the given one at u sites that the cue has right and at v that it has wrong. Where they
/// differ, its term against the given pattern's is e^{2(v − u + 1)} at a right site and e^{2(v − u − 1)} at a wrong one. Equal
/// terms leave the sign to all the rest, either way with probability ½.
pub fn disturbed_by_one(sites: usize, flips: usize) -> Result<f64, MemoryError> {
    if sites == 0 || flips > sites {
        return Err(MemoryError::Flips { flips, sites });
    }
    let mut probability = 0.0;
    for v in 0..=flips {
        for u in 0..=(v + 1).min(sites - flips) {
            let fails = match (u, v) {
                (0, 0) => 0.0,
                (0, 1) => 0.5,
                (u, v) if u == v + 1 => 1.0 - 0.5_f64.powi(u as i32),
                _ => 1.0,
            };
            let log_count = log_binomial(sites - flips, u) + log_binomial(flips, v);
            probability += fails * (log_count - sites as f64 * std::f64::consts::LN_2).exp();
        }
    }
    // All u between v + 2 and the number of right sites are harmless.
    Ok(probability)
}

/// The probability that one parallel step repairs a given one of `patterns` patterns from a cue with `flips` wrong sites:
/// `(1 − q)^(M − 1)`.
///
/// Neglects that several other patterns may add up to what none does alone; the factor e² between neighbouring overlaps makes
/// that rare.
pub fn repaired(sites: usize, patterns: f64, flips: usize) -> Result<f64, MemoryError> {
    MemoryError::check("the number of patterns", patterns, 1.0, f64::INFINITY)?;
    Ok(((patterns - 1.0) * (-disturbed_by_one(sites, flips)?).ln_1p()).exp())
}

/// The probability that all patterns are repaired, each from a cue of its own with `flips` (at least one) wrong sites:
/// `(1 − q)^{M(M − 1)}`, as if the pairs failed independently.
pub fn all_repaired(sites: usize, patterns: f64, flips: usize) -> Result<f64, MemoryError> {
    MemoryError::check("the number of patterns", patterns, 1.0, f64::INFINITY)?;
    Ok((patterns * (patterns - 1.0) * (-disturbed_by_one(sites, flips)?).ln_1p()).exp())
}

/// The number of patterns at which [`repaired`] is ½.
pub fn patterns_at_half(sites: usize, flips: usize) -> Result<f64, MemoryError> {
    Ok(1.0 + 0.5_f64.ln() / (-disturbed_by_one(sites, flips)?).ln_1p())
}

fn log_binomial(n: usize, k: usize) -> f64 {
    let (n, k) = (n as f64, k as f64);
    lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{DenseMemory, Patterns, Separation, State};

    /// Demircigil et al. 2017: α < (ln 2)/2 for exact storage, as I(1) = ln 2. And by hand, I(0.6) = 0.8 ln 1.6 + 0.2 ln 0.4.
    #[test]
    fn loads_of_the_theorem() {
        assert!((load_of_all(0.0) - 0.5 * 2f64.ln()).abs() < 1e-15);
        assert!((load_of_one(0.2) - (0.8 * 1.6f64.ln() + 0.2 * 0.4f64.ln())).abs() < 1e-15);
        assert_eq!(load_of_one(0.5), 0.0);
        assert_eq!(rate(1.0), Ok(load_of_one(0.0)));
        assert_eq!(rate(1.5), Err(MemoryError::Range { what: "the overlap per site", value: 1.5, low: 0.0, high: 1.0 }));
        assert!([-0.1, 1.1].into_iter().all(|share| load_of_one(share).is_nan() && load_of_all(share).is_nan()));
    }

    /// The closed form of q against all 2^N patterns beside the given one: the definition of the update, with the rest of the
    /// memory as a fair coin at ties.
    #[test]
    fn one_disturber_by_enumeration() {
        for (sites, flips) in [(9usize, 0usize), (9, 2), (10, 3)] {
            let cue: Vec<i32> = (0..sites).map(|i| if i < flips { -1 } else { 1 }).collect();
            let mut failing = 0.0;
            for word in 0..1usize << sites {
                let other: Vec<i32> = (0..sites).map(|i| if (word >> i) & 1 == 1 { 1 } else { -1 }).collect();
                let overlap: i32 = other.iter().zip(&cue).map(|(a, b)| a * b).sum();
                let own = sites as i32 - 2 * flips as i32;
                let margin = |i: &usize| (own - cue[*i]) - (overlap - other[*i] * cue[*i]);
                let differing: Vec<usize> = (0..sites).filter(|&i| other[i] == -1).collect();
                let wrong = differing.iter().any(|i| margin(i) < 0);
                let ties = differing.iter().filter(|i| margin(i) == 0).count();
                failing += if wrong { 1.0 } else { 1.0 - 0.5f64.powi(ties as i32) };
            }
            let expected = failing / (1usize << sites) as f64;
            assert!((disturbed_by_one(sites, flips).unwrap() - expected).abs() < 1e-14, "{sites} {flips}");
        }
    }

    /// X-Val: a simulation in NumPy (1000 cues; N = 40, 8 flips) repairs 0.979 at M = 56 and 0.909 at M = 300; N = 30, 6 flips:
    /// 0.942 at M = 21 and 0.007 at M = 1809.
    #[test]
    fn repaired_is_that_of_a_numpy_simulation() {
        for (sites, flips, patterns, numpy) in
            [(40, 8, 56.0, 0.979), (40, 8, 300.0, 0.909), (30, 6, 21.0, 0.942), (30, 6, 1809.0, 0.007)]
        {
            assert!((repaired(sites, patterns, flips).unwrap() - numpy).abs() < 0.025, "{sites} {patterns}");
        }
    }

    /// A hundred times N patterns are repaired in one step, and as many as q says are not.
    #[test]
    fn the_memory_repairs_what_it_should() {
        let mut stream = Key::new(["exponential"]).stream("patterns", 0);
        let memory = DenseMemory::new(Patterns::random(4000, 40, &mut stream).unwrap(), Separation::Exponential).unwrap();
        let mut hits = |flips: usize| {
            let repaired = |mu: usize| -> bool {
                let stored: State = memory.patterns().state(mu);
                let cue = stored.corrupted(flips, &mut stream).unwrap();
                memory.synchronous_step(&cue).unwrap() == stored
            };
            (0..100).map(repaired).filter(|hit| *hit).count()
        };
        assert!(hits(4) >= 95);
        assert!(hits(12) <= 5);
        assert!(disturbed_by_one(10, 11).is_err() && repaired(10, 0.5, 1).is_err());
        assert!(patterns_at_half(40, 4).unwrap() > 1e4);
    }
}
