//! SGD near a stationary point in logarithmic coordinates, in which distances can neither underflow nor overflow.
//!
//! A distance that is multiplied at every step falls below the least number of f64 after some hundred steps, and is then zero
//! for good, whatever would have come. Its logarithm has no such end. A factor that is exactly zero makes it −∞, which an
//! ensemble reports as *diverged*: that replica has arrived.

use lawbook_core::Key;

use crate::{
    engine::ensemble::Ensemble,
    engine::noise::Noise,
    engine::number::Number,
    engine::process::Process,
    engine::state::Columns,
    engine::table::Table,
    estimators::divergence::{Diverged, all_finite},
    systems::two_layer::{Sgd, Weights},
};

/// So far down that in `f64` no nonlinearity is left, and no run of a million steps comes back.
pub const FAR_DOWN: f64 = -1e7;

/// Least squares in one dimension with standard normal inputs and no label noise: `ln |w|`, multiplied by one minus rate times
/// the batch mean of `x²`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeastSquares {
    /// Learning rate.
    pub rate: f64,
    /// Batch size.
    pub batch: u32,
}

impl Process for LeastSquares {
    type State<X: Number> = [X; 1];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [w]: [X; 1], noise: &mut N) -> [X; 1] {
        let mut sum = X::constant(0.0);
        for _ in 0..self.batch {
            sum = sum + noise.normal().squared();
        }
        [w + (sum * (-self.rate / f64::from(self.batch)) + 1.0).abs().ln()]
    }
}

/// A finite set of curvatures, one drawn at every step with replacement: `ln |w|`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    /// Learning rate.
    pub rate: f64,
    /// The curvatures.
    pub curvatures: Table<1>,
}

impl Process for Sampled {
    type State<X: Number> = [X; 1];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [w]: [X; 1], noise: &mut N) -> [X; 1] {
        let [h] = noise.row(&self.curvatures);
        [w + (h * -self.rate + 1.0).abs().ln()]
    }
}

/// Least squares in `D` dimensions with isotropic normal inputs at batch size 1: the direction of the error, of length 1, and the
/// logarithm of its length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Isotropic<const D: usize> {
    /// Learning rate.
    pub rate: f64,
}

impl<const D: usize> Process for Isotropic<D> {
    type State<X: Number> = ([X; 1], [X; D]);

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, ([length], direction): Self::State<X>, noise: &mut N) -> Self::State<X> {
        let zero = X::constant(0.0);
        let (mut input, mut next) = ([zero; D], [zero; D]);
        let mut overlap = zero;
        for i in 0..D {
            input[i] = noise.normal();
            overlap = overlap + input[i] * direction[i];
        }
        let mut square = zero;
        for i in 0..D {
            next[i] = direction[i] - overlap * input[i] * self.rate;
            square = square + next[i].squared();
        }
        let inverse = X::constant(1.0) / square.sqrt();
        for number in &mut next {
            *number = *number * inverse;
        }
        ([length + square.ln() * 0.5], next)
    }
}

/// The two-parameter net `½ (u w x − y)²` at `x = 1`, all of it: `ln |u + w|` and `ln |u − w|`.
///
/// SGD on it is exactly `u ± w → (u ± w)(1 ∓ λ r)` with the residual `r = u w − ȳ`, and `4 u w = (u + w)² − (u − w)²`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoLayerLogs {
    /// Learning rate.
    pub rate: f64,
    /// Mean of the label.
    pub mean: f64,
    /// Standard deviation of the label.
    pub deviation: f64,
    /// Batch size.
    pub batch: u32,
}

impl Process for TwoLayerLogs {
    type State<X: Number> = [X; 2];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [sum, difference]: [X; 2], noise: &mut N) -> [X; 2] {
        let mut labels = X::constant(0.0);
        for _ in 0..self.batch {
            labels = labels + noise.normal();
        }
        let label = labels * (self.deviation / f64::from(self.batch)) + self.mean;
        descend([sum, difference], (product([sum, difference]) - label) * self.rate)
    }
}

/// `u w` from `ln |u + w|` and `ln |u − w|`.
#[inline(always)]
fn product<X: Number>([sum, difference]: [X; 2]) -> X {
    ((sum * 2.0).exp() - (difference * 2.0).exp()) * 0.25
}

/// The step `u − pull · w`, `w − pull · u` of `ln |u + w|` and `ln |u − w|`.
#[inline(always)]
fn descend<X: Number>([sum, difference]: [X; 2], pull: X) -> [X; 2] {
    [sum + (-pull + 1.0).abs().ln(), difference + (pull + 1.0).abs().ln()]
}

/// SGD on a two-layer unit as `ln |u + w|` and `ln |u − w|`. Their sum is `ln |u² − w²|`, which the weights themselves no longer
/// hold once they are balanced to the last digit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SgdLogs(pub Sgd);

impl Process for SgdLogs {
    type State<X: Number> = [X; 2];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, logs: [X; 2], noise: &mut N) -> [X; 2] {
        descend(logs, self.0.slope(product(logs), noise) * self.0.rate)
    }
}

/// The mean over replicas of `ln |u² − w²|` since the start, after each number of steps in `times`, which ascend. The start must
/// not be balanced, where there is no logarithm: that comes back as diverged.
pub fn log_imbalances(
    sgd: Sgd,
    start: Weights,
    replicas: u64,
    key: &Key,
    times: impl IntoIterator<Item = u64>,
) -> Result<Vec<f64>, Diverged> {
    let logs = [(start.u + start.w).abs().ln(), (start.u - start.w).abs().ln()];
    let mut ensemble = Ensemble::<_, f64>::new(SgdLogs(sgd), replicas, key, |_| logs);
    let mean = |time: u64| {
        ensemble.advance_to(time);
        ensemble.states().map(|[sum, difference]| sum + difference - logs[0] - logs[1]).sum::<f64>() / replicas as f64
    };
    let means = times.into_iter().map(mean).collect();
    all_finite(&ensemble)?;
    Ok(means)
}

/// How much a logarithm grows per step in the mean over replicas, from the same start.
///
/// The first number of the state is watched. Replicas in which it has become infinite do not count; there are none unless a
/// factor is exactly zero, or everything overflows. NaN where that has happened to all, or without steps.
pub fn growth<P: Process>(process: P, start: P::State<f64>, replicas: u64, steps: u64, key: &Key) -> f64 {
    growths(process, start, replicas, steps, key)[0]
}

/// The same for every number of the state.
pub fn growths<P: Process>(process: P, start: P::State<f64>, replicas: u64, steps: u64, key: &Key) -> Vec<f64> {
    let mut ensemble = Ensemble::<_, f64>::new(process, replicas, key, |_| start);
    ensemble.advance(steps);
    let finite = ensemble.replicas() as f64 * (1.0 - ensemble.fraction_diverged());
    let mut sums = vec![0.0; P::State::<f64>::COUNT];
    for (state, diverged) in ensemble.states().zip(ensemble.diverged()) {
        if diverged.is_none() {
            sums.iter_mut().enumerate().for_each(|(c, sum)| *sum += state.column(c) - start.column(c));
        }
    }
    sums.into_iter().map(|sum| sum / (finite * steps as f64)).collect()
}

/// The mean over replicas of how many numbers of the state have grown, all from the same start: with many steps, the number of
/// directions in which a stationary point repels. A number that has become −∞ has not grown.
pub fn growing<P: Process>(process: P, start: P::State<f64>, replicas: u64, steps: u64, key: &Key) -> f64 {
    let mut ensemble = Ensemble::<_, f64>::new(process, replicas, key, |_| start);
    ensemble.advance(steps);
    let grown = |state: P::State<f64>| (0..P::State::<f64>::COUNT).filter(|&c| state.column(c) > start.column(c)).count();
    ensemble.states().map(grown).sum::<usize>() as f64 / replicas as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        systems::isotropic::largest_exponents,
        theory::{curvature::Curvature, moments::NoisyLine},
    };

    /// X-Val: the exponents by quadrature.
    #[test]
    fn growth_is_the_exponent() {
        let key = Key::new(["growth"]);
        let measured = growth(LeastSquares { rate: 1.0, batch: 2 }, [FAR_DOWN], 256, 2000, &key);
        assert!((measured - Curvature::MeanSquare { batch: 2 }.exponent(1.0)).abs() < 0.01, "{measured}");
        let direction = std::array::from_fn(|i| f64::from(u8::from(i == 0)));
        let measured = growth(Isotropic::<3> { rate: 0.5 }, ([0.0], direction), 256, 2000, &key);
        assert!((measured - largest_exponents(1, 3, 0.5)).abs() < 0.01, "{measured}");
        let net = TwoLayerLogs { rate: 0.7, mean: 0.2, deviation: 1.0, batch: 1 };
        let along = |sign: f64| Curvature::Normal { mean: -0.2 * sign, deviation: 1.0 }.exponent(0.7);
        let measured = growths(net, [FAR_DOWN; 2], 256, 2000, &key);
        assert!((measured[0] - along(1.0)).abs() < 0.01 && (measured[1] - along(-1.0)).abs() < 0.01, "{measured:?}");
    }

    /// X-Val: the signs of the exponents by quadrature, deep in the phases of collapse, of learning and of complete loss.
    #[test]
    fn directions_that_repel_are_counted() {
        for (rate, expected) in [(0.7, 0.0), (0.05, 1.0), (2.5, 2.0)] {
            let along = |sign: f64| Curvature::Normal { mean: -0.1 * sign, deviation: 1.0 }.exponent(rate);
            assert_eq!([1.0, -1.0].into_iter().filter(|sign| along(*sign) > 0.0).count() as f64, expected);
            let net = TwoLayerLogs { rate, mean: 0.1, deviation: 1.0, batch: 1 };
            let counted = growing(net, [FAR_DOWN; 2], 256, 4000, &Key::new(["growing"]));
            assert!((counted - expected).abs() < 0.02, "{rate}: {counted}");
        }
    }

    /// X-Val: the weights themselves.
    #[test]
    fn the_net_in_logarithms_is_the_net() {
        let net = TwoLayerLogs { rate: 0.1, mean: 0.5, deviation: 1.0, batch: 3 };
        let key = Key::new(["net"]);
        let (mut u, mut w) = (0.7f64, 0.4f64);
        let mut ensemble = Ensemble::<_, f64>::new(net, 1, &key, |_| [(u + w).ln(), (u - w).abs().ln()]);
        ensemble.advance(200);
        let mut stream = key.stream("normals", 0);
        for _ in 0..200 {
            let label = 0.5 + (0..3).map(|_| stream.normal()).sum::<f64>() / 3.0;
            let pull = 0.1 * (u * w - label);
            (u, w) = (u - pull * w, w - pull * u);
        }
        let [sum, difference] = ensemble.states().next().expect("one replica");
        assert!((sum.exp() - (u + w).abs()).abs() < 1e-9, "{sum} {u} {w}");
        assert!((difference.exp() - (u - w).abs()).abs() < 1e-9, "{difference} {u} {w}");
    }

    /// X-Val: the weights themselves, and `Σ ln |1 − η² g²|` where they are balanced to the last digit.
    #[test]
    fn the_imbalance_in_logarithms_outlives_the_weights() {
        let sgd = Sgd { data: NoisyLine { slope: 0.5, noise: 10.0 }, rate: 0.9 * 0.5 / 100.5, batch: 1 };
        let (start, key) = (Weights { u: 0.6, w: 0.2 }, Key::new(["balance"]));
        let mut weights = Ensemble::<_, f64>::new(sgd, 1, &key, |_| start.state());
        let (mut sum, mut stream) = (0.0, key.stream("normals", 0));
        let logs = log_imbalances(sgd, start, 1, &key, [500, 20_000]).expect("finite");
        for step in 0..20_000 {
            let product = weights.states().map(|[u, w]| u * w).sum::<f64>();
            let (x, y) = sgd.data.sample(&mut stream);
            sum += (1.0 - (2.0 * sgd.rate * x * (product * x - y)).powi(2)).abs().ln();
            weights.advance(1);
            if step == 499 {
                let imbalance = weights.states().map(|state| Weights::from(state).imbalance()).sum::<f64>();
                assert!(((imbalance / start.imbalance()).abs().ln() - logs[0]).abs() < 1e-9, "{imbalance} {logs:?}");
            }
        }
        assert!((sum - logs[1]).abs() < 1e-6 && sum < -100.0, "{sum} {logs:?}");
        assert!(weights.states().all(|[u, w]| u.abs() == w.abs()));
    }

    /// An atom at 1/λ kills: every replica has arrived after a few steps.
    #[test]
    fn a_factor_of_zero_is_an_observation() {
        let curvatures = Table::new(vec![[0.25], [1.0]]).expect("two rows");
        let mut ensemble = Ensemble::<_, f64>::new(Sampled { rate: 4.0, curvatures }, 64, &Key::new(["zero"]), |_| [0.0]);
        ensemble.advance(100);
        assert_eq!(ensemble.fraction_diverged(), 1.0);
        assert!(ensemble.states().all(|[log]| log == f64::NEG_INFINITY));
    }
}
