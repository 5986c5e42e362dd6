//! Equivariance under the positive rescaling of hidden neurons, h_i ← λ_i h_i, W_ij ← λ_i W_ij/λ_j, which keeps a ReLU network.
//!
//! A map h ↦ Γh ∘ MLP(h/‖h‖) commutes with h ↦ λh for λ > 0. A forward message W_ij h_j transforms as h_i does. A backward message has to
//! transform as h_j: h_i/W_ij does, W_ij h_i transforms by λ_i²/λ_j instead. The released code has a flag for the reciprocal, and
//! ignores it; [`Backward::Raw`] is what it computes.

use lawbook_core::{Device, Kind, Stream, Tensor};

use super::Weights;
use crate::mlp::{Mlp, ModelError};

/// What backward messages are multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backward {
    /// There are none.
    Absent,
    /// 1/W_ij, or 0 where W_ij is 0: equivariant.
    Reciprocal,
    /// W_ij, as in the released code: not equivariant.
    Raw,
}

/// A scale-equivariant metanetwork with an invariant answer.
#[derive(Debug, Clone)]
pub struct ScaleNetwork {
    /// What backward messages are multiplied by.
    pub backward: Backward,
    channels: i64,
    rounds: usize,
    gate: Mlp,
    head: Mlp,
}

impl ScaleNetwork {
    /// With so many channels per neuron and rounds of messages, for networks of `layers` layers of neurons (inputs not counted).
    pub fn new(backward: Backward, channels: i64, rounds: usize, layers: i64) -> Result<Self, ModelError> {
        let gate = Mlp::new(&[channels, channels, channels])?;
        Ok(Self { backward, channels, rounds, gate, head: Mlp::new(&[layers * channels, channels, 1])? })
    }

    /// Fresh parameters, in double precision: of gate and head, three matrices Γ, codes of the layers.
    pub fn init(&self, layers: i64, stream: &mut Stream, device: Device) -> Vec<Tensor> {
        let mut parameters = self.gate.init(stream, Kind::Double, device);
        parameters.extend(self.head.init(stream, Kind::Double, device));
        let deviation = (self.channels as f64).sqrt().recip();
        parameters.push(stream.normal_tensor(&[3, self.channels, self.channels], Kind::Double, device) * deviation);
        parameters.push(stream.normal_tensor(&[layers + 1, self.channels], Kind::Double, device));
        parameters
    }

    /// The answer, one number. Panics if the parameters are those of another network.
    pub fn forward(&self, parameters: &[Tensor], weights: &Weights) -> Tensor {
        let (gate, rest) = parameters.split_at(self.gate.tensors());
        let (head, rest) = rest.split_at(self.head.tensors());
        let [own, forth, back] = [0, 1, 2].map(|which| rest[0].get(which));
        let layers = weights.matrices.len();
        let inputs = weights.widths()[0];
        // Inputs are not rescaled: any code will do. A bias transforms as its neuron does.
        let positions = Tensor::arange_start(1, inputs + 1, (Kind::Double, rest[1].device())).unsqueeze(1);
        let mut states = vec![positions * rest[1].get(0)];
        states.extend(weights.biases.iter().enumerate().map(|(l, b)| b.unsqueeze(1) * rest[1].get(l as i64 + 1)));
        for _ in 0..self.rounds {
            let next = |l: usize| {
                let mut sum = states[l].matmul(&own);
                if l > 0 {
                    sum += weights.matrices[l - 1].matmul(&states[l - 1]).matmul(&forth);
                }
                if let Some(w) = weights.matrices.get(l) {
                    let transposed = w.transpose(0, 1);
                    let multiplier = match self.backward {
                        Backward::Absent => None,
                        Backward::Raw => Some(transposed),
                        Backward::Reciprocal => Some(transposed.reciprocal().nan_to_num(0.0, 0.0, 0.0)),
                    };
                    if let Some(multiplier) = multiplier {
                        sum += multiplier.matmul(&states[l + 1]).matmul(&back);
                    }
                }
                &sum * (self.gate.forward(gate, &direction(&sum)) + 1.0)
            };
            states = (0..=layers).map(next).collect();
        }
        let mean = |h: &Tensor| direction(h).mean_dim([0i64].as_slice(), false, Kind::Double);
        self.head.forward(head, &Tensor::cat(&states[1..].iter().map(mean).collect::<Vec<_>>(), 0)).squeeze()
    }
}

/// h/‖h‖ for every neuron, 0 where h is 0.
fn direction(h: &Tensor) -> Tensor {
    let norm = h.norm_scalaropt_dim(2.0, [1i64].as_slice(), true);
    (h / norm).nan_to_num(0.0, 0.0, 0.0)
}
