//! Energies that fall: of one state when sites move one at a time, of two successive states when they move together.

use anyhow::Result;
use lawbook_core::Stream;
use lawbook_memory::{AsynchronousUpdate, Couplings, DenseMemory, EnergyWatch, Patterns, Separation, State};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Orbits of both dynamics.
pub struct Dynamics;

params! {
    /// A Hopfield network started at random states. An odd number of patterns on an even number of sites has no ties.
    pub struct Params {
        /// Sites N.
        N: integer = 100, 10..=2000;
        /// Patterns K.
        K: integer = 21, 1..=1000;
        /// Networks per cell, each with ten random starts.
        networks: integer = 20, 1..=10_000;
    }
}

/// Random states from which each dynamics starts.
const STARTS: usize = 10;

/// Steps until which the orbit of a network without energy is followed.
const MOST_STEPS: usize = 400;

impl Study for Dynamics {
    const NAME: &'static str = "dynamics";
    const ABOUT: &'static str = "Follows synchronous and asynchronous updates from random states, with symmetric couplings and, \
        for comparison, with random couplings that differ by direction.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let networks = match profile {
            Profile::Smoke => 8,
            Profile::Quick => 20,
            Profile::Full => 500,
        };
        vec![Params { networks, ..Params::default() }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let site = |observable: &str| Dynamics::at(p).site(observable);
            claims.push(
                Claim::exact("period-at-most-two", [(0.0, site("long-orbits"), 0.0)])
                    .rival_residual("one-way", "couplings that differ by direction have short orbits too", [site("one-way")])
                    .axes("", "fraction of orbits of period above two")
                    .source("Goles, Fogelman & Pellegrin 1985, symmetric couplings"),
            );
            // Energies are sums of multiples of 1/N; 1e-12 is their rounding.
            claims.push(
                Claim::exact("energies-fall", [(1.0, site("rise-single"), 0.0), (2.0, site("rise-two-step"), 0.0)])
                    .within(Margin::Absolute(1e-12))
                    .rival_residual(
                        "together",
                        "the energy of one state falls when all sites move at once",
                        [site("rise-together")],
                    )
                    .axes("sites moved: one at a time (1), all with the two-step energy (2)", "largest rise of the energy")
                    .source("Hopfield 1982 for one at a time; Goles, Fogelman & Pellegrin 1985 for all at once"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let sites = p.N as usize;
        let (mut long, mut single, mut two_step, mut together) = (0, 0.0_f64, 0.0_f64, 0.0_f64);
        for _ in 0..p.networks {
            let stored = Patterns::random(p.K as usize, sites, &mut stream)?;
            let hebb = Couplings::hebb(&stored)?;
            let memory = DenseMemory::new(stored, Separation::Power(2))?;
            for start in starts(sites, &mut stream)? {
                long += usize::from(!matches!(hebb.synchronous_period(&start, 10_000)?, Some(1 | 2)));
                let (one_state, two_states) = synchronous_rises(&hebb, &start)?;
                (together, two_step) = (together.max(one_state), two_step.max(two_states));
                let mut watch = EnergyWatch::new(0.0);
                memory.retrieve_watched(&start, &mut stream, |state| {
                    watch.note(hebb.energy(state)?);
                    Ok(())
                })?;
                single = single.max(watch.largest_rise());
            }
        }
        let one_way = Couplings::new(sites, (0..sites * sites).map(|_| stream.normal()).collect())?;
        let mut longer = 0;
        for start in starts(sites, &mut stream)? {
            longer += usize::from(one_way.synchronous_period(&start, MOST_STEPS)?.is_none_or(|period| period > 2));
        }
        let orbits = p.networks as f64 * STARTS as f64;
        cell.record("long-orbits", long as f64 / orbits);
        cell.record("rise-single", single);
        cell.record("rise-two-step", two_step);
        cell.record("rise-together", together);
        cell.record("one-way", longer as f64 / STARTS as f64);
        Ok(())
    }
}

fn starts(sites: usize, stream: &mut Stream) -> Result<Vec<State>> {
    let states = Patterns::random(STARTS, sites, stream)?;
    Ok((0..STARTS).map(|index| states.state(index)).collect())
}

/// The largest rises, over ten synchronous steps, of the energy of one state and of that of two.
fn synchronous_rises(couplings: &Couplings, start: &State) -> Result<(f64, f64)> {
    let (mut now, mut one, mut two) = (start.clone(), EnergyWatch::new(0.0), EnergyWatch::new(0.0));
    one.note(couplings.energy(start)?);
    for _ in 0..=10 {
        let next = couplings.synchronous_step(&now)?;
        one.note(couplings.energy(&next)?);
        two.note(couplings.two_step_energy(&next, &now)?);
        now = next;
    }
    Ok((one.largest_rise(), two.largest_rise()))
}
