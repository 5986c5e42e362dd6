//! A local maximum of the loss at which SGD converges: two samples, of which one has the maximum and one the minimum at zero.
//!
//! `ℓ(w; x) = x w²/2 + w⁴/4` with `x = 1` or `x = a − 1`, each with chance ½, `−1 < a < 0`. The mean loss `a w²/4 + w⁴/4` has a
//! local maximum at zero, and gradient descent leaves it. SGD at batch size 1 multiplies small `w` by `1 − λ` or
//! `1 + λ(1 − a)`, and goes to zero almost surely where the mean logarithm of these is negative (Ziyin, Li, Simon & Ueda, *SGD
//! with a Constant Large Learning Rate Can Converge to Local Maxima*, ICLR 2022, arXiv 2107.11774). The quartic term, which the
//! bound of the landscape needs, is ours.

use lawbook_analysis::crossings::crossings;

use crate::{
    engine::noise::Noise,
    engine::number::Number,
    engine::process::Process,
    estimators::passage::Watched,
    optimizers::optimizer::{self, Optimizer},
};

/// The two samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoSamples {
    a: f64,
}

/// Bad input.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum MaximumError {
    /// Not a local maximum of this kind.
    #[error("a = {0}: zero is a local maximum of the two samples for -1 < a < 0")]
    NoMaximum(f64),
    /// A learning rate at which the formula says nothing.
    #[error("learning rate {0}: the samples multiply w by 1 - lambda and 1 + lambda (1 - a), so give 0 < lambda < 1")]
    Rate(f64),
    /// No way to rise.
    #[error("a rise of ln |w| by {0}: give a positive and finite one")]
    Rise(f64),
    /// The maximum attracts, so that nothing escapes.
    #[error(
        "learning rate {rate}: at or above a/(a - 1) = {critical} the maximum attracts and w never escapes; give a smaller rate"
    )]
    Attracts {
        /// The learning rate.
        rate: f64,
        /// The critical one.
        critical: f64,
    },
}

impl TwoSamples {
    /// For `−1 < a < 0`.
    pub fn new(a: f64) -> Result<Self, MaximumError> {
        if a > -1.0 && a < 0.0 { Ok(Self { a }) } else { Err(MaximumError::NoMaximum(a)) }
    }

    /// The factors by which the two samples multiply small `w`, at a learning rate between 0 and 1.
    pub fn factors(&self, rate: f64) -> Result<[f64; 2], MaximumError> {
        if rate > 0.0 && rate < 1.0 { Ok([1.0 - rate, 1.0 + rate * (1.0 - self.a)]) } else { Err(MaximumError::Rate(rate)) }
    }

    /// `γ = ½ ln[(1 − λ)(1 + λ(1 − a))]`: growth of `ln |w|` per step.
    pub fn exponent(&self, rate: f64) -> Result<f64, MaximumError> {
        let [down, up] = self.factors(rate)?;
        Ok(0.5 * (down * up).ln())
    }

    /// The learning rate above which SGD converges to the maximum: `a/(a − 1)`.
    pub fn critical_rate(&self) -> f64 {
        self.a / (self.a - 1.0)
    }

    /// The learning rate above which it no longer does so, beyond the range `λ < 1` of the paper: the larger zero of
    /// `ln|(1 − λ)(1 + λ(1 − a))|`, at which `(1 − a) λ² + a λ = 2`.
    pub fn highest_rate(&self) -> f64 {
        let a = self.a;
        (-a + (a * a + 8.0 * (1.0 - a)).sqrt()) / (2.0 * (1.0 - a))
    }

    /// The learning rate above which the expansion `−λ E h − ½ λ² E h²` of the exponent is negative.
    pub fn critical_rate_second_order(&self) -> f64 {
        -2.0 * self.a / (1.0 + (1.0 - self.a).powi(2))
    }

    /// The factor by which `E w²` grows per step near zero.
    pub fn mean_square_factor(&self, rate: f64) -> Result<f64, MaximumError> {
        Ok(self.factors(rate)?.map(|factor| 0.5 * factor * factor).iter().sum())
    }

    /// Mean number of steps until `ln |w|` has grown by `rise`: `rise/γ` (Wald), up to the overshoot, which is less than the
    /// logarithm of the larger factor over `γ`.
    pub fn escape_time(&self, rate: f64, rise: f64) -> Result<f64, MaximumError> {
        let exponent = self.exponent(rate)?;
        if !(rise > 0.0 && rise.is_finite()) {
            return Err(MaximumError::Rise(rise));
        }
        let critical = self.critical_rate();
        if exponent > 0.0 { Ok(rise / exponent) } else { Err(MaximumError::Attracts { rate, critical }) }
    }

    /// Below the critical rate: the exponent `κ` of `P(|w| < ε) ∝ ε^κ` for small `ε` in the stationary state, at which the mean
    /// of the factors to the power `−κ` is 1 (Kesten, *Random difference equations*, Acta Math. 131 (1973) 207).
    pub fn crowding_exponent(&self, rate: f64) -> Result<f64, MaximumError> {
        let [down, up] = self.factors(rate)?;
        let (exponent, critical) = (self.exponent(rate)?, self.critical_rate());
        let excess = |power: f64| 0.5 * (down.powf(-power) + up.powf(-power)) - 1.0;
        // Convex, falling at zero with slope −γ; the factor below 1 wins at last.
        let scale = exponent / (0.25 * (up / down).ln().powi(2));
        let zeros = if exponent > 0.0 { crossings(excess, &[0.2 * scale, 100.0 * scale], 1e-12) } else { Vec::new() };
        zeros.first().copied().ok_or(MaximumError::Attracts { rate, critical })
    }

    /// A sample.
    #[inline(always)]
    fn draw<X: Number, N: Noise<X>>(&self, noise: &mut N) -> X {
        noise.sign() * (1.0 - 0.5 * self.a) + 0.5 * self.a
    }
}

/// SGD at batch size 1, in `ln |w|`: the update is `w → w [1 − λ (x + w²)]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    /// The samples.
    pub samples: TwoSamples,
    /// Learning rate.
    pub rate: f64,
}

impl Process for Sgd {
    type State<X: Number> = [X; 1];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [w]: [X; 1], noise: &mut N) -> [X; 1] {
        let curvature = self.samples.draw(noise) + (w * 2.0).exp();
        [w + (curvature * -self.rate + 1.0).abs().ln()]
    }
}

impl Watched for Sgd {
    #[inline(always)]
    fn height<X: Number>(&self, [w]: &[X; 1]) -> X {
        *w
    }
}

/// AMSGrad (Reddi, Kale & Kumar, ICLR 2018) on the same loss, without bias correction: weight, mean gradient `m`, mean square `v`
/// and the largest `v` so far.
///
/// `m → β₁ m + (1 − β₁) g`, `v → β₂ v + (1 − β₂) g²`, `v̂ → max(v̂, v)`, `w → w − λ m/√v̂`. Where it starts from matters for good, as
/// `v̂` never falls: once `g²` stays below it this is SGD with the rate `λ/√v̂`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AmsGrad {
    /// The samples.
    pub samples: TwoSamples,
    /// Learning rate.
    pub rate: f64,
    /// `β₁`, the memory of the gradient.
    pub memory: f64,
    /// `β₂`, the memory of its square.
    pub square_memory: f64,
}

impl AmsGrad {
    /// A state with this weight, and with `v = v̂` of this size.
    pub fn start(weight: f64, square: f64) -> [f64; 4] {
        [weight, 0.0, square, square]
    }
}

impl Process for AmsGrad {
    type State<X: Number> = [X; 4];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [w, m, v, largest]: [X; 4], noise: &mut N) -> [X; 4] {
        let gradient = w * (self.samples.draw(noise) + w.squared());
        // What is remembered at first is in the state already.
        let method = optimizer::AmsGrad {
            rate: self.rate,
            beta1: self.memory,
            beta2: self.square_memory,
            epsilon: 0.0,
            initial_second_moment: 0.0,
        };
        let ([w], ([m], ([v], [largest]))) = method.update([w], ([m], ([v], [largest])), [gradient], noise.time());
        [w, m, v, largest]
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{
        Ensemble,
        estimators::passage::first_passages,
        integrators::logarithmic::{FAR_DOWN, growth},
    };

    fn samples(a: f64) -> TwoSamples {
        TwoSamples::new(a).expect("a between -1 and 0")
    }

    /// The exact two-point means: at the critical rate the factors are inverse to each other.
    #[test]
    fn the_critical_rates() {
        for (a, critical) in [(-0.25, 0.2), (-0.5, 1.0 / 3.0), (-0.9, 0.9 / 1.9)] {
            let two = samples(a);
            assert!((two.critical_rate() - critical).abs() < 1e-15);
            let [down, up] = two.factors(critical).expect("in range");
            assert!((down * up - 1.0).abs() < 1e-14 && two.exponent(critical).expect("in range").abs() < 1e-14);
            let high = two.highest_rate();
            assert!(((high - 1.0) * (1.0 + high * (1.0 - a)) - 1.0).abs() < 1e-13 && high > 1.0);
        }
        assert!((samples(-0.5).highest_rate() - 4.0 / 3.0).abs() < 1e-15);
        let factor = samples(-0.5).mean_square_factor(0.7).expect("in range");
        assert!((factor - 0.5 * (0.3f64.powi(2) + 2.05f64.powi(2))).abs() < 1e-15);
    }

    #[test]
    fn bad_input_is_answered_with_the_range() {
        assert!(TwoSamples::new(0.1).expect_err("a minimum").to_string().contains("-1 < a < 0"));
        assert!(samples(-0.5).exponent(1.0).expect_err("edge").to_string().contains("0 < lambda < 1"));
        let error = samples(-0.5).escape_time(0.5, 1.0).expect_err("attracts");
        assert!(error.to_string().contains("0.333"), "{error}");
        assert!(samples(-0.5).crowding_exponent(0.5).is_err());
    }

    /// The density of |w| near zero, in logarithms, is exponential: κ solves its equation, and is 2γ/σ² for small rates.
    #[test]
    fn the_crowding_exponent() {
        let (two, rate) = (samples(-0.5), 0.25);
        let power = two.crowding_exponent(rate).expect("below the critical rate");
        assert!((0.5 * (0.75f64.powf(-power) + 1.375f64.powf(-power)) - 1.0).abs() < 1e-10, "{power}");
        let near = samples(-0.01).crowding_exponent(0.005).expect("below the critical rate");
        let [down, up] = samples(-0.01).factors(0.005).expect("in range");
        let diffusion = 2.0 * samples(-0.01).exponent(0.005).expect("in range") / (0.5 * (up / down).ln()).powi(2);
        assert!((near / diffusion - 1.0).abs() < 0.02, "{near} {diffusion}");
    }

    #[test]
    fn growth_and_escape() {
        let (two, key) = (samples(-0.5), Key::new(["maximum"]));
        let measured = growth(Sgd { samples: two, rate: 0.7 }, [FAR_DOWN], 256, 2000, &key);
        assert!((measured - two.exponent(0.7).expect("in range")).abs() < 0.01, "{measured}");
        let rise = 40.0;
        let passages = first_passages(Sgd { samples: two, rate: 0.2 }, -5.0, (512, 100_000), &key, |_| [-5.0 - rise]);
        let passages = passages.expect("valid input");
        let time = passages.mean().expect("all escape");
        let exact = two.escape_time(0.2, rise).expect("below the critical rate");
        // The overshoot is below ln 1.3.
        assert!(time.mean > exact - 4.0 * time.error, "{time:?} {exact}");
        assert!(time.mean < exact * (1.0 + 1.3f64.ln() / rise) + 4.0 * time.error, "{time:?} {exact}");
    }

    /// X-Val: the weight itself, which is zero for good once it has underflowed, where its logarithm goes on.
    #[test]
    fn the_weight_underflows_and_its_logarithm_does_not() {
        let sgd = Sgd { samples: samples(-0.5), rate: 0.7 };
        let key = Key::new(["underflow"]);
        let mut ensemble = Ensemble::<_, f64>::new(sgd, 1, &key, |_| [0.3f64.ln()]);
        let mut stream = key.stream("halves", 0);
        let mut w = 0.3f64;
        for steps in [50, 10_000] {
            for _ in 0..steps {
                let sign = if stream.next_u32() >> 31 == 0 { 1.0 } else { -1.0 };
                w *= 1.0 - 0.7 * (1.25 * sign - 0.25 + w * w);
            }
            ensemble.advance(steps);
            let [log] = ensemble.states().next().expect("one replica");
            assert!(log.is_finite());
            if steps == 50 {
                assert!((log.exp() / w.abs() - 1.0).abs() < 1e-9, "{log} {w}");
            } else {
                assert!(w == 0.0 && log < -1500.0, "{log} {w}");
            }
        }
    }

    /// By hand, to the bit.
    #[test]
    fn amsgrad_is_its_definition() {
        let adaptive = AmsGrad { samples: samples(-0.3), rate: 0.05, memory: 0.9, square_memory: 0.99 };
        let key = Key::new(["definition"]);
        let mut ensemble = Ensemble::<_, f64>::new(adaptive, 3, &key, |_| AmsGrad::start(0.1, 0.01));
        ensemble.advance(300);
        let ([mut w, mut m, mut v, mut largest], mut stream) = (AmsGrad::start(0.1, 0.01), key.stream("halves", 2));
        for _ in 0..300 {
            let sign = if stream.next_u32() >> 31 == 0 { 1.0 } else { -1.0 };
            let gradient = w * (sign * (1.0 + 0.5 * 0.3) + 0.5 * -0.3 + w * w);
            m = m * 0.9 + gradient * (1.0 - 0.9);
            v = v * 0.99 + gradient * gradient * (1.0 - 0.99);
            largest = largest.max(v);
            w -= m * 0.05 / largest.sqrt();
        }
        assert_eq!(ensemble.states().nth(2), Some([w, m, v, largest]));
    }

    /// A frozen v̂ far above every gradient makes AMSGrad the SGD of the rate λ/√v̂.
    #[test]
    fn frozen_amsgrad_is_sgd() {
        let two = samples(-0.5);
        let adaptive = AmsGrad { samples: two, rate: 2.0, memory: 0.0, square_memory: 0.999 };
        let key = Key::new(["frozen"]);
        let mut frozen = Ensemble::<_, f64>::new(adaptive, 8, &key, |_| AmsGrad::start(0.1, 100.0));
        let mut sgd = Ensemble::<_, f64>::new(Sgd { samples: two, rate: 0.2 }, 8, &key, |_| [0.1f64.ln()]);
        frozen.advance(60);
        sgd.advance(60);
        for ([w, ..], [log]) in frozen.states().zip(sgd.states()) {
            assert!((w.abs().ln() - log).abs() < 1e-9, "{w} {log}");
        }
    }
}
