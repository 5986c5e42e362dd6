//! Elastic weight consolidation: a penalty `(λ/2) Σ_k F_k (θ − θ_k)²` that holds parameters where earlier tasks needed them
//! (J. Kirkpatrick et al., *Overcoming catastrophic forgetting in neural networks*, PNAS 114, 2017, arXiv 1612.00796, eq. 3).

/// The penalties of all tasks so far, added up: a sum of quadratic functions is one, around their weighted mean.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Consolidation {
    importance: Vec<f64>,
    anchor: Vec<f64>,
}

impl Consolidation {
    /// Adds a task: its optimum `parameters` and the diagonal of its Fisher information there.
    pub fn add(&mut self, parameters: &[f64], fisher: &[f64]) {
        if self.importance.is_empty() {
            (self.importance, self.anchor) = (fisher.to_vec(), parameters.to_vec());
            return;
        }
        let sums = self.importance.iter_mut().zip(&mut self.anchor);
        for ((importance, anchor), (theta, fisher)) in sums.zip(parameters.iter().zip(fisher)) {
            *importance += fisher;
            // Where nothing matters the anchor is idle: the smallest number keeps it from being 0/0.
            *anchor += fisher / importance.max(f64::MIN_POSITIVE) * (theta - *anchor);
        }
    }

    /// Adds the gradient of `(strength/2) Σ F (θ − θ*)²`: nothing before the first task.
    pub fn add_gradient(&self, parameters: &[f64], strength: f64, gradient: &mut [f64]) {
        let held = self.importance.iter().zip(&self.anchor);
        for ((slope, theta), (fisher, anchor)) in gradient.iter_mut().zip(parameters).zip(held) {
            *slope += strength * fisher * (theta - anchor);
        }
    }
}

/// The diagonal of the empirical Fisher information of so many parameters: the mean over `samples` of the squared slopes of one
/// sample's log-likelihood, which `add_slopes` adds to a slice of zeros (their sign does not matter).
pub fn fisher_diagonal(parameters: usize, samples: &[usize], add_slopes: impl Fn(usize, &mut [f64])) -> Vec<f64> {
    let (mut sums, mut slopes) = (vec![0.0; parameters], vec![0.0; parameters]);
    for &sample in samples {
        slopes.fill(0.0);
        add_slopes(sample, &mut slopes);
        sums.iter_mut().zip(&slopes).for_each(|(sum, slope)| *sum += slope * slope);
    }
    sums.iter_mut().for_each(|sum| *sum /= samples.len().max(1) as f64);
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For quadratic losses with diagonal Hessians, consolidation of strength 1 loses nothing: the last task's optimum under
    /// the penalty is that of the sum of all tasks.
    #[test]
    fn quadratic_tasks_are_remembered_exactly() {
        let tasks =
            [([1.0, 4.0, 0.5], [1.0, -1.0, 2.0]), ([2.0, 1.0, 0.5], [0.0, 3.0, 1.0]), ([1.0, 1.0, 3.0], [5.0, 0.0, 0.0])];
        let mut consolidation = Consolidation::default();
        let mut theta = [0.0; 3];
        for (curvature, optimum) in &tasks {
            for _ in 0..1000 {
                let mut gradient = [0.0; 3];
                (0..3).for_each(|i| gradient[i] = curvature[i] * (theta[i] - optimum[i]));
                consolidation.add_gradient(&theta, 1.0, &mut gradient);
                theta.iter_mut().zip(gradient).for_each(|(theta, slope)| *theta -= 0.1 * slope);
            }
            // The anchor is the optimum of the task alone: the last parameters hold the earlier tasks too.
            consolidation.add(optimum, curvature);
        }
        for (i, found) in theta.into_iter().enumerate() {
            let (weighted, weights): (f64, f64) =
                tasks.iter().fold((0.0, 0.0), |(a, b), (h, o)| (a + h[i] * o[i], b + h[i]));
            assert!((found - weighted / weights).abs() < 1e-9, "{i}: {found}");
        }
    }

    /// For a Gaussian of unit variance the log-likelihood's slope is the residual: the Fisher information is its mean square.
    #[test]
    fn fisher_information_is_the_mean_square_of_slopes() {
        let (theta, data) = ([0.5, -1.0], [[0.0, 1.0], [2.0, -3.0]]);
        let residuals = |sample: usize, slopes: &mut [f64]| {
            (0..2).for_each(|i| slopes[i] += data[sample][i] - theta[i]);
        };
        assert_eq!(fisher_diagonal(2, &[0, 1], residuals), [0.5 * (0.25 + 2.25), 0.5 * (4.0 + 4.0)]);
    }
}
