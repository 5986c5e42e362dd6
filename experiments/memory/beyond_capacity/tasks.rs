//! Two tasks, one learned after the other, whose patterns are similar: how much the second disturbs the first.

use anyhow::Result;
use lawbook_analysis::gaussian::normal_tail;
use lawbook_memory::{
    DenseMemory, MemoryError, Patterns, Separation, capacity,
    mixture::{Block, Cluster, Field, Kind},
};

use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

/// One-step error of the first task.
pub struct Tasks;

params! {
    /// A memory of two tasks: each pattern of the second is one of the first with every site turned over with chance (1 − s)/2.
    pub struct Params {
        /// Order n of F(x) = xⁿ.
        n: integer = 3, 2..=10;
        /// Neurons N.
        N: integer = 50, 8..=2000;
        /// Patterns K of each task.
        K: integer = 104, 1..=100_000;
        /// Similarity s of a pattern and its successor.
        s: real = 0.5, 0.0..=1.0;
        /// Memories drawn per cell.
        memories: integer = 500, 1..=1_000_000;
    }
}

/// First-task patterns looked at in one memory.
const PROBES: usize = 8;

/// Orders, sizes and loads at which two unrelated tasks leave an error near Q(2).
const SIZES: [(i64, i64, i64); 3] = [(2, 150, 19), (3, 50, 104), (4, 36, 389)];

/// Similarities of the map, and those of the claims.
const SIMILARITIES: [f64; 9] = [0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97];
const CLAIMED: [f64; 4] = [0.0, 0.5, 0.7, 0.9];

impl Study for Tasks {
    const NAME: &'static str = "tasks";
    const ABOUT: &'static str =
        "Stores K patterns, then K similar ones, and counts the sites of the first that one update turns over.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let sites = match profile {
            Profile::Smoke => 30_000,
            Profile::Quick => 100_000,
            Profile::Full => 10_000_000,
        };
        // Order 4 is dear.
        let point = |(n, neurons, patterns): (i64, i64, i64), s: f64| {
            let share = if !CLAIMED.contains(&s) { 8 } else { (n - 2).max(1) };
            Params { n, N: neurons, K: patterns, s, memories: sites / (share * PROBES as i64 * neurons) }
        };
        if profile == Profile::Smoke {
            return CLAIMED.map(|s| point(SIZES[0], s)).to_vec();
        }
        SIZES.iter().flat_map(|&size| SIMILARITIES.map(|s| point(size, s))).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for (n, neurons, patterns) in SIZES {
            let at = |&s: &f64| points.iter().find(|p| (p.n, p.N, p.K) == (n, neurons, patterns) && p.s == s);
            let curve: Vec<&Params> = CLAIMED.iter().filter_map(at).collect();
            if curve.len() < 2 {
                continue;
            }
            let law = curve.iter().map(|p| Ok(error(p)?)).collect::<Result<Vec<f64>>>()?;
            let load = capacity::noise_to_signal(Separation::Power(n as u32), neurons as usize, 2.0 * patterns as f64)?;
            let supported = |p: &&Params| normal_tail((1.0 + p.s.powi(n as i32)) / load.sqrt());
            let unrelated = vec![law[0]; law.len()];
            let claim =
                Claim::curve(
                    &format!("similarity-{n}"),
                    curve.iter().zip(&law).map(|(p, error)| (p.s, Tasks::at(p).site("error"), *error)),
                )
                // The formula is exact; the margin is what `quick` resolves.
                .within(Margin::Relative(0.08))
                .rival("unrelated", "tasks disturb each other as unrelated ones do, by their load alone", unrelated)
                .rival("support", "a similar task supports the first: signal 1 + sⁿ at every site", curve.iter().map(supported))
                .axes("similarity s of the tasks", "one-step error of the first task")
                .source("derived here: signal 1 ± s^(n−1) at the (1 ± s)/2 of the sites that a pattern and its successor share or not");
            claims.push(if n == 3 { claim.phase_diagram(map(points)?) } else { claim });
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("tasks");
        let (count, mut error) = (p.K as usize, 0.0);
        let probes = PROBES.min(count);
        for _ in 0..p.memories {
            let first = Patterns::random(count, p.N as usize, &mut stream)?;
            let mut states: Vec<_> = (0..count).map(|mu| first.state(mu)).collect();
            for mu in 0..count {
                states.push(states[mu].noisy(0.5 * (1.0 - p.s), &mut stream)?);
            }
            let memory = DenseMemory::new(Patterns::from_states(&states)?, Separation::Power(p.n as u32))?;
            error += memory.one_step_errors(&states[..probes])?.iter().sum::<f64>();
        }
        cell.record("error", error / (p.memories as usize * probes) as f64);
        Ok(())
    }
}

/// The exact error: the pattern's own successor, and K − 1 pairs of unrelated patterns with theirs.
fn error(p: &Params) -> Result<f64, MemoryError> {
    let rest = p.N as usize - 1;
    let kind = |bias: f64| Kind { members: 1, site: bias, blocks: vec![bias] };
    let successor = Cluster::new(1.0, &[Block { sites: rest, centre: 1.0 }], &[kind(p.s)]);
    let pair = Cluster::new(0.0, &[Block { sites: rest, centre: 0.0 }], &[kind(1.0), kind(p.s)]);
    let field = Field::new(Separation::Power(p.n as u32), p.N as usize)?.stored();
    Ok(field.clusters(1, successor)?.clusters(p.K as usize - 1, pair)?.error())
}

/// The error over similarity and order, with the similarity measured that by the formula disturbs most.
fn map(points: &[Params]) -> Result<PhaseDiagram> {
    let cells = points.iter().map(|p| (p.s, p.n as f64, Tasks::at(p).site("error")));
    let mut worst: Vec<(f64, f64, f64)> = Vec::new();
    for p in points {
        let (n, predicted) = (p.n as f64, error(p)?);
        match worst.iter_mut().find(|(_, order, _)| *order == n) {
            Some(known) if known.2 >= predicted => {}
            Some(known) => *known = (p.s, n, predicted),
            None => worst.push((p.s, n, predicted)),
        }
    }
    Ok(PhaseDiagram::new("similarity s", "order n", "one-step error of the first task")
        .cells(cells)
        .boundary("most disturbing similarity predicted", worst.into_iter().map(|(s, n, _)| (s, n))))
}
