//! Symmetry, compatibility and sizes of the cloud models, and the surfaces.

use lawbook_core::{
    Device, Key, Kind, Stream, Tensor,
    equivariance::{equivariance_error, random_permutation},
    tensor::{scalar, to_vec},
};

use super::{CloudModel, DsCi, OiDs, Pairs, PointClouds, Siamese, Surface, SvdDs, centroids};
use crate::sets::Aggregation;

fn stream(purpose: &str) -> Stream {
    Key::new(["clouds"]).stream(purpose, 0)
}

/// A torus away from the origin: distinct singular values and no vanishing third moment.
fn torus(n: usize, stream: &mut Stream) -> Tensor {
    Surface::Torus { ring: 2.0, tube: 0.7 }.sample(n, [1.5, 0.8, 0.9], stream).expect("a torus")
}

/// gXhᵀ with a permutation g and an orthogonal h, in f64.
fn act(element: &(Tensor, Tensor), x: &Tensor) -> Tensor {
    x.index_select(0, &element.0).matmul(&element.1.transpose(0, 1))
}

fn draw(stream: &mut Stream) -> (Tensor, (Tensor, Tensor)) {
    let rotation = Tensor::linalg_qr(&stream.normal_tensor(&[3, 3], Kind::Double, Device::Cpu), "reduced").0;
    (torus(40, stream), (random_permutation(stream, 40), rotation))
}

fn error(kind: Kind, f: impl Fn(&PointClouds) -> Tensor) -> f64 {
    let apply = |x: &Tensor| f(&PointClouds::new(x.unsqueeze(0)).expect("finite"));
    equivariance_error(&mut stream("draws"), kind, 20, draw, act, |_, y| y.shallow_clone(), apply)
}

#[test]
fn models_are_invariant_under_permutations_and_rotations_in_both_precisions() {
    for (kind, tolerance) in [(Kind::Double, 1e-11), (Kind::Float, 1e-3)] {
        let svd = SvdDs::new(Aggregation::Mean, 3, 8).expect("widths");
        let parameters = svd.init(&mut stream("svd"), kind, Device::Cpu);
        assert!(error(kind, |clouds| svd.forward(&parameters, clouds).expect("finite")) < tolerance);
        for pairs in [Pairs::Distinct, Pairs::All] {
            let model = DsCi::new(pairs, 8).expect("widths");
            let parameters = model.init(&mut stream("ds-ci"), kind, Device::Cpu);
            assert!(error(kind, |clouds| model.forward(&parameters, clouds).expect("pairs")) < tolerance);
        }
        let oi_ds = OiDs::new(3, 8).expect("widths");
        let of_oi_ds = oi_ds.init(&mut stream("oi-ds"), kind, Device::Cpu);
        assert!(error(kind, |clouds| oi_ds.forward(&of_oi_ds, clouds).expect("centroids")) < tolerance);
        // Negative control: the same set model in the coordinates as given.
        assert!(error(kind, |clouds| svd.set().forward(&parameters, clouds.points())) > 1e-2);
    }
}

#[test]
fn compatible_models_are_unchanged_by_duplication() {
    let clouds = PointClouds::new(torus(30, &mut stream("cloud")).unsqueeze(0)).expect("finite");
    let twice = clouds.duplicate(2).expect("positive");
    let change = |f: &dyn Fn(&PointClouds) -> Tensor| scalar(&(f(&twice) - f(&clouds)).abs().max());
    for (aggregation, compatible) in [(Aggregation::Mean, true), (Aggregation::Sum, false)] {
        let model = SvdDs::new(aggregation, 3, 8).expect("widths");
        let parameters = model.init(&mut stream("svd"), Kind::Double, Device::Cpu);
        let change = change(&|clouds| model.forward(&parameters, clouds).expect("finite"));
        assert_eq!(change < 1e-12, compatible, "{change}");
    }
    for (pairs, compatible) in [(Pairs::All, true), (Pairs::Distinct, false)] {
        let model = DsCi::new(pairs, 8).expect("widths");
        let parameters = model.init(&mut stream("ds-ci"), Kind::Double, Device::Cpu);
        let change = change(&|clouds| model.forward(&parameters, clouds).expect("pairs"));
        assert_eq!(change < 1e-12, compatible, "{change}");
    }
}

/// Centroids depend on the measure alone; three fixed points of the cloud in their place do not.
#[test]
fn centroids_and_their_model_are_unchanged_by_duplication() {
    let clouds = PointClouds::new(torus(30, &mut stream("cloud")).unsqueeze(0)).expect("finite");
    let twice = clouds.duplicate(2).expect("positive");
    let apart = |a: Tensor, b: Tensor| scalar(&(a - b).abs().max());
    let of = |clouds: &PointClouds| centroids(clouds, 3).expect("centroids");
    assert!(apart(of(&twice), of(&clouds)) < 1e-13);
    let model = OiDs::new(3, 8).expect("widths");
    let parameters = model.init(&mut stream("oi-ds"), Kind::Double, Device::Cpu);
    assert_eq!(parameters.iter().map(|w| w.numel() as i64).sum::<i64>(), model.parameter_count());
    let output = |clouds: &PointClouds| model.forward(&parameters, clouds).expect("centroids");
    assert!(apart(output(&twice), output(&clouds)) < 1e-13);
    let first = |clouds: &PointClouds| model.forward_with(&parameters, clouds, &clouds.points().narrow(1, 0, 3));
    assert!(apart(first(&twice), first(&clouds)) > 1e-4);
    assert!(centroids(&clouds, 0).is_err_and(|error| error.to_string().contains("give at least 1")));
}

/// X-Val: the mean of each of three groups of points that lie far apart, and one cloud beside another as by itself.
#[test]
fn centroids_of_distinct_groups_are_their_means() {
    let mut stream = stream("groups");
    let mut group =
        |x: f64, y: f64| stream.normal_tensor(&[20, 2], Kind::Double, Device::Cpu) * 0.1 + Tensor::from_slice(&[x, y]);
    let groups = [group(1.0, 0.0), group(0.0, 4.0), group(-9.0, 0.0)];
    let means: Vec<Tensor> = groups.iter().map(|group| group.mean_dim([0i64].as_slice(), false, Kind::Double)).collect();
    let cloud = Tensor::cat(&[&groups[2], &groups[0], &groups[1]], 0).unsqueeze(0);
    let other = Tensor::cat(&[&groups[0], &groups[0], &groups[0]], 0).unsqueeze(0);
    let both = PointClouds::new(Tensor::cat(&[&cloud, &other], 0)).expect("finite");
    let found = centroids(&both, 3).expect("centroids");
    assert!(scalar(&(found.get(0) - Tensor::stack(&means, 0)).abs().max()) < 1e-13);
    let alone = centroids(&PointClouds::new(other).expect("finite"), 3).expect("centroids");
    assert!(scalar(&(found.get(1) - alone.get(0)).abs().max()) < 1e-13);
}

/// X-Val: the trainable parameters of the networks of the paper's experiment, head included, by its reference implementation.
#[test]
fn parameter_counts_are_those_of_the_reference_implementation() {
    let svd = SvdDs::new(Aggregation::Mean, 3, 16).expect("widths");
    assert_eq!(svd.parameter_count() + Siamese { features: 16 }.parameter_count(), 1938);
    let ds_ci = DsCi::new(Pairs::All, 10).expect("widths");
    assert_eq!(ds_ci.parameter_count() + Siamese { features: 10 }.parameter_count(), 1992);
    let parameters = ds_ci.init(&mut stream("counts"), Kind::Float, Device::Cpu);
    assert_eq!(parameters.iter().map(Tensor::numel).sum::<usize>(), 1890);
}

/// Each surface by its equation; the mean of z² on the uniform torus is r²/2.
#[test]
fn samples_lie_on_their_surfaces() {
    let mut stream = stream("surfaces");
    let rows = |surface: Surface, stream: &mut Stream| {
        let points = to_vec(&surface.sample(4000, [0.0; 3], stream).expect("positive"));
        points.chunks_exact(3).map(|x| [x[0], x[1], x[2]]).collect::<Vec<_>>()
    };
    assert!(rows(Surface::Sphere(2.0), &mut stream).iter().all(|[x, y, z]| (x * x + y * y + z * z - 4.0).abs() < 1e-12));
    let ellipsoid = rows(Surface::Ellipsoid([3.0, 2.0, 1.0]), &mut stream);
    assert!(ellipsoid.iter().all(|[x, y, z]| (x * x / 9.0 + y * y / 4.0 + z * z - 1.0).abs() < 1e-12));
    let torus = rows(Surface::Torus { ring: 2.0, tube: 1.0 }, &mut stream);
    assert!(torus.iter().all(|[x, y, z]| (((x * x + y * y).sqrt() - 2.0).powi(2) + z * z - 1.0).abs() < 1e-12));
    // E ρ² = R² + 3r²/2 for the distance ρ from the axis under the uniform measure; five standard errors.
    let mean = torus.iter().map(|[x, y, _]| x * x + y * y).sum::<f64>() / 4000.0;
    assert!((mean - 5.5).abs() < 0.23, "{mean}");
    assert!(Surface::Torus { ring: 1.0, tube: 1.0 }.sample(3, [0.0; 3], &mut stream).is_err());
    assert!(Surface::Sphere(f64::NAN).sample(3, [0.0; 3], &mut stream).is_err());
}

#[test]
fn bad_clouds_are_refused_with_their_numbers() {
    let zeros = |shape: &[i64]| Tensor::zeros(shape, (Kind::Double, Device::Cpu));
    assert!(PointClouds::new(zeros(&[3, 3])).expect_err("bad").to_string().contains("[3, 3]"));
    assert!(PointClouds::new(zeros(&[1, 2, 3]) / 0.0).expect_err("bad").to_string().contains("6 of the 6"));
    let single = PointClouds::new(zeros(&[1, 1, 3])).expect("one point");
    assert!(single.duplicate(0).is_err());
    let model = DsCi::new(Pairs::Distinct, 4).expect("widths");
    let parameters = model.init(&mut stream("single"), Kind::Double, Device::Cpu);
    assert!(model.forward(&parameters, &single).is_err());
    assert!(model.over(Pairs::All).forward(&parameters, &single).is_ok());
}

/// The head is a pseudo-metric when a = 1 and b = 0: symmetric, and zero for equal features, where it has a gradient too.
#[test]
fn the_head_is_symmetric_and_has_a_gradient_at_zero() {
    let head = Siamese { features: 4 };
    let mut stream = stream("head");
    let parameters = head.init(&mut stream, Kind::Double, Device::Cpu);
    let [f, g] = [(); 2].map(|()| stream.normal_tensor(&[2, 4], Kind::Double, Device::Cpu));
    let difference = head.forward(&parameters, &f, &g) - head.forward(&parameters, &g, &f);
    assert!(scalar(&difference.abs().max()) < 1e-15);
    let same = head.forward(&parameters, &f, &f).sum(Kind::Double);
    assert_eq!(scalar(&same), 0.0);
    let slopes = lawbook_core::optim::gradients(&same, &parameters);
    assert!(slopes.iter().all(|slope| to_vec(slope).iter().all(|x| x.is_finite())));
}

/// What has no tensors in between against what has: in single precision two ways, in double precision one.
#[test]
fn slopes_through_a_head_are_those_of_autograd() {
    let mut stream = stream("slopes");
    let clouds = PointClouds::new(stream.normal_tensor(&[5, 9, 3], Kind::Float, Device::Cpu)).expect("clouds");
    for pairs in [Pairs::Distinct, Pairs::All] {
        let model = DsCi::new(pairs, 6).expect("widths");
        let parameters = model.init(&mut stream, Kind::Float, Device::Cpu);
        let front = [Tensor::full([1], 0.7, (Kind::Float, Device::Cpu)).set_requires_grad(true)];
        let head = |features: &Tensor| ((features + 1.0).square() * &front[0]).sum(Kind::Float);
        let (loss, slopes) = model.slopes_through(&parameters, &clouds, &front, head).expect("clouds");
        let expected = head(&model.forward(&parameters, &clouds).expect("clouds"));
        let all: Vec<Tensor> = front.iter().chain(&parameters).map(Tensor::shallow_clone).collect();
        assert!((loss / scalar(&expected) - 1.0).abs() < 1e-5);
        assert_eq!(slopes.len(), all.len());
        for (a, b) in slopes.iter().zip(lawbook_core::optim::gradients(&expected, &all)) {
            assert_eq!(a.size(), b.size());
            assert!(scalar(&(a - &b).norm()) <= 1e-4 * (1e-3 + scalar(&b.norm())));
        }
    }
}
