#![allow(clippy::unwrap_used)]

use lawbook_core::{
    Device, Key, Kind,
    optim::gradients,
    tensor::{from_slice, scalar, to_vec},
};

use super::*;
use crate::{DenseMemory, Patterns, Separation, modern::ModernMemory};

const ALL: [Lagrangian; 5] = [
    Lagrangian::Quadratic,
    Lagrangian::Spherical,
    Lagrangian::SoftSign(3.0),
    Lagrangian::Softmax(2.0),
    Lagrangian::Rectified(3),
];

fn normals(name: &str, shape: &[i64]) -> Tensor {
    Key::new(["biological"]).stream(name, 0).normal_tensor(shape, Kind::Double, Device::Cpu)
}

fn gap(a: &Tensor, b: &Tensor) -> f64 {
    scalar(&(a - b).abs().max())
}

/// Activations against autograd of the values, curvatures against differences of activations, and none negative.
#[test]
fn activations_are_gradients_of_convex_lagrangians() {
    let (x, direction) = (normals("x", &[6, 9]), normals("direction", &[6, 9]));
    for lagrangian in ALL {
        let leaf = x.copy().set_requires_grad(true);
        let slope = gradients(&lagrangian.value(&leaf).sum(Kind::Double), &[leaf.shallow_clone()]).remove(0);
        assert!(gap(&slope, &lagrangian.activation(&x)) < 1e-14, "{lagrangian:?}");
        let at = |h: f64| lagrangian.activation(&(&x + &direction * h));
        let curvature = lagrangian.curvature(&x, &direction);
        assert!(gap(&((at(1e-5) - at(-1e-5)) / 2e-5), &curvature) < 1e-7, "{lagrangian:?}");
        assert!(scalar(&dot(&direction, &curvature).min()) > 0.0);
    }
}

/// The rate of the energy by autograd along the velocity, against the curvatures.
#[test]
fn the_energy_falls_at_the_rate_of_its_curvatures() {
    for (features, memories) in [(ALL[0], ALL[3]), (ALL[1], ALL[4]), (ALL[2], ALL[4]), (ALL[2], ALL[3])] {
        let memory = TwoLayerMemory::new(normals("weights", &[7, 9]), features, memories).unwrap();
        let memory = memory.with_times(0.7, 3.0).unwrap().with_input(normals("input", &[9])).unwrap();
        let leaf = |name, size| normals(name, &[4, size]).set_requires_grad(true);
        let state = Layers { features: leaf("v", 9), memories: leaf("h", 7) };
        let energy = memory.energy(&state).unwrap().sum(Kind::Double);
        let slopes = gradients(&energy, &[state.features.shallow_clone(), state.memories.shallow_clone()]);
        let velocity = memory.velocity(&state).unwrap();
        let rate = dot(&slopes[0], &velocity.features) + dot(&slopes[1], &velocity.memories);
        assert!(gap(&rate, &-memory.dissipation(&state).unwrap()) < 1e-11, "{features:?} {memories:?}");
    }
}

/// X-Val: scipy 1.x `solve_ivp` (DOP853, rtol 1e-12) on the equations written out apart; v and then h at the end.
#[test]
fn trajectories_are_those_of_scipy() {
    let wave = |f: &dyn Fn(f64) -> f64, n: i32| (0..n).map(|i| f(f64::from(i))).collect::<Vec<f64>>();
    let tensor = |values: &[f64], shape: &[i64]| from_slice(values, shape, Kind::Double, Device::Cpu);
    let weights: Vec<f64> = (0..3).flat_map(|m| wave(&|i| (1.0 + 7.0 * f64::from(m) + 3.0 * i).sin(), 5)).collect();
    let start =
        || Layers { features: tensor(&wave(&|i| (2.0 + i).cos(), 5), &[5]), memories: tensor(&[-0.05, 0.05, 0.15], &[3]) };
    let input = wave(&|i| 0.2 * i.sin(), 5);
    let network = |features, memories, tau| {
        TwoLayerMemory::new(tensor(&weights, &[3, 5]), features, memories).unwrap().with_times(1.0, tau).unwrap()
    };
    let b = network(Lagrangian::Quadratic, Lagrangian::Softmax(2.0), 0.2).with_input(tensor(&input, &[5])).unwrap();
    let c = network(Lagrangian::Spherical, Lagrangian::Rectified(3), 2.0);
    let a = network(Lagrangian::SoftSign(3.0), Lagrangian::Rectified(3), 0.2);
    for (memory, steps, expected) in [(b, 3000, SCIPY_B), (c, 3000, SCIPY_C), (a, 1000, SCIPY_A)] {
        let end = memory.run(&start(), 1e-3, steps).unwrap();
        let found = [to_vec(&end.features), to_vec(&end.memories)].concat();
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }
}

const SCIPY_B: [f64; 8] = [
    0.831_950_511_815_981_6,
    -0.766_671_374_301_458_3,
    1.024_629_614_315_507_6,
    -0.832_794_746_939_263_4,
    0.749_596_677_364_589_3,
    2.680_508_520_948_539,
    4.031_328_458_880_977,
    3.397_946_712_877_028_7,
];
const SCIPY_C: [f64; 8] = [
    1.301_202_423_849_567,
    -1.418_527_986_408_450_6,
    1.356_608_838_958_126,
    -1.367_137_922_784_455_8,
    1.393_527_546_990_032_3,
    0.772_099_892_947_691_9,
    1.242_753_879_814_280_3,
    1.107_221_193_164_111,
];
const SCIPY_A: [f64; 8] = [
    -0.147_490_094_181_007_45,
    -0.370_572_704_164_227_3,
    -0.233_441_777_980_561_73,
    0.096_828_270_836_143_87,
    0.361_106_450_123_346_6,
    -0.063_014_561_909_211_48,
    0.111_192_857_961_946_29,
    0.230_837_473_834_641_23,
];

/// Model B is the modern Hopfield network, energy and update; model A with the sign is the dense memory.
#[test]
fn models_a_and_b_are_the_memories_of_one_layer() {
    let (patterns, states) = (normals("patterns", &[11, 8]), normals("states", &[5, 8]));
    let modern = ModernMemory::new(patterns.shallow_clone(), 1.3).unwrap();
    let b = TwoLayerMemory::new(patterns, Lagrangian::Quadratic, Lagrangian::Softmax(1.3)).unwrap();
    assert!(gap(&b.update(&states).unwrap(), &modern.update(&states).unwrap()) < 1e-14);
    let constant = modern.energy(&states).unwrap() - b.reduced_energy(&states).unwrap();
    assert!(scalar(&(constant.max() - constant.min())) < 1e-13);

    let mut stream = Key::new(["biological"]).stream("dense", 0);
    let patterns = Patterns::random(9, 21, &mut stream).unwrap();
    let rows: Vec<f64> = (0..9).flat_map(|mu| patterns.state(mu).signs()).collect();
    let weights = from_slice(&rows, &[9, 21], Kind::Double, Device::Cpu);
    // Far beyond a steepness of one half per unit of v, tanh is the sign.
    let a = TwoLayerMemory::new(weights, Lagrangian::SoftSign(1e3), Lagrangian::Rectified(3)).unwrap();
    let dense = DenseMemory::new(patterns, Separation::Rectified(3)).unwrap();
    for index in 0..20 {
        let state = Patterns::random(1, 21, &mut stream).unwrap().state(0);
        let features = from_slice(&state.signs(), &[21], Kind::Double, Device::Cpu);
        // Fields are sums of squares of integers, and 0 keeps the state.
        let fields = to_vec(&a.update(&features).unwrap());
        let keep = |(v, s): (f64, f64)| if v == 0.0 { s } else { v.signum() };
        let signs: Vec<f64> = fields.into_iter().zip(state.signs()).map(keep).collect();
        assert_eq!(signs, dense.gradient_step(&state).unwrap().signs(), "{index}");
        // Σ v g − L_v is ln 2/a per site for saturated neurons, and L_h is a third of the sum of cubes.
        let saturated = 21.0 * std::f64::consts::LN_2 / 1e3;
        let energy = scalar(&a.reduced_energy(&features).unwrap()) - saturated;
        assert!((energy - dense.energy(&state).unwrap() / 3.0).abs() < 1e-9);
    }
}

/// Model C with quadratic memories is the power iteration: it ends at the leading eigenvector of ξᵀξ.
#[test]
fn model_c_with_quadratic_memories_is_the_power_iteration() {
    let weights = normals("power", &[6, 4]);
    let negated = Tensor::cat(&[&weights, &-&weights], 0);
    // max(x, 0)² over ±ξ is x² over ξ.
    let c = TwoLayerMemory::new(negated, Lagrangian::Spherical, Lagrangian::Rectified(2)).unwrap();
    let mut v = normals("start", &[4]);
    (0..2000).for_each(|_| v = c.update(&v).unwrap());
    let leading = scalar(&weights.tr().matmul(&weights).linalg_eigvalsh("L").max());
    assert!((scalar(&v.norm()) / leading - 1.0).abs() < 1e-12);
    assert!((scalar(&c.reduced_energy(&v).unwrap()) + 0.5 * leading).abs() < 1e-12 * leading);
}

#[test]
fn bad_input_is_refused_with_its_numbers() {
    let new = |f, h| TwoLayerMemory::new(normals("bad", &[3, 4]), f, h);
    assert!(new(Lagrangian::Quadratic, Lagrangian::Rectified(1)).unwrap_err().to_string().contains("power is 1"));
    assert!(new(Lagrangian::SoftSign(0.0), Lagrangian::Rectified(2)).is_err());
    let memory = new(Lagrangian::Quadratic, Lagrangian::Softmax(1.0)).unwrap();
    assert!(memory.settled(&normals("short", &[3])).is_err());
    assert!(memory.with_times(1.0, -1.0).unwrap_err().to_string().contains("memory time constant is -1"));
}
