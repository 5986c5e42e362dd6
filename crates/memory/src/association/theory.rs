//! The error of a linear associative memory, in closed form up to one quadrature per token.
//!
//! Given embeddings with `u_y·u_z ≈ δ_yz`, the score of output y at token x is `q(x) 1{y = f(x)}` plus Gaussian crosstalk of
//! variance `Q_y/d`, `Q_y = Σ q(x')²` over the other tokens x' of that output: x is recalled if its weight rises above the
//! largest of the crosstalks (Cabannes, Dohmatob & Bietti 2024, arXiv 2310.02984, have this with its bounds).

use lawbook_analysis::gaussian::{normal_cdf, normal_rule};

use crate::OutOfRange;

/// Nodes of the quadrature over the crosstalk of the right output: the integrand's steps are as narrow as the ratio of two outputs' crosstalks.
const NODES: usize = 241;

/// Error of recall with fixed `weights` over token probabilities `frequencies`; see [`mean_error`].
pub fn recall_error(
    frequencies: &[f64],
    targets: &[usize],
    outputs: usize,
    weights: &[f64],
    dimension: usize,
) -> Result<f64, OutOfRange> {
    mean_error(frequencies, targets, outputs, weights, &vec![1.0; weights.len()], dimension)
}

/// Expected generalisation error where token x is stored with weight `weights[x]` with probability `stored[x]`.
///
/// Crosstalk is Gaussian with the leading variance and its first correction in 1/d: outputs that overlap by 1/√d lend each
/// other `Σ_z Q_z/d`, and the signal itself scatters by `q²/d` at a wrong output and 5q²/2d at the right one.
pub fn mean_error(
    frequencies: &[f64],
    targets: &[usize],
    outputs: usize,
    weights: &[f64],
    stored: &[f64],
    dimension: usize,
) -> Result<f64, OutOfRange> {
    for (what, found) in [
        ("the number of targets", targets.len()),
        ("the number of weights", weights.len()),
        ("the number of stored probabilities", stored.len()),
    ] {
        OutOfRange::check_length(what, found, frequencies.len())?;
    }
    OutOfRange::check("the dimension", dimension as f64, 1.0, 1e9)?;
    OutOfRange::check("the number of outputs", outputs as f64, 1.0, 1e9)?;
    frequencies.iter().try_for_each(|&p| OutOfRange::check("a frequency", p, 0.0, 1.0))?;
    weights.iter().try_for_each(|&weight| OutOfRange::check("a weight", weight, f64::MIN, f64::MAX))?;
    stored.iter().try_for_each(|&s| OutOfRange::check("a probability of being stored", s, 0.0, 1.0))?;
    let most = outputs as f64 - 1.0;
    targets.iter().try_for_each(|&target| OutOfRange::check("a target", target as f64, 0.0, most))?;
    let mut energies = vec![0.0; outputs];
    targets.iter().zip(weights.iter().zip(stored)).for_each(|(&y, (q, s))| energies[y] += s * q * q);
    let rule: Vec<(f64, f64)> = normal_rule(NODES).into_iter().filter(|(_, weight)| *weight > 1e-14).collect();
    // Many tokens share weight and output: the last result of each output is kept.
    let mut last: Vec<Option<(f64, f64, f64)>> = vec![None; outputs];
    let mut error = 0.0;
    for (x, (&p, &target)) in frequencies.iter().zip(targets).enumerate() {
        let (q, s) = (weights[x], stored[x]);
        let own = match last[target] {
            Some((same_q, same_s, value)) if same_q == q && same_s == s => value,
            _ => {
                let wrong = |q: f64| error_of_token(q, target, s * weights[x].powi(2), &energies, dimension, &rule);
                let value = if s > 0.0 { s * wrong(q) } else { 0.0 } + if s < 1.0 { (1.0 - s) * wrong(0.0) } else { 0.0 };
                last[target] = Some((q, s, value));
                value
            }
        };
        error += p * own;
    }
    Ok(error)
}

/// `1 − E_g Π_{z ≠ y} Φ((√d q + √V_y g)/√V_z)`: a wrong output's crosstalk exceeds signal and crosstalk of the right one.
fn error_of_token(q: f64, target: usize, own: f64, energies: &[f64], dimension: usize, rule: &[(f64, f64)]) -> f64 {
    let d = dimension as f64;
    let shared = energies.iter().sum::<f64>() / d;
    let right = ((energies[target] - own).max(0.0) + shared + 2.5 * q * q).max(f64::MIN_POSITIVE);
    let wrong: Vec<f64> = energies
        .iter()
        .enumerate()
        .filter(|(output, _)| *output != target)
        .map(|(_, energy)| (energy + shared + q * q).max(f64::MIN_POSITIVE).sqrt().recip())
        .collect();
    let product = |g: f64| {
        let level = d.sqrt() * q + right.sqrt() * g;
        wrong.iter().map(|inverse| normal_cdf(level * inverse)).product::<f64>()
    };
    1.0 - rule.iter().map(|(g, weight)| weight * product(*g)).sum::<f64>()
}

/// The probability mass that `samples` draws leave unseen on average, `Σ p (1 − p)^T`: the error of an unlimited memory. For
/// probabilities from 0 to 1 and at least 0 draws.
pub fn unseen_mass(frequencies: &[f64], samples: f64) -> f64 {
    frequencies.iter().map(|p| p * (samples * (-p).ln_1p()).exp()).sum()
}

/// Probability of each token to be among the `kept` most frequent ones of `samples` draws, ties broken at random.
///
/// Exact where there is room for all that is seen. Else mean field: counts are Poisson, and the count at which the memory is
/// full is where its expected size is. For probabilities from 0 to 1, at least 0 draws, and at least 0 tokens kept.
pub fn stored_probability(frequencies: &[f64], samples: f64, kept: f64) -> Vec<f64> {
    // No count is so large that fewer than none were above it.
    let kept = kept.max(0.0);
    let size_above = |count: usize| frequencies.iter().map(|p| poisson_above(samples * p, count)).sum::<f64>();
    if size_above(0) <= kept {
        return frequencies.iter().map(|p| 1.0 - (samples * (-p).ln_1p()).exp()).collect();
    }
    // The smallest count c with fewer than `kept` tokens expected above it; those that have it share what is left.
    let (mut low, mut high) = (0, 1);
    while size_above(high) > kept {
        (low, high) = (high, 2 * high);
    }
    while high - low > 1 {
        let middle = (low + high) / 2;
        *(if size_above(middle) > kept { &mut low } else { &mut high }) = middle;
    }
    let (above, with) = (size_above(high), size_above(high - 1));
    let share = (kept - above) / (with - above);
    let mix = |p: &f64| {
        let above = poisson_above(samples * p, high);
        above + share * (poisson_above(samples * p, high - 1) - above)
    };
    frequencies.iter().map(mix).collect()
}

/// `P(count > c)` for a Poisson count.
fn poisson_above(mean: f64, count: usize) -> f64 {
    // Far from the mean the sum of terms is either nothing or everything.
    let spread = 12.0 * mean.sqrt() + 40.0;
    if (count as f64) < mean - spread {
        return 1.0;
    }
    if count as f64 > mean + spread {
        return 0.0;
    }
    let (mut log_term, mut sum) = (-mean, 0.0);
    for k in 0..=count {
        sum += log_term.exp();
        log_term += mean.ln() - ((k + 1) as f64).ln();
    }
    (1.0 - sum).max(0.0)
}

/// The exponent of the error in the dimension, `E ~ d^(−exponent)`, for weights `p^ρ` under Zipf's law of exponent `alpha`,
/// with as many tokens stored as is best: `(α − 1)/max(1, 2αρ)`, for α above 1.
///
/// Token x rises above crosstalk while `d x^(−2αρ) > Σ_{x' ≤ P} x'^(−2αρ)`. Where the sum converges, that ends at
/// `x ~ d^(1/2αρ)`, stored or not; where it diverges, `P ~ d` is best. What lies beyond has mass `x^(−(α − 1))`.
pub fn dimension_exponent(alpha: f64, rho: f64) -> f64 {
    (alpha - 1.0) / f64::max(1.0, 2.0 * alpha * rho)
}

/// The exponent of the error in the number of samples, `E ~ T^(−exponent)`: `1 − 1/α`, from the unseen mass, for α above 1.
pub fn sample_exponent(alpha: f64) -> f64 {
    1.0 - 1.0 / alpha
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{association::zipf, testing::close};

    fn targets(tokens: usize) -> Vec<usize> {
        (0..tokens).map(|x| x % 5).collect()
    }

    /// X-Val: the same model in numpy 2 with scipy's `ndtr` on an even grid of 4001 nodes.
    #[test]
    fn errors_are_those_of_an_outside_quadrature() {
        let p = zipf(500, 2.0).unwrap();
        for (rho, expected) in [(1.0, 0.083_560_18), (0.5, 0.024_358_26)] {
            let weights: Vec<f64> = p.iter().map(|p| p.powf(rho)).collect();
            close(recall_error(&p, &targets(500), 5, &weights, 256).unwrap(), expected, 1e-5);
        }
        let p = zipf(4000, 2.0).unwrap();
        close(recall_error(&p, &targets(4000), 5, &vec![1.0; 4000], 256).unwrap(), 0.647_248_5, 1e-5);
    }

    /// X-Val: exact sums with numpy 2, slopes between T = 100 and 1000; they tend to 1 − 1/α.
    #[test]
    fn unseen_mass_falls_with_its_exponent() {
        for (alpha, tokens, mass) in [(1.5, 20_000, 0.135_612_9), (2.0, 4000, 0.039_695_5), (3.0, 1000, 0.009_455_95)] {
            let p = zipf(tokens, alpha).unwrap();
            close(unseen_mass(&p, 300.0), mass, 1e-5);
            let slope = (unseen_mass(&p, 1000.0) / unseen_mass(&p, 100.0)).ln() / 10.0_f64.ln();
            assert!((slope + sample_exponent(alpha)).abs() < 0.02, "{slope}");
        }
    }

    #[test]
    fn stored_probabilities_fill_the_memory() {
        let p = zipf(1000, 2.0).unwrap();
        for (samples, kept) in [(300.0, 8.0), (3000.0, 20.0), (1e6, 5.0)] {
            let stored = stored_probability(&p, samples, kept);
            close(stored.iter().sum(), kept, 1e-9);
            assert!(stored.windows(2).all(|pair| pair[0] >= pair[1] - 1e-12));
        }
        // A memory for fewer than none holds none; the count from which on that is so was once looked for without end.
        assert_eq!(stored_probability(&p, 300.0, -1.0), stored_probability(&p, 300.0, 0.0));
        // With room for all, a token is stored if it was seen.
        let seen = stored_probability(&p, 50.0, 1000.0);
        close(seen[2], 1.0 - (1.0 - p[2]).powi(50), 1e-12);
    }

    #[test]
    fn a_token_without_weight_is_recalled_by_chance() {
        let p = [0.5, 0.3, 0.2];
        let error = recall_error(&p, &[0, 1, 2], 3, &[0.0; 3], 100).unwrap();
        close(error, 2.0 / 3.0, 1e-9);
        assert!(recall_error(&p, &[0, 1, 3], 3, &[0.0; 3], 100).is_err());
    }

    #[test]
    fn exponents() {
        assert_eq!(dimension_exponent(2.0, 0.0), 1.0);
        assert_eq!(dimension_exponent(2.0, 1.0), 0.25);
        assert_eq!(dimension_exponent(1.5, 0.5), 1.0 / 3.0);
    }
}
