//! The global minimum of the linear latent variable model in closed form.

use lawbook_core::{Kind, Tensor};

use super::{DecoderVariance, EncoderVariance, LatentModelError, LinearLatentModel};
use crate::SecondMoments;

/// The global minimum. It is unique up to rotations of latent units that share one σ (fixed) or up to their order (learnable).
#[derive(Debug, Clone, PartialEq)]
pub struct LinearLatentMinimum {
    /// One mode per latent unit, in descending order of its signal.
    pub modes: Vec<Mode>,
    /// η_dec², fixed or at its optimum.
    pub decoder_variance: f64,
    /// The loss, with the constants of [`LinearLatentModel::loss`].
    pub loss: f64,
}

/// One latent unit at the minimum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    /// ζ, the singular value of E[y xᵀ] A^(-1/2) that the unit is given.
    pub signal: f64,
    /// λ, the singular value of the decoder.
    pub decoder: f64,
    /// θ, the singular value of the encoder on whitened inputs.
    pub encoder: f64,
    /// σ, the standard deviation of the posterior.
    pub posterior_deviation: f64,
    /// The Kullback–Leibler divergence from the prior, averaged over the data, in nats.
    pub divergence: f64,
}

impl LinearLatentMinimum {
    /// The number of latent units that did not collapse.
    pub fn active(&self) -> usize {
        self.modes.iter().filter(|mode| mode.encoder > 0.0).count()
    }

    /// The number of collapsed latent units.
    pub fn collapsed(&self) -> usize {
        self.modes.len() - self.active()
    }

    /// Parameters that attain the minimum, in the order of [`LinearLatentModel::initial`]: U = F Λ, W = Θ Gᵀ A^(-1/2), the unit
    /// with the largest signal first. The encoder variances are those of the modes, learnable or not: a model with fixed ones
    /// attains it if it lists them in ascending order.
    pub fn parameters(&self, model: &LinearLatentModel, moments: &SecondMoments) -> Vec<Tensor> {
        let device = moments.input.device();
        let column = |pick: fn(&Mode) -> f64| {
            let values: Vec<f64> = self.modes.iter().map(pick).collect();
            Tensor::from_slice(&values).to_device(device)
        };
        let latents = self.modes.len() as i64;
        // Units beyond the number of signals get no direction.
        let pad = |directions: &Tensor| {
            let known = directions.size()[1].min(latents);
            directions.narrow(1, 0, known).constant_pad_nd([0, latents - known])
        };
        let u = pad(&moments.target_directions) * column(|mode| mode.decoder);
        let w = (pad(&moments.input_directions) * column(|mode| mode.encoder)).tr().matmul(&moments.inverse_root);
        let mut parameters = vec![u, w];
        if model.encoder_variance == EncoderVariance::Learnable {
            parameters.push(column(|mode| 2.0 * mode.posterior_deviation.ln()));
        }
        if model.decoder_variance == DecoderVariance::Learnable {
            parameters.push(Tensor::full([0i64; 0], self.decoder_variance.ln(), (Kind::Double, device)));
        }
        parameters
    }
}

impl LinearLatentModel {
    /// The global minimum of [`loss`](Self::loss) (Wang & Ziyin 2022, main theorem).
    ///
    /// Every latent unit gets one signal ζ, the largest ones first; with fixed encoder variances the largest signal goes to the
    /// smallest σ. A unit survives if ζ² > β η_dec² (σ learnable) or ζ > √β σ η_dec/η_enc (σ fixed).
    pub fn minimum(&self, moments: &SecondMoments) -> Result<LinearLatentMinimum, LatentModelError> {
        self.check(moments)?;
        let units = self.units(moments);
        let decoder_variance = match self.decoder_variance {
            DecoderVariance::Fixed(variance) => variance,
            DecoderVariance::Learnable => self.optimal_decoder_variance(moments, &units)?,
        };
        let modes: Vec<Mode> = units.iter().map(|&unit| self.mode(unit, decoder_variance)).collect();
        let mut loss = moments.target_power / (2.0 * decoder_variance);
        loss += modes.iter().map(|mode| self.mode_loss(mode, decoder_variance)).sum::<f64>();
        if self.decoder_variance == DecoderVariance::Learnable {
            loss += 0.5 * moments.targets() as f64 * decoder_variance.ln();
        }
        Ok(LinearLatentMinimum { modes, decoder_variance, loss })
    }

    /// Signal and, where it is fixed, σ of each latent unit.
    fn units(&self, moments: &SecondMoments) -> Vec<(f64, Option<f64>)> {
        let signals = moments.signals.iter().copied().chain(std::iter::repeat(0.0)).take(self.latents);
        match &self.encoder_variance {
            EncoderVariance::Learnable => signals.map(|zeta| (zeta, None)).collect(),
            EncoderVariance::Fixed(variances) => {
                let mut deviations: Vec<f64> = variances.iter().map(|variance| variance.sqrt()).collect();
                deviations.sort_by(f64::total_cmp);
                signals.zip(deviations.into_iter().map(Some)).collect()
            }
        }
    }

    fn mode(&self, (signal, fixed): (f64, Option<f64>), decoder_variance: f64) -> Mode {
        let threshold = self.beta * decoder_variance;
        let prior_deviation = self.prior_variance.sqrt();
        let (decoder, encoder, posterior_deviation) = match fixed {
            None if signal * signal > threshold => {
                let excess = signal * signal - threshold;
                (
                    excess.sqrt() / prior_deviation,
                    prior_deviation * excess.sqrt() / signal,
                    threshold.sqrt() * prior_deviation / signal,
                )
            }
            None => (0.0, 0.0, prior_deviation),
            Some(sigma) => {
                let ratio = threshold.sqrt() / (prior_deviation * sigma);
                let excess = (signal - ratio * sigma * sigma).max(0.0);
                ((ratio * excess).sqrt(), (excess / ratio).sqrt(), sigma)
            }
        };
        let variance = posterior_deviation.powi(2) / self.prior_variance;
        let divergence = 0.5 * (encoder * encoder / self.prior_variance + variance - 1.0 - variance.ln());
        Mode { signal, decoder, encoder, posterior_deviation, divergence }
    }

    /// What a mode adds to the loss of E‖y‖²/(2 η_dec²): its change of the squared error, and its divergence.
    fn mode_loss(&self, mode: &Mode, decoder_variance: f64) -> f64 {
        self.beta * mode.divergence - 0.5 * explained(mode) / decoder_variance
    }

    /// The decoder variance at the minimum: the one that equals the error per target, d_y η_dec² = E‖y‖² − Σ explained.
    ///
    /// In η_dec² the difference of the two sides is convex and at most 0 at 0, hence it has one root above 0; where the
    /// difference is negative the loss still falls.
    fn optimal_decoder_variance(
        &self,
        moments: &SecondMoments,
        units: &[(f64, Option<f64>)],
    ) -> Result<f64, LatentModelError> {
        let per_target = moments.target_power / moments.targets() as f64;
        let too_small = |deviation: f64| {
            let variance = deviation * deviation;
            let explained: f64 = units.iter().map(|&unit| explained(&self.mode(unit, variance))).sum();
            moments.targets() as f64 * variance + explained < moments.target_power
        };
        let (mut low, mut high) = (0.0, per_target.sqrt());
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            *(if too_small(middle) { &mut low } else { &mut high }) = middle;
        }
        if high * high <= 1e-12 * per_target {
            return Err(LatentModelError::NothingUnexplained { latents: self.latents });
        }
        Ok(high * high)
    }
}

/// By how much a mode lowers the mean squared error: ζ² − (ζ − λ θ)² − λ² σ².
fn explained(mode: &Mode) -> f64 {
    let Mode { signal, decoder, encoder, posterior_deviation, .. } = *mode;
    signal * signal - (signal - decoder * encoder).powi(2) - (decoder * posterior_deviation).powi(2)
}

/// The loss of a surviving mode minus that of the same mode collapsed, with learnable σ; never positive, and quadratic at the
/// threshold ρ = ζ²/(β η_dec²) = 1: −(β/2)(ρ − 1 − ln ρ). 0 below it.
pub fn mode_gain(signal: f64, beta: f64, decoder_variance: f64) -> f64 {
    let excess = (signal * signal / (beta * decoder_variance) - 1.0).max(0.0);
    -0.5 * beta * (excess - excess.ln_1p())
}

/// The noise variance of probabilistic PCA with `latents` components: the mean of the discarded eigenvalues of the covariance
/// (Tipping & Bishop 1999, eq. 8). 0 if none is discarded.
pub fn ppca_noise_variance(eigenvalues: &[f64], latents: usize) -> f64 {
    let mut sorted = eigenvalues.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let discarded = sorted.get(latents..).unwrap_or_default();
    discarded.iter().sum::<f64>() / discarded.len().max(1) as f64
}
