//! Simplicial networks and clique networks.

use lawbook_memory::{
    AsynchronousUpdate, CliqueMemory, Dilution, SimplicialComplex, SimplicialMemory,
    simplicial::{coordination::Coordination, skeleton},
};

use crate::{patterns, refused, stream, wrong};

#[test]
fn queries_have_as_many_sites_as_the_network() {
    let (stored, cue, both) = (patterns(4, 10), wrong(), ["7", "10"]);
    let mut stream = stream();
    let simplicial = SimplicialMemory::new(&stored, &Dilution::Skeleton(2), &mut stream).unwrap();
    refused(simplicial.energy(&cue), &both);
    refused(simplicial.fields(&cue), &both);
    refused(simplicial.synchronous_step(&cue), &both);
    refused(simplicial.is_fixed_point(&cue), &both);
    refused(simplicial.retrieve(&cue, &mut stream), &both);
    refused(simplicial.step_overlap(&patterns(2, 7), &patterns(2, 10)), &both);
    refused(skeleton::energy(&stored, 2, &cue), &both);
    refused(skeleton::fields(&stored, 2, &cue), &both);
    // The 15 pairs of six vertices.
    let cliques = CliqueMemory::robust(6, 4).unwrap();
    refused(cliques.energy(&cue), &["7", "15"]);
    refused(cliques.is_fixed_point(&cue), &["7", "15"]);
    refused(cliques.synchronous_step(&cue), &["7", "15"]);
    refused(cliques.retrieve(&cue), &["7", "15"]);
}

#[test]
fn simplices_and_cliques_exist() {
    let mut stream = stream();
    refused(SimplicialMemory::new(&patterns(2, 5), &Dilution::Counts(vec![11]), &mut stream), &["11", "10 exist"]);
    refused(SimplicialMemory::new(&patterns(2, 5), &Dilution::Skeleton(0), &mut stream), &["dimension 0", "5 sites"]);
    refused(SimplicialMemory::new(&patterns(2, 5), &Dilution::SameBudget { triangles: f64::NAN }, &mut stream), &["NaN"]);
    let complex = || SimplicialComplex::skeleton(5, 1).unwrap();
    refused(SimplicialMemory::on_complex(&patterns(2, 7), complex()), &["5", "7"]);
    refused(SimplicialMemory::from_weights(complex(), vec![vec![1; 9]]), &["9 weights for 10"]);
    refused(SimplicialComplex::from_simplices(3, &[vec![0, 3]]), &["[0, 3]", "3 sites"]);
    refused(Coordination::new(10, &[46, 0], 5), &["46", "45 exist"]);
    refused(Coordination::new(10, &[45, 0], 0), &["0 patterns"]);
    refused(CliqueMemory::robust(5, 4), &["4 among 5"]);
    refused(CliqueMemory::robust(usize::MAX, 9), &["18446744073709551615"]);
    refused(CliqueMemory::robust_at(10, 5, 0.5), &["0.5"]);
    let cliques = CliqueMemory::robust(10, 5).unwrap();
    for noise in [-0.1, 0.5, 1.5, f64::NAN] {
        refused(cliques.margin(noise), &["noise", &noise.to_string()]);
        refused(cliques.field_deviation(noise), &["noise", &noise.to_string()]);
    }
    assert_eq!((cliques.field_deviation(0.0).unwrap(), cliques.margin(0.0).unwrap()), (0.0, f64::INFINITY));
    refused(CliqueMemory::new(10, 5, f64::NAN, 0.0, 0.0), &["NaN"]);
    refused(CliqueMemory::robust(10, 5).unwrap().clique(&[0, 1, 2, 3, 10]), &["[0, 1, 2, 3, 10]", "below 10"]);
}

#[test]
fn skeletons_that_overflow_are_refused_before_any_work() {
    refused(skeleton::energy(&patterns(4, 900), 8, &patterns(1, 900).state(0)), &["dimension 8", "900", "4"]);
    refused(Dilution::Skeleton(40).counts(100), &["100 sites"]);
    refused(SimplicialMemory::new(&patterns(2, 500), &Dilution::Skeleton(7), &mut stream()), &["dimension", "500"]);
}
