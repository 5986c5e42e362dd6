//! Geneson's graph: six nodes that attract together without being a clique, in a corner of the legal range.

use anyhow::{Context, Result};
use lawbook_memory::threshold_linear::{CombinatorialNetwork, Digraph, Strengths, stable_unlike_cliques};

use super::{Renamed, support};
use crate::framework::{Cell, Claim, Margin, Profile, Study, Verdict, params};

/// The counter-example to the conjecture that only target-free cliques attract.
pub struct Counterexample;

params! {
    /// Geneson's graph, its nodes named at random.
    pub struct Params {
        /// ε and δ.
        strengths: choice = "1/12 11/120", ["1/12 11/120", "1/20 11/200", "1/50 21/1000", "1/10 3/25", "1/4 1/2"];
        /// Moves of the search for such graphs by annealing, 0 for none.
        moves: integer = 100_000, 0..=100_000_000;
    }
}

/// In-neighbours of the nodes 1 to 6.
const INCOMING: [&str; 6] = ["2456", "1456", "125", "135", "126", "13"];

/// Strengths, and what is known there: supports and indices (S: attracts).
const KNOWN: [(&str, &str); 5] = [
    ("1/12 11/120", "1234+ 12346- 123456+S"),
    ("1/20 11/200", "1234+ 12346- 123456+S"),
    ("1/50 21/1000", "1234+ 12346- 123456+S"),
    ("1/10 3/25", "1234+ 12346- 123456+"),
    ("1/4 1/2", "1234+ 12346- 12356+"),
];

/// The supports among them.
const SUPPORTS: [&str; 4] = ["1234", "12346", "12356", "123456"];

const EVERYONE: u64 = 0b11_1111;

/// Distances from the fixed point are averaged over these times. Only the slowest pair of eigenvalues is left then, and it turns
/// at least ten times in each.
const WINDOWS: [(f64, f64); 2] = [(2000.0, 3000.0), (5000.0, 6000.0)];
const STEP: f64 = 0.1;

impl Study for Counterexample {
    const NAME: &'static str = "counterexample";
    const ABOUT: &'static str = "Finds all fixed points of Geneson's graph and their stability, lets the network return to \
        its full support from a perturbation of 1 %, and anneals random graphs to others of its kind.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let at = |number: usize| {
            let moves = if number == 0 && profile != Profile::Smoke { 100_000 } else { 0 };
            Params { strengths: KNOWN[number].0.to_owned(), moves }
        };
        (0..KNOWN.len()).map(at).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let (mut indices, mut stable, mut constant) = (Vec::new(), Vec::new(), Vec::new());
        for (number, p) in points.iter().enumerate() {
            let known = KNOWN.iter().find(|(strengths, _)| *strengths == p.strengths).context("strengths are listed")?.1;
            let index = |known: &str, set: u64| {
                let known = known.split(' ').find(|known| support(known) == set);
                known.map_or(0.0, |known| if known.contains('-') { -1.0 } else { 1.0 })
            };
            let site = |observable: &str| Counterexample::at(p).site(observable);
            for (place, nodes) in SUPPORTS.into_iter().enumerate() {
                let (set, at) = (support(nodes), (10 * number + place) as f64);
                indices.push((at, site("index").at(set as f64), index(known, set)));
                constant.push(index(KNOWN[0].1, set));
            }
            indices.push(((10 * number + SUPPORTS.len()) as f64, site("fixed-points"), 3.0));
            constant.push(3.0);
            let attracts = f64::from(u8::from(known.contains('S')));
            stable.push((number as f64, site("stable").at(EVERYONE as f64), attracts));
            stable.push((number as f64 + 0.5, site("attractors"), attracts));
        }
        let cliques = vec![0.0; stable.len()];
        let mut claims = vec![
            Claim::exact("supports-depend-on-strengths", indices)
                .rival("graph-alone", "the fixed points are the graph's, whatever ε and δ", constant)
                .axes("strengths and support", "index, 0 where there is no fixed point; and their number")
                .source("arXiv 2607.21396, recomputed with NumPy"),
            Claim::exact("stable-without-a-clique", stable)
                .rival("conjecture", "only target-free cliques attract, and this graph has none", cliques)
                .axes("strengths", "whether all six nodes attract; number of stable fixed points")
                .source("arXiv 2607.21396"),
        ];
        for p in points.iter().filter(|p| p.strengths == KNOWN[0].0) {
            let site = |observable: &str| Counterexample::at(p).site(observable);
            claims.push(
                Claim::exact("only-target-free-cliques", [(0.0, site("beyond-cliques"), 0.0)])
                    .rival("geneson", "the full support attracts", [1.0])
                    .finding(
                        Verdict::Fails,
                        "One stable support is no clique: all six nodes (Geneson 2026). The conjecture holds at ε = 1/4, δ = 1/2 on \
                         all graphs tried there, and fails near the border ε = δ/(1 + δ).",
                    )
                    .axes("", "stable supports that are no target-free cliques")
                    .source("arXiv 1909.02947, conjecture 1"),
            );
            let network = CombinatorialNetwork::new(graph()?, strengths(&p.strengths)?)?;
            // The distance turns with the slowest pair; an average over ten turns or more leaves a few per cent of 1/(rate × 3000).
            claims.push(
                Claim::value("return", site("rate"), network.network().growth_rate(EVERYONE)?)
                    .within(Margin::Relative(0.05))
                    .rival("clique", "the rate −ε of a clique", [-1.0 / 12.0])
                    .rival("neutral", "no attraction", [0.0])
                    .axes("", "rate at which a perturbation grows")
                    .source("largest real part of an eigenvalue of −I + W"),
            );
            if p.moves > 0 {
                claims.push(
                    Claim::exact("found-by-annealing", [(0.0, site("found"), 1.0)])
                        .rival("rare", "such graphs cannot be found by chance", [0.0])
                        .axes("", "whether 100 000 moves find a graph of six nodes")
                        .source("arXiv 2607.21396: there is one"),
                );
            }
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("names");
        let strengths = strengths(&p.strengths)?;
        let renamed = Renamed::new(&graph()?, strengths, &mut stream)?;
        let (mut indices, mut stable, mut beyond) = ([0.0; 64], [0.0; 64], 0.0);
        for found in renamed.fixed_points()? {
            let named = renamed.renamed(found.support);
            indices[found.support as usize] = f64::from(found.index);
            if renamed.network.is_stable(named)? {
                stable[found.support as usize] = 1.0;
                beyond += f64::from(u8::from(!renamed.network.graph().is_target_free_clique(named)));
            }
        }
        for set in 1..=EVERYONE {
            cell.record_at("index", set as f64, indices[set as usize]);
            cell.record_at("stable", set as f64, stable[set as usize]);
        }
        cell.record("fixed-points", indices.iter().filter(|index| **index != 0.0).count() as f64);
        cell.record("attractors", stable.iter().sum());
        cell.record("beyond-cliques", beyond);
        if p.strengths == KNOWN[0].0 {
            let network = renamed.network.network();
            let rest = network.equilibrium(EVERYONE)?;
            let mut activity: Vec<f64> = rest.iter().map(|x| x * (1.0 + 0.01 * (2.0 * stream.uniform() - 1.0))).collect();
            let (mut time, mut squares) = (0.0, [0.0; 2]);
            network.integrate(&mut activity, STEP, (WINDOWS[1].1 / STEP) as usize, |x| {
                time += STEP;
                for (sum, (from, to)) in squares.iter_mut().zip(WINDOWS) {
                    if (from..to).contains(&time) {
                        *sum += x.iter().zip(&rest).map(|(x, rest)| (x - rest).powi(2)).sum::<f64>();
                    }
                }
            })?;
            cell.record("rate", (squares[1] / squares[0]).ln() / (2.0 * (WINDOWS[1].0 - WINDOWS[0].0)));
        }
        if p.moves > 0 {
            let found = stable_unlike_cliques(6, strengths, p.moves as usize, &mut cell.stream("moves"))?;
            cell.record("found", f64::from(u8::from(found.is_some())));
        }
        Ok(())
    }
}

fn graph() -> Result<Digraph> {
    Ok(Digraph::from_rule(6, |from, to| support(INCOMING[to]) >> from & 1 == 1)?)
}

fn strengths(text: &str) -> Result<Strengths> {
    let numbers: Vec<i64> = text.split([' ', '/']).map(str::parse).collect::<Result<_, _>>()?;
    match numbers[..] {
        [a, b, c, d] => Ok(Strengths::new((a, b), (c, d))?),
        _ => anyhow::bail!("{text}: give two fractions"),
    }
}
