//! Depth and the sign: `w tanh(u x)` never learns the wrong sign, which `tanh(v x)` does under strong noise (figure 3).

use anyhow::Result;
use lawbook_analysis::gaussian::Normal;
use lawbook_dynamics::{
    Ensemble, Process,
    systems::tanh_unit::{OneLayerTanh, TwoLayerTanh},
    theory::moments::NoisyLine,
    theory::stationary::depth_zero_variance,
};

use crate::framework::{Cell, Claim, Profile, Study, params};

params! {
    /// A tanh unit trained by SGD at batch size 1 from the wrong sign.
    pub struct Params {
        /// Number of layers.
        layers: integer = 2, 1..=2;
        /// Slope k of the labels.
        k: real = 0.3, 0.001..=10.0;
        /// Standard deviation s of the label noise.
        s: real = 1.0, 0.01..=100.0;
        /// Learning rate η.
        eta: real = 0.05, 0.0001..=0.2;
        /// Training time t.
        t: real = 150.0, 1.0..=100_000.0;
        /// Number of replicas.
        replicas: integer = 1600, 2..=1_000_000;
    }
}

/// Where the weights start.
const START: [f64; 2] = [0.5, -0.4];
/// A coefficient below this has the wrong sign.
const WRONG: f64 = -0.01;

/// The sign that tanh units learn.
pub struct Tanh;

impl Study for Tanh {
    const NAME: &'static str = "tanh";
    const ABOUT: &'static str = "Trains tanh units with one and with two weights by SGD at batch size 1 on a weak positive signal from \
        the wrong sign, and records the fraction that has the wrong sign in the end.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        // That one layer does learn the wrong sign takes more replicas than a smoke test has time for.
        let (layers, replicas) = if profile == Profile::Smoke { (2..=2, 400) } else { (1..=2, 1600) };
        layers.map(|layers| Params { layers, replicas, ..Params::default() }).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let m = NoisyLine { slope: p.k, noise: p.s }.moments();
            let linear = Normal { mean: m.minimum(), deviation: depth_zero_variance(&m, p.eta).sqrt() }.cdf(WRONG);
            let (site, trials) = (Self::at(p).site("wrong-sign"), p.replicas as u64);
            // Some 6 % by the linear law; tanh saturates at a few per cent of the inputs.
            if p.layers == 1 {
                Claim::at_least("shallow-tanh-learns-wrong-sign", site, 0.03)
                    .rival("depth-does-not-matter", "no net learns the wrong sign", [0.0])
                    .out_of(trials)
            } else {
                Claim::at_most("deep-tanh-never-learns-wrong-sign", site, 0.02)
                    .rival("depth-does-not-matter", "the law of one layer, linearised", [linear])
                    .out_of(trials)
            }
            .axes("", "fraction of replicas with the wrong sign")
            .source("figure 3, right")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (data, rate) = (NoisyLine { slope: p.k, noise: p.s }, p.eta);
        let wrong = if p.layers == 1 {
            wrong(OneLayerTanh { data, rate }, p, cell, [START[0] * START[1]], |[v]| v)
        } else {
            wrong(TwoLayerTanh { data, rate }, p, cell, START, |[u, w]| u * w)
        };
        cell.record("wrong-sign", wrong);
        Ok(())
    }
}

/// The fraction of replicas whose coefficient has the wrong sign at the end.
fn wrong<P: Process>(net: P, p: &Params, cell: &Cell, start: P::State<f64>, of: fn(P::State<f64>) -> f64) -> f64 {
    let mut ensemble = Ensemble::<_, f64>::new(net, p.replicas as u64, &cell.key(), |_| start);
    ensemble.advance((p.t / p.eta).round() as u64);
    ensemble.states().filter(|state| of(*state) < WRONG).count() as f64 / p.replicas as f64
}
