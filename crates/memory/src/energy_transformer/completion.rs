//! Filling in hidden tokens: the task that the Energy Transformer was made for.

use std::ops::ControlFlow;

use lawbook_core::{
    Device, Kind, Stream, Tensor,
    optim::{Optimiser, Rule, parameter},
    tensor::from_slice,
    training::{Outcome, train},
};

use super::{ContinuousError, EnergyTransformer, Keys, Sizes};
use crate::continuous::{positive, same_kind};

/// A block between a linear encoder and a linear decoder. Images are sets of patches: shape `[B, N, P]`, P pixels each.
///
/// Hidden patches enter as one learned token; every token gets the learned embedding of its place; the block runs; the decoder
/// reads the normalised tokens (Hoover et al. 2023, arXiv 2302.07253, section 3).
#[derive(Debug)]
pub struct Completion {
    /// The block.
    pub block: EnergyTransformer,
    /// From pixels to features: shape `[P, D]`.
    pub encoder: Tensor,
    /// From features to pixels: shape `[D, P]`.
    pub decoder: Tensor,
    /// Added to the decoded pixels: shape `[P]`.
    pub bias: Tensor,
    /// What stands for a hidden patch: shape `[D]`.
    pub hidden: Tensor,
    /// Embeddings of places: shape `[N, D]`.
    pub places: Tensor,
    /// Step length α of the block.
    pub alpha: f64,
    /// Steps of the block.
    pub steps: usize,
}

impl Completion {
    /// Random weights of standard deviation `deviation` for `tokens` patches of `pixels` each; α = 0.1 and 12 steps as
    /// published.
    pub fn random(
        (tokens, pixels): (i64, i64),
        sizes: Sizes,
        deviation: f64,
        attends_to: Keys,
        stream: &mut Stream,
    ) -> Result<Self, ContinuousError> {
        let block = EnergyTransformer::random(sizes, deviation, attends_to, stream)?;
        positive("number of tokens", tokens as f64)?;
        positive("pixels per patch", pixels as f64)?;
        let mut normals = |shape: &[i64], scale: f64| stream.normal_tensor(shape, Kind::Double, Device::Cpu) * scale;
        Ok(Self {
            block,
            encoder: normals(&[pixels, sizes.features], (pixels as f64).sqrt().recip()),
            decoder: normals(&[sizes.features, pixels], deviation),
            bias: normals(&[pixels], 0.0),
            hidden: normals(&[sizes.features], 1.0),
            places: normals(&[tokens, sizes.features], 1.0),
            alpha: 0.1,
            steps: 12,
        })
    }

    /// The tokens that the block starts from: encoded patches, one learned token for those that `hidden` marks with 1 (shape
    /// `[B, N]`, else 0).
    pub fn tokens(&self, patches: &Tensor, hidden: &Tensor) -> Result<Tensor, ContinuousError> {
        self.check(patches)?;
        same_kind("marks of hidden patches", hidden, &self.encoder)?;
        let shape = patches.size();
        if hidden.size() != shape[..2] {
            let expected = format!("{:?}, one for each patch", &shape[..2]);
            return Err(ContinuousError::Shape { what: "marks of hidden patches", found: hidden.size(), expected });
        }
        let hidden = hidden.unsqueeze(-1);
        let seen = patches.matmul(&self.encoder) * (hidden.ones_like() - &hidden);
        Ok(seen + hidden * &self.hidden + &self.places)
    }

    /// The patches as the network completes them, the seen ones included: shape `[B, N, P]`.
    pub fn complete(&self, patches: &Tensor, hidden: &Tensor) -> Result<Tensor, ContinuousError> {
        let tokens = self.block.run(&self.tokens(patches, hidden)?, self.alpha, self.steps)?;
        Ok(self.block.normalisation.normalised(&tokens).matmul(&self.decoder) + &self.bias)
    }

    /// Mean squared error per pixel of the hidden patches.
    pub fn loss(&self, patches: &Tensor, hidden: &Tensor) -> Result<Tensor, ContinuousError> {
        let error = (self.complete(patches, hidden)? - patches).square().mean_dim([-1i64].as_slice(), false, None);
        Ok((error * hidden).sum(None) / hidden.sum(None))
    }

    /// Trains all weights by Adam on random batches of `batch` images (at least one) with `hides` random patches hidden.
    pub fn train(
        &mut self,
        patches: &Tensor,
        (batch, hides): (usize, usize),
        (updates, rate): (usize, f64),
        stream: &mut Stream,
    ) -> Result<Outcome, ContinuousError> {
        // Shapes are checked here, so that the loss below cannot fail.
        self.check(patches)?;
        positive("images per batch", batch as f64)?;
        let (images, tokens) = (patches.size()[0] as u64, self.places.size()[0]);
        let mut parameters: Vec<Tensor> = self.parameters().into_iter().map(|p| parameter(p, patches.kind())).collect();
        let _ =
            self.tokens(&patches.narrow(0, 0, 1), &random_masks((1, tokens), hides, stream)?.to_device(patches.device()))?;
        let mut optimiser = Optimiser::new(Rule::ADAM, rate, &parameters);
        let mut failure = None;
        let loss = |_: usize, parameters: &[Tensor]| {
            let chosen: Vec<i64> = (0..batch).map(|_| stream.below(images) as i64).collect();
            let images = patches.index_select(0, &Tensor::from_slice(&chosen).to_device(patches.device()));
            let masks = random_masks((batch as i64, tokens), hides, stream);
            let loss = masks.and_then(|masks| self.with(parameters).loss(&images, &masks.to_device(patches.device())));
            loss.unwrap_or_else(|error| {
                failure = Some(error);
                Tensor::full([1i64; 0], f64::NAN, (patches.kind(), patches.device()))
            })
        };
        let outcome = train(&mut parameters, &mut optimiser, updates, loss, |_| ControlFlow::Continue(()));
        *self = self.with(&parameters.iter().map(Tensor::detach).collect::<Vec<_>>());
        failure.map_or(Ok(outcome), Err)
    }

    /// Whether there are images, of the network's shape and kind.
    fn check(&self, patches: &Tensor) -> Result<(), ContinuousError> {
        let (shape, fitting) = (patches.size(), [self.places.size()[0], self.encoder.size()[0]]);
        if shape.len() != 3 || shape[0] == 0 || shape[1..] != fitting {
            let expected = format!("[B, {}, {}], of at least one image", fitting[0], fitting[1]);
            return Err(ContinuousError::Shape { what: "patches", found: shape, expected });
        }
        same_kind("patches", patches, &self.encoder)
    }

    /// All weights, in the order in which [`with`](Self::with) takes them.
    pub fn parameters(&self) -> [&Tensor; 10] {
        let EnergyTransformer { queries, keys, memories, normalisation, .. } = &self.block;
        let Self { encoder, decoder, bias, hidden, places, .. } = self;
        [queries, keys, memories, &normalisation.scale, &normalisation.shift, encoder, decoder, bias, hidden, places]
    }

    /// The same network with other weights, in the order of [`parameters`](Self::parameters).
    ///
    /// # Panics
    /// If there are not ten of them.
    #[must_use]
    pub fn with(&self, parameters: &[Tensor]) -> Self {
        let at = |i: usize| parameters[i].shallow_clone();
        let mut block = self.block.attending_to(self.block.attends_to);
        (block.queries, block.keys, block.memories) = (at(0), at(1), at(2));
        (block.normalisation.scale, block.normalisation.shift) = (at(3), at(4));
        let (alpha, steps) = (self.alpha, self.steps);
        Self { block, encoder: at(5), decoder: at(6), bias: at(7), hidden: at(8), places: at(9), alpha, steps }
    }
}

/// Marks `hides` of `tokens` places with 1 in every one of `images` rows, at random.
pub fn random_masks((images, tokens): (i64, i64), hides: usize, stream: &mut Stream) -> Result<Tensor, ContinuousError> {
    let tokens = positive("number of tokens", tokens as f64)? as usize;
    if hides == 0 || hides > tokens {
        return Err(ContinuousError::Range { what: "hidden patches", value: hides as f64, range: "from 1 to all" });
    }
    let mut marks: Vec<f64> = Vec::new();
    for _ in 0..images {
        let mut row: Vec<f64> = (0..tokens).map(|place| if place < hides { 1.0 } else { 0.0 }).collect();
        stream.shuffle(&mut row);
        marks.extend(row);
    }
    Ok(from_slice(&marks, &[images, tokens as i64], Kind::Double, Device::Cpu))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::{Key, tensor::scalar};

    use super::*;

    /// Patches of one image are equal: what is hidden can be seen next to it. A predictor of the mean has an error of 1.
    #[test]
    fn what_is_seen_elsewhere_is_completed() {
        let mut stream = Key::new(["completion"]).stream("images", 0);
        let images = stream.normal_tensor(&[200, 1, 2], Kind::Double, Device::Cpu).expand([-1i64, 5, -1].as_slice(), false);
        let sizes = Sizes { features: 12, heads: 2, head_features: 4, memories: 16 };
        let mut network = Completion::random((5, 2), sizes, 0.2, Keys::Others, &mut stream).unwrap();
        network.steps = 4;
        let outcome = network.train(&images, (32, 2), (120, 0.02), &mut stream).unwrap();
        assert!(matches!(outcome, Outcome::Finished { .. }));
        let masks = random_masks((200, 5), 2, &mut stream).unwrap();
        let loss = scalar(&network.loss(&images, &masks).unwrap());
        assert!(loss < 0.5, "{loss}");
    }

    #[test]
    fn bad_input_is_refused_with_its_numbers() {
        let mut stream = Key::new(["completion"]).stream("bad", 0);
        let sizes = Sizes { features: 6, heads: 1, head_features: 2, memories: 3 };
        let network = Completion::random((5, 2), sizes, 0.2, Keys::All, &mut stream).unwrap();
        let patches = stream.normal_tensor(&[3, 4, 2], Kind::Double, Device::Cpu);
        let masks = random_masks((3, 4), 1, &mut stream).unwrap();
        assert!(network.complete(&patches, &masks).unwrap_err().to_string().contains("[B, 5, 2]"));
        assert!(random_masks((3, 4), 5, &mut stream).is_err());
    }
}
