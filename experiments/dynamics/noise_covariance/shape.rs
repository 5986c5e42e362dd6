//! Two directions: the whole covariance matrix where nothing commutes, its distortion by the finite learning rate, and what
//! preconditioners make of it.

use anyhow::Result;
use lawbook_analysis::matrix::Matrix;
use lawbook_dynamics::{
    Ensemble,
    covariance::{Valley, natural_covariance, newton_covariance, newton_preconditioner},
    descent::Descent,
    direction::Direction,
    optimizer::HeavyBall,
    quadratic::{Quadratic, Shape},
    time_average::time_average,
};

use super::variance::looks;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD in a valley of two directions.
    pub struct Params {
        /// Which Hessian, noise and preconditioner; in `general` none commutes with another.
        case: choice = "general", ["general", "hessian-noise", "newton", "newton-steep", "natural", "posterior"];
        /// Momentum μ.
        mu: real = 0.0, 0.0..=0.99;
        /// Looks at a thousand replicas.
        looks: integer = 500, 1..=1_000_000;
    }
}

/// Learning rate of the cases whose preconditioner is a formula.
const RATE: f64 = 1.4;
/// Batch size of natural gradient.
const BATCH: f64 = 4.0;
/// Observations behind the posterior.
const SAMPLES: f64 = 3.0;

impl Params {
    fn hessian(&self) -> Matrix {
        match self.case.as_str() {
            "hessian-noise" | "posterior" => Matrix::diagonal(&[1.0, 0.2]),
            "newton-steep" => Matrix::from_rows([[10.0, 0.3], [0.3, 0.109]]),
            _ => Matrix::from_rows([[1.0, 0.3], [0.3, 0.6]]),
        }
    }

    fn valley(&self) -> Result<Valley> {
        let hessian = self.hessian();
        let general = Matrix::from_rows([[1.0, -0.4], [-0.4, 0.7]]);
        let (noise, preconditioner) = match self.case.as_str() {
            "hessian-noise" => (hessian.clone(), Matrix::diagonal(&[RATE, RATE])),
            "newton" | "newton-steep" => (general, newton_preconditioner(&hessian, RATE)?),
            "natural" => {
                let fisher = &(&hessian * &natural_covariance(&hessian, RATE, self.mu, BATCH)?) * &hessian;
                (&fisher * (1.0 / BATCH), &fisher.inverse()? * RATE)
            }
            "posterior" => {
                let noise = [1.0, 0.5];
                let rate = |i: usize| Direction::posterior_rate(hessian[(i, i)], noise[i], self.mu, SAMPLES);
                (Matrix::diagonal(&noise), Matrix::diagonal(&[rate(0), rate(1)]))
            }
            _ => (general, Matrix::diagonal(&[0.8, 0.5])),
        };
        Ok(Valley::new(hessian, noise, preconditioner, self.mu)?)
    }
}

/// The entries of a covariance, as abscissae.
const ENTRIES: [(usize, usize); 3] = [(0, 0), (0, 1), (1, 1)];

fn entries(matrix: &Matrix) -> [f64; 3] {
    ENTRIES.map(|entry| matrix[entry])
}

/// The shape of the noise cloud.
pub struct ShapeOfNoise;

impl Study for ShapeOfNoise {
    const NAME: &'static str = "shape";
    const ABOUT: &'static str = "Runs SGD in a valley of two directions with several preconditioners and records the covariance \
        of the weights, the mean loss, and the covariance of the mean gradient.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let looks = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 500,
            Profile::Full => 25_000,
        };
        let at = |case: &str, mu: f64| Params { case: case.into(), mu, looks };
        let general = [0.0, 0.5, 0.9].map(|mu| at("general", mu));
        let others = [
            ("hessian-noise", 0.0),
            ("newton", 0.5),
            ("newton-steep", 0.5),
            ("natural", 0.5),
            ("posterior", 0.0),
            ("posterior", 0.5),
        ];
        general.into_iter().chain(others.map(|(case, mu)| at(case, mu))).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            claims.extend(claim(p)?);
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let valley = p.valley()?;
        let gradient = Quadratic::<2>::preconditioned(&valley, Shape::Gaussian)?;
        let descent = Descent { gradient, optimizer: HeavyBall { rate: 1.0, momentum: p.mu } };
        let start = descent.start([0.0, 0.0]);
        let mut ensemble = Ensemble::<_, f64>::new(descent, 1024, &cell.key(), |_| start);
        let looks = looks(valley.relaxation_time(), p.looks);
        let moments = time_average(&mut ensemble, looks, |([a, b], _)| [a * a, a * b, b * b]);
        let [aa, ab, bb] = moments;
        let covariance = Matrix::from_rows([[aa, ab], [ab, bb]]);
        let gradients = &(valley.hessian() * &covariance) * valley.hessian();
        for (i, (value, slope)) in entries(&covariance).into_iter().zip(entries(&gradients)).enumerate() {
            cell.record_at("covariance", i as f64, value);
            cell.record_at("gradient-covariance", i as f64, slope);
        }
        cell.record("excess-loss", valley.excess_loss(&covariance));
        Ok(())
    }
}

/// What the law says of one case. All is exact; the margins leave room for the scatter of a few million samples.
fn claim(p: &Params) -> Result<Vec<Claim>> {
    let at = ShapeOfNoise::at(p);
    let valley = p.valley()?;
    let (law, slow) = (valley.covariance()?, valley.continuous_time_covariance()?);
    let curve = |id: &str, observable: &str, values: [f64; 3]| {
        let sites = values.into_iter().enumerate();
        Claim::curve(id, sites.map(|(i, value)| (i as f64, at.site(observable).at(i as f64), value)))
            .axes("entry (1,1), (1,2), (2,2)", observable)
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
