//! Stochastic gradients of a quadratic loss `½ wᵀK w`: additive noise of any covariance and of several shapes, a
//! preconditioner, and noise that comes from a finite set of samples.

use lawbook_analysis::matrix::Matrix;

use crate::{
    engine::noise::Noise,
    engine::number::Number,
    engine::table::{Table, TableError},
    optimizers::descent::Gradient,
    theory::covariance::{CovarianceError, Valley},
};

/// `K w + η` with `η` of covariance `F Fᵀ`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quadratic<const D: usize> {
    hessian: [[f64; D]; D],
    factor: [[f64; D]; D],
    shape: Shape,
}

/// The distribution of each of the independent numbers, of mean 0 and variance 1, that are mixed into the noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Normal.
    Gaussian,
    /// Uniform between −√3 and √3.
    Uniform,
    /// −1 or 1.
    Rademacher,
}

impl<const D: usize> Quadratic<D> {
    /// From the curvatures along the axes and a covariance that is diagonal too. Panics if a variance is negative, infinite or
    /// no number.
    pub fn diagonal(curvatures: [f64; D], variances: [f64; D], shape: Shape) -> Self {
        assert!(
            variances.iter().all(|c| *c >= 0.0 && c.is_finite()),
            "variances {variances:?}: give finite ones of at least 0"
        );
        let on = |values: [f64; D]| Matrix::diagonal(&values).to_rows();
        Self { hessian: on(curvatures), factor: on(variances.map(f64::sqrt)), shape }
    }

    /// The stochastic gradient `Λ(K w + η)` of a valley of `D` dimensions: with learning rate 1 and the valley's momentum, heavy
    /// ball on it is the chain of the theorem. `C` must be positive definite.
    pub fn preconditioned(valley: &Valley, shape: Shape) -> Result<Self, CovarianceError> {
        let size = valley.hessian().rows();
        if size != D {
            return Err(CovarianceError::Shape { name: "state of the process", rows: D, columns: D, size });
        }
        let hessian = (valley.preconditioner() * valley.hessian()).to_rows();
        let factor = (valley.preconditioner() * &valley.noise().cholesky()?).to_rows();
        Ok(Self { hessian, factor, shape })
    }
}

impl<const D: usize> Gradient for Quadratic<D> {
    type Weights<X: Number> = [X; D];

    #[inline(always)]
    fn gradient<X: Number, N: Noise<X>>(&self, weights: [X; D], noise: &mut N) -> [X; D] {
        let mut sources = [X::constant(0.0); D];
        for source in &mut sources {
            *source = match self.shape {
                Shape::Gaussian => noise.normal(),
                Shape::Uniform => (noise.uniform() - 0.5) * 12f64.sqrt(),
                Shape::Rademacher => noise.sign(),
            };
        }
        let mut gradient = [X::constant(0.0); D];
        for (slope, (curvatures, factors)) in gradient.iter_mut().zip(self.hessian.iter().zip(&self.factor)) {
            for ((weight, curvature), (source, factor)) in weights.iter().zip(curvatures).zip(sources.iter().zip(factors)) {
                *slope = *slope + *weight * *curvature + *source * *factor;
            }
        }
        gradient
    }
}

/// SGD on the mean over `n` samples of `½ k w² + η_i w`, one sample per step. The `η_i` are the midpoints of the quantiles of a
/// uniform law, scaled to variance 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    curvature: f64,
    order: SampleOrder,
    table: Table<1>,
}

/// In which order samples come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleOrder {
    /// Each drawn from all: with replacement.
    Independent,
    /// In epochs, each a random order of all: without replacement.
    Epochs,
}

impl Samples {
    /// `count` samples of curvature `curvature`.
    pub fn new(curvature: f64, count: usize, order: SampleOrder) -> Result<Self, TableError> {
        let n = count as f64;
        // The variance of n equidistant numbers of unit distance is (n² − 1)/12.
        let unit = (12.0 / (n * n - 1.0).max(1.0)).sqrt();
        let table = Table::new((0..count).map(|i| [(i as f64 - 0.5 * (n - 1.0)) * unit]).collect())?;
        Ok(Self { curvature, order, table })
    }
}

impl Gradient for Samples {
    type Weights<X: Number> = [X; 1];

    #[inline(always)]
    fn gradient<X: Number, N: Noise<X>>(&self, [w]: [X; 1], noise: &mut N) -> [X; 1] {
        let [kick] = match self.order {
            SampleOrder::Independent => noise.row(&self.table),
            SampleOrder::Epochs => noise.next_row(&self.table),
        };
        [w * self.curvature + kick]
    }
}

/// No variance repeats itself from epoch to epoch.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "learning rate {rate} at curvature {curvature} on {samples} samples: their product must be in (0, 2), and there must be at \
     least 2 samples"
)]
pub struct NoEpochs {
    /// `k`.
    pub curvature: f64,
    /// `λ`.
    pub rate: f64,
    /// `n`.
    pub samples: usize,
}

/// The variance of `w` after step `0, …, n − 1` of an epoch, before the next, under SGD without momentum or replacement on
/// [`Samples`]; `λk` between 0 and 2. Two samples of one epoch have the covariance `−1/(n − 1)`, so with `q = 1 − λk`
///
/// `V_p = q^{2p} V₀ + λ² [Σ_{j<p} q^{2j} n/(n − 1) − (Σ_{j<p} q^j)²/(n − 1)]`, `V_n = V₀`.
pub fn epoch_variances(curvature: f64, rate: f64, samples: usize) -> Result<Vec<f64>, NoEpochs> {
    if !(rate * curvature > 0.0 && rate * curvature < 2.0 && samples > 1) {
        return Err(NoEpochs { curvature, rate, samples });
    }
    let (q, n) = (1.0 - rate * curvature, samples as f64);
    let supplied = |p: usize| {
        let powers = (0..p).map(|j| q.powi(j as i32));
        let (sum, squares) = powers.fold((0.0, 0.0), |(sum, squares), power| (sum + power, squares + power * power));
        rate * rate * (squares * n - sum * sum) / (n - 1.0)
    };
    let start = supplied(samples) / (1.0 - q.powi(2 * samples as i32));
    Ok((0..samples).map(|p| q.powi(2 * p as i32) * start + supplied(p)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every order of four samples, averaged over epochs until stationary: V ← q⁸V + the mean square of Σ q^{3−j} η_π(j).
    #[test]
    fn epoch_variances_are_those_of_all_orders() {
        let (k, rate) = (0.7, 0.9);
        let samples = Samples::new(k, 4, SampleOrder::Epochs).expect("valid");
        let values: Vec<f64> = samples.table.rows().iter().map(|[x]| *x).collect();
        assert!((values.iter().map(|x| x * x).sum::<f64>() / 4.0 - 1.0).abs() < 1e-14);
        let q: f64 = 1.0 - rate * k;
        let (mut after_one, mut after_four, mut orders) = (0.0, 0.0, 0.0);
        for a in 0..4 {
            for b in (0..4).filter(|b| *b != a) {
                for c in (0..4).filter(|c| *c != a && *c != b) {
                    let d = 6 - a - b - c;
                    let end = [a, b, c, d].iter().fold(0.0, |w, &i: &usize| q * w - rate * values[i]);
                    after_four += end * end;
                    after_one += (rate * values[a]).powi(2);
                    orders += 1.0;
                }
            }
        }
        let start = after_four / orders / (1.0 - q.powi(8));
        let found = epoch_variances(k, rate, 4).expect("stable");
        assert!((found[0] - start).abs() < 1e-14, "{found:?} {start}");
        assert!((found[1] - q * q * start - after_one / orders).abs() < 1e-14);
    }

    #[test]
    fn a_process_of_another_size_is_refused() {
        let one = Matrix::identity(2);
        let valley = Valley::new(one.clone(), one.clone(), one, 0.0).expect("stable");
        assert!(Quadratic::<3>::preconditioned(&valley, Shape::Gaussian).is_err());
    }
}
