//! Threshold-linear networks.

use lawbook_memory::threshold_linear::{CombinatorialNetwork, Digraph, Strengths, ThresholdLinear, stable_unlike_cliques};

use crate::{refused, stream};

#[test]
fn threshold_linear_networks_are_finite_and_small_enough_to_enumerate() {
    refused(Digraph::independent(0), &["0 nodes"]);
    refused(Digraph::independent(65), &["65 nodes", "64"]);
    refused(Digraph::from_edges(3, &[(0, 3)]), &["0 → 3", "3 nodes"]);
    refused(Digraph::random(3, 1.5, &mut stream()), &["1.5"]);
    refused(Strengths::new((1, 2), (1, 2)), &["1/2"]);
    let large = CombinatorialNetwork::new(Digraph::cycle(40).unwrap(), Strengths::default()).unwrap();
    refused(large.fixed_points(), &["40 nodes"]);
    refused(large.network().supports(), &["40 nodes", "16"]);
    refused(ThresholdLinear::new(vec![0.0; 3], vec![1.0; 2]), &["3 numbers for 4"]);
    refused(ThresholdLinear::new(vec![0.0, f64::NAN, 0.0, 0.0], vec![1.0; 2]), &["weight 1", "NaN"]);
    refused(ThresholdLinear::new(vec![0.5, 0.0, 0.0, 0.0], vec![1.0; 2]), &["weight 0", "0.5"]);
    let network = ThresholdLinear::new(vec![0.0, -1.0, -1.0, 0.0], vec![1.0; 2]).unwrap();
    refused(network.retrieve(&[0.1]), &["1 numbers for 2"]);
    refused(network.retrieve(&[0.1, f64::NAN]), &["activity 1", "NaN"]);
    refused(network.energy(&[0.1; 3]), &["3 numbers for 2"]);
    refused(network.integrate(&mut [0.1, 0.2], f64::NAN, 3, |_| {}), &["time step is NaN"]);
    refused(network.cycle(&[0.1, 0.2], f64::INFINITY, 3), &["settle is inf"]);
    refused(network.cycle(&[0.1, 0.2], 1.0, 0), &["periods is 0"]);
}

#[test]
fn supports_and_names_are_of_the_graph() {
    let graph = Digraph::cycle(3).unwrap();
    refused(graph.relabelled(&[0, 0, 0]), &["name 0", "3"]);
    refused(graph.relabelled(&[0, 1, 3]), &["name 3"]);
    refused(graph.relabelled(&[0, 1]), &["2 numbers for 3"]);
    let network = CombinatorialNetwork::new(graph, Strengths::default()).unwrap();
    for support in [0b1001, 1 << 63] {
        let named = format!("{support:#b}");
        let named = [named.as_str(), "3 nodes"];
        refused(network.fixed_point(support), &named);
        refused(network.is_permitted(support), &named);
        refused(network.fixed_point_by_cramer(support), &named);
        refused(network.cramer(support, 0), &named);
        refused(network.is_stable(support), &named);
        refused(network.is_stable_exactly(support), &named);
        refused(network.network().equilibrium(support), &named);
        refused(network.network().fixed_point(support), &named);
        refused(network.network().eigenvalues(support), &named);
        refused(network.network().growth_rate(support), &named);
    }
    refused(network.cramer(0b111, 5), &["node 5 of 3"]);
    refused(network.cramer(0b111, 64), &["node 64 of 3"]);
    refused(network.is_stable(0), &["0 nodes"]);
    refused(network.is_stable_exactly(0), &["0 nodes"]);
    for nodes in [0, 1] {
        refused(
            stable_unlike_cliques(nodes, Strengths::default(), 9, &mut stream()),
            &[&format!("nodes is {nodes}"), "at least 2"],
        );
    }
    assert!(stable_unlike_cliques(2, Strengths::default(), 9, &mut stream()).unwrap().is_none());
}
