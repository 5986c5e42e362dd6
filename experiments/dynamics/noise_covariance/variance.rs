//! One direction: the variance against the learning rate, without and with momentum, for noise of three shapes; and how weights
//! forget.

use anyhow::Result;
use lawbook_core::Key;
use lawbook_dynamics::{
    Ensemble,
    estimators::time_average::{Looks, time_average},
    optimizers::descent::Descent,
    optimizers::optimizer::HeavyBall,
    systems::quadratic::{Quadratic, Shape},
    theory::direction::Direction,
};

use crate::framework::{Cell, Claim, Margin, Profile, Site, Study, params};

params! {
    /// SGD with momentum along one direction.
    pub struct Params {
        /// Learning rate λ.
        lambda: real = 0.5, 0.0001..=4.0;
        /// Momentum μ.
        mu: real = 0.0, 0.0..=0.99;
        /// Curvature k.
        k: real = 1.0, 0.001..=100.0;
        /// Variance of the gradient noise c.
        c: real = 1.0, 0.001..=100.0;
        /// Shape of the noise.
        noise: choice = "gaussian", ["gaussian", "uniform", "rademacher"];
        /// Looks at a thousand replicas, a relaxation time apart.
        looks: integer = 500, 1..=1_000_000;
    }
}

impl Params {
    /// The direction.
    pub fn direction(&self) -> Direction {
        Direction { curvature: self.k, noise: self.c, rate: self.lambda, momentum: self.mu }
    }

    /// The process.
    fn descent(&self) -> Descent<Quadratic<1>, HeavyBall> {
        let shape = match self.noise.as_str() {
            "uniform" => Shape::Uniform,
            "rademacher" => Shape::Rademacher,
            _ => Shape::Gaussian,
        };
        let gradient = Quadratic::diagonal([self.k], [self.c], shape);
        Descent { gradient, optimizer: HeavyBall { rate: self.lambda, momentum: self.mu } }
    }
}

/// A relaxation time between looks, and fifteen before the first, which leaves a part e⁻³⁰ of the start. Looking costs more than
/// a few steps, hence at least four.
pub fn looks(relaxation: f64, count: i64) -> Looks {
    let thin = relaxation.ceil().max(4.0) as u64;
    Looks { burn: (15.0 * relaxation).ceil() as u64, thin, count: count as u64 }
}

/// How many steps back the memory of weights is measured.
const LAGS: [u32; 3] = [1, 2, 3];
/// The learning rates at which it is.
const REMEMBERED: [f64; 2] = [0.5, 1.5];

/// Variance and autocovariance.
pub struct Variance;

impl Study for Variance {
    const NAME: &'static str = "variance";
    const ABOUT: &'static str = "Runs SGD with momentum in a parabola and records the variance of the weight, its mean loss and \
        its autocorrelation.";
    const UNCLAIMED: &'static [&'static str] = &["excess-loss"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let looks = match profile {
            Profile::Smoke => 250,
            Profile::Quick => 500,
            Profile::Full => 25_000,
        };
        let at = |mu: f64, lambda: f64, noise: &str| Params { lambda, mu, noise: noise.into(), looks, ..Params::default() };
        let plain = [0.25, 0.5, 1.0, 1.5, 1.8].map(|lambda| at(0.0, lambda, "gaussian"));
        if profile == Profile::Smoke {
            return plain[1..4].to_vec();
        }
        let heavy = [0.5, 1.0, 2.0, 3.0, 3.4].map(|lambda| at(0.9, lambda, "gaussian"));
        let shapes = ["uniform", "rademacher"].map(|noise| [at(0.0, 1.5, noise), at(0.9, 3.0, noise)]);
        plain.into_iter().chain(heavy).chain(shapes.into_iter().flatten()).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let mut families: Vec<(String, f64)> = points.iter().map(|p| (p.noise.clone(), p.mu)).collect();
        families.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        families.dedup();
        for (noise, mu) in families {
            let own: Vec<&Params> = points.iter().filter(|p| p.noise == noise && p.mu == mu).collect();
            let curve = |f: &dyn Fn(&Direction) -> Result<f64>| -> Result<Vec<f64>> {
                own.iter().map(|p| f(&p.direction())).collect()
            };
            let law = curve(&|d| Ok(d.variance()?))?;
            let site = |p: &Params| -> Site { Self::at(p).site("variance") };
            // Exact; the margin leaves room for the scatter of a few million samples.
            let mut claim = Claim::curve(
                &format!("variance-{noise}-{mu}"),
                own.iter().zip(&law).map(|(p, variance)| (p.lambda, site(p), *variance)),
            )
            .within(Margin::Relative(0.02))
            .rival("continuous-time", "λc/(2k(1 − μ))", curve(&|d| Ok(d.continuous_time_variance()))?)
            .axes("learning rate λ", "Var w")
            .log_y()
            .source("theorem 1 along one direction");
            if mu > 0.0 {
                let dampened = curve(&|d| Ok(Direction { rate: d.rate * (1.0 - mu), ..*d }.variance()?))?;
                let inflated =
                    curve(&|d| Ok(d.continuous_time_variance() / (1.0 - 0.5 * d.rate * d.curvature / (1.0 - mu))))?;
                claim = claim.rival("dampening", "the gradient enters the momentum with a factor 1 − μ", dampened).rival(
                    "effective-rate",
                    "momentum acts as plain SGD of learning rate λ/(1 − μ)",
                    inflated,
                );
            }
            claims.push(claim);
        }
        for p in points.iter().filter(|p| p.mu == 0.0 && p.noise == "gaussian" && REMEMBERED.contains(&p.lambda)) {
            let (direction, variance) = (p.direction(), p.direction().variance()?);
            let values: Vec<f64> =
                LAGS.iter().map(|lag| Ok(direction.autocovariance(*lag)? / variance)).collect::<Result<_>>()?;
            // Exact; the margin leaves room for the scatter, which is one over the root of the number of independent samples.
            let sites = LAGS.iter().map(|lag| (f64::from(*lag), Self::at(p).site("correlation").at(f64::from(*lag))));
            claims.push(
                Claim::curve(
                    &format!("autocorrelation-{}", p.lambda),
                    sites.zip(&values).map(|((lag, site), value)| (lag, site, *value)),
                )
                .within(Margin::Absolute(0.02))
                .rival("continuous-time", "exp(−λkn)", LAGS.map(|lag| (-p.lambda * p.k * f64::from(lag)).exp()))
                .axes("steps n", "correlation of w now and n steps later")
                .source("theorem 1 and (I − λK)ⁿ Σ, which the iteration implies"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let relaxation = p.direction().relaxation_time()?;
        let mut ensemble = ensemble(p, &cell.key());
        let [mean, square] = time_average(&mut ensemble, looks(relaxation, p.looks), |([w], _)| [w, w * w])?;
        cell.record("variance", square - mean * mean);
        cell.record("excess-loss", 0.5 * p.k * square);
        if p.mu == 0.0 {
            let (mut squares, mut products) = (0.0, [0.0; LAGS.len()]);
            for _ in 0..p.looks {
                let start: Vec<f64> = ensemble.states().map(|([w], _)| w).collect();
                squares += start.iter().map(|w| w * w).sum::<f64>();
                for product in &mut products {
                    ensemble.advance(1);
                    *product += start.iter().zip(ensemble.states()).map(|(before, ([w], _))| before * w).sum::<f64>();
                }
            }
            for (lag, product) in LAGS.into_iter().zip(products) {
                cell.record_at("correlation", f64::from(lag), product / squares);
            }
        }
        Ok(())
    }
}

/// A thousand replicas at the minimum.
fn ensemble(p: &Params, key: &Key) -> Ensemble<Descent<Quadratic<1>, HeavyBall>> {
    let descent = p.descent();
    let start = descent.start([0.0]);
    Ensemble::new(descent, 1024, key, |_| start)
}
