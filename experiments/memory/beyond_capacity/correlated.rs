//! Patterns of pairwise correlation c, signs of a shared and a private part: the error of one update over load and correlation.

use anyhow::Result;
use lawbook_analysis::gaussian::normal_tail;
use lawbook_memory::{DenseMemory, Separation, State, capacity, concepts::ConceptModel};

use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

/// One-step error of correlated patterns.
pub struct Correlated;

params! {
    /// A memory of patterns that share a part: each site is the shared sign, turned over with probability (1 − √c)/2.
    pub struct Params {
        /// Order n of F(x) = xⁿ.
        n: integer = 3, 2..=10;
        /// Neurons N.
        N: integer = 100, 8..=2000;
        /// Mean product c of the sites of two patterns.
        c: real = 0.25, 0.0..=0.95;
        /// Stored patterns K.
        K: integer = 24, 2..=100_000;
        /// Memories drawn per cell.
        memories: integer = 10, 1..=1_000_000;
    }
}

/// Patterns looked at in one memory.
const PROBES: usize = 6;

/// Orders and loads of the curves at c = 0.25, where the limit c^−(n−½) is 8 and 32.
const CURVES: [(i64, [i64; 2]); 2] = [(2, [8, 16]), (3, [24, 48])];

/// The map at n = 3.
const CORRELATIONS: [f64; 7] = [0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6];
const LOADS: [i64; 7] = [4, 8, 16, 32, 64, 128, 256];

impl Study for Correlated {
    const NAME: &'static str = "correlated";
    const ABOUT: &'static str = "Stores patterns with a shared part and counts the sites that one update turns over: all, and those at \
        which the pattern differs from the shared part (opposing).";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let memories = match profile {
            Profile::Smoke => 100,
            Profile::Quick => 600,
            Profile::Full => 20_000,
        };
        let curves = CURVES
            .iter()
            .flat_map(|&(n, loads)| loads.map(|patterns| Params { n, N: 200, K: patterns, memories, ..Params::default() }));
        let map = CORRELATIONS
            .iter()
            .flat_map(|&c| LOADS.map(|patterns| Params { c, K: patterns, memories: memories / 60, ..Params::default() }));
        if profile == Profile::Smoke { curves.take(2).collect() } else { curves.chain(map).collect() }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for n in [2, 3] {
            let curve: Vec<&Params> = points.iter().filter(|p| p.n == n && p.N == 200).collect();
            if !curve.is_empty() {
                let claim = error(n, &curve)?;
                claims.push(if n == 3 { claim.phase_diagram(map(points)) } else { claim });
            }
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let model = model(p);
        let (mut wrong, mut opposing, mut wrong_opposing) = (0.0, 0.0, 0.0);
        for _ in 0..p.memories {
            let drawn = model.draw(&mut stream)?;
            let (shared, memory) = (drawn.prototypes.state(0), DenseMemory::new(drawn.examples, model.separation)?);
            let states: Vec<State> = (0..PROBES.min(p.K as usize)).map(|mu| memory.patterns().state(mu)).collect();
            for (costs, state) in memory.flip_costs_of(&states)?.iter().zip(&states) {
                for ((cost, sign), centre) in costs.iter().zip(state.signs()).zip(shared.signs()) {
                    let (lost, against) = (f64::from(*cost < 0.0), f64::from(sign != centre));
                    wrong += lost;
                    opposing += against;
                    wrong_opposing += lost * against;
                }
            }
        }
        let sites = (p.memories * p.N) as f64 * PROBES.min(p.K as usize) as f64;
        cell.record("error", wrong / sites);
        cell.record("opposing-error", wrong_opposing / f64::max(opposing, 1.0));
        Ok(())
    }
}

/// One concept of K examples: the shared part is its prototype.
fn model(p: &Params) -> ConceptModel {
    ConceptModel {
        separation: Separation::Power(p.n as u32),
        sites: p.N as usize,
        concepts: 1,
        examples: p.K as usize,
        flips: 0.5 * (1.0 - p.c.sqrt()),
    }
}

/// The exact mixture over the pattern's own overlap with the shared part and over both kinds of sites; its margin is what
/// `quick` resolves.
fn error(n: i64, points: &[&Params]) -> Result<Claim> {
    let law = points.iter().map(|p| Ok(model(p).example_error()?)).collect::<Result<Vec<f64>>>()?;
    let sites = points.iter().zip(law).map(|(p, error)| (p.K as f64, Correlated::at(p).site("error"), error));
    let noise = |p: &Params| capacity::noise_to_signal(Separation::Power(p.n as u32), p.N as usize, p.K as f64);
    let helped = |p: &Params| Ok(normal_tail((1.0 + (p.K as f64 - 1.0) * p.c.powi(n as i32)) / noise(p)?.sqrt()));
    let independent = points.iter().map(|p| Ok(normal_tail(noise(p)?.powf(-0.5)))).collect::<Result<Vec<f64>>>()?;
    Ok(Claim::curve(&format!("correlated-{n}"), sites)
        .within(Margin::Relative(0.08))
        .rival("independent", "the formula for independent patterns", independent)
        .rival(
            "mean-crosstalk",
            "signal and mean crosstalk (K − 1) cⁿ together, the same at every site",
            points.iter().map(|p| helped(p)).collect::<Result<Vec<f64>>>()?,
        )
        .axes("patterns K", "one-step error")
        .log_x()
        .log_y()
        .source("derived here: signal 1 ± (K − 1) √c c^(n−1) at sites with and against the shared part"))
}

/// The error against the shared part over load and correlation.
fn map(points: &[Params]) -> PhaseDiagram {
    let cells = points.iter().filter(|p| p.N == 100);
    let cells = cells.map(|p| (p.K as f64, p.c, Correlated::at(p).site("opposing-error")));
    let (first, last) = (LOADS[0] as f64, LOADS[LOADS.len() - 1] as f64);
    let limit = (0..=20).map(|i| first * (last / first).powf(f64::from(i) / 20.0)).map(|load| (load, load.powf(-0.4)));
    PhaseDiagram::new("patterns K", "correlation c", "n = 3: error at sites against the shared part")
        .cells(cells)
        .boundary("K = c^−5/2", limit)
        .log_across()
}
