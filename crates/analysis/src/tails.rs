//! Exponents of power-law tails: maximum likelihood, with standard errors.
//!
//! A tail of index `α` is `P(> x) ∝ x^{−α}`, so that the density falls as `x^{−1−α}` and moments below the `α`-th exist.

/// An exponent fitted to the values beyond a threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TailFit {
    /// The index `α` of `P(> x) ∝ x^{−α}`.
    pub index: f64,
    /// Its standard error for independent values, `α/√count`. What the tail still bends at the threshold is not in it.
    pub standard_error: f64,
    /// Beyond which values count.
    pub threshold: f64,
    /// How many values count.
    pub count: usize,
}

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum TailError {
    /// Too few values lie beyond the threshold.
    #[error("{count} values beyond {threshold}: a tail needs at least two; lower the threshold or give more values")]
    Few {
        /// How many there are.
        count: usize,
        /// The threshold.
        threshold: f64,
    },
    /// The threshold is not positive.
    #[error("a threshold of {0}: logarithms need a positive one; give moduli, and a share of them that excludes the zeros")]
    Threshold(f64),
}

/// The index of the tail beyond a threshold: `α = n/Σ ln(xᵢ/threshold)` over the `n` values that exceed it, which is the
/// maximum of the likelihood of a Pareto law.
pub fn pareto(values: impl IntoIterator<Item = f64>, threshold: f64) -> Result<TailFit, TailError> {
    if threshold.is_nan() || threshold <= 0.0 {
        return Err(TailError::Threshold(threshold));
    }
    let (mut count, mut sum) = (0, 0.0);
    for value in values.into_iter().filter(|value| *value > threshold) {
        count += 1;
        sum += (value / threshold).ln();
    }
    if count < 2 {
        return Err(TailError::Few { count, threshold });
    }
    let index = count as f64 / sum;
    Ok(TailFit { index, standard_error: index / (count as f64).sqrt(), threshold, count })
}

/// The index of the tail of the `count` largest values (Hill, *A simple general approach to inference about the tail of a
/// distribution*, Ann. Stat. 3, 1163, 1975): [`pareto`] beyond the largest value that is not among them. Orders the values
/// in part.
pub fn hill(values: &mut [f64], count: usize) -> Result<TailFit, TailError> {
    if count < 2 || count >= values.len() {
        return Err(TailError::Few { count: count.min(values.len().saturating_sub(1)), threshold: f64::NAN });
    }
    let (largest, threshold, _) = values.select_nth_unstable_by(count, |left, right| right.total_cmp(left));
    pareto(largest.iter().copied(), *threshold)
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;

    fn pareto_sample(index: f64, count: u64) -> Vec<f64> {
        let mut stream = Key::new(["pareto"]).stream("values", 0);
        (0..count).map(|_| (1.0 - stream.uniform()).powf(-1.0 / index)).collect()
    }

    /// Four standard errors, and the stated error is that of repeated samples.
    #[test]
    fn a_pareto_law_gives_its_index_at_any_threshold() {
        let mut values = pareto_sample(2.5, 100_000);
        let parts: Vec<f64> =
            values.chunks(500).map(|part| pareto(part.iter().copied(), 1.0).expect("valid input").index).collect();
        let mean = parts.iter().sum::<f64>() / 200.0;
        let scatter = (parts.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 199.0).sqrt();
        assert!((scatter / (2.5 / 500f64.sqrt()) - 1.0).abs() < 0.2, "{scatter}");
        for fit in [pareto(values.clone(), 1.0), pareto(values.clone(), 3.0), hill(&mut values, 2000)] {
            let fit = fit.expect("valid input");
            assert!((fit.index - 2.5).abs() < 4.0 * fit.standard_error, "{fit:?}");
        }
    }

    /// By hand: ln 2 + ln 4 + ln 8 = 6 ln 2 over three values beyond 1.
    #[test]
    fn powers_of_two_by_hand() {
        let exact = 3.0 / (6.0 * std::f64::consts::LN_2);
        let fit = hill(&mut [4.0, 0.5, 1.0, 8.0, 2.0, 0.25], 3).expect("valid input");
        assert!((fit.index - exact).abs() < 1e-14 && fit.threshold == 1.0 && fit.count == 3, "{fit:?}");
    }

    /// Negative control: the tail of an exponential law has no index; the fit grows with the threshold.
    #[test]
    fn an_exponential_has_no_index() {
        let values: Vec<f64> = pareto_sample(1.0, 100_000).into_iter().map(f64::ln).collect();
        let at = |threshold| pareto(values.iter().copied(), threshold).expect("valid input").index;
        assert!(at(6.0) > 1.6 * at(3.0));
    }

    #[test]
    fn a_tail_of_nothing_is_refused() {
        assert!(matches!(pareto([1.0, 2.0], 1.5), Err(TailError::Few { count: 1, .. })));
        assert_eq!(pareto([1.0, 2.0], 0.0), Err(TailError::Threshold(0.0)));
        assert!(hill(&mut [1.0, 2.0, 3.0], 3).is_err());
        assert!(matches!(hill(&mut [0.0, 0.0, 3.0, 4.0], 3), Err(TailError::Threshold(_))));
    }
}
