//! Dense memories, weighted ones, and what is said of them in closed form.

use std::slice::from_ref;

use lawbook_memory::{
    AsynchronousUpdate, DenseMemory, Descent, Separation, capacity,
    concepts::ConceptModel,
    crosstalk::Crosstalk,
    exponential,
    mixture::{Cluster, Field},
    population::Population,
    weighted::WeightedMemory,
};

use crate::{patterns, refused, stream, wrong};

#[test]
fn queries_have_as_many_sites_as_the_patterns() {
    let (stored, cue, both) = (patterns(4, 10), wrong(), ["7", "10"]);
    let mut stream = stream();
    for separation in [Separation::Power(2), Separation::Rectified(12), Separation::Exponential] {
        let memory = DenseMemory::new(stored.clone(), separation).unwrap();
        refused(memory.energy(&cue), &both);
        refused(memory.flip_costs(&cue), &both);
        refused(memory.synchronous_step(&cue), &both);
        refused(memory.synchronous_steps(&[stored.state(0), cue.clone()]), &both);
        refused(memory.site_steps(from_ref(&cue), 3), &both);
        refused(memory.gradient_step(&cue), &both);
        refused(memory.one_step_errors(from_ref(&cue)), &both);
        refused(memory.one_step_error(4), &["4 of 4"]);
        refused(memory.is_fixed_point(&cue), &both);
        refused(memory.retrieve(&cue, &mut stream), &both);
        refused(memory.retrieve_all(from_ref(&cue), &mut [stream.clone()]), &both);
        refused(memory.retrieve_all(from_ref(&cue), &mut []), &["1 cues and 0 streams"]);
        refused(Descent::new(&memory, &cue).map(|_| ()), &both);
    }
    let fading = WeightedMemory::fading(stored.clone(), 0.5, Separation::Power(3)).unwrap();
    refused(fading.energy(&cue), &both);
    refused(fading.flip_costs(&cue), &both);
    refused(fading.synchronous_step(&cue), &both);
    refused(fading.retrieve(&cue, &mut stream), &both);
    refused(Population::new(vec![stored.state(0), cue], Separation::Power(2)), &both);
}

#[test]
fn orders_that_overflow_are_refused_before_any_work() {
    for order in [400, u32::MAX] {
        for separation in [Separation::Power(order), Separation::Rectified(order)] {
            let named = [order.to_string(), "10 sites".to_owned()];
            let named = [named[0].as_str(), named[1].as_str()];
            refused(DenseMemory::new(patterns(4, 10), separation), &named);
            refused(WeightedMemory::fading(patterns(4, 10), 0.5, separation), &named);
            refused(Crosstalk::new(separation, 10, 4), &named);
            refused(Field::new(separation, 10), &named);
            refused(Population::new(vec![patterns(1, 10).state(0)], separation), &named);
            refused(capacity::one_step_error(separation, 10, 4.0), &named);
            let model = ConceptModel { separation, sites: 10, concepts: 2, examples: 3, flips: 0.1 };
            refused(model.prototype_error(), &named);
        }
    }
    for order in [0, 1] {
        refused(DenseMemory::new(patterns(4, 10), Separation::Power(order)), &[&format!("order {order}")]);
    }
    // A single site has an energy of 1 at every order; the exponents of f64 end at 2³¹ − 1.
    for order in [1 << 31, u32::MAX] {
        for separation in [Separation::Power(order), Separation::Rectified(order)] {
            refused(DenseMemory::new(patterns(4, 1), separation), &[&format!("order n is {order}"), "2147483647"]);
        }
    }
    assert!(DenseMemory::new(patterns(4, 1), Separation::Power(i32::MAX as u32)).is_ok());
    let empty = Cluster::observed(0.0, 3, Vec::new());
    refused(Field::new(Separation::Power(2), 10).unwrap().clusters(1, empty), &["0 sites", "9"]);
    refused(DenseMemory::new(patterns(4, 800), Separation::Exponential), &["exp(x)", "800", "4"]);
    refused(capacity::one_step_error(Separation::Power(2), 10, f64::NAN), &["NaN"]);
    // F alone stays in f64, 10^306, but not 10^6 times it.
    refused(WeightedMemory::new(patterns(1, 10), vec![1e6], Separation::Power(306)), &["306", "10 sites"]);
    refused(WeightedMemory::new(patterns(2, 10), vec![1.0, f64::NAN], Separation::Power(2)), &["NaN"]);
    refused(WeightedMemory::new(patterns(2, 10), vec![1.0], Separation::Power(2)), &["1 weights for 2"]);
    refused(exponential::repaired(10, f64::NAN, 1), &["NaN"]);
}
