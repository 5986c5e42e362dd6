//! The simplest graph neural network: a message is the neighbour's feature, weighted by the edge and averaged over all nodes.

use lawbook_core::{Device, Kind, Stream, Tensor, optim::parameter};

use super::{GraphModel, GraphSignal, channels, message_slopes};
use crate::mlp::ModelError;

/// X ← X W₁ᵀ + (1/n) A X W₂ᵀ, without biases, ReLU between the layers and none after the last. A never changes.
///
/// Compatible with duplication and continuous in the cut norm: (1/n) A acts as the graphon's operator. Parameters are W₁ and
/// W₂ `[d_out, d_in]` of every layer in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagePassing {
    pub(super) channels: Vec<i64>,
}

impl MessagePassing {
    /// The network of these channels, input first.
    pub fn new(widths: &[i64]) -> Result<Self, ModelError> {
        Ok(Self { channels: channels(widths)? })
    }
}

impl GraphModel for MessagePassing {
    fn init(&self, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor> {
        let weight = |pair: &[i64], stream: &mut Stream| {
            let uniform = stream.uniform_tensor(&[pair[1], pair[0]], Kind::Double, device) * 2.0 - 1.0;
            parameter(&(uniform / (pair[0] as f64).sqrt()), kind)
        };
        self.channels.windows(2).flat_map(|pair| [weight(pair, stream), weight(pair, stream)]).collect()
    }

    fn forward(&self, parameters: &[Tensor], graphs: &GraphSignal) -> Tensor {
        let (adjacency, scale) = (graphs.adjacency(), (graphs.nodes() as f64).recip());
        let last = self.channels.len() - 2;
        parameters.chunks_exact(2).enumerate().fold(graphs.signal().shallow_clone(), |x, (layer, weights)| {
            // A (X W₂ᵀ) or (A X) W₂ᵀ, whichever product has fewer channels.
            let y = if self.channels[layer + 1] <= self.channels[layer] {
                let both = x.linear(&Tensor::cat(weights, 0), None::<&Tensor>).chunk(2, -1);
                both[0].baddbmm(adjacency, &both[1], 1.0, scale)
            } else {
                let received = adjacency.bmm(&x) * scale;
                Tensor::cat(&[&x, &received], -1).linear(&Tensor::cat(weights, 1), None::<&Tensor>)
            };
            if layer < last { y.relu() } else { y }
        })
    }

    fn features(&self) -> i64 {
        self.channels[0]
    }

    fn matrices(&self) -> i64 {
        0
    }

    fn fast_squared_error(
        &self,
        parameters: &[Tensor],
        graphs: &GraphSignal,
        labels: &Tensor,
    ) -> Option<(f64, Vec<Tensor>)> {
        message_slopes::squared_error(self, parameters, graphs, labels)
    }

    fn parameter_count(&self) -> i64 {
        self.channels.windows(2).map(|pair| 2 * pair[0] * pair[1]).sum()
    }
}
