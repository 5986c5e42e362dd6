//! The networks of the width-upscaling experiments, at any size.

use super::{Channels, Layer, Network, WidthError};

impl Network {
    /// A multilayer perceptron: inputs, hidden widths (with their base), outputs, ReLU between.
    pub fn mlp(inputs: i64, hidden: &[i64], outputs: i64, base: &[i64]) -> Result<Self, WidthError> {
        let channels = |i: usize| if i == 0 { Channels::Fixed(inputs) } else { Channels::Width(i - 1) };
        let mut layers: Vec<Layer> = (0..hidden.len())
            .flat_map(|i| [Layer::Linear { input: channels(i), output: channels(i + 1) }, Layer::Relu])
            .collect();
        layers.push(Layer::Linear { input: channels(hidden.len()), output: Channels::Fixed(outputs) });
        Self::new(layers, hidden, base)
    }

    /// A residual network with batch normalisation: an input layer, blocks x + W₂ σ(norm(W₁ σ(norm x))), a readout. Its widths
    /// are the trunk's and the blocks'.
    pub fn residual(inputs: i64, widths: [i64; 2], blocks: usize, outputs: i64, base: [i64; 2]) -> Result<Self, WidthError> {
        let (trunk, inner) = (Channels::Width(0), Channels::Width(1));
        let block = vec![
            Layer::BatchNorm(trunk),
            Layer::Relu,
            Layer::Linear { input: trunk, output: inner },
            Layer::BatchNorm(inner),
            Layer::Relu,
            Layer::Linear { input: inner, output: trunk },
        ];
        let mut layers = vec![Layer::Linear { input: Channels::Fixed(inputs), output: trunk }];
        layers.extend((0..blocks).map(|_| Layer::Residual(block.clone())));
        layers.extend([Layer::Relu, Layer::Linear { input: trunk, output: Channels::Fixed(outputs) }]);
        Self::new(layers, &widths, &base)
    }

    /// A convolutional residual network with batch normalisation on images of `colours`: a 3×3 stem, and for every width a block
    /// σ(x + norm(conv σ(norm(conv x)))) of 3×3 kernels, with a convolution of stride 2 in between; then the mean over pixels and a readout.
    pub fn convolutional(colours: i64, widths: &[i64], outputs: i64, base: &[i64]) -> Result<Self, WidthError> {
        let convolution = |input, output, stride| Layer::Convolution { input, output, kernel: 3, stride };
        let mut layers = Vec::new();
        let mut before = Channels::Fixed(colours);
        for stage in 0..widths.len() {
            let own = Channels::Width(stage);
            let stride = if stage == 0 { 1 } else { 2 };
            let same = || [convolution(own, own, 1), Layer::BatchNorm(own)];
            layers.extend([convolution(before, own, stride), Layer::BatchNorm(own), Layer::Relu]);
            let [first, norm] = same();
            layers.push(Layer::Residual([vec![first, norm, Layer::Relu], same().to_vec()].concat()));
            layers.push(Layer::Relu);
            before = own;
        }
        layers.extend([Layer::MeanOverPixels, Layer::Linear { input: before, output: Channels::Fixed(outputs) }]);
        Self::new(layers, widths, base)
    }

    /// A small GPT with pre-normalisation: embeddings, blocks of attention and of a perceptron (its width is the second), a
    /// final norm, a readout over the tokens.
    pub fn gpt(
        tokens: i64,
        length: i64,
        blocks: usize,
        heads: i64,
        widths: [i64; 2],
        base: [i64; 2],
    ) -> Result<Self, WidthError> {
        let (trunk, inner) = (Channels::Width(0), Channels::Width(1));
        let block = [
            Layer::Residual(vec![Layer::LayerNorm(trunk), Layer::Attention { heads, channels: trunk }]),
            Layer::Residual(vec![
                Layer::LayerNorm(trunk),
                Layer::Linear { input: trunk, output: inner },
                Layer::Relu,
                Layer::Linear { input: inner, output: trunk },
            ]),
        ];
        let mut layers = vec![Layer::Embedding { tokens, length, output: trunk }];
        layers.extend((0..blocks).flat_map(|_| block.clone()));
        layers.extend([Layer::LayerNorm(trunk), Layer::Linear { input: trunk, output: Channels::Fixed(tokens) }]);
        Self::new(layers, &widths, &base)
    }
}
