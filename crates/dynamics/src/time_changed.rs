//! Samples from the stationary law of the stochastic differential equation at any depth, by a change of clock.
//!
//! In `v` the noise grows like `v²`, so that any explicit scheme overflows sooner or later. In `L = ln v` on the clock
//! `dτ = v^e Q(v) dt`, `e = (2D − 2)/(D + 1)`, the noise is constant and the drift bounded:
//! `dL = [−2(D + 1)(b₁ v − b₂) v^{−(D−1)/(D+1)}/Q − 2(D + 1) T] dτ + 2(D + 1) √T dW`. A sample then counts with the weight
//! `1/(v^e Q)`, the time that it spends on the old clock. At depth 0 the coordinate is `v` itself.

use lawbook_core::Stream;

use crate::moments::Moments;

/// The diffusion on its new clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeChanged {
    moments: Moments,
    temperature: f64,
    /// 0 for linear regression.
    depth: u32,
    /// `(D − 1)/(D + 1)`.
    power: f64,
}

/// How long to run and what to keep, in steps of the new clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Step of the new clock; 0.02 leaves an error below 10⁻³ in the distribution function at order-one moments.
    pub step: f64,
    /// Steps before the first sample.
    pub burn: usize,
    /// Steps between samples, at least 1.
    pub thin: usize,
    /// Samples.
    pub samples: usize,
}

/// Bad input.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ClockError {
    /// The temperature is not positive.
    #[error("temperature T = {0}: the diffusion needs T > 0")]
    Temperature(f64),
    /// The noise vanishes somewhere.
    #[error("a1 a3 - a2^2 = {0}: the clock stops where the noise vanishes; add label noise")]
    Noiseless(f64),
}

impl TimeChanged {
    /// The diffusion of depth `depth` and width 1.
    pub fn new(moments: &Moments, temperature: f64, depth: u32) -> Result<Self, ClockError> {
        match (temperature > 0.0, moments.discriminant() > 0.0) {
            (false, _) => Err(ClockError::Temperature(temperature)),
            (_, false) => Err(ClockError::Noiseless(moments.discriminant())),
            _ => {
                let power = (f64::from(depth) - 1.0) / (f64::from(depth) + 1.0);
                Ok(Self { moments: *moments, temperature, depth, power })
            }
        }
    }

    /// Relaxation time on the new clock: the slower of the return from large `v`, at rate `T/2`, and, at depth 1, the return from
    /// small `v`, at rate `(T_c − T)²/(2T)`. Infinite at the critical temperature.
    pub fn relaxation_time(&self) -> f64 {
        let t = self.temperature;
        let from_above = 2.0 / t;
        if self.depth != 1 {
            return from_above;
        }
        let distance = self.moments.b2 / self.moments.a3 - t;
        from_above.max(2.0 * t / (distance * distance))
    }

    /// Pairs of `v` and weight along one trajectory that starts at the minimum of the loss.
    ///
    /// The scheme of Leimkuhler & Matthews (*Rational construction of stochastic numerical methods for molecular sampling*,
    /// 2013): each step uses the mean of two successive normals, which makes the stationary law second-order in the step at
    /// the price of Euler's.
    pub fn samples(self, schedule: Schedule, noise: &mut Stream) -> impl Iterator<Item = (f64, f64)> + '_ {
        let Schedule { step, burn, thin, samples } = schedule;
        let scatter = 0.5 * (step * self.temperature).sqrt() * 2.0 * (f64::from(self.depth) + 1.0);
        let start = self.moments.minimum();
        let mut x = if self.depth == 0 { start } else { start.ln() };
        let mut last = noise.normal();
        let mut steps = burn;
        (0..samples).map(move |_| {
            for _ in 0..std::mem::replace(&mut steps, thin) {
                let next = noise.normal();
                x += step * self.drift(x) + scatter * (last + next);
                last = next;
            }
            self.weighted(x)
        })
    }

    fn drift(&self, x: f64) -> f64 {
        let m = &self.moments;
        if self.depth == 0 {
            return -2.0 * m.pull(x) / m.noise(x);
        }
        let v = x.exp();
        let slowing = if self.depth == 1 { 1.0 } else { (-self.power * x).exp() };
        -2.0 * (f64::from(self.depth) + 1.0) * (m.pull(v) * slowing / m.noise(v) + self.temperature)
    }

    /// The value at a coordinate and the time that it stands for.
    fn weighted(&self, x: f64) -> (f64, f64) {
        if self.depth == 0 {
            return (x, 1.0 / self.moments.noise(x));
        }
        let v = x.exp();
        (v, (-2.0 * self.power * x).exp() / self.moments.noise(v))
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{moments::NoisyLine, stationary};

    /// Against the closed form (equation 15 of the paper), at data and temperature unlike any law's.
    /// Scatter: about 20 000 independent samples, so 0.0035 at most; 4 of them.
    #[test]
    fn samples_follow_the_depth_one_law() {
        let m = NoisyLine { slope: 0.7, noise: 1.3 }.moments();
        let clock = TimeChanged::new(&m, 0.1, 1).expect("valid input");
        let schedule = Schedule { step: 0.02, burn: 5000, thin: 20, samples: 10_000 };
        let key = Key::new(["clock"]);
        let pairs: Vec<_> =
            (0..20).flat_map(|i| clock.samples(schedule, &mut key.stream("replica", i)).collect::<Vec<_>>()).collect();
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
        assert!(matches!(TimeChanged::new(&m, 0.0, 1), Err(ClockError::Temperature(_))));
        let noiseless = NoisyLine { slope: 1.0, noise: 0.0 }.moments();
        assert!(matches!(TimeChanged::new(&noiseless, 0.1, 1), Err(ClockError::Noiseless(_))));
    }
}
