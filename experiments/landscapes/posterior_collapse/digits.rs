//! The handwritten digits: as many latent units stay active as principal variances exceed β η_dec², exactly.

use anyhow::Result;
use lawbook_core::{Device, Kind, Tensor, data::Digits, tensor::from_slice};
use lawbook_landscapes::{
    SecondMoments,
    latent_variables::{DecoderVariance, EncoderVariance, LinearLatentModel},
};

use super::{THEOREM, train};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A linear variational autoencoder on the 8×8 digits, pixels from 0 to 1.
    pub struct Params {
        /// η_dec, the standard deviation of the decoder.
        eta_dec: real = 0.572, 0.01..=10.0;
        /// β, the weight of the divergence.
        beta: real = 1.0, 0.01..=100.0;
        /// η_enc, the standard deviation of the prior.
        eta_enc: real = 0.7, 0.01..=10.0;
        /// d_1, the number of latent units.
        d_1: integer = 20, 1..=64;
    }
}

/// β η_dec² in the wider gaps of the spectrum of the pixels' covariance, whose eigenvalues there are (number above: neighbours)
/// 0: 0.699; 3: 0.554, 0.395; 4: 0.395, 0.271; 7: 0.203, 0.172; 10: 0.144, 0.111; 14: 0.0833, 0.0689; 18: 0.0586, 0.0478. Each is
/// at least 8 % from the nearest: nearer, training slows down critically and the count depends on when one stops.
const PRICES: [f64; 7] = [0.9, 0.467, 0.327, 0.187, 0.127, 0.0757, 0.0529];

/// The digits, n × 64, pixels from 0 to 1.
pub(super) fn pixels(device: Device) -> Result<Tensor> {
    let digits = Digits::load()?;
    Ok(from_slice(digits.pixels.as_flattened(), &[digits.pixels.len() as i64, 64], Kind::Double, device) / 16.0)
}

/// The second moments of the digits, y = x.
pub(super) fn moments(device: Device) -> Result<SecondMoments> {
    let x = pixels(device)?;
    Ok(SecondMoments::of_samples(&x, &x)?)
}

/// A threshold of the principal variances, from β and η_dec².
type Price = fn(f64, f64) -> f64;

/// What others take for it: name, why, and the threshold.
pub(super) const RIVAL_PRICES: [(&str, &str, Price); 3] = [
    ("beta-squared", "takes β for a standard deviation, as η_dec is", |beta, variance| beta.powi(2) * variance),
    ("root-beta", "takes β for a fourth power", |beta, variance| beta.sqrt() * variance),
    ("beta-forgotten", "the threshold of probabilistic PCA", |_, variance| variance),
];

/// How many of the principal variances exceed `price`, at most one for each latent unit.
pub(super) fn count_above(signals: &[f64], price: f64, latents: i64) -> f64 {
    signals.iter().filter(|&&zeta| zeta * zeta > price).count().min(latents as usize) as f64
}

/// The number of active units of trained autoencoders.
#[derive(Debug)]
pub struct RealDigits;

impl Study for RealDigits {
    const NAME: &'static str = "digits";
    const ABOUT: &'static str = "Trains linear variational autoencoders on the handwritten digits from random weights, for a sweep \
        of the decoder variance at two β, and counts the latent dimensions whose mean varies by more than a tenth of the prior.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let prices = match profile {
            Profile::Smoke => return vec![Params { d_1: 8, ..at_price(PRICES[2], 2.0) }],
            Profile::Quick => &PRICES[1..6],
            Profile::Full => &PRICES[..],
        };
        let betas: &[f64] = if profile == Profile::Full { &[0.5, 1.0, 2.0, 4.0] } else { &[0.5, 2.0] };
        let mut points = Vec::new();
        for &beta in betas {
            points.extend(prices.iter().map(|&price| at_price(price, beta)));
        }
        // Fewer units than principal variances above the price: all of them are active.
        points.push(Params { d_1: 5, ..at_price(0.0757, 2.0) });
        points
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let signals = moments(Device::Cpu)?.signals;
        let counts = |price: &dyn Fn(&Params) -> f64| -> Vec<f64> {
            points.iter().map(|point| count_above(&signals, price(point), point.d_1)).collect()
        };
        let law = counts(&|p| p.beta * p.eta_dec.powi(2));
        let sites = points.iter().zip(law).map(|(p, count)| (p.eta_dec.powi(2), RealDigits::at(p).site("active"), count));
        let claim = Claim::exact("active-units", sites).within(Margin::Absolute(0.0));
        let claim = RIVAL_PRICES.into_iter().fold(claim, |claim, (name, because, price)| {
            claim.rival(name, because, counts(&|p| price(p.beta, p.eta_dec.powi(2))))
        });
        let claim = claim
            .rival(
                "prior-enters",
                "compares with the decoder variance in units of the prior's",
                counts(&|p| p.beta * (p.eta_dec / p.eta_enc).powi(2)),
            )
            .rival("deviation", "compares the principal deviation, not the variance, with β η_dec²", {
                counts(&|p| (p.beta * p.eta_dec.powi(2)).powi(2))
            })
            .axes("decoder variance η_dec²", "active latent units")
            .log_x();
        Ok(vec![claim.source(THEOREM)])
    }

    fn measure(params: &Params, cell: &mut Cell) -> Result<()> {
        let model = LinearLatentModel {
            latents: params.d_1 as usize,
            beta: params.beta,
            prior_variance: params.eta_enc.powi(2),
            encoder_variance: EncoderVariance::Learnable,
            decoder_variance: DecoderVariance::Fixed(params.eta_dec.powi(2)),
        };
        // Near the price the curvature along θ is above 0.1, so that a slope of 1e-4 per √(principal variance) leaves a dying unit
        // at 4e-3 η_enc; 8 % above the price a living one has 0.27 η_enc.
        let state = train(&model, &moments(cell.device())?, &mut cell.stream("weights"), 1e-4)?;
        cell.record("active", state.active(0.1 * params.eta_enc) as f64);
        Ok(())
    }
}

/// The point at this β η_dec², with η_dec to three digits.
fn at_price(price: f64, beta: f64) -> Params {
    Params { eta_dec: (1e3 * (price / beta).sqrt()).round() / 1e3, beta, ..Params::default() }
}
