//! From memorisation to generalisation: where a descent ends, over examples per concept M and order n.

use anyhow::Result;
use lawbook_memory::{AsynchronousUpdate, DenseMemory, Separation, State, concepts::ConceptModel};

use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

/// Fixed points below stored and fresh examples.
pub struct Crossover;

params! {
    /// A rectified memory that stores noisy examples of a few concepts.
    pub struct Params {
        /// Order n.
        n: integer = 3, 2..=20;
        /// Neurons N.
        N: integer = 100, 8..=2000;
        /// Concepts P.
        P: integer = 5, 1..=1000;
        /// Examples M of each.
        M: integer = 10, 1..=10_000;
        /// Probability r that a site of an example differs from its prototype.
        r: real = 0.2, 0.0..=0.5;
        /// Memories drawn per cell, with one cue of each sort per concept.
        memories: integer = 4, 1..=100_000;
    }
}

/// The map: n down, M across.
const ORDERS: [i64; 7] = [2, 3, 4, 5, 6, 8, 10];
const EXAMPLES: [i64; 7] = [1, 2, 5, 10, 20, 50, 100];

/// Order and examples below a third of the limit b^−(2n−1), where examples stay; and above three times the limit, where they
/// merge, with far more than z²(1 − b²)/b² of them, so that what they merge into is their prototype.
const KEPT: [(i64, i64); 3] = [(5, 20), (8, 50), (10, 100)];
const MERGED: [(i64, i64); 3] = [(2, 50), (2, 100), (3, 100)];

/// Order and examples at which both must be seen: a fifth and a twentieth of the limit, and with three or more times the examples
/// at which a tenth of the prototype's sites would err. They are drawn three times as often.
const BOTH: [(i64, i64); 2] = [(5, 20), (10, 100)];

/// Order and examples at which neither is: at the limit, where half of the sites that differ from the prototype turn over, and
/// with as many as leave 5 % of the prototype's sites wrong.
const NEITHER: (i64, i64) = (2, 5);

impl Study for Crossover {
    const NAME: &'static str = "crossover";
    const ABOUT: &'static str = "Descends from stored examples and from fresh ones, and records the overlaps of where it ends: with \
        the stored example (recall), with the prototype from a stored example (merging) and from a fresh one (generalisation).";
    const UNCLAIMED: &'static [&'static str] = &["generalisation", "merging"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let memories = match profile {
            Profile::Smoke => 2,
            Profile::Quick => 10,
            Profile::Full => 200,
        };
        let point = |n, examples| {
            let share = if BOTH.contains(&(n, examples)) { 3 } else { 1 };
            Params { n, M: examples, memories: share * memories, ..Params::default() }
        };
        match profile {
            Profile::Smoke => vec![point(2, 50), point(5, 20)],
            _ => ORDERS.iter().flat_map(|&n| EXAMPLES.map(|examples| point(n, examples))).collect(),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let find = |chosen: &[(i64, i64)]| -> Vec<&Params> {
            chosen.iter().filter_map(|&(n, m)| points.iter().find(|p| p.n == n && p.M == m)).collect()
        };
        let (merged, kept, both, neither) = (find(&MERGED), find(&KEPT), find(&BOTH), find(&[NEITHER]));
        let mut claims = Vec::new();
        if !merged.is_empty() {
            // The overlap of an example with its prototype is b up to the deviation of the examples drawn; 0.05 is for the sites
            // of the prototype that the other concepts turn over.
            let sites = merged.iter().map(|p| (p.M as f64, Crossover::at(p).site("recall"), 1.0 - 2.0 * p.r));
            claims.push(
                Claim::curve("merged", sites)
                    .within(Margin::Absolute(0.05))
                    .rival("memorised", "a stored pattern is a fixed point", merged.iter().map(|_| 1.0))
                    .rival(
                        "mixture",
                        "what remains is a spurious state unrelated to the example",
                        merged.iter().map(|_| 0.0),
                    )
                    .axes("examples M", "overlap of a stored example with where it descends to")
                    .log_x()
                    .source("derived here: above b^−(2n−1) examples the fixed point below each is the prototype")
                    .phase_diagram(map(points)),
            );
        }
        // Thirds and eightieths of a limit: a few sites, and few of the patterns, may still be lost to the other concepts.
        for p in kept {
            claims.push(
                Claim::at_least(&format!("kept-{}", p.n), Crossover::at(p).site("kept"), 0.9)
                    .out_of((p.memories * p.P) as u64)
                    .rival("hopfield", "examples merge into the prototype, as for n = 2", [0.0])
                    .axes("", "fraction of stored examples that stay within 2.5 % of their sites")
                    .source("derived here: below b^−(2n−1) examples each is stable"),
            );
        }
        for p in both {
            claims.push(
                Claim::at_least(&format!("coexistence-{}", p.n), Crossover::at(p).site("found"), 0.9)
                    .out_of((p.memories * p.P) as u64)
                    .rival("nearest-example", "a fresh example descends to a stored one, not to the prototype", [0.0])
                    .axes("", "fraction of fresh examples that descend to within 2.5 % of the prototype")
                    .source(
                        "derived here: from z²(1 − b²)/b² examples on the prototype is stable, and fresh ones descend to it",
                    ),
            );
        }
        for p in neither {
            let most = |id: &str, observable: &str, rival: &str, because: &str, axis: &str| {
                Claim::at_most(id, Crossover::at(p).site(observable), 0.5)
                    .out_of((p.memories * p.P) as u64)
                    .rival(rival, because, [1.0])
                    .axes("", axis)
                    .source("derived here: b^−(2n−1) is less than z²(1 − b²)/b² at n = 2")
            };
            let kept = "fraction of stored examples that stay within 2.5 % of their sites, n = 2";
            let found = "fraction of fresh examples that descend to within 2.5 % of the prototype, n = 2";
            claims.push(most("gap-kept", "kept", "memorised", "a stored pattern is a fixed point", kept));
            claims.push(most("gap-found", "found", "no-gap", "generalisation begins where memorisation ends", found));
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("concepts");
        let (concepts, examples) = (p.P as usize, p.M as usize);
        let separation = Separation::Rectified(p.n as u32);
        let model = ConceptModel { separation, sites: p.N as usize, concepts, examples, flips: p.r };
        let mut sums = [0.0; 5];
        for _ in 0..p.memories {
            let drawn = model.draw(&mut stream)?;
            let memory = DenseMemory::new(drawn.examples, separation)?;
            for concept in 0..concepts {
                let prototype = drawn.prototypes.state(concept);
                let example = memory.patterns().state(concept * examples + stream.below(p.M as u64) as usize);
                let cue = prototype.noisy(p.r, &mut stream)?;
                let (stored, fresh) =
                    (memory.retrieve(&example, &mut stream)?.state, memory.retrieve(&cue, &mut stream)?.state);
                let overlap = |a: &State, b: &State| a.overlap(b).map(|sites| sites as f64 / p.N as f64);
                let (recall, generalisation) = (overlap(&stored, &example)?, overlap(&fresh, &prototype)?);
                let near = |overlap: f64| f64::from(overlap > 0.95);
                let found = [recall, overlap(&stored, &prototype)?, generalisation, near(recall), near(generalisation)];
                sums.iter_mut().zip(found).for_each(|(sum, value)| *sum += value);
            }
        }
        for (name, sum) in ["recall", "merging", "generalisation", "kept", "found"].into_iter().zip(sums) {
            cell.record(name, sum / (p.memories * p.P) as f64);
        }
        Ok(())
    }
}

/// Recall over examples and order, with the limit at which memorisation ends.
fn map(points: &[Params]) -> PhaseDiagram {
    let map = points.iter().map(|p| (p.M as f64, p.n as f64, Crossover::at(p).site("recall")));
    let b: f64 = 1.0 - 2.0 * points[0].r;
    let last = points.iter().map(|p| p.M).max().unwrap_or(1) as f64;
    let limit = |n: f64| b.powf(1.0 - 2.0 * n);
    let highest = (0.5 - last.ln() / (2.0 * b.ln())).min(ORDERS[ORDERS.len() - 1] as f64);
    PhaseDiagram::new("examples M", "order n", "overlap with the stored example")
        .cells(map)
        .boundary("memorisation ends, M = b^−(2n−1)", [2.0, highest].map(|n| (limit(n), n)))
        .log_across()
}
