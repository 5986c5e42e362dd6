use lawbook_core::{Key, Stream, optim::gradients};

use super::*;
use crate::Ensemble;

type Net = Factorised<4, 6, 3, 18, 24>;

fn data() -> Data<4, 3> {
    Data {
        teacher: [[0.9, -0.3, 0.4, 0.1], [0.2, 0.8, -0.5, 0.3], [-0.4, 0.1, 0.6, 0.7]],
        inputs: [0.4, 0.8, 1.2, 1.6],
        labels: [0.2, 0.5, 0.8],
    }
}

fn start(stream: &mut Stream) -> Factors<f64, 18, 24> {
    (std::array::from_fn(|_| 0.5 * stream.normal()), std::array::from_fn(|_| 0.5 * stream.normal()))
}

fn parameters((u, w): &Factors<f64, 18, 24>) -> [Tensor; 2] {
    let new = |values: &[f64], shape: [i64; 2]| {
        tensor::from_slice(values, &shape, Kind::Double, Device::Cpu).set_requires_grad(true)
    };
    [new(u, [3, 6]), new(w, [6, 4])]
}

fn assert_close(values: &[f64], expected: &[f64], tolerance: f64) {
    for (value, expected) in values.iter().zip(expected) {
        assert!((value - expected).abs() < tolerance, "{values:?} {expected:?}");
    }
}

/// X-Val: automatic differentiation, for one sample and for the mean over the data.
#[test]
fn steps_follow_the_gradient() {
    let (data, rate) = (data(), 0.01);
    let net = Net::new(data, rate).unwrap();
    let key = Key::new(["factors"]);
    let mut stream = key.stream("start", 0);
    let initial = start(&mut stream);
    let mut ensemble = Ensemble::<_, f64>::new(net, 1, &key, |_| initial);
    ensemble.advance(1);
    let mut normals = key.stream("normals", 0);
    let mut draw = |variances: &[f64]| -> Vec<f64> { variances.iter().map(|v| normals.normal() * v.sqrt()).collect() };
    let column = |values: &[f64]| tensor::from_slice(values, &[values.len() as i64, 1], Kind::Double, Device::Cpu);
    let (x, noise) = (column(&draw(&data.inputs)), column(&draw(&data.labels)));
    let y = data.teacher().matmul(&x) + noise;
    let factors = parameters(&initial);
    let [u, w] = &factors;
    let sample = (u.matmul(w).matmul(&x) - y).square().sum(Kind::Double);
    let weights = tensor::from_slice(&data.inputs, &[4], Kind::Double, Device::Cpu);
    let mean = ((u.matmul(w) - data.teacher()).square() * weights).sum(Kind::Double);
    let (after_sample, after_mean) = (ensemble.states().next().unwrap(), net.descend(initial));
    for (loss, after) in [(sample, after_sample), (mean, after_mean)] {
        let slopes = gradients(&loss, &factors);
        assert_close(&after.0, &tensor::to_vec(&(u - &slopes[0] * rate)), 1e-13);
        assert_close(&after.1, &tensor::to_vec(&(w - &slopes[1] * rate)), 1e-13);
    }
}

/// X-Val: numpy 2.4.6, `numpy.linalg.svd`, on the same matrices.
#[test]
fn closed_forms_agree_with_numpy() {
    let equilibrium = Point::noise_equilibrium(&data()).unwrap();
    let balanced = Point::balanced(&data());
    assert_close(&[equilibrium.norm_ratio(), equilibrium.noise_ratio(&data())], &[1.396_127_325_840_118_6, 1.0], 1e-10);
    assert_close(
        &[equilibrium.hessian_trace(&data()), balanced.hessian_trace(&data())],
        &[40.835_700_358_559_066, 41.195_651_202_036_146],
        1e-10,
    );
    assert_close(
        &equilibrium.outputs[0],
        &[0.998_796_376_386_526_3, -0.188_895_491_573_861, 0.106_890_167_549_240_45],
        1e-10,
    );
    assert_close(&[balanced.norm_ratio()], &[1.0], 1e-12);
}

/// For isotropic data |W|²/|U|² = d_x/d_y, and the noise equilibrium is the flattest point of the orbit.
#[test]
fn isotropic_noise_ends_at_the_flattest_point() {
    let isotropic = Data { inputs: [1.0; 4], labels: [0.5; 3], ..data() };
    assert!((Point::noise_equilibrium(&isotropic).unwrap().norm_ratio() - 4.0 / 3.0).abs() < 1e-12);
    let flat = Data { labels: [0.5; 3], ..data() };
    let trace = Point::noise_equilibrium(&flat).unwrap().hessian_trace(&flat);
    // The least of a Tr(W Σ_x Wᵀ) + b |U|² on the orbit is 2 √(ab) times the nuclear norm of V Σ_x^{1/2}.
    let scale = tensor::from_slice(&flat.inputs, &[4], Kind::Double, Device::Cpu).sqrt();
    let singular = (flat.teacher() * scale).svd(true, true).1;
    let least = 4.0 * (3.0 * 4.0f64).sqrt() * tensor::scalar(&singular.sum(Kind::Double));
    assert!((trace / least - 1.0).abs() < 1e-12, "{trace} {least}");
    assert!(Point::balanced(&flat).hessian_trace(&flat) > trace);
    assert!(Point::noise_equilibrium(&data()).unwrap().hessian_trace(&data()) > trace);
}

/// X-Val: second differences of the mean loss along every weight.
#[test]
fn the_trace_of_the_hessian_by_differences() {
    // The mean loss of a pair of factors without the constant of the label noise.
    let loss = |(u, w): &Factors<f64, 18, 24>| -> f64 {
        let product = |o: usize, i: usize| (0..6).map(|d| u[o * 6 + d] * w[d * 4 + i]).sum::<f64>();
        let error = |o: usize, i: usize| data().inputs[i] * (product(o, i) - data().teacher[o][i]).powi(2);
        (0..3).flat_map(|o| (0..4).map(move |i| (o, i))).map(|(o, i)| error(o, i)).sum()
    };
    // The loss is quadratic in every single weight, so that differences are exact, at a minimum or not.
    let initial = start(&mut Key::new(["hessian"]).stream("start", 0));
    let second = |shift: &dyn Fn(f64) -> Factors<f64, 18, 24>| loss(&shift(0.1)) + loss(&shift(-0.1)) - 2.0 * loss(&initial);
    let along_u = (0..18).map(|k| {
        second(&|h| {
            let mut s = initial;
            s.0[k] += h;
            s
        })
    });
    let along_w = (0..24).map(|k| {
        second(&|h| {
            let mut s = initial;
            s.1[k] += h;
            s
        })
    });
    let trace = along_u.chain(along_w).sum::<f64>() / 0.01;
    assert!((trace / Point::of(&initial).hessian_trace(&data()) - 1.0).abs() < 1e-10, "{trace}");
}

#[test]
fn what_is_no_data_is_refused() {
    let negative = Data { labels: [0.2, -0.5, 0.8], ..data() };
    assert!(matches!(Net::new(negative, 0.01), Err(FactorisedError::Variance { what: "the label noise", .. })));
    assert!(matches!(Net::new(data(), 0.0), Err(FactorisedError::Rate(_))));
    let noiseless = Data { labels: [0.0; 3], ..data() };
    assert!(matches!(Point::noise_equilibrium(&noiseless), Err(FactorisedError::Noiseless("the label noise"))));
}
