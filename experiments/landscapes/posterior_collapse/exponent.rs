//! How a latent unit dies: continuously, with the mean-field exponent 1/2, and the loss with the square of the distance.

use anyhow::Result;
use lawbook_core::{
    lbfgs::{Ending, Lbfgs},
    tensor::scalar,
};
use lawbook_landscapes::{
    SecondMoments,
    latent_variables::{DecoderVariance, EncoderVariance, LinearLatentModel},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// One latent unit a little above its threshold.
    pub struct Params {
        /// What is moved off the threshold by the fraction ε: η_dec² down, β down, ζ² up, or η_dec down at fixed σ.
        control: choice = "decoder-variance", ["decoder-variance", "beta", "signal", "fixed-sigma"];
        /// η_enc, the standard deviation of the prior.
        eta_enc: real = 1.3, 0.01..=10.0;
    }
}

/// Distances from the threshold. The leading power is exact up to a relative (4/3) ε: at most 0.013 in a local slope.
const DISTANCES: [f64; 5] = [5e-4, 1e-3, 2e-3, 5e-3, 1e-2];
const SIGNAL: f64 = 1.5;
const BETA: f64 = 2.0;
const SIGMA: f64 = 0.5;

impl Params {
    /// The model at the distance ε, and the signal there.
    fn model(&self, epsilon: f64) -> (LinearLatentModel, f64) {
        let critical = SIGNAL * SIGNAL / BETA;
        let (beta, variance, square) = match self.control.as_str() {
            "beta" => (BETA * (1.0 - epsilon), critical, SIGNAL * SIGNAL),
            "signal" => (BETA, critical, SIGNAL * SIGNAL * (1.0 + epsilon)),
            // The threshold is linear in η_dec here: √β σ η_dec/η_enc = ζ.
            "fixed-sigma" => (BETA, critical * (self.eta_enc / SIGMA * (1.0 - epsilon)).powi(2), SIGNAL * SIGNAL),
            _ => (BETA, critical * (1.0 - epsilon), SIGNAL * SIGNAL),
        };
        let fixed = self.control == "fixed-sigma";
        let encoder_variance = if fixed { EncoderVariance::Fixed(vec![SIGMA * SIGMA]) } else { EncoderVariance::Learnable };
        let (prior_variance, decoder_variance) = (self.eta_enc.powi(2), DecoderVariance::Fixed(variance));
        (LinearLatentModel { latents: 1, beta, prior_variance, encoder_variance, decoder_variance }, square.sqrt())
    }
}

/// Order parameters and gain of loss against the distance from the threshold.
#[derive(Debug)]
pub struct Exponent;

impl Study for Exponent {
    const NAME: &'static str = "exponent";
    const ABOUT: &'static str = "Trains one latent unit on random data of a given signal, a fraction ε above the threshold, and \
        records the singular values of encoder and decoder and how far the loss lies below that of the collapsed unit.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let controls: &[&str] = match profile {
            Profile::Smoke => &["decoder-variance"],
            Profile::Quick | Profile::Full => &["decoder-variance", "beta", "signal", "fixed-sigma"],
        };
        controls.iter().map(|&control| Params { control: control.to_owned(), ..Params::default() }).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claims_of = |point: &Params| {
            let sites = |observable: &str| {
                let site = Exponent::at(point).site(observable);
                DISTANCES.map(|epsilon| (epsilon, site.clone().at(epsilon)))
            };
            let name = |what: &str| format!("{what}-exponent-in-{}-prior-{}", point.control, point.eta_enc);
            let order = |what: &str, ordinate: &str| {
                Claim::exponent(&name(what), sites(what), 0.5)
                    .within(Margin::Absolute(0.02))
                    .rival("analytic", "the order parameter itself, not its square, grows linearly", [1.0])
                    .rival("tricritical", "the quartic term of the loss vanishes at the threshold", [0.25])
                    .rival("first-order", "a unit dies with a jump", [0.0])
                    .axes("distance ε from the threshold", ordinate)
            };
            let gain = Claim::exponent(&name("gain"), sites("gain"), 2.0)
                .within(Margin::Absolute(0.02))
                .rival("first-order", "the slope of the loss jumps", [1.0])
                .rival("tricritical", "the quartic term of the loss vanishes at the threshold", [1.5])
                .rival("third-order", "only the third derivative of the loss jumps", [3.0])
                .axes("distance ε from the threshold", "loss below that of the collapsed unit");
            [order("encoder", "θ, of the encoder"), order("decoder", "λ, of the decoder"), gain]
                .map(|c| c.log_x().log_y().source(super::THEOREM))
        };
        Ok(points.iter().flat_map(claims_of).collect())
    }

    fn measure(params: &Params, cell: &mut Cell) -> Result<()> {
        let (mut data, mut weights) = (cell.stream("data"), cell.stream("weights"));
        for epsilon in DISTANCES {
            let (model, signal) = params.model(epsilon);
            let moments = SecondMoments::with_signals(&[signal, 0.3], 5, 4, 1.0, &mut data, cell.device())?;
            // The curvature is of order ε ≥ 5e-4 and the order parameter of order √ε: a slope of 1e-10 gives seven digits.
            let options = Lbfgs { gradient_norm: 1e-10, ..Lbfgs::default() };
            let (parameters, stop) = model.train(&moments, 1.0, &mut weights, options)?;
            anyhow::ensure!(stop.ending == Ending::Converged, "the training stopped early: {stop:?}");
            let state = model.state(&moments, &parameters);
            // At scale 0 the weights vanish and σ is the prior's: the collapsed unit.
            let collapsed = model.initial(&moments, 0.0, &mut weights)?;
            cell.record_at("encoder", epsilon, state.encoder[0]);
            cell.record_at("decoder", epsilon, state.decoder[0]);
            cell.record_at("gain", epsilon, scalar(&model.loss(&moments, &collapsed)) - stop.value);
        }
        Ok(())
    }
}
