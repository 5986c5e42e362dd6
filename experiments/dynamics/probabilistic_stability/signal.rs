//! No learning rate makes the saddle collect SGD once the signal is strong enough, or the batch large enough.

use anyhow::Result;
use lawbook_dynamics::{
    integrators::logarithmic::{FAR_DOWN, TwoLayerLogs, growth},
    theory::curvature::CRITICAL_RATIO,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// The net ½ (u w x − y)² with x = 1 near u = w = 0, over learning rates.
    pub struct Params {
        /// Mean of the labels over their standard deviation.
        m_over_s: real = 0.1, 0.001..=10.0;
        /// Batch size B.
        B: integer = 1, 1..=10_000;
        /// Number of replicas.
        replicas: integer = 256, 1..=1_000_000;
        /// Steps of each, at every learning rate tried.
        steps: integer = 1000, 1..=10_000_000;
    }
}

/// Learning rates times the deviation of a batch mean: the least growth lies among them for every ratio.
const RATES: [f64; 5] = [0.5, 0.65, 0.72, 0.8, 1.0];

/// The signal above which there is no collapse.
pub struct Signal;

impl Study for Signal {
    const NAME: &'static str = "signal";
    const ABOUT: &'static str =
        "Runs SGD near the saddle of a two-layer net in ln |u + w|, and records the least growth over learning rates.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let steps = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 500,
            Profile::Full => 20_000,
        };
        let ratio = |m_over_s: f64| Params { m_over_s, steps, ..Params::default() };
        let batch = |size: i64| Params { m_over_s: 0.1, B: size, steps, ..Params::default() };
        vec![ratio(0.2), ratio(0.3), ratio(0.36), ratio(0.5), batch(4), batch(8), batch(14), batch(25)]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let site = |p: &Params| Self::at(p).site("least-growth");
        let mut claims = Vec::new();
        let single: Vec<&Params> = points.iter().filter(|p| p.B == 1).collect();
        if single.len() > 1 {
            claims.push(
                // Bracketed by the nearest ratios of the grid.
                Claim::threshold("critical-signal", single.iter().map(|p| (p.m_over_s, site(p))), 0.0, CRITICAL_RATIO)
                    .within(Margin::Absolute(0.04))
                    .rival("signal-meets-noise", "signal and noise are alike", [1.0])
                    .axes("m/s", "least growth of ln |u + w| per step")
                    .source("theorem 1: E ln|1 + λxy| > 0 at every λ"),
            );
        }
        let batches: Vec<&Params> = points.iter().filter(|p| p.B > 1).collect();
        if let [first, _, ..] = batches[..] {
            let critical = (CRITICAL_RATIO / first.m_over_s).powi(2);
            // The nearest batch sizes of the grid, 8 and 14, lie within 4 of 10.8.
            claims.push(
                Claim::threshold("critical-batch-size", batches.iter().map(|p| (p.B as f64, site(p))), 0.0, critical)
                    .within(Margin::Absolute(4.0))
                    .rival("signal-meets-noise", "signal and noise of the batch mean are alike", [first.m_over_s.powi(-2)])
                    .axes("batch size B", "least growth of ln |u + w| per step")
                    .source("theorem 1 with the mean of a batch for xy: B = (0.328 s/m)²"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let key = cell.key();
        let grows = |rate: f64| {
            let rate = rate * (p.B as f64).sqrt();
            let net = TwoLayerLogs { rate, mean: p.m_over_s, deviation: 1.0, batch: p.B as u32 };
            growth(net, [FAR_DOWN; 2], p.replicas as u64, p.steps as u64, &key)
        };
        cell.record("least-growth", RATES.map(grows).into_iter().fold(f64::INFINITY, f64::min));
        Ok(())
    }
}
