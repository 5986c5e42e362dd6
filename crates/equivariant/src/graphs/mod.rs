//! Graph signals (A, X) of n nodes: models of any size, graphons to sample from, norms, and the triangle task.
//!
//! Source: Eitan Levin, Yuxin Ma, Mateo Díaz & Soledad Villar, *On Transferring Transferability: Towards a Theory for Size
//! Generalization*, NeurIPS 2025, arXiv 2505.23599, Section 5.2 and Appendix G.

mod ggnn;
mod ggnn_slopes;
mod graphon;
mod ign;
mod ign_slopes;
mod karate;
mod message_passing;
mod message_slopes;
pub mod norms;
mod parts;
mod signal;
mod square;
mod task;
mod training;

pub use ggnn::{Basis, Ggnn};
pub use graphon::{StepGraphon, grid, w_random};
pub use ign::Ign;
pub use karate::karate_club;
pub use message_passing::MessagePassing;
pub use signal::{GraphError, GraphSignal};
pub use task::{full_random, stochastic_blocks, triangles};
pub use training::{Recipe, Trained, fit, mean_squared_error, outputs, squared_error};

use lawbook_core::{Device, Kind, Stream, Tensor};

/// A model that gives every node of a graph of any size an output.
pub trait GraphModel: Sync {
    /// Fresh parameters, with gradients.
    fn init(&self, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor>;

    /// d, the features per node that the model takes.
    fn features(&self) -> i64;

    /// The output `[graphs, n, outputs]` after a check of features and parameters; see [`forward`](Self::forward).
    fn evaluate(&self, parameters: &[Tensor], graphs: &GraphSignal) -> Result<Tensor, GraphError> {
        let (given, taken) = (graphs.signal().size()[2], self.features());
        if given != taken {
            return Err(GraphError::Channels { given, taken });
        }
        let (given, expected) = (parameters.iter().map(|w| w.numel() as i64).sum(), self.parameter_count());
        if given != expected {
            return Err(GraphError::Parameters { given, expected });
        }
        Ok(self.forward(parameters, graphs))
    }

    /// The output `[graphs, n, outputs]`. Panics if the parameters or the signal's channels do not fit the model.
    fn forward(&self, parameters: &[Tensor], graphs: &GraphSignal) -> Tensor;

    /// Number of scalar parameters.
    fn parameter_count(&self) -> i64;

    /// The most matrices n×n that a layer makes of a graph, beside its adjacency.
    fn matrices(&self) -> i64;

    /// The most numbers that a layer makes of a graph of n nodes, its adjacency included: what
    /// [`portions`](crate::portions::portions) asks for.
    fn numbers(&self, n: i64) -> i64 {
        n * n * (1 + self.matrices())
    }

    /// The mean squared error and its gradient, where the model knows a faster way to them than autograd; see [`squared_error`].
    fn fast_squared_error(&self, _: &[Tensor], _: &GraphSignal, _: &Tensor) -> Option<(f64, Vec<Tensor>)> {
        None
    }
}

/// Mixes the channels of matrices: `[b, d, n, m]` with `[s, d]` to `[b, s, n, m]`, without a permutation in memory.
fn mix_matrices(matrices: &Tensor, weight: &Tensor) -> Tensor {
    let (shape, size) = (matrices.size(), weight.size());
    let weight = weight.unsqueeze(0).expand([shape[0], size[0], size[1]], false);
    weight.bmm(&matrices.flatten(2, 3)).reshape([shape[0], size[0], shape[2], shape[3]])
}

/// Checks a list of channels, input first.
fn channels(widths: &[i64]) -> Result<Vec<i64>, crate::mlp::ModelError> {
    crate::mlp::Mlp::new(widths).map(|_| widths.to_vec())
}

#[cfg(test)]
mod tests;
