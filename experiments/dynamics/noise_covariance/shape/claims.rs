//! What the exact covariance says of each Hessian, noise and preconditioner.

use anyhow::Result;
use lawbook_analysis::matrix::Matrix;
use lawbook_dynamics::{
    theory::covariance::{Valley, natural_covariance, newton_covariance},
    theory::direction::Direction,
};

use super::{BATCH, Params, RATE, SAMPLES, ShapeOfNoise, entries};
use crate::framework::{Claim, Margin, Study};

/// What the law says of one case. All is exact; the margins leave room for the scatter of a few million samples.
pub(super) fn of_case(p: &Params) -> Result<Vec<Claim>> {
    let at = ShapeOfNoise::at(p);
    let valley = p.valley()?;
    let (law, slow) = (valley.covariance()?, valley.continuous_time_covariance()?);
    let curve = |id: &str, observable: &str, values: [f64; 3]| {
        let sites = values.into_iter().enumerate();
        let of = if observable == "covariance" { "covariance of the weights" } else { "covariance of the gradient" };
        Claim::curve(id, sites.map(|(i, value)| (i as f64, at.site(observable).at(i as f64), value)))
            .axes("entry (1,1), (1,2), (2,2)", of)
    };
    let seen = |covariance: &Matrix| entries(&(&(valley.hessian() * covariance) * valley.hessian()));
    let mu = p.mu;
    Ok(match p.case.as_str() {
        "hessian-noise" => {
            let (sharp, flat) = (at.site("covariance"), at.site("covariance").at(2.0));
            vec![
                Claim::ratio("distortion", sharp, flat, law[(0, 0)] / law[(1, 1)])
                    .within(Margin::Relative(0.02))
                    .rival("continuous-time", "noise proportional to the Hessian leaves an isotropic cloud", [1.0])
                    .rival("posterior", "the cloud of a posterior is narrow where the loss is sharp", [0.2])
                    .axes("", "variance in the sharp over that in the flat direction")
                    .source("theorem 1 at C = c₀K: the cloud is widest where the loss is sharpest"),
            ]
        }
        "newton" | "newton-steep" => {
            let closed = newton_covariance(valley.hessian(), valley.noise(), RATE, mu)?;
            // With the learning rate in front of the gradient alone, in units of the largest curvature.
            let largest = valley.hessian().spectral_radius();
            let plain = &Matrix::identity(2) * (RATE / largest);
            let plain = Valley::new(valley.hessian().clone(), valley.noise().clone(), plain, mu)?.covariance()?;
            vec![
                curve(&format!("damped-{}", p.case), "gradient-covariance", seen(&closed))
                    .within(Margin::Relative(0.03))
                    .rival("continuous-time", "λC/(2(1 − μ))", seen(&slow))
                    .rival("plain", "SGD at the same step along the sharpest direction", seen(&plain))
                    .source("damped Newton: KΣK = λ(1 + μ) C/{(1 − μ)[2(1 + μ) − λ]} whatever the Hessian"),
            ]
        }
        "natural" => {
            let closed = natural_covariance(valley.hessian(), RATE, mu, BATCH)?;
            vec![
                curve("natural-gradient", "covariance", entries(&closed))
                    .within(Margin::Relative(0.03))
                    .rival("continuous-time", "λK⁻¹/(2(1 − μ)S): the noise of minibatches alone", entries(&slow))
                    .source("natural gradient: Σ = ½λ[1/(1 + μ) + 1/((1 − μ)S)]K⁻¹, stationary at the Fisher matrix KΣK"),
            ]
        }
        "posterior" => {
            let (k, c) = (valley.hessian(), valley.noise());
            let target = [0, 1].map(|i| 1.0 / (SAMPLES * k[(i, i)]));
            // At the rates that continuous-time theory would choose.
            let naive = [0, 1].map(|i| {
                let rate = 2.0 * (1.0 - mu) / (SAMPLES * c[(i, i)]);
                Direction { curvature: k[(i, i)], noise: c[(i, i)], rate, momentum: mu }.variance()
            });
            let sites = [0, 1].map(|i| (i as f64, at.site("covariance").at(2.0 * i as f64), target[i]));
            vec![
                Claim::curve(&format!("posterior-{mu}"), sites)
                    .within(Margin::Relative(0.02))
                    .rival("continuous-time", "λ_i = 2(1 − μ)/(N c_i) would do", [naive[0]?, naive[1]?])
                    .axes("direction", "Var w")
                    .source("theorem 1, solved for the preconditioner at Σ = (NK)⁻¹"),
            ]
        }
        _ => vec![
            curve(&format!("covariance-{mu}"), "covariance", entries(&law))
                .within(Margin::Relative(0.03))
                .rival("continuous-time", "ΛKΣ + ΣKΛ = ΛCΛ/(1 − μ)", entries(&slow))
                .source("theorem 1"),
            Claim::value(&format!("excess-loss-{mu}"), at.site("excess-loss"), valley.excess_loss(&law))
                .within(Margin::Relative(0.02))
                .rival("continuous-time", "½ Tr KΣ with its Σ", [valley.excess_loss(&slow)])
                .axes("", "mean loss above the minimum")
                .source("theorem 1: ½ Tr KΣ"),
        ],
    })
}
