//! Theorems about all graphs, looked for violations on random ones: parity, Cramer's signs, cliques and graph rules.

use anyhow::Result;
use lawbook_memory::threshold_linear::{CombinatorialNetwork, Digraph, Strengths, members};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Violations on random graphs.
pub struct RandomGraphs;

params! {
    /// Random graphs of three to `n` nodes, each edge with a probability between 0.2 and 0.8.
    pub struct Params {
        /// The most nodes.
        n: integer = 6, 3..=10;
        /// Graphs per cell.
        graphs: integer = 400, 1..=1_000_000;
    }
}

/// By observable: what must not happen, and a rule nearby that must.
const RULES: [(&str, &str, &str, &str, &str); 6] = [
    (
        "index-sum",
        "all-positive",
        "every fixed point counts 1: they would be one",
        "fixed points",
        "arXiv 1804.00794, parity of the indices",
    ),
    (
        "cramer",
        "permitted",
        "a support that is a fixed point's by itself stays one",
        "supports",
        "arXiv 1804.00794, signs of Cramer's determinants",
    ),
    (
        "cliques",
        "with-targets",
        "every clique attracts, with a target or without",
        "supports",
        "arXiv 1909.02947, target-free cliques are stable",
    ),
    (
        "survival",
        "one-less",
        "a node outside may get at most d − 1 edges",
        "supports",
        "arXiv 1804.00794, survival of uniform in-degree",
    ),
    ("sinks", "sources", "the rule for nodes without edges from others", "supports", "arXiv 1804.00794, rule for sinks"),
    (
        "domination",
        "anyone",
        "nodes that nobody dominates can be left out",
        "nodes",
        "arXiv 2510.05098, removal of dominated nodes",
    ),
];

impl Study for RandomGraphs {
    const NAME: &'static str = "random-graphs";
    const ABOUT: &'static str = "Counts what contradicts each theorem on random graphs, at ε = 1/4 and δ = 1/2.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let graphs = match profile {
            Profile::Smoke => 25,
            Profile::Quick => 120,
            Profile::Full => 4000,
        };
        vec![Params { graphs, ..Params::default() }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let Some(p) = points.first() else { return Ok(Vec::new()) };
        let site = |observable: &str| RandomGraphs::at(p).site(observable);
        let rule = |&(id, rival, because, unit, source): &(&str, &str, &str, &str, &str)| {
            Claim::exact(id, [(0.0, site(id), 0.0)])
                .rival_residual(rival, because, [site(&format!("{id}-{rival}"))])
                .axes("", &format!("{unit} that contradict it"))
                .source(source)
        };
        let mut claims: Vec<Claim> = RULES.iter().map(rule).collect();
        // Hundreds of graphs tell one in twenty from none.
        if p.graphs >= 100 {
            claims.push(
                // At most one in twenty graphs: a change needs a minor that vanishes for an ε/δ between 1/2 and 5/6.
                Claim::at_most("strengths-rarely-matter", site("changed"), 0.05)
                    .out_of(p.graphs as u64)
                    .within(Margin::Absolute(0.0))
                    .rival("often", "other strengths are another network: fixed points change in every fourth graph", [0.25])
                    .axes("", "fraction of graphs with other fixed points at ε = 0.1, δ = 0.12")
                    .source("arXiv 1804.00794: known graph rules do not depend on ε and δ"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("graphs");
        let mut counts = [(0, 0); RULES.len()];
        let mut changed = 0;
        for _ in 0..p.graphs {
            let nodes = 3 + stream.below(p.n as u64 - 2) as usize;
            let density = 0.2 + 0.6 * stream.uniform();
            let graph = Digraph::random(nodes, density, &mut stream)?;
            let here = violations(&graph)?;
            counts.iter_mut().zip(here).for_each(|(sum, here)| *sum = (sum.0 + here.0, sum.1 + here.1));
            let other = CombinatorialNetwork::new(graph.clone(), Strengths::new((1, 10), (3, 25))?)?;
            let first = CombinatorialNetwork::new(graph, Strengths::default())?;
            changed += usize::from(first.fixed_points()? != other.fixed_points()?);
        }
        for ((id, rival, ..), (law, other)) in RULES.iter().zip(counts) {
            cell.record(id, law as f64);
            cell.record(&format!("{id}-{rival}"), other as f64);
        }
        cell.record("changed", changed as f64 / p.graphs as f64);
        Ok(())
    }
}

/// What contradicts each rule of [`RULES`] and its rival on one graph. Fixed points come from solves and signs of on and off, the
/// definition, independent of the sweeps.
fn violations(graph: &Digraph) -> Result<[(usize, usize); RULES.len()]> {
    let network = CombinatorialNetwork::new(graph.clone(), Strengths::default())?;
    let (found, swept) = (network.network().supports()?, network.fixed_points()?);
    let is_fixed = |set: u64| found.contains(&set);
    let sum: i32 = swept.iter().map(|fixed| i32::from(fixed.index)).sum();
    let even = usize::from(found.len().is_multiple_of(2));
    let mut counts = [(0, 0); RULES.len()];
    counts[0] = ((sum - 1).unsigned_abs() as usize + even, found.len() - 1);
    for set in 1..=graph.everyone() {
        let (fixed, listed) = (is_fixed(set), swept.iter().find(|fixed| fixed.support == set));
        let cramer = network.fixed_point_by_cramer(set)?;
        count(&mut counts[1], cramer.is_some() != fixed || cramer.as_ref() != listed, network.is_permitted(set)? != fixed);
        let stable = fixed && network.is_stable(set)?;
        count(&mut counts[2], stable != graph.is_target_free_clique(set), stable != graph.is_clique(set));
        if let Some(degree) = graph.uniform_in_degree(set) {
            let most = graph.most_received(set);
            count(&mut counts[3], (most <= degree) != fixed, (most < degree) != fixed);
        }
        for node in members(graph.everyone() & !set) {
            let differs = is_fixed(set | 1 << node) != fixed;
            count(&mut counts[4], graph.is_sink(node) && differs, graph.incoming(node) == 0 && differs);
        }
    }
    for node in 0..graph.nodes() {
        let without: Vec<u64> = supports_without(graph, node)?;
        let dominated = (0..graph.nodes()).any(|by| graph.dominates(graph.everyone(), by, node));
        count(&mut counts[5], dominated && without != found, !dominated && without != found);
    }
    Ok(counts)
}

fn count(counts: &mut (usize, usize), law: bool, rival: bool) {
    counts.0 += usize::from(law);
    counts.1 += usize::from(rival);
}

/// The supports of the graph without one node, under the names of the whole, ascending.
fn supports_without(graph: &Digraph, node: usize) -> Result<Vec<u64>> {
    let old = |name: usize| name + usize::from(name >= node);
    let rest = Digraph::from_rule(graph.nodes() - 1, |from, to| graph.has_edge(old(from), old(to)))?;
    let found = CombinatorialNetwork::new(rest, Strengths::default())?.network().supports()?;
    Ok(found.into_iter().map(|set| members(set).fold(0, |named, name| named | 1 << old(name))).collect())
}
