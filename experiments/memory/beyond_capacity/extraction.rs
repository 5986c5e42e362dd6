//! Facts with several copies, each in another context: reading a value by its key in the trained, a new or a foreign context.

mod contexts;

use std::ops::Range;

use anyhow::Result;
use lawbook_memory::{
    DenseMemory, Patterns, Separation, State,
    facts::{Context, FactModel},
};

use super::errors_between;
use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

/// Errors of a read value.
pub struct Extraction;

params! {
    /// A memory of facts: key and value are the same in all copies of a fact, the context around them is drawn for each.
    pub struct Params {
        /// Order n of F(x) = xⁿ.
        n: integer = 3, 2..=10;
        /// Facts.
        facts: integer = 5, 3..=1000;
        /// Copies M of each fact.
        M: integer = 4, 1..=1000;
        /// Sites N_k of the key.
        key: integer = 40, 1..=1000;
        /// Sites N_t of the context.
        context: integer = 80, 1..=1000;
        /// Sites of the value.
        value: integer = 10, 1..=1000;
        /// Memories drawn per cell.
        memories: integer = 300, 1..=1_000_000;
    }
}

/// Order, context over a key of 40 sites, and copies around the threshold (N_t/N_k)^(n−1): 4, 4, 8.
const THRESHOLDS: [(i64, i64, [i64; 4]); 3] = [(2, 160, [1, 3, 5, 8]), (3, 80, [1, 3, 5, 8]), (4, 80, [3, 6, 9, 16])];

/// Ten facts at n = 2, where contexts average out.
const AVERAGED: [i64; 3] = [1, 4, 16];

/// The map at N_t/N_k = 2.
const COPIES: [i64; 6] = [1, 2, 4, 8, 16, 32];

impl Study for Extraction {
    const NAME: &'static str = "extraction";
    const ABOUT: &'static str = "Stores copies of facts in random contexts, holds key and context, and updates each site of a random \
        value once. The context is that of a stored copy (recall), new (fresh), or a copy's of another fact (foreign). At a \
        stored copy it also updates the context (context).";
    const UNCLAIMED: &'static [&'static str] = &["recall-error"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let memories = match profile {
            Profile::Smoke => 60,
            Profile::Quick => 280,
            Profile::Full => 20_000,
        };
        let thresholds = THRESHOLDS.iter().flat_map(|&(n, context, copies)| {
            let share = if n == 3 { 1 } else { 2 };
            copies.map(|copies| Params { n, context, M: copies, memories: memories / share, ..Params::default() })
        });
        if profile == Profile::Smoke {
            return thresholds.take(4).collect();
        }
        let averaged =
            AVERAGED.map(|copies| Params { n: 2, facts: 10, M: copies, memories: memories / 2, ..Params::default() });
        let map = [2, 3, 4, 5]
            .into_iter()
            .flat_map(|n| COPIES.map(|m| Params { n, M: m, memories: memories / 40, ..Params::default() }));
        let claimed: Vec<Params> = thresholds.chain(averaged).collect();
        let same = |p: &Params, q: &Params| (p.n, p.facts, p.M, p.context) == (q.n, q.facts, q.M, q.context);
        let map: Vec<Params> = map.filter(|p| !claimed.iter().any(|q| same(p, q))).collect();
        claimed.into_iter().chain(map).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for (n, context, copies) in THRESHOLDS {
            let at = |&m: &i64| points.iter().find(|p| (p.n, p.facts, p.context, p.M) == (n, 5, context, m));
            let curve: Vec<&Params> = copies.iter().filter_map(at).collect();
            if curve.len() == copies.len() {
                claims.push(threshold(n, &curve));
            }
            if curve.len() == copies.len() && n == 3 {
                claims.push(foreign(&curve)?.phase_diagram(map(points)));
            }
        }
        let averaged: Vec<&Params> = points.iter().filter(|p| p.n == 2 && p.facts == 10).collect();
        if !averaged.is_empty() {
            claims.push(contexts::fresh(&averaged));
            let several: Vec<&Params> = averaged.into_iter().filter(|p| p.M > 1).collect();
            claims.push(contexts::error(&several)?);
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("facts");
        let model = model(p);
        let (sites, [key, context, _], copies) = (model.sites(), model.blocks, model.copies);
        let (around, read) = (key..key + context, key + context..sites);
        let wrong = |next: &State, copy: &State, range: Range<usize>| -> Result<f64> {
            let size = range.len() as f64;
            Ok(errors_between(&copy.with_sites_of(next, range)?, copy)? * sites as f64 / size)
        };
        let mut errors = [0.0; 4];
        for _ in 0..p.memories {
            let memory = DenseMemory::new(model.draw(&mut stream)?, model.separation)?;
            let starts = Patterns::random(model.facts, sites, &mut stream)?;
            let stored: Vec<State> = (0..model.facts).map(|fact| memory.patterns().state(fact * copies)).collect();
            let mut cues = Vec::new();
            for (fact, copy) in stored.iter().enumerate() {
                let (start, foreign) = (starts.state(fact), &stored[(fact + 1) % model.facts]);
                let cue = copy.with_sites_of(&start, read.clone())?;
                for other in [copy, &start, foreign] {
                    cues.push(cue.with_sites_of(other, around.clone())?);
                }
                cues.push(copy.clone());
            }
            for (copy, next) in stored.iter().zip(memory.synchronous_steps(&cues)?.chunks_exact(4)) {
                for (error, next) in errors.iter_mut().zip(&next[..3]) {
                    *error += wrong(next, copy, read.clone())?;
                }
                errors[3] += wrong(&next[3], copy, around.clone())?;
            }
        }
        for (name, error) in ["recall-error", "fresh-error", "foreign-error", "context-error"].into_iter().zip(errors) {
            cell.record(name, error / (p.memories * p.facts) as f64);
        }
        Ok(())
    }
}

fn model(p: &Params) -> FactModel {
    FactModel {
        separation: Separation::Power(p.n as u32),
        facts: p.facts as usize,
        copies: p.M as usize,
        blocks: [p.key as usize, p.context as usize, p.value as usize],
    }
}

/// The threshold for large blocks. Neglected: overlaps of N_t + N_v random sites add (n−1)(n−2)/2 (N_t + N_v)/N_k² to the pull of
/// a copy (17 % at n = 4), and a fact's other copies side with the foreign one (5 % at n = 3); copies are counted one by one.
fn threshold(n: i64, points: &[&Params]) -> Claim {
    let needed = |order: i64| FactModel::copies_needed(order as u32, points[0].key as usize, points[0].context as usize);
    let sites = points.iter().map(|p| (p.M as f64, Extraction::at(p).site("foreign-error")));
    Claim::threshold(&format!("copies-{n}"), sites, 0.25, needed(n))
        .within(Margin::Relative(0.35))
        .rival("one-more", "(N_t/N_k)ⁿ copies", [needed(n + 1)])
        .rival(
            "order-blind",
            "the order makes no difference: N_t/N_k copies (for n = 2: one)",
            [if n == 2 { 1.0 } else { needed(2) }],
        )
        .axes("copies M", "error of the value read in a foreign context")
        .source("derived here: M N_k^(n−1) = N_t^(n−1)")
}

/// The exact error in a foreign context at n = 3; the margin is what `quick` resolves.
fn foreign(points: &[&Params]) -> Result<Claim> {
    let of = |around: Context| points.iter().map(|p| Ok(model(p).reading_error(around)?)).collect::<Result<Vec<f64>>>();
    let law = of(Context::Foreign)?;
    let sites = points.iter().zip(law).map(|(p, error)| (p.M as f64, Extraction::at(p).site("foreign-error"), error));
    Ok(Claim::curve("foreign-3", sites)
        .within(Margin::Absolute(0.03))
        .rival("memorised", "what is stored can be read: the error in the trained context", of(Context::Trained)?)
        .rival("any-context", "a foreign context disturbs no more than a new one", of(Context::Fresh)?)
        .axes("copies M", "error of the value read in a foreign context")
        .source("derived here: mixture over the overlaps of fact, context's owner and the others"))
}

/// The error in a foreign context over copies and order, where the context is twice as long as the key.
fn map(points: &[Params]) -> PhaseDiagram {
    let cells = points.iter().filter(|p| p.facts == 5 && p.context == 2 * p.key && COPIES.contains(&p.M));
    let cells = cells.map(|p| (p.M as f64, p.n as f64, Extraction::at(p).site("foreign-error")));
    PhaseDiagram::new("copies M", "order n", "error in a foreign context")
        .cells(cells)
        .boundary("M = (N_t/N_k)^(n−1)", [2.0, 5.0].map(|n: f64| (2_f64.powf(n - 1.0), n)))
        .log_across()
}
