//! Means over replicas and time, and their errors. The memory of all of them is independent of the number of steps and looks.

use crate::{
    engine::ensemble::Ensemble,
    engine::lanes::Element,
    engine::process::Process,
    estimators::batch_means::BatchMeansError,
    estimators::divergence::{Diverged, all_finite},
    estimators::running_batches::{RunningBatches, RunningMean},
};

/// When to look: after how many steps first, every how many steps, how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    /// Steps before the first look.
    pub burn: u64,
    /// Steps between looks, at least 1.
    pub thin: u64,
    /// Number of looks, at least 1.
    pub count: u64,
}

/// Why there is no mean.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum AverageError {
    /// Nothing is looked at, or the same again and again.
    #[error("{count} looks every {thin} steps: give at least 1 of both")]
    Looks {
        /// Number of looks.
        count: u64,
        /// Steps between them.
        thin: u64,
    },
    /// One replica has no scatter.
    #[error("{0} replicas: an error from the scatter of replicas takes at least 2; of one, take that of its batches")]
    Replicas(u64),
    /// A replica was looked at too seldom for an error of its own.
    #[error("(of replica {replica}, whose samples are the looks) {error}")]
    Batches {
        /// Number of the replica.
        replica: usize,
        /// Why there is no error.
        #[source]
        error: BatchMeansError,
    },
    /// Some replicas have overflowed.
    #[error(transparent)]
    Diverged(#[from] Diverged),
}

/// The mean of each observable over all replicas at all looks; an error with the step if any of them has diverged by the last.
pub fn time_average<P: Process, T: Element, const M: usize>(
    ensemble: &mut Ensemble<P, T>,
    looks: Looks,
    observables: impl Fn(P::State<f64>) -> [f64; M],
) -> Result<[f64; M], AverageError> {
    visit(ensemble, looks, observables, |_, _| ())
}

/// A mean with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Average {
    /// The mean over all replicas and looks: the same number as that of [`time_average`].
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// The same as [`time_average`], with standard errors from the scatter of the replicas' own means over time. These are independent,
/// however much successive looks have in common; what is left of where they start is no part of it. At least 2 replicas, better 20:
/// the error of the error is `1/√(2R)` of it.
pub fn average_with_error<P: Process, T: Element, const M: usize>(
    ensemble: &mut Ensemble<P, T>,
    looks: Looks,
    observables: impl Fn(P::State<f64>) -> [f64; M],
) -> Result<[Average; M], AverageError> {
    let replicas = ensemble.replicas();
    if replicas < 2 {
        return Err(AverageError::Replicas(replicas));
    }
    let mut sums = vec![[0.0; M]; replicas as usize];
    let means = visit(ensemble, looks, observables, |replica, values: &[f64; M]| {
        sums[replica].iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    })?;
    let (n, count) = (replicas as f64, looks.count as f64);
    Ok(std::array::from_fn(|i| {
        let squares: f64 = sums.iter().map(|sum| (sum[i] / count - means[i]).powi(2)).sum();
        Average { mean: means[i], standard_error: (squares / (n * (n - 1.0))).sqrt() }
    }))
}

/// The means of every replica over time, each with its own standard error from batches of looks: for few replicas and many looks,
/// some hundred autocorrelation times at least. An error names the first replica that was looked at too seldom.
pub fn averages_of_replicas<P: Process, T: Element, const M: usize>(
    ensemble: &mut Ensemble<P, T>,
    looks: Looks,
    observables: impl Fn(P::State<f64>) -> [f64; M],
) -> Result<Vec<[RunningMean; M]>, AverageError> {
    let empty = || std::array::from_fn(|_| RunningBatches::new());
    let mut batches: Vec<[RunningBatches; M]> = (0..ensemble.replicas()).map(|_| empty()).collect();
    visit(ensemble, looks, observables, |replica, values: &[f64; M]| {
        batches[replica].iter_mut().zip(values).for_each(|(batches, value)| batches.push(*value));
    })?;
    let of = |(replica, batches): (usize, &[RunningBatches; M])| {
        let found: Result<Vec<_>, _> = batches.iter().map(RunningBatches::mean_with_error).collect();
        let found = found.map_err(|error| AverageError::Batches { replica, error })?;
        Ok(std::array::from_fn(|i| found[i]))
    };
    batches.iter().enumerate().map(of).collect()
}

/// Looks, shows `see` every replica with its observables at each, and gives the means over all.
fn visit<P: Process, T: Element, const M: usize>(
    ensemble: &mut Ensemble<P, T>,
    looks: Looks,
    observables: impl Fn(P::State<f64>) -> [f64; M],
    mut see: impl FnMut(usize, &[f64; M]),
) -> Result<[f64; M], AverageError> {
    let Looks { count, thin, .. } = looks;
    if count == 0 || thin == 0 {
        return Err(AverageError::Looks { count, thin });
    }
    ensemble.advance(looks.burn);
    let mut sums = [0.0; M];
    for _ in 0..looks.count {
        ensemble.advance(looks.thin);
        // One sum per look first, so that long runs lose no digits.
        let mut sum = [0.0; M];
        for (replica, state) in ensemble.states().enumerate() {
            let values = observables(state);
            see(replica, &values);
            sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
        sums.iter_mut().zip(sum).for_each(|(total, sum)| *total += sum);
    }
    all_finite(ensemble)?;
    Ok(sums.map(|sum| sum / (looks.count * ensemble.replicas()) as f64))
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{Noise, Number, engine::process::tests::Square};

    /// AR(1), `x' = φ x + z`, whose mean over `n` steps has the variance `τ/((1 − φ²) n) = 1/((1 − φ)² n)`.
    struct Autoregression(f64);

    impl Process for Autoregression {
        type State<X: Number> = [X; 1];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, [x]: [X; 1], noise: &mut N) -> [X; 1] {
            [x * self.0 + noise.normal()]
        }
    }

    fn autoregression(replicas: u64) -> Ensemble<Autoregression> {
        Ensemble::new(Autoregression(0.8), replicas, &Key::new(["autoregression"]), |_| [0.0])
    }

    /// Means over a thousand autocorrelation times and over one look: the error has a deviation of 1/√(2R) itself.
    #[test]
    fn the_error_over_replicas_is_that_of_their_scatter() {
        let looks = Looks { burn: 100, thin: 1, count: 10_000 };
        let [found] = average_with_error(&mut autoregression(800), looks, |[x]| [x]).expect("finite");
        let exact = 1.0 / (0.2 * 8e6f64.sqrt());
        assert!((found.standard_error / exact - 1.0).abs() < 4.0 / 1600f64.sqrt(), "{found:?} {exact}");
        assert!(found.mean.abs() < 4.0 * exact, "{found:?}");
        // A single look: that of as many independent samples of variance 1/(1 − φ²).
        let [once] = average_with_error(&mut autoregression(800), Looks { count: 1, ..looks }, |[x]| [x]).expect("finite");
        let exact = (1.0 / (0.36 * 800.0f64)).sqrt();
        assert!((once.standard_error / exact - 1.0).abs() < 4.0 / 1600f64.sqrt(), "{once:?} {exact}");
        assert_eq!(time_average(&mut autoregression(800), looks, |[x]| [x]), Ok([found.mean]));
        let refused = average_with_error(&mut autoregression(1), looks, |[x]| [x]);
        assert_eq!(refused, Err(AverageError::Replicas(1)));
    }

    /// `τ = (1 + φ)/(1 − φ)` is 9: in the mean over replicas, whose own deviations are 20 %.
    #[test]
    fn replicas_have_errors_of_their_own() {
        let looks = Looks { burn: 100, thin: 1, count: 20_000 };
        let found = averages_of_replicas(&mut autoregression(100), looks, |[x]| [x, 2.0 * x]).expect("long enough");
        let time = found.iter().map(|[x, _]| x.autocorrelation_time()).sum::<f64>() / 100.0;
        let bias = 2.0 * 0.8 / 0.36 / found[0][0].batch as f64;
        assert!((time / (9.0 * (1.0 - bias)) - 1.0).abs() < 0.4 * found[0][0].relative_deviation() + 0.01, "{time}");
        assert!(found.iter().all(|[x, twice]| (twice.standard_error() / x.standard_error() - 2.0).abs() < 1e-9));
        let within = found.iter().filter(|[x, _]| x.mean.abs() < 2.0 * x.standard_error()).count();
        assert!((85..=100).contains(&within), "{within}");
        let error = averages_of_replicas(&mut autoregression(2), Looks { count: 100, ..looks }, |[x]| [x]);
        let error = error.expect_err("eleven autocorrelation times").to_string();
        assert!(error.contains("replica 0") && error.contains("run longer"), "{error}");
    }

    /// ½ squares to 2^−8 and 2^−16 after three and four steps; 2 overflows at the tenth, before or between looks.
    #[test]
    fn means_over_what_is_finite_only() {
        let start = |with: f64| move |i| [if i == 0 { with } else { 0.5 }];
        let ensemble = |with: f64| Ensemble::<_, f64>::new(Square, 2, &Key::new(["mean"]), start(with));
        let looks = Looks { burn: 2, thin: 1, count: 2 };
        let mean = 0.5 * (2f64.powi(-8) + 2f64.powi(-16));
        assert_eq!(time_average(&mut ensemble(0.5), looks, |[w]| [w]), Ok([mean]));
        for looks in [Looks { burn: 20, thin: 1, count: 1 }, Looks { burn: 1, thin: 5, count: 3 }] {
            let ended = time_average(&mut ensemble(2.0), looks, |[w]| [w.min(1.0)]);
            assert_eq!(ended, Err(Diverged { count: 1, replicas: 2, step: 10 }.into()));
        }
    }
}
