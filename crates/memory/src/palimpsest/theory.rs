//! One-step errors by age, and how many patterns a fading memory holds.
//!
//! The field at a site of a pattern of age k (0 for the latest) is a sum of N − 1 couplings that are independent given that
//! pattern, each of mean S in the pattern's direction and of variance V: for large N the error is `Q(√(N − 1) S/√V)`.

use lawbook_analysis::gaussian::{normal_tail, normal_tail_inverse};

use super::Storage;
use crate::OutOfRange;

/// Fewest and most sites of a network.
const SITES: (f64, f64) = (2.0, 1e9);

/// One-step error of the pattern of age `age` after `stored` patterns (more than `age`), in a network of at least 2 sites.
pub fn one_step_error(storage: Storage, sites: usize, age: usize, stored: usize) -> Result<f64, OutOfRange> {
    storage.check()?;
    OutOfRange::check("the number of sites", sites as f64, SITES.0, SITES.1)?;
    OutOfRange::check("the age of a pattern", age as f64, 0.0, stored as f64 - 1.0)?;
    let (signal, variance) = match storage {
        Storage::Hebb => (1.0, stored as f64 - 1.0),
        Storage::Decay(rate) => {
            let square = (1.0 - rate).powi(2);
            let all = (1.0 - square.powi(stored as i32)) / (1.0 - square);
            ((1.0 - rate).powi(age as i32), all - square.powi(age as i32))
        }
        Storage::Bounded(bound) => bounded_moments(bound as usize, age, stored),
    };
    Ok(normal_tail((sites as f64 - 1.0).sqrt() * signal / variance.sqrt()))
}

/// Mean and variance of a bounded coupling, of which the pattern of that age asked for +1: exactly, by its Markov chain.
fn bounded_moments(bound: usize, age: usize, stored: usize) -> (f64, f64) {
    let mut chances = vec![0.0; 2 * bound + 1];
    chances[bound] = 1.0;
    for step in 0..stored {
        let up = if step + age + 1 == stored { 1.0 } else { 0.5 };
        let mut next = vec![0.0; chances.len()];
        for (level, chance) in chances.iter().enumerate() {
            next[(level + 1).min(2 * bound)] += up * chance;
            next[level.saturating_sub(1)] += (1.0 - up) * chance;
        }
        chances = next;
    }
    let moment = |power: i32| -> f64 {
        chances.iter().enumerate().map(|(level, chance)| chance * (level as f64 - bound as f64).powi(power)).sum()
    };
    (moment(1), moment(2) - moment(1).powi(2))
}

/// The age up to which the one-step error stays below `error`, for weights that decay at `rate`, after many patterns:
/// `k* = ln(√(2λN)/z)/λ` for small λ, `z = Q⁻¹(error)`; 0 if not even the latest pattern is that well kept.
pub fn span(rate: f64, sites: usize, error: f64) -> Result<f64, OutOfRange> {
    Storage::Decay(rate).check()?;
    OutOfRange::check("the number of sites", sites as f64, SITES.0, SITES.1)?;
    OutOfRange::check("the error", error, 1e-300, 0.5)?;
    let z = normal_tail_inverse(error);
    // e^(−2λk) (N − 1 + z²) = z²/(2λ − λ²), with the pattern's own share taken out of the noise.
    let square = (1.0 - rate).powi(2);
    let level = z * z / ((1.0 - square) * (sites as f64 - 1.0 + z * z));
    Ok((level.ln() / square.ln()).max(0.0))
}

/// The rate of decay that keeps the most patterns, `λ* = e z²/2N` for large N and an error between 0 and ½.
pub fn best_rate(sites: usize, error: f64) -> f64 {
    0.5 * std::f64::consts::E * normal_tail_inverse(error).powi(2) / sites as f64
}

/// How many patterns that is: `N/(e z²)`.
pub fn best_span(sites: usize, error: f64) -> f64 {
    0.5 / best_rate(sites, error)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::close;

    /// `Q((1 − λ)^k √(2λN))` by hand for N = 1000, λ = 0.01, k = 50 and 100 is Q(2.71) and Q(1.64); the exact sums differ by
    /// orders λ and 1/N.
    #[test]
    fn decaying_errors_are_those_of_the_small_rate_formula() {
        for (age, z) in [(50, 2.706), (100, 1.637)] {
            close(one_step_error(Storage::Decay(0.01), 1000, age, 2000).unwrap(), normal_tail(z), 0.05);
        }
        let z = normal_tail_inverse(one_step_error(Storage::Decay(0.05), 500, 10, 500).unwrap());
        let exact = (499.0_f64 / (1.0 / (1.0 - 0.95_f64.powi(2)) - 0.95_f64.powi(20))).sqrt() * 0.95_f64.powi(10);
        close(z, exact, 1e-9);
    }

    /// Stationary levels are uniform: variance B(B + 1)/3, and a step is lost at the bound alone, mean 2B/(2B + 1) at age 0.
    #[test]
    fn bounded_couplings_relax_at_the_chains_rate() {
        close(bounded_moments(3, 0, 500).0, 6.0 / 7.0, 1e-9);
        let (signal, variance) = bounded_moments(3, 12, 500);
        close(variance + signal * signal, 4.0, 1e-6);
        // The slowest odd mode of a reflected walk on 2B + 1 levels decays by cos(π/(2B + 1)) per step.
        let rate = bounded_moments(3, 41, 500).0 / bounded_moments(3, 40, 500).0;
        close(rate, (std::f64::consts::PI / 7.0).cos(), 1e-6);
    }

    #[test]
    fn the_span_is_where_the_error_is_reached_and_best_at_the_best_rate() {
        let k = span(0.02, 400, 0.05).unwrap();
        let below = one_step_error(Storage::Decay(0.02), 400, k as usize, 3000).unwrap();
        let above = one_step_error(Storage::Decay(0.02), 400, k as usize + 1, 3000).unwrap();
        assert!(below <= 0.05 && 0.05 <= above);
        let sites = 100_000;
        let best = best_rate(sites, 0.005);
        close(span(best, sites, 0.005).unwrap(), best_span(sites, 0.005), 1e-3);
        assert!([0.8, 1.25].into_iter().all(|f| span(f * best, sites, 0.005).unwrap() < best_span(sites, 0.005)));
        assert_eq!(span(0.5, 4, 1e-6).unwrap(), 0.0);
    }

    #[test]
    fn networks_without_two_sites_are_refused() {
        for sites in [0, 1] {
            for storage in [Storage::Hebb, Storage::Decay(0.1), Storage::Bounded(3)] {
                let refused = one_step_error(storage, sites, 0, 1).unwrap_err();
                assert_eq!((refused.what, refused.value), ("the number of sites", sites as f64));
            }
            assert!(span(0.1, sites, 0.05).is_err());
        }
        assert_eq!(one_step_error(Storage::Hebb, 2, 0, 1), Ok(0.0));
    }
}
