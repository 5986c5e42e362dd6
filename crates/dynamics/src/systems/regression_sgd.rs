//! SGD on linear regression of pure noise.

use crate::{Noise, Number, Process, estimators::renewals::Leaving, integrators::sde::normals};

/// SGD on linear regression of pure noise: inputs x and labels y standard normal and independent, fresh at every step, loss
/// `(θ·x − y)²/2`, so that `L = (1 + |θ|²)/2` and every curvature is 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegressionSgd<const D: usize> {
    /// η.
    pub rate: f64,
    /// B.
    pub batch: u32,
}

impl<const D: usize> Process for RegressionSgd<D> {
    type State<X: Number> = [X; D];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, theta: [X; D], noise: &mut N) -> [X; D] {
        let (mut sum, mut next) = ([X::constant(0.0); D], theta);
        for _ in 0..self.batch {
            let x: [X; D] = normals(noise);
            let mut error = -noise.normal();
            for i in 0..D {
                error = error + theta[i] * x[i];
            }
            for i in 0..D {
                sum[i] = sum[i] + error * x[i];
            }
        }
        for i in 0..D {
            next[i] = theta[i] - sum[i] * (self.rate / f64::from(self.batch));
        }
        next
    }
}

impl<const D: usize> Leaving for RegressionSgd<D> {
    /// L/L_* = 1 + |θ|².
    #[inline(always)]
    fn level<X: Number>(&self, theta: [X; D]) -> X {
        let mut sum = X::constant(1.0);
        for x in theta {
            sum = sum + x.squared();
        }
        sum
    }

    #[inline(always)]
    fn restart<X: Number>(&self, _: [X; D]) -> [X; D] {
        [X::constant(0.0); D]
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{Ensemble, theory::escape::discrete_stationary_exponent};

    /// E |θ|² of SGD, exactly: in one dimension η/(2B − η(B + 2)).
    #[test]
    fn regression_has_its_exact_variance() {
        for (rate, batch) in [(0.1, 1), (0.3, 4)] {
            let sgd = RegressionSgd::<1> { rate, batch };
            let mut ensemble = Ensemble::<_, f64>::new(sgd, 100_000, &Key::new(["regression"]), |_| [0.0]);
            ensemble.advance(100);
            let variance = ensemble.states().map(|[x]| x * x).sum::<f64>() / 1e5;
            let b = f64::from(batch);
            assert!((variance / (rate / (2.0 * b - rate * (b + 2.0))) - 1.0).abs() < 0.03, "{variance}");
            let phi = discrete_stationary_exponent(rate, b);
            assert!((1.0 / (2.0 * phi - 3.0) * (2.0 * b - rate * (b + 2.0)) / rate - 1.0).abs() < 1e-12);
        }
    }
}
