//! Recall of stored examples, recall of prototypes, and what a fresh example is taken for: the error of one update.

use anyhow::Result;
use lawbook_analysis::gaussian::normal_tail;
use lawbook_memory::{
    DenseMemory, MemoryError, State, capacity,
    concepts::{ConceptModel, hebbian_prototype_error},
};

use super::{errors_between, separation};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// One-step errors of a memory of examples.
pub struct Examples;

params! {
    /// A memory that stores noisy examples of a few concepts.
    pub struct Params {
        /// Separation function F.
        F: choice = "power", ["power", "rectified"];
        /// Order n.
        n: integer = 2, 2..=20;
        /// Neurons N.
        N: integer = 200, 8..=2000;
        /// Concepts P.
        P: integer = 5, 1..=1000;
        /// Examples M of each.
        M: integer = 10, 1..=10_000;
        /// Probability r that a site of an example differs from its prototype.
        r: real = 0.2, 0.0..=0.5;
        /// Stored and fresh examples looked at in one memory; prototypes are looked at all.
        probes: integer = 1, 1..=1000;
        /// Memories drawn per cell.
        memories: integer = 100, 1..=1_000_000;
    }
}

/// Flips and examples of the curve for the Hopfield network.
const HOPFIELD: [(f64, i64); 6] = [(0.1, 5), (0.2, 5), (0.2, 10), (0.2, 20), (0.3, 20), (0.3, 30)];

/// Orders and examples of the rectified memories, at N = 100 and r = 0.2: memorisation ends at M = 4.6, 13, 99. Fewer examples
/// err too rarely to be counted; prototypes and fresh examples are looked at up to 10.
const RECTIFIED: [(i64, &[i64]); 3] = [(2, &[4, 8]), (3, &[5, 10, 20]), (5, &[70, 100])];

impl Study for Examples {
    const NAME: &'static str = "examples";
    const ABOUT: &'static str = "Stores M noisy examples of each of P prototypes and updates once at stored examples, at prototypes \
        and at fresh examples, the last against their prototype.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let share = match profile {
            Profile::Smoke => 0.3,
            Profile::Quick => 1.0,
            Profile::Full => 50.0,
        };
        let scaled = |memories: f64| (share * memories).ceil() as i64;
        let hopfield = HOPFIELD.iter().map(|&(r, examples)| {
            // Rare errors need many sites: about 4000 of them wrong.
            let memories = scaled(f64::min(4.0 / hebbian_prototype_error(200, 5, examples as usize, r), 500.0));
            Params { M: examples, r, memories, ..Params::default() }
        });
        let rectified = RECTIFIED.iter().flat_map(|&(n, examples)| {
            examples.iter().map(move |&examples| Params {
                F: "rectified".into(),
                n,
                N: 100,
                M: examples,
                probes: 5,
                memories: scaled(if n == 5 { 150.0 } else { 300.0 }),
                ..Params::default()
            })
        });
        if profile == Profile::Smoke {
            hopfield.filter(|p| (p.r, p.M) == (0.2, 10)).collect()
        } else {
            hopfield.chain(rectified).collect()
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let hopfield: Vec<&Params> = points.iter().filter(|p| p.F == "power" && p.n == 2).collect();
        if !hopfield.is_empty() {
            claims.push(hebbian(&hopfield.iter().copied().filter(|p| p.r == 0.2).collect::<Vec<_>>()));
            claims.push(prototypes("prototypes-power-2", &hopfield)?);
        }
        for n in [2, 3, 5] {
            let curve: Vec<&Params> = points.iter().filter(|p| p.F == "rectified" && p.n == n).collect();
            if !curve.is_empty() {
                let some = |kept: fn(i64) -> bool| curve.iter().copied().filter(|p| n != 3 || kept(p.M)).collect::<Vec<_>>();
                claims.push(memorisation(n, &some(|examples| examples >= 10))?);
                if n == 3 {
                    claims.push(prototypes("prototypes-rectified-3", &some(|examples| examples <= 10))?);
                    claims.push(fresh(n, &some(|examples| examples <= 10))?);
                }
            }
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("concepts");
        let model = model(p);
        let mut errors = [0.0; 3];
        for _ in 0..p.memories {
            let concepts = model.draw(&mut stream)?;
            let memory = DenseMemory::new(concepts.examples, separation(&p.F, p.n))?;
            // Prototypes, then cues and stored examples by turns, each with what it should become.
            let mut cues: Vec<State> = (0..model.concepts).map(|concept| concepts.prototypes.state(concept)).collect();
            let mut aims = cues.clone();
            for _ in 0..p.probes {
                let concept = concepts.prototypes.state(stream.below(p.P as u64) as usize);
                let stored = memory.patterns().state(stream.below(memory.patterns().count() as u64) as usize);
                cues.extend([concept.noisy(p.r, &mut stream)?, stored.clone()]);
                aims.extend([concept, stored]);
            }
            for (at, (next, aim)) in memory.synchronous_steps(&cues)?.iter().zip(&aims).enumerate() {
                errors[at.checked_sub(model.concepts).map_or(0, |probe| 1 + probe % 2)] += errors_between(next, aim)?;
            }
        }
        let [prototype, fresh, example] = errors;
        let looked = (p.memories * p.probes) as f64;
        cell.record("example-error", example / looked);
        cell.record("fresh-error", fresh / looked);
        cell.record("prototype-error", prototype / (p.memories * p.P) as f64);
        Ok(())
    }
}

fn model(p: &Params) -> ConceptModel {
    ConceptModel {
        separation: separation(&p.F, p.n),
        sites: p.N as usize,
        concepts: p.P as usize,
        examples: p.M as usize,
        flips: p.r,
    }
}

/// The closed form for n = 2. It takes the crosstalk of four concepts as Gaussian, whose excess kurtosis is of the order of
/// 1/(P − 1) where examples are many: a fifth of the tail.
fn hebbian(points: &[&Params]) -> Claim {
    let law = |p: &Params| hebbian_prototype_error(p.N as usize, p.P as usize, p.M as usize, p.r);
    let shortcut = points.iter().map(|p| {
        let (m, b) = (p.M as f64, 1.0 - 2.0 * p.r);
        let noise = (p.P as f64 - 1.0) / p.N as f64 * (m + m * (m - 1.0) * b.powi(4));
        normal_tail(m * b * b / (m * b * b * (1.0 - b * b) + noise).sqrt())
    });
    let curve = points.iter().map(|p| (p.M as f64, Examples::at(p).site("prototype-error"), law(p)));
    Claim::curve("hebbian-mixture", curve)
        .within(Margin::Relative(0.2))
        .rival("gaussian-examples", "the examples' own share is taken as Gaussian too, with its mean and variance", shortcut)
        .axes("examples M", "one-step error at a prototype")
        .log_y()
        .source("derived here: mixture over the number of examples that are wrong at the site")
}

/// An exact mixture over the points of a curve. Its margin is what `quick` resolves.
fn exact(
    id: &str,
    points: &[&Params],
    observable: &str,
    error: impl Fn(&ConceptModel) -> Result<f64, MemoryError>,
) -> Result<Claim> {
    let law = points.iter().map(|p| Ok(error(&model(p))?)).collect::<Result<Vec<f64>>>()?;
    let sites = points.iter().zip(law).map(|(p, error)| (p.M as f64, Examples::at(p).site(observable), error));
    let word = format!("one-step error ({})", observable.trim_end_matches("-error"));
    let claim = Claim::curve(id, sites).within(Margin::Relative(0.08)).axes("examples M", &word).log_y();
    Ok(claim.source("derived here: characteristic functions of concepts"))
}

fn prototypes(id: &str, points: &[&Params]) -> Result<Claim> {
    let pull = |p: &Params| p.M as f64 * (1.0 - 2.0 * p.r).powi(p.n as i32);
    let independent = points.iter().map(|p| Ok(normal_tail(pull(p) / noise(p)?.sqrt()))).collect::<Result<Vec<f64>>>()?;
    Ok(exact(id, points, "prototype-error", ConceptModel::prototype_error)?
        .rival("not-stored", "prototypes were never stored: noise there", points.iter().map(|_| 0.5))
        .rival("independent", "the mean pull M bⁿ of a concept's examples against independent noise", independent))
}

/// At a stored example: sites that differ from the prototype feel the pull M b^(2n−1) of the others against them.
fn memorisation(n: i64, points: &[&Params]) -> Result<Claim> {
    let support = |p: &Params| (p.M as f64 - 1.0) * (1.0 - 2.0 * p.r).powi(2 * n as i32);
    let with = |signal: &dyn Fn(&Params) -> f64| {
        points.iter().map(|p| Ok(normal_tail(signal(p) / noise(p)?.sqrt()))).collect::<Result<Vec<f64>>>()
    };
    Ok(exact(&format!("memorisation-{n}"), points, "example-error", ConceptModel::example_error)?
        .rival("independent", "examples of a concept disturb one another like independent patterns", with(&|_| 1.0)?)
        .rival("mean-crosstalk", "the mean crosstalk (M − 1) cⁿ supports every site alike", with(&|p| 1.0 + support(p))?))
}

fn fresh(n: i64, points: &[&Params]) -> Result<Claim> {
    let kept = points.iter().map(|p| p.r);
    let claim = exact(&format!("fresh-{n}"), points, "fresh-error", ConceptModel::fresh_error)?;
    Ok(claim.rival("kept", "it stays what it is, or becomes one stored example: as far from the prototype", kept))
}

fn noise(p: &Params) -> Result<f64> {
    Ok(capacity::noise_to_signal(separation(&p.F, p.n), p.N as usize, (p.M * p.P) as f64)?)
}
