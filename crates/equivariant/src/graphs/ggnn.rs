//! Generalised graph neural networks: every permutation-equivariant linear layer that is compatible with duplication, and one
//! multiplication of features by the graph.

use lawbook_core::{Device, Kind, Stream, Tensor, optim::parameter};

use super::{GraphModel, GraphSignal, channels, ggnn_slopes, mix_matrices};
use crate::mlp::ModelError;

/// Which linear operations a layer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// All that are compatible with duplication: GGNN. Not continuous in the cut norm, because a limit graphon has no diagonal.
    All,
    /// Those without diagonal and trace, bounded in the operator norm: continuous GGNN.
    Continuous,
}

/// Layers on channels of matrices A and features X: with row means r, t = tr A/n, s = 1ᵀA1/n² and averages X̄ over nodes,
///
/// A′ = α₁A + u1ᵀ + 1uᵀ + (α₂s + α₃t + α₇X̄ + β₁) 11ᵀ, u = α₄r + α₅ diag A + α₆X,
/// X^k = XΘ₁ + rθ₁ + diag(A)θ₂ + 1(X̄Θ₂ + tθ₃ + sθ₄ + β₂), k = 1, 2,
/// X′ = X¹ + M (1/n) A′X²,
///
/// where M mixes all products of channels (Appendix G of the paper, with the channels of its reference implementation). ReLU acts on
/// X between layers, never on A. The continuous basis has no α₃, α₅, θ₂, θ₃.
///
/// Parameters per layer: α₁ `[o, i]`; α₆, α₄, α₅ side by side; α₇, α₂, α₃; β₁; for X¹ and X² one below the other Θ₁, θ₁, θ₂;
/// Θ₂, θ₄, θ₃; β₂; and M `[o, o²]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ggnn {
    pub(super) channels: Vec<i64>,
    pub(super) basis: Basis,
}

/// Tensors per layer.
pub(super) const TENSORS: usize = 8;

impl Ggnn {
    /// The network of these channels of X, input first. A has one channel at first and then as many as X.
    pub fn new(widths: &[i64], basis: Basis) -> Result<Self, ModelError> {
        let channels = channels(widths)?;
        match channels[0] {
            1 => Ok(Self { channels, basis }),
            given => Err(ModelError::Mismatch { given, taken: 1 }),
        }
    }

    fn shapes(&self, pair: &[i64]) -> [Vec<i64>; TENSORS] {
        let (i, o) = (pair[0], pair[1]);
        let vectors = match self.basis {
            Basis::All => 3 * i,
            Basis::Continuous => 2 * i,
        };
        [
            vec![o, i],
            vec![o, vectors],
            vec![o, vectors],
            vec![o],
            vec![2 * o, vectors],
            vec![2 * o, vectors],
            vec![2 * o],
            vec![o, o * o],
        ]
    }

    /// One layer: matrices `[b, i, n, n]` and features `[b, n, i]`.
    fn layer(&self, parameters: &[Tensor], a: &Tensor, x: &Tensor) -> (Tensor, Tensor) {
        let mean = |x: &Tensor, axis: i64, keep| x.mean_dim([axis].as_slice(), keep, x.kind());
        let rows = mean(a, -1, false).transpose(-2, -1);
        let mut vectors = vec![x.shallow_clone(), rows];
        if self.basis == Basis::All {
            vectors.push(a.diagonal(0, -2, -1).transpose(-2, -1));
        }
        let nodes = Tensor::cat(&vectors, -1);
        // The averages over nodes of X, r and diag A are X̄, s and t.
        let globals = mean(&nodes, -2, true);
        let linear = |x: &Tensor, k: usize| x.linear(&parameters[k], None::<&Tensor>);
        let u = linear(&nodes, 1).transpose(-2, -1);
        let constant = (linear(&globals, 2) + &parameters[3]).transpose(-2, -1);
        let mixed = mix_matrices(a, &parameters[0]);
        let matrices = mixed + (&u + constant).unsqueeze(-1) + u.unsqueeze(-2);
        let features = (linear(&nodes, 4) + linear(&globals, 5) + &parameters[6]).chunk(2, -1);
        let n = x.size()[1];
        // [b, s, n, t] to [b, n, s·t]
        let products = matrices.matmul(&features[1].unsqueeze(1)).transpose(1, 2).flatten(2, 3) / n as f64;
        (matrices, &features[0] + products.linear(&parameters[7], None::<&Tensor>))
    }
}

impl GraphModel for Ggnn {
    /// Weights uniform in ±1/√(channels in), ±1/o for M, biases zero.
    fn init(&self, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor> {
        let mut parameters = Vec::new();
        for pair in self.channels.windows(2) {
            for (k, shape) in self.shapes(pair).into_iter().enumerate() {
                let bound = match k {
                    3 | 6 => 0.0,
                    7 => (pair[1] as f64).recip(),
                    _ => (pair[0] as f64).sqrt().recip(),
                };
                let uniform = stream.uniform_tensor(&shape, Kind::Double, device) * 2.0 - 1.0;
                parameters.push(parameter(&(uniform * bound), kind));
            }
        }
        parameters
    }

    fn forward(&self, parameters: &[Tensor], graphs: &GraphSignal) -> Tensor {
        let mut state = (graphs.adjacency().unsqueeze(1), graphs.signal().shallow_clone());
        let layers = self.channels.len() - 1;
        for (i, layer) in parameters.chunks_exact(TENSORS).enumerate() {
            let (a, x) = self.layer(layer, &state.0, &state.1);
            state = (a, if i + 1 < layers { x.relu() } else { x });
        }
        state.1
    }

    fn features(&self) -> i64 {
        self.channels[0]
    }

    fn matrices(&self) -> i64 {
        self.channels[1..].iter().copied().max().unwrap_or(0)
    }

    fn fast_squared_error(
        &self,
        parameters: &[Tensor],
        graphs: &GraphSignal,
        labels: &Tensor,
    ) -> Option<(f64, Vec<Tensor>)> {
        ggnn_slopes::squared_error(self, parameters, graphs, labels)
    }

    fn parameter_count(&self) -> i64 {
        let count = |shape: Vec<i64>| shape.iter().product::<i64>();
        self.channels.windows(2).flat_map(|pair| self.shapes(pair)).map(count).sum()
    }
}
