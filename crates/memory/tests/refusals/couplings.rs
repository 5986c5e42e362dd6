//! Networks with a coupling between every two sites.

use lawbook_memory::{AsynchronousUpdate, BinaryNetwork, Couplings, FlowDescent, Glauber, Palimpsest, Storage};

use crate::{patterns, refused, stream, wrong};

#[test]
fn queries_have_as_many_sites_as_the_patterns() {
    let (stored, cue, both) = (patterns(4, 10), wrong(), ["7", "10"]);
    let mut stream = stream();
    let network = Couplings::hebb(&stored).unwrap();
    refused(network.energy(&cue), &both);
    refused(network.fields(&cue), &both);
    refused(network.synchronous_step(&cue), &both);
    refused(network.synchronous_period(&cue, 10), &both);
    refused(network.two_step_energy(&cue, &stored.state(0)), &both);
    refused(network.retrieve(&cue, &mut stream), &both);
    refused(Glauber::new(&network, &cue, 0.5).map(|_| ()), &both);
    let learned = FlowDescent { steps: 3, ..FlowDescent::default() }.fit(&stored).unwrap();
    refused(learned.energy(&cue), &both);
    refused(learned.is_fixed_point(&cue), &both);
    refused(learned.retrieve(&cue, &mut stream), &both);
    let mut palimpsest = Palimpsest::new(10, Storage::Hebb).unwrap();
    refused(palimpsest.store(&cue), &both);
    refused(palimpsest.energy(&cue), &both);
    refused(palimpsest.one_step_error(&cue), &both);
    refused(palimpsest.retrieve(&cue, &mut stream), &both);
}

#[test]
fn couplings_are_squares_of_finite_numbers_and_symmetric() {
    refused(Couplings::new(2, vec![0.0; 3]), &["3 weights for 2 sites"]);
    refused(Couplings::new(0, vec![]), &["0 sites"]);
    refused(Couplings::new(1 << 32, vec![]), &["4294967296 sites"]);
    let hebb = || Couplings::hebb(&patterns(2, 10)).unwrap();
    refused(hebb().with_external_field(&[0.0; 9]), &["9", "10"]);
    refused(hebb().with_external_field(&[f64::NAN; 10]), &["NaN"]);
    refused(BinaryNetwork::new(vec![0.0; 3], vec![0.0; 2]), &["3 weights for 2 sites"]);
    refused(BinaryNetwork::new(vec![0.0, f64::NAN, f64::NAN, 0.0], vec![0.0; 2]), &["2 weights for 2 sites"]);
    refused(BinaryNetwork::new(vec![0.0, 1.0, 2.0, 0.0], vec![0.0; 2]), &["sites 1 and 0"]);
    refused(BinaryNetwork::new(vec![0.0; 4], vec![0.0, f64::NAN]), &["threshold", "NaN"]);
    let one_way = Couplings::new(2, vec![0.0, 1.0, -1.0, 0.0]).unwrap();
    refused(one_way.retrieve(&patterns(1, 2).state(0), &mut stream()), &["sites 1 and 0"]);
    // Eleven patterns of ten sites cannot be independent.
    let [count, sites] = ["of 11", "10 sites"];
    refused(Couplings::projection(&patterns(11, 10)), &[count, sites]);
    let network = Couplings::hebb(&patterns(2, 10)).unwrap();
    refused(Glauber::new(&network, &patterns(1, 10).state(0), -1.0).map(|_| ()), &["-1"]);
    refused(Palimpsest::new(1 << 28, Storage::Hebb), &["268435456 sites"]);
}
