//! The set models, sequences, distances and tasks against closed forms, brute force and published numbers.

use lawbook_analysis::assignment::assignment;
use lawbook_core::{
    Device, Key, Kind, Stream, Tensor,
    equivariance::{equivariance_error, random_permutation},
    tensor::{from_slice, scalar, to_vec},
};
use lawbook_equivariant::{
    mlp::{Mlp, ModelError},
    sequences::SequenceError,
    sets::{
        Aggregation, Circle, Gaussian, InputError, Population, Recipe, SetModel, SetSequence, fit, limit, maximal_distance,
        wasserstein::{expected_wasserstein_to_normal, wasserstein, wasserstein_to_normal, wasserstein_to_normal_constant},
    },
};
use proptest::prelude::{ProptestConfig, prop_assert, proptest};

fn stream(purpose: &str) -> Stream {
    Key::new(["sets"]).stream(purpose, 0)
}

fn model(aggregation: Aggregation, d: i64) -> (SetModel, Vec<Tensor>) {
    let model = SetModel::three_layers(aggregation, d, 50).expect("widths are positive");
    let parameters = model.init(&mut stream("parameters"), Kind::Double, Device::Cpu);
    (model, parameters)
}

/// X-Val: the parameter counts of the authors' models (repository yuxinma98/transferring_transferability, e71f9e0) at d = 2,
/// 16, 32 and width 50: 10401, 11101, 11901.
#[test]
fn parameter_counts_are_those_of_the_paper() {
    for (d, count) in [(2, 10_401), (16, 11_101), (32, 11_901)] {
        let (model, parameters) = model(Aggregation::Mean, d);
        assert_eq!(model.parameter_count(), count);
        assert_eq!(parameters.iter().map(Tensor::numel).sum::<usize>() as i64, count);
    }
}

/// Two layers by hand: W₂ relu(W₁ x + b₁) + b₂.
#[test]
fn forward_is_the_formula() {
    let mlp = Mlp::new(&[2, 3, 1]).expect("widths are positive");
    let tensor = |values: &[f64], shape: &[i64]| from_slice(values, shape, Kind::Double, Device::Cpu);
    let parameters = [
        tensor(&[1.0, -2.0, 0.5, 0.25, -1.0, 3.0], &[3, 2]),
        tensor(&[0.1, -0.2, 0.3], &[3]),
        tensor(&[2.0, -1.0, 0.5], &[1, 3]),
        tensor(&[-0.75], &[1]),
    ];
    let (x, y) = (0.7, -0.4);
    let hidden = [x - 2.0 * y + 0.1, 0.5 * x + 0.25 * y - 0.2, -x + 3.0 * y + 0.3].map(|h: f64| h.max(0.0));
    let by_hand = 2.0 * hidden[0] - hidden[1] + 0.5 * hidden[2] - 0.75;
    assert!((scalar(&mlp.forward(&parameters, &tensor(&[x, y], &[2])).squeeze()) - by_hand).abs() < 1e-15);
    assert_eq!(Mlp::new(&[2, 0]), Err(ModelError::Width { layer: 1, width: 0 }));
    assert_eq!(Mlp::new(&[2]), Err(ModelError::TooFewWidths(1)));
}

/// PyTorch's default for `Linear` is kaiming-uniform with a = √5, that is uniform in ±1/√fan-in: variance 1/(3 fan-in).
#[test]
fn initial_parameters_have_the_spread_of_pytorch() {
    let mlp = Mlp::new(&[100, 400]).expect("widths are positive");
    let parameters = mlp.init(&mut stream("spread"), Kind::Double, Device::Cpu);
    let values = to_vec(&parameters[0]);
    let variance = values.iter().map(|w| w * w).sum::<f64>() / values.len() as f64;
    // 40 000 uniform squares have a relative standard error of √0.8/200 = 0.0045.
    assert!((variance * 300.0 - 1.0).abs() < 0.02, "{variance}");
    assert!(parameters.iter().flat_map(to_vec).all(|w| w.abs() <= 0.1));
}

#[test]
fn outputs_are_invariant_to_the_order_of_points_in_both_precisions() {
    for aggregation in Aggregation::ALL {
        let (model, parameters) = model(aggregation, 3);
        for (kind, bound) in [(Kind::Double, 1e-13), (Kind::Float, 1e-5)] {
            let parameters: Vec<Tensor> = parameters.iter().map(|w| w.to_kind(kind)).collect();
            let error = equivariance_error(
                &mut stream("order"),
                kind,
                20,
                |stream| (stream.normal_tensor(&[2, 17, 3], Kind::Double, Device::Cpu), random_permutation(stream, 17)),
                |order, sets| sets.index_select(1, order),
                |_, output| output.shallow_clone(),
                |sets| model.forward(&parameters, sets),
            );
            assert!(error < bound, "{aggregation:?} {kind:?}: {error}");
        }
    }
}

/// Negative control: a model that weights points by position is not invariant.
#[test]
fn a_model_that_counts_positions_is_not_invariant() {
    let error = equivariance_error(
        &mut stream("order"),
        Kind::Double,
        20,
        |stream| (stream.normal_tensor(&[2, 17, 3], Kind::Double, Device::Cpu), random_permutation(stream, 17)),
        |order, sets| sets.index_select(1, order),
        |_, output| output.shallow_clone(),
        |sets| sets.cumsum(1, Kind::Double).amax([1i64].as_slice(), false),
    );
    assert!(error > 0.01, "{error}");
}

/// X-Val (T2, Proposition F.1): the minimum over all permutations of the normalised ℓ_1 distance after duplication to the least
/// common multiple; brute force over 6! orders of one side for sizes 2 and 3, and 6 and 6.
#[test]
fn wasserstein_is_the_best_permutation() {
    let mut stream = stream("transport");
    for (n, m, p) in [(2, 3, 1.0), (6, 6, 1.0), (3, 6, 2.0), (2, 3, f64::INFINITY)] {
        let x: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let y: Vec<f64> = (0..m).map(|_| stream.normal()).collect();
        let repeat = |v: &[f64]| v.iter().flat_map(|a| vec![*a; 6 / v.len()]).collect::<Vec<f64>>();
        let (long_x, long_y) = (repeat(&x), repeat(&y));
        let mut best = f64::INFINITY;
        permutations(6, &mut |order| {
            let gaps = order.iter().zip(&long_y).map(|(&i, b)| (long_x[i] - b).abs());
            let cost = if p == f64::INFINITY {
                gaps.fold(0.0, f64::max)
            } else {
                (gaps.map(|gap| gap.powf(p)).sum::<f64>() / 6.0).powf(1.0 / p)
            };
            best = best.min(cost);
        });
        let sorted = wasserstein(&x, &y, p).expect("sets are not empty");
        assert!((sorted - best).abs() < 1e-12, "{n} {m} {p}: {sorted} {best}");
    }
    assert!(wasserstein(&[], &[1.0], 1.0).is_err());
    assert!(wasserstein(&[1.0], &[1.0], 0.5).is_err());
}

/// The same over all 12! orders for sizes 4 and 6, and over 24! and 30! for sizes 8 and 6, and 10 and 15: the least is an exact assignment.
#[test]
fn wasserstein_is_the_best_of_more_orders_than_can_be_listed() {
    let mut stream = stream("transport by assignment");
    for (n, m, common, p) in [(4, 6, 12, 1.0), (4, 6, 12, 2.0), (8, 6, 24, 1.0), (10, 15, 30, 3.0)] {
        let x: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let y: Vec<f64> = (0..m).map(|_| stream.normal()).collect();
        let repeat = |v: &[f64]| v.iter().flat_map(|a| vec![*a; common / v.len()]).collect::<Vec<f64>>();
        let (long_x, long_y) = (repeat(&x), repeat(&y));
        let costs: Vec<f64> = long_x.iter().flat_map(|a| long_y.iter().map(move |b| (a - b).abs().powf(p))).collect();
        let columns = assignment(&costs, common).expect("finite costs");
        let total: f64 = columns.iter().enumerate().map(|(row, column)| costs[row * common + column]).sum();
        let best = (total / common as f64).powf(1.0 / p);
        let sorted = wasserstein(&x, &y, p).expect("sets are not empty");
        assert!((sorted - best).abs() < 1e-12, "{n} {m} {p}: {sorted} {best}");
    }
}

fn permutations(n: usize, visit: &mut impl FnMut(&[usize])) {
    fn go(order: &mut Vec<usize>, from: usize, visit: &mut impl FnMut(&[usize])) {
        if from == order.len() {
            return visit(order);
        }
        for i in from..order.len() {
            order.swap(from, i);
            go(order, from + 1, visit);
            order.swap(from, i);
        }
    }
    go(&mut (0..n).collect(), 0, visit);
}

/// One point at a: W_1 = E|g − a| = 2φ(a) + a(2Φ(a) − 1); its mean over a ~ N(0, 1) is E|g − g'| = 2/√π.
#[test]
fn distance_to_the_normal_is_the_closed_form() {
    // E|g − 1| = 1.166 630 941.
    let one = wasserstein_to_normal(&[1.0]).expect("one point");
    assert!((one - 1.166_630_941_1).abs() < 1e-9, "{one}");
    let mean = expected_wasserstein_to_normal(1);
    assert!((mean - 2.0 / std::f64::consts::PI.sqrt()).abs() < 1e-10, "{mean}");
    // Against many draws from the normal itself.
    let sample = [-1.3, 0.2, 0.4, 2.1];
    let mut stream = stream("large sample");
    let large: Vec<f64> = (0..400_000).map(|_| stream.normal()).collect();
    let by_sample = wasserstein(&sample, &large, 1.0).expect("sets are not empty");
    let exact = wasserstein_to_normal(&sample).expect("four points");
    assert!((exact - by_sample).abs() < 5e-3, "{exact} {by_sample}");
}

/// The mean distance approaches the Brownian-bridge limit from below, slowly.
#[test]
fn expected_distance_approaches_its_limit() {
    let scaled = |n: u32| expected_wasserstein_to_normal(n) * f64::from(n).sqrt();
    let limit = wasserstein_to_normal_constant();
    assert!(scaled(10) < scaled(100) && scaled(100) < scaled(10_000) && scaled(10_000) < limit, "{limit}");
    assert!(scaled(10_000) / limit > 0.99, "{} {limit}", scaled(10_000));
}

/// T1 (Example 2.6), and the errors.
#[test]
fn norms_are_kept_by_their_own_embedding() {
    let set = stream("norms").normal_tensor(&[7, 3], Kind::Double, Device::Cpu);
    for sequence in [SetSequence::ZeroPadding, SetSequence::Duplication] {
        let large = sequence.embed(&set, 21).expect("21 is a multiple of 7");
        for p in [1.0, 2.0, 3.5, f64::INFINITY] {
            let norm = |set: &Tensor| sequence.norm(set, p).expect("p is at least 1");
            assert!((norm(&large) / norm(&set) - 1.0).abs() < 1e-12);
        }
    }
    assert_eq!(
        SetSequence::ZeroPadding.embed(&set, 6).expect_err("not a size of the sequence"),
        SequenceError::Smaller { from: 7, to: 6 }
    );
    assert_eq!(
        SetSequence::Duplication.embed(&set, 20).expect_err("not a size of the sequence"),
        SequenceError::NotAMultiple { from: 7, to: 20 }
    );
}

/// Bad inputs are told with their numbers, before any work.
#[test]
fn bad_sets_are_refused_with_numbers() {
    let tensor = |shape: &[i64]| Tensor::ones(shape, (Kind::Double, Device::Cpu));
    for sequence in [SetSequence::ZeroPadding, SetSequence::Duplication] {
        assert_eq!(sequence.norm(&tensor(&[0, 3]), 1.0), Err(SequenceError::Empty { shape: vec![0, 3] }));
        assert_eq!(sequence.norm(&tensor(&[2, 3]), 0.5), Err(SequenceError::Order(0.5)));
        assert!(sequence.embed(&tensor(&[5, 0, 3]), 4).is_err_and(|error| error.to_string().contains("[5, 0, 3]")));
        assert!(sequence.embed(&tensor(&[3]), 6).is_err_and(|error| error.to_string().contains("[..., n, d]")));
    }
    let (model, parameters) = model(Aggregation::Max, 3);
    let evaluate = |set: &Tensor| model.evaluate(&parameters, set).map(|output| output.size());
    assert_eq!(evaluate(&tensor(&[2, 5, 3])), Ok(vec![2, 1]));
    assert_eq!(evaluate(&tensor(&[2, 5, 4])), Err(InputError::Shape { given: vec![2, 5, 4], dimension: 3 }));
    assert_eq!(evaluate(&tensor(&[2, 0, 3])), Err(InputError::Empty { given: vec![2, 0, 3] }));
    assert_eq!(
        model.evaluate(&parameters[1..], &tensor(&[1, 1, 3])).err(),
        Some(InputError::Parameters { given: 11, expected: 12 })
    );
}

/// Embedding in two steps is embedding in one.
#[test]
fn embeddings_compose() {
    let set = stream("compose").normal_tensor(&[2, 3, 2], Kind::Double, Device::Cpu);
    for sequence in [SetSequence::ZeroPadding, SetSequence::Duplication] {
        let at_once = sequence.embed(&set, 12).expect("12 = 4·3");
        let in_steps = sequence.embed(&sequence.embed(&set, 6).expect("6 = 2·3"), 12).expect("12 = 2·6");
        assert_eq!(to_vec(&at_once), to_vec(&in_steps));
    }
}

/// The rule's labels are the information quantities of the covariances themselves, from their determinants.
#[test]
fn labels_are_the_information_quantities_of_the_sampled_gaussians() {
    let mut stream = stream("labels");
    let close = |label: f64, exact: f64| assert!((label - exact).abs() < 1e-9, "{label} {exact}");
    let rotation = Population::Rotation { factor: [0.55, 0.29, 0.71, 0.51] };
    for (gaussian, label) in rotation.members(9, &mut stream).expect("A is regular") {
        close(label, gaussian.marginal_entropy(0));
    }
    for (gaussian, label) in Population::correlation(8, &mut stream).members(16, &mut stream).expect("|α| < 1") {
        close(label, gaussian.mutual_information(8).expect("S is regular"));
    }
    for population in [Population::rank_one(32, &mut stream), Population::Random { dimension: 32 }] {
        for (gaussian, label) in population.members(9, &mut stream).expect("regular") {
            close(label, gaussian.total_correlation());
            assert!(label >= 0.0);
        }
    }
    assert!(Population::correlation(8, &mut stream).members(18, &mut stream).is_err());
    assert!(Gaussian::new(2, vec![1.0, 1.0, 1.0, 1.0]).is_err());
}

/// The factor that samples has the stated covariance; the upper one, as in the paper's generator of task 2, has another.
#[test]
fn samples_have_the_covariance_of_their_label() {
    let covariance = vec![2.0, 0.6, 0.6, 0.5];
    let factor = Gaussian::new(2, covariance.clone()).expect("regular").factor(Kind::Double, Device::Cpu);
    let of = |l: &Tensor| to_vec(&l.matmul(&l.transpose(0, 1)));
    assert!(of(&factor).iter().zip(&covariance).all(|(a, b)| (a - b).abs() < 1e-14));
    assert!((of(&factor.transpose(0, 1))[0] - 2.0).abs() > 0.1);
}

/// Published trap: in the paper's task 2 the samples' correlation is α/√(1 + α²). Here it is α.
#[test]
fn task_two_has_the_correlation_of_its_label() {
    let population = Population::Correlation { block: vec![1.0] };
    let members = population.members(4, &mut stream("alpha")).expect("|α| < 1");
    let alphas: Vec<f64> = members.iter().map(|(gaussian, _)| gaussian.covariance()[1]).collect();
    let crowded = (1.0 - (-0.04f64).exp()).sqrt();
    for (alpha, expected) in alphas.iter().zip([-crowded, -0.01, 0.01, crowded]) {
        assert!((alpha - expected).abs() < 1e-14, "{alphas:?}");
    }
    for (gaussian, label) in &members {
        let alpha = gaussian.covariance()[1];
        assert!((label + 0.5 * (1.0 - alpha * alpha).ln()).abs() < 1e-14);
    }
}

/// E max over many points of ‖c + r e^{iθ}‖ is ‖c‖ + r: E‖c‖ = √(π/2), E r = 1/2.
#[test]
fn maximal_distance_tends_to_centre_plus_radius() {
    let mut stream = stream("circles");
    let circles: Vec<Circle> = (0..20_000).map(|_| Circle::random(&mut stream)).collect();
    let data = maximal_distance(&circles, 60, &mut stream, Kind::Double, Device::Cpu);
    let mean = scalar(&data.labels.mean(Kind::Double));
    let limit = (std::f64::consts::PI / 2.0).sqrt() + 0.5;
    // The standard error is 0.005; sixty points fall short of the circle's end by less than 0.005.
    assert!((mean - limit).abs() < 0.02, "{mean} {limit}");
    let lengths = data.inputs.square().sum_dim_intlist([-1i64].as_slice(), false, Kind::Double).sqrt();
    assert_eq!(to_vec(&lengths.amax([1i64].as_slice(), true)), to_vec(&data.labels));
}

/// With ρ = σ = identity (as ReLU networks: x = relu(x) − relu(−x)) the limit is the mean and the deviation the spread.
#[test]
fn the_limit_of_a_linear_model_is_the_mean() {
    let tensor = |values: &[f64], shape: &[i64]| from_slice(values, shape, Kind::Double, Device::Cpu);
    let identity = [tensor(&[1.0], &[1, 1]), tensor(&[0.0], &[1])];
    let linear = || Mlp::new(&[1, 1]).expect("widths are positive");
    let model = SetModel::new(linear(), Aggregation::Mean, linear()).expect("both have one channel");
    let parameters: Vec<Tensor> = identity.iter().chain(&identity).map(Tensor::shallow_clone).collect();
    let limit = limit(&model, &parameters, &tensor(&[1.0, 4.0], &[2, 1]), &tensor(&[0.75, 0.25], &[2]));
    assert!((limit.output - 1.75).abs() < 1e-14);
    assert!((limit.deviation - 3.0 * (0.75f64 * 0.25).sqrt()).abs() < 1e-14);
}

/// PointNet's maximum is nearly exactly representable on the maximal-distance task; a few steps already halve the error.
#[test]
fn training_lowers_the_error_and_keeps_the_best_epoch() {
    let mut stream = stream("training");
    let mut draw = |sets: usize| {
        let circles: Vec<Circle> = (0..sets).map(|_| Circle::random(&mut stream)).collect();
        maximal_distance(&circles, 10, &mut stream, Kind::Float, Device::Cpu)
    };
    let (training, validation) = (draw(128), draw(64));
    let model = SetModel::three_layers(Aggregation::Max, 2, 24).expect("widths are positive");
    let parameters = model.init(&mut Key::new(["training"]).stream("init", 0), Kind::Float, Device::Cpu);
    let before = validation.mean_squared_error(&model, &parameters);
    let recipe = Recipe { epochs: 30, batch: 16, ..Recipe::default() };
    let mut order = Key::new(["training"]).stream("order", 0);
    let fitted = fit(&model, parameters, &training, &validation, &recipe, &mut order);
    assert!(fitted.validation < 0.2 * before, "{before} {}", fitted.validation);
    let again = validation.mean_squared_error(&model, &fitted.parameters);
    assert!((again / fitted.validation - 1.0).abs() < 1e-6, "the checkpoint is not the best epoch's");
    assert!(!fitted.diverged);
    let wild = Recipe { learning_rate: f64::MAX, ..recipe };
    let parameters = model.init(&mut Key::new(["training"]).stream("init", 0), Kind::Float, Device::Cpu);
    assert!(fit(&model, parameters, &training, &validation, &wild, &mut order).diverged);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Table 2: |f(X) − f(Y)| ≤ L_ρ L_σ W_1(μ_X, μ_Y) for the normalised DeepSet, across sizes.
    #[test]
    fn the_normalised_deep_set_is_lipschitz_across_sizes(
        x in proptest::collection::vec(-3.0..3.0f64, 1..9),
        y in proptest::collection::vec(-3.0..3.0f64, 1..9),
    ) {
        let model = SetModel::three_layers(Aggregation::Mean, 1, 8).expect("widths are positive");
        let parameters = model.init(&mut stream("parameters"), Kind::Double, Device::Cpu);
        let output = |v: &[f64]| {
            scalar(&model.forward(&parameters, &from_slice(v, &[1, v.len() as i64, 1], Kind::Double, Device::Cpu)).squeeze())
        };
        let distance = wasserstein(&x, &y, 1.0).expect("sets are not empty");
        prop_assert!((output(&x) - output(&y)).abs() <= model.lipschitz_bound(&parameters) * distance + 1e-12);
    }

    /// W_p is a metric on empirical measures that grows with p, and shifting one side by s shifts W_1 by at most |s|.
    #[test]
    fn wasserstein_is_a_metric(
        x in proptest::collection::vec(-3.0..3.0f64, 1..7),
        y in proptest::collection::vec(-3.0..3.0f64, 1..7),
        z in proptest::collection::vec(-3.0..3.0f64, 1..7),
    ) {
        let w = |a: &[f64], b: &[f64], p: f64| wasserstein(a, b, p).expect("sets are not empty");
        for p in [1.0, 2.0, f64::INFINITY] {
            prop_assert!(w(&x, &z, p) <= w(&x, &y, p) + w(&y, &z, p) + 1e-12);
            prop_assert!((w(&x, &y, p) - w(&y, &x, p)).abs() < 1e-12);
            prop_assert!(w(&x, &x, p) == 0.0);
        }
        prop_assert!(w(&x, &y, 1.0) <= w(&x, &y, 2.0) + 1e-12 && w(&x, &y, 2.0) <= w(&x, &y, f64::INFINITY) + 1e-12);
    }
}
