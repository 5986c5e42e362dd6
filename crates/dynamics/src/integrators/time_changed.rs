//! Samples from the stationary law of the stochastic differential equation at any depth and width, by a change of clock.
//!
//! In `v` the noise grows like `v²`, so that any explicit scheme overflows sooner or later. In `L = ln v` on the clock
//! `dτ = c² v^e Q(v) dt`, `e = (2D − 2)/(D + 1)`, `c = d^{2/(D+1)−1}`, the noise is constant and the drift bounded:
//! `dL = [−(2(D + 1)/c) (b₁ v − b₂) v^{−(D−1)/(D+1)}/Q − 2(D + 1) T] dτ + 2(D + 1) √T dW`. A sample then counts with the weight
//! `1/(v^e Q)`, the time that it spends on the old clock. At depth 0 the coordinate is `v` itself.
//!
//! With `D, d → ∞` at the ratio `r = d/D`, `dτ = v² Q dt/r²` leaves `dL = −2r (b₁ v − b₂)/(v Q) dτ + 2 √T dW`, which no longer
//! returns from large `v` on its clock: a wall at `v = 100 b₂/b₁` reflects it, beyond which its law has less than a part in 10⁶.

use lawbook_core::Key;

use crate::{
    Ensemble,
    engine::noise::Noise,
    engine::number::Number,
    engine::process::Process,
    estimators::divergence::{Diverged, all_finite},
    integrators::{leimkuhler_matthews::leimkuhler_matthews, sde::Diffusion},
    theory::moments::Moments,
    theory::stationary,
};

/// The diffusion on its new clock, and the step of that clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeChanged {
    moments: Moments,
    temperature: f64,
    /// Whether the coordinate is ln v rather than v.
    logarithmic: bool,
    /// What `(b₁ v − b₂) v^{−power}/Q` is multiplied by.
    pull: f64,
    /// `(D − 1)/(D + 1)`.
    power: f64,
    /// The constant part of the drift.
    drag: f64,
    /// Noise per square root of time.
    scatter: f64,
    /// What `(b₁ v − b₂)(3 b₁ v − b₂)/Q` is multiplied by: `4T` for the modified loss.
    correction: f64,
    /// Where the coordinate is reflected.
    wall: f64,
    relaxation: f64,
    step: f64,
}

/// How long to run and what to keep, in steps of the new clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Step of the new clock, positive; 0.02 leaves an error below 10⁻³ in the distribution function at order-one moments.
    pub step: f64,
    /// Steps before the first sample.
    pub burn: u64,
    /// Steps between samples, at least 1.
    pub thin: u64,
    /// Samples of each replica, at least 1.
    pub samples: u64,
    /// Replicas, at least 1, all of which start at the minimum of the loss.
    pub replicas: u64,
}

/// Bad input.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ClockError {
    /// The temperature is not positive.
    #[error("temperature T = {0}: the diffusion needs T > 0, and finite")]
    Temperature(f64),
    /// The noise vanishes somewhere.
    #[error("a1 a3 - a2^2 = {0}: the clock stops where the noise vanishes; add label noise")]
    Noiseless(f64),
    /// The minimum of the loss is on the other side.
    #[error("the loss has its minimum at b2/b1 = {0}, but v > 0 is asked for: change the sign of the labels")]
    Minimum(f64),
    /// There is no stationary law but the point 0.
    #[error(
        "temperature T = {temperature} is not below T_c = {critical}: v falls to 0, and time averages say nothing; lower T"
    )]
    Collapsed {
        /// `T`.
        temperature: f64,
        /// `T_c`.
        critical: f64,
    },
    /// Nothing moves, or nothing is kept.
    #[error(
        "{samples} samples of {replicas} replicas every {thin} steps of {step}: give a positive and finite step, and at least 1 of \
         the others"
    )]
    Schedule {
        /// Step of the clock.
        step: f64,
        /// Steps between samples.
        thin: u64,
        /// Samples of each replica.
        samples: u64,
        /// Replicas.
        replicas: u64,
    },
    /// The step is too large for the diffusion.
    #[error("{0} (of the diffusion: the step of its clock)")]
    Diverged(#[from] Diverged),
    /// The ratio of width to depth is not positive.
    #[error("width {0} in units of the depth: it must be positive")]
    Width(f64),
}

impl TimeChanged {
    /// The diffusion of depth `depth` with `width` equal terms; linear regression at depth 0.
    pub fn new(moments: &Moments, temperature: f64, depth: u32, width: u32) -> Result<Self, ClockError> {
        let factors = f64::from(depth) + 1.0;
        let critical = stationary::critical_temperature(moments, 0.0);
        if depth == 1 && critical > 0.0 && temperature >= critical {
            return Err(ClockError::Collapsed { temperature, critical });
        }
        let wide = f64::from(width).powf(1.0 - 2.0 / factors);
        let relaxation = if depth == 1 { relaxation_time(temperature, critical) } else { 2.0 / temperature };
        let general = Self {
            logarithmic: depth > 0,
            pull: -2.0 * factors * wide,
            power: (f64::from(depth) - 1.0) / factors,
            drag: -2.0 * factors * temperature,
            scatter: 2.0 * factors * temperature.sqrt(),
            relaxation,
            ..Self::still(moments, temperature)
        };
        let regression = Self { pull: -2.0, power: 0.0, drag: 0.0, ..general };
        (if depth == 0 { regression } else { general }).checked(f64::from(width))
    }

    /// The diffusion at infinite depth and width, whose ratio is `ratio = d/D`.
    pub fn infinite_depth(moments: &Moments, temperature: f64, ratio: f64) -> Result<Self, ClockError> {
        let still = Self::still(moments, temperature);
        let wall = (100.0 * moments.minimum()).ln();
        let (pull, scatter) = (-2.0 * ratio, 2.0 * temperature.sqrt());
        // Free diffusion over eight units of ln v: (8/π)²/(2T).
        let relaxation = 3.3 / temperature;
        Self { pull, power: 1.0, scatter, wall, relaxation, ..still }.checked(ratio)
    }

    /// The diffusion at depth 1 and batch size 1 with the loss that stands for SGD to second order in the learning rate,
    /// `L + (η/4) |∇L|²` (equation 52 of the paper).
    pub fn second_order(moments: &Moments, temperature: f64) -> Result<Self, ClockError> {
        let critical = stationary::critical_temperature_second_order(moments);
        if temperature >= critical {
            return Err(ClockError::Collapsed { temperature, critical });
        }
        let first = Self::new(moments, temperature, 1, 1)?;
        let relaxation = relaxation_time(temperature, critical);
        Ok(Self { correction: -4.0 * temperature, relaxation, ..first })
    }

    fn still(moments: &Moments, temperature: f64) -> Self {
        Self {
            moments: *moments,
            temperature,
            logarithmic: true,
            pull: 0.0,
            power: 0.0,
            drag: 0.0,
            scatter: 0.0,
            correction: 0.0,
            wall: f64::INFINITY,
            relaxation: 0.0,
            step: 0.0,
        }
    }

    fn checked(self, width: f64) -> Result<Self, ClockError> {
        let noise = self.moments.discriminant();
        let minimum = self.moments.minimum();
        let positive = |value: f64| value > 0.0 && value.is_finite();
        match (positive(self.temperature), noise > 0.0, positive(width)) {
            (false, ..) => Err(ClockError::Temperature(self.temperature)),
            (_, false, _) => Err(ClockError::Noiseless(noise)),
            (.., false) => Err(ClockError::Width(width)),
            _ if self.logarithmic && minimum <= 0.0 => Err(ClockError::Minimum(minimum)),
            _ => Ok(self),
        }
    }

    /// Relaxation time on the new clock: the slower of the return from large `v`, at rate `T/2`, and, at depth 1, the return from
    /// small `v`, at rate `(T_c − T)²/(2T)`.
    pub fn relaxation_time(&self) -> f64 {
        self.relaxation
    }

    /// Shows `see` every sample: `v` and its weight.
    ///
    /// By the method of Leimkuhler and Matthews, whose stationary law is of second order in the step.
    pub fn visit(self, schedule: Schedule, key: &Key, mut see: impl FnMut(f64, f64)) -> Result<(), ClockError> {
        let Schedule { step, burn, thin, samples, replicas } = schedule;
        if !(step > 0.0 && step.is_finite() && thin > 0 && samples > 0 && replicas > 0) {
            return Err(ClockError::Schedule { step, thin, samples, replicas });
        }
        let start = self.moments.minimum();
        let start = [if self.logarithmic { start.ln() } else { start }, 0.0];
        let mut ensemble = Ensemble::<_, f64>::new(Self { step, ..self }, replicas, key, |_| start);
        ensemble.advance(burn);
        for _ in 0..samples {
            ensemble.advance(thin);
            for [x, _] in ensemble.states() {
                let (v, weight) = self.weighted(x);
                see(v, weight);
            }
        }
        Ok(all_finite(&ensemble)?)
    }

    /// All samples: pairs of `v` and weight.
    pub fn samples(self, schedule: Schedule, key: &Key) -> Result<Vec<(f64, f64)>, ClockError> {
        let mut pairs = Vec::with_capacity((schedule.samples * schedule.replicas) as usize);
        self.visit(schedule, key, |v, weight| pairs.push((v, weight)))?;
        Ok(pairs)
    }

    /// The value at a coordinate and the time that it stands for.
    fn weighted(&self, x: f64) -> (f64, f64) {
        if !self.logarithmic {
            return (x, 1.0 / self.moments.noise(x));
        }
        let v = x.exp();
        (v, (-2.0 * self.power * x).exp() / self.moments.noise(v))
    }
}

/// At depth 1.
fn relaxation_time(temperature: f64, critical: f64) -> f64 {
    (2.0 / temperature).max(2.0 * temperature / (critical - temperature).powi(2))
}

impl Diffusion<1> for TimeChanged {
    #[inline(always)]
    fn drift<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
        let m = &self.moments;
        if !self.logarithmic {
            return [m.pull(x) * self.pull / m.noise(x)];
        }
        let v = x.exp();
        let mut force = m.pull(v) * self.pull;
        if self.power != 0.0 {
            force = force * (x * -self.power).exp();
        }
        if self.correction != 0.0 {
            force = force + m.pull(v) * (v * (3.0 * m.b1) - m.b2) * self.correction;
        }
        [force / m.noise(v) + self.drag]
    }

    #[inline(always)]
    fn diffusion<X: Number>(&self, _: [X; 1]) -> [X; 1] {
        [X::constant(self.scatter)]
    }
}

impl Process for TimeChanged {
    /// The coordinate and the normal of the last step.
    type State<X: Number> = [X; 2];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [x, last]: [X; 2], noise: &mut N) -> [X; 2] {
        let next = noise.normal();
        let [moved] = leimkuhler_matthews(self, [x], self.step, [[last], [next]]);
        let wall = X::constant(self.wall);
        [moved.if_below(wall, moved, wall * 2.0 - moved), next]
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{theory::moments::NoisyLine, theory::stationary};

    /// Against the closed form (equation 15 of the paper), at data and temperature unlike any law's.
    /// Scatter: about 20 000 independent samples, so 0.0035 at most; 4 of them.
    #[test]
    fn samples_follow_the_depth_one_law() {
        let m = NoisyLine { slope: 0.7, noise: 1.3 }.moments();
        let clock = TimeChanged::new(&m, 0.1, 1, 1).expect("valid input");
        let schedule = Schedule { step: 0.02, burn: 5000, thin: 20, samples: 5000, replicas: 48 };
        let key = Key::new(["clock"]);
        let pairs = clock.samples(schedule, &key).expect("a schedule");
        let sample = lawbook_analysis::quantiles::WeightedSample::new(pairs).expect("valid input");
        let exact = stationary::depth_one_density(&m, 0.1).expect("valid input");
        for p in [0.05, 0.25, 0.5, 0.75, 0.95] {
            let v = exact.quantile(p);
            assert!((sample.cdf(v) - p).abs() < 0.014, "{p}: {}", sample.cdf(v));
        }
    }

    #[test]
    fn bad_input_is_refused() {
        let m = NoisyLine { slope: 1.0, noise: 1.0 }.moments();
        assert!(matches!(TimeChanged::new(&m, 0.0, 1, 1), Err(ClockError::Temperature(_))));
        assert!(matches!(TimeChanged::new(&m, f64::NAN, 1, 1), Err(ClockError::Temperature(_))));
        assert!(matches!(TimeChanged::new(&m, f64::INFINITY, 2, 1), Err(ClockError::Temperature(_))));
        assert!(matches!(TimeChanged::new(&m, 0.1, 1, 0), Err(ClockError::Width(_))));
        let noiseless = NoisyLine { slope: 1.0, noise: 0.0 }.moments();
        assert!(matches!(TimeChanged::new(&noiseless, 0.1, 1, 1), Err(ClockError::Noiseless(_))));
        let above = TimeChanged::new(&m, 0.34, 1, 1).expect_err("above T_c");
        assert!(above.to_string().contains("T_c"), "{above}");
        assert!(TimeChanged::new(&m, 0.34, 2, 1).is_ok());
        // With the modified loss T_c is 1/4.
        assert!(matches!(TimeChanged::second_order(&m, 0.26), Err(ClockError::Collapsed { .. })));
        assert!(matches!(TimeChanged::infinite_depth(&m, 0.3, 0.0), Err(ClockError::Width(_))));
    }
}
