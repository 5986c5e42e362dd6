//! The error of a mean over correlated samples that are not kept: means of few batches whose length doubles as the series goes on.
//!
//! Of `n` samples this holds 32 to 63 sums of as many consecutive samples each; where there is no room for another, neighbours are
//! added up. The scatter of their means estimates `σ² τ/n` as [`batch_means`](crate::estimators::batch_means) does that has all
//! samples, with separate batches in place of overlapping ones.

use crate::estimators::batch_means::{BATCHES, BatchMeansError, TIMES_PER_BATCH};

/// Batches for which there is room; from half of it on the length doubles.
const ROOM: usize = 64;

/// What is kept of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningBatches {
    /// The first sample, from which deviations are summed, so that sums stay small.
    origin: f64,
    /// The sums of the batches that are full.
    sums: Vec<f64>,
    /// Samples per batch.
    batch: u64,
    /// The sum of the batch that is not full, and its samples.
    sum: f64,
    filled: u64,
    /// All samples, their mean and the squares around it (Welford, Technometrics 4 (1962) 419).
    samples: u64,
    mean: f64,
    squares: f64,
}

/// What a series says of its mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunningMean {
    /// The mean of all samples.
    pub mean: f64,
    /// The variance `σ²` of one sample.
    pub variance: f64,
    /// `σ² τ`: what the variance of the mean is, times the number of samples.
    pub long_run_variance: f64,
    /// Number of samples.
    pub samples: u64,
    /// Samples per batch.
    pub batch: u64,
    /// Number of batches.
    pub batches: usize,
}

impl RunningMean {
    /// The standard error of the mean.
    pub fn standard_error(&self) -> f64 {
        (self.long_run_variance / self.samples as f64).sqrt()
    }

    /// The integrated autocorrelation time in steps: 1 for independent samples, below 1 where they alternate.
    pub fn autocorrelation_time(&self) -> f64 {
        self.long_run_variance / self.variance
    }

    /// The relative standard deviation of [`long_run_variance`](Self::long_run_variance) itself: `√(2/(k − 1))` of `k` batches.
    pub fn relative_deviation(&self) -> f64 {
        (2.0 / (self.batches as f64 - 1.0)).sqrt()
    }
}

impl Default for RunningBatches {
    fn default() -> Self {
        Self::new()
    }
}

impl RunningBatches {
    /// No samples yet.
    pub fn new() -> Self {
        let sums = Vec::with_capacity(ROOM);
        Self { origin: 0.0, sums, batch: 1, sum: 0.0, filled: 0, samples: 0, mean: 0.0, squares: 0.0 }
    }

    /// The next sample.
    pub fn push(&mut self, sample: f64) {
        if self.samples == 0 {
            self.origin = sample;
        }
        self.samples += 1;
        let before = sample - self.mean;
        self.mean += before / self.samples as f64;
        self.squares += before * (sample - self.mean);
        self.sum += sample - self.origin;
        self.filled += 1;
        if self.filled == self.batch {
            self.sums.push(self.sum);
            (self.sum, self.filled) = (0.0, 0);
        }
        if self.sums.len() == ROOM {
            for i in 0..ROOM / 2 {
                self.sums[i] = self.sums[2 * i] + self.sums[2 * i + 1];
            }
            self.sums.truncate(ROOM / 2);
            self.batch *= 2;
        }
    }

    /// The mean of all samples so far, without an error.
    pub fn mean(&self) -> f64 {
        self.origin + (self.sums.iter().sum::<f64>() + self.sum) / self.samples as f64
    }

    /// The mean and its error, from at least twenty batches that last ten autocorrelation times, or an error that says how long the
    /// series would have to be.
    pub fn mean_with_error(&self) -> Result<RunningMean, BatchMeansError> {
        let (batches, samples, batch) = (self.sums.len(), self.samples, self.batch);
        if batches < 2 {
            return Err(BatchMeansError::TooShort { replicas: 1, length: samples as usize, batch: batch as usize });
        }
        let scatter = self.squares / samples as f64;
        if !(scatter.is_finite() && scatter > 0.0) {
            return Err(BatchMeansError::Degenerate(scatter));
        }
        let (count, width) = (batches as f64, batch as f64);
        let middle = self.sums.iter().sum::<f64>() / count;
        let squares: f64 = self.sums.iter().map(|sum| (sum - middle).powi(2)).sum();
        let long_run_variance = squares / (width * (count - 1.0));
        let variance = scatter + long_run_variance / samples as f64;
        let found = RunningMean { mean: self.mean(), variance, long_run_variance, samples, batch, batches };
        let time = found.autocorrelation_time();
        if batches >= BATCHES && width >= TIMES_PER_BATCH * time {
            return Ok(found);
        }
        let needed = (TIMES_PER_BATCH * time).ceil() as usize;
        Err(BatchMeansError::Unresolved { time, needed, length: samples as usize, samples: samples as usize })
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::estimators::batch_means::{batch_means, tests::autoregressive};

    fn running(series: &[f64]) -> RunningBatches {
        let mut batches = RunningBatches::new();
        series.iter().for_each(|sample| batches.push(*sample));
        batches
    }

    fn series(phi: f64, length: usize, index: u64) -> Vec<f64> {
        autoregressive(phi, length, &mut Key::new(["running batches"]).stream("series", index))
    }

    /// Of AR(1), `τ = (1 + φ)/(1 − φ)`. The mean over 100 series takes away the scatter of a few batches each, 20 %.
    #[test]
    fn the_autocorrelation_time_is_that_of_a_first_order_autoregression() {
        for phi in [-0.6, 0.0, 0.5, 0.9] {
            let found: Vec<RunningMean> =
                (0..100).map(|i| running(&series(phi, 20_000, i)).mean_with_error().expect("long enough")).collect();
            let mean = |f: fn(&RunningMean) -> f64| found.iter().map(f).sum::<f64>() / 100.0;
            // What batches of this length leave out, and four standard errors of a mean of 100.
            let bias = 2.0 * phi / (1.0 - phi * phi) / found[0].batch as f64;
            let exact = (1.0 + phi) / (1.0 - phi) * (1.0 - bias);
            let (time, error) = (mean(RunningMean::autocorrelation_time), mean(RunningMean::relative_deviation) / 10.0);
            assert!((time / exact - 1.0).abs() < 4.0 * error + 0.01, "{phi}: {time} {exact}");
            assert!((mean(|m| m.variance) * (1.0 - phi * phi) - 1.0).abs() < 0.02, "{phi}");
        }
    }

    /// Of 400 means nine in ten lie within 1.645 standard errors of the truth: four deviations of that count, 6, and what an error
    /// from forty batches takes away, 1 %.
    #[test]
    fn the_standard_error_covers() {
        let covers = |i: &u64| {
            let found = running(&series(0.7, 8000, *i)).mean_with_error().expect("long enough");
            found.mean.abs() < 1.645 * found.standard_error()
        };
        let count = (0..400).filter(covers).count();
        assert!((332..=384).contains(&count), "{count}");
    }

    /// Far from zero, with more samples than room, some of them in no batch yet: the mean is of all, the batches are those of
    /// [`batch_means`] that begin at multiples of their length.
    #[test]
    fn batches_are_those_of_the_whole_series() {
        let samples: Vec<f64> = series(0.5, 5000, 0).iter().map(|x| x + 1e6).collect();
        let batches = running(&samples);
        let found = batches.mean_with_error().expect("long enough");
        assert_eq!((found.batch, found.batches, found.samples), (128, 39, 5000));
        let mean = |samples: &[f64]| samples.iter().map(|x| x - 1e6).sum::<f64>() / samples.len() as f64;
        assert!((found.mean - 1e6 - mean(&samples)).abs() < 1e-9, "{found:?}");
        let means: Vec<f64> = samples.chunks_exact(128).map(mean).collect();
        let middle = means.iter().sum::<f64>() / 39.0;
        let long_run = 128.0 * means.iter().map(|m| (m - middle).powi(2)).sum::<f64>() / 38.0;
        assert!((found.long_run_variance / long_run - 1.0).abs() < 1e-8, "{found:?} {long_run}");
        let all = batch_means(&[&samples[..]], 128).expect("long enough");
        assert!((found.variance / all.variance - 1.0).abs() < 1e-2, "{found:?} {all:?}");
        assert!(batches.sums.capacity() == ROOM && batches.sums.len() < ROOM);
    }

    #[test]
    fn a_short_series_is_refused_with_what_it_takes() {
        let refused = |samples: &[f64]| running(samples).mean_with_error().expect_err("short");
        assert!(matches!(refused(&[1.0]), BatchMeansError::TooShort { length: 1, .. }));
        assert!(matches!(refused(&[1.0; 9]), BatchMeansError::Degenerate(0.0)));
        assert!(matches!(refused(&[1.0, f64::NAN, 2.0]), BatchMeansError::Degenerate(_)));
        let error = refused(&series(0.99, 2000, 0));
        assert!(matches!(error, BatchMeansError::Unresolved { needed, .. } if needed > 32), "{error}");
        assert!(matches!(refused(&[1.0, 2.0, 1.5]), BatchMeansError::Unresolved { length: 3, .. }));
    }
}
