//! All simplices up to dimension 2: the closed form of the field, and retrieval far beyond the load of pairs.

use anyhow::Result;
use lawbook_analysis::gaussian::normal_tail;
use lawbook_memory::{
    Dilution, Patterns, SimplicialMemory,
    simplicial::{coordination::Coordination, skeleton},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// The full skeleton.
pub struct Skeleton;

params! {
    /// A network with a weight on every simplex up to a dimension.
    pub struct Params {
        /// Neurons N.
        N: integer = 100, 4..=200;
        /// Stored patterns P.
        P: integer = 400, 1..=10_000;
        /// Dimension: 1 for pairs, 2 with triangles.
        dimension: integer = 2, 1..=4;
        /// Stored patterns from which to descend.
        cues: integer = 200, 0..=10_000;
    }
}

impl Study for Skeleton {
    const NAME: &'static str = "skeleton";
    const ABOUT: &'static str = "Stores patterns on all simplices; compares fields with the closed form, and descends.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let small = [1, 2, 3].map(|dimension| Params { N: 12, P: 5, dimension, cues: 0 });
        let loads: &[i64] = match profile {
            Profile::Smoke => &[],
            Profile::Quick => &[400, 800],
            Profile::Full => &[200, 400, 800, 1600],
        };
        let large = loads.iter().map(|&patterns| Params { P: patterns, ..Params::default() });
        small.into_iter().chain(large).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let small: Vec<&Params> = points.iter().filter(|p| p.cues == 0).collect();
        if small.iter().any(|p| p.dimension > 1) {
            let curve = small.iter().map(|p| (p.dimension as f64, Skeleton::at(p).site("difference"), 0.0));
            // Products of three and more other sites: with one other, both forms agree.
            let higher = small.iter().filter(|p| p.dimension > 1).map(|p| Skeleton::at(p).site("bare-difference"));
            claims.push(
                Claim::exact("closed-form", curve)
                    .rival_residual("bare", "powers o²/2, o³/6 of the overlap instead of products of distinct sites", higher)
                    .axes("dimension", "largest difference to the sum over all simplices")
                    .source("N h_i = Σ ξ_i (o + (o² − (N − 1))/2), derived here"),
            );
        }
        // At P = 1600 one site in 25 is wrong after the first step and errors spread; nothing is predicted there.
        let large: Vec<&Params> = points.iter().filter(|p| p.cues > 0 && p.dimension == 2 && p.P < 1000).collect();
        if !large.is_empty() {
            claims.push(stays(&large)?);
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let (sites, dimension) = (p.N as usize, p.dimension as usize);
        let patterns = Patterns::random(p.P as usize, sites, &mut stream)?;
        let memory = SimplicialMemory::new(&patterns, &Dilution::Skeleton(dimension), &mut stream)?;
        let state = Patterns::random(1, sites, &mut stream)?.state(0);
        let listed = memory.fields(&state)?;
        let largest = |form: &[f64]| form.iter().zip(&listed).map(|(a, b)| (a - *b as f64).abs()).fold(0.0, f64::max);
        let closed: Vec<f64> = skeleton::fields(&patterns, dimension, &state)?.into_iter().map(|h| h as f64).collect();
        cell.record("difference", largest(&closed));
        cell.record("bare-difference", largest(&bare(&patterns, dimension, &state.signs())));
        if p.cues > 0 {
            let mut total = 0.0;
            for mu in 0..(p.cues as usize).min(patterns.count()) {
                let end = memory.retrieve(&patterns.state(mu), &mut stream)?.state;
                total += end.overlap(&patterns.state(mu))? as f64 / sites as f64;
            }
            cell.record("overlap", total / p.cues.min(p.P) as f64);
        }
        Ok(())
    }
}

/// The rival form: `Σ_μ ξ_i (o + o²/2! + o³/3! + …)`.
fn bare(patterns: &Patterns, dimension: usize, state: &[f64]) -> Vec<f64> {
    let mut fields = vec![0.0; state.len()];
    for mu in 0..patterns.count() {
        let pattern = patterns.state(mu).signs();
        let overlap: f64 = pattern.iter().zip(state).map(|(a, b)| a * b).sum();
        for (site, field) in fields.iter_mut().enumerate() {
            let o = overlap - pattern[site] * state[site];
            let terms = (1..=dimension).scan(1.0, |power, k| {
                *power *= o / k as f64;
                Some(*power)
            });
            *field += pattern[site] * terms.sum::<f64>();
        }
    }
    fields
}

/// `1 − 2 P₁` with D = N(N − 1)/2. The kurtosis of crosstalk of few patterns (12/P) adds 3 % of `P₁ ≤ 0.0064`, errors of second
/// order in `P₁` less than 0.005.
fn stays(points: &[&Params]) -> Result<Claim> {
    let (mut curve, mut pairs) = (Vec::new(), Vec::new());
    for p in points {
        let counts = Dilution::Skeleton(2).counts(p.N as usize)?;
        let law = Coordination::new(p.N as usize, &counts, p.P as usize)?.step_overlap(0);
        curve.push((p.P as f64, Skeleton::at(p).site("overlap"), law));
        pairs.push(1.0 - 2.0 * normal_tail(((p.N - 1) as f64 / (p.P - 1) as f64).sqrt()));
    }
    Ok(Claim::curve("skeleton-stays", curve)
        .within(Margin::Absolute(0.01))
        .rival("pairs", "the field of pairs, after one step", pairs)
        .axes("patterns P", "overlap after descent from stored patterns")
        .source("1 − 2 P₁ with D = C(N, 2), derived here"))
}
