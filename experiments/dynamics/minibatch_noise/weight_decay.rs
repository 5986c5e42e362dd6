//! Weight decay makes noise even without label noise, `L_test = (λ/2S)(Tr[A K⁻²Γ²U] κ + r) + ½Tr[A K⁻²Γ²U]` (theorem 4), and
//! its best strength can be negative: beyond `λ a ≈ 2` only a negative one keeps SGD from running away (corollary 1).

use anyhow::Result;
use lawbook_dynamics::{Ensemble, systems::regression::Regression, theory::minibatch::stationary};

use super::{Schedule, stationary_mean};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A regression on a line with weight decay and clean labels.
    pub struct Params {
        /// Curvature a.
        a: real = 1.0, 0.001..=100.0;
        /// Learning rate λ.
        lambda: real = 0.5, 0.001..=10.0;
        /// Batch size S.
        S: integer = 4, 1..=10_000;
        /// Weight decay γ, of any sign.
        gamma: real = 0.1, (-10.0)..=10.0;
        /// Samples, in thousands.
        kilosamples: integer = 1500, 1..=10_000_000;
    }
}

impl Params {
    fn regression(&self) -> Regression<1> {
        let (rate, batch) = (self.lambda, self.S as u32);
        let (curvatures, decay) = ([self.a], self.gamma);
        Regression { curvatures, teacher: [1.0], label_noise: 0.0, decay, rate, momentum: 0.0, batch }
    }

    /// Even gradient descent runs away.
    fn runs_away(&self) -> bool {
        self.lambda * (self.a + self.gamma) > 2.0
    }

    /// `½ a γ²/(a + γ)²`: the loss at the shifted minimum.
    fn bias(&self) -> f64 {
        0.5 * self.a * (self.gamma / (self.a + self.gamma)).powi(2)
    }

    /// Theorem 4 with `G = 2`, `κ = Tr[A²K⁻¹]/2`: noise that decays in continuous time and does not feed on itself.
    fn continuous_time(&self) -> f64 {
        let feedback = 0.5 * self.a * self.a / (self.a + self.gamma);
        self.bias() + 0.5 * self.lambda / self.S as f64 * self.bias() * 2.0 * feedback * (1.0 + 1.0)
    }
}

/// Replicas of a cell.
const REPLICAS: u64 = 1024;
/// Steps after which it is looked whether they ran away.
const STEPS: u64 = 183;
/// A loss that says so.
const FAR: f64 = 1e6;

/// The loss with weight decay.
pub struct WeightDecay;

impl Study for WeightDecay {
    const NAME: &'static str = "weight-decay";
    const ABOUT: &'static str = "Runs SGD on a line with weight decay and clean labels until it is stationary; records the \
        loss without the decay, or, where even gradient descent runs away, the fraction of replicas that did.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let kilosamples = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 1500,
            Profile::Full => 50_000,
        };
        let mild = [-0.2, 0.1, 0.3, 0.5].map(|gamma| Params { gamma, kilosamples, ..Params::default() });
        // At S = 64 the best decay is −1.00, but the tail index there is 3.1; at S = 256 it is −0.80.
        let far = Params { a: 4.0, lambda: 0.6, S: 256, kilosamples: kilosamples / 10, ..Params::default() };
        let negative = [-2.0, -1.3, -1.0, 0.0].map(|gamma| Params { gamma, ..far.clone() });
        mild.into_iter().chain(negative).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for (name, beyond) in [("loss", false), ("loss-at-negative-decay", true)] {
            let own: Vec<&Params> = points.iter().filter(|p| (p.lambda * p.a > 2.0) == beyond && !p.runs_away()).collect();
            let curve = own
                .iter()
                .map(|p| Ok((p.gamma, Self::at(p).site("test-loss"), stationary(&p.regression())?.test_loss)))
                .collect::<Result<Vec<_>>>()?;
            if !curve.is_empty() {
                claims.push(
                    // Exact for normal inputs: the margin is what the samples resolve.
                    Claim::curve(name, curve)
                        .within(Margin::Relative(0.02))
                        .rival("bias-only", "decay shifts the minimum and makes no noise", own.iter().map(|p| p.bias()))
                        .rival(
                            "continuous-time",
                            "its noise in continuous time, without the feedback of fluctuations on noise",
                            own.iter().map(|p| p.continuous_time()),
                        )
                        .axes("weight decay γ", "test loss")
                        .log_y()
                        .source("theorem 4, equation for L_test; figure 3 right; corollary 1"),
                );
            }
        }
        for p in points.iter().filter(|p| p.runs_away()) {
            // A bound has no margin: that not one replica in a hundred stays is already in the 0.99.
            claims.push(
                Claim::at_least(&format!("runs-away-at-decay-{}", p.gamma), Self::at(p).site("ran-away"), 0.99)
                    .within(Margin::Absolute(0.0))
                    .out_of(REPLICAS)
                    .rival("zero-is-best", "without label noise the best weight decay is zero, and leaves no loss", [0.0])
                    .axes("", "fraction of replicas that have run away")
                    .source("corollary 1: the best weight decay is negative"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (start, test_loss) = (([0.5], [0.0]), |w: [f64; 1]| 0.5 * p.a * (w[0] - 1.0).powi(2));
        if p.runs_away() {
            let mut ensemble = Ensemble::<_, f64>::new(p.regression(), REPLICAS, &cell.key(), |_| start);
            ensemble.advance(STEPS);
            // What has overflowed is not below either.
            let near = ensemble.states().filter(|&(w, _)| test_loss(w) < FAR).count();
            cell.record("ran-away", 1.0 - near as f64 / REPLICAS as f64);
            return Ok(());
        }
        // Refuses what has no variance.
        stationary(&p.regression())?;
        let schedule = Schedule { replicas: REPLICAS, thin: 3, samples: 1000 * p.kilosamples as u64 };
        let [loss] = stationary_mean(p.regression(), schedule, &cell.key(), start, |(w, _)| [test_loss(w)])?;
        cell.record("test-loss", loss);
        Ok(())
    }
}
