//! The overlap of the retrieval state at a temperature.

use anyhow::{Context, Result};
use lawbook_memory::{Couplings, Glauber, Patterns, saturation};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Retrieval with thermal noise.
pub struct Temperature;

params! {
    /// A Hopfield network in a heat bath, started at stored patterns.
    pub struct Params {
        /// Sites N.
        N: integer = 1000, 50..=10_000;
        /// Load K/N.
        alpha: real = 0.05, 0.001..=0.13;
        /// Temperature T.
        T: real = 0.4, 0.01..=1.0;
        /// Stored patterns per cell, ten from each network.
        probes: integer = 20, 1..=100_000;
    }
}

/// Temperatures, up to two thirds of that at which retrieval ends (0.6 at this load).
const TEMPERATURES: [f64; 3] = [0.2, 0.3, 0.4];

const PROBES_PER_NETWORK: usize = 10;

/// Sweeps before averaging: a perturbation of the overlap decays within about 1/(1 − C) = 1.2 sweeps.
const WARM_UP: usize = 30;
const SWEEPS: usize = 60;

impl Study for Temperature {
    const NAME: &'static str = "temperature";
    const ABOUT: &'static str =
        "Runs heat-bath dynamics from stored patterns and averages the overlap over 60 sweeps, after 30.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (neurons, probes) = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => (1000, 30),
            Profile::Full => (3000, 60),
        };
        TEMPERATURES.map(|t| Params { N: neurons, T: t, probes, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut curve = Vec::new();
        for p in points {
            let state = saturation::retrieval_state_at(p.alpha, p.T)?.context("no retrieval state at this temperature")?;
            curve.push((p.T, Temperature::at(p).site("overlap"), state.overlap));
        }
        // Corrections are of order 1/N over the distance 1 − C from instability, C = 0.16 at T = 0.4: 0.0012 times a factor of
        // order one (N = 1000).
        let cold = |p: &Params| Ok(saturation::retrieval_state(p.alpha)?.context("no retrieval state")?.overlap);
        Ok(vec![
            Claim::curve("overlap-at-temperature", curve)
                .within(Margin::Absolute(0.005))
                .rival(
                    "one-pattern",
                    "m = tanh(m/T), as if the others did not disturb",
                    points.iter().map(|p| (0..1000).fold(1.0, |m: f64, _| (m / p.T).tanh())),
                )
                .rival("no-temperature", "the overlap at T = 0", points.iter().map(cold).collect::<Result<Vec<f64>>>()?)
                .axes("temperature T", "overlap m")
                .source("Amit, Gutfreund & Sompolinsky 1987, replica-symmetric equations for m, q, r"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (mut stream, mut noise) = (cell.stream("patterns"), cell.stream("noise"));
        let (sites, patterns) = (p.N as usize, (p.alpha * p.N as f64).round().max(1.0) as usize);
        let (mut sum, mut left) = (0.0, p.probes as usize);
        while left > 0 {
            let stored = Patterns::random(patterns, sites, &mut stream)?;
            let couplings = Couplings::hebb(&stored)?;
            let here = left.min(PROBES_PER_NETWORK).min(patterns);
            for mu in 0..here {
                let pattern = stored.state(mu);
                let mut bath = Glauber::new(&couplings, &pattern, p.T)?;
                for sweep in 0..WARM_UP + SWEEPS {
                    bath.sweep(&mut noise);
                    if sweep >= WARM_UP {
                        sum += bath.state().overlap(&pattern)? as f64;
                    }
                }
            }
            left -= here;
        }
        cell.record("overlap", sum / (p.probes as f64 * SWEEPS as f64 * p.N as f64));
        Ok(())
    }
}
