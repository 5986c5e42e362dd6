//! Networks as lists of layers whose channels are fixed or one of a few widths.

use lawbook_core::{
    Device, Kind, Stream, Tensor,
    optim::{Decay, Multipliers, Rule, parameter},
};

use super::{Class, Scaling, WidthError};

/// The number of channels of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// Of the data: never widened.
    Fixed(i64),
    /// A width of the network, by its index.
    Width(usize),
}

/// A layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    /// W x + b. From a width to a fixed number of channels it is the readout, W x / m + b with the width multiplier m.
    Linear {
        /// Channels of x.
        input: Channels,
        /// Channels of the result.
        output: Channels,
    },
    /// A convolution of images `[batch, channels, height, width]` without a bias, padded so that stride 1 keeps their size.
    Convolution {
        /// Channels of x.
        input: Channels,
        /// Channels of the result.
        output: Channels,
        /// Pixels to a side of the kernel, odd.
        kernel: i64,
        /// Of how many pixels along a side one is kept.
        stride: i64,
    },
    /// The mean over the pixels of images, `[batch, channels]`.
    MeanOverPixels,
    /// max(x, 0).
    Relu,
    /// Mean 0 and variance 1 over the channels, then a gain and a shift for each.
    LayerNorm(Channels),
    /// Mean 0 and variance 1 over the batch, and over the pixels of images, then a gain and a shift for each channel. The statistics are
    /// the batch's.
    BatchNorm(Channels),
    /// x + the result of these layers.
    Residual(Vec<Self>),
    /// One learnt vector for each token and one for each position, summed.
    Embedding {
        /// Number of tokens.
        tokens: i64,
        /// Largest length of a sequence.
        length: i64,
        /// Channels of the vectors.
        output: Channels,
    },
    /// Causal self-attention with logits q·k √d₀/d for head dimension d, d₀ at the base width: 1/√d there.
    Attention {
        /// Heads: their number is fixed, their dimension grows.
        heads: i64,
        /// Channels in and out.
        channels: Channels,
    },
}

/// What a parameter does, and so how it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A matrix, or a kernel: N(0, 1/fan-in), pixels counted.
    Weight,
    /// The readout's matrix: N(0, 1/base fan-in), times the scale of the caller.
    Readout,
    /// A bias: N(0, 1/fan-in) of its matrix.
    Bias,
    /// The gain of a norm layer: 1.
    Gain,
    /// The shift of a norm layer: 0.
    Shift,
    /// A table of embeddings: N(0, 1).
    Table,
}

/// A parameter: its axes (outputs, inputs), what it does, and the channels that feed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its axes.
    pub axes: Vec<Channels>,
    /// What it does.
    pub role: Role,
    /// Its fan-in.
    pub fan_in: Channels,
}

/// A network in the maximal-update parametrisation relative to base widths, at which it is the standard parametrisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    pub(super) layers: Vec<Layer>,
    pub(super) widths: Vec<i64>,
    pub(super) base: Vec<i64>,
}

impl Network {
    /// The network of these layers at these widths, with these base widths.
    pub fn new(layers: Vec<Layer>, widths: &[i64], base: &[i64]) -> Result<Self, WidthError> {
        if widths.len() != base.len() {
            return Err(WidthError::Count { given: base.len(), expected: widths.len() });
        }
        for list in [widths, base] {
            if let Some((index, &width)) = list.iter().enumerate().find(|(_, width)| **width < 1) {
                return Err(WidthError::NotPositive { index, width });
            }
        }
        let network = Self { layers, widths: widths.to_vec(), base: base.to_vec() };
        network.check(&network.layers)?;
        Ok(network)
    }

    /// The same network with its own widths as the base: the standard parametrisation.
    #[must_use]
    pub fn standard(&self) -> Self {
        Self { base: self.widths.clone(), ..self.clone() }
    }

    /// The same network at other widths.
    pub fn at_widths(&self, widths: &[i64]) -> Result<Self, WidthError> {
        Self::new(self.layers.clone(), widths, &self.base)
    }

    /// Its widths.
    pub fn widths(&self) -> &[i64] {
        &self.widths
    }

    fn check(&self, layers: &[Layer]) -> Result<(), WidthError> {
        let count = self.widths.len();
        let known = |channels: &Channels| match *channels {
            Channels::Width(index) if index >= count => Err(WidthError::Unknown { index, count }),
            Channels::Fixed(width) if width < 1 => Err(WidthError::NotPositive { index: count, width }),
            _ => Ok(()),
        };
        layers.iter().try_for_each(|layer| match layer {
            Layer::Linear { input, output } => known(input).and_then(|()| known(output)),
            Layer::Relu | Layer::MeanOverPixels => Ok(()),
            Layer::Convolution { kernel, .. } if kernel % 2 != 1 || *kernel < 1 => Err(WidthError::Kernel(*kernel)),
            Layer::Convolution { stride, .. } if *stride < 1 => Err(WidthError::Stride(*stride)),
            Layer::Convolution { input, output, .. } => known(input).and_then(|()| known(output)),
            Layer::LayerNorm(channels) | Layer::BatchNorm(channels) => known(channels),
            Layer::Residual(inner) => self.check(inner),
            Layer::Embedding { output, .. } => known(output),
            Layer::Attention { heads, channels } => {
                known(channels)?;
                let divides = |channels: i64| if *heads > 0 && channels % heads == 0 { Ok(()) } else { Err(channels) };
                divides(self.channels(*channels))
                    .and_then(|()| divides(self.base_channels(*channels)))
                    .map_err(|channels| WidthError::Heads { channels, heads: *heads })
            }
        })
    }

    /// The number of channels.
    pub fn channels(&self, channels: Channels) -> i64 {
        match channels {
            Channels::Fixed(count) => count,
            Channels::Width(index) => self.widths[index],
        }
    }

    pub(super) fn base_channels(&self, channels: Channels) -> i64 {
        match channels {
            Channels::Fixed(count) => count,
            Channels::Width(index) => self.base[index],
        }
    }

    /// m, the number of channels over that at the base width.
    pub fn multiplier(&self, channels: Channels) -> f64 {
        self.channels(channels) as f64 / self.base_channels(channels) as f64
    }

    /// The parameters in their order.
    pub fn parameters(&self) -> Vec<Parameter> {
        parameters(&self.layers)
    }

    /// The shape of a parameter.
    pub fn shape(&self, parameter: &Parameter) -> Vec<i64> {
        parameter.axes.iter().map(|axis| self.channels(*axis)).collect()
    }

    /// Fresh parameters, with gradients. `readout` multiplies the weights of the readout; 0 starts from the zero function.
    pub fn init(&self, readout: f64, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor> {
        let draw = |p: &Parameter| {
            let shape = self.shape(p);
            let pixels: i64 = shape.iter().skip(2).product();
            let deviation = ((self.channels(p.fan_in) * pixels) as f64).sqrt().recip();
            let value = match p.role {
                Role::Gain => Tensor::ones(&shape, (Kind::Double, device)),
                Role::Shift => Tensor::zeros(&shape, (Kind::Double, device)),
                Role::Weight | Role::Bias => stream.normal_tensor(&shape, Kind::Double, device) * deviation,
                Role::Table => stream.normal_tensor(&shape, Kind::Double, device),
                Role::Readout => {
                    let base = (self.base_channels(p.fan_in) as f64).sqrt().recip();
                    stream.normal_tensor(&shape, Kind::Double, device) * (base * readout)
                }
            };
            parameter(&value, kind)
        };
        self.parameters().iter().map(draw).collect()
    }

    /// The multipliers of an optimiser's hyper-parameters, one for each parameter.
    pub fn multipliers(&self, rule: Rule, decay: Decay, scaling: Scaling) -> Vec<Multipliers> {
        let class = |p: &Parameter| p.class(|axis| self.multiplier(axis));
        self.parameters().iter().map(|p| class(p).multipliers(rule, decay, scaling)).collect()
    }
}

impl Parameter {
    /// Its class, when its axes grow by these factors.
    pub fn class(&self, factor: impl Fn(Channels) -> f64) -> Class {
        let growing: Vec<f64> =
            self.axes.iter().filter(|axis| matches!(axis, Channels::Width(_))).map(|axis| factor(*axis)).collect();
        match growing[..] {
            [] => Class::Fixed,
            [k] => Class::Vector { k },
            [out, into, ..] => Class::Hidden { out, into },
        }
    }
}

fn parameters(layers: &[Layer]) -> Vec<Parameter> {
    let pair = |output: Channels, input: Channels| {
        let readout = matches!((output, input), (Channels::Fixed(_), Channels::Width(_)));
        let role = if readout { Role::Readout } else { Role::Weight };
        [
            Parameter { axes: vec![output, input], role, fan_in: input },
            Parameter { axes: vec![output], role: Role::Bias, fan_in: input },
        ]
    };
    let norm = |channels: Channels| {
        [Role::Gain, Role::Shift].map(|role| Parameter { axes: vec![channels], role, fan_in: channels })
    };
    let of = |layer: &Layer| match *layer {
        Layer::Linear { input, output } => pair(output, input).to_vec(),
        Layer::Relu | Layer::MeanOverPixels => Vec::new(),
        Layer::Convolution { input, output, kernel, .. } => {
            let axes = vec![output, input, Channels::Fixed(kernel), Channels::Fixed(kernel)];
            vec![Parameter { axes, role: Role::Weight, fan_in: input }]
        }
        Layer::LayerNorm(channels) | Layer::BatchNorm(channels) => norm(channels).to_vec(),
        Layer::Residual(ref inner) => parameters(inner),
        Layer::Embedding { tokens, length, output } => [tokens, length]
            .map(|rows| Parameter { axes: vec![Channels::Fixed(rows), output], role: Role::Table, fan_in: output })
            .to_vec(),
        Layer::Attention { channels, .. } => (0..4).flat_map(|_| pair(channels, channels)).collect(),
    };
    layers.iter().flat_map(of).collect()
}
