//! Messages by the product with the weight matrix: Z_l = W_l H_{l−1} A, H_l ← H_l + UPD(H_l, Z_l).
//!
//! Equal copies of a neuron enter only through the row sums of their blocks: the forward network is invariant under every widening
//! that keeps the function. Backward messages W_lᵀ H_l, scaled by n_{l−1}/n_l, need the column sums as well.

use lawbook_core::{Device, Kind, Stream, Tensor};

use super::{Direction, Weights, edge::initial_states};
use crate::mlp::{Mlp, ModelError};

/// A matrix-product metanetwork.
#[derive(Debug, Clone)]
pub struct ProductNetwork {
    /// Where messages go.
    pub direction: Direction,
    channels: i64,
    rounds: usize,
    update: Mlp,
    head: Mlp,
}

impl ProductNetwork {
    /// With so many channels per neuron and rounds of messages, for networks of `layers` layers of neurons (inputs not counted).
    pub fn new(direction: Direction, channels: i64, rounds: usize, layers: i64) -> Result<Self, ModelError> {
        let update = Mlp::new(&[3 * channels, channels, channels])?;
        Ok(Self { direction, channels, rounds, update, head: Mlp::new(&[layers * channels, channels, 1])? })
    }

    /// Fresh parameters, in double precision: of update and head, A forward and backward, codes of the layers.
    pub fn init(&self, layers: i64, stream: &mut Stream, device: Device) -> Vec<Tensor> {
        let mut parameters = self.update.init(stream, Kind::Double, device);
        parameters.extend(self.head.init(stream, Kind::Double, device));
        let deviation = (self.channels as f64).sqrt().recip();
        parameters.push(stream.normal_tensor(&[2, self.channels, self.channels], Kind::Double, device) * deviation);
        parameters.push(stream.normal_tensor(&[layers + 1, 2, self.channels], Kind::Double, device));
        parameters
    }

    /// The answer, one number. Panics if the parameters are those of another network.
    pub fn forward(&self, parameters: &[Tensor], weights: &Weights) -> Tensor {
        let (update, rest) = parameters.split_at(self.update.tensors());
        let (head, rest) = rest.split_at(self.head.tensors());
        let (forth, back) = (rest[0].get(0), rest[0].get(1));
        let mut states = initial_states(weights, &rest[1]);
        let layers = weights.matrices.len();
        for _ in 0..self.rounds {
            let next = |l: usize| {
                let h = &states[l];
                let received =
                    if l == 0 { h.zeros_like() } else { weights.matrices[l - 1].matmul(&states[l - 1]).matmul(&forth) };
                let returned = if l == layers || self.direction == Direction::Forward {
                    h.zeros_like()
                } else {
                    let w = &weights.matrices[l];
                    let size = w.size();
                    w.transpose(0, 1).matmul(&states[l + 1]).matmul(&back) * (size[1] as f64 / size[0] as f64)
                };
                h + self.update.forward(update, &Tensor::cat(&[h, &received, &returned], 1))
            };
            states = (0..=layers).map(next).collect();
        }
        let mean = |h: &Tensor| h.mean_dim([0i64].as_slice(), false, Kind::Double);
        self.head.forward(head, &Tensor::cat(&states[1..].iter().map(mean).collect::<Vec<_>>(), 0)).squeeze()
    }
}
