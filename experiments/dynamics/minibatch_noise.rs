//! The strength of minibatch noise.
//!
//! In linear regression the noise of a batch can be computed without approximation. With noisy labels its covariance is
//! `(A Σ A + Tr[AΣ] A + σ² A)/S`: the noise feeds on the very fluctuations `Σ` that it makes, so that at a large learning rate
//! weights fluctuate far more than continuous time and constant noise would have it, `λ/S` is no scaling variable, the variance
//! becomes infinite at `λ a = 2S/(S + 2)`, and the tails are power laws. Noisy inputs are noisy labels in disguise; weight decay
//! may best be negative; interpolation leaves no noise at all.
//!
//! Assumptions: independent samples with replacement; normal inputs; learning rates at which the second moment exists.
//!
//! Source: Liu Ziyin, Kangqiao Liu, Takashi Mori, Masahito Ueda, *Strength of Minibatch Noise in SGD*, ICLR 2022, arXiv
//! 2102.05375. Tails: Harry Kesten, *Random difference equations and renewal theory for products of random matrices*, Acta Math.
//! 131, 207 (1973).

use anyhow::{Result, ensure};
use lawbook_core::Key;
use lawbook_dynamics::{
    Ensemble, Process,
    estimators::time_average::{AverageError, Looks, time_average},
    theory::direction::Direction,
};

use crate::framework::Law;

pub mod finite_data;
pub mod heavy;
pub mod input_noise;
pub mod label_noise;
pub mod scaling;
pub mod stability;
pub mod tails;
pub mod weight_decay;
pub mod width;

/// The law.
pub fn law() -> Law {
    Law::new("dynamics", "minibatch-noise", file!())
        .title("Minibatch noise feeds on the fluctuations it makes")
        .statement(
            "In linear regression with noisy labels the covariance of the weights under SGD exceeds that of continuous time \
             by a factor that grows without bound as the learning rate nears a value set by the batch size and the \
             dimension; the ratio of learning rate to batch size does not determine it. Tails are power laws. Weight decay \
             makes noise, and its best strength can be negative. Where the data can be interpolated the noise vanishes.",
        )
        .equation(
            r"\Sigma = \frac{\sigma^2}{S}\left(1+\frac{\kappa}{S}\right)\Lambda G^{-1}, \qquad
             G = 2(1-\mu) - \left(\frac{1-\mu}{1+\mu}+\frac1S\right)\Lambda A, \qquad
             \kappa = \frac{\mathrm{Tr}[\Lambda A G^{-1}]}{1-\mathrm{Tr}[\Lambda A G^{-1}]/S}",
        )
        .symbol(r"\Sigma", "stationary covariance of the weights")
        .symbol(r"\Lambda", "learning rate λ, a number or a matrix that commutes with A")
        .symbol("A", "covariance of the inputs, the Hessian")
        .symbol("S", "batch size")
        .symbol(r"\mu", "momentum, without dampening")
        .symbol(r"\sigma^2", "variance of the labels around the teacher")
        .source(
            "Liu Ziyin, Kangqiao Liu, Takashi Mori, Masahito Ueda, Strength of Minibatch Noise in SGD, ICLR 2022, arXiv \
             2102.05375",
        )
        .study::<label_noise::LabelNoise>()
        .study::<scaling::Scaling>()
        .study::<stability::Stability>()
        .study::<weight_decay::WeightDecay>()
        .study::<input_noise::InputNoise>()
        .study::<finite_data::FiniteData>()
        .study::<tails::Tails>()
        .study::<heavy::HeavyTails>()
        .study::<width::Width>()
}

/// Steps before the first sample over those between two.
const BURN: f64 = 60.0;

/// How a stationary state is sampled.
#[derive(Debug, Clone, Copy)]
struct Schedule {
    replicas: u64,
    /// Steps between two samples; the burn-in takes [`BURN`] times as many.
    thin: u64,
    /// Samples of all replicas together, at least.
    samples: u64,
}

/// Refuses a burn-in below ten relaxation times, along a direction of some curvature.
fn check_burn(thin: u64, (curvature, rate, momentum): (f64, f64, f64)) -> Result<()> {
    let relaxation = Direction { curvature, noise: 1.0, rate, momentum }.relaxation_time()?;
    ensure!(
        BURN * thin as f64 >= 10.0 * relaxation,
        "curvature {curvature} is forgotten in {relaxation:.0} steps, and samples begin after {} of thin = {thin}; give thin = {} or more",
        BURN * thin as f64,
        (10.0 * relaxation / BURN).ceil()
    );
    Ok(())
}

/// Means over the stationary states of a process, none of whose replicas may diverge.
fn stationary_mean<const M: usize, P: Process>(
    process: P,
    schedule: Schedule,
    key: &Key,
    start: P::State<f64>,
    of: impl Fn(P::State<f64>) -> [f64; M],
) -> Result<[f64; M], AverageError> {
    let Schedule { replicas, thin, samples } = schedule;
    let mut ensemble = Ensemble::<_, f64>::new(process, replicas, key, |_| start);
    time_average(&mut ensemble, Looks { burn: BURN as u64 * thin, thin, count: samples.div_ceil(replicas) }, of)
}
