//! Sharpe ratios in the market of Black and Scholes: against the risk-neutral measure the bound is that of Hansen and
//! Jagannathan, `Sharpe² ≤ Var(dQ/dP) = exp(θ² t) − 1` with `θ = (m − r)/s`, and one claim attains it.

use std::f64::consts::PI;

use anyhow::{Result, ensure};
use lawbook_analysis::quadrature::nodes;
use lawbook_dynamics::theory::uncertainty::{Outcome, compare};

use crate::framework::{Cell, Claim, Margin, Profile, Site, Study, params};

params! {
    /// A price with drift m, volatility s, and interest r until a horizon.
    pub struct Params {
        /// Drift m of the price.
        m: real = 0.13, 0.0..=1.0;
        /// Volatility s.
        s: real = 0.2, 0.01..=2.0;
        /// Interest rate r.
        r: real = 0.03, 0.0..=1.0;
        /// Horizon t.
        t: real = 1.0, 0.001..=100.0;
        /// Number of price paths.
        paths: integer = 200_000, 100..=100_000_000;
    }
}

impl Params {
    fn theta(&self) -> f64 {
        (self.m - self.r) / self.s
    }

    /// The claim that attains the bound earns nothing without a drift. Its variance is known from paths to a share of
    /// `e^{2θ²t}/√n`, as what it pays is a power of the price: a normal to the exponential.
    fn check(&self) -> Result<()> {
        let (theta, exponent) = (self.theta(), self.theta().powi(2) * self.t);
        ensure!(theta != 0.0, "m = r = {}: nothing is earned above the interest; give another drift m", self.m);
        let resolved = (2.0 * exponent).exp() / (self.paths as f64).sqrt();
        ensure!(
            resolved < 0.02,
            "θ² t = {exponent}: {} paths know the variance of the best claim to {:.1} %, and 2 % are needed; give θ² t below {:.2} \
             or more paths",
            self.paths,
            100.0 * resolved,
            0.5 * (0.02 * (self.paths as f64).sqrt()).ln()
        );
        Ok(())
    }

    fn bound(&self) -> f64 {
        (self.theta().powi(2) * self.t).exp_m1()
    }

    /// The price at the horizon over that of today, under a drift, from a standard normal.
    fn price(&self, drift: f64, z: f64) -> f64 {
        ((drift - 0.5 * self.s * self.s) * self.t + self.s * self.t.sqrt() * z).exp()
    }

    /// What the claim that attains the bound pays: a multiple of −dQ/dP, a power of the price.
    fn best(&self, price: f64) -> f64 {
        -price.powf(-self.theta() / self.s)
    }
}

/// The market of Black and Scholes.
pub struct Market;

impl Study for Market {
    const NAME: &'static str = "market";
    const ABOUT: &'static str = "Simulates prices under the real and the risk-neutral measure and records the squared Sharpe \
        ratios of the stock and of the claim that attains the bound; and, by quadrature over all prices, by how much calls, \
        digital options and powers of the price violate the bound.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let paths = if profile == Profile::Full { 10_000_000 } else { 200_000 };
        // Later the claim that attains the bound has tails too heavy for a sample.
        [0.5, 1.0, 2.0].map(|t| Params { t, paths, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        points.iter().try_for_each(Params::check)?;
        let over_time = |name: &'static str, predicted: &dyn Fn(&Params) -> f64| {
            points.iter().map(|p| (p.t, Self::at(p).site(name), predicted(p))).collect::<Vec<(f64, Site, f64)>>()
        };
        let instantaneous: Vec<f64> = points.iter().map(|p| p.theta().powi(2) * p.t).collect();
        let stock = |p: &Params| (-((p.r - p.m) * p.t).exp_m1()).powi(2) / (p.s * p.s * p.t).exp_m1();
        Ok(vec![
            // Closed forms; margins separate them from the rivals.
            Claim::curve("best-claim-attains", over_time("best-sharpe", &Params::bound))
                .within(Margin::Relative(0.05))
                .rival("instantaneous", "θ² t, the squared Sharpe ratio of an instant times the time", instantaneous.clone())
                .axes("horizon t", "squared Sharpe ratio")
                .source("equality in the general bound: f affine in dQ/dP"),
            Claim::curve("stock-sharpe", over_time("stock-sharpe", &stock))
                .within(Margin::Relative(0.03))
                .rival("instantaneous", "θ² t, the squared Sharpe ratio of an instant times the time", instantaneous)
                .rival("bound", "the stock itself is the best claim", points.iter().map(Params::bound))
                .axes("horizon t", "squared Sharpe ratio")
                .source("geometric Brownian motion"),
            // A theorem: rounding of the quadratures is left.
            Claim::exact("no-claim-exceeds", over_time("violation", &|_| 0.0))
                .within(Margin::Absolute(1e-9))
                .rival_residual(
                    "instantaneous",
                    "θ² t as the bound: trading at every instant and adding up",
                    points.iter().map(|p| Self::at(p).site("instantaneous-violation")),
                )
                .axes("horizon t", "squared Sharpe ratio over its bound, less 1, at worst")
                .source("general bound with Q risk-neutral: Hansen & Jagannathan's"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        p.check()?;
        let mut stream = cell.stream("prices");
        let normals: Vec<f64> = (0..p.paths).map(|_| stream.normal()).collect();
        cell.record("best-sharpe", sampled_sharpe(p, &normals, |price| p.best(price)));
        cell.record("stock-sharpe", sampled_sharpe(p, &normals, |price| price));
        let mut most = 0f64;
        for level in (1..=40).map(|i| p.price(p.r, 0.2 * f64::from(i - 20))) {
            most = most.max(exact_sharpe(p, |price| (price - level).max(0.0))?);
            most = most.max(exact_sharpe(p, |price| f64::from(u8::from(price > level)))?);
        }
        for power in (-20..=20).filter(|power| *power != 0) {
            most = most.max(exact_sharpe(p, |price| price.powf(0.2 * f64::from(power)))?);
        }
        most = most.max(exact_sharpe(p, |price| p.best(price))?);
        cell.record("violation", (most / p.bound() - 1.0).max(0.0));
        cell.record("instantaneous-violation", (most / (p.theta().powi(2) * p.t) - 1.0).max(0.0));
        Ok(())
    }
}

/// Squared mean of what a claim earns beyond its risk-neutral price, over its variance, over the same normals under both
/// measures.
fn sampled_sharpe(p: &Params, normals: &[f64], claim: impl Fn(f64) -> f64) -> f64 {
    let count = normals.len() as f64;
    let mean = |drift: f64| normals.iter().map(|z| claim(p.price(drift, *z))).sum::<f64>() / count;
    let (real, neutral) = (mean(p.m), mean(p.r));
    let variance = normals.iter().map(|z| (claim(p.price(p.m, *z)) - real).powi(2)).sum::<f64>() / count;
    (real - neutral).powi(2) / variance
}

/// The same by quadrature, whose nodes are finitely many prices with two distributions over them.
fn exact_sharpe(p: &Params, claim: impl Fn(f64) -> f64) -> Result<f64> {
    let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    let shift = p.theta() * p.t.sqrt();
    let panels = (-60..60).flat_map(|i| nodes(0.2 * f64::from(i), 0.2 * f64::from(i + 1)));
    let outcome = |(z, w): (f64, f64)| Outcome { p: w * density(z), q: w * density(z + shift), f: claim(p.price(p.m, z)) };
    let exact = compare(&panels.map(outcome).collect::<Vec<_>>())?;
    Ok(exact.covariance.powi(2) / exact.variance)
}
