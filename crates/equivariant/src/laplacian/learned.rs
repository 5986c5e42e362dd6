//! A nonlinearity learned from labelled matrices: σ is a small network, and how far the top eigenvalue of L_σ lies out decides whether
//! a signal is there.
//!
//! Source: Yuxin Ma & Dmitriy Kunisky, *Nonlinear Laplacians*, 2025, arXiv 2505.12528, with its released code: a scalar network σ,
//! the score affine in λ₁(L_σ), binary cross-entropy.

use lawbook_core::{
    Device, Key, Kind, Stream, Tensor,
    optim::{Optimiser, Rule, gradients, parameter},
    tensor::{from_slice, scalar, to_vec},
};

use super::{
    LaplacianError, Nonlinearity, Packed, Search, SigmaLaplacian, Symmetric,
    observation::{goe, planted_submatrix},
    top_eigenpair,
};
use crate::mlp::{Mlp, ModelError};

/// Row sums are standard normal up to a shift of some units: σ is learned on [−6, 6] and constant outside, hence bounded.
const REACH: f64 = 6.0;

/// Places in this range at which σ is tabulated.
const NODES: usize = 121;

/// At this residual an eigenvalue is within 1e-3 of its value; with a start from the last step a few products are enough.
const SEARCH: Search = Search { tolerance: 1e-2, basis: 24, products: 2000 };

/// Why no nonlinearity can be learned.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LearningError {
    /// No matrices, or none per step.
    #[error("{pairs} pairs of matrices, {batch} of them per step: give at least one of each")]
    Empty {
        /// Pairs of matrices.
        pairs: usize,
        /// Pairs per step.
        batch: usize,
    },
    /// The matrices or their eigenvalues.
    #[error(transparent)]
    Laplacian(#[from] LaplacianError),
}

/// Matrices with and without a planted signal, in pairs of the same noise.
#[derive(Debug)]
pub struct Labelled {
    matrices: Vec<Packed<f32>>,
    sums: Vec<Vec<f64>>,
}

impl Labelled {
    /// `pairs` planted submatrices of strength β, each beside its noise alone. Matrices of odd number are without a signal.
    pub fn submatrices(order: usize, beta: f64, pairs: usize, key: &Key) -> Result<Self, LaplacianError> {
        let mut seeds = key.stream("labelled pairs", 0);
        let mut matrices = Vec::with_capacity(2 * pairs);
        for _ in 0..pairs {
            let key = Key::new(["labelled pair", &seeds.next_u64().to_string()]);
            matrices.push(planted_submatrix(order, beta, &key)?.matrix);
            matrices.push(goe(order, &key));
        }
        let sums = matrices.iter().map(|matrix: &Packed<f32>| {
            let mut sums = vec![0.0; order];
            matrix.multiply(&vec![1.0; order], &mut sums);
            sums
        });
        Ok(Self { sums: sums.collect(), matrices })
    }

    /// The number of pairs.
    pub fn pairs(&self) -> usize {
        self.matrices.len() / 2
    }

    /// λ₁(L_σ) of every matrix.
    pub fn eigenvalues(&self, sigma: &Nonlinearity) -> Result<Vec<f64>, LaplacianError> {
        let top = |(matrix, sums): (&Packed<f32>, &Vec<f64>)| {
            top_eigenpair(&SigmaLaplacian::new(matrix, sigma), sums, &SEARCH).map(|top| top.value)
        };
        self.matrices.iter().zip(&self.sums).map(top).collect()
    }

    /// The share of matrices on the wrong side of a threshold of their top eigenvalues.
    pub fn error(&self, eigenvalues: &[f64], threshold: f64) -> f64 {
        let wrong = eigenvalues.iter().enumerate().filter(|(at, value)| (**value > threshold) != (at % 2 == 0));
        wrong.count() as f64 / eigenvalues.len() as f64
    }

    /// The threshold with the least error: halfway between two of the eigenvalues.
    pub fn best_threshold(&self, eigenvalues: &[f64]) -> f64 {
        let mut sorted = eigenvalues.to_vec();
        sorted.sort_by(f64::total_cmp);
        let between = sorted.windows(2).map(|pair| 0.5 * (pair[0] + pair[1]));
        let error = |threshold: &f64| self.error(eigenvalues, *threshold);
        between.min_by(|a, b| error(a).total_cmp(&error(b))).unwrap_or(f64::NAN)
    }
}

/// How a nonlinearity is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Training {
    /// Steps of Adam.
    pub steps: usize,
    /// Pairs of matrices per step.
    pub batch: usize,
    /// Learning rate.
    pub learning_rate: f64,
}

/// σ as a network 1 → h → … → 1 with tanh between its layers, and a logit a (λ₁(L_σ) − c).
///
/// Parameters are those of the layers, then a and c.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigmaNetwork {
    layers: Mlp,
}

impl SigmaNetwork {
    /// The network with these hidden widths; the published one has seven of 20.
    pub fn new(hidden: &[i64]) -> Result<Self, ModelError> {
        Ok(Self { layers: Mlp::new(&[&[1], hidden, &[1]].concat())? })
    }

    /// Fresh parameters, with gradients. The last layer is zero, so that training starts from the direct method, σ = 0, and c at the
    /// edge of its bulk.
    pub fn init(&self, stream: &mut Stream) -> Vec<Tensor> {
        let mut parameters = self.layers.init(stream, Kind::Double, Device::Cpu);
        let last = parameters.len() - 2;
        for tensor in &mut parameters[last..] {
            *tensor = parameter(&tensor.zeros_like(), Kind::Double);
        }
        parameters.extend([10.0, 2.0].map(|value| parameter(&Tensor::from(value), Kind::Double)));
        parameters
    }

    /// σ at the nodes.
    fn values(&self, parameters: &[Tensor]) -> Tensor {
        let x = from_slice(&nodes(), &[NODES as i64, 1], Kind::Double, Device::Cpu);
        let mut layers = parameters[..self.layers.tensors()].chunks_exact(2);
        let first = layers.next().map_or_else(|| x.shallow_clone(), |pair| x.linear(&pair[0], Some(&pair[1])));
        layers.fold(first, |x, pair| x.tanh().linear(&pair[0], Some(&pair[1]))).squeeze_dim(-1)
    }

    /// σ as it was learned.
    pub fn nonlinearity(&self, parameters: &[Tensor]) -> Nonlinearity {
        Nonlinearity::Table { nodes: nodes(), values: to_vec(&self.values(parameters)) }
    }

    /// The running maximum of σ, which the theory covers.
    pub fn envelope(&self, parameters: &[Tensor]) -> Nonlinearity {
        Nonlinearity::monotone_envelope(nodes(), &to_vec(&self.values(parameters)))
    }

    /// Trains on the binary cross-entropy of the logits. The gradient by σ(s_j) is that of the eigenvalue, v_j².
    pub fn fit(
        &self,
        mut parameters: Vec<Tensor>,
        data: &Labelled,
        training: &Training,
        stream: &mut Stream,
    ) -> Result<Vec<Tensor>, LearningError> {
        if data.pairs() == 0 || training.batch == 0 {
            return Err(LearningError::Empty { pairs: data.pairs(), batch: training.batch });
        }
        let mut adam = Optimiser::new(Rule::ADAM, training.learning_rate, &parameters);
        let mut starts = data.sums.clone();
        let mut order: Vec<usize> = (0..data.pairs()).collect();
        let mut next = order.len();
        for _ in 0..training.steps {
            let sigma = self.values(&parameters);
            let [a, c] = [0, 1].map(|at| scalar(&parameters[self.layers.tensors() + at]));
            let table = Nonlinearity::Table { nodes: nodes(), values: to_vec(&sigma) };
            let (mut by_node, mut by_a, mut by_c) = (vec![0.0; NODES], 0.0, 0.0);
            for _ in 0..training.batch {
                if next == order.len() {
                    stream.shuffle(&mut order);
                    next = 0;
                }
                for (at, label) in [(2 * order[next], 1.0), (2 * order[next] + 1, 0.0)] {
                    let laplacian = SigmaLaplacian::new(&data.matrices[at], &table);
                    let top = top_eigenpair(&laplacian, &starts[at], &SEARCH)?;
                    let probability = (1.0 + (-a * (top.value - c)).exp()).recip();
                    let excess = (probability - label) / (2 * training.batch) as f64;
                    by_a += excess * (top.value - c);
                    by_c -= excess * a;
                    for (v, sum) in top.vector.iter().zip(&data.sums[at]) {
                        let (left, share) = place(*sum);
                        by_node[left] += excess * a * v * v * (1.0 - share);
                        by_node[left + 1] += excess * a * v * v * share;
                    }
                    starts[at] = top.vector;
                }
                next += 1;
            }
            let by_node = from_slice(&by_node, &[NODES as i64], Kind::Double, Device::Cpu);
            let tail = &parameters[self.layers.tensors()..];
            let linear = (sigma * by_node).sum(Kind::Double) + &tail[0] * by_a + &tail[1] * by_c;
            let slopes = gradients(&linear, &parameters);
            adam.step(&mut parameters, &slopes);
        }
        Ok(parameters)
    }
}

fn nodes() -> Vec<f64> {
    (0..NODES).map(|at| REACH * (2.0 * at as f64 / (NODES - 1) as f64 - 1.0)).collect()
}

/// The node to the left of x, and how far x is on the way to the next.
fn place(x: f64) -> (usize, f64) {
    let at = ((x / REACH + 1.0) * 0.5 * (NODES - 1) as f64).clamp(0.0, (NODES - 1) as f64);
    let left = (at as usize).min(NODES - 2);
    (left, at - left as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One step of gradient descent with a small rate changes the cross-entropy as its slope says: the same loss, by eigenvalues of
    /// tables alone.
    #[test]
    fn the_gradient_is_that_of_the_cross_entropy() {
        let data = Labelled::submatrices(60, 1.5, 4, &Key::new(["learned"])).expect("12 entries");
        let network = SigmaNetwork::new(&[6]).expect("widths");
        let mut stream = Key::new(["learned"]).stream("network", 0);
        let mut parameters = network.init(&mut stream);
        parameters[2] = parameter(&stream.normal_tensor(&[1, 6], Kind::Double, Device::Cpu), Kind::Double);
        let loss = |parameters: &[Tensor]| {
            let values = data.eigenvalues(&network.nonlinearity(parameters)).expect("eigenvalues");
            let [a, c] = [4, 5].map(|at| scalar(&parameters[at]));
            let one = |(at, value): (usize, &f64)| {
                let sign = if at % 2 == 0 { -1.0 } else { 1.0 };
                (sign * a * (value - c)).exp().ln_1p() / values.len() as f64
            };
            values.iter().enumerate().map(one).sum::<f64>()
        };
        // A first step of Adam goes by the rate along the sign of every slope.
        let rate = 1e-3;
        let training = Training { steps: 1, batch: 4, learning_rate: rate };
        let before: Vec<Tensor> = parameters.iter().map(|w| parameter(w, Kind::Double)).collect();
        let after = network.fit(parameters, &data, &training, &mut stream).expect("eigenvalues");
        for (at, (new, old)) in after.iter().zip(&before).enumerate() {
            let steps = to_vec(&(new - old));
            for (entry, step) in steps.iter().enumerate() {
                let moved = |sign: f64| {
                    let mut moved: Vec<Tensor> = before.iter().map(|w| parameter(w, Kind::Double)).collect();
                    let mut values = to_vec(&moved[at]);
                    values[entry] += sign * 0.05;
                    moved[at] = from_slice(&values, &moved[at].size(), Kind::Double, Device::Cpu);
                    loss(&moved)
                };
                let slope = moved(1.0) - moved(-1.0);
                assert!(slope.abs() < 1e-4 || slope * step < 0.0, "{at} {entry}: {slope} {step}");
            }
        }
    }

    #[test]
    fn the_best_threshold_separates_what_can_be_separated() {
        let data = Labelled::submatrices(40, 2.5, 5, &Key::new(["threshold"])).expect("16 entries");
        let values: Vec<f64> = (0..10).map(|at| if at % 2 == 0 { 3.0 + f64::from(at) } else { 2.0 }).collect();
        let threshold = data.best_threshold(&values);
        assert!((2.0..3.0).contains(&threshold) && data.error(&values, threshold) == 0.0, "{threshold}");
        assert_eq!(data.error(&values, 20.0), 0.5);
        let none = Labelled::submatrices(40, 2.5, 0, &Key::new(["none"])).expect("no matrix");
        let network = SigmaNetwork::new(&[4]).expect("widths");
        let mut stream = Key::new(["none"]).stream("network", 0);
        let training = Training { steps: 1, batch: 3, learning_rate: 0.1 };
        let refused = network.fit(network.init(&mut stream), &none, &training, &mut stream).expect_err("no matrix");
        assert_eq!(refused, LearningError::Empty { pairs: 0, batch: 3 });
        assert_eq!(place(-9.0), (0, 0.0));
        assert_eq!(place(9.0), (NODES - 2, 1.0));
    }
}
