//! The exact stationary covariance of SGD around a minimum, at any learning rate, momentum and preconditioner.
//!
//! On the loss `½ wᵀK w` with gradient noise of covariance `C`, the iteration `m ← μ m + K w + noise`, `w ← w − Λ m` has the
//! stationary covariance `Σ` that solves, with `L = ΛK` (theorem 1 of the paper)
//!
//! `(1 − μ)(LΣ + ΣLᵀ) − (1 + μ²)/(1 − μ²) LΣLᵀ + μ/(1 − μ²)(L²Σ + Σ(Lᵀ)²) = ΛCΛ`.
//!
//! Only the covariance of the noise matters, not its shape. If the noise depends on the weights, `C` is its stationary mean.
//! There is no dampening: where the gradient enters with a factor `1 − μ`, give `Λ(1 − μ)`. Nesterov's momentum has another
//! covariance (see [`direction`](crate::theory::direction)).
//!
//! Source: Kangqiao Liu, Liu Ziyin, Masahito Ueda, *Noise and Fluctuation of Finite Learning Rate Stochastic Gradient Descent*,
//! ICML 2021, arXiv 2012.03636.

use lawbook_analysis::{
    lyapunov_equation,
    matrix::{Matrix, MatrixError},
};

/// SGD with momentum in a quadratic valley, at parameters for which it is stationary.
#[derive(Debug, Clone, PartialEq)]
pub struct Valley {
    hessian: Matrix,
    noise: Matrix,
    preconditioner: Matrix,
    momentum: f64,
}

/// Bad input.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum CovarianceError {
    /// Shapes that do not match.
    #[error(
        "the {name} is {rows} x {columns} and the Hessian has {size} rows: give square matrices of one size, a scalar learning \
         rate as a multiple of the identity"
    )]
    Shape {
        /// Which matrix.
        name: &'static str,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// The rows of the Hessian.
        size: usize,
    },
    /// A matrix that is not symmetric.
    #[error("the {0} is not symmetric: give its symmetric part")]
    Asymmetric(&'static str),
    /// An entry is infinite or no number.
    #[error("the {name} has the entry {entry}: give finite ones")]
    NotFinite {
        /// Which matrix.
        name: &'static str,
        /// The entry.
        entry: f64,
    },
    /// Noise of a negative variance.
    #[error("the noise covariance has a negative eigenvalue, by the pivot {0} of its Cholesky factors: no noise has that")]
    Negative(f64),
    /// Momentum out of range.
    #[error("momentum {0}: give a number in [0, 1)")]
    Momentum(f64),
    /// No stationary state.
    #[error(
        "spectral radius {radius} of a step: no stationary state; every eigenvalue of (learning rate x Hessian) has to lie in \
         (0, {edge}), and the largest modulus is {largest}"
    )]
    Unstable {
        /// The spectral radius of the step of (w, m).
        radius: f64,
        /// `2(1 + μ)`.
        edge: f64,
        /// The spectral radius of `ΛK`.
        largest: f64,
    },
    /// A learning rate or batch size of no stationary state.
    #[error("learning rate {rate} and batch size {batch}: the rate must be in (0, {edge}), the batch size positive")]
    Rate {
        /// The learning rate in front of the preconditioner.
        rate: f64,
        /// The batch size.
        batch: f64,
        /// Where stability ends.
        edge: f64,
    },
    /// A matrix that has to be inverted and cannot.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
}

impl Valley {
    /// From the Hessian `K`, the covariance `C` of the gradient noise, the learning-rate matrix `Λ` and the momentum `μ`. All are
    /// finite and symmetric, `C` has no negative eigenvalue, and steps without noise come to rest.
    pub fn new(hessian: Matrix, noise: Matrix, preconditioner: Matrix, momentum: f64) -> Result<Self, CovarianceError> {
        let size = hessian.rows();
        for (name, m) in [("Hessian", &hessian), ("noise covariance", &noise), ("preconditioner", &preconditioner)] {
            let (rows, columns) = (m.rows(), m.columns());
            if rows != size || columns != size {
                return Err(CovarianceError::Shape { name, rows, columns, size });
            }
            let mut entries = (0..size * size).map(|i| m[(i / size, i % size)]);
            if let Some(entry) = entries.find(|entry| !entry.is_finite()) {
                return Err(CovarianceError::NotFinite { name, entry });
            }
            if !m.is_symmetric(1e-12) {
                return Err(CovarianceError::Asymmetric(name));
            }
        }
        // Directions without noise are allowed, and rounding makes them a little negative.
        let lifted = &noise + &(&Matrix::identity(size) * (1e-10 * noise.largest()));
        if let (true, Err(MatrixError::NotPositive { pivot, .. })) = (noise.largest() > 0.0, lifted.cholesky()) {
            return Err(CovarianceError::Negative(pivot));
        }
        if !(0.0..1.0).contains(&momentum) {
            return Err(CovarianceError::Momentum(momentum));
        }
        let valley = Self { hessian, noise, preconditioner, momentum };
        let radius = valley.step().spectral_radius();
        if radius < 1.0 - 1e-12 {
            Ok(valley)
        } else {
            let largest = valley.drift().spectral_radius();
            Err(CovarianceError::Unstable { radius, edge: 2.0 * (1.0 + momentum), largest })
        }
    }

    /// `Σ`, by theorem 1: a linear system of `n²` equations, so for `n` up to some tens.
    pub fn covariance(&self) -> Result<Matrix, CovarianceError> {
        let (drift, mu, size) = (self.drift(), self.momentum, self.hessian.rows());
        let one = Matrix::identity(size);
        let sides = |a: &Matrix| &a.kronecker(&one) + &one.kronecker(a);
        let both = &drift.kronecker(&drift) * ((1.0 + mu * mu) / (1.0 - mu * mu));
        let twice = &sides(&(&drift * &drift)) * (mu / (1.0 - mu * mu));
        let operator = &(&(&sides(&drift) * (1.0 - mu)) - &both) + &twice;
        Ok(operator.solve(&self.injected().reshaped(size * size, 1))?.reshaped(size, size))
    }

    /// `Σ` as a block of the stationary covariance of the chain (w, m), by its discrete Lyapunov equation.
    pub fn chain_covariance(&self) -> Result<Matrix, CovarianceError> {
        let size = self.hessian.rows();
        let kick = Matrix::from_blocks(
            &(&self.preconditioner * -1.0),
            &Matrix::from_fn(size, 0, |_, _| 0.0),
            &Matrix::identity(size),
            &Matrix::from_fn(size, 0, |_, _| 0.0),
        );
        let noise = &(&kick * &self.noise) * &kick.transposed();
        let whole = lyapunov_equation::stationary_covariance(&self.step(), &noise);
        let whole = whole.map_err(|unstable| CovarianceError::Unstable {
            radius: unstable.radius,
            edge: 2.0 * (1.0 + self.momentum),
            largest: self.drift().spectral_radius(),
        })?;
        Ok(whole.corner(size, size))
    }

    /// What continuous-time theory says: `LΣ + ΣLᵀ = ΛCΛ/(1 − μ)`.
    pub fn continuous_time_covariance(&self) -> Result<Matrix, CovarianceError> {
        let (drift, size) = (self.drift(), self.hessian.rows());
        let one = Matrix::identity(size);
        let operator = &(&drift.kronecker(&one) + &one.kronecker(&drift)) * (1.0 - self.momentum);
        Ok(operator.solve(&self.injected().reshaped(size * size, 1))?.reshaped(size, size))
    }

    /// The loss above its minimum, in the mean over a covariance: `½ Tr KΣ`.
    pub fn excess_loss(&self, covariance: &Matrix) -> f64 {
        0.5 * (&self.hessian * covariance).trace()
    }

    /// Steps in which a deviation falls to 1/e.
    pub fn relaxation_time(&self) -> f64 {
        -1.0 / self.step().spectral_radius().ln()
    }

    /// The Hessian.
    pub fn hessian(&self) -> &Matrix {
        &self.hessian
    }

    /// The covariance of the gradient noise.
    pub fn noise(&self) -> &Matrix {
        &self.noise
    }

    /// The learning-rate matrix.
    pub fn preconditioner(&self) -> &Matrix {
        &self.preconditioner
    }

    /// The momentum.
    pub fn momentum(&self) -> f64 {
        self.momentum
    }

    /// `L = ΛK`.
    fn drift(&self) -> Matrix {
        &self.preconditioner * &self.hessian
    }

    /// `ΛCΛ`.
    fn injected(&self) -> Matrix {
        &(&self.preconditioner * &self.noise) * &self.preconditioner
    }

    /// What one step without noise makes of (w, m).
    fn step(&self) -> Matrix {
        let one = Matrix::identity(self.hessian.rows());
        Matrix::from_blocks(
            &(&one - &self.drift()),
            &(&self.preconditioner * -self.momentum),
            &self.hessian,
            &(&one * self.momentum),
        )
    }
}

/// Damped Newton, `Λ = λK⁻¹`.
pub fn newton_preconditioner(hessian: &Matrix, rate: f64) -> Result<Matrix, MatrixError> {
    Ok(&hessian.inverse()? * rate)
}

fn stationary(rate: f64, momentum: f64, batch: f64, edge: f64) -> Result<(), CovarianceError> {
    if !(0.0..1.0).contains(&momentum) {
        return Err(CovarianceError::Momentum(momentum));
    }
    if rate > 0.0 && rate < edge && batch > 0.0 { Ok(()) } else { Err(CovarianceError::Rate { rate, batch, edge }) }
}

/// `Σ` of damped Newton: `λK⁻¹CK⁻¹ (1 + μ)/((1 − μ)(2(1 + μ) − λ))`, for `λ` between 0 and `2(1 + μ)`.
pub fn newton_covariance(hessian: &Matrix, noise: &Matrix, rate: f64, momentum: f64) -> Result<Matrix, CovarianceError> {
    stationary(rate, momentum, 1.0, 2.0 * (1.0 + momentum))?;
    let inverse = hessian.inverse()?;
    let factor = rate * (1.0 + momentum) / ((1.0 - momentum) * (2.0 * (1.0 + momentum) - rate));
    Ok(&(&(&inverse * noise) * &inverse) * factor)
}

/// `Σ = ½λ [1/(1 + μ) + 1/((1 − μ)S)] K⁻¹` of natural gradient descent, `Λ = λF⁻¹` with the Fisher matrix `F = KΣK` of a
/// minimum that fits all samples, where minibatches of `S` leave the noise `C = F/S`: both follow from `Σ` itself.
pub fn natural_covariance(hessian: &Matrix, rate: f64, momentum: f64, batch: f64) -> Result<Matrix, CovarianceError> {
    stationary(rate, momentum, batch, f64::INFINITY)?;
    Ok(&hessian.inverse()? * (0.5 * rate * (1.0 / (1.0 + momentum) + 1.0 / ((1.0 - momentum) * batch))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn positive(values: &[f64], size: usize) -> Matrix {
        let a = Matrix::from_fn(size, size, |i, j| values[size * i + j]);
        &(&a * &a.transposed()) + &(&Matrix::identity(size) * 0.2)
    }

    proptest! {
        /// X-Val: the discrete Lyapunov equation of (w, m), solved by doubling.
        #[test]
        fn the_theorem_is_the_chain(values in prop::collection::vec(-1.0..1.0f64, 27), momentum in 0.0..0.95f64, part in 0.05..0.95f64) {
            let (hessian, noise) = (positive(&values, 3), positive(&values[9..], 3));
            let shape = positive(&values[18..], 3);
            let scale = part * 2.0 * (1.0 + momentum) / (&shape * &hessian).spectral_radius();
            let valley = Valley::new(hessian, noise, &shape * scale, momentum).expect("stable");
            let (law, chain) = (valley.covariance().expect("regular"), valley.chain_covariance().expect("stable"));
            prop_assert!((&law - &chain).largest() < 1e-10 * chain.largest(), "{law:?} {chain:?}");
        }
    }

    /// X-Val: SciPy's `solve_discrete_lyapunov` of (w, m), to five decimals.
    #[test]
    fn the_case_of_two_dimensions() {
        for (momentum, expected) in
            [(0.0, [0.72965, -0.32451, 0.50895]), (0.5, [1.12694, -0.52364, 1.04547]), (0.9, [4.32793, -1.59362, 5.74095])]
        {
            let sigma = two_dimensional(momentum).covariance().expect("regular");
            let found = [sigma[(0, 0)], sigma[(0, 1)], sigma[(1, 1)]];
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{found:?}");
        }
    }

    fn two_dimensional(momentum: f64) -> Valley {
        let hessian = Matrix::from_rows([[1.0, 0.3], [0.3, 0.6]]);
        let noise = Matrix::from_rows([[1.0, -0.4], [-0.4, 0.7]]);
        Valley::new(hessian, noise, Matrix::diagonal(&[0.8, 0.5]), momentum).expect("stable")
    }

    #[test]
    fn second_order_methods_solve_the_theorem() {
        let (hessian, noise) = (two_dimensional(0.0).hessian, two_dimensional(0.0).noise);
        for momentum in [0.0, 0.6, 0.9] {
            let newton = newton_preconditioner(&hessian, 1.3).expect("regular");
            let valley = Valley::new(hessian.clone(), noise.clone(), newton, momentum).expect("stable");
            let closed = newton_covariance(&hessian, &noise, 1.3, momentum).expect("regular");
            assert!((&valley.covariance().expect("regular") - &closed).largest() < 1e-12 * closed.largest());
            let closed = natural_covariance(&hessian, 0.7, momentum, 5.0).expect("regular");
            let fisher = &(&hessian * &closed) * &hessian;
            let natural = &fisher.inverse().expect("regular") * 0.7;
            let valley = Valley::new(hessian.clone(), &fisher * 0.2, natural, momentum).expect("stable");
            assert!((&valley.covariance().expect("regular") - &closed).largest() < 1e-12 * closed.largest());
        }
    }

    #[test]
    fn bad_input_is_refused_with_the_way_out() {
        let two = || Matrix::identity(2);
        let error =
            |hessian, noise, rate, momentum| Valley::new(hessian, noise, rate, momentum).expect_err("bad input").to_string();
        assert!(
            error(two(), Matrix::identity(3), two(), 0.0).contains("noise covariance is 3 x 3 and the Hessian has 2 rows")
        );
        assert!(error(Matrix::from_rows([[1.0, 0.5], [0.0, 1.0]]), two(), two(), 0.0).contains("symmetric part"));
        assert!(error(two(), two(), two(), 1.0).contains("[0, 1)"));
        assert!(error(two(), two(), &two() * 3.9, 0.9).contains("(0, 3.8)"));
        assert!(error(&two() * -1.0, two(), two(), 0.0).contains("(0, 2)"));
        assert!(error(two(), &two() * -1.0, two(), 0.0).contains("negative eigenvalue"));
        assert!(error(two(), Matrix::from_rows([[1.0, 2.0], [2.0, 1.0]]), two(), 0.0).contains("negative eigenvalue"));
        for bad in [f64::NAN, f64::INFINITY] {
            assert!(error(two(), &two() * bad, two(), 0.0).contains("noise covariance has the entry"));
            assert!(error(Matrix::diagonal(&[1.0, bad]), two(), two(), 0.0).contains("Hessian has the entry"));
        }
        // Noise along one direction alone, and none.
        for noise in [Matrix::from_rows([[0.36, 0.48], [0.48, 0.64]]), &two() * 0.0] {
            assert!(Valley::new(two(), noise, two(), 0.0).is_ok());
        }
    }
}
