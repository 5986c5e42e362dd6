//! Linear regression by SGD on a finite set of data: the noise of its batches, exactly and in high dimensions.
//!
//! Liu Ziyin, Kangqiao Liu, Takashi Mori & Masahito Ueda, *Strength of Minibatch Noise in SGD*, ICLR 2022, arXiv 2102.05375,
//! theorem 5 and 6. Batches are drawn with replacement.

use lawbook_core::{
    Device, Key, Kind, Tensor,
    tensor::{from_slice, scalar, to_vec},
};

use crate::{Noise, Number, Process, engine::table::Table};

/// `N` samples of `D` inputs with their labels, and what least squares makes of them.
#[derive(Debug)]
pub struct DataSet {
    inputs: Tensor,
    /// `Â = XᵀX/N`.
    covariance: Tensor,
    solution: Tensor,
    /// Labels minus what the solution gives.
    residuals: Tensor,
}

/// There is no stationary excess loss at this learning rate.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "learning rate {rate} at batch size {batch}: needs a positive rate below 2/a = {edge} for the largest eigenvalue a, with \
     lambda Tr[A G^-1] = {feedback} below S, G = 2 - lambda (1 - 1/S) A; lower the rate or take a larger batch"
)]
pub struct UnstableOnData {
    rate: f64,
    batch: u32,
    edge: f64,
    feedback: f64,
}

impl DataSet {
    /// Standard normal inputs and, as labels, noise of deviation `sigma`: `samples` rows, `dimension` columns, drawn from the
    /// streams of `key`.
    pub fn of_noise(samples: u32, dimension: u32, sigma: f64, key: &Key) -> Self {
        let (rows, columns) = (i64::from(samples), i64::from(dimension));
        let inputs = key.stream("inputs", 0).normal_tensor(&[rows, columns], Kind::Double, Device::Cpu);
        let labels = key.stream("labels", 0).normal_tensor(&[rows, 1], Kind::Double, Device::Cpu) * sigma;
        Self::new(inputs, &labels)
    }

    /// From inputs `[N, D]` and labels `[N, 1]`, in f64. Panics without samples, or if the shapes are others.
    pub fn new(inputs: Tensor, labels: &Tensor) -> Self {
        let (shape, labelled) = (inputs.size(), labels.size());
        let fits = shape.len() == 2 && shape.iter().all(|size| *size > 0) && labelled == [shape[0], 1];
        assert!(fits, "inputs {shape:?} and labels {labelled:?}: give [N, D] and [N, 1] with N and D of at least 1");
        let covariance = inputs.transpose(0, 1).matmul(&inputs) / inputs.size()[0] as f64;
        let solution = inputs.linalg_pinv(1e-12, false).matmul(labels);
        let residuals = labels - inputs.matmul(&solution);
        Self { inputs, covariance, solution, residuals }
    }

    /// `N`.
    pub fn samples(&self) -> f64 {
        self.inputs.size()[0] as f64
    }

    /// Rows of `C` numbers for [`OnData`]: `C − 1` inputs, and the label minus what the least-squares solution gives. Weights
    /// are then measured from that solution. `None` unless there are `C − 1` inputs.
    pub fn table<const C: usize>(&self) -> Option<Table<C>> {
        let numbers = to_vec(&Tensor::cat(&[&self.inputs, &self.residuals], 1));
        let rows = numbers.chunks(C).map(|row| row.try_into().ok()).collect::<Option<Vec<[f64; C]>>>()?;
        if self.inputs.size()[1] as usize + 1 == C { Table::new(rows).ok() } else { None }
    }

    /// The weights of the least-squares solution, of least norm where there are many.
    pub fn solution(&self) -> Vec<f64> {
        to_vec(&self.solution)
    }

    /// Twice the least training loss `2 L₀*`: the mean square of the residuals.
    pub fn residual_variance(&self) -> f64 {
        scalar(&(&self.residuals * &self.residuals).mean(Kind::Double))
    }

    /// Twice the stationary excess of the training loss, `Tr[Â Σ]`, of theorem 6, `(λ/S) v κ̂` with
    /// `κ̂ = q/(1 − λ q/S)`, `q = Tr[Ĝ⁻¹Â]`, `Ĝ = 2 − λ(1 − 1/S)Â`. The paper takes for the variance `v` of the residuals its
    /// limit `σ² max(0, 1 − D/N)`; [`residual_variance`](Self::residual_variance) is that of these data.
    pub fn excess(&self, rate: f64, batch: u32, residual_variance: f64) -> Result<f64, UnstableOnData> {
        let size = f64::from(batch);
        let eigenvalues = self.eigenvalues();
        let edge = 2.0 / eigenvalues.iter().fold(0.0, |top: f64, a| top.max(*a));
        let trace: f64 = eigenvalues.iter().map(|a| a / (2.0 - rate * (1.0 - 1.0 / size) * a)).sum();
        let feedback = rate * trace;
        if rate > 0.0 && rate < edge && feedback < size {
            Ok(rate / size * residual_variance * trace / (1.0 - feedback / size))
        } else {
            Err(UnstableOnData { rate, batch, edge, feedback })
        }
    }

    /// Twice the stationary excess of the training loss with noise that stays what it is at the solution, theorem 5:
    /// `C = (2 L₀*/S) Â`, hence `Σ λ v a/(S (2 − λ a))`.
    pub fn excess_of_constant_noise(&self, rate: f64, batch: u32) -> Result<f64, UnstableOnData> {
        let eigenvalues = self.eigenvalues();
        let edge = 2.0 / eigenvalues.iter().fold(0.0, |top: f64, a| top.max(*a));
        if !(rate > 0.0 && rate < edge && batch > 0) {
            return Err(UnstableOnData { rate, batch, edge, feedback: 0.0 });
        }
        let scale = rate * self.residual_variance() / f64::from(batch);
        Ok(eigenvalues.iter().map(|a| scale * a / (2.0 - rate * a)).sum())
    }

    /// The same excess without any approximation: `steps` steps of the recursion of the covariance,
    /// `Σ' = Σ − λ(ÂΣ + ΣÂ) + λ²{(1 − 1/S) ÂΣÂ + (1/S) mean[(xᵀΣx + e²) x xᵀ]}`, from zero; at least some relaxation times.
    ///
    /// Panics where there is no such state: without a batch, at rates outside of `(0, 2/a)` for the largest eigenvalue `a`, or where
    /// the noise of batches makes the recursion grow without bound.
    pub fn exact_excess(&self, rate: f64, batch: u32, steps: u32) -> f64 {
        let eigenvalues = self.eigenvalues();
        let edge = 2.0 / eigenvalues.iter().fold(0.0, |top: f64, a| top.max(*a));
        let fits = rate > 0.0 && rate < edge && batch > 0;
        assert!(fits, "learning rate {rate} at batch size {batch}: give a rate in (0, {edge}) and a batch of at least 1");
        let (a, size) = (&self.covariance, f64::from(batch));
        let squares = &self.residuals * &self.residuals;
        let mut sigma = a.zeros_like();
        let mut path = vec![0.0];
        for _ in 0..steps {
            let drift = a.matmul(&sigma);
            let spread = (self.inputs.matmul(&sigma) * &self.inputs).sum_dim_intlist([1i64].as_slice(), true, Kind::Double);
            let weighted = self.inputs.transpose(0, 1).matmul(&(&self.inputs * (spread + &squares)));
            let noise = drift.matmul(a) * (1.0 - 1.0 / size) + weighted / (size * self.samples());
            // Not the transpose of the drift: what rounding makes asymmetric would grow.
            sigma = &sigma - (&drift + sigma.matmul(a)) * rate + noise * (rate * rate);
            path.push(scalar(&(a * &sigma).sum(Kind::Double)));
        }
        let end = path[path.len() - 1];
        // From zero the excess rises by less and less to its limit, or by more and more without bound; at the limit by rounding.
        if steps > 1 {
            let middle = path.len() / 2;
            let (early, late) = (path[middle] - path[middle - 1], end - path[path.len() - 2]);
            assert!(
                late <= early || late < 1e-9 * end,
                "learning rate {rate} at batch size {batch}: the excess grows without bound, by {early:.2e} at step {middle} and by \
                 {late:.2e} at step {steps}; lower the rate or take a larger batch"
            );
        }
        end
    }

    /// `wᵀ Â w`, twice the excess loss at a distance `w` from the solution.
    pub fn square(&self, w: &[f64]) -> f64 {
        let w = from_slice(w, &[w.len() as i64, 1], Kind::Double, Device::Cpu);
        scalar(&w.transpose(0, 1).matmul(&self.covariance.matmul(&w)))
    }

    /// `Â`, row by row.
    pub fn covariance(&self) -> Vec<f64> {
        to_vec(&self.covariance)
    }

    /// Its eigenvalues, the smallest first.
    pub fn eigenvalues(&self) -> Vec<f64> {
        to_vec(&self.covariance.linalg_eigvalsh("L"))
    }
}

/// SGD for linear regression on a table whose rows are `C − 1` inputs and a label. Its state is the `C − 1` weights and a last
/// number that stays as it is: start it at −1, and the error of a sample is row times state.
#[derive(Debug, Clone, PartialEq)]
pub struct OnData<const C: usize> {
    /// The data.
    pub table: Table<C>,
    /// The learning rate `λ`.
    pub rate: f64,
    /// Batch size `S`, at least 1.
    pub batch: u32,
}

impl<const C: usize> Process for OnData<C> {
    type State<X: Number> = [X; C];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, mut w: [X; C], noise: &mut N) -> [X; C] {
        let before = w;
        for _ in 0..self.batch {
            let row = noise.row(&self.table);
            let mut error = X::constant(0.0);
            for i in 0..C {
                error = error + row[i] * before[i];
            }
            let pull = error * (self.rate / f64::from(self.batch));
            for i in 0..C - 1 {
                w[i] = w[i] - pull * row[i];
            }
        }
        w
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ensemble;

    fn data(samples: u32, dimension: u32) -> DataSet {
        DataSet::of_noise(samples, dimension, 1.0, &Key::new(["finite data"]))
    }

    /// X-Val: numpy 2.4.6 `numpy.linalg.lstsq` on four points: slope 1, offset −0.95, sum of squared residuals 0.05.
    #[test]
    fn least_squares_solve_a_small_problem() {
        let inputs = from_slice(&[0.0, 1.0, 1.0, 1.0, 2.0, 1.0, 3.0, 1.0], &[4, 2], Kind::Double, Device::Cpu);
        let labels = from_slice(&[-1.0, 0.2, 0.9, 2.1], &[4, 1], Kind::Double, Device::Cpu);
        let set = DataSet::new(inputs, &labels);
        let solution = set.solution();
        assert!((solution[0] - 1.0).abs() < 1e-12 && (solution[1] + 0.95).abs() < 1e-12, "{solution:?}");
        assert!((set.residual_variance() - 0.05 / 4.0).abs() < 1e-12);
    }

    /// A million steps of many replicas come to where the exact recursion does.
    #[test]
    fn an_ensemble_settles_where_the_recursion_does() {
        let set = data(30, 3);
        let process = OnData { table: set.table::<4>().expect("three inputs"), rate: 0.4, batch: 2 };
        let mut ensemble = Ensemble::<_, f64>::new(process, 4096, &Key::new(["settle"]), |_| [0.0, 0.0, 0.0, -1.0]);
        ensemble.advance(100);
        let mut values = Vec::new();
        for _ in 0..12 {
            ensemble.advance(12);
            values.push(ensemble.states().map(|w| set.square(&w[..3])).sum::<f64>() / 4096.0);
        }
        let mean = values.iter().sum::<f64>() / 12.0;
        let exact = set.exact_excess(0.4, 2, 500);
        assert!((mean / exact - 1.0).abs() < 0.03, "{mean} {exact}");
    }

    /// Theorem 6 against the recursion without approximation; with noise that does not grow with the error it is far off.
    #[test]
    fn theorem_six_is_near_in_high_dimensions() {
        let set = data(400, 40);
        let exact = set.exact_excess(0.3, 20, 300);
        let theorem = set.excess(0.3, 20, set.residual_variance()).expect("stable");
        assert!((theorem / exact - 1.0).abs() < 0.06, "{theorem} {exact}");
        assert!(set.excess_of_constant_noise(0.3, 20).expect("stable") / exact < 0.85);
    }

    #[test]
    fn interpolation_leaves_no_noise() {
        let set = data(10, 40);
        assert!(set.residual_variance() < 1e-20);
        assert!(set.excess(0.1, 20, set.residual_variance()).expect("stable") < 1e-18);
    }

    #[test]
    fn too_large_a_rate_is_answered_with_the_range() {
        let error = data(60, 40).excess(2.0, 20, 1.0).expect_err("unstable").to_string();
        assert!(error.contains("below 2/a"), "{error}");
        assert!(data(10, 4).table::<4>().is_none());
    }
}
