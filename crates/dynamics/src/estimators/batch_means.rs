//! The error of a mean over correlated samples, by overlapping batch means.
//!
//! The variance of the mean of `n` consecutive samples of a stationary series is `σ² τ/n`, with the integrated autocorrelation time
//! `τ = 1 + 2 Σ_{k≥1} ρ_k` in steps: `n/τ` independent samples would know as much. The scatter of the means of all batches of `m`
//! consecutive samples around the mean of all gives `σ² τ` without a look at a single `ρ_k`, up to `2 Σ k ρ_k/m` (Meketon &
//! Schmeiser, *Overlapping batch means: something for nothing?*, Winter Simulation Conference 1984; several replicas around their
//! common mean: Argon & Andradóttir, *Replicated batch means for steady-state simulations*, Naval Research Logistics 53 (2006) 508).

/// What a series says of its mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchMeans {
    /// The mean of all samples.
    pub mean: f64,
    /// The variance `σ²` of one sample.
    pub variance: f64,
    /// `σ² τ`: what the variance of the mean is, times the number of samples.
    pub long_run_variance: f64,
    /// Number of samples, of all replicas together.
    pub samples: usize,
    /// Samples per batch.
    pub batch: usize,
}

impl BatchMeans {
    /// The standard error of the mean.
    pub fn standard_error(&self) -> f64 {
        (self.long_run_variance / self.samples as f64).sqrt()
    }

    /// The integrated autocorrelation time in steps: 1 for independent samples, below 1 where they alternate.
    pub fn autocorrelation_time(&self) -> f64 {
        self.long_run_variance / self.variance
    }

    /// How many independent samples would give the same error.
    pub fn effective_samples(&self) -> f64 {
        self.samples as f64 / self.autocorrelation_time()
    }

    /// The relative standard deviation of [`long_run_variance`](Self::long_run_variance) itself, for batches much longer than `τ`
    /// and much shorter than the series: `√(4m/3n)`, the variance of two thirds as many separate batches.
    pub fn relative_deviation(&self) -> f64 {
        (4.0 * self.batch as f64 / (3.0 * self.samples as f64)).sqrt()
    }
}

/// Why a series has no error that could be trusted.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum BatchMeansError {
    /// Fewer than two batches.
    #[error(
        "{replicas} replicas of at least {length} samples hold no two batches of {batch}: give a batch of 1 to {length} and at \
         least twice as many samples"
    )]
    TooShort {
        /// Number of replicas.
        replicas: usize,
        /// Samples of the shortest.
        length: usize,
        /// Samples per batch.
        batch: usize,
    },
    /// All samples are equal, or one is not a number.
    #[error("the samples have the variance {0}: an error needs samples that vary, all of them finite")]
    Degenerate(f64),
    /// Batches as long as the series allows are still too short for its memory.
    #[error(
        "an autocorrelation time of {time} steps or more takes batches of {needed} samples and twenty of them; the replicas have \
         {length} samples each and {samples} together: run longer, or look less often"
    )]
    Unresolved {
        /// The autocorrelation time that the longest batches show, a lower bound.
        time: f64,
        /// Samples per batch that it takes.
        needed: usize,
        /// Samples of the shortest replica.
        length: usize,
        /// Samples of all.
        samples: usize,
    },
}

/// Autocorrelation times per batch from which on [`mean_with_error`] is content. For a memory that decays exponentially it then
/// underestimates the variance of the mean by 1/20.
pub(crate) const TIMES_PER_BATCH: f64 = 10.0;
/// Batches in a series, below which the error of the error exceeds a quarter.
pub(crate) const BATCHES: usize = 20;
/// The first length of a batch that is tried.
const FIRST_BATCH: usize = 16;

/// The mean of stationary series and its error, from all batches of `batch` consecutive samples. Each entry of `replicas` is one series
/// in the order of time, independent of the others; they may have different lengths.
pub fn batch_means<S: AsRef<[f64]>>(replicas: &[S], batch: usize) -> Result<BatchMeans, BatchMeansError> {
    let lengths = || replicas.iter().map(|series| series.as_ref().len());
    let (samples, length) = (lengths().sum::<usize>(), lengths().min().unwrap_or(0));
    if batch == 0 || length < batch || samples < 2 * batch {
        return Err(BatchMeansError::TooShort { replicas: replicas.len(), length, batch });
    }
    let all = || replicas.iter().flat_map(|series| series.as_ref());
    let mean = all().sum::<f64>() / samples as f64;
    let scatter = all().map(|x| (x - mean).powi(2)).sum::<f64>() / samples as f64;
    let width = batch as f64;
    let (mut squares, mut batches) = (0.0, 0);
    for series in replicas.iter().map(AsRef::as_ref) {
        // Deviations first: sums of them stay small, so that the running sum loses no digits.
        let mut sum = series[..batch].iter().map(|x| x - mean).sum::<f64>();
        squares += sum * sum;
        for (leaving, entering) in series.iter().zip(&series[batch..]) {
            sum += entering - leaving;
            squares += sum * sum;
        }
        batches += series.len() - batch + 1;
    }
    // A batch is part of the mean that it is compared with, hence 1 − m/n.
    let long_run_variance = squares / (width * batches as f64 * (1.0 - width / samples as f64));
    let variance = scatter + long_run_variance / samples as f64;
    if !(scatter.is_finite() && scatter > 0.0) {
        return Err(BatchMeansError::Degenerate(scatter));
    }
    Ok(BatchMeans { mean, variance, long_run_variance, samples, batch })
}

/// The same with the shortest batch of 16, 32, 64, … samples that lasts ten autocorrelation times, so that its error may be trusted:
/// or an error that says how long the series would have to be.
pub fn mean_with_error<S: AsRef<[f64]>>(replicas: &[S]) -> Result<BatchMeans, BatchMeansError> {
    let mut batch = FIRST_BATCH;
    loop {
        let found = batch_means(replicas, batch)?;
        let length = replicas.iter().map(|series| series.as_ref().len()).min().unwrap_or(0);
        let time = found.autocorrelation_time();
        let enough = found.samples >= BATCHES * batch;
        if enough && batch as f64 >= TIMES_PER_BATCH * time {
            return Ok(found);
        }
        if !enough || length < 2 * batch {
            let needed = (TIMES_PER_BATCH * time).ceil() as usize;
            return Err(BatchMeansError::Unresolved { time, needed, length, samples: found.samples });
        }
        batch *= 2;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use lawbook_core::{Key, Stream};

    use super::*;

    /// Stationary AR(1), `x' = φ x + z`: `τ = (1 + φ)/(1 − φ)`.
    pub(crate) fn autoregressive(phi: f64, length: usize, stream: &mut Stream) -> Vec<f64> {
        let mut x = stream.normal() / (1.0 - phi * phi).sqrt();
        let step = |_| {
            x = phi * x + stream.normal();
            x
        };
        (0..length).map(step).collect()
    }

    fn replicas(phi: f64, count: u64, length: usize) -> Vec<Vec<f64>> {
        (0..count).map(|i| autoregressive(phi, length, &mut Key::new(["batch means"]).stream("series", i))).collect()
    }

    #[test]
    fn the_autocorrelation_time_is_that_of_a_first_order_autoregression() {
        for phi in [-0.6, 0.0, 0.5, 0.9] {
            let exact = (1.0 + phi) / (1.0 - phi);
            for found in [
                mean_with_error(&replicas(phi, 1, 400_000)).expect("long enough"),
                mean_with_error(&replicas(phi, 20, 20_000)).expect("long enough"),
            ] {
                // Its own scatter, and the part 2φ/(1 − φ²)/m that batches of this length leave out.
                let bias = 2.0 * phi / (1.0 - phi * phi) / found.batch as f64;
                let error = found.autocorrelation_time() / (exact * (1.0 - bias)) - 1.0;
                assert!(error.abs() < 4.0 * found.relative_deviation() + 0.01, "{phi} {error} {found:?}");
                assert!((found.variance * (1.0 - phi * phi) - 1.0).abs() < 0.05, "{found:?}");
                // 400 000 samples, of which (1 − φ)/(1 + φ) count.
                let effective = found.effective_samples() * exact * (1.0 - bias) / 400_000.0;
                assert!((effective - 1.0).abs() < 4.0 * found.relative_deviation() + 0.01, "{phi} {effective} {found:?}");
            }
        }
    }

    /// Of 400 means nine in ten lie within 1.645 standard errors of the truth; those of independent samples would be far too small.
    #[test]
    fn the_standard_error_covers() {
        let count = |width: fn(&BatchMeans) -> f64| {
            let covers = |i| {
                let series = autoregressive(0.7, 4000, &mut Key::new(["batch means"]).stream("covers", i));
                let found = mean_with_error(&[series]).expect("long enough");
                found.mean.abs() < 1.645 * width(&found)
            };
            (0..400).filter(|&i| covers(i)).count()
        };
        let (ours, naive) = (count(BatchMeans::standard_error), count(|m| (m.variance / m.samples as f64).sqrt()));
        assert!((340..=380).contains(&ours) && naive < 240, "{ours} {naive}");
    }

    /// By hand: mean 2.5, deviations −1.5, −0.5, 0.5, 1.5, sums of neighbours −2, 0, 2.
    #[test]
    fn four_numbers() {
        let found = batch_means(&[[1.0, 2.0, 3.0, 4.0]], 2).expect("two batches");
        assert!((found.long_run_variance - 8.0 / (2.0 * 3.0 * 0.5)).abs() < 1e-15, "{found:?}");
        let single = batch_means(&[[1.0, 2.0, 3.0, 4.0]], 1).expect("four batches");
        assert!((single.autocorrelation_time() - 1.0).abs() < 1e-15 && (single.variance - 5.0 / 3.0).abs() < 1e-15);
        // In four replicas of one sample each the samples are independent, too.
        let apart = batch_means(&[[1.0], [2.0], [3.0], [4.0]], 1).expect("four batches");
        assert_eq!((apart.mean, apart.long_run_variance), (single.mean, single.long_run_variance));
    }

    #[test]
    fn a_short_series_is_refused_with_what_it_takes() {
        let error = mean_with_error(&replicas(0.99, 1, 2000)).expect_err("199 steps of memory");
        assert!(matches!(error, BatchMeansError::Unresolved { time, needed, .. } if time > 40.0 && needed > 400), "{error}");
        assert!(matches!(batch_means(&[[1.0; 3]], 4), Err(BatchMeansError::TooShort { length: 3, .. })));
        assert!(matches!(batch_means(&[[1.0; 8]], 2), Err(BatchMeansError::Degenerate(_))));
        assert!(matches!(batch_means(&[[1.0, f64::NAN, 2.0, 3.0]], 2), Err(BatchMeansError::Degenerate(_))));
        assert!(batch_means::<Vec<f64>>(&[], 1).is_err());
    }
}
