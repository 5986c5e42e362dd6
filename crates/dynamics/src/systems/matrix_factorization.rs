//! SGD on a product of two matrices, `ℓ = |U W x − y|²`, and where its noise leaves the factors.
//!
//! The loss of every sample is unchanged by `U → U A`, `W → A⁻¹ W`, so that a step changes the charge `UᵀU − W Wᵀ` by exactly
//! `η² (g_Uᵀ g_U − g_W g_Wᵀ)`. Gradient descent all but conserves it; the noise of SGD drives it to the one point of the orbit
//! where `W Γ_W Wᵀ = Uᵀ Γ_U U` ([`Point::noise_equilibrium`]), from any start.
//!
//! Ziyin, Wang, Li & Wu, *Parameter Symmetry and Noise Equilibrium of Stochastic Gradient Descent*, NeurIPS 2024,
//! arXiv 2402.07193.

use lawbook_core::{Device, Kind, Tensor, tensor};

use crate::{Noise, Number, Process};

/// Labels `y = V x + ε` for inputs `x ~ N(0, diag Σ_x)` and noise `ε ~ N(0, diag Σ_ε)`, fresh at every step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Data<const X: usize, const Y: usize> {
    /// `V`, of the shape outputs by inputs.
    pub teacher: [[f64; X]; Y],
    /// Variances of the inputs.
    pub inputs: [f64; X],
    /// Variances of the label noise.
    pub labels: [f64; Y],
}

/// The two factors, `U` of outputs by hidden units and `W` of hidden units by inputs, both row by row.
pub type Factors<T, const U: usize, const W: usize> = ([T; U], [T; W]);

/// SGD at batch size 1 on two factors with `U = Y D` and `W = D X` entries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factorised<const X: usize, const D: usize, const Y: usize, const U: usize, const W: usize> {
    data: Data<X, Y>,
    rate: f64,
    deviations: ([f64; X], [f64; Y]),
}

/// Numbers that no data or training can have.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum FactorisedError {
    /// A variance is negative or not a number.
    #[error("a variance of {what} is {value}: it has to be a number of at least 0")]
    Variance {
        /// Of what.
        what: &'static str,
        /// The number.
        value: f64,
    },
    /// The learning rate is not positive.
    #[error("learning rate {0}: it has to be a positive number")]
    Rate(f64),
    /// There is no noise equilibrium.
    #[error(
        "a variance of {0} is 0: without noise in every direction the noise equilibrium is not one point; make it positive"
    )]
    Noiseless(&'static str),
}

impl<const X: usize, const Y: usize> Data<X, Y> {
    fn check(&self) -> Result<(), FactorisedError> {
        let bad = |values: &[f64]| values.iter().copied().find(|value| !(*value >= 0.0 && value.is_finite()));
        match (bad(&self.inputs), bad(&self.labels)) {
            (Some(value), _) => Err(FactorisedError::Variance { what: "the inputs", value }),
            (_, Some(value)) => Err(FactorisedError::Variance { what: "the label noise", value }),
            _ => Ok(()),
        }
    }

    fn teacher(&self) -> Tensor {
        tensor::from_slice(self.teacher.as_flattened(), &[Y as i64, X as i64], Kind::Double, Device::Cpu)
    }
}

impl<const X: usize, const D: usize, const Y: usize, const U: usize, const W: usize> Factorised<X, D, Y, U, W> {
    const SHAPES: () = assert!(U == Y * D && W == D * X, "U has Y D entries and W has D X");

    /// On these data, at a learning rate.
    pub fn new(data: Data<X, Y>, rate: f64) -> Result<Self, FactorisedError> {
        let () = Self::SHAPES;
        data.check()?;
        if !(rate > 0.0 && rate.is_finite()) {
            return Err(FactorisedError::Rate(rate));
        }
        Ok(Self { data, rate, deviations: (data.inputs.map(f64::sqrt), data.labels.map(f64::sqrt)) })
    }

    /// A step along the gradient of one sample.
    #[inline(always)]
    fn along<T: Number>(&self, (u, w): Factors<T, U, W>, x: &[T; X], y: &[T; Y]) -> Factors<T, U, W> {
        let mut hidden = [T::constant(0.0); D];
        for d in 0..D {
            for i in 0..X {
                hidden[d] = hidden[d] + w[d * X + i] * x[i];
            }
        }
        let mut residual = [T::constant(0.0); Y];
        for o in 0..Y {
            residual[o] = -y[o];
            for d in 0..D {
                residual[o] = residual[o] + u[o * D + d] * hidden[d];
            }
            residual[o] = residual[o] * (2.0 * self.rate);
        }
        let (mut next_u, mut next_w) = (u, w);
        for d in 0..D {
            let mut back = T::constant(0.0);
            for o in 0..Y {
                back = back + u[o * D + d] * residual[o];
                next_u[o * D + d] = u[o * D + d] - residual[o] * hidden[d];
            }
            for i in 0..X {
                next_w[d * X + i] = w[d * X + i] - back * x[i];
            }
        }
        (next_u, next_w)
    }

    /// The state after a step of gradient descent on the mean of the loss over all data.
    pub fn descend(&self, (u, w): Factors<f64, U, W>) -> Factors<f64, U, W> {
        // The mean gradient is that of |(U W − V) Σ_x^{1/2}|²: one sample per input, along its axis and without noise.
        let mut sum = (u, w);
        for i in 0..X {
            let mut x = [0.0; X];
            x[i] = self.deviations.0[i];
            let y = std::array::from_fn(|o| self.data.teacher[o][i] * x[i]);
            let moved = self.along((u, w), &x, &y);
            (0..U).for_each(|k| sum.0[k] += moved.0[k] - u[k]);
            (0..W).for_each(|k| sum.1[k] += moved.1[k] - w[k]);
        }
        sum
    }
}

impl<const X: usize, const D: usize, const Y: usize, const U: usize, const W: usize> Process for Factorised<X, D, Y, U, W> {
    type State<T: Number> = Factors<T, U, W>;

    #[inline(always)]
    fn step<T: Number, N: Noise<T>>(&self, state: Factors<T, U, W>, noise: &mut N) -> Factors<T, U, W> {
        let mut x = [T::constant(0.0); X];
        for (input, deviation) in x.iter_mut().zip(self.deviations.0) {
            *input = noise.normal() * deviation;
        }
        let mut y = [T::constant(0.0); Y];
        for ((label, deviation), slopes) in y.iter_mut().zip(self.deviations.1).zip(self.data.teacher) {
            *label = noise.normal() * deviation;
            for (input, slope) in x.iter().zip(slopes) {
                *label = *label + *input * slope;
            }
        }
        self.along(state, &x, &y)
    }
}

/// A point of the orbit `U W = V`, up to rotations of the hidden units: the Gram matrices of both factors.
#[derive(Debug, Clone, PartialEq)]
pub struct Point<const X: usize, const Y: usize> {
    /// `U Uᵀ`.
    pub outputs: [[f64; Y]; Y],
    /// `Wᵀ W`.
    pub inputs: [[f64; X]; X],
}

impl<const X: usize, const Y: usize> Point<X, Y> {
    /// Where the noise of SGD leaves the factors: `W Γ_W Wᵀ = Uᵀ Γ_U U` with `Γ_W = Tr(Σ_ε) Σ_x`, `Γ_U = Tr(Σ_x) Σ_ε`.
    ///
    /// From the decomposition `Γ_U^{1/2} V Γ_W^{1/2} = L S Rᵀ`: `U = Γ_U^{-1/2} L S^{1/2} P`, `W = Pᵀ S^{1/2} Rᵀ Γ_W^{-1/2}`
    /// for any rotation `P`.
    pub fn noise_equilibrium(data: &Data<X, Y>) -> Result<Self, FactorisedError> {
        data.check()?;
        for (what, variances) in [("the inputs", &data.inputs[..]), ("the label noise", &data.labels[..])] {
            if variances.contains(&0.0) {
                return Err(FactorisedError::Noiseless(what));
            }
        }
        let (inputs, labels): (f64, f64) = (data.inputs.iter().sum(), data.labels.iter().sum());
        Ok(Self::symmetrised(data, data.labels.map(|v| inputs * v), data.inputs.map(|v| labels * v)))
    }

    /// Where both factors have equal singular values, as after gradient flow from a balanced start: `UᵀU = W Wᵀ`.
    pub fn balanced(data: &Data<X, Y>) -> Self {
        Self::symmetrised(data, [1.0; Y], [1.0; X])
    }

    /// The point with `W diag(w) Wᵀ = Uᵀ diag(u) U`.
    fn symmetrised(data: &Data<X, Y>, u: [f64; Y], w: [f64; X]) -> Self {
        let diagonal = |values: &[f64], power: f64| {
            let values: Vec<f64> = values.iter().map(|value| value.powf(power)).collect();
            tensor::from_slice(&values, &[values.len() as i64], Kind::Double, Device::Cpu).diag(0)
        };
        let scaled = diagonal(&u, 0.5).matmul(&data.teacher()).matmul(&diagonal(&w, 0.5));
        let (left, singular, right) = scaled.svd(true, true);
        let outputs = diagonal(&u, -0.5).matmul(&(&left * &singular)).matmul(&left.tr()).matmul(&diagonal(&u, -0.5));
        let inputs = diagonal(&w, -0.5).matmul(&(&right * &singular)).matmul(&right.tr()).matmul(&diagonal(&w, -0.5));
        let (outputs, inputs) = (tensor::to_vec(&outputs), tensor::to_vec(&inputs));
        Self {
            outputs: std::array::from_fn(|i| std::array::from_fn(|j| outputs[i * Y + j])),
            inputs: std::array::from_fn(|i| std::array::from_fn(|j| inputs[i * X + j])),
        }
    }

    /// Where a pair of factors lies.
    pub fn of<const U: usize, const W: usize>((u, w): &Factors<f64, U, W>) -> Self {
        let hidden = W / X;
        let dot = |at: &dyn Fn(usize) -> f64| (0..hidden).map(at).sum::<f64>();
        Self {
            outputs: std::array::from_fn(|i| std::array::from_fn(|j| dot(&|d| u[i * hidden + d] * u[j * hidden + d]))),
            inputs: std::array::from_fn(|i| std::array::from_fn(|j| dot(&|d| w[d * X + i] * w[d * X + j]))),
        }
    }

    /// `|W|²/|U|²`.
    pub fn norm_ratio(&self) -> f64 {
        let inputs: f64 = (0..X).map(|i| self.inputs[i][i]).sum();
        inputs / (0..Y).map(|o| self.outputs[o][o]).sum::<f64>()
    }

    /// `Tr(W Σ_x Wᵀ)/Tr Σ_x` over `Tr(Uᵀ Σ_ε U)/Tr Σ_ε`: 1 at the noise equilibrium.
    pub fn noise_ratio(&self, data: &Data<X, Y>) -> f64 {
        let weighted = self.signal(data) / data.inputs.iter().sum::<f64>();
        let noise: f64 = (0..Y).map(|o| self.outputs[o][o] * data.labels[o]).sum();
        weighted / (noise / data.labels.iter().sum::<f64>())
    }

    /// Trace of the Hessian of the mean loss at a minimum: `2 [d_y Tr(W Σ_x Wᵀ) + |U|² Tr Σ_x]`.
    pub fn hessian_trace(&self, data: &Data<X, Y>) -> f64 {
        let norm: f64 = (0..Y).map(|o| self.outputs[o][o]).sum();
        2.0 * (Y as f64 * self.signal(data) + norm * data.inputs.iter().sum::<f64>())
    }

    fn signal(&self, data: &Data<X, Y>) -> f64 {
        (0..X).map(|i| self.inputs[i][i] * data.inputs[i]).sum()
    }
}

#[cfg(test)]
mod tests;
