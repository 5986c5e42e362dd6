//! Facts with several copies, each in another context: reading a value by its key in the trained, a new or a foreign context.

use anyhow::Result;
use lawbook_analysis::gaussian::normal_tail;
use lawbook_memory::{
    DenseMemory, MemoryError, Patterns, Separation, State,
    mixture::{Block, Cluster, Field, Kind},
};

use super::errors_between;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

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
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let memories = match profile {
            Profile::Smoke => 60,
            Profile::Quick => 400,
            Profile::Full => 20_000,
        };
        let thresholds = THRESHOLDS.iter().flat_map(|&(n, context, copies)| {
            copies.map(|copies| Params { n, context, M: copies, memories, ..Params::default() })
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
                claims.push(foreign(&curve)?);
            }
        }
        let averaged: Vec<&Params> = points.iter().filter(|p| p.n == 2 && p.facts == 10).collect();
        if !averaged.is_empty() {
            claims.push(fresh(&averaged));
            let several: Vec<&Params> = averaged.into_iter().filter(|p| p.M > 1).collect();
            claims.push(context_error(&several)?);
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("facts");
        let (key, context) = (0..p.key as usize, p.key as usize..(p.key + p.context) as usize);
        let value = context.end..context.end + p.value as usize;
        let (facts, copies, sites) = (p.facts as usize, p.M as usize, value.end);
        let mut errors = [0.0; 4];
        for _ in 0..p.memories {
            let (bare, mut stored) =
                (Patterns::random(facts, sites, &mut stream)?, Patterns::random(facts * copies, sites, &mut stream)?);
            let fact = |copy: usize| bare.state(copy / copies);
            let states: Vec<State> = (0..facts * copies)
                .map(|copy| {
                    stored.state(copy).with_sites_of(&fact(copy), key.clone())?.with_sites_of(&fact(copy), value.clone())
                })
                .collect::<Result<_, _>>()?;
            stored = Patterns::from_states(&states)?;
            let memory = DenseMemory::new(stored, Separation::Power(p.n as u32))?;
            for chosen in 0..facts {
                let (copy, foreign) = (&states[chosen * copies], &states[(chosen + 1) % facts * copies]);
                let random = Patterns::random(1, sites, &mut stream)?.state(0);
                let cue = copy.with_sites_of(&random, value.clone())?;
                for (error, around) in errors.iter_mut().zip([copy, &random, foreign]) {
                    let read = memory.synchronous_step(&cue.with_sites_of(around, context.clone())?)?;
                    *error +=
                        errors_between(&copy.with_sites_of(&read, value.clone())?, copy)? * sites as f64 / p.value as f64;
                }
                let kept = memory.synchronous_step(copy)?;
                errors[3] +=
                    errors_between(&copy.with_sites_of(&kept, context.clone())?, copy)? * sites as f64 / p.context as f64;
            }
        }
        for (name, error) in ["recall-error", "fresh-error", "foreign-error", "context-error"].into_iter().zip(errors) {
            cell.record(name, error / (p.memories * p.facts) as f64);
        }
        Ok(())
    }
}

/// How a cue is related to a fact: the mean products of its key, its context and its value's other sites with those of a copy.
type Relation = [f64; 3];

/// A fact's copies around their common key and value, `relation` being that of its first copy; the context of the others is
/// their own. `site` is the mean product of the value's site with the true one.
fn fact(p: &Params, site: f64, relation: Relation) -> Cluster {
    let sizes = [p.key as usize, p.context as usize, p.value as usize - 1];
    let blocks: Vec<Block> = sizes.into_iter().zip(relation).map(|(sites, centre)| Block { sites, centre }).collect();
    let kind = |members: usize, context: f64| Kind { members, site: 1.0, blocks: vec![1.0, context, 1.0] };
    let copies = p.M as usize;
    if relation[1] == 0.0 {
        return Cluster::new(site, &blocks, &[kind(copies, 0.0)]);
    }
    Cluster::new(site, &blocks, &[kind(1, 1.0), kind(copies - 1, 0.0)])
}

/// The exact error of a read value: the fact asked for, the fact whose context it is (if another), the others.
fn reading(p: &Params, own_context: f64, foreign_context: f64) -> Result<f64, MemoryError> {
    let field = Field::new(Separation::Power(p.n as u32), (p.key + p.context + p.value) as usize)?
        .clusters(1, fact(p, 1.0, [1.0, own_context, 0.0]))?
        .clusters(1, fact(p, 0.0, [0.0, foreign_context, 0.0]))?
        .clusters(p.facts as usize - 2, fact(p, 0.0, [0.0; 3]))?;
    Ok(field.error())
}

/// The threshold for large blocks. Neglected: overlaps of N_t + N_v random sites add (n−1)(n−2)/2 (N_t + N_v)/N_k² to the pull of
/// a copy (17 % at n = 4), and a fact's other copies side with the foreign one (5 % at n = 3); copies are counted one by one.
fn threshold(n: i64, points: &[&Params]) -> Claim {
    let ratio = points[0].context as f64 / points[0].key as f64;
    let sites = points.iter().map(|p| (p.M as f64, Extraction::at(p).site("foreign-error")));
    Claim::threshold(&format!("copies-{n}"), sites, 0.25, ratio.powi(n as i32 - 1))
        .within(Margin::Relative(0.35))
        .rival("one-more", "(N_t/N_k)ⁿ copies", [ratio.powi(n as i32)])
        .rival(
            "order-blind",
            "one fact less or more does not depend on n: N_t/N_k copies, one for n = 2",
            [if n == 2 { 1.0 } else { ratio }],
        )
        .axes("copies M", "error of the value read in a foreign context")
        .source("derived here: M N_k^(n−1) = N_t^(n−1)")
}

/// The exact error in a foreign context at n = 3; the margin is what `quick` resolves.
fn foreign(points: &[&Params]) -> Result<Claim> {
    let of = |own: f64, other: f64| points.iter().map(|p| Ok(reading(p, own, other)?)).collect::<Result<Vec<f64>>>();
    let law = of(0.0, 1.0)?;
    let sites = points.iter().zip(law).map(|(p, error)| (p.M as f64, Extraction::at(p).site("foreign-error"), error));
    Ok(Claim::curve("foreign-3", sites)
        .within(Margin::Absolute(0.03))
        .rival("memorised", "what is stored can be read: the error in the trained context", of(1.0, 0.0)?)
        .rival("any-context", "a foreign context disturbs no more than a new one", of(0.0, 0.0)?)
        .axes("copies M", "error of the value read in a foreign context")
        .source("derived here: mixture over the overlaps of fact, context's owner and the others"))
}

/// Closed form for n = 2: signal N_k per copy; own and other contexts, independent from copy to copy, are the part of the noise
/// that falls with M. Gaussian over ten facts, absolute error below 0.01.
fn fresh(points: &[&Params]) -> Claim {
    let law = |p: &Params, copies: f64| {
        let (facts, key) = (p.facts as f64, p.key as f64);
        let noise = facts * (p.context as f64 / copies + p.value as f64 - 1.0) + (facts - 1.0) * key;
        normal_tail(key / noise.sqrt())
    };
    let sites = points.iter().map(|p| (p.M as f64, Extraction::at(p).site("fresh-error"), law(p, p.M as f64)));
    Claim::curve("contexts-average-out", sites)
        .within(Margin::Absolute(0.02))
        .rival("one-copy", "copies make no difference", points.iter().map(|p| law(p, 1.0)))
        .rival("no-context", "contexts do not disturb at all", points.iter().map(|p| law(p, 1e9)))
        .axes("copies M", "error of the value read in a new context")
        .log_x()
        .source("derived here: Q(N_k/√(F (N_t/M + N_v − 1) + (F − 1) N_k))")
}

/// Whether the context is part of the attractor: the exact error of its sites at a stored copy.
fn context_error(points: &[&Params]) -> Result<Claim> {
    let error = |p: &Params, copies: usize| -> Result<f64> {
        let sizes = [p.key as usize, p.context as usize - 1, p.value as usize];
        let blocks =
            |own: f64| [own, 0.0, own].iter().zip(sizes).map(|(&centre, sites)| Block { sites, centre }).collect::<Vec<_>>();
        let copies_but = |few: usize| [Kind { members: copies - few, site: 0.0, blocks: vec![1.0, 0.0, 1.0] }];
        let field = Field::new(Separation::Power(p.n as u32), (p.key + p.context + p.value) as usize)?.stored();
        let field = field.clusters(1, Cluster::new(1.0, &blocks(1.0), &copies_but(1)))?;
        Ok(field.clusters(p.facts as usize - 1, Cluster::new(0.0, &blocks(0.0), &copies_but(0)))?.error())
    };
    let law = points.iter().map(|p| error(p, p.M as usize)).collect::<Result<Vec<f64>>>()?;
    let single = points.iter().map(|p| error(p, 1)).collect::<Result<Vec<f64>>>()?;
    let sites = points.iter().zip(law).map(|(p, error)| (p.M as f64, Extraction::at(p).site("context-error"), error));
    Ok(Claim::curve("context-in-attractor", sites)
        .within(Margin::Relative(0.08))
        .rival("attractor", "the context of a stored copy is part of its attractor, as for a single copy", single)
        .axes("copies M", "error of the context at a stored copy")
        .source("derived here: N_k + N_v common sites of a fact pull each copy's context towards the others'"))
}
