//! The projection rule: every pattern fixed up to K = N, and what self-couplings do to corrupted cues.

use anyhow::Result;
use lawbook_memory::{AsynchronousUpdate, Couplings, Patterns, projection};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Storage and repair under the projection rule.
pub struct Projection;

params! {
    /// The same patterns stored by the projection rule, with and without self-couplings, and by Hebb's rule.
    pub struct Params {
        /// Sites N.
        N: integer = 300, 20..=2000;
        /// Patterns K.
        K: integer = 150, 1..=1999;
        /// Share of sites turned over in a cue of one step.
        corrupted: real = 0.1, 0.01..=0.45;
        /// Cues per cell.
        cues: integer = 400, 10..=100_000;
    }
}

/// Loads.
const LOADS: [f64; 3] = [0.25, 0.5, 0.75];

/// Load and shares of wrong sites in the cues of full relaxations, a tenth as many cues: deep in the basin without
/// self-couplings, and more than are free to move with them.
const RELAXED_LOAD: f64 = 0.5;
const SHARE_WITHOUT: f64 = 0.03;
const SHARE_WITH: f64 = 0.05;

impl Study for Projection {
    const NAME: &'static str = "projection";
    const ABOUT: &'static str = "Checks that all patterns are fixed, updates corrupted cues once, and relaxes them.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (neurons, cues) = match profile {
            Profile::Smoke => return vec![Params { N: 150, K: 75, cues: 400, ..Params::default() }],
            Profile::Quick => (300, 400),
            Profile::Full => (1500, 1000),
        };
        LOADS.map(|load| Params { N: neurons, K: (load * neurons as f64) as i64, cues, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let load = |p: &Params| p.K as f64 / p.N as f64;
        let at = |p: &Params, observable: &str| Projection::at(p).site(observable);
        let overlap = |p: &Params| 1.0 - 2.0 * flips(p, p.corrupted) as f64 / p.N as f64;
        let without: Vec<f64> = points.iter().map(|p| projection::step_errors(load(p), overlap(p)).corrupted).collect();
        let with: Vec<f64> =
            points.iter().map(|p| projection::step_errors_with_self_coupling(load(p), overlap(p)).corrupted).collect();
        let curve = |observable: &str, law: &[f64]| {
            let sites = points.iter().zip(law).map(|(p, error)| (load(p), at(p, observable), *error));
            // Neglected: 1/N in the variance, and the scatter α√(2(1 − α)/N) of W_ii, squared over that of the noise: 0.01 at
            // α = ½ and N = 300, half of it in the error; 0.03 at N = 100.
            let margin = if points.iter().any(|p| p.N < 300) { 0.04 } else { 0.02 };
            Claim::curve(observable, sites)
                .within(Margin::Absolute(margin))
                .axes("load K/N", "corrupted sites that stay wrong after one step")
        };
        let fixed = |name: &str| points.iter().map(|p| (load(p), at(p, name), 0.0)).collect::<Vec<_>>();
        let mut claims = vec![
            Claim::exact("all-fixed", [fixed("moved"), fixed("moved-without-self")].concat())
                .rival_residual("hebb", "Hebb's rule at the same load", points.iter().map(|p| at(p, "moved-hebb")))
                .axes("load K/N", "fraction of stored patterns that move")
                .source("Personnaz, Guyon & Dreyfus 1985; without self-couplings Kanter & Sompolinsky 1987"),
            curve("stay-wrong", &without)
                .rival("self-coupled", "the formula with self-couplings", with.clone())
                .source("Kanter & Sompolinsky 1987, first step"),
            curve("stay-wrong-self-coupled", &with)
                .rival("no-self-coupling", "self-couplings of size K/N make no difference", without)
                .source("first step with the site's own vote, derived at `step_errors_with_self_coupling`"),
        ];
        // At this load one step takes 3 % of errors to 0.3 % without self-couplings. With them every wrong site holds itself with
        // a probability of about one half, so that 15 are all corrected with probability 2^-15.
        for p in points.iter().filter(|p| load(p) == RELAXED_LOAD) {
            let trials = (p.cues / 10).max(1) as u64;
            claims.push(
                Claim::at_least("repaired", at(p, "repaired"), 0.9)
                    .out_of(trials)
                    .rival("held", "errors hold themselves, as with self-couplings", [0.0])
                    .axes("", "fraction of cues repaired")
                    .source("Kanter & Sompolinsky 1987"),
            );
            claims.push(
                Claim::at_most("not-repaired-self-coupled", at(p, "repaired-self"), 0.1)
                    .out_of(trials)
                    .rival("idle-self-coupling", "self-couplings change no fixed point, so no basin either", [1.0])
                    .axes("", "fraction of cues repaired")
                    .source("Kanter & Sompolinsky 1987"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let stored = Patterns::random(p.K as usize, p.N as usize, &mut stream)?;
        let with = Couplings::projection(&stored)?;
        let without = with.clone().without_self_coupling();
        for (name, couplings) in
            [("moved", &with), ("moved-without-self", &without), ("moved-hebb", &Couplings::hebb(&stored)?)]
        {
            let mut moved = 0;
            for mu in 0..stored.count() {
                moved += usize::from(!couplings.is_fixed_point(&stored.state(mu))?);
            }
            cell.record(name, moved as f64 / p.K as f64);
        }
        let turned = flips(p, p.corrupted);
        let relaxed = (p.cues as usize / 10).max(1);
        let rules = [
            ("stay-wrong", "repaired", &without, SHARE_WITHOUT),
            ("stay-wrong-self-coupled", "repaired-self", &with, SHARE_WITH),
        ];
        for (wrong_name, repaired_name, couplings, share) in rules {
            let (mut wrong, mut repaired) = (0, 0);
            for cue in 0..p.cues as usize {
                let pattern = stored.state(cue % stored.count());
                let corrupted = pattern.corrupted(turned, &mut stream)?;
                let (old, now, right) =
                    (corrupted.signs(), couplings.synchronous_step(&corrupted)?.signs(), pattern.signs());
                wrong += (0..right.len()).filter(|&i| old[i] != right[i] && now[i] != right[i]).count();
                if cue < relaxed {
                    let start = pattern.corrupted(flips(p, share), &mut stream)?;
                    repaired += usize::from(couplings.retrieve(&start, &mut stream)?.state == pattern);
                }
            }
            cell.record(wrong_name, wrong as f64 / (p.cues as usize * turned) as f64);
            cell.record(repaired_name, repaired as f64 / relaxed as f64);
        }
        Ok(())
    }
}

fn flips(p: &Params, share: f64) -> usize {
    (share * p.N as f64).round().max(1.0) as usize
}
