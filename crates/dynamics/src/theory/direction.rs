//! Stationary SGD along one eigendirection, where Hessian, noise and learning rate are numbers: closed forms.
//!
//! The weight of heavy-ball SGD is an autoregressive process of order two, `w_t = (1 + μ − λk) w_{t−1} − μ w_{t−2} − λη_t`, that of
//! Nesterov's momentum one whose noise has memory too, `w_t = (1 + μ)(1 − λk) w_{t−1} − μ(1 − λk) w_{t−2} − λ(1 + μ)η_t + λμη_{t−1}`.
//!
//! Source: Kangqiao Liu, Liu Ziyin, Masahito Ueda, *Noise and Fluctuation of Finite Learning Rate Stochastic Gradient Descent*,
//! ICML 2021, arXiv 2012.03636; the variance of Nesterov's momentum by the moments of such processes (Box & Jenkins).

/// SGD with heavy-ball momentum along one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Direction {
    /// Curvature `k` of the loss `½ k w²`.
    pub curvature: f64,
    /// Variance `c` of the gradient noise.
    pub noise: f64,
    /// Learning rate `λ`.
    pub rate: f64,
    /// Momentum `μ`.
    pub momentum: f64,
}

/// Bad input.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum DirectionError {
    /// No stationary state.
    #[error(
        "learning rate {rate} at curvature {curvature}: their product {product} is outside (0, {edge}), where SGD with momentum \
         {momentum} has a stationary state; give a learning rate below {largest}"
    )]
    Unstable {
        /// Learning rate.
        rate: f64,
        /// Curvature.
        curvature: f64,
        /// Their product.
        product: f64,
        /// Where stability ends.
        edge: f64,
        /// Momentum.
        momentum: f64,
        /// The largest learning rate.
        largest: f64,
    },
    /// Momentum out of range.
    #[error("momentum {0}: give a number in [0, 1)")]
    Momentum(f64),
    /// Noise out of range.
    #[error("variance {0} of the gradient noise: give a number of at least 0")]
    Noise(f64),
}

impl Direction {
    /// `2(1 + μ)`: heavy ball is stationary for `λk` between 0 and this.
    pub fn edge(momentum: f64) -> f64 {
        2.0 * (1.0 + momentum)
    }

    /// `2(1 + μ)/(1 + 2μ)`: the same for Nesterov's momentum.
    pub fn nesterov_edge(momentum: f64) -> f64 {
        2.0 * (1.0 + momentum) / (1.0 + 2.0 * momentum)
    }

    /// `λc/{k(1 − μ)[2 − λk/(1 + μ)]}`.
    pub fn variance(&self) -> Result<f64, DirectionError> {
        let Self { curvature: k, noise: c, rate, momentum: mu } = *self;
        self.check(Self::edge(mu))?;
        Ok(rate * c / (k * (1.0 - mu) * (2.0 - rate * k / (1.0 + mu))))
    }

    /// What continuous-time theory says of both kinds of momentum: `λc/(2k(1 − μ))`.
    pub fn continuous_time_variance(&self) -> f64 {
        self.rate * self.noise / (2.0 * self.curvature * (1.0 - self.momentum))
    }

    /// The variance under Nesterov's momentum.
    pub fn nesterov_variance(&self) -> Result<f64, DirectionError> {
        let Self { curvature: k, noise: c, rate, momentum: mu } = *self;
        self.check(Self::nesterov_edge(mu))?;
        let left = 1.0 - rate * k;
        let weights = [(1.0 + mu) * left, -mu * left];
        Ok(c * autoregressive_variance(weights, [rate * (1.0 + mu), -rate * mu]))
    }

    /// `E w_t w_{t+n}` under heavy ball; without momentum `(1 − λk)ⁿ` times the variance.
    pub fn autocovariance(&self, lag: u32) -> Result<f64, DirectionError> {
        let (first, second) = (1.0 + self.momentum - self.rate * self.curvature, -self.momentum);
        let variance = self.variance()?;
        let (mut before, mut now) = (first / (1.0 - second) * variance, variance);
        for _ in 0..lag {
            // One step on; at lag 0, lags −1 and 1 are equal.
            (before, now) = (now, first * now + second * before);
        }
        Ok(now)
    }

    /// `1 + 2 Σ ρ_n` under heavy ball, in steps: `c/(k² Var w)`. At frequency zero `k w = −η`, so that the autocovariances add up to
    /// `c/k²` whatever learning rate and momentum are. Needs some noise.
    pub fn autocorrelation_time(&self) -> Result<f64, DirectionError> {
        if self.noise <= 0.0 {
            return Err(DirectionError::Noise(self.noise));
        }
        Ok(self.noise / (self.curvature.powi(2) * self.variance()?))
    }

    /// The learning rate at which `w` is a sample of the posterior of `samples` observations, `Var w = 1/(N k)`:
    /// `2(1 − μ)/[N c + k(1 − μ)/(1 + μ)]`. It is stationary for every `N > 0`, positive `k` and `c`,
    /// and `μ` from 0 to below 1.
    pub fn posterior_rate(curvature: f64, noise: f64, momentum: f64, samples: f64) -> f64 {
        2.0 * (1.0 - momentum) / (samples * noise + curvature * (1.0 - momentum) / (1.0 + momentum))
    }

    /// Steps in which a deviation falls to 1/e under heavy ball.
    pub fn relaxation_time(&self) -> Result<f64, DirectionError> {
        self.check(Self::edge(self.momentum))?;
        Ok(relaxation_time([1.0 + self.momentum - self.rate * self.curvature, -self.momentum]))
    }

    /// The same under Nesterov's momentum.
    pub fn nesterov_relaxation_time(&self) -> Result<f64, DirectionError> {
        self.check(Self::nesterov_edge(self.momentum))?;
        let left = 1.0 - self.rate * self.curvature;
        Ok(relaxation_time([(1.0 + self.momentum) * left, -self.momentum * left]))
    }

    fn check(&self, edge: f64) -> Result<(), DirectionError> {
        let Self { curvature, noise, rate, momentum } = *self;
        if !(0.0..1.0).contains(&momentum) {
            return Err(DirectionError::Momentum(momentum));
        }
        if noise < 0.0 || noise.is_nan() {
            return Err(DirectionError::Noise(noise));
        }
        let product = rate * curvature;
        if product > 0.0 && product < edge {
            return Ok(());
        }
        Err(DirectionError::Unstable { rate, curvature, product, edge, momentum, largest: edge / curvature })
    }
}

/// The variance of `w_t = a₁ w_{t−1} + a₂ w_{t−2} + b₀ η_t + b₁ η_{t−1}` per variance of `η`, for a stationary process.
fn autoregressive_variance([a1, a2]: [f64; 2], [b0, b1]: [f64; 2]) -> f64 {
    ((b0 * b0 + b1 * b1) * (1.0 - a2) + 2.0 * b0 * b1 * a1) / ((1.0 + a2) * ((1.0 - a2).powi(2) - a1 * a1))
}

/// By the larger root of `z² − a₁ z − a₂`; 0 if both roots are 0.
fn relaxation_time([a1, a2]: [f64; 2]) -> f64 {
    let discriminant = a1 * a1 + 4.0 * a2;
    let radius = if discriminant < 0.0 { (-a2).sqrt() } else { 0.5 * (a1.abs() + discriminant.sqrt()) };
    -1.0 / radius.ln()
}

#[cfg(test)]
mod tests {
    use lawbook_analysis::{lyapunov_equation::stationary_covariance, matrix::Matrix};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// X-Val: the discrete Lyapunov equation of (w, m) at the parameters of heavy ball and of Nesterov's momentum.
        #[test]
        fn closed_forms_are_those_of_the_chain(k in 0.1..3.0f64, mu in 0.0..0.95f64, part in 0.02..0.98f64) {
            let valley = Direction { curvature: k, noise: 1.7, rate: part * Direction::edge(mu) / k, momentum: mu };
            let l = valley.rate;
            let chain = |step, kick: [f64; 2]| {
                let kick = Matrix::from_rows([[kick[0]], [kick[1]]]);
                stationary_covariance(&step, &(&(&kick * &kick.transposed()) * valley.noise)).expect("stable")
            };
            let heavy_step = Matrix::from_rows([[1.0 - l * k, -mu * l], [k, mu]]);
            let heavy = chain(heavy_step.clone(), [-l, 1.0]);
            let variance = valley.variance().expect("stable");
            prop_assert!((variance - heavy[(0, 0)]).abs() < 1e-10 * variance);
            let time = valley.relaxation_time().expect("stable");
            prop_assert!((time + 1.0 / heavy_step.spectral_radius().ln()).abs() < 1e-6 * time);
            // Cov(z_{t+n}, z_t) = Aⁿ P.
            let third = &(&(&heavy_step * &heavy_step) * &heavy_step) * &heavy;
            prop_assert!((valley.autocovariance(3).expect("stable") - third[(0, 0)]).abs() < 1e-10 * variance);
            let valley = Direction { rate: part * Direction::nesterov_edge(mu) / k, ..valley };
            let l = valley.rate;
            let step = Matrix::from_rows([[1.0 - l * k * (1.0 + mu), -mu * mu * l], [k, mu]]);
            let kick = Matrix::from_rows([[-l * (1.0 + mu)], [1.0]]);
            let chain = stationary_covariance(&step, &(&(&kick * &kick.transposed()) * valley.noise)).expect("stable");
            let variance = valley.nesterov_variance().expect("stable");
            prop_assert!((variance - chain[(0, 0)]).abs() < 1e-10 * variance, "{} {}", variance, chain[(0, 0)]);
            let time = valley.nesterov_relaxation_time().expect("stable");
            prop_assert!((time + 1.0 / step.spectral_radius().ln()).abs() < 1e-6 * time.max(1.0));
        }

        #[test]
        fn the_posterior_rate_is_stationary_and_right(k in 0.01..9.0f64, c in 0.01..9.0f64, mu in 0.0..0.99f64, n in 0.1..99.0f64) {
            let rate = Direction::posterior_rate(k, c, mu, n);
            let variance = Direction { curvature: k, noise: c, rate, momentum: mu }.variance().expect("stable");
            prop_assert!((variance * n * k - 1.0).abs() < 1e-10);
        }
    }

    /// X-Val: the sum of the autocovariances themselves.
    #[test]
    fn the_autocorrelation_time_is_the_sum_of_correlations() {
        for (rate, momentum) in [(0.2, 0.0), (1.5, 0.0), (0.1, 0.9), (3.4, 0.9)] {
            let valley = Direction { curvature: 1.0, noise: 2.0, rate, momentum };
            let sum: f64 = (1..2000).map(|lag| valley.autocovariance(lag).expect("stable")).sum();
            let time = 1.0 + 2.0 * sum / valley.variance().expect("stable");
            assert!((valley.autocorrelation_time().expect("noisy") / time - 1.0).abs() < 1e-9, "{rate} {momentum} {time}");
        }
        assert!(Direction { curvature: 1.0, noise: 0.0, rate: 0.5, momentum: 0.0 }.autocorrelation_time().is_err());
    }

    #[test]
    fn values_by_hand() {
        let at = |rate, momentum| Direction { curvature: 1.0, noise: 1.0, rate, momentum }.variance().expect("stable");
        for (found, expected) in
            [(at(0.5, 0.0), 1.0 / 3.0), (at(1.5, 0.0), 3.0), (at(3.0, 0.9), 71.25), (at(0.5, 0.9), 2.878_787_9)]
        {
            assert!((found - expected).abs() < 1e-6 * expected, "{found} {expected}");
        }
        assert_eq!(Direction { curvature: 1.0, noise: 1.0, rate: 0.5, momentum: 0.0 }.continuous_time_variance(), 0.25);
    }

    #[test]
    fn beyond_the_edge_the_error_names_the_range() {
        let far = Direction { curvature: 2.0, noise: 1.0, rate: 2.0, momentum: 0.9 };
        let text = far.variance().expect_err("unstable").to_string();
        assert!(text.contains("(0, 3.8)") && text.contains("below 1.9"), "{text}");
        assert!(far.nesterov_variance().is_err());
        assert!(matches!(Direction { momentum: 1.0, ..far }.variance(), Err(DirectionError::Momentum(_))));
        assert!(matches!(Direction { noise: -1.0, ..far }.variance(), Err(DirectionError::Noise(_))));
    }
}
