//! All fixed points of small graphs, with their indices and stability, and the activity of supports of uniform in-degree.

use anyhow::Result;
use lawbook_memory::threshold_linear::{CombinatorialNetwork, Digraph, Strengths};

use super::{Renamed, support};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Small graphs, one by one.
pub struct Catalogue;

params! {
    /// Every graph of the catalogue, its nodes named at random.
    pub struct Params {
        /// Networks of each graph.
        copies: integer = 3, 1..=1000;
    }
}

/// Graphs by their number of nodes and their edges, from → to, nodes counted from 1.
const GRAPHS: [(usize, &str); 18] = [
    (1, ""),
    (2, "12 21"),
    (3, "12 21 13 31 23 32"),
    (2, ""),
    (2, "12"),
    (3, ""),
    (3, "12 23 31"),
    (4, "12 23 34 41"),
    (5, "12 23 34 45 51"),
    (5, "12 13 23 24 34 35 45 41 51 52"),
    (3, "12 23"),
    (3, "12 23 13"),
    (4, "12 23 31 34"),
    (4, "12 23 31 14 24"),
    (4, "12 23 31 14 24 34"),
    (4, "12 23 31 41"),
    (4, "12 23 31 24 41"),
    (4, "12 23 34 41 13"),
];

/// Supports, indices and stability (S: attracts) of their fixed points.
const FIXED_POINTS: [&str; 18] = [
    "1+S",
    "12+S",
    "123+S",
    "1+S 2+S 12-",
    "2+S",
    "1+S 2+S 3+S 12- 13- 23- 123+",
    "123+",
    "1234+",
    "12345+",
    "12345+",
    "3+S",
    "3+S",
    "4+S 123+ 1234-",
    "4+S",
    "4+S",
    "123+",
    "123+ 124+ 1234-",
    "134+",
];

/// Supports of uniform in-degree d on m nodes: i leads to i + 1, …, i + d.
const UNIFORM: [(usize, usize); 6] = [(3, 1), (5, 1), (5, 2), (7, 3), (4, 3), (6, 0)];

impl Study for Catalogue {
    const NAME: &'static str = "catalogue";
    const ABOUT: &'static str = "Finds all fixed points of small graphs by exact sweeps, their stability by eigenvalues.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        vec![Params { copies: if profile == Profile::Full { 100 } else { 3 } }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let Some(p) = points.first() else { return Ok(Vec::new()) };
        let (mut signs, mut stable, mut cliques, mut all_stable) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (number, &(nodes, edges)) in GRAPHS.iter().enumerate() {
            let graph = graph(nodes, edges)?;
            let known = |wanted: char| {
                let sets = FIXED_POINTS[number].split(' ').filter(move |known| known.contains(wanted));
                code(sets.map(support))
            };
            let at = number as f64;
            let site = |observable: &str| Catalogue::at(p).site(observable).at(at);
            signs.push((at, site("index-plus"), known('+')));
            signs.push((at, site("index-minus"), known('-')));
            stable.push((at, site("stable"), known('S')));
            let free = code((1..=graph.everyone()).filter(|&set| graph.is_target_free_clique(set)));
            cliques.extend([free, 0.0]);
            all_stable.push(known('+') + known('-'));
        }
        let law = |(m, d): (usize, usize)| 1.0 / (m as f64 + 0.5 * (m - 1 - d) as f64 - 0.25 * d as f64);
        let activity = UNIFORM
            .iter()
            .enumerate()
            .map(|(number, &family)| (number as f64, Catalogue::at(p).site("activity").at(number as f64), law(family)));
        let clique = UNIFORM.map(|(m, _)| law((m, m - 1)));
        Ok(vec![
            Claim::exact("supports-and-indices", signs)
                .rival("cliques-alone", "target-free cliques are all there is: no unstable fixed points", cliques)
                .axes("graph", "supports of index 1 and of index −1, each σ as 2^(σ − 1)")
                .source("arXiv 1804.00794, rules for graphs of up to five nodes"),
            Claim::exact("stability", stable)
                .rival("all-attract", "every fixed point is a memory", all_stable)
                .axes("graph", "supports that attract, each σ as 2^(σ − 1)")
                .source("arXiv 1909.02947"),
            // A solve of at most seven equations with condition numbers below 100.
            Claim::exact("uniform-in-degree", activity)
                .within(Margin::Absolute(1e-12))
                .rival("clique", "all inhibition is weak, whoever is joined", clique)
                .axes("family (m, d)", "activity of each node")
                .source("arXiv 1804.00794, uniform in-degree: θ/(m + δ(m − 1 − d) − εd)"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("names");
        for (number, &(nodes, edges)) in GRAPHS.iter().enumerate() {
            let graph = graph(nodes, edges)?;
            let mut codes = [0.0; 3];
            for _ in 0..p.copies {
                let renamed = Renamed::new(&graph, Strengths::default(), &mut stream)?;
                for found in renamed.fixed_points()? {
                    let attracts = renamed.network.is_stable(renamed.renamed(found.support))?;
                    codes[usize::from(found.index < 0)] += code([found.support]);
                    codes[2] += if attracts { code([found.support]) } else { 0.0 };
                }
            }
            for (observable, code) in ["index-plus", "index-minus", "stable"].into_iter().zip(codes) {
                cell.record_at(observable, number as f64, code / p.copies as f64);
            }
        }
        for (number, &(m, d)) in UNIFORM.iter().enumerate() {
            let network = CombinatorialNetwork::new(Digraph::star(m, d)?, Strengths::default())?;
            cell.record_at("activity", number as f64, network.network().equilibrium(network.graph().everyone())?[0]);
        }
        Ok(())
    }
}

/// A set of supports of up to five nodes as one number: one bit each.
fn code(supports: impl IntoIterator<Item = u64>) -> f64 {
    supports.into_iter().map(|set| 2f64.powi(set as i32 - 1)).sum()
}

fn graph(nodes: usize, edges: &str) -> Result<Digraph> {
    let node = |edge: &str, at: usize| support(&edge[at..=at]).trailing_zeros() as usize;
    let edges: Vec<(usize, usize)> = edges.split_whitespace().map(|edge| (node(edge, 0), node(edge, 1))).collect();
    Ok(Digraph::from_edges(nodes, &edges)?)
}
