//! Elastic weight consolidation: a penalty `(λ/2) Σ_k F_k (θ − θ_k)²` that holds parameters where earlier tasks needed them
//! (J. Kirkpatrick et al., *Overcoming catastrophic forgetting in neural networks*, PNAS 114, 2017, arXiv 1612.00796, eq. 3).

use lawbook_core::{Kind, Tensor, no_grad, optim::gradients};

/// The penalties of all tasks so far, added up: a sum of quadratic functions is one, around their weighted mean.
#[derive(Debug, Default)]
pub struct Consolidation {
    importance: Vec<Tensor>,
    anchor: Vec<Tensor>,
}

impl Consolidation {
    /// Adds a task: its optimum `parameters` and the diagonal of its Fisher information there.
    pub fn add(&mut self, parameters: &[Tensor], fisher: &[Tensor]) {
        no_grad(|| {
            let copies = |tensors: &[Tensor]| tensors.iter().map(|tensor| tensor.detach().copy()).collect::<Vec<_>>();
            if self.importance.is_empty() {
                (self.importance, self.anchor) = (copies(fisher), copies(parameters));
                return;
            }
            for (i, (theta, fisher)) in parameters.iter().zip(fisher).enumerate() {
                let total = &self.importance[i] + fisher;
                // Where nothing matters the anchor is idle: the smallest number keeps it from being 0/0.
                let share = fisher / total.clamp_min(f64::MIN_POSITIVE);
                self.anchor[i] = &self.anchor[i] + share * (theta.detach() - &self.anchor[i]);
                self.importance[i] = total;
            }
        });
    }

    /// `(strength/2) Σ F (θ − θ*)²`, up to a constant; `None` before the first task.
    pub fn penalty(&self, parameters: &[Tensor], strength: f64) -> Option<Tensor> {
        let terms = parameters.iter().zip(self.importance.iter().zip(&self.anchor));
        terms
            .map(|(theta, (fisher, anchor))| (fisher * (theta - anchor).square()).sum(Kind::Double))
            .reduce(|a, b| a + b)
            .map(|sum| sum * (0.5 * strength))
    }
}

/// The diagonal of the empirical Fisher information: the mean over `samples` of squared gradients of one sample's
/// log-likelihood.
pub fn fisher_diagonal(
    parameters: &[Tensor],
    samples: usize,
    log_likelihood: impl Fn(usize, &[Tensor]) -> Tensor,
) -> Vec<Tensor> {
    let mut sums: Vec<Tensor> = parameters.iter().map(Tensor::zeros_like).collect();
    for sample in 0..samples {
        let slopes = gradients(&log_likelihood(sample, parameters), parameters);
        no_grad(|| sums.iter_mut().zip(&slopes).for_each(|(sum, slope)| *sum = &*sum + slope.square()));
    }
    sums.into_iter().map(|sum| sum.detach() / samples.max(1) as f64).collect()
}

#[cfg(test)]
mod tests {
    use lawbook_core::{
        Device,
        optim::{Optimiser, Rule, parameter},
        tensor::{from_slice, to_vec},
        training,
    };

    use super::*;

    fn vector(values: &[f64]) -> Tensor {
        from_slice(values, &[values.len() as i64], Kind::Double, Device::Cpu)
    }

    /// For quadratic losses with diagonal Hessians, consolidation of strength 1 loses nothing: the last task's optimum under
    /// the penalty is that of the sum of all tasks.
    #[test]
    fn quadratic_tasks_are_remembered_exactly() {
        let tasks =
            [([1.0, 4.0, 0.5], [1.0, -1.0, 2.0]), ([2.0, 1.0, 0.5], [0.0, 3.0, 1.0]), ([1.0, 1.0, 3.0], [5.0, 0.0, 0.0])];
        let mut consolidation = Consolidation::default();
        let mut theta = [parameter(&vector(&[0.0; 3]), Kind::Double)];
        for (curvature, optimum) in &tasks {
            let mut descent = Optimiser::new(Rule::GRADIENT_DESCENT, 0.1, &theta);
            let loss = |_: usize, theta: &[Tensor]| {
                let own = (vector(curvature) * (&theta[0] - vector(optimum)).square()).sum(Kind::Double) * 0.5;
                consolidation.penalty(theta, 1.0).map_or_else(|| own.shallow_clone(), |penalty| penalty + &own)
            };
            training::train(&mut theta, &mut descent, 1000, loss, training::unobserved);
            // The anchor is the optimum of the task alone: the last parameters hold the earlier tasks too.
            let own = [vector(optimum)];
            consolidation.add(&own, &[vector(curvature)]);
        }
        for (i, found) in to_vec(&theta[0]).into_iter().enumerate() {
            let (weighted, weights): (f64, f64) =
                tasks.iter().fold((0.0, 0.0), |(a, b), (h, o)| (a + h[i] * o[i], b + h[i]));
            assert!((found - weighted / weights).abs() < 1e-9, "{i}: {found}");
        }
    }

    /// For a Gaussian of unit variance the log-likelihood's slope is the residual: the Fisher information is its mean square.
    #[test]
    fn fisher_information_is_the_mean_square_of_slopes() {
        let theta = [parameter(&vector(&[0.5, -1.0]), Kind::Double)];
        let data = [[0.0, 1.0], [2.0, -3.0]];
        let fisher = fisher_diagonal(&theta, 2, |i, theta| -(&theta[0] - vector(&data[i])).square().sum(Kind::Double) * 0.5);
        assert_eq!(to_vec(&fisher[0]), [0.5 * (0.25 + 2.25), 0.5 * (4.0 + 4.0)]);
    }
}
