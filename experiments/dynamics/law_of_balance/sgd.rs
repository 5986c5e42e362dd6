//! The depth-1 stationary law on real SGD: batch size 1, fresh samples, labels with a weak signal, so that `T = η` is small
//! against the curvature and the diffusion may stand for SGD.

use anyhow::{Result, ensure};
use lawbook_analysis::quantiles::WeightedSample;
use lawbook_dynamics::{
    systems::two_layer::{Sgd, Weights, snapshots},
    theory::moments::NoisyLine,
    theory::stationary::critical_temperature,
};

use crate::framework::{Cell, Claim, Profile, Study, params};

mod claims;

params! {
    /// The two-layer unit trained by SGD.
    pub struct Params {
        /// Slope k of the labels.
        k: real = 0.1, 0.001..=10.0;
        /// Standard deviation s of the label noise.
        s: real = 3.0, 0.01..=100.0;
        /// Temperature T = η/S over the critical one.
        T_over_T_c: real = 0.3, 0.01..=10.0;
        /// Batch size S.
        S: integer = 1, 1..=1000;
        /// Sign of v at the start.
        start: choice = "right", ["right", "wrong"];
        /// Number of replicas.
        replicas: integer = 100, 2..=1_000_000;
    }
}

impl Params {
    fn data(&self) -> NoisyLine {
        NoisyLine { slope: self.k, noise: self.s }
    }

    fn temperature(&self) -> f64 {
        self.T_over_T_c * critical_temperature(&self.data().moments(), 0.0)
    }

    /// The diffusion must stand for SGD, and v come back from 0, or fall there, in a time that one can wait for.
    fn check(&self) -> Result<()> {
        self.data().moments().weak_signal()?;
        ensure!((self.T_over_T_c - 1.0).abs() > 0.05, "T/T_c = {}: give one below 0.95 or above 1.05", self.T_over_T_c);
        Ok(())
    }

    /// Training time in which the slowest mode, the return of ln v from small v, relaxes once; above the critical temperature,
    /// in which it falls by its own scatter.
    fn relaxation_time(&self) -> f64 {
        let m = self.data().moments();
        let t = self.temperature();
        (2.0 * t * m.a3 / (m.b2 - t * m.a3).powi(2)).max(1.0 / m.b2)
    }
}

/// Values of v at which the distribution function is measured, over the minimum of the loss.
const GRID: [f64; 6] = [0.1, 0.3, 0.6, 1.0, 1.5, 2.5];
/// Below this |v| a replica counts as collapsed; beyond minus ten times it, as having learned the wrong sign.
const COLLAPSED: f64 = 1e-3;
/// Factor by which the replicas are unbalanced at the start.
const IMBALANCE: f64 = 1.2;
/// Relaxation times before the first sample, and between samples.
const BURN: f64 = 6.0;
const SPACING: f64 = 0.5;
const SAMPLES: usize = 30;

/// Slope below which the signal-to-noise ratio is small enough for the diffusion to stand for SGD.
const WEAK: f64 = 0.15;

/// Real SGD in its stationary state.
pub struct RealSgd;

impl Study for RealSgd {
    const NAME: &'static str = "sgd";
    const ABOUT: &'static str = "Trains replicas of a two-layer linear unit by SGD at batch size 1 from slightly unbalanced \
        weights until they are stationary, and records the distribution of v = u w, its sign, collapse, and the imbalance.";
    const UNCLAIMED: &'static [&'static str] = &["diverged"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let replicas = match profile {
            Profile::Smoke => 80,
            Profile::Quick => 100,
            Profile::Full => 10_000,
        };
        let at = |temperature: f64| Params { T_over_T_c: temperature, replicas, ..Params::default() };
        let many = |temperature: f64| Params { replicas: 5 * replicas, ..at(temperature) };
        let wrong = Params { start: "wrong".into(), replicas: 2 * replicas, ..at(0.3) };
        let strong = Params { k: 0.3, s: 2.0, replicas: 20 * replicas, ..at(0.5) };
        let hot = [many(0.5), Params { replicas: 96, ..at(0.8) }, Params { replicas: 64, ..at(1.2) }];
        // A distribution takes more samples than a smoke test has time for.
        if profile == Profile::Smoke {
            vec![at(2.0)]
        } else {
            vec![many(0.15), many(0.3), at(2.0), wrong, strong].into_iter().chain(hot).collect()
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        points.iter().try_for_each(Params::check)?;
        let mut all = points.iter().map(claims::at_one_temperature).collect::<Result<Vec<_>>>()?.concat();
        all.extend(claims::order_parameter(points)?);
        Ok(all)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        p.check()?;
        let temperature = p.temperature();
        let sgd = Sgd { data: p.data(), rate: temperature * p.S as f64, batch: p.S as u32 };
        let minimum = p.data().moments().minimum();
        let balanced = Weights::balanced(if p.start == "right" { minimum } else { -minimum });
        let start = Weights { u: IMBALANCE * balanced.u, w: balanced.w / IMBALANCE };
        // While it collapses, eight of the times in which ln v falls by its scatter are enough.
        let pace = if p.T_over_T_c > 1.0 { 0.4 } else { 1.0 };
        let steps = (0..SAMPLES).map(|i| pace * (BURN + SPACING * i as f64) * p.relaxation_time() / sgd.rate);
        let states = snapshots(sgd, start, p.replicas as u64, &cell.key(), steps.map(|steps| steps.ceil() as u64));
        let count = (SAMPLES * p.replicas as usize) as f64;
        let fraction = |which: &dyn Fn(f64) -> bool| {
            states.iter().flatten().filter(|state| which(state.product())).count() as f64 / count
        };
        // A replica that diverged lies below no value of v.
        GRID.iter().for_each(|x| cell.record_at("cdf", *x, fraction(&|v| v <= x * minimum)));
        cell.record("near-zero", fraction(&|v| v.abs() < COLLAPSED));
        cell.record("diverged", fraction(&|v| !v.is_finite()));
        let last = &states[SAMPLES - 1];
        let of_last = |which: &dyn Fn(f64) -> bool| {
            last.iter().filter(|state| which(state.product())).count() as f64 / last.len() as f64
        };
        cell.record("collapsed", of_last(&|v| v.abs() < COLLAPSED));
        cell.record("wrong-sign", of_last(&|v| v < -10.0 * COLLAPSED));
        let finite = last.iter().map(|state| state.imbalance().abs()).filter(|imbalance| imbalance.is_finite());
        cell.record("median-imbalance", WeightedSample::equal(finite)?.quantile(0.5));
        Ok(())
    }
}
