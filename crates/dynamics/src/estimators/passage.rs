//! First-passage times: when a process first reaches a level, and what can be said of the mean where some have not yet.

use lawbook_core::Key;

use crate::{
    engine::ensemble::Ensemble, engine::noise::Noise, engine::number::Number, engine::process::Process,
    engine::state::Columns,
};

/// A process of which one number is watched.
pub trait Watched: Process {
    /// The number: a distance from where the process starts, a coordinate, an energy.
    fn height<X: Number>(&self, state: &Self::State<X>) -> X;
}

/// A process together with a clock that runs until its height is first at or above a level.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Clocked<P> {
    process: P,
    level: f64,
}

impl<P: Watched> Process for Clocked<P> {
    /// The state; 1 until the passage and 0 after; steps until the passage.
    type State<X: Number> = (P::State<X>, [X; 2]);

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, (state, [below, time]): Self::State<X>, noise: &mut N) -> Self::State<X> {
        let state = self.process.step(state, noise);
        let height = self.process.height(&state);
        let after = height.if_below(X::constant(self.level), below, X::constant(0.0));
        // What is no number is not below the level either, and has not passed.
        (state, [X::constant(f64::NEG_INFINITY).if_below(height, after, below), time + below])
    }
}

/// First-passage times of independent replicas that were watched up to a horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct Passages {
    /// Steps until the passage, of those that passed.
    times: Vec<f64>,
    replicas: u64,
    horizon: u64,
}

/// A mean with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanTime {
    /// Steps.
    pub mean: f64,
    /// Standard error.
    pub error: f64,
}

/// Some replicas had not passed when the watch ended.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "{passed} of {replicas} replicas passed within {horizon} steps: the rest make the mean unknown; watch longer, take the \
     exponential or the restricted mean, or a quantile"
)]
pub struct Censored {
    /// How many passed.
    pub passed: usize,
    /// How many there are.
    pub replicas: u64,
    /// How long they were watched.
    pub horizon: u64,
}

/// Why there are no times of passage.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PassageTimesError {
    /// Nobody was watched.
    #[error("no replicas: give at least 1")]
    Nobody,
    /// The level is no number.
    #[error("a level of {0}: give a number")]
    Level(f64),
    /// The height of some who have not passed is no number.
    #[error(
        "the height of {count} of {replicas} replicas is not a number, so whether they pass is unknown; lower the learning rate, \
         or watch a number that stays defined"
    )]
    Lost {
        /// How many.
        count: usize,
        /// Of how many.
        replicas: u64,
    },
    /// A time outside of the watch.
    #[error("a passage at {time} in a watch of {horizon} steps: give times between 0 and the horizon, None for no passage")]
    Time {
        /// The time.
        time: f64,
        /// The end of the watch.
        horizon: u64,
    },
    /// Not a fraction.
    #[error("a fraction {0} of the replicas: give a number above 0 and up to 1")]
    Fraction(f64),
    /// Some had not passed.
    #[error(transparent)]
    Censored(#[from] Censored),
}

/// Runs `replicas` of a process until all have been at or above `level` once, or for `horizon` steps. Who starts there has passed
/// at time 0. An error if a height is not a number at the end without having passed before.
pub fn first_passages<P: Watched>(
    process: P,
    level: f64,
    (replicas, horizon): (u64, u64),
    key: &Key,
    start: impl Fn(u64) -> P::State<f64> + Sync,
) -> Result<Passages, PassageTimesError> {
    if replicas == 0 {
        return Err(PassageTimesError::Nobody);
    }
    if level.is_nan() {
        return Err(PassageTimesError::Level(level));
    }
    let below: Vec<f64> = (0..replicas).map(|i| if process.height(&start(i)) >= level { 0.0 } else { 1.0 }).collect();
    let clocked = Clocked { process, level };
    let mut ensemble = Ensemble::<_, f64>::new(clocked, replicas, key, |i| (start(i), [below[i as usize], 0.0]));
    let clock = P::State::<f64>::COUNT;
    // A height that has overflowed is no longer below anything; its clock has stopped before.
    while ensemble.time() < horizon && ensemble.states().any(|state| state.column(clock) > 0.0) {
        let burst = (ensemble.time() / 8).clamp(64, 4096);
        ensemble.advance(burst.min(horizon - ensemble.time()));
    }
    let waiting = ensemble.states().filter(|(_, [below, _])| *below > 0.0);
    let lost = waiting.filter(|(state, _)| ensemble.process().process.height(state).is_nan()).count();
    if lost > 0 {
        return Err(PassageTimesError::Lost { count: lost, replicas });
    }
    let passed = ensemble.states().filter(|state| state.column(clock) == 0.0);
    Ok(Passages { times: passed.map(|state| state.column(clock + 1)).collect(), replicas, horizon })
}

impl Passages {
    /// From times, `None` for those that had not passed at the horizon.
    pub fn new(times: &[Option<f64>], horizon: u64) -> Result<Self, PassageTimesError> {
        if times.is_empty() {
            return Err(PassageTimesError::Nobody);
        }
        let passed: Vec<f64> = times.iter().copied().flatten().collect();
        match passed.iter().find(|time| !(0.0..=horizon as f64).contains(*time)) {
            Some(&time) => Err(PassageTimesError::Time { time, horizon }),
            None => Ok(Self { times: passed, replicas: times.len() as u64, horizon }),
        }
    }

    /// The fraction that passed.
    pub fn fraction_passed(&self) -> f64 {
        self.times.len() as f64 / self.replicas as f64
    }

    /// The mean, if all have passed.
    pub fn mean(&self) -> Result<MeanTime, Censored> {
        if self.times.len() as u64 == self.replicas { Ok(self.restricted_mean()) } else { Err(self.censored()) }
    }

    /// The mean under an exponential law, as for escape over a high barrier: all the time that was watched over the number of
    /// passages, the estimate of maximum likelihood, with a relative error of one over the root of that number.
    pub fn exponential_mean(&self) -> Result<MeanTime, Censored> {
        if self.times.is_empty() {
            return Err(self.censored());
        }
        let (passed, waiting) = (self.times.len() as f64, self.replicas as f64 - self.times.len() as f64);
        let mean = (self.times.iter().sum::<f64>() + waiting * self.horizon as f64) / passed;
        Ok(MeanTime { mean, error: mean / passed.sqrt() })
    }

    /// `E min(T, horizon)`, which censoring does not bias. The error of one replica is infinite.
    pub fn restricted_mean(&self) -> MeanTime {
        let (n, horizon) = (self.replicas as f64, self.horizon as f64);
        let waiting = n - self.times.len() as f64;
        let mean = (self.times.iter().sum::<f64>() + waiting * horizon) / n;
        let squares = self.times.iter().map(|t| (t - mean).powi(2)).sum::<f64>() + waiting * (horizon - mean).powi(2);
        MeanTime { mean, error: if self.replicas > 1 { (squares / (n * (n - 1.0))).sqrt() } else { f64::INFINITY } }
    }

    /// The time at which this fraction of all replicas had passed.
    pub fn quantile(&self, fraction: f64) -> Result<f64, PassageTimesError> {
        if !(fraction > 0.0 && fraction <= 1.0) {
            return Err(PassageTimesError::Fraction(fraction));
        }
        let mut times = self.times.clone();
        times.sort_unstable_by(f64::total_cmp);
        let rank = (fraction * self.replicas as f64).ceil().max(1.0) as usize - 1;
        Ok(times.get(rank).copied().ok_or_else(|| self.censored())?)
    }

    fn censored(&self) -> Censored {
        Censored { passed: self.times.len(), replicas: self.replicas, horizon: self.horizon }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Up with probability 0.75, else down.
    #[derive(Clone, Copy)]
    struct Walk;

    impl Process for Walk {
        type State<X: Number> = [X; 1];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, [x]: [X; 1], noise: &mut N) -> [X; 1] {
            [noise.uniform().if_below(X::constant(0.75), x + 1.0, x - 1.0)]
        }
    }

    impl Watched for Walk {
        #[inline(always)]
        fn height<X: Number>(&self, [x]: &[X; 1]) -> X {
            *x
        }
    }

    /// X-Val: Wald, *On cumulative sums of random variables*, Ann. Math. Stat. 15 (1944) 283: a walk in unit steps cannot
    /// overshoot, so its mean passage time is the level over the drift, with variance level · (1 − drift²)/drift³.
    #[test]
    fn the_mean_of_a_walk() {
        let passages = first_passages(Walk, 20.0, (4000, 10_000), &Key::new(["walk"]), |_| [0.0]).expect("valid input");
        let MeanTime { mean, error } = passages.mean().expect("all pass");
        assert!((mean - 40.0).abs() < 4.0 * error, "{mean} {error}");
        let exact: f64 = (20.0 * 0.75 / 0.125 / 4000.0f64).sqrt();
        assert!((error / exact - 1.0).abs() < 0.1, "{error} {exact}");
        // Not before twenty steps, and only at even times.
        assert!(passages.times.iter().all(|t| *t >= 20.0 && t % 2.0 == 0.0));
    }

    /// Down at every step.
    struct Fall;

    impl Process for Fall {
        type State<X: Number> = [X; 1];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, [x]: [X; 1], _: &mut N) -> [X; 1] {
            [x - 1.0]
        }
    }

    impl Watched for Fall {
        #[inline(always)]
        fn height<X: Number>(&self, [x]: &[X; 1]) -> X {
            *x
        }
    }

    /// From below the level, from the level, and from beyond it to above it.
    #[test]
    fn who_starts_at_the_level_has_passed_at_time_zero() {
        let passages = first_passages(Fall, 2.0, (3, 10), &Key::new(["fall"]), |i| [[1.5, 2.0, 7.0][i as usize]]);
        assert_eq!(passages, Passages::new(&[None, Some(0.0), Some(0.0)], 10));
        let none = first_passages(Fall, 2.0, (3, 0), &Key::new(["fall"]), |_| [2.0]).expect("valid input");
        assert_eq!(none.restricted_mean().mean, 0.0);
    }

    #[test]
    fn censoring_is_told_and_estimated() {
        let censored = first_passages(Walk, 20.0, (4000, 40), &Key::new(["walk"]), |_| [0.0]).expect("valid input");
        let error = censored.mean().expect_err("half of them are still below");
        assert!(error.to_string().contains("within 40 steps") && (0.3..0.8).contains(&censored.fraction_passed()));
        assert!(censored.quantile(0.9).is_err() && censored.quantile(0.1).is_ok_and(|t| t < 40.0));
        assert!(Passages::new(&[None, None], 7).expect("valid input").exponential_mean().is_err());
    }

    /// Exponential times of mean 100 watched for 50: the estimate of maximum likelihood is unbiased where the mean of those who
    /// passed is far too small.
    #[test]
    fn the_exponential_mean_of_censored_times() {
        let mut stream = Key::new(["exponential"]).stream("times", 0);
        let times: Vec<Option<f64>> =
            (0..20_000).map(|_| Some(-100.0 * (1.0 - stream.uniform()).ln()).filter(|t| *t < 50.0)).collect();
        let passages = Passages::new(&times, 50).expect("valid input");
        let MeanTime { mean, error } = passages.exponential_mean().expect("many passed");
        assert!((mean - 100.0).abs() < 4.0 * error && error < 2.0, "{mean} {error}");
        // E min(T, 50) = 100 (1 − e^{−1/2}).
        let restricted = passages.restricted_mean();
        assert!((restricted.mean - 100.0 * (1.0 - (-0.5f64).exp())).abs() < 4.0 * restricted.error, "{restricted:?}");
        let median = passages.quantile(0.3).expect("39 % passed");
        assert!((median + 100.0 * 0.7f64.ln()).abs() < 2.0, "{median}");
    }
}
