//! How little an observable can fluctuate: the bound that any reference dynamics sets, and the entropy production with which
//! it becomes a thermodynamic uncertainty relation.
//!
//! For a process `P`, a reference `Q` and `R = ln(Q/P)`, with `γ = ⟨e^R⟩_P`, which is 1 unless `Q` goes where `P` cannot
//! (absolute irreversibility),
//!
//! `Var_P f ≥ (⟨f e^R⟩_P − γ ⟨f⟩_P)² / (⟨e^{2R}⟩_P − γ²)`,
//!
//! with equality where `f` is affine in `e^R`. Here the reference is time reversal, for which `R = −σ` is minus the entropy
//! production and currents change sign.
//!
//! Ziyin & Ueda, *Universal Thermodynamic Uncertainty Relation in Non-Equilibrium Dynamics*, 2022, arXiv 2207.14280.

mod driven;

pub use driven::{Driven, Move, two_reservoirs, two_reservoirs_stationary, walk};

/// What is wrong with a process, or with how it is looked at.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum UncertaintyError {
    /// A number is no probability.
    #[error("{what} is {value}: a probability lies in [0, 1]")]
    Probability {
        /// What it stands for.
        what: String,
        /// The number.
        value: f64,
    },
    /// The observable of an outcome is infinite or no number.
    #[error("an observable of {0}: give a finite number to every outcome")]
    Observable(f64),
    /// Probabilities do not sum to 1.
    #[error(
        "{what} sum to {sum}: they have to sum to 1; list every move, also those of probability 0 whose reverse is possible"
    )]
    Sum {
        /// Which ones.
        what: String,
        /// Their sum.
        sum: f64,
    },
    /// A move to or from nowhere.
    #[error("a move from state {from} to state {to}, of {states} states numbered from 0")]
    State {
        /// Where it starts.
        from: usize,
        /// Where it ends.
        to: usize,
        /// How many there are.
        states: usize,
    },
    /// Too many paths.
    #[error("some {0:.1e} paths are too many to enumerate (2^22 at most); `by_transfer` takes any number of steps")]
    Paths(f64),
    /// The mean of exp(−2σ) lives on paths that a sample does not contain.
    #[error(
        "the mean of exp(-2 sigma) over {paths} sampled paths has a relative error of {error:.1e}: it lives on rare paths of \
         negative entropy production, of which that would take {needed:.0e}; `by_enumeration` and `by_transfer` are exact"
    )]
    RarePaths {
        /// Paths that were to be sampled.
        paths: u64,
        /// Relative standard error with so many.
        error: f64,
        /// Paths for a relative error of 0.1.
        needed: f64,
    },
}

/// An outcome, such as a path: its probability under the process and under the reference, and an observable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Probability under the process.
    pub p: f64,
    /// Probability under the reference.
    pub q: f64,
    /// The observable.
    pub f: f64,
}

/// The fluctuations of an observable, and what bounds them from below.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fluctuations {
    /// `⟨f⟩_P`.
    pub mean: f64,
    /// `Var_P f`.
    pub variance: f64,
    /// `γ = ⟨e^R⟩_P`: how much of the reference lies where the process goes.
    pub gamma: f64,
    /// `⟨f e^R⟩_P − γ ⟨f⟩_P`, the covariance of `f` and `e^R`.
    pub covariance: f64,
    /// `⟨e^{2R}⟩_P − γ²`, the variance of `e^R`.
    pub spread: f64,
    /// `⟨−R⟩_P`, the mean entropy production; infinite where the process goes and the reference cannot.
    pub entropy: f64,
}

impl Fluctuations {
    /// The least variance that the reference allows to an observable with this covariance.
    pub fn least_variance(&self) -> f64 {
        self.covariance * self.covariance / self.spread
    }

    /// `Var J/⟨J⟩²`.
    pub fn relative(&self) -> f64 {
        self.variance / (self.mean * self.mean)
    }

    /// The least `Var J/⟨J⟩²` of a current `J`, which changes sign in the reference: `4/(⟨e^{−2σ}⟩ − 1)`, for `γ = 1`.
    pub fn least_relative(&self) -> f64 {
        4.0 / self.spread
    }
}

/// The fluctuations of an observable of finitely many outcomes. Outcomes of `p = 0` may be listed or left out.
pub fn compare(outcomes: &[Outcome]) -> Result<Fluctuations, UncertaintyError> {
    for outcome in outcomes {
        probability("the probability of an outcome", outcome.p)?;
        probability("the reference probability of an outcome", outcome.q)?;
        if !outcome.f.is_finite() {
            return Err(UncertaintyError::Observable(outcome.f));
        }
    }
    sums_to_one("the probabilities of all outcomes", outcomes.iter().map(|outcome| outcome.p).sum())?;
    let mean_of = |g: &dyn Fn(&Outcome) -> f64| {
        outcomes.iter().filter(|outcome| outcome.p > 0.0).map(|outcome| outcome.p * g(outcome)).sum::<f64>()
    };
    let (mean, gamma) = (mean_of(&|o| o.f), mean_of(&|o| o.q / o.p));
    Ok(Fluctuations {
        mean,
        variance: mean_of(&|o| (o.f - mean).powi(2)),
        gamma,
        covariance: mean_of(&|o| (o.f - mean) * (o.q / o.p - gamma)),
        spread: mean_of(&|o| (o.q / o.p - gamma).powi(2)),
        entropy: mean_of(&|o| (o.p / o.q).ln()),
    })
}

fn probability(what: &str, value: f64) -> Result<(), UncertaintyError> {
    let valid = (0.0..=1.0).contains(&value);
    if valid { Ok(()) } else { Err(UncertaintyError::Probability { what: what.to_owned(), value }) }
}

fn sums_to_one(what: &str, sum: f64) -> Result<(), UncertaintyError> {
    let valid = (sum - 1.0).abs() < 1e-9;
    // A sum of nothing is −0.
    if valid { Ok(()) } else { Err(UncertaintyError::Sum { what: what.to_owned(), sum: sum + 0.0 }) }
}

#[cfg(test)]
mod tests;
