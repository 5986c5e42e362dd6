//! Weighted samples: distribution function, quantiles and means, as importance sampling needs them.

/// Why a sample says nothing.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SampleError {
    /// There is no weight.
    #[error("a sample of {count} values with a total weight of {weight}; give at least one value with a positive weight")]
    Weightless {
        /// Number of values.
        count: usize,
        /// Their total weight.
        weight: f64,
    },
    /// A value is not a number, or a weight negative or not finite.
    #[error("value {value} has weight {weight}; values must be numbers and weights at least 0 and finite")]
    Invalid {
        /// The value.
        value: f64,
        /// Its weight.
        weight: f64,
    },
}

/// Values with weights, sorted. Infinite values count, at the ends.
#[derive(Debug, Clone)]
pub struct WeightedSample {
    values: Vec<f64>,
    /// The weight of all values up to each.
    cumulative: Vec<f64>,
}

impl WeightedSample {
    /// From pairs of value and weight.
    pub fn new(pairs: impl IntoIterator<Item = (f64, f64)>) -> Result<Self, SampleError> {
        let mut pairs: Vec<(f64, f64)> = pairs.into_iter().collect();
        if let Some(&(value, weight)) = pairs.iter().find(|(v, w)| v.is_nan() || !(w.is_finite() && *w >= 0.0)) {
            return Err(SampleError::Invalid { value, weight });
        }
        pairs.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
        let mut total = 0.0;
        let (values, cumulative) = pairs
            .iter()
            .map(|(value, weight)| {
                total += weight;
                (*value, total)
            })
            .unzip();
        if total > 0.0 {
            Ok(Self { values, cumulative })
        } else {
            Err(SampleError::Weightless { count: pairs.len(), weight: total })
        }
    }

    /// From values of equal weight.
    pub fn equal(values: impl IntoIterator<Item = f64>) -> Result<Self, SampleError> {
        Self::new(values.into_iter().map(|value| (value, 1.0)))
    }

    /// The fraction of the weight at values up to `v`.
    pub fn cdf(&self, v: f64) -> f64 {
        match self.values.partition_point(|&value| value <= v) {
            0 => 0.0,
            count => self.cumulative[count - 1] / self.total(),
        }
    }

    /// The smallest value up to which lies at least the fraction `p` of the weight.
    pub fn quantile(&self, p: f64) -> f64 {
        let target = p * self.total();
        let index = self.cumulative.partition_point(|&weight| weight < target);
        self.values[index.min(self.values.len() - 1)]
    }

    fn total(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_weight_counts_as_so_many_equal_values() {
        let weighted = WeightedSample::new([(3.0, 2.0), (1.0, 1.0), (2.0, 3.0)]).expect("valid input");
        let repeated = WeightedSample::equal([1.0, 2.0, 2.0, 2.0, 3.0, 3.0]).expect("valid input");
        for v in [0.5, 1.0, 1.5, 2.0, 3.0, 4.0] {
            assert_eq!(weighted.cdf(v), repeated.cdf(v));
        }
        for p in [0.0, 0.1, 0.3, 0.5, 0.7, 1.0] {
            assert_eq!(weighted.quantile(p), repeated.quantile(p));
        }
    }

    /// X-Val: numpy 2 `numpy.quantile(a, p, method="inverted_cdf")` of a = [9, 2, 5, 7, 1, 4, 8] at .25, .5, .9: 2, 5, 9.
    #[test]
    fn quantiles_are_those_of_the_inverted_distribution_function() {
        let sample = WeightedSample::equal([9.0, 2.0, 5.0, 7.0, 1.0, 4.0, 8.0]).expect("valid input");
        assert_eq!([0.25, 0.5, 0.9].map(|p| sample.quantile(p)), [2.0, 5.0, 9.0]);
    }

    proptest! {
        #[test]
        fn quantile_and_distribution_function_invert(values in prop::collection::vec((-9.0..9.0f64, 0.1..2.0f64), 1..40), p in 0.01..0.99f64) {
            let sample = WeightedSample::new(values).expect("valid input");
            let q = sample.quantile(p);
            prop_assert!(sample.cdf(q) >= p - 1e-12);
            prop_assert!(sample.cdf(q - 1e-9) < p + 1e-12);
        }
    }

    #[test]
    fn nothing_and_nan_are_refused() {
        assert!(matches!(WeightedSample::equal([]), Err(SampleError::Weightless { .. })));
        assert!(matches!(WeightedSample::equal([f64::NAN]), Err(SampleError::Invalid { .. })));
        assert!(matches!(WeightedSample::new([(0.0, -1.0)]), Err(SampleError::Invalid { .. })));
    }
}
