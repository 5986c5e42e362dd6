//! Bad input to every network: an error that names the numbers, before any work is done. A refusal that were a crash, a silent
//! answer or a message without its numbers fails here.

#![allow(clippy::unwrap_used)]

use std::{fmt::Display, slice::from_ref};

use lawbook_core::{Device, Key, Kind, Stream, Tensor};
use lawbook_memory::{
    AsynchronousUpdate, BinaryNetwork, CliqueMemory, Couplings, DenseMemory, Descent, Dilution, FlowDescent, Glauber,
    Palimpsest, Patterns, Separation, SimplicialComplex, SimplicialMemory, State, Storage,
    association::{Association, Embeddings, sampled_frequencies, theory::recall_error, zipf},
    biological::{Lagrangian, TwoLayerMemory},
    capacity,
    classifier::{Classifier, Example, Shape, Training},
    concepts::ConceptModel,
    context::{Choice, Event, TemporalContext, orthonormal_list},
    crosstalk::Crosstalk,
    energy_transformer::{EnergyTransformer, Keys, Sizes},
    exponential,
    facts::{Context, FactModel},
    forgetting::{
        omegas,
        sequence::{Examples, Learner, Method, Task},
    },
    mixture::Field,
    modern::ModernMemory,
    population::Population,
    simplicial::{
        attention::{Similarity, SimplicialAttention},
        coordination::Coordination,
        skeleton,
    },
    threshold_linear::{CombinatorialNetwork, Digraph, Strengths, ThresholdLinear},
    weighted::WeightedMemory,
};

fn stream() -> Stream {
    Key::new(["refusals"]).stream("patterns", 0)
}

fn patterns(count: usize, sites: usize) -> Patterns {
    Patterns::random(count, sites, &mut stream()).unwrap()
}

/// A state of another size than ten.
fn wrong() -> State {
    patterns(1, 7).state(0)
}

/// Refused, in a sentence with these numbers or words.
#[track_caller]
fn refused<T, E: Display>(result: Result<T, E>, numbers: &[&str]) {
    let message = match result {
        Ok(_) => panic!("taken without an error that names {numbers:?}"),
        Err(error) => error.to_string(),
    };
    for number in numbers {
        assert!(message.contains(number), "{number} is not in: {message}");
    }
}

#[test]
fn patterns_are_binary_and_of_one_length() {
    for (entry, named) in [(0.0, "0"), (0.5, "0.5"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        refused(State::from_signs(&[1.0, -1.0, entry]), &["site 2", named]);
    }
    refused(Patterns::from_states(&[patterns(1, 10).state(0), wrong()]), &["7", "10"]);
    refused(Patterns::from_states(&[]), &["0 patterns"]);
    refused(Patterns::random(0, 10, &mut stream()), &["0 patterns of 10 sites"]);
    refused(Patterns::random(3, 0, &mut stream()), &["3 patterns of 0 sites"]);
    refused(Patterns::random(1 << 50, 640, &mut stream()), &["1125899906842624", "640"]);
    refused(patterns(1, 10).state(0).noisy(f64::NAN, &mut stream()), &["NaN", "0", "1"]);
}

#[test]
fn duplicates_are_named() {
    let state = patterns(1, 10).state(0);
    let twice = Patterns::from_states(&[state.clone(), state.negated(), state.clone()]).unwrap();
    refused(twice.clone().distinct(), &["pattern 2 of 3 is pattern 0"]);
    refused(Couplings::projection(&twice), &["pattern 2 of 3 is pattern 0"]);
    refused(Population::new(vec![state.clone(), state], Separation::Power(2)), &["pattern 1 of 2 is pattern 0"]);
}

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
    refused(Population::new(vec![stored.state(0), cue], Separation::Power(2)), &both);
}

#[test]
fn orders_and_sizes_that_overflow_are_refused_before_any_work() {
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
    refused(DenseMemory::new(patterns(4, 800), Separation::Exponential), &["exp(x)", "800", "4"]);
    refused(capacity::one_step_error(Separation::Power(2), 10, f64::NAN), &["NaN"]);
    // F alone stays in f64, 10^306, but not 10^6 times it.
    refused(WeightedMemory::new(patterns(1, 10), vec![1e6], Separation::Power(306)), &["306", "10 sites"]);
    refused(WeightedMemory::new(patterns(2, 10), vec![1.0, f64::NAN], Separation::Power(2)), &["NaN"]);
    refused(WeightedMemory::new(patterns(2, 10), vec![1.0], Separation::Power(2)), &["1 weights for 2"]);
    refused(exponential::repaired(10, f64::NAN, 1), &["NaN"]);
    let shape = Shape { memories: 2, inputs: 10, classes: 2 };
    refused(Classifier::random(shape, 400, 1.0, &mut stream()), &["temperature T is 1"]);
    refused(skeleton::energy(&patterns(4, 900), 8, &patterns(1, 900).state(0)), &["dimension 8", "900", "4"]);
    refused(Dilution::Skeleton(40).counts(100), &["100 sites"]);
    refused(SimplicialMemory::new(&patterns(2, 500), &Dilution::Skeleton(7), &mut stream()), &["dimension", "500"]);
    refused(
        TwoLayerMemory::new(Tensor::from_slice2(&[[1.0, 1.0]]), Lagrangian::Quadratic, Lagrangian::Rectified(1)),
        &["1"],
    );
    refused(Palimpsest::new(1 << 28, Storage::Hebb), &["268435456 sites"]);
    refused(Embeddings::gaussian(1 << 29, 3, 1 << 29, &mut stream()), &["numbers in all embeddings"]);
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
    refused(CliqueMemory::new(10, 5, f64::NAN, 0.0, 0.0), &["NaN"]);
    refused(CliqueMemory::robust(10, 5).unwrap().clique(&[0, 1, 2, 3, 10]), &["[0, 1, 2, 3, 10]", "below 10"]);
}

fn normals(shape: &[i64]) -> Tensor {
    stream().normal_tensor(shape, Kind::Double, Device::Cpu)
}

#[test]
fn continuous_memories_take_tensors_of_their_shape_and_kind() {
    let bad = [(normals(&[7]), "7"), (normals(&[10]).to_kind(Kind::Float), "Float")];
    refused(ModernMemory::new(normals(&[0, 10]), 1.0), &["[0, 10]"]);
    refused(ModernMemory::new(normals(&[10]), 1.0), &["[10]"]);
    refused(ModernMemory::new(normals(&[3, 10]) / 0.0, 1.0), &["not finite"]);
    refused(ModernMemory::new(normals(&[3, 10]).to_kind(Kind::Int64), 1.0), &["Int64"]);
    refused(ModernMemory::new(normals(&[3, 10]), f64::NAN), &["beta is NaN"]);
    let modern = ModernMemory::new(normals(&[3, 10]), 1.0).unwrap();
    let complex = SimplicialComplex::skeleton(10, 2).unwrap();
    let attention = SimplicialAttention::new(normals(&[3, 10]), &complex, 1.0, Similarity::Dot).unwrap();
    let layers = TwoLayerMemory::new(normals(&[3, 10]), Lagrangian::Quadratic, Lagrangian::Softmax(1.0)).unwrap();
    for (cue, named) in &bad {
        refused(modern.energy(cue), &[named]);
        refused(modern.update(cue), &[named]);
        refused(modern.retrieve(cue, 1e-6), &[named]);
        refused(attention.energy(cue), &[named]);
        refused(attention.update(cue), &[named]);
        refused(layers.settled(cue), &[named]);
        refused(layers.update(cue), &[named]);
    }
    refused(modern.retrieve(&normals(&[10]), 0.0), &["tolerance is 0"]);
    refused(modern.retrieve(&(normals(&[10]) / 0.0), 1e-6), &["not finite"]);
    refused(SimplicialAttention::new(normals(&[0, 10]), &complex, 1.0, Similarity::Dot), &["[0, 10]"]);
    refused(TwoLayerMemory::new(normals(&[0, 10]), Lagrangian::Quadratic, Lagrangian::Quadratic), &["[0, 10]"]);
    refused(layers.run(&layers.settled(&normals(&[10])).unwrap(), 0.0, 3), &["time step is 0"]);
    refused(layers.with_input(normals(&[10]) / 0.0), &["not finite"]);

    let sizes = Sizes { features: 10, heads: 2, head_features: 3, memories: 4 };
    refused(EnergyTransformer::random(Sizes { memories: 0, ..sizes }, 0.1, Keys::All, &mut stream()), &["memories is 0"]);
    let block = EnergyTransformer::random(sizes, 0.1, Keys::Others, &mut stream()).unwrap();
    for (tokens, named) in
        [(normals(&[5, 7]), "[5, 7]"), (normals(&[1, 10]), "two tokens"), (normals(&[5, 10]).to_kind(Kind::Float), "Float")]
    {
        refused(block.energy(&tokens), &[named]);
        refused(block.update(&tokens), &[named]);
        refused(block.run(&tokens, 0.1, 2), &[named]);
    }
    refused(block.run(&(normals(&[5, 10]) / 0.0), 0.1, 2), &["not finite"]);
}

#[test]
fn classifiers_take_finite_inputs_of_their_size_and_known_labels() {
    let shape = Shape { memories: 2, inputs: 3, classes: 2 };
    let mut stream = stream();
    refused(Classifier::random(Shape { memories: 0, ..shape }, 3, 9.0, &mut stream), &["0 memories"]);
    refused(Classifier::random(shape, 1, 9.0, &mut stream), &["order n is 1"]);
    refused(Classifier::new(shape, 3, 9.0, &[vec![0.0; 5]]), &["1 memories", "2"]);
    refused(Classifier::new(shape, 3, 9.0, &[vec![0.0; 5], vec![0.0; 4]]), &["4", "5"]);
    refused(Classifier::new(shape, 3, 9.0, &[vec![0.0; 5], vec![f64::NAN; 5]]), &["NaN"]);
    let mut classifier = Classifier::random(shape, 3, 9.0, &mut stream).unwrap();
    refused(classifier.classify(&[0.0; 4]), &["4 input sites", "3"]);
    refused(classifier.classify(&[0.0, f64::NAN, 0.0]), &["NaN"]);
    refused(classifier.energy(&[0.0; 3], &[1.0; 3]), &["3 class neurons", "2"]);
    let example = |input: f64, label| Example { input: vec![input; 3], label };
    let before = classifier.clone();
    let rule = Training { temperatures: (9.0, 9.0), ..Training::default() };
    refused(classifier.train(&[example(0.5, 0), example(0.5, 2)], &rule, &mut stream), &["label 2 of 2"]);
    refused(classifier.train(&[example(0.5, 0), example(f64::NAN, 1)], &rule, &mut stream), &["NaN"]);
    assert_eq!(classifier, before);
}

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
fn associations_searches_and_learners_say_what_they_were_given() {
    let mut stream = stream();
    refused(zipf(0, 1.0), &["tokens is 0"]);
    refused(Embeddings::gaussian(0, 2, 8, &mut stream), &["tokens is 0"]);
    refused(Embeddings::gaussian(4, 2, 0, &mut stream), &["dimension is 0"]);
    let embeddings = Embeddings::gaussian(4, 2, 8, &mut stream).unwrap();
    refused(Association::store(embeddings.clone(), &[0, 1, 2, 0], &[1.0; 4]), &["target is 2", "1"]);
    refused(Association::store(embeddings.clone(), &[0, 1, 1], &[1.0; 4]), &["targets is 3", "4"]);
    refused(Association::store(embeddings.clone(), &[0, 1, 1, 0], &[1.0, 1.0, f64::NAN, 1.0]), &["weight is NaN"]);
    refused(Association::from_matrix(embeddings, &[0.0; 9]), &["W is 9", "64"]);
    refused(recall_error(&[1.0], &[0], 2, &[1.0], 0), &["dimension is 0"]);
    assert!(sampled_frequencies(&[], 3, &mut stream).is_empty());

    let model = TemporalContext { drift: 0.6, retrieval: 0.5, choice: Choice::Power(3.0), stop: 0.04 };
    refused(model.study(&[]), &["dimension of an event is 0"]);
    refused(model.study(&[Event::Item(vec![0.0, 1.0]), Event::Item(vec![1.0])]), &["dimension of an event is 1", "2"]);
    refused(model.study(&[Event::Item(vec![3.0, 4.0])]), &["length of an event is 5"]);
    refused(TemporalContext { drift: 1.5, ..model }.study(&orthonormal_list(3, 0, 0)), &["drift is 1.5"]);
    refused(TemporalContext { stop: f64::NAN, ..model }.study(&orthonormal_list(3, 0, 0)), &["NaN"]);
    let endless = TemporalContext { choice: Choice::Exponential(0.0), ..model };
    refused(endless.study(&orthonormal_list(3, 0, 0)), &["choice is 0"]);

    let concepts = ConceptModel { separation: Separation::Power(2), sites: 10, concepts: 0, examples: 3, flips: 0.1 };
    refused(concepts.draw(&mut stream), &["0 patterns of 10 sites"]);
    refused(ConceptModel { concepts: 2, flips: 1.5, ..concepts }.draw(&mut stream), &["1.5"]);
    let facts = FactModel { separation: Separation::Power(2), facts: 0, copies: 2, blocks: [3, 3, 3] };
    refused(facts.draw(&mut stream), &["0 patterns of 9 sites"]);
    refused(FactModel { facts: 2, blocks: [0; 3], ..facts }.reading_error(Context::Fresh), &["0 sites"]);

    refused(omegas(&[], 0.9), &["sessions is 0"]);
    let learner = Learner { hidden: 3, classes: 2, learning_rate: 0.1, steps: 2, batch: 4, fisher_samples: 2 };
    let set = |features: usize, label| Examples { inputs: vec![0.5; features], features, labels: vec![label] };
    let task = |train: Examples, test: Examples| [Task { train: set(2, 0), test: set(2, 1) }, Task { train, test }];
    let mut learn = |tasks: &[Task]| learner.learn(tasks, Method::Plain, &mut stream);
    refused(learn(&[]), &["tasks is 0"]);
    refused(learn(&task(set(3, 0), set(2, 0))), &["features is 3", "2"]);
    refused(learn(&task(set(2, 0), set(2, 2))), &["label is 2", "1"]);
    refused(learn(&task(Examples { labels: vec![], ..set(2, 0) }, set(2, 0))), &["examples is 0"]);
    refused(learn(&task(Examples { inputs: vec![0.5, f64::NAN], ..set(2, 0) }, set(2, 0))), &["input is NaN"]);
}
