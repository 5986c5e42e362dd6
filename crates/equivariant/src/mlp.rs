//! Multilayer perceptrons with ReLU between the layers, as pure functions of their parameters.

use lawbook_core::{Device, Kind, Stream, Tensor, optim::parameter, tensor::scalar};

/// Why a network cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// There is no layer.
    #[error("{0} widths make no layer: give the input width, the hidden widths and the output width")]
    TooFewWidths(usize),
    /// A layer of no width.
    #[error("width {width} of layer {layer} is not positive: give at least 1")]
    Width {
        /// Position among the widths, 0 for the input.
        layer: usize,
        /// The width given.
        width: i64,
    },
    /// Two networks that follow each other do not fit.
    #[error("the inner network gives {given} channels but the outer one takes {taken}: make them equal")]
    Mismatch {
        /// Channels of the inner network's output.
        given: i64,
        /// Channels of the outer network's input.
        taken: i64,
    },
}

/// Linear layers with ReLU between them and none after the last: widths d₀, d₁, …, d_L.
///
/// Parameters are W₁ `[d₁, d₀]`, b₁ `[d₁]`, W₂ `[d₂, d₁]`, b₂ `[d₂]`, …, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mlp {
    widths: Vec<i64>,
}

impl Mlp {
    /// The network of these widths, input first: at least two, all positive.
    pub fn new(widths: &[i64]) -> Result<Self, ModelError> {
        if widths.len() < 2 {
            return Err(ModelError::TooFewWidths(widths.len()));
        }
        match widths.iter().enumerate().find(|(_, width)| **width < 1) {
            Some((layer, &width)) => Err(ModelError::Width { layer, width }),
            None => Ok(Self { widths: widths.to_vec() }),
        }
    }

    /// d₀, the channels of the input.
    pub fn inputs(&self) -> i64 {
        self.widths[0]
    }

    /// d_L, the channels of the output.
    pub fn outputs(&self) -> i64 {
        self.widths[self.widths.len() - 1]
    }

    /// Number of parameter tensors: two per layer.
    pub fn tensors(&self) -> usize {
        2 * (self.widths.len() - 1)
    }

    /// Number of scalar parameters.
    pub fn parameter_count(&self) -> i64 {
        self.widths.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
    }

    /// Fresh parameters, with gradients: weights and biases uniform in ±1/√(fan-in), PyTorch's default for a linear layer.
    pub fn init(&self, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor> {
        let mut uniform = |shape: &[i64], bound: f64| {
            parameter(&((stream.uniform_tensor(shape, Kind::Double, device) * 2.0 - 1.0) * bound), kind)
        };
        let layer = |pair: &[i64]| {
            let bound = (pair[0] as f64).sqrt().recip();
            [uniform(&[pair[1], pair[0]], bound), uniform(&[pair[1]], bound)]
        };
        self.widths.windows(2).flat_map(layer).collect()
    }

    /// The output `[..., d_L]` for the input `[..., d₀]`.
    ///
    /// Panics if `parameters` or `x` have other shapes than the widths say.
    pub fn forward(&self, parameters: &[Tensor], x: &Tensor) -> Tensor {
        let layer = |x: &Tensor, pair: &[Tensor]| x.linear(&pair[0], Some(&pair[1]));
        let mut layers = parameters[..self.tensors()].chunks_exact(2);
        let Some(first) = layers.next() else { return x.shallow_clone() };
        layers.fold(layer(x, first), |hidden, pair| layer(&hidden.relu(), pair))
    }

    /// A Lipschitz constant of the network in the Euclidean norms of input and output: the product of the spectral norms.
    pub fn lipschitz_bound(&self, parameters: &[Tensor]) -> f64 {
        let norm = |pair: &[Tensor]| {
            let w = pair[0].detach().to_kind(Kind::Double);
            scalar(&w.matmul(&w.transpose(0, 1)).linalg_eigvalsh("L").max()).sqrt()
        };
        parameters[..self.tensors()].chunks_exact(2).map(norm).product()
    }
}
