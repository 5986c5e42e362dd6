//! Consistent sequences, their norms and metrics, and the check of models, against closed forms and brute force.

use lawbook_core::{
    Device, Key, Kind, Stream, Tensor,
    tensor::{from_slice, scalar, to_vec},
};
use lawbook_equivariant::{
    sequences::{
        CheckError, Clouds, Compatibility, ConsistentSequence, Constant, GraphNorm, Graphs, Probe, Probed, SequenceError,
        Sets, StepFunction, Violation, check, compatibility, cut_norm, distance, lipschitz, subset_norm,
        symmetrised_distance,
    },
    sets::{Aggregation, SetModel, SetSequence, wasserstein::wasserstein},
};

fn stream(purpose: &str) -> Stream {
    Key::new(["sequences"]).stream(purpose, 0)
}

fn tensor(values: &[f64], shape: &[i64]) -> Tensor {
    from_slice(values, shape, Kind::Double, Device::Cpu)
}

fn small() -> Probe {
    Probe { sizes: vec![4, 8, 16, 32], draws: 4, ..Probe::default() }
}

fn sets(sequence: SetSequence, d: i64, p: f64) -> Sets {
    Sets::new(sequence, d, p).expect("d and p are at least 1")
}

fn line() -> Constant {
    Constant::new(1).expect("one output")
}

/// X-Val (Table 2 of arXiv 2505.23599): compatible are mean and maximum under duplication, and the centred sum under zero padding.
#[test]
fn set_models_are_compatible_as_in_the_published_table() {
    let expected = [
        (SetSequence::Duplication, Aggregation::Sum, false),
        (SetSequence::Duplication, Aggregation::Mean, true),
        (SetSequence::Duplication, Aggregation::Max, true),
        (SetSequence::ZeroPadding, Aggregation::Sum, true),
        (SetSequence::ZeroPadding, Aggregation::Mean, false),
        (SetSequence::ZeroPadding, Aggregation::Max, false),
    ];
    for (sequence, aggregation, compatible) in expected {
        let model = SetModel::three_layers(aggregation, 3, 20).expect("widths are positive");
        let parameters = model.init(&mut stream("parameters"), Kind::Double, Device::Cpu);
        let inputs = sets(sequence, 3, 1.0);
        let found =
            compatibility(&inputs, &line(), |x| model.forward_centred(&parameters, x), &small(), &mut stream("draws"))
                .expect("the model takes every size");
        assert_eq!(matches!(found, Compatibility::Compatible { .. }), compatible, "{sequence:?} {aggregation:?}");
    }
}

/// max x_i changes by 1 where the normalised ℓ_p norm changes by n^{−1/p}; the mean never by more than 1; the sum in ℓ_1 as well, and
/// in ℓ_2 by √n if all points move alike.
#[test]
fn lipschitz_constants_grow_with_the_exponents_of_theory() {
    let probe = Probe { sizes: vec![8, 16, 32, 64, 128], draws: 4, ..Probe::default() };
    let max = |x: &Tensor| x.amax([0i64].as_slice(), false);
    let mean = |x: &Tensor| x.mean(Kind::Double);
    let sum = |x: &Tensor| x.sum(Kind::Double);
    let exponent = |sequence: SetSequence, p: f64, model: &dyn Fn(&Tensor) -> Tensor| {
        lipschitz(&sets(sequence, 1, p), &line(), model, &probe, &mut stream("moves")).expect("the model takes every size")
    };
    for (p, expected) in [(1.0, 1.0), (2.0, 0.5), (f64::INFINITY, 0.0)] {
        let growth = exponent(SetSequence::Duplication, p, &max);
        assert!((growth.exponent - expected).abs() < 0.15, "maximum, p = {p}: {growth:?}");
        let growth = exponent(SetSequence::Duplication, p, &mean);
        assert!(growth.exponent.abs() < 1e-9, "mean, p = {p}: {growth:?}");
        assert!(growth.constants.iter().all(|(_, constant)| (constant - 1.0).abs() < 1e-9));
    }
    for (p, expected) in [(1.0, 0.0), (2.0, 0.5)] {
        let growth = exponent(SetSequence::ZeroPadding, p, &sum);
        assert!((growth.exponent - expected).abs() < 1e-9, "sum, p = {p}: {growth:?}");
    }
}

/// The reader's own models: a variance transfers, a weighting by position is not even symmetric, a count is not compatible.
#[test]
fn closures_are_told_apart_with_counter_examples() {
    let inputs = sets(SetSequence::Duplication, 2, 1.0);
    let mean = |x: &Tensor| x.mean_dim([0i64].as_slice(), true, Kind::Double);
    let spread = |x: &Tensor| (x - mean(x)).square().sum_dim_intlist([-1i64].as_slice(), false, Kind::Double).sqrt();
    let report = check(&inputs, &line(), |x| spread(x).mean(Kind::Double), &small(), &mut stream("spread")).expect("runs");
    assert!(report.is_transferable() && report.convergence.exponent < -0.2, "{report}");
    let first =
        check(&inputs, &line(), |x: &Tensor| x.get(0).sum(Kind::Double), &small(), &mut stream("first")).expect("runs");
    let Compatibility::Incompatible(found) = &first.compatibility else { panic!("{first}") };
    assert!(matches!(found.violation, Violation::Symmetry { .. }), "{first}");
    let norms = |x: &Tensor| x.square().sum(Kind::Double);
    let total = check(&inputs, &line(), norms, &small(), &mut stream("total")).expect("runs");
    let Compatibility::Incompatible(found) = &total.compatibility else { panic!("{total}") };
    let Violation::Embedding { from, to } = found.violation else { panic!("{total}") };
    // The counter-example stands on its own: the outputs are those of its input.
    let (n, ratio) = (found.input.size()[0], (to / from) as f64);
    assert_eq!(n, from);
    assert!((scalar(&found.moved_input) / scalar(&found.moved_output) - ratio).abs() < 1e-12);
    assert!((scalar(&found.moved_output) - scalar(&norms(&found.input))).abs() < 1e-12);
    assert!(total.to_string().contains(&format!("from size {from} to {to}")), "{total}");
}

/// Models in single precision, with a tolerance for their rounding.
#[test]
fn models_in_single_precision_are_checked() {
    let model = SetModel::three_layers(Aggregation::Mean, 2, 16).expect("widths are positive");
    let parameters = model.init(&mut stream("single"), Kind::Float, Device::Cpu);
    let single = |x: &Tensor| model.forward(&parameters, &x.to_kind(Kind::Float));
    let inputs = sets(SetSequence::Duplication, 2, 1.0);
    let of = |tolerance: f64| {
        let probe = Probe { tolerance, ..small() };
        check(&inputs, &line(), single, &probe, &mut stream("single")).expect("runs")
    };
    assert!(of(1e-4).is_transferable(), "{}", of(1e-4));
    assert!(!of(1e-12).is_compatible());
}

/// Graphs: A X/n is continuous in the operator norm, diag(A) X is compatible but is not, and a diagonal output is not compatible.
#[test]
fn graph_maps_are_told_apart_in_the_operator_norm() {
    let inputs = Graphs::new(2, GraphNorm::Operator).expect("two features");
    let signals = sets(SetSequence::Duplication, 2, 2.0);
    let convolve = |(a, x): &(Tensor, Tensor)| a.matmul(x) / a.size()[0] as f64;
    let report = check(&inputs, &signals, convolve, &small(), &mut stream("convolve")).expect("runs");
    assert!(report.is_transferable(), "{report}");
    let loops = |(a, x): &(Tensor, Tensor)| a.diagonal(0, 0, 1).unsqueeze(1) * x;
    let report = check(&inputs, &signals, loops, &small(), &mut stream("loops")).expect("runs");
    assert!(report.is_compatible() && !report.is_bounded(), "{report}");
    assert!((report.growth.exponent - 1.0).abs() < 0.3, "{report}");
    let entrywise = Graphs::new(2, GraphNorm::Entrywise(f64::INFINITY)).expect("two features");
    let uniform = sets(SetSequence::Duplication, 2, f64::INFINITY);
    let report = check(&entrywise, &uniform, loops, &small(), &mut stream("loops")).expect("runs");
    assert!(report.is_transferable(), "{report}");
    let diagonal = |(a, x): &(Tensor, Tensor)| (a.diagonal(0, 0, 1).diag_embed(0, 0, 1), x.shallow_clone());
    let found = compatibility(&inputs, &inputs, diagonal, &small(), &mut stream("diagonal")).expect("runs");
    let Compatibility::Incompatible(found) = found else { panic!("{found:?}") };
    assert!(matches!(found.violation, Violation::Embedding { .. }) && found.difference > 1e-3);
}

/// The density of edges is bounded by the cut norm itself, a self loop is not; larger graphs are refused with their size.
#[test]
fn graph_maps_are_told_apart_in_the_cut_norm() {
    let inputs = Graphs::new(1, GraphNorm::Cut).expect("one feature");
    let probe = Probe { sizes: vec![3, 6, 12], draws: 2, ..Probe::default() };
    let density = |(a, _): &(Tensor, Tensor)| a.mean(Kind::Double);
    let report = check(&inputs, &line(), density, &probe, &mut stream("cut")).expect("at most 12 vertices");
    assert!(
        report.is_transferable() && report.growth.constants.iter().all(|(_, constant)| *constant <= 1.0 + 1e-9),
        "{report}"
    );
    let loops = |(a, _): &(Tensor, Tensor)| a.diagonal(0, 0, 1).mean(Kind::Double);
    let report = check(&inputs, &line(), loops, &probe, &mut stream("cut")).expect("at most 12 vertices");
    // 0.1 I moves the mean of the diagonal by 0.1 and has the cut norm 0.1/n.
    assert!(report.is_compatible() && (report.growth.exponent - 1.0).abs() < 1e-6, "{report}");
    let large = Probe { sizes: vec![4, 8, 21], ..probe };
    let text = lipschitz(&inputs, &line(), density, &large, &mut stream("cut")).expect_err("too large").to_string();
    assert!(text.contains("size 21") && text.contains("at most 20"), "{text}");
}

/// Clouds: the mean of G_ij over all pairs is compatible, over pairs i ≠ j it is not, and a coordinate is not even invariant.
#[test]
fn cloud_maps_are_told_apart() {
    let inputs = Clouds::new(3, 2.0).expect("three dimensions");
    let gram = |x: &Tensor| x.matmul(&x.transpose(0, 1)).square();
    let all = |x: &Tensor| gram(x).mean(Kind::Double);
    let off = |x: &Tensor| {
        let n = x.size()[0] as f64;
        (gram(x).sum(Kind::Double) - gram(x).diagonal(0, 0, 1).sum(Kind::Double)) / (n * (n - 1.0))
    };
    let coordinate = |x: &Tensor| x.select(1, 0).mean(Kind::Double);
    let of = |model: &dyn Fn(&Tensor) -> Tensor| {
        compatibility(&inputs, &line(), model, &small(), &mut stream("clouds")).expect("the model takes every size")
    };
    assert!(matches!(of(&all), Compatibility::Compatible { worst, .. } if worst < 1e-12));
    let embedding = |found: &Compatibility<Tensor, Tensor>| match found {
        Compatibility::Incompatible(found) => matches!(found.violation, Violation::Embedding { .. }),
        Compatibility::Compatible { .. } => false,
    };
    assert!(embedding(&of(&off)));
    assert!(matches!(of(&coordinate), Compatibility::Incompatible(_)) && !embedding(&of(&coordinate)));
}

/// T1 (Example 2.6): every embedding and every group element is an isometry of every norm.
#[test]
fn embeddings_and_symmetries_are_isometries() {
    fn isometric<S: Probed>(sequence: &S, sizes: [i64; 2]) {
        let mut stream = stream("isometries");
        let x = sequence.random(sizes[0], &mut stream);
        let norm = |x: &S::Vector| sequence.norm(x).expect("the size fits");
        let embedded = sequence.embed(&x, sizes[1]).expect("a multiple");
        let moved = sequence.act(&sequence.symmetry(sizes[0], &mut stream), &x);
        assert!((norm(&embedded) / norm(&x) - 1.0).abs() < 1e-12 && (norm(&moved) / norm(&x) - 1.0).abs() < 1e-12);
        assert!(distance(sequence, &x, &embedded).expect("the size fits") < 1e-13);
        // Embeddings compose.
        let further = |x: &S::Vector| sequence.embed(x, 2 * sizes[1]).expect("a multiple");
        let in_steps = sequence.difference(&further(&embedded), &further(&x)).expect("of one size");
        assert_eq!(sequence.norm(&in_steps), Ok(0.0));
    }
    for p in [1.0, 2.0, 3.5, f64::INFINITY] {
        isometric(&sets(SetSequence::Duplication, 3, p), [7, 21]);
        isometric(&sets(SetSequence::ZeroPadding, 3, p), [7, 19]);
        isometric(&Clouds::new(3, p).expect("three dimensions"), [7, 21]);
        isometric(&Graphs::new(2, GraphNorm::Entrywise(p)).expect("two features"), [7, 21]);
    }
    isometric(&Graphs::new(2, GraphNorm::Operator).expect("two features"), [7, 21]);
    isometric(&Graphs::new(2, GraphNorm::Cut).expect("two features"), [4, 8]);
}

/// X-Val: the cut norm against all pairs of subsets, and closed forms: 1 for ones, ¼ for the 2×2 matrix of signs.
#[test]
fn cut_norm_is_the_largest_rectangle() {
    let n = 6;
    let mut a = vec![0.0; n * n];
    stream("cut").fill_normal(&mut a);
    let mut best = 0.0_f64;
    for s in 0u32..1 << n {
        for t in 0u32..1 << n {
            let inside = (0..n * n).filter(|k| s >> (k / n) & 1 == 1 && t >> (k % n) & 1 == 1);
            best = best.max(inside.map(|k| a[k]).sum::<f64>().abs());
        }
    }
    assert!((cut_norm(&a, n).expect("small") - best / 36.0).abs() < 1e-13);
    assert!((cut_norm(&[1.0; 9], 3).expect("small") - 1.0).abs() < 1e-15);
    assert!((cut_norm(&[1.0, -1.0, -1.0, 1.0], 2).expect("small") - 0.25).abs() < 1e-15);
    assert!((subset_norm(&[1.0, -3.0, 1.0], 3, 1).expect("small") - 1.0).abs() < 1e-15);
    assert_eq!(cut_norm(&[0.0; 5], 2), Err(SequenceError::Shape { given: vec![5], expected: "2 × 2 entries".to_owned() }));
    assert!(cut_norm(&[0.0; 21 * 21], 21).is_err_and(|error| error.to_string().contains("21")));
}

/// X-Val (T9, Proposition G.1): ‖W‖_□ ≤ ‖T_W‖_{2→2} ≤ 2^{3/2} ‖W‖_□^{1/2} for symmetric |W| ≤ 1.
#[test]
fn cut_and_operator_norm_bound_each_other() {
    let mut stream = stream("norms");
    let norm = |a: &Tensor, norm: GraphNorm| {
        let n = a.size()[0];
        let graph = (a.shallow_clone(), Tensor::zeros([n, 1], (Kind::Double, Device::Cpu)));
        Graphs::new(1, norm).and_then(|graphs| graphs.norm(&graph)).expect("small")
    };
    for n in [1, 2, 5, 12] {
        let a = stream.uniform_tensor(&[n, n], Kind::Double, Device::Cpu) * 2.0 - 1.0;
        let a = (&a + a.transpose(0, 1)) / 2.0;
        let (cut, operator) = (norm(&a, GraphNorm::Cut), norm(&a, GraphNorm::Operator));
        assert!(cut <= operator + 1e-14 && operator <= 8f64.sqrt() * cut.sqrt() + 1e-14, "{n}: {cut} {operator}");
    }
}

/// X-Val (T2, Proposition F.1): the best permutation after duplication gives W_p, here from the quantile coupling.
#[test]
fn symmetrised_distance_is_the_wasserstein_distance() {
    let mut stream = stream("orbits");
    for (n, m, p) in [(2i64, 3i64, 1.0), (6, 6, 2.0), (3, 6, f64::INFINITY), (1, 5, 1.0)] {
        let sequence = sets(SetSequence::Duplication, 1, p);
        let (x, y) = (sequence.random(n, &mut stream), sequence.random(m, &mut stream));
        let best = symmetrised_distance(&sequence, &x, &y).expect("at most six points");
        let exact = wasserstein(&to_vec(&x), &to_vec(&y), p).expect("not empty");
        assert!((best - exact).abs() < 1e-12, "{n} {m} {p}: {best} {exact}");
        assert!((sequence.gap(&x, &y).expect("shapes fit") - exact).abs() < 1e-12);
    }
    let padding = sets(SetSequence::ZeroPadding, 1, 1.0);
    let padded =
        symmetrised_distance(&padding, &tensor(&[2.0], &[1, 1]), &tensor(&[0.0, 2.0, 0.0], &[3, 1])).expect("three points");
    assert!(padded < 1e-15);
    let (x, y) = (tensor(&[0.0; 8], &[8, 1]), tensor(&[0.0; 8], &[8, 1]));
    assert!(symmetrised_distance(&padding, &x, &y).is_err_and(|error| error.to_string().contains('8')));
}

/// A set and its duplicates are one step function, and its L^p norm is the normalised ℓ_p norm.
#[test]
fn step_functions_forget_the_size() {
    let x = stream("steps").normal_tensor(&[5, 2], Kind::Double, Device::Cpu);
    let sequence = sets(SetSequence::Duplication, 2, 3.0);
    let large = sequence.embed(&x, 15).expect("a multiple");
    let (small, large) = (StepFunction::new(&x).expect("five points"), StepFunction::new(&large).expect("fifteen points"));
    for i in 0..=60 {
        let t = f64::from(i) / 60.0 - 1e-9;
        assert_eq!(small.at(t), large.at(t));
    }
    assert!((small.norm(3.0).expect("p ≥ 1") - sequence.norm(&x).expect("shape fits")).abs() < 1e-14);
    assert!(small.norm(0.0).is_err());
}

#[test]
fn bad_input_is_told_with_its_numbers() {
    let inputs = sets(SetSequence::Duplication, 2, 1.0);
    let told = |result: Result<i64, SequenceError>, words: &str| {
        let text = result.expect_err("bad input").to_string();
        assert!(text.contains(words), "{text}");
    };
    told(inputs.size(&tensor(&[], &[0, 2])), "0 points");
    told(inputs.size(&tensor(&[1.0; 6], &[2, 3])), "[2, 3] is not [n, 2]");
    told(inputs.size(&tensor(&[1.0, f64::NAN], &[1, 2])), "1 of 2 entries");
    told(Sets::new(SetSequence::Duplication, 0, 1.0).map(|_| 0), "dimension 0");
    told(Sets::new(SetSequence::Duplication, 1, f64::NAN).map(|_| 0), "p = NaN");
    let graphs = Graphs::new(1, GraphNorm::Operator).expect("one feature");
    told(graphs.size(&(tensor(&[1.0; 6], &[2, 3]), tensor(&[1.0; 2], &[2, 1]))), "[2, 3] is not [2, 2]");
    let model = |x: &Tensor| x.mean(Kind::Double);
    let outcome = |probe: &Probe| check(&inputs, &line(), model, probe, &mut stream("bad")).err();
    assert_eq!(outcome(&Probe { sizes: vec![8, 4], ..small() }), Some(CheckError::Sizes(vec![8, 4])));
    assert_eq!(outcome(&Probe { draws: 0, ..small() }), Some(CheckError::Draws(0)));
    assert_eq!(outcome(&Probe { multiples: vec![1], ..small() }), Some(CheckError::Multiples(vec![1])));
    let wrong = check(&inputs, &line(), |x: &Tensor| x.shallow_clone(), &small(), &mut stream("bad"));
    let text = wrong.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(text.contains("size 4") && text.contains("[4, 2]"), "{text}");
}
