//! Two directions: the whole covariance matrix where nothing commutes, its distortion by the finite learning rate, and what
//! preconditioners make of it.

use anyhow::Result;
use lawbook_analysis::matrix::Matrix;
use lawbook_dynamics::{
    Ensemble,
    estimators::time_average::time_average,
    optimizers::descent::Descent,
    optimizers::optimizer::HeavyBall,
    systems::quadratic::{Quadratic, Shape},
    theory::covariance::{Valley, natural_covariance, newton_preconditioner},
    theory::direction::Direction,
};

use super::variance::looks;
use crate::framework::{Cell, Claim, Profile, Study, params};

mod claims;

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
        let mut all = Vec::new();
        for p in points {
            all.extend(claims::of_case(p)?);
        }
        Ok(all)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let valley = p.valley()?;
        let gradient = Quadratic::<2>::preconditioned(&valley, Shape::Gaussian)?;
        let descent = Descent { gradient, optimizer: HeavyBall { rate: 1.0, momentum: p.mu } };
        let start = descent.start([0.0, 0.0]);
        let mut ensemble = Ensemble::<_, f64>::new(descent, 1024, &cell.key(), |_| start);
        let looks = looks(valley.relaxation_time(), p.looks);
        let moments = time_average(&mut ensemble, looks, |([a, b], _)| [a * a, a * b, b * b])?;
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
