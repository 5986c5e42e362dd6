//! The function of a network.

use lawbook_core::{Kind, Tensor};

use super::{Channels, Layer, Network};

/// Added to variances by the norm layers, as in PyTorch.
const VARIANCE_FLOOR: f64 = 1e-5;

impl Network {
    /// The output for inputs `[batch, …, channels]`, or for tokens `[batch, length]` where the first layer embeds them.
    ///
    /// Panics if `parameters` or `x` have other shapes than the layers say.
    pub fn forward(&self, parameters: &[Tensor], x: &Tensor) -> Tensor {
        self.run(&self.layers, &mut Parameters { list: parameters, next: 0 }, x.shallow_clone())
    }

    /// The outputs of every layer, in order.
    pub fn activations(&self, parameters: &[Tensor], x: &Tensor) -> Vec<Tensor> {
        let mut parameters = Parameters { list: parameters, next: 0 };
        let step = |x: &mut Tensor, layer: &Layer| {
            *x = self.apply(layer, &mut parameters, x.shallow_clone());
            Some(x.shallow_clone())
        };
        self.layers.iter().scan(x.shallow_clone(), step).collect()
    }

    fn run(&self, layers: &[Layer], parameters: &mut Parameters<'_>, x: Tensor) -> Tensor {
        layers.iter().fold(x, |x, layer| self.apply(layer, parameters, x))
    }

    fn apply(&self, layer: &Layer, parameters: &mut Parameters<'_>, x: Tensor) -> Tensor {
        match layer {
            Layer::Linear { input, output } => {
                let (w, b) = parameters.pair();
                match (input, output) {
                    (Channels::Width(_), Channels::Fixed(_)) => x.linear(w, None::<&Tensor>) / self.multiplier(*input) + b,
                    _ => x.linear(w, Some(b)),
                }
            }
            Layer::Convolution { kernel, stride, .. } => {
                let w = parameters.one();
                x.conv2d(w, None::<&Tensor>, [*stride; 2], [kernel / 2; 2], [1; 2], 1)
            }
            Layer::MeanOverPixels => x.mean_dim([-2i64, -1].as_slice(), false, x.kind()),
            Layer::Relu => x.relu(),
            Layer::LayerNorm(_) => normalised(&x, &[-1], parameters),
            Layer::BatchNorm(_) if x.dim() == 4 => {
                // Channels last, as where there are no pixels.
                normalised(&x.movedim_int(1, -1), &[0, 1, 2], parameters).movedim_int(-1, 1)
            }
            Layer::BatchNorm(_) => normalised(&x, &[0], parameters),
            Layer::Residual(inner) => self.run(inner, parameters, x.shallow_clone()) + x,
            Layer::Embedding { .. } => {
                let (tokens, positions) = parameters.pair();
                let length = x.size()[1];
                tokens.index_select(0, &x.reshape([-1])).reshape([x.size()[0], length, -1]) + positions.narrow(0, 0, length)
            }
            Layer::Attention { heads, channels } => {
                let [batch, length, width] = x.size()[..] else { return x };
                let head = width / heads;
                let base = (self.base_channels(*channels) / heads) as f64;
                let mut project = |x: &Tensor| {
                    let (w, b) = parameters.pair();
                    x.linear(w, Some(b))
                };
                let [queries, keys, values] =
                    [(); 3].map(|()| project(&x).reshape([batch, length, *heads, head]).transpose(1, 2));
                let logits = queries.matmul(&keys.transpose(2, 3)) * (base.sqrt() / head as f64);
                let future = Tensor::ones([length, length], (Kind::Bool, x.device())).triu(1);
                let weights = logits.masked_fill(&future, f64::NEG_INFINITY).softmax(-1, x.kind());
                project(&weights.matmul(&values).transpose(1, 2).reshape([batch, length, width]))
            }
        }
    }
}

/// The parameters still to be used.
struct Parameters<'a> {
    list: &'a [Tensor],
    next: usize,
}

impl<'a> Parameters<'a> {
    fn one(&mut self) -> &'a Tensor {
        self.next += 1;
        &self.list[self.next - 1]
    }

    fn pair(&mut self) -> (&'a Tensor, &'a Tensor) {
        self.next += 2;
        (&self.list[self.next - 2], &self.list[self.next - 1])
    }
}

fn normalised(x: &Tensor, axes: &[i64], parameters: &mut Parameters<'_>) -> Tensor {
    let (gain, shift) = parameters.pair();
    let centred = x - x.mean_dim(axes, true, x.kind());
    let variance = centred.square().mean_dim(axes, true, x.kind());
    centred / (variance + VARIANCE_FLOOR).sqrt() * gain + shift
}
