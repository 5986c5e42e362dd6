//! What does not fit is refused with its numbers and what to do, through the public interface alone.

#![allow(clippy::expect_used, clippy::unwrap_used, missing_docs)]

use lawbook_core::{Device, Key, Kind, Stream, Tensor};
use lawbook_equivariant::{
    clouds::{CloudModel, PointClouds, SvdDs},
    graphs::{Basis, Ggnn, GraphModel, GraphSignal, Ign, MessagePassing, StepGraphon},
    laplacian::{Nonlinearity, Prior, Theory},
    metanetworks::{Weights, Widening},
    scalars::{Metric, cross_products, determinants},
    sequences::{ConsistentSequence, Constant, GraphNorm, Graphs, Probe, Sets, check},
    sets::{Aggregation, Population, SetModel, wasserstein::wasserstein},
    width::{Network, Noise, Upscaling},
};

const CPU: (Kind, Device) = (Kind::Double, Device::Cpu);

fn stream() -> Stream {
    Key::new(["bad input"]).stream("parameters", 0)
}

/// The message, which has to hold all of these.
fn says<T, E: std::fmt::Display>(refused: Result<T, E>, parts: &[&str]) {
    let message = refused.err().expect("it does not fit").to_string();
    assert!(parts.iter().all(|part| message.contains(part)), "{message}");
}

#[test]
fn sets_of_no_points_or_of_another_dimension() {
    let model = SetModel::three_layers(Aggregation::Mean, 3, 4).unwrap();
    let parameters = model.init(&mut stream(), Kind::Double, Device::Cpu);
    says(model.evaluate(&parameters, &Tensor::zeros([2, 0, 3], CPU)), &["0 points", "at least 1"]);
    says(model.evaluate(&parameters, &Tensor::zeros([2, 5, 4], CPU)), &["[2, 5, 4]", "[..., n, 3]"]);
    says(model.evaluate(&parameters[1..], &Tensor::zeros([2, 5, 3], CPU)), &["11 parameter tensors", "12"]);
    says(Sets::duplication(3).unwrap().norm(&Tensor::zeros([0, 3], CPU)), &["0 points"]);
    says(wasserstein(&[], &[1.0], 1.0), &["empty set"]);
    says(wasserstein(&[0.0, f64::NAN], &[1.0], 1.0), &["1 of 2 points"]);
    let task = Population::Random { dimension: 2 };
    says(task.draw(4, 0, &mut stream(), Kind::Double, Device::Cpu), &["4 sets of 0 points"]);
    says(task.draw(0, 4, &mut stream(), Kind::Double, Device::Cpu), &["0 sets of 4 points"]);
    says(PointClouds::new(Tensor::zeros([1, 0, 3], CPU)), &["[1, 0, 3]", "at least 1"]);
}

#[test]
fn sizes_that_do_not_divide() {
    let sets = Sets::duplication(2).unwrap();
    says(sets.embed(&Tensor::zeros([4, 2], CPU), 6), &["4 points", "6", "multiple of 4"]);
    says(Sets::zero_padding(2).unwrap().embed(&Tensor::zeros([4, 2], CPU), 3), &["4 points", "3"]);
    let graph = GraphSignal::new(Tensor::zeros([1, 3, 3], CPU), Tensor::zeros([1, 3, 1], CPU)).unwrap();
    says(graph.duplicate(0), &["0 times"]);
    let narrow = Network::mlp(3, &[4], 1, &[4]).unwrap();
    says(Upscaling::new(&narrow, &[6]), &["4", "6"]);
    let weights = Weights::random(&[2, 3, 1], &mut stream(), Device::Cpu);
    says(Widening::Uniform.widen(&weights, 0, &mut stream()), &["0 copies"]);
    let wide = Upscaling::new(&narrow, &[8]).unwrap();
    let parameters = narrow.init(1.0, &mut stream(), Kind::Double, Device::Cpu);
    says(wide.noisy_parameters(&parameters, Noise::Interpolated { t: 1.5 }, &mut stream()), &["1.5"]);
}

#[test]
fn graphs_that_are_not_square_not_finite_or_of_other_features() {
    let features = || Tensor::zeros([1, 3, 1], CPU);
    says(GraphSignal::new(Tensor::zeros([1, 3, 4], CPU), features()), &["[1, 3, 4]", "square"]);
    says(GraphSignal::new(Tensor::zeros([1, 4, 4], CPU), features()), &["[1, 3, 1]", "4 nodes"]);
    says(GraphSignal::new(Tensor::full([1, 3, 3], f64::NAN, CPU), features()), &["9 of the 9", "adjacency"]);
    says(
        Graphs::new(1, GraphNorm::Cut).unwrap().norm(&(Tensor::zeros([2, 3], CPU), Tensor::zeros([2, 1], CPU))),
        &["[2, 3]"],
    );
    says(StepGraphon::of_matrix(&Tensor::zeros([2, 3], CPU)), &["[2, 3]"]);
    says(StepGraphon::new(vec![vec![0.5, 0.2], vec![0.3, 0.5]]), &["(0, 1)", "symmetric"]);
    says(Ggnn::new(&[2, 3, 1], Basis::All), &[]);
    let models: [Box<dyn GraphModel>; 3] = [
        Box::new(MessagePassing::new(&[1, 3, 1]).unwrap()),
        Box::new(Ggnn::new(&[1, 3, 1], Basis::Continuous).unwrap()),
        Box::new(Ign::new(&[2, 3, 1]).unwrap()),
    ];
    let graph = |d: i64| GraphSignal::new(Tensor::ones([1, 3, 3], CPU), Tensor::ones([1, 3, d], CPU)).unwrap();
    for model in models {
        let parameters = model.init(&mut stream(), Kind::Double, Device::Cpu);
        assert_eq!(model.evaluate(&parameters, &graph(1)).unwrap().size(), [1, 3, 1]);
        says(model.evaluate(&parameters, &graph(2)), &["2 features", "takes 1"]);
        says(model.evaluate(&parameters[1..], &graph(1)), &["`init`"]);
    }
}

#[test]
fn clouds_and_vectors_of_another_dimension() {
    let model = SvdDs::new(Aggregation::Mean, 3, 4).unwrap();
    let parameters = model.init(&mut stream(), Kind::Double, Device::Cpu);
    let plane = PointClouds::new(Tensor::ones([1, 5, 2], CPU)).unwrap();
    says(model.forward(&parameters, &plane), &["R^2", "R^3"]);
    says(Metric::Minkowski.products(&Tensor::zeros([2, 3], CPU)), &["[2, 3]"]);
    says(determinants(&Tensor::zeros([2, 2, 3], CPU)), &["2 vectors", "at least 3"]);
    says(cross_products(&Tensor::zeros([2, 1, 3], CPU)), &["1 vectors", "at least 2"]);
}

#[test]
fn nonlinearities_that_fall_or_have_no_bound() {
    let theory = |sigma: Nonlinearity| Theory::new(Prior::Constant, &sigma);
    says(theory(Nonlinearity::Tanh { height: 1.0, slope: -2.0 }), &["non-decreasing", "-2", "monotone"]);
    says(theory(Nonlinearity::Tanh { height: f64::INFINITY, slope: 1.0 }), &["not bounded", "inf", "clip"]);
    says(theory(Nonlinearity::Tanh { height: f64::NAN, slope: 1.0 }), &["NaN"]);
    let table = |nodes: &[f64], values: &[f64]| Nonlinearity::Table { nodes: nodes.to_vec(), values: values.to_vec() };
    says(theory(table(&[0.0, 1.0], &[2.0, 1.0])), &["falls from 2 to 1 at x = 1"]);
    says(theory(table(&[0.0, 1.0], &[2.0])), &["2 places for 1 values"]);
    says(theory(table(&[], &[])), &[]);
}

#[test]
fn models_whose_outputs_are_not_what_was_said() {
    let (inputs, outputs) = (Sets::duplication(2).unwrap(), Constant::new(2).unwrap());
    says(check(&inputs, &outputs, |x| x.mean(Kind::Double), &Probe::default(), &mut stream()), &["output", "size 4"]);
    let mean = |x: &Tensor| x.mean_dim([0i64].as_slice(), false, Kind::Double);
    let few = Probe { sizes: vec![4, 8], ..Probe::default() };
    says(check(&inputs, &outputs, mean, &few, &mut stream()), &["[4, 8]", "at least 3"]);
}
