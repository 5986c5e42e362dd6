//! The model: its parameters, its loss in closed form, and its loss on sampled codes.

use lawbook_core::{
    Kind, Stream, Tensor,
    lbfgs::{Lbfgs, Stop, minimise_parameters},
};

use crate::SecondMoments;

/// The linear latent variable model: what is fixed about it.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearLatentModel {
    /// Number of latent units.
    pub latents: usize,
    /// β, the weight of the Kullback–Leibler divergence in the loss.
    pub beta: f64,
    /// η_enc², the variance of the prior of each latent unit.
    pub prior_variance: f64,
    /// σ², the variances of the encoder.
    pub encoder_variance: EncoderVariance,
    /// η_dec², the variance of the decoder.
    pub decoder_variance: DecoderVariance,
}

/// The variances σ² of the encoder, one per latent unit, the same for every sample.
#[derive(Debug, Clone, PartialEq)]
pub enum EncoderVariance {
    /// Trained like the weights, as in a variational autoencoder.
    Learnable,
    /// Fixed at these values, one per latent unit.
    Fixed(Vec<f64>),
}

/// The variance η_dec² of the decoder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DecoderVariance {
    /// Fixed at this value.
    Fixed(f64),
    /// Trained like the weights; the loss then contains (d_y/2) ln η_dec².
    Learnable,
}

/// What is wrong with a model, or with what it is to be trained on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LatentModelError {
    /// No latent units, or more than inputs.
    #[error("{latents} latent units for {inputs} inputs: give between 1 and {inputs}")]
    Latents {
        /// The number of latent units.
        latents: usize,
        /// The number of inputs.
        inputs: i64,
    },
    /// A variance or a weight that is not positive.
    #[error("{name} is {value}: give a finite number above 0")]
    NotPositive {
        /// Which one.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// Not one variance per latent unit.
    #[error("{given} encoder variances for {latents} latent units: give one for each")]
    EncoderVariances {
        /// How many are given.
        given: usize,
        /// The number of latent units.
        latents: usize,
    },
    /// The loss falls without bound as the decoder variance falls to 0.
    #[error(
        "{latents} latent units explain the targets exactly, so the learnable decoder variance falls to 0 and the loss without \
         bound: take fewer latent units, or fix the decoder variance"
    )]
    NothingUnexplained {
        /// The number of latent units.
        latents: usize,
    },
}

impl LinearLatentModel {
    /// Whether the model makes sense for these data.
    pub fn check(&self, moments: &SecondMoments) -> Result<(), LatentModelError> {
        let positive = |name, value: f64| {
            if value > 0.0 && value.is_finite() { Ok(()) } else { Err(LatentModelError::NotPositive { name, value }) }
        };
        if self.latents == 0 || self.latents as i64 > moments.inputs() {
            return Err(LatentModelError::Latents { latents: self.latents, inputs: moments.inputs() });
        }
        positive("the weight β of the divergence", self.beta)?;
        positive("the prior variance η_enc²", self.prior_variance)?;
        if let DecoderVariance::Fixed(variance) = self.decoder_variance {
            positive("the decoder variance η_dec²", variance)?;
        }
        if let EncoderVariance::Fixed(variances) = &self.encoder_variance {
            if variances.len() != self.latents {
                return Err(LatentModelError::EncoderVariances { given: variances.len(), latents: self.latents });
            }
            variances.iter().try_for_each(|&variance| positive("an encoder variance σ²", variance))?;
        }
        Ok(())
    }

    /// Random parameters: U (d_y × d_1) and W (d_1 × d_x) with Gaussian entries of variance 1/d_1 and 1/d_x times `scale`²; then,
    /// where they are learnable, ln σ² (d_1) at the prior's and ln η_dec² (a scalar) at the mean variance of the targets.
    pub fn initial(
        &self,
        moments: &SecondMoments,
        scale: f64,
        stream: &mut Stream,
    ) -> Result<Vec<Tensor>, LatentModelError> {
        self.check(moments)?;
        let device = moments.input.device();
        let mut gaussian = |rows: i64, columns: i64| {
            stream.normal_tensor(&[rows, columns], Kind::Double, device) * (scale / (columns as f64).sqrt())
        };
        let latents = self.latents as i64;
        let mut parameters = vec![gaussian(moments.targets(), latents), gaussian(latents, moments.inputs())];
        if self.encoder_variance == EncoderVariance::Learnable {
            parameters.push(Tensor::full([latents], self.prior_variance.ln(), (Kind::Double, device)));
        }
        if self.decoder_variance == DecoderVariance::Learnable {
            let mean = moments.target_power / moments.targets() as f64;
            parameters.push(Tensor::full([0i64; 0], mean.ln(), (Kind::Double, device)));
        }
        Ok(parameters)
    }

    /// Trains from random parameters of that scale until the slope of [`loss`](Self::loss) is as small as asked for.
    pub fn train(
        &self,
        moments: &SecondMoments,
        scale: f64,
        stream: &mut Stream,
        options: Lbfgs,
    ) -> Result<(Vec<Tensor>, Stop), LatentModelError> {
        let mut parameters = self.initial(moments, scale, stream)?;
        let stop = minimise_parameters(&mut parameters, options, |parameters| self.loss(moments, parameters));
        Ok((parameters, stop))
    }

    /// The loss in expectation over data and codes, up to a constant:
    /// E‖U z − y‖²/(2 η_dec²) + (β/2) Σ_i [E(W x)_i²/η_enc² + σ_i²/η_enc² − 1 − ln(σ_i²/η_enc²)], and (d_y/2) ln η_dec² where
    /// that is learnable.
    pub fn loss(&self, moments: &SecondMoments, parameters: &[Tensor]) -> Tensor {
        let (u, w) = (&parameters[0], &parameters[1]);
        let log_variance = self.log_encoder_variance(parameters);
        let wa = w.matmul(&moments.input);
        let means = wa.matmul(&w.tr());
        let codes = &means + log_variance.exp().diag_embed(0, -2, -1);
        let fit = (u.matmul(&codes) * u).sum(Kind::Double) - (u.matmul(w) * &moments.cross).sum(Kind::Double) * 2.0;
        let second_moments = means.diagonal(0, 0, 1);
        self.assemble(moments.targets(), parameters, fit + moments.target_power, &second_moments, &log_variance)
    }

    /// The loss on samples x (n × d_x) and y (n × d_y), both centred, with codes drawn by the reparameterisation z = W x + σ ε from
    /// the standard normal `noise` (n × d_1): what a variational autoencoder trains on. [`loss`](Self::loss) is its expectation.
    pub fn sampled_loss(&self, parameters: &[Tensor], x: &Tensor, y: &Tensor, noise: &Tensor) -> Tensor {
        let (u, w) = (&parameters[0], &parameters[1]);
        let log_variance = self.log_encoder_variance(parameters);
        let n = x.size()[0] as f64;
        let means = x.matmul(&w.tr());
        let codes = &means + (&log_variance * 0.5).exp() * noise;
        let fit = (codes.matmul(&u.tr()) - y).square().sum(Kind::Double) / n;
        let second_moments = means.square().mean_dim([0i64].as_slice(), false, Kind::Double);
        self.assemble(y.size()[1], parameters, fit, &second_moments, &log_variance)
    }

    /// The loss from the mean squared error, the second moments E(W x)_i² of the codes' means, and ln σ_i².
    fn assemble(&self, targets: i64, parameters: &[Tensor], fit: Tensor, means: &Tensor, log_variance: &Tensor) -> Tensor {
        let divergence = self.divergences(means, log_variance).sum(Kind::Double) * self.beta;
        match self.decoder_variance {
            DecoderVariance::Fixed(variance) => fit / (2.0 * variance) + divergence,
            DecoderVariance::Learnable => {
                let log = &parameters[parameters.len() - 1];
                fit * (-log).exp() * 0.5 + log * (0.5 * targets as f64) + divergence
            }
        }
    }

    /// The Kullback–Leibler divergence of each latent unit from its prior, in nats, averaged over the data, from E(W x)_i² and
    /// ln σ_i².
    pub(super) fn divergences(&self, means: &Tensor, log_variance: &Tensor) -> Tensor {
        ((means + log_variance.exp()) / self.prior_variance - 1.0 - (log_variance - self.prior_variance.ln())) * 0.5
    }

    /// ln σ² of each latent unit, fixed or learnt.
    pub(super) fn log_encoder_variance(&self, parameters: &[Tensor]) -> Tensor {
        match &self.encoder_variance {
            EncoderVariance::Learnable => parameters[2].shallow_clone(),
            EncoderVariance::Fixed(variances) => {
                let logs: Vec<f64> = variances.iter().map(|variance| variance.ln()).collect();
                Tensor::from_slice(&logs).to_device(parameters[0].device())
            }
        }
    }
}
