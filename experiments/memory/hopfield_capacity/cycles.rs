//! How often all sites at once end in a cycle of two: enumerated for few patterns, and never with self-couplings.

use anyhow::{Context, Result};
use lawbook_core::Stream;
use lawbook_memory::{Couplings, Patterns, State, synchronous::share_of_two_cycles};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Cycles of two of synchronous updates.
pub struct Cycles;

params! {
    /// Networks small enough to enumerate. An odd number of patterns on an even number of sites has no ties.
    pub struct Params {
        /// Sites N.
        N: integer = 16, 2..=24;
        /// Patterns K.
        K: integer = 3, 1..=3;
        /// Networks per cell, each started once.
        networks: integer = 30_000, 1..=100_000_000;
    }
}

const SITES: [i64; 3] = [8, 12, 16];

/// Steps until which an orbit is followed; of 2^16 states none is visited twice before.
const MOST_STEPS: usize = 1 << 17;

impl Study for Cycles {
    const NAME: &'static str = "cycles";
    const ABOUT: &'static str = "Updates all sites at once from random states of random networks, with and without self-couplings, and counts cycles.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let networks = match profile {
            Profile::Smoke => return vec![Params { networks: 100_000, ..Params::default() }],
            Profile::Quick => 30_000,
            Profile::Full => 1_000_000,
        };
        SITES.map(|sites| Params { N: sites, networks, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let sites = |p: &Params| p.N as f64;
        let share = |p: &Params, patterns: i64| share_of_two_cycles(p.N as usize, patterns as usize);
        let shares = points.iter().map(|p| share(p, p.K)).collect::<Result<Vec<f64>, _>>()?;
        let of_one = points.iter().map(|p| share(p, 1)).collect::<Result<Vec<f64>, _>>()?;
        let own = points.iter().zip(shares).map(|(p, share)| (sites(p), Cycles::at(p).site("cycles"), share));
        let kept = points.iter().map(|p| (sites(p), Cycles::at(p).site("cycles-self-coupled"), 0.0));
        Ok(vec![
            // Exact; the margin is what `quick` resolves.
            Claim::curve("two-cycles", own)
                .within(Margin::Absolute(0.01))
                .out_of(points.iter().map(|p| p.networks as u64).min().unwrap_or(0))
                .rival(
                    "fixed-points",
                    "synchronous updates end in fixed points, as asynchronous ones do",
                    points.iter().map(|_| 0.0),
                )
                .rival("one-pattern", "only states that no pattern attracts cycle: C(N, N/2)/2^N of them for one", of_one)
                .axes("sites N", "fraction of synchronous orbits that end in a cycle of two, K = 3")
                .source("enumeration of all networks and starts"),
            // (s′ − s)·W (s′ − s) ≥ 0 for a sum of W = Σ ξ ξᵀ/N: the energy of one state falls although all sites move.
            Claim::exact("self-couplings-stop-cycles", kept)
                .rival_residual(
                    "idle-self-coupling",
                    "self-couplings change no cycle, as they change no energy difference of states",
                    points.iter().map(|p| Cycles::at(p).site("cycles")),
                )
                .axes("sites N", "fraction of synchronous orbits that end in a cycle, self-couplings kept")
                .source("Goles, Fogelman & Pellegrin 1985: fixed points only, if the couplings have no negative eigenvalue"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("networks");
        let (mut cycles, mut kept) = (0, 0);
        for _ in 0..p.networks {
            let with = network(p, &mut stream)?;
            let start = Patterns::random(1, p.N as usize, &mut stream)?.state(0);
            kept += usize::from(period(&with, &start)? != 1);
            cycles += usize::from(period(&with.without_self_coupling(), &start)? == 2);
        }
        cell.record("cycles", cycles as f64 / p.networks as f64);
        cell.record("cycles-self-coupled", kept as f64 / p.networks as f64);
        Ok(())
    }
}

/// N times Hebb's couplings, whole numbers, so that fields of 0 are exactly 0.
fn network(p: &Params, stream: &mut Stream) -> Result<Couplings> {
    let (patterns, sites) = (Patterns::random(p.K as usize, p.N as usize, stream)?, p.N as usize);
    let mut weights = vec![0.0; sites * sites];
    for mu in 0..patterns.count() {
        let signs = patterns.state(mu).signs();
        for (row, own) in weights.chunks_exact_mut(sites).zip(&signs) {
            row.iter_mut().zip(&signs).for_each(|(weight, other)| *weight += own * other);
        }
    }
    Ok(Couplings::new(sites, weights)?)
}

fn period(couplings: &Couplings, start: &State) -> Result<usize> {
    couplings.synchronous_period(start, MOST_STEPS)?.context("an orbit of finitely many states that never closes")
}
