//! Symmetry, compatibility and sizes of the graph models.

use lawbook_core::{
    Device, Key, Kind, Stream, Tensor,
    equivariance::{equivariance_error, random_permutation},
    optim::{gradients, parameter},
    tensor::{scalar, to_vec},
};

use super::{Basis, Ggnn, GraphModel, GraphSignal, Ign, MessagePassing, full_random, karate_club, squared_error, triangles};

fn stream(purpose: &str) -> Stream {
    Key::new(["graphs"]).stream(purpose, 0)
}

fn models() -> Vec<(&'static str, Box<dyn GraphModel>)> {
    vec![
        ("message passing", Box::new(MessagePassing::new(&[1, 6, 6, 1]).expect("channels"))),
        ("2-IGN", Box::new(Ign::new(&[2, 5, 5, 1]).expect("channels"))),
        ("GGNN", Box::new(Ggnn::new(&[1, 5, 5, 1], Basis::All).expect("channels"))),
        ("continuous GGNN", Box::new(Ggnn::new(&[1, 5, 5, 1], Basis::Continuous).expect("channels"))),
    ]
}

/// A graph as one tensor `[n, n + 1]`, the features in the last column, as the helper for groups wants it.
fn unpack(packed: &Tensor) -> GraphSignal {
    let n = packed.size()[0];
    let part = |start, length| packed.narrow(1, start, length).unsqueeze(0);
    GraphSignal::new(part(0, n), part(n, 1)).expect("square")
}

/// The tests' own action: explicit products with the permutation matrix, in f64.
fn permute(order: &Tensor, packed: &Tensor) -> Tensor {
    let n = order.numel() as i64;
    let g = Tensor::eye(n, (Kind::Double, Device::Cpu)).index_select(0, order);
    let adjacency = g.matmul(&packed.narrow(1, 0, n)).matmul(&g.transpose(0, 1));
    Tensor::cat(&[adjacency, g.matmul(&packed.narrow(1, n, 1))], 1)
}

fn draw(stream: &mut Stream) -> (Tensor, Tensor) {
    (stream.normal_tensor(&[7, 8], Kind::Double, Device::Cpu), random_permutation(stream, 7))
}

#[test]
fn every_model_commutes_with_permutations_in_both_precisions() {
    for (kind, tolerance) in [(Kind::Double, 1e-12), (Kind::Float, 1e-4)] {
        for (name, model) in models() {
            let parameters = model.init(&mut stream(name), kind, Device::Cpu);
            let apply = |x: &Tensor| model.forward(&parameters, &unpack(x)).squeeze_dim(0);
            let rows = |order: &Tensor, y: &Tensor| y.index_select(0, order);
            let error = equivariance_error(&mut stream("draws"), kind, 10, draw, permute, rows, apply);
            assert!(error < tolerance, "{name} in {kind:?}: {error}");
        }
        let error = equivariance_error(&mut stream("draws"), kind, 10, draw, permute, permute, |x| {
            // Negative control: a map that looks at the order of the nodes.
            x + x.cumsum(0, x.kind())
        });
        assert!(error > 0.1);
    }
}

#[test]
fn permuting_a_graph_is_the_action_by_matrices() {
    let (packed, order) = draw(&mut stream("graph"));
    let graph = unpack(&packed).permute(&order).expect("fits");
    let expected = unpack(&permute(&order, &packed));
    assert_eq!((graph.adjacency(), graph.signal()), (expected.adjacency(), expected.signal()));
}

/// On a real graph with its degrees as features: all but the 2-IGN commute with duplication.
#[test]
fn compatible_models_commute_with_duplication_on_a_real_graph() {
    let a = karate_club();
    let degrees = a.mean_dim([1i64].as_slice(), true, Kind::Double);
    let graph = GraphSignal::new(a.unsqueeze(0), degrees.unsqueeze(0)).expect("square");
    for (name, model) in models() {
        let parameters = model.init(&mut stream(name), Kind::Double, Device::Cpu);
        let small = model.forward(&parameters, &graph).repeat_interleave_self_int(3, 1, None);
        let large = model.forward(&parameters, &graph.duplicate(3).expect("positive"));
        let error = scalar(&(&large - &small).abs().max()) / scalar(&small.abs().max());
        assert_eq!(error < 1e-12, name != "2-IGN", "{name}: {error}");
        assert!(name != "2-IGN" || error > 1e-3, "{error}");
    }
}

/// X-Val: the trainable parameters of the networks of Appendix I of the paper, by its reference implementation (about two
/// thousand each).
#[test]
fn parameter_counts_are_those_of_the_reference_implementation() {
    let count = |model: &dyn GraphModel| {
        let parameters = model.init(&mut stream("counts"), Kind::Float, Device::Cpu);
        assert_eq!(parameters.iter().map(Tensor::numel).sum::<usize>() as i64, model.parameter_count());
        model.parameter_count()
    };
    assert_eq!(count(&Ign::new(&[2, 6, 7, 6, 6, 1]).expect("channels")), 2061);
    assert_eq!(count(&MessagePassing::new(&[1, 18, 18, 18, 18, 1]).expect("channels")), 2016);
    assert_eq!(count(&Ggnn::new(&[1, 5, 5, 5, 4, 1], Basis::All).expect("channels")), 2001);
    assert_eq!(count(&Ggnn::new(&[1, 5, 6, 6, 4, 1], Basis::Continuous).expect("channels")), 1975);
    assert!(Ggnn::new(&[2, 1], Basis::All).is_err() && Ign::new(&[2]).is_err());
}

/// The target against its triple sum; under duplication it is repeated.
#[test]
fn the_target_is_the_triple_sum() {
    let graph = full_random(5, 2, &mut stream("target"), Kind::Double, Device::Cpu);
    let (a, x) = (graph.adjacency(), graph.signal());
    let entry = |b: i64, i: i64, j: i64| a.double_value(&[b, i, j]);
    let feature = |b: i64, i: i64| x.double_value(&[b, i, 0]);
    let target = triangles(&graph);
    for (b, i) in [(0, 0), (0, 4), (1, 2)] {
        let pairs = (0..25).map(|pair| (pair / 5, pair % 5));
        let terms = pairs.map(|(j, k)| entry(b, i, j) * entry(b, j, k) * entry(b, k, i) * feature(b, j) * feature(b, k));
        let direct = feature(b, i) * terms.sum::<f64>() / 25.0;
        assert!((target.double_value(&[b, i, 0]) - direct).abs() < 1e-15);
    }
    let repeated = triangles(&graph.duplicate(2).expect("positive")) - target.repeat_interleave_self_int(2, 1, None);
    assert!(scalar(&repeated.abs().max()) < 1e-15);
}

/// Part by part as in one piece, for more graphs than a part has and the last part smaller.
#[test]
fn the_squared_error_and_its_gradient_are_those_of_autograd() {
    let graphs = full_random(100, 7, &mut stream("error"), Kind::Double, Device::Cpu);
    let labels = triangles(&graphs);
    for (name, model) in models() {
        let parameters = model.init(&mut stream(name), Kind::Double, Device::Cpu);
        let expected = (model.forward(&parameters, &graphs) - &labels).square().mean(Kind::Double);
        let (loss, slopes) = squared_error(&*model, &parameters, &graphs, &labels);
        assert!((loss / scalar(&expected) - 1.0).abs() < 1e-12, "{name}: {loss}");
        for (a, b) in slopes.iter().zip(gradients(&expected, &parameters)) {
            assert!(scalar(&(a - &b).norm()) <= 1e-12 * (1.0 + scalar(&b.norm())), "{name}");
        }
    }
}

/// Networks with and without hidden layers, of widths that grow and shrink, with graphs and nodes below, at and above a block, and more
/// graphs than parts.
fn of_many_sizes() -> Vec<(Box<dyn GraphModel>, [i64; 2])> {
    let message = |channels: &[i64]| Box::new(MessagePassing::new(channels).expect("channels")) as Box<dyn GraphModel>;
    let ign = |channels: &[i64]| Box::new(Ign::new(channels).expect("channels")) as Box<dyn GraphModel>;
    let ggnn = |channels: &[i64], basis| Box::new(Ggnn::new(channels, basis).expect("channels")) as Box<dyn GraphModel>;
    vec![
        (message(&[1, 18, 18, 18, 18, 1]), [3, 50]),
        (message(&[2, 7, 13, 5, 3]), [18, 32]),
        (message(&[1, 4]), [2, 5]),
        (message(&[3, 2]), [33, 7]),
        (message(&[1, 6, 6, 1]), [5, 12]),
        (ign(&[2, 6, 7, 1]), [3, 13]),
        (ign(&[3, 4, 2]), [18, 32]),
        (ign(&[2, 3]), [2, 5]),
        (ign(&[2, 2, 5, 2]), [2, 41]),
        (ggnn(&[1, 5, 4, 1], Basis::All), [3, 13]),
        (ggnn(&[1, 3, 4, 2], Basis::Continuous), [18, 32]),
        (ggnn(&[1, 2], Basis::All), [2, 5]),
        (ggnn(&[1, 4, 3], Basis::All), [2, 41]),
    ]
}

/// Against libtorch's autograd in double precision, for matrices that are not symmetric and biases that are not zero.
#[test]
fn fast_gradients_are_those_of_autograd() {
    for (case, (model, [count, n])) in of_many_sizes().into_iter().enumerate() {
        let normal = |purpose: &str, shape: &[i64]| {
            Key::new(["test", "slopes"]).stream(purpose, case as u64).normal_tensor(shape, Kind::Float, Device::Cpu)
        };
        let graphs =
            GraphSignal::new(normal("a", &[count, n, n]), normal("x", &[count, n, model.features()])).expect("graphs");
        let drawn = model.init(&mut stream("parameters"), Kind::Float, Device::Cpu);
        let begins_at_zero = |tensor: &Tensor| to_vec(tensor).iter().all(|&x| x == 0.0);
        let parameters: Vec<Tensor> =
            drawn.iter().map(|w| if begins_at_zero(w) { normal("bias", &w.size()) } else { w.detach() }).collect();

        let doubles: Vec<Tensor> = parameters.iter().map(|w| parameter(w, Kind::Double)).collect();
        let outputs = model.forward(&doubles, &graphs.to_kind(Kind::Double));
        let labels = normal("y", &outputs.size());
        let expected = (outputs - labels.to_kind(Kind::Double)).square().mean(None::<Kind>);
        let (loss, slopes) = model.fast_squared_error(&parameters, &graphs, &labels).expect("floats on the CPU");
        assert!((loss / scalar(&expected) - 1.0).abs() < 1e-6, "case {case}: {loss} {expected:?}");
        for (k, (a, b)) in slopes.iter().zip(gradients(&expected, &doubles)).enumerate() {
            assert_eq!(a.size(), b.size());
            let (error, size) = (scalar(&(a.to_kind(Kind::Double) - &b).norm()), scalar(&b.norm()));
            // Sums of hundreds of terms through up to five layers, each rounded to 6e-8.
            assert!(error <= 1e-5 * size, "case {case}, parameter {k}: {error} of {size}");
        }
    }
}
