//! Posterior collapse: a latent unit of a linear variational autoencoder carries something only if its share of the data exceeds
//! the price of carrying it.
//!
//! Encoder z ~ N(W x, Σ), prior N(0, η_enc²), decoder y ~ N(U z, η_dec²), loss −ELBO with weight β on the divergence. With ζ_i the
//! singular values of E[y xᵀ] E[x xᵀ]^(-1/2), at the global minimum and for learnable σ
//!
//! > λ_i² = (ζ_i² − β η_dec²)/η_enc², θ_i² = η_enc² (1 − β η_dec²/ζ_i²), σ_i = √β η_enc η_dec/ζ_i if ζ_i² > β η_dec²,
//! > λ_i = θ_i = 0, σ_i = η_enc otherwise (collapse);
//!
//! for fixed σ a unit survives if ζ_i > √β σ_i η_dec/η_enc. With y = x the ζ_i² are the principal variances of the data. The
//! transition is continuous, θ_i ~ (distance)^(1/2).
//!
//! Assumes a linear encoder and decoder, centred data, and the global minimum, which every random start here reaches.
//!
//! Source: Z. Wang & L. Ziyin, *Posterior Collapse of a Linear Latent Variable Model*, NeurIPS 2022, arXiv 2205.04009, the main
//! theorem and its corollaries; J. Lucas et al., *Don't Blame the ELBO!*, NeurIPS 2019, arXiv 1911.02469, for β = 1 and y = x.

pub mod decoder_variance;
pub mod digits;
pub mod exponent;
pub mod minimum;
pub mod sampled;
pub mod threshold;

use anyhow::{Result, ensure};
use lawbook_core::{
    Device, Key, Stream,
    lbfgs::{Ending, Lbfgs},
};
use lawbook_landscapes::{
    SecondMoments,
    latent_variables::{LatentState, LinearLatentModel},
};

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("landscapes", "posterior-collapse", file!())
        .title("A latent unit collapses onto its prior below β η_dec²")
        .statement(
            "A linear latent variable model, the linear variational autoencoder included, loses its latent units one by one: a \
             unit survives if and only if the squared singular value of the whitened data that it carries exceeds β times the \
             variance of the decoder. The prior's variance does not matter. The transition is continuous with the exponent 1/2.",
        )
        .equation(
            r"\theta_i^2 = \eta_{\mathrm{enc}}^2 \max\left(0,\, 1 - \frac{\beta \eta_{\mathrm{dec}}^2}{\zeta_i^2}\right), \quad
              \lambda_i^2 = \frac{\max(0,\, \zeta_i^2 - \beta \eta_{\mathrm{dec}}^2)}{\eta_{\mathrm{enc}}^2}, \quad
              \theta_i^2 + \sigma_i^2 = \eta_{\mathrm{enc}}^2",
        )
        .symbol(r"\zeta_i", "singular values of E[y xᵀ] E[x xᵀ]^(-1/2); with y = x, roots of the principal variances")
        .symbol(r"\theta_i", "singular values of the encoder on whitened inputs")
        .symbol(r"\lambda_i", "singular values of the decoder")
        .symbol(r"\sigma_i", "standard deviations of the posterior")
        .symbol(r"\eta_{\mathrm{dec}}, \eta_{\mathrm{enc}}", "standard deviations of the decoder and of the prior")
        .symbol(r"\beta", "weight of the Kullback–Leibler divergence")
        .source("Wang & Ziyin, Posterior Collapse of a Linear Latent Variable Model, NeurIPS 2022, arXiv 2205.04009")
        .study::<minimum::Minimum>()
        .study::<threshold::Threshold>()
        .study::<exponent::Exponent>()
        .study::<digits::RealDigits>()
        .study::<decoder_variance::LearntDecoder>()
        .study::<sampled::Sampled>()
}

/// The paper, for the claims of all studies.
const THEOREM: &str = "arXiv 2205.04009, main theorem";

/// Trains from random weights until the slope is at most `gradient_norm`, and reads off the state; anything else is an error of
/// the cell.
fn train(
    model: &LinearLatentModel,
    moments: &SecondMoments,
    stream: &mut Stream,
    gradient_norm: f64,
) -> Result<LatentState> {
    let options = Lbfgs { gradient_norm, ..Lbfgs::default() };
    let (parameters, stop) = model.train(moments, 1.0, stream, options)?;
    ensure!(stop.ending == Ending::Converged, "the training stopped at slope {:e}: {stop:?}", stop.gradient_norm);
    Ok(model.state(moments, &parameters))
}

/// A random problem with these signals, five inputs and four targets; the same for every seed.
fn designed(signals: &[f64], unexplained: f64, device: Device) -> Result<SecondMoments> {
    let mut stream = Key::new(["posterior-collapse", "data"]).stream("designed", 0);
    Ok(SecondMoments::with_signals(signals, 5, 4, unexplained, &mut stream, device)?)
}
