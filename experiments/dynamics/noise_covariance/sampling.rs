//! Where the law ends: samples drawn without replacement. Their noise is anti-correlated within an epoch and sums to nothing, so
//! that a direction that does not relax within an epoch hardly fluctuates.

use anyhow::Result;
use lawbook_dynamics::{
    Ensemble,
    estimators::divergence::all_finite,
    optimizers::descent::Descent,
    optimizers::optimizer::Sgd,
    systems::quadratic::{SampleOrder, Samples, epoch_variances},
    theory::direction::Direction,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD on a finite set of samples, noise of variance 1, one sample per step, without momentum.
    pub struct Params {
        /// How samples are drawn.
        order: choice = "epochs", ["independent", "epochs"];
        /// Learning rate λ times curvature k times the number of samples n.
        relaxation: real = 1.0, 0.001..=100.0;
        /// Number of samples n.
        n: integer = 16, 2..=100_000;
        /// Replicas.
        replicas: integer = 4096, 1..=1_000_000;
        /// Epochs that are looked at.
        epochs: integer = 60, 1..=1_000_000;
    }
}

impl Params {
    /// At curvature 1.
    fn rate(&self) -> f64 {
        self.relaxation / self.n as f64
    }

    fn independent(&self) -> Result<f64> {
        Ok(Direction { curvature: 1.0, noise: 1.0, rate: self.rate(), momentum: 0.0 }.variance()?)
    }
}

/// Sampling without replacement.
pub struct Sampling;

impl Study for Sampling {
    const NAME: &'static str = "sampling";
    const ABOUT: &'static str = "Runs SGD on a finite set of samples, drawn with replacement or in epochs, and records the \
        variance of the weight at the ends of epochs and halfway.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let replicas = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 4096,
            Profile::Full => 40_960,
        };
        let at = |order: &str, relaxation: f64| Params { order: order.into(), relaxation, replicas, ..Params::default() };
        let epochs = [0.2, 0.5, 2.0, 8.0, 20.0].map(|relaxation| at("epochs", relaxation));
        epochs.into_iter().chain([at("independent", 2.0), at("independent", 20.0)]).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for (order, observable, id) in [
            ("epochs", "variance-at-end", "without-replacement"),
            ("epochs", "variance-halfway", "without-replacement-halfway"),
            ("independent", "variance-at-end", "with-replacement"),
        ] {
            let own: Vec<&Params> = points.iter().filter(|p| p.order == order).collect();
            if own.is_empty() {
                continue;
            }
            let with: Vec<f64> = own.iter().map(|p| p.independent()).collect::<Result<_>>()?;
            let epoch = |p: &&Params| -> Result<f64> {
                let variances = epoch_variances(1.0, p.rate(), p.n as usize)?;
                Ok(if observable == "variance-halfway" { variances[p.n as usize / 2] } else { variances[0] })
            };
            let without: Vec<f64> = own.iter().map(epoch).collect::<Result<_>>()?;
            let (law, rival, because) = match order {
                "epochs" => (without, with, "theorem 1, which takes noise of different steps as uncorrelated"),
                _ => (with, without, "samples of one epoch exclude each other"),
            };
            let sites = own.iter().zip(&law).map(|(p, variance)| (p.relaxation, Self::at(p).site(observable), *variance));
            // Exact, as noise does not depend on the weight.
            claims.push(
                Claim::curve(id, sites)
                    .within(Margin::Relative(0.03))
                    .rival(if order == "epochs" { "with-replacement" } else { "without-replacement" }, because, rival)
                    .axes("relaxation in an epoch λkn", "Var w")
                    .log_x()
                    .log_y()
                    .source(if order == "epochs" {
                        "derived here: two samples of one epoch have the covariance −c/(n − 1)"
                    } else {
                        "theorem 1, at noise from a finite set of samples"
                    }),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        // Refuses what is not stationary.
        p.independent()?;
        let order = if p.order == "epochs" { SampleOrder::Epochs } else { SampleOrder::Independent };
        let descent = Descent { gradient: Samples::new(1.0, p.n as usize, order)?, optimizer: Sgd { rate: p.rate() } };
        let mut ensemble = Ensemble::<_, f64>::new(descent, p.replicas as u64, &cell.key(), |_| ([0.0], ()));
        let half = p.n as u64 / 2;
        // Fifteen relaxation times, in whole epochs.
        ensemble.advance((15.0 / p.relaxation).ceil().max(2.0) as u64 * p.n as u64);
        let (mut end, mut middle) = (0.0, 0.0);
        for _ in 0..p.epochs {
            ensemble.advance(half);
            middle += mean_square(&ensemble);
            ensemble.advance(p.n as u64 - half);
            end += mean_square(&ensemble);
        }
        all_finite(&ensemble)?;
        cell.record("variance-halfway", middle / p.epochs as f64);
        cell.record("variance-at-end", end / p.epochs as f64);
        Ok(())
    }
}

fn mean_square(ensemble: &Ensemble<Descent<Samples, Sgd>>) -> f64 {
    ensemble.states().map(|([w], ())| w * w).sum::<f64>() / ensemble.replicas() as f64
}
