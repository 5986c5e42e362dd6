//! Whether two estimates agree: within four standard errors of their difference, which right ones miss once in sixteen thousand
//! comparisons.

use std::fmt::Display;

/// Standard errors that an honest difference may have.
const ERRORS: f64 = 4.0;

/// The mean of independent samples, as a program next to this file prints it: so finely that rounding is at most a twentieth of the
/// error.
#[derive(Debug, Clone, Copy)]
pub struct Simulated {
    mean: f64,
    standard_error: f64,
    samples: usize,
}

pub fn simulated(mean: f64, standard_error: f64, samples: usize) -> Simulated {
    Simulated { mean, standard_error, samples }
}

impl Simulated {
    /// With a number known exactly.
    #[track_caller]
    pub fn agrees_with(self, exact: f64, what: impl Display) {
        self.agrees_nearly(exact, 0.0, what);
    }

    /// With an approximation that neglects so much.
    #[track_caller]
    pub fn agrees_nearly(self, approximate: f64, neglected: f64, what: impl Display) {
        judge(approximate, self.mean, self.standard_error, neglected, &what);
    }

    /// With samples of what the simulation has sampled: both scatter alike, by their pooled variance.
    #[track_caller]
    pub fn agrees_with_samples(self, samples: &[f64], what: impl Display) {
        let (own, theirs) = (samples.len() as f64, self.samples as f64);
        let mean = samples.iter().sum::<f64>() / own;
        let squares = samples.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>();
        let their_squares = (theirs - 1.0) * theirs * self.standard_error.powi(2);
        let variance = (squares + their_squares) / (own + theirs - 2.0);
        judge(mean, self.mean, (variance * (1.0 / own + 1.0 / theirs)).sqrt(), 0.0, &what);
    }
}

/// Successes among trials, here and simulated: both binomial with the share of all together, to which a success and a failure are
/// added so that none and all have an error too.
#[track_caller]
pub fn shares_agree(own: (usize, usize), simulated: (usize, usize), what: impl Display) {
    let of_all = (own.0 + simulated.0 + 1) as f64 / (own.1 + simulated.1 + 2) as f64;
    let variance = of_all * (1.0 - of_all) * (1.0 / own.1 as f64 + 1.0 / simulated.1 as f64);
    judge(share(own), share(simulated), variance.sqrt(), 0.0, &what);
}

/// A probability known exactly and simulated successes among trials, binomial with it: for what nearly always happens.
#[track_caller]
pub fn share_agrees(exact: f64, simulated: (usize, usize), what: impl Display) {
    judge(exact, share(simulated), (exact * (1.0 - exact) / simulated.1 as f64).sqrt(), 0.0, &what);
}

fn share((successes, trials): (usize, usize)) -> f64 {
    successes as f64 / trials as f64
}

#[track_caller]
fn judge(measured: f64, simulated: f64, standard_error: f64, neglected: f64, what: &dyn Display) {
    let tolerance = ERRORS * standard_error + neglected;
    assert!((measured - simulated).abs() <= tolerance, "{what}: {measured} for {simulated} within {tolerance}");
}

/// By hand: two samples of mean 1 and variance 2 against two whose mean errs by 1, which is the same variance: the difference errs
/// by √2.
#[test]
fn up_to_four_errors_of_the_difference_agree() {
    simulated(1.0 + 3.99 * 2f64.sqrt(), 1.0, 2).agrees_with_samples(&[0.0, 2.0], "nearly four errors");
    // Half of all, so that a difference errs by ½ √(1/18 + 1/18) = 1/6: by 10/18, 3.3 of them.
    shares_agree((4, 18), (14, 18), "more than three errors");
}

#[test]
#[should_panic(expected = "five errors: 1 for ")]
fn five_errors_of_the_difference_do_not() {
    simulated(1.0 + 5.0 * 2f64.sqrt(), 1.0, 2).agrees_with_samples(&[0.0, 2.0], "five errors");
}

#[test]
#[should_panic(expected = "five errors: ")]
fn shares_that_differ_by_five_errors_do_not_agree() {
    shares_agree((2, 18), (17, 18), "five errors");
}
