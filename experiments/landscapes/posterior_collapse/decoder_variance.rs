//! A learnable decoder variance: probabilistic PCA at β = 1 and y = x, and complete collapse where it never happens there.

use anyhow::Result;
use lawbook_core::{Device, Tensor};
use lawbook_landscapes::{
    SecondMoments,
    latent_variables::{DecoderVariance, EncoderVariance, LinearLatentModel},
};

use super::{designed, train};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A model that learns its decoder variance.
    pub struct Params {
        /// y = x with the principal variances 4, 2, 1, 0.5, 0.25; or other targets with ζ = 1.5, 0.6, 0.3 and much noise.
        targets: choice = "inputs", ["inputs", "noisy"];
        /// β, the weight of the divergence.
        beta: real = 1.0, 0.01..=100.0;
        /// d_1, the number of latent units.
        d_1: integer = 2, 1..=5;
    }
}

const VARIANCES: [f64; 5] = [4.0, 2.0, 1.0, 0.5, 0.25];
const SIGNALS: [f64; 3] = [1.5, 0.6, 0.3];
const UNEXPLAINED: f64 = 8.0;

impl Params {
    fn moments(&self, device: Device) -> Result<SecondMoments> {
        if self.targets == "noisy" {
            return designed(&SIGNALS, UNEXPLAINED, device);
        }
        Ok(SecondMoments::autoencoding(&Tensor::from_slice(&VARIANCES).diag(0).to_device(device))?)
    }

    fn model(&self) -> LinearLatentModel {
        LinearLatentModel {
            latents: self.d_1 as usize,
            beta: self.beta,
            prior_variance: 1.0,
            encoder_variance: EncoderVariance::Learnable,
            decoder_variance: DecoderVariance::Learnable,
        }
    }

    /// The self-consistent decoder variance, η_dec² = (E‖y‖² − Σ_alive ζ²)/(d_y − m β), with m units alive, and m.
    fn closed_form(&self) -> Result<(f64, f64)> {
        let minimum = self.model().minimum(&self.moments(Device::Cpu)?)?;
        Ok((minimum.decoder_variance, minimum.active() as f64))
    }

    /// Squared signals in descending order, E‖y‖², and d_y.
    fn data(&self) -> (Vec<f64>, f64, f64) {
        if self.targets == "noisy" {
            let squares: Vec<f64> = SIGNALS.iter().map(|zeta| zeta * zeta).collect();
            let power = squares.iter().sum::<f64>() + UNEXPLAINED;
            return (squares, power, 4.0);
        }
        (VARIANCES.to_vec(), VARIANCES.iter().sum(), 5.0)
    }

    /// What least squares leaves per target: the residual without the noise of the codes.
    fn least_squares(&self) -> f64 {
        let (squares, power, targets) = self.data();
        (power - squares.iter().take(self.d_1 as usize).sum::<f64>()) / targets
    }
}

/// Decoder variance and live units at the minimum.
#[derive(Debug)]
pub struct LearntDecoder;

impl Study for LearntDecoder {
    const NAME: &'static str = "decoder-variance";
    const ABOUT: &'static str = "Trains weights, posterior variances and the decoder variance together, from random weights to a \
        gradient norm of 1e-8, on the inputs themselves and on targets that are mostly noise.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        // The noisy targets have d_y ζ_1²/E‖y‖² = 0.84: complete collapse at β = 1, none at 1/2.
        let cases: &[(&str, f64, i64)] = match profile {
            Profile::Smoke => &[("inputs", 1.0, 2), ("noisy", 1.0, 2), ("noisy", 0.5, 2)],
            Profile::Quick | Profile::Full => &[
                ("inputs", 1.0, 1),
                ("inputs", 1.0, 2),
                ("inputs", 1.0, 3),
                ("inputs", 0.5, 2),
                ("inputs", 1.6, 3),
                ("noisy", 1.0, 2),
                ("noisy", 0.5, 2),
                ("noisy", 0.1, 3),
            ],
        };
        cases.iter().map(|&(targets, beta, latents)| Params { targets: targets.to_owned(), beta, d_1: latents }).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let site = |point: &Params, observable: &str| LearntDecoder::at(point).site(observable);
        let (variances, alive): (Vec<f64>, Vec<f64>) =
            points.iter().map(Params::closed_form).collect::<Result<Vec<_>>>()?.into_iter().unzip();
        let triples = |observable: &'static str, values: Vec<f64>| {
            points.iter().zip(values).enumerate().map(move |(i, (point, value))| (i as f64, site(point, observable), value))
        };
        let all_alive: Vec<f64> = points
            .iter()
            .map(|point| {
                let (squares, ..) = point.data();
                squares.len().min(point.d_1 as usize) as f64
            })
            .collect();
        Ok(vec![
            // A slope of 1e-8 over a curvature of at least 1e-2.
            Claim::exact("learnt-decoder-variance", triples("variance", variances))
                .within(Margin::Absolute(1e-5))
                .rival(
                    "least-squares",
                    "the residual without the noise of the codes",
                    points.iter().map(Params::least_squares),
                )
                .rival(
                    "mean-variance",
                    "the decoder explains nothing",
                    points.iter().map(|point| {
                        let (_, power, targets) = point.data();
                        power / targets
                    }),
                )
                .axes("point", "learnt decoder variance")
                .source("arXiv 2205.04009, learnable decoder variance; Tipping & Bishop 1999, eq. 8, at β = 1 and y = x"),
            Claim::exact("live-units-with-learnt-decoder", triples("alive", alive))
                .within(Margin::Absolute(0.0))
                .rival("never-collapses", "probabilistic PCA keeps every unit, whatever the targets", all_alive)
                .axes("point", "live units")
                .source("arXiv 2205.04009, learnable decoder variance"),
        ])
    }

    fn measure(params: &Params, cell: &mut Cell) -> Result<()> {
        let state = train(&params.model(), &params.moments(cell.device())?, &mut cell.stream("weights"), 1e-8)?;
        cell.record("variance", state.decoder_variance);
        cell.record("alive", state.active(1e-3) as f64);
        Ok(())
    }
}
