#![allow(clippy::unwrap_used)]

use lawbook_core::Key;
use proptest::prelude::{any, proptest};

use super::*;

fn network(graph: Digraph, strengths: Strengths) -> CombinatorialNetwork {
    CombinatorialNetwork::new(graph, strengths).unwrap()
}

fn supports(network: &CombinatorialNetwork) -> Vec<u64> {
    network.fixed_points().unwrap().iter().map(|found| found.support).collect()
}

/// J. Geneson, arXiv 2607.21396: six nodes, by in-neighbours.
fn geneson() -> Digraph {
    let incoming = [&[1, 3, 4, 5][..], &[0, 3, 4, 5], &[0, 1, 4], &[0, 2, 4], &[0, 1, 5], &[0, 2]];
    let edges: Vec<(usize, usize)> =
        incoming.iter().enumerate().flat_map(|(to, list)| list.iter().map(move |&from| (from, to))).collect();
    Digraph::from_edges(6, &edges).unwrap()
}

proptest! {
    /// Sweeps in vectors, sweeps in 128 bits, Cramer's signs and solves in f64 agree on every support; index and parity hold.
    #[test]
    fn four_ways_agree(seed in any::<u64>(), nodes in 1usize..7, density in 0.1..0.9f64, which in 0usize..4) {
        let mut stream = Key::new(["agree"]).stream("graph", seed);
        let strengths = [((1, 4), (1, 2)), ((1, 10), (3, 25)), ((1, 12), (11, 120)), ((1, 9), (4, 5))][which];
        let network = network(
            Digraph::random(nodes, density, &mut stream).unwrap(),
            Strengths::new(strengths.0, strengths.1).unwrap(),
        );
        let found = network.fixed_points().unwrap();
        assert_eq!(found.iter().map(|found| i32::from(found.index)).sum::<i32>(), 1);
        assert_eq!(network.network().supports().unwrap(), supports(&network));
        for support in 1..1 << nodes {
            let here = found.iter().find(|found| found.support == support).copied();
            assert_eq!(network.fixed_point(support).unwrap(), here);
            assert_eq!(network.fixed_point_by_cramer(support).unwrap(), here);
            if here.is_some() && nodes < 6 {
                assert_eq!(network.is_stable(support).unwrap(), network.is_stable_exactly(support).unwrap());
            }
        }
    }

    /// One, two and three vectors per column, and several threads: as many fixed points as 128 bits find, and sum of indices 1.
    #[test]
    fn any_number_of_nodes(seed in 0u64..200, nodes in 7usize..16) {
        let mut stream = Key::new(["many"]).stream("graph", seed);
        let network = network(Digraph::random(nodes, 0.5, &mut stream).unwrap(), Strengths::default());
        let found = network.fixed_points().unwrap();
        assert_eq!(found.iter().map(|found| i32::from(found.index)).sum::<i32>(), 1);
        assert!(found.windows(2).all(|pair| pair[0].support < pair[1].support));
        for pick in 0..40 {
            let support = if pick < found.len() { found[pick].support } else { stream.below(1 << nodes).max(1) };
            let here = found.iter().find(|found| found.support == support).copied();
            assert_eq!(network.fixed_point(support).unwrap(), here);
        }
    }
}

/// X-Val: numpy.linalg.solve, det and eigvals on the same graph: supports, signs, stability, activity.
#[test]
fn the_counterexample_is_reproduced() {
    let network = network(geneson(), Strengths::new((1, 12), (11, 120)).unwrap());
    let expected = [(0b001111, 1), (0b101111, -1), (0b111111, 1)].map(|(support, index)| FixedPoint { support, index });
    assert_eq!(network.fixed_points().unwrap(), expected);
    assert!(network.is_stable(0b111111).unwrap() && network.is_stable_exactly(0b111111).unwrap());
    assert!(!network.is_stable(0b001111).unwrap() && !network.graph().is_clique(0b111111));
    let activity = network.network().equilibrium(0b111111).unwrap();
    let published = [0.17477, 0.17477, 0.32236, 0.04060, 0.08950, 0.21147];
    assert!(activity.iter().zip(published).all(|(x, y)| (x - y).abs() < 5e-6), "{activity:?}");
    let mut rates: Vec<f64> = network.network().eigenvalues(0b111111).unwrap().iter().map(|(real, _)| *real).collect();
    rates.sort_by(f64::total_cmp);
    let published = [-5.906, -0.0833, -0.003_95, -0.003_95, -0.001_48, -0.001_48];
    assert!(rates.iter().zip(published).all(|(x, y)| (x / y - 1.0_f64).abs() < 3e-3), "{rates:?}");
}

/// X-Val: J. W. Moon & L. Moser (1965): the graph of three triples without inner edges has 3³ maximal cliques, the most that nine
/// nodes allow, and each is a stable fixed point.
#[test]
fn moon_and_mosers_graph_stores_the_most_cliques() {
    let graph = Digraph::from_rule(9, |from, to| from / 3 != to / 3).unwrap();
    let network = network(graph, Strengths::default());
    let stable: Vec<u64> = supports(&network).into_iter().filter(|&support| network.is_stable(support).unwrap()).collect();
    assert_eq!(stable.len(), 27);
    assert!(stable.iter().all(|&support| network.graph().is_target_free_clique(support)));
}

/// X-Val: theorems of Curto, Geneson & Morrison: cliques and cycles have one fixed point, paths their sink, no edges all 2^n − 1.
#[test]
fn closed_forms_at_sixteen_nodes() {
    assert_eq!(supports(&network(Digraph::clique(16).unwrap(), Strengths::default())), [0xffff]);
    assert_eq!(supports(&network(Digraph::cycle(16).unwrap(), Strengths::default())), [0xffff]);
    assert_eq!(supports(&network(Digraph::independent(16).unwrap(), Strengths::default())).len(), 0xffff);
    assert_eq!(supports(&network(Digraph::path(17).unwrap(), Strengths::default())), [1 << 16]);
}

/// Strengths with long fractions leave f64 and are done in 128 bits.
#[test]
fn large_minors_are_done_in_long_integers() {
    let mut stream = Key::new(["long"]).stream("graph", 3);
    let graph = Digraph::random(4, 0.5, &mut stream).unwrap();
    let (long, short) = (Strengths::new((1001, 4004), (500, 1000)).unwrap(), Strengths::default());
    assert_eq!(long.reduced(), short.reduced());
    let near = Strengths::new((2501, 10_000), (4999, 10_000)).unwrap();
    assert_eq!(supports(&network(graph.clone(), near)), network(graph, near).network().supports().unwrap());
}

#[test]
fn illegal_strengths_are_refused() {
    assert!(Strengths::new((1, 3), (1, 2)).is_err());
    assert!(Strengths::new((-1, 4), (1, 2)).is_err());
    assert!(Strengths::new((1, 0), (1, 2)).is_err());
    assert_eq!(Strengths::new((1, 12), (11, 120)).unwrap().reduced(), (21, 11));
}

#[test]
fn the_search_finds_a_counterexample() {
    let mut stream = Key::new(["search"]).stream("moves", 0);
    let strengths = Strengths::new((1, 12), (11, 120)).unwrap();
    let found = crate::threshold_linear::stable_unlike_cliques(6, strengths, 20_000, &mut stream).unwrap();
    let graph = found.unwrap().graph;
    assert!(!graph.is_clique(0b111111));
}
