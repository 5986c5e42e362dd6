//! The phase diagram of a two-layer net in learning rate and noise: where it learns, where it falls into the saddle, where it leaves
//! it again, and where all is lost.

use anyhow::{Result, anyhow, ensure};
use lawbook_analysis::crossings::crossings;
use lawbook_dynamics::{
    integrators::logarithmic::{FAR_DOWN, TwoLayerLogs, growing, growths},
    theory::curvature::{Curvature, collapse_window},
};

use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

params! {
    /// The net ½ (u w x − y)² with x = 1 near u = w = 0, over learning rates.
    pub struct Params {
        /// Mean of the labels over their standard deviation.
        m_over_s: real = 0.1, 0.001..=10.0;
        /// Number of replicas.
        replicas: integer = 256, 1..=1_000_000;
        /// Steps of each, at every learning rate tried.
        steps: integer = 4000, 1..=10_000_000;
    }
}

/// Learning rates times s at which the growth along u = w is looked at first, and between which that along u = −w changes sign.
const ALONG: [f64; 5] = [0.04, 0.35, 0.7, 1.0, 2.0];
const ACROSS: [f64; 2] = [1.0, 3.0];
/// Relative width to which an edge is closed in.
const TOLERANCE: f64 = 2e-3;

/// The map: learning rates times s, and steps of fewer replicas; and a signal at which no learning rate makes the saddle attract.
const RATES: [f64; 16] = [0.05, 0.15, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0, 1.15, 1.3, 1.45, 1.6, 1.75, 1.9, 2.05, 2.2];
const MAP: (u64, u64) = (128, 500);
const STRONG: [f64; 2] = [0.4, 0.5];

/// The phases.
pub struct Phases;

impl Study for Phases {
    const NAME: &'static str = "phases";
    const ABOUT: &'static str = "Runs SGD near the saddle of a two-layer net in ln |u + w| and ln |u − w|, with the same noise at several \
        learning rates, and closes in on those at which either neither grows nor falls; and maps how many of the two grow: none where \
        the saddle collects SGD, one where it learns, both where all is lost.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (ratios, steps): (&[f64], i64) = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => (&[0.05, 0.1, 0.2, 0.3], 4000),
            Profile::Full => (&[0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.32], 200_000),
        };
        ratios.iter().chain(&STRONG).map(|&m_over_s| Params { m_over_s, steps, ..Params::default() }).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let (mut low, mut high, mut across) = (Vec::new(), Vec::new(), Vec::new());
        let all = points;
        let points: Vec<&Params> = all.iter().filter(|p| collapse_window(p.m_over_s).is_ok()).collect();
        if let (true, Some(p)) = (points.is_empty(), all.first()) {
            collapse_window(p.m_over_s)?;
        }
        for p in &points {
            let window = collapse_window(p.m_over_s)?;
            ensure!(
                window.0 > ALONG[0],
                "m/s = {}: the lower edge λ s = {} lies below {}, the least learning rate that is tried; give more signal",
                p.m_over_s,
                window.0,
                ALONG[0]
            );
            low.push(window.0);
            high.push(window.1);
            let edges = Curvature::Normal { mean: p.m_over_s, deviation: 1.0 }.edges(&ACROSS);
            across.extend(edges.first().copied());
        }
        let curve = |id: &str, values: &[f64]| {
            let sites = points.iter().zip(values).map(|(p, value)| (p.m_over_s, Self::at(p).site(id), *value));
            Claim::curve(id, sites).axes("m/s", "learning rate λ s")
        };
        let expansion = points.iter().map(|p| -Curvature::Normal { mean: -p.m_over_s, deviation: 1.0 }.mean_square_bound());
        // All exact. The lower edge and its estimate for small rates differ by 0.036 at m/s = 0.2, the upper edge and that of the
        // other direction by 0.27 at least.
        Ok(vec![
            curve("lower-edge-of-collapse", &low)
                .within(Margin::Absolute(0.02))
                .rival("small-rate", "2 m s/(m² + s²), from the exponent to second order in λ", expansion)
                .source("theorem 1: E ln|1 + λxy| = 0")
                .phase_diagram(map(all)),
            curve("upper-edge-of-collapse", &high)
                .within(Margin::Absolute(0.03))
                .rival("loss-of-stability", "collapse lasts until the other direction grows too", across.clone())
                .source("theorem 1: E ln|1 + λxy| = 0, larger zero"),
            curve("complete-loss", &across)
                .within(Margin::Absolute(0.03))
                .rival("no-return", "all is lost where collapse ends, without a phase in between", high)
                .source("theorem 1: E ln|1 − λxy| = 0"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let key = cell.key();
        let grows = |rate: f64, direction: usize| {
            let net = TwoLayerLogs { rate, mean: p.m_over_s, deviation: 1.0, batch: 1 };
            growths(net, [FAR_DOWN; 2], p.replicas as u64, p.steps as u64, &key)[direction]
        };
        let missing = || {
            anyhow!(
                "at m/s = {} the growth near the saddle changes sign too seldom over learning rates: give 0.025 to 0.8",
                p.m_over_s
            )
        };
        let along = crossings(|rate| grows(rate, 0), &ALONG, TOLERANCE);
        let across = crossings(|rate| grows(rate, 1), &ACROSS, TOLERANCE);
        match along[..] {
            [low, high] => {
                cell.record("lower-edge-of-collapse", low);
                cell.record("upper-edge-of-collapse", high);
            }
            // A signal above the critical one.
            [] => {}
            _ => return Err(missing()),
        }
        cell.record("complete-loss", across.first().copied().ok_or_else(missing)?);
        for rate in RATES {
            let net = TwoLayerLogs { rate, mean: p.m_over_s, deviation: 1.0, batch: 1 };
            let (replicas, steps) = MAP;
            cell.record_at("directions-that-grow", rate, growing(net, [FAR_DOWN; 2], replicas, steps, &key));
        }
        Ok(())
    }
}

/// The number of directions that grow over signal and learning rate, with the edges of all phases.
fn map(points: &[Params]) -> PhaseDiagram {
    let cells = points
        .iter()
        .flat_map(|p| RATES.map(|rate| (p.m_over_s, rate, Phases::at(p).site("directions-that-grow").at(rate))));
    let ratios = || (15..=250).map(|i| 0.002 * f64::from(i));
    let windows: Vec<(f64, (f64, f64))> = ratios().filter_map(|ratio| Some((ratio, collapse_window(ratio).ok()?))).collect();
    let lower = windows.iter().map(|(ratio, (low, _))| (*ratio, *low));
    let upper = windows.iter().rev().map(|(ratio, (_, high))| (*ratio, *high));
    let across = ratios().filter_map(|ratio| {
        let edge = *Curvature::Normal { mean: ratio, deviation: 1.0 }.edges(&ACROSS).first()?;
        (edge < RATES[RATES.len() - 1]).then_some((ratio, edge))
    });
    PhaseDiagram::new("signal over noise m/s", "learning rate λ s", "directions u ± w that grow")
        .cells(cells)
        .boundary("the saddle attracts, E ln|1 + λxy| = 0", lower.chain(upper))
        .boundary("the other direction grows too, E ln|1 − λxy| = 0", across)
}
