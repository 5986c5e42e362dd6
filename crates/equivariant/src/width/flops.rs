//! Floating-point operations of one training step, by which tuning on a narrow network is cheaper than on a wide one.
//!
//! A multiplication and an addition for each weight and use, once forward and twice backward: six per weight and use.

/// Per sample of a perceptron without biases: 6 Σ d_{l−1} d_l over its widths, input first.
pub fn mlp(widths: &[i64]) -> f64 {
    6.0 * widths.windows(2).map(|pair| (pair[0] * pair[1]) as f64).sum::<f64>()
}

/// A GPT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transformer {
    /// L, its blocks.
    pub blocks: i64,
    /// d, its width; the perceptrons are four times as wide.
    pub width: i64,
    /// T, the length of a sequence.
    pub length: i64,
    /// V, the number of tokens.
    pub tokens: i64,
}

impl Transformer {
    /// GPT-2 small.
    pub const GPT2_SMALL: Self = Self { blocks: 12, width: 768, length: 1024, tokens: 50_257 };

    /// Per token: 6 N + 12 L d T with N = 12 L d² + V d weights (Chowdhery et al., *PaLM*, 2022, arXiv 2204.02311, appendix B).
    pub fn flops(&self) -> f64 {
        let [blocks, width, length, tokens] = [self.blocks, self.width, self.length, self.tokens].map(|n| n as f64);
        6.0 * (12.0 * blocks * width * width + tokens * width) + 12.0 * blocks * width * length
    }
}

/// Per image of a residual network of 18 layers on 32×32 pixels in three colours: a 3×3 stem of `channels`, four stages of two
/// blocks of two 3×3 convolutions with 1, 2, 4, 8 times as many at 32, 16, 8, 4 pixels, 1×1 shortcuts, and a readout.
pub fn resnet18(channels: i64, classes: i64) -> f64 {
    let c = channels as f64;
    let mut uses = 27.0 * c * 1024.0;
    let mut from = c;
    for stage in 0..4 {
        let (to, pixels) = (c * f64::from(1 << stage), 1024.0 / f64::from(1 << (2 * stage)));
        uses += 9.0 * (from * to + 3.0 * to * to) * pixels;
        if stage > 0 {
            uses += from * to * pixels;
        }
        from = to;
    }
    6.0 * (uses + from * classes as f64)
}
