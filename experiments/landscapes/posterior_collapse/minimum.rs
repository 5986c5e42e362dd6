//! The global minimum: trained from random weights on the closed-form loss, for y ≠ x and y = x, σ fixed and learnable.

use anyhow::Result;
use lawbook_core::{Device, Key, Kind};
use lawbook_landscapes::{
    SecondMoments,
    latent_variables::{DecoderVariance, EncoderVariance, LinearLatentModel, Mode},
};

use super::{THEOREM, train};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A small problem with random data.
    pub struct Params {
        /// What is predicted: other variables, or the inputs themselves.
        targets: choice = "other", ["other", "inputs"];
        /// σ: learnable, fixed at 0.8 for all units, or fixed and graded from 0.4 to 1.2.
        sigma: choice = "learnable", ["learnable", "equal", "graded"];
        /// β, the weight of the divergence.
        beta: real = 1.0, 0.01..=100.0;
        /// η_dec, the standard deviation of the decoder.
        eta_dec: real = 0.7, 0.01..=10.0;
        /// η_enc, the standard deviation of the prior.
        eta_enc: real = 1.0, 0.01..=10.0;
        /// Which random data.
        data: integer = 0, 0..=1_000_000;
    }
}

const LATENTS: usize = 3;

impl Params {
    fn model(&self) -> LinearLatentModel {
        LinearLatentModel {
            latents: LATENTS,
            beta: self.beta,
            prior_variance: self.eta_enc.powi(2),
            encoder_variance: match self.sigma.as_str() {
                "equal" => EncoderVariance::Fixed(vec![0.64; LATENTS]),
                "graded" => EncoderVariance::Fixed([0.4, 0.8, 1.2].map(|sigma: f64| sigma * sigma).to_vec()),
                _ => EncoderVariance::Learnable,
            },
            decoder_variance: DecoderVariance::Fixed(self.eta_dec.powi(2)),
        }
    }

    /// Sixty samples of five correlated inputs and four targets; the same for every seed.
    fn moments(&self, device: Device) -> Result<SecondMoments> {
        let mut stream = Key::new(["posterior-collapse", "data"]).stream("samples", self.data as u64);
        let mut draw = |rows, columns| stream.normal_tensor(&[rows, columns], Kind::Double, device);
        let x = draw(60, 5).matmul(&draw(5, 5)) * 0.7;
        let y = x.matmul(&draw(5, 4)) * 0.7 + draw(60, 4) * 0.5;
        Ok(SecondMoments::of_samples(&x, if self.targets == "inputs" { &x } else { &y })?)
    }
}

/// One number of each mode in the closed form of a model at a point, in descending order.
fn closed_form(point: &Params, model: &LinearLatentModel, pick: fn(&Mode) -> f64) -> Result<Vec<f64>> {
    let minimum = model.minimum(&point.moments(Device::Cpu)?)?;
    let mut values: Vec<f64> = minimum.modes.iter().map(pick).collect();
    values.sort_by(|a, b| b.total_cmp(a));
    Ok(values)
}

/// Trained to a slope of 1e-8 against the closed form.
#[derive(Debug)]
pub struct Minimum;

impl Study for Minimum {
    const NAME: &'static str = "minimum";
    const ABOUT: &'static str = "Trains a linear latent variable model with three latent units from random weights to a gradient \
        norm of 1e-8 and reads off the singular values of decoder and whitened encoder, the posterior deviations and divergences.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let settings: &[(f64, f64, f64)] = match profile {
            Profile::Smoke => &[(2.0, 1.0, 1.2)],
            Profile::Quick => &[(1.0, 0.7, 1.0), (2.0, 1.0, 1.2), (4.0, 1.0, 0.9)],
            Profile::Full => &[(1.0, 0.7, 1.0), (2.0, 0.8, 1.2), (2.0, 1.0, 1.2), (4.0, 1.0, 0.9), (0.3, 1.5, 2.0)],
        };
        let mut points = Vec::new();
        for (i, &(beta, eta_dec, eta_enc)) in settings.iter().enumerate() {
            for targets in ["other", "inputs"] {
                let fixed: &[&str] = if profile == Profile::Smoke { &[] } else { &["equal", "graded"] };
                for &sigma in ["learnable"].iter().chain(fixed) {
                    let (targets, sigma, data) = (targets.to_owned(), sigma.to_owned(), i as i64);
                    points.push(Params { targets, sigma, beta, eta_dec, eta_enc, data });
                }
            }
        }
        points
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        type Pick = fn(&Mode) -> f64;
        let picks: [(&str, &str, &str, Pick); 4] = [
            ("decoder-singular-values", "decoder", "λ, of the decoder", |mode| mode.decoder),
            ("encoder-singular-values", "encoder", "θ, of the encoder", |mode| mode.encoder),
            ("posterior-deviations", "sigma", "σ, of the posterior", |mode| mode.posterior_deviation),
            ("divergences", "divergence", "divergence (nats)", |mode| mode.divergence),
        ];
        // A slope of 1e-8 over a curvature of at least 1e-2 (no mode here lies nearer to its threshold) is an error of 1e-6.
        let margin = Margin::Absolute(1e-5);
        let learnable: Vec<Params> = points.iter().filter(|point| point.sigma == "learnable").cloned().collect();
        let mut claims = Vec::new();
        for (id, observable, ordinate, pick) in picks {
            // Fixed variances are not predicted, and a divergence is one unit's only where units cannot mix.
            let points = if matches!(observable, "sigma" | "divergence") { &learnable } else { points };
            if points.is_empty() {
                continue;
            }
            let all = |change: &dyn Fn(&Params) -> LinearLatentModel| -> Result<Vec<f64>> {
                let values = points.iter().map(|point| closed_form(point, &change(point), pick));
                Ok(values.collect::<Result<Vec<_>>>()?.concat())
            };
            let sites = points.iter().flat_map(|p| (0..LATENTS).map(|i| Minimum::at(p).site(observable).at(i as f64)));
            let law = sites.zip(all(&Params::model)?).enumerate().map(|(i, (site, value))| (i as f64, site, value));
            claims.push(
                Claim::exact(id, law)
                    .within(margin)
                    .rival(
                        "beta-squared",
                        "takes β for a standard deviation, as η_dec is",
                        all(&|point| LinearLatentModel { beta: point.beta.powi(2), ..point.model() })?,
                    )
                    .rival(
                        "beta-on-reconstruction",
                        "puts the weight on the other part of the loss",
                        all(&|point| LinearLatentModel { beta: 1.0 / point.beta, ..point.model() })?,
                    )
                    .rival(
                        "principal-components",
                        "no price for information: the linear autoencoder, without shrinkage or collapse",
                        all(&|point| LinearLatentModel { beta: 1e-9, ..point.model() })?,
                    )
                    .axes("mode, point by point", ordinate)
                    .source(THEOREM),
            );
        }
        Ok(claims)
    }

    fn measure(params: &Params, cell: &mut Cell) -> Result<()> {
        let moments = params.moments(cell.device())?;
        let mut state = train(&params.model(), &moments, &mut cell.stream("weights"), 1e-8)?;
        state.posterior_deviation.reverse();
        let columns = [
            ("decoder", &state.decoder),
            ("encoder", &state.encoder),
            ("sigma", &state.posterior_deviation),
            ("divergence", &state.divergence),
        ];
        for (name, values) in columns {
            values.iter().enumerate().for_each(|(i, &value)| cell.record_at(name, i as f64, value));
        }
        Ok(())
    }
}
