//! Layers that follow each other.

use super::{Activation, Columns, Layer, Slopes};

/// Layers, each with what follows it, at fixed parameters.
#[derive(Debug, Clone, Default)]
pub struct Stack {
    layers: Vec<(Layer, Activation)>,
}

impl Stack {
    /// These layers, first to last. Each must take what the one before gives.
    pub fn new(layers: Vec<(Layer, Activation)>) -> Self {
        Self { layers }
    }

    /// An MLP: the layers with weights and biases in turn, ReLU between them and none after the last.
    pub fn mlp(parameters: &[Vec<f32>]) -> Self {
        let last = (parameters.len() / 2).saturating_sub(1);
        let layer = |(i, pair): (usize, &[Vec<f32>])| {
            (Layer::new(&pair[0], &pair[1]), if i < last { Activation::Relu } else { Activation::Identity })
        };
        Self { layers: parameters.chunks_exact(2).enumerate().map(layer).collect() }
    }

    /// The layers.
    pub fn layers(&self) -> &[(Layer, Activation)] {
        &self.layers
    }

    /// Zeros for each layer.
    pub fn zeros(&self) -> Vec<Slopes> {
        self.layers.iter().map(|(layer, _)| Slopes::zeros(layer)).collect()
    }

    /// The input and the output of every layer.
    pub fn forward(&self, x: Columns) -> Vec<Columns> {
        let mut hidden = vec![x];
        for (layer, activation) in &self.layers {
            let mut next = Columns::default();
            layer.apply(&hidden[hidden.len() - 1], *activation, &mut next);
            hidden.push(next);
        }
        hidden
    }

    /// Adds the gradient to `slopes`, layer by layer, for what [`forward`](Self::forward) gave and the derivative by the last output, which
    /// must be zero in the padding and, after ReLU, where the output is. Gives the derivative by what the first layer puts out.
    pub fn backward(&self, hidden: &[Columns], mut slope: Columns, slopes: &mut [Slopes]) -> Columns {
        for (i, (layer, _)) in self.layers.iter().enumerate().rev() {
            slopes[i].add(&slope, &hidden[i]);
            if i > 0 {
                let mut below = Columns::default();
                layer.pull_back(&slope, &mut below);
                if self.layers[i - 1].1 == Activation::Relu {
                    below.gate(&hidden[i]);
                }
                slope = below;
            }
        }
        slope
    }
}
