//! Storage without any error: of all patterns until N/(4 ln N), of most until N/(2 ln N).

use anyhow::Result;
use lawbook_memory::{DenseMemory, Patterns, Separation, State, capacity, crosstalk::Crosstalk};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Whether all patterns are fixed points.
pub struct Stability;

params! {
    /// Networks all of whose stored patterns are checked for stability at every site.
    pub struct Params {
        /// Sites N.
        N: integer = 500, 10..=10_000;
        /// Load in units of N/ln N.
        load: real = 0.25, 0.01..=2.0;
        /// Networks drawn per cell.
        draws: integer = 200, 1..=1_000_000;
    }
}

impl Study for Stability {
    const NAME: &'static str = "stability";
    const ABOUT: &'static str = "Draws networks and counts those of which every stored pattern is a fixed point.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (neurons, draws) = match profile {
            Profile::Smoke => (500, 200),
            Profile::Quick => (500, 400),
            Profile::Full => (5000, 200),
        };
        [0.25, 0.5].map(|load| Params { N: neurons, load, draws }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let (mut curve, mut given) = (Vec::new(), Vec::new());
        for p in points {
            let crosstalk = Crosstalk::new(Separation::Power(2), p.N as usize, patterns(p))?;
            let one = crosstalk.fixed_fraction(crosstalk.exact_error()?);
            curve.push((p.load, Stability::at(p).site("all"), one.powi(patterns(p) as i32)));
            given.push(one);
        }
        let trials = points.iter().map(|p| p.draws as u64).min().unwrap_or(0);
        // Neglected: two patterns share one of K terms of crosstalk at each site, so errors of patterns come together, by about
        // 1/√K of the exponent: 3.4 → 2.9 at half the load (N = 500), which makes 0.02 in the probability.
        Ok(vec![
            Claim::curve("all-patterns-stable", curve)
                .within(Margin::Absolute(0.05))
                .out_of(trials)
                .rival("given-pattern", "the probability that one given pattern is stable", given)
                .rival("all-stable", "N/(2 ln N) suffices for all patterns as for one, N → ∞", points.iter().map(|_| 1.0))
                .axes("load in units of N/ln N", "fraction of networks with all patterns stable")
                .source("McEliece, Posner, Rodemich & Venkatesh 1987: N/(4 ln N) for all, N/(2 ln N) for a given pattern"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let mut stable = 0;
        for _ in 0..p.draws {
            let stored = Patterns::random(patterns(p), p.N as usize, &mut stream)?;
            let memory = DenseMemory::new(stored, Separation::Power(2))?;
            let states: Vec<State> = memory.patterns().states().collect();
            stable += usize::from(memory.one_step_errors(&states)?.iter().all(|&error| error == 0.0));
        }
        cell.record("all", stable as f64 / p.draws as f64);
        Ok(())
    }
}

/// `load · N/ln N`; eq. 6 of the dense memory is half of that at order 2.
fn patterns(p: &Params) -> usize {
    let unit = capacity::error_free_patterns(Separation::Power(2), p.N as usize).unwrap_or(1.0);
    (2.0 * p.load * unit).round().max(1.0) as usize
}
