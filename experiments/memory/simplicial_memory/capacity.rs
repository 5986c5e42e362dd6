//! All simplices up to dimension 2 hold P ~ N² patterns, pairs P ~ N.

use anyhow::{Context, Result};
use lawbook_memory::{Patterns, capacity::patterns_at_measured_error, simplicial::skeleton};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Load at a fixed one-step error against size.
pub struct Capacity;

params! {
    /// The full skeleton, filled until one update turns over 0.5 % of the sites of its patterns.
    pub struct Params {
        /// Neurons N.
        N: integer = 60, 8..=1000;
        /// Dimension: 1 for pairs, 2 with triangles.
        dimension: integer = 2, 1..=3;
        /// Sites looked at, for each load tried.
        bits: integer = 60_000, 1000..=100_000_000;
    }
}

const ERROR: f64 = 0.005;

/// Stored patterns looked at in one network: those of one network share its crosstalk.
const PROBES_PER_NETWORK: usize = 8;

impl Study for Capacity {
    const NAME: &'static str = "capacity";
    const ABOUT: &'static str = "Fills the full skeleton, by its closed form, until 0.5 % of the sites are unstable.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let bits = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 60_000,
            Profile::Full => 2_000_000,
        };
        [30, 60, 120].map(|neurons| Params { N: neurons, bits, ..Params::default() }).into()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let own: Vec<&Params> = points.iter().filter(|p| p.dimension == 2).collect();
        if own.len() < 2 {
            return Ok(Vec::new());
        }
        // P = 1 + D/2.576² with D = N(N − 1)/2 has slope 2.02 between these sizes; the heavy tail of few patterns' crosstalk
        // (excess kurtosis 12/P) costs 5 % of the load at N = 30 and adds 0.04.
        let sites = own.iter().map(|p| (p.N as f64, Capacity::at(p).site("P")));
        Ok(vec![
            Claim::exponent("skeleton-exponent", sites, 2.0)
                .within(Margin::Absolute(0.12))
                .rival("pairs", "a load in proportion to neurons, as with pairs alone", [1.0])
                .rival("weights", "a load in proportion to weights, of which there are N³/6", [3.0])
                .axes("neurons N", "patterns at an error of 0.5 %")
                .log_x()
                .log_y()
                .source("Q(√(D/(P − 1))) with D = C(N, 2), derived here"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let (sites, dimension) = (p.N as usize, p.dimension as usize);
        let measured = patterns_at_measured_error(ERROR, PROBES_PER_NETWORK, |patterns, effort| -> Result<f64> {
            let (mut total, probes) = (0.0, ((effort * p.bits as f64) as usize / sites).max(1));
            for start in (0..probes).step_by(PROBES_PER_NETWORK) {
                let memory = Patterns::random(patterns, sites, &mut stream)?;
                for mu in 0..PROBES_PER_NETWORK.min(probes - start) {
                    total += skeleton::one_step_error(&memory, dimension, mu % patterns)?;
                }
            }
            Ok(total / probes as f64)
        })?;
        cell.record("P", measured.context("no load below an error of 0.5 %; give more bits or a larger network")?);
        Ok(())
    }
}
