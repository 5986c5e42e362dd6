//! How many of the latest patterns a decaying network keeps, and the rate of decay that keeps most.

use std::collections::VecDeque;

use anyhow::{Context, Result};
use lawbook_analysis::{crossings::first_above, gaussian::normal_tail_inverse};
use lawbook_memory::{
    Palimpsest, Patterns, State, Storage,
    palimpsest::theory::{best_rate, best_span, span},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Memory span against the rate of decay.
pub struct Span;

params! {
    /// A network with decaying couplings.
    pub struct Params {
        /// Rate of decay λ, in units of the best one, e z²/2N.
        rate: real = 1.0, 0.3..=20.0;
        /// Neurons N.
        N: integer = 200, 50..=10_000;
        /// Looks at the network, after every third pattern.
        looks: integer = 500, 1..=100_000_000;
    }
}

/// The error that ends the span: z = 1.645. Fewer patterns are kept at smaller errors, at the same multiples of the best rate.
const ERROR: f64 = 0.05;

/// Rates around the best, in its units.
const RATES: [f64; 4] = [0.5, 1.0, 2.0, 4.0];

impl Study for Span {
    const NAME: &'static str = "span";
    const ABOUT: &'static str = "Finds the age at which one-step errors of a decaying network reach 5 %.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let looks = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 500,
            Profile::Full => 20_000,
        };
        RATES.map(|rate| Params { rate, looks, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut sites = Vec::new();
        let (mut slow, mut constant) = (Vec::new(), Vec::new());
        for p in points {
            let sites_count = p.N as usize;
            let lambda = p.rate * best_rate(sites_count, ERROR);
            sites.push((p.rate, Self::at(p).site("span"), span(lambda, sites_count, ERROR)?));
            slow.push(0.5 / lambda);
            constant.push(best_span(sites_count, ERROR));
        }
        // Couplings are many (N = 200) and independent: as for the errors by age, 1 % of an error, which is 1 % of z/λ in age,
        // doubled where λ k* is least. Interpolation between ages 2 apart: 1 %.
        Ok(vec![
            Claim::curve("span", sites)
                .within(Margin::Relative(0.1))
                .rival("slower-is-better", "the span is the time constant of the noise, 1/2λ", slow)
                .rival("rate-is-idle", "N/(e z²) patterns whatever the rate", constant)
                .axes("rate of decay, in units of e z²/2N", "patterns kept at 5 % error")
                .log_x()
                .source("k* = ln(√(2λN)/z)/λ, from P(k)"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (sites, mut stream) = (p.N as usize, cell.stream("patterns"));
        let lambda = (p.rate * best_rate(sites, ERROR)).min(0.9);
        let mut memory = Palimpsest::new(sites, Storage::Decay(lambda))?;
        // Errors exceed 5 % from age N/(e z²) on at the latest; half as much again leaves room for scatter.
        let spacing = (sites / 100).max(1);
        let ages: Vec<usize> = (0..=(0.25 * sites as f64) as usize).step_by(spacing).collect();
        let mut latest: VecDeque<State> = VecDeque::new();
        let mut store = |memory: &mut Palimpsest, latest: &mut VecDeque<State>| -> Result<()> {
            let state = Patterns::random(1, sites, &mut stream)?.state(0);
            memory.store(&state)?;
            latest.push_front(state);
            latest.truncate(sites / 4 + 1);
            Ok(())
        };
        for _ in 0..sites + (4.0 / lambda) as usize {
            store(&mut memory, &mut latest)?;
        }
        let mut errors = vec![0.0; ages.len()];
        for _ in 0..p.looks {
            for _ in 0..3 {
                store(&mut memory, &mut latest)?;
            }
            for (error, &age) in errors.iter_mut().zip(&ages) {
                *error += memory.one_step_error(&latest[age])? / p.looks as f64;
            }
        }
        // The logarithm of the quantile is linear in age; errors of 0 or above ½ have none and are moved inside.
        let log = |error: f64| normal_tail_inverse(error.clamp(1e-9, 0.49)).ln();
        let points: Vec<(f64, f64)> =
            errors.into_iter().enumerate().map(|(i, error)| ((spacing * i) as f64, error)).collect();
        let span = first_above(&points, ERROR, log).context("no error above 5 %; give a larger network")?;
        cell.record("span", span);
        Ok(())
    }
}
