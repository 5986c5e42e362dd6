//! How often all sites at once end in a cycle of two: enumerated for few patterns, and never with self-couplings.

use anyhow::{Context, Result};
use lawbook_core::Stream;
use lawbook_memory::{Couplings, Patterns, State};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Cycles of two of synchronous updates.
pub struct Cycles;

params! {
    /// Networks small enough to enumerate. An odd number of patterns on an even number of sites has no ties.
    pub struct Params {
        /// Sites N.
        N: integer = 16, 2..=24;
        /// Patterns K.
        K: integer = 3, 1..=3;
        /// Networks per cell, each started once.
        networks: integer = 30_000, 1..=100_000_000;
    }
}

const SITES: [i64; 3] = [8, 12, 16];

/// Steps until which an orbit is followed; of 2^16 states none is visited twice before.
const MOST_STEPS: usize = 1 << 17;

impl Study for Cycles {
    const NAME: &'static str = "cycles";
    const ABOUT: &'static str = "Updates all sites at once from random states of random networks, with and without self-couplings, and counts cycles.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let networks = match profile {
            Profile::Smoke => return vec![Params { networks: 100_000, ..Params::default() }],
            Profile::Quick => 30_000,
            Profile::Full => 1_000_000,
        };
        SITES.map(|sites| Params { N: sites, networks, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let sites = |p: &Params| p.N as f64;
        let of = |patterns: usize| points.iter().map(move |p| cycling(p.N as usize, patterns)).collect::<Vec<f64>>();
        let own = points.iter().map(|p| (sites(p), Cycles::at(p).site("cycles"), cycling(p.N as usize, p.K as usize)));
        let kept = points.iter().map(|p| (sites(p), Cycles::at(p).site("cycles-self-coupled"), 0.0));
        Ok(vec![
            // Exact; the margin is what `quick` resolves.
            Claim::curve("two-cycles", own)
                .within(Margin::Absolute(0.01))
                .out_of(points.iter().map(|p| p.networks as u64).min().unwrap_or(0))
                .rival("fixed-points", "synchronous updates end in fixed points, as asynchronous ones do", of(0))
                .rival("one-pattern", "only states that no pattern attracts cycle: C(N, N/2)/2^N of them for one", of(1))
                .axes("sites N", "fraction of synchronous orbits that end in a cycle of two, K = 3")
                .source("enumeration of all networks and starts"),
            // (s′ − s)·W (s′ − s) ≥ 0 for a sum of W = Σ ξ ξᵀ/N: the energy of one state falls although all sites move.
            Claim::exact("self-couplings-stop-cycles", kept)
                .rival_residual(
                    "idle-self-coupling",
                    "self-couplings change no cycle, as they change no energy difference of states",
                    points.iter().map(|p| Cycles::at(p).site("cycles")),
                )
                .axes("sites N", "fraction of synchronous orbits that end in a cycle, self-couplings kept")
                .source("Goles, Fogelman & Pellegrin 1985: fixed points only, if the couplings have no negative eigenvalue"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("networks");
        let (mut cycles, mut kept) = (0, 0);
        for _ in 0..p.networks {
            let with = network(p, &mut stream)?;
            let start = Patterns::random(1, p.N as usize, &mut stream)?.state(0);
            kept += usize::from(period(&with, &start)? != 1);
            cycles += usize::from(period(&with.without_self_coupling(), &start)? == 2);
        }
        cell.record("cycles", cycles as f64 / p.networks as f64);
        cell.record("cycles-self-coupled", kept as f64 / p.networks as f64);
        Ok(())
    }
}

/// N times Hebb's couplings, whole numbers, so that fields of 0 are exactly 0.
fn network(p: &Params, stream: &mut Stream) -> Result<Couplings> {
    let (patterns, sites) = (Patterns::random(p.K as usize, p.N as usize, stream)?, p.N as usize);
    let mut weights = vec![0.0; sites * sites];
    for mu in 0..patterns.count() {
        let signs = patterns.state(mu).signs();
        for (row, own) in weights.chunks_exact_mut(sites).zip(&signs) {
            row.iter_mut().zip(&signs).for_each(|(weight, other)| *weight += own * other);
        }
    }
    Ok(Couplings::new(sites, weights)?)
}

fn period(couplings: &Couplings, start: &State) -> Result<usize> {
    couplings.synchronous_period(start, MOST_STEPS)?.context("an orbit of finitely many states that never closes")
}

/// The share of all networks of K patterns without self-couplings, and of all their starts, that end in a cycle of two.
///
/// Flipping a site in all patterns and in the start changes nothing, so the start is all +1. Sites with the same values in all
/// patterns then stay alike, and what counts is how many sites have each of the 2^K values: `N!/Π n_c! 2^(−KN)`. With one pattern
/// the starts that cycle are those with no overlap, `C(N, N/2)/2^N`; without any, no site moves.
fn cycling(sites: usize, patterns: usize) -> f64 {
    let cells = 1 << patterns;
    let (mut counts, mut total) = (vec![0; cells], 0.0);
    let all = (1..=sites).map(|n| (n as f64 / cells as f64).ln()).sum();
    spread(&mut counts, 0, sites, all, &mut |counts, log_weight| {
        if patterns > 0 && cycles(counts, patterns) {
            total += log_weight.exp();
        }
    });
    total
}

/// Calls `with` every way to spread `left` sites over the cells from `cell` on, and with the logarithm of its probability.
fn spread(counts: &mut [i32], cell: usize, left: usize, log_weight: f64, with: &mut dyn FnMut(&[i32], f64)) {
    let last = cell + 1 == counts.len();
    let mut log_factorial = 0.0;
    for here in 0..=left {
        log_factorial += (here.max(1) as f64).ln();
        if !last || here == left {
            counts[cell] = here as i32;
            let log_weight = log_weight - log_factorial;
            if last { with(counts, log_weight) } else { spread(counts, cell + 1, left - here, log_weight, with) }
        }
    }
}

/// Whether the orbit from all +1 ends in a cycle of two. Cell c has value −1 in pattern k where bit k of c is set.
fn cycles(counts: &[i32], patterns: usize) -> bool {
    let value = |cell: usize, pattern: usize| 1 - 2 * (cell as i32 >> pattern & 1);
    let next = |spins: &[i32]| -> Vec<i32> {
        let overlap = |k| (0..counts.len()).map(|c| counts[c] * value(c, k) * spins[c]).sum::<i32>();
        let overlaps: Vec<i32> = (0..patterns).map(overlap).collect();
        let field = |c: usize| (0..patterns).map(|k| overlaps[k] * value(c, k)).sum::<i32>() - patterns as i32 * spins[c];
        // Empty cells stand still, so that only sites tell a cycle.
        let turned = |c: usize| if counts[c] == 0 || field(c) == 0 { spins[c] } else { field(c).signum() };
        (0..counts.len()).map(turned).collect()
    };
    let (mut before, mut now) = (vec![1; counts.len()], next(&vec![1; counts.len()]));
    loop {
        let after = next(&now);
        if after == now || after == before {
            return after != now;
        }
        (before, now) = (now, after);
    }
}

#[cfg(test)]
mod tests {
    use super::cycling;

    /// One pattern: the closed form. Three: an enumeration in Python that follows patterns and starts apart.
    #[test]
    fn enumerations_agree() {
        for (sites, patterns, share) in [
            (10, 1, 252.0 / 1024.0),
            (20, 1, 184_756.0 / 1_048_576.0),
            (8, 3, 0.553_166_866_302_490_2),
            (10, 3, 0.428_103_402_256_965_6),
            (12, 3, 0.358_866_046_182_811_3),
            (16, 3, 0.239_040_401_259_984_5),
        ] {
            let enumerated = cycling(sites, patterns);
            assert!((enumerated - share).abs() < 1e-12, "{sites} {patterns}: {enumerated} for {share}");
        }
    }
}
