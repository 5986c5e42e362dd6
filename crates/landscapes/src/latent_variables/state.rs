//! What can be read off the parameters of a latent variable model.

use lawbook_core::{Tensor, tensor::scalar, tensor::to_vec};

use super::{DecoderVariance, LinearLatentModel};
use crate::SecondMoments;

/// The state of a latent variable model: what its parameters say about which latent units carry something.
#[derive(Debug, Clone, PartialEq)]
pub struct LatentState {
    /// Singular values of the decoder U, descending.
    pub decoder: Vec<f64>,
    /// Singular values of the encoder on whitened inputs, W A^(1/2), descending. They do not change when latent units mix.
    pub encoder: Vec<f64>,
    /// σ, the standard deviations of the encoder, ascending.
    pub posterior_deviation: Vec<f64>,
    /// The Kullback–Leibler divergence of each latent unit from its prior, averaged over the data, in nats, descending.
    pub divergence: Vec<f64>,
    /// η_dec², the variance of the decoder.
    pub decoder_variance: f64,
}

impl LatentState {
    /// The number of latent dimensions whose mean varies with the input by more than `threshold` standard deviations.
    pub fn active(&self, threshold: f64) -> usize {
        self.encoder.iter().filter(|&&theta| theta > threshold).count()
    }
}

impl LinearLatentModel {
    /// Reads off the state of these parameters on these data.
    pub fn state(&self, moments: &SecondMoments, parameters: &[Tensor]) -> LatentState {
        let (u, w) = (parameters[0].detach(), parameters[1].detach());
        let whitened = w.matmul(&moments.root);
        let log_variance = self.log_encoder_variance(parameters).detach();
        let means = whitened.square().sum_dim_intlist([1i64].as_slice(), false, whitened.kind());
        let decoder_variance = match self.decoder_variance {
            DecoderVariance::Fixed(variance) => variance,
            DecoderVariance::Learnable => scalar(&parameters[parameters.len() - 1]).exp(),
        };
        let mut posterior_deviation = to_vec(&(&log_variance * 0.5).exp());
        posterior_deviation.sort_by(f64::total_cmp);
        LatentState {
            decoder: singular_values(&u, self.latents),
            encoder: singular_values(&whitened, self.latents),
            posterior_deviation,
            divergence: descending(to_vec(&self.divergences(&means, &log_variance))),
            decoder_variance,
        }
    }
}

/// The `count` largest singular values, descending; zeros where the matrix has fewer.
fn singular_values(matrix: &Tensor, count: usize) -> Vec<f64> {
    let (_, values, _) = matrix.svd(true, true);
    let mut values = descending(to_vec(&values));
    values.resize(count, 0.0);
    values
}

fn descending(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(|a, b| b.total_cmp(a));
    values
}
