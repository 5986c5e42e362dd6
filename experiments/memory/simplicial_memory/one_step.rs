//! One step depends on the coordination number alone at stored patterns, and on the orders at corrupted cues.

use anyhow::Result;
use lawbook_analysis::gaussian::normal_tail;
use lawbook_memory::{MemoryError, Patterns, SimplicialMemory, State};

use super::{coordination, dilution};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// One synchronous step.
pub struct OneStep;

params! {
    /// A diluted network that is asked for one step from its patterns, clean or corrupted.
    pub struct Params {
        /// Number of weights: as many as all pairs, or so that neurons have as many terms as with all pairs.
        rule: choice = "budget", ["budget", "coordination"];
        /// Share of the weights on triangles, the rest on edges.
        triangles: real = 0.5, 0.0..=1.0;
        /// Neurons N.
        N: integer = 100, 10..=1000;
        /// Stored patterns P.
        P: integer = 30, 2..=10_000;
        /// Neurons turned over in each cue.
        flips: integer = 0, 0..=500;
        /// Networks drawn; all patterns of each are asked.
        draws: integer = 500, 1..=1_000_000;
    }
}

/// Networks in a row on the same simplices, which cost more to draw than patterns.
const DRAWS_PER_COMPLEX: i64 = 5;

const SHARES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

impl Study for OneStep {
    const NAME: &'static str = "one-step";
    const ABOUT: &'static str = "Stores random patterns on random edges and triangles, and updates all sites once.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let events = match profile {
            Profile::Smoke => 3000.0,
            Profile::Quick => 16_000.0,
            Profile::Full => 1_000_000.0,
        };
        let clean = |rule: &str, triangles: f64, patterns: i64| {
            // Networks for so many wrong sites: the relative error of a cell is the inverse square root.
            let error = coordination(rule, triangles, 100, patterns).map_or(0.01, |c| c.leading_error());
            let events = if patterns < 30 { 0.5 * events } else { events };
            let draws = (events / (error * 100.0 * patterns as f64)).ceil() as i64;
            Params { rule: rule.to_owned(), triangles, P: patterns, draws, ..Params::default() }
        };
        if profile == Profile::Smoke {
            return vec![clean("budget", 0.0, 30), clean("budget", 1.0, 30)];
        }
        let corrupted = SHARES.map(|triangles| Params { triangles, flips: 25, draws: 200, ..Params::default() });
        let mut points: Vec<Params> = SHARES.map(|triangles| clean("budget", triangles, 30)).into();
        points.extend([0.0, 1.0].map(|triangles| clean("budget", triangles, 20)));
        points.extend([0.5, 1.0].map(|triangles| clean("coordination", triangles, 30)));
        points.extend(corrupted);
        points
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let of = |rule: &str, patterns: i64, flips: i64| -> Vec<&Params> {
            points.iter().filter(|p| p.rule == rule && p.P == patterns && p.flips == flips).collect()
        };
        let mut claims = Vec::new();
        for patterns in [20, 30] {
            let own = of("budget", patterns, 0);
            if !own.is_empty() {
                let same = own.iter().map(|p| normal_tail(((p.N - 1) as f64 / (p.P - 1) as f64).sqrt()));
                claims.push(errors(&format!("error-{patterns}"), &own)?.rival(
                    "budget",
                    "the number of weights counts, the same for all: N − 1 terms",
                    same,
                ));
            }
        }
        let matched = of("coordination", 30, 0);
        if !matched.is_empty() {
            let budget = matched.iter().map(|p| Ok(coordination("budget", p.triangles, p.N, p.P)?.leading_error()));
            claims.push(errors("matched", &matched)?.rival(
                "order",
                "triangles keep their gain in the first step when there are fewer of them",
                budget.collect::<Result<Vec<_>>>()?,
            ));
        }
        let corrupted = of("budget", 30, 25);
        if !corrupted.is_empty() {
            claims.push(cues(&corrupted)?);
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("networks");
        let mut total = 0.0;
        let mut complex = dilution(&p.rule, p.triangles).draw(p.N as usize, &mut stream)?;
        for draw in 1..=p.draws {
            let patterns = Patterns::random(p.P as usize, p.N as usize, &mut stream)?;
            if draw % DRAWS_PER_COMPLEX == 0 {
                complex = dilution(&p.rule, p.triangles).draw(p.N as usize, &mut stream)?;
            }
            let memory = SimplicialMemory::on_complex(&patterns, complex.clone())?;
            total += if p.flips == 0 {
                memory.step_overlap(&patterns, &patterns)?
            } else {
                let cue = |mu| patterns.state(mu).corrupted(p.flips as usize, &mut stream);
                let cues: Vec<State> = (0..patterns.count()).map(cue).collect::<Result<_, MemoryError>>()?;
                memory.step_overlap(&Patterns::from_states(&cues)?, &patterns)?
            };
        }
        let overlap = total / p.draws as f64;
        cell.record("overlap", overlap);
        cell.record("error", 0.5 * (1.0 - overlap));
        Ok(())
    }
}

/// The error at stored patterns, averaged over the degrees of a random network, with the lattice of integer fields.
///
/// Signal and variance are exact. Neglected is the kurtosis of the crosstalk: −2/(D(P − 1)) for pairs and, through 4-cycles of
/// a neuron's triangles, as small for those; below 1 % of the error. The margin is what `quick` resolves.
fn errors(id: &str, points: &[&Params]) -> Result<Claim> {
    let mut curve = Vec::new();
    for p in points {
        let error = 0.5 * (1.0 - coordination(&p.rule, p.triangles, p.N, p.P)?.step_overlap(0));
        curve.push((p.triangles, OneStep::at(p).site("error"), error));
    }
    Ok(Claim::curve(id, curve)
        .within(Margin::Relative(0.06))
        .axes("share of weights on triangles", "one-step error")
        .source("Q(√(D/(P − 1))), derived here from the paper's weights"))
}

/// The overlap after one step from a cue of overlap m: triangles see m², and lose in the first step what they win at patterns.
/// Neglected: the kurtosis, and the shift of 1/N in the mean of the other sites that a site's own sign makes; 0.002 together. The
/// margin is what `quick` resolves.
fn cues(points: &[&Params]) -> Result<Claim> {
    let (mut curve, mut linear) = (Vec::new(), Vec::new());
    for p in points {
        let law = coordination(&p.rule, p.triangles, p.N, p.P)?;
        curve.push((p.triangles, OneStep::at(p).site("overlap"), law.step_overlap(p.flips as usize)));
        let m = 1.0 - 2.0 * p.flips as f64 / p.N as f64;
        linear.push(1.0 - 2.0 * normal_tail(m * (law.mean() / (p.P as f64 - 1.0)).sqrt()));
    }
    Ok(Claim::curve("cue", curve)
        .within(Margin::Absolute(0.015))
        .rival("linear", "every term keeps the cue's overlap m, whatever its order", linear)
        .axes("share of weights on triangles", "overlap after one step from 25 % wrong sites")
        .source("signal D₁ m + D₂ m², derived here from the paper's weights"))
}
