//! Bad input is refused: zero, negative, infinite, no number, or nothing at all. Every answer names what was given, and what to
//! give instead.

use std::{fmt::Display, panic::catch_unwind};

use lawbook_analysis::matrix::Matrix;
use lawbook_core::{Device, Key, Kind};
use lawbook_dynamics::{
    Ensemble, Noise, Number, Process, TensorEnsemble,
    estimators::{
        first_exit::{FirstExit, effective_temperature, escape_rate},
        lyapunov::{critical_rate, expected_log_abs},
        lyapunov_spectrum::lyapunov_spectrum,
        passage::{PassageTimesError, Passages, Watched, first_passages},
        regression_passage::{diffusion_time, mean_steps},
        time_average::{Looks, time_average},
    },
    integrators::{
        logarithmic::log_imbalances,
        time_changed::{Schedule, TimeChanged},
    },
    systems::{
        finite_data::DataSet,
        interpolation::Interpolation,
        isotropic::largest_exponents,
        local_maximum::TwoSamples,
        mirror::Mirror,
        quadratic::{Quadratic, Shape, epoch_variances},
        regression::Regression,
        regression_sgd::RegressionSgd,
        spred::{Factors, GroupFactors},
        two_layer::{Sgd, Weights, snapshots},
    },
    theory::{
        adaptive::{mean_size, size_cdf, size_variance},
        covariance::{natural_covariance, newton_covariance},
        escape::Barrier,
        kesten::{log_growth, moment_growth, tail_index},
        minibatch::constant_noise,
        moments::{Moments, NoisyLine},
        uncertainty::{Driven, Outcome, compare, walk},
    },
};

/// Numbers that no rate, size or noise may be.
const NEVER: [f64; 4] = [0.0, -0.1, f64::NAN, f64::INFINITY];

/// The answers name these and say what to give.
fn refused<T, E: Display>(what: &str, answer: Result<T, E>, mention: &[&str]) {
    let Err(error) = answer else { panic!("{what} is accepted") };
    let text = error.to_string();
    for word in mention {
        assert!(text.contains(word), "{what} is refused without a word of {word}: {text}");
    }
}

/// The same of what panics.
fn panics<T>(what: &str, f: impl FnOnce() -> T + std::panic::UnwindSafe, mention: &str) {
    let Err(payload) = catch_unwind(f) else { panic!("{what} is accepted") };
    let text = payload.downcast_ref::<String>().cloned();
    let text = text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
    assert!(text.contains(mention), "{what} is refused without a word of {mention}: {text}");
}

/// A walk whose height is the root of its place: no number below zero.
#[derive(Debug, Clone, Copy)]
struct Walk;

impl Process for Walk {
    type State<X: Number> = [X; 1];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [x]: [X; 1], noise: &mut N) -> [X; 1] {
        [x + noise.normal()]
    }
}

impl Watched for Walk {
    #[inline(always)]
    fn height<X: Number>(&self, [x]: &[X; 1]) -> X {
        x.sqrt()
    }
}

fn walkers(replicas: u64) -> Ensemble<Walk> {
    Ensemble::new(Walk, replicas, &Key::new(["walkers"]), |_| [0.0])
}

#[test]
fn ensembles() {
    panics("no replicas", || walkers(0), "at least 1");
    let tensors = || TensorEnsemble::new(Walk, 0, &Key::new(["walkers"]), (Kind::Double, Device::Cpu), |_| [0.0]);
    panics("no replicas of tensors", tensors, "at least 1");
    let sgd = Sgd { data: NoisyLine { slope: 0.1, noise: 1.0 }, rate: 0.1, batch: 1 };
    let start = Weights { u: 0.6, w: 0.2 };
    panics("falling times", move || snapshots(sgd, start, 1, &Key::new(["times"]), [3, 2]), "ascend");
    let balanced = log_imbalances(sgd, Weights::balanced(0.1), 2, &Key::new(["balanced"]), [1]);
    refused("a balanced start", balanced, &["2 of 2", "diverged"]);
    for looks in [Looks { burn: 1, thin: 1, count: 0 }, Looks { burn: 1, thin: 0, count: 3 }] {
        refused("no looks", time_average(&mut walkers(2), looks, |[x]| [x]), &["looks", "at least 1"]);
    }
}

#[test]
fn passages() {
    let watch = |replicas, level| first_passages(Walk, level, (replicas, 20), &Key::new(["watch"]), |_| [1.0]);
    refused("nobody", watch(0, 1.0), &["at least 1"]);
    refused("a level of NaN", watch(9, f64::NAN), &["NaN"]);
    // Half of them are below zero after a step, and have not passed 100 for that.
    refused("a height of NaN", watch(64, 100.0), &["of 64 replicas is not a number"]);
    refused("no times", Passages::new(&[], 7), &["at least 1"]);
    for time in [-1.0, 8.0, f64::NAN, f64::INFINITY] {
        refused("a time outside", Passages::new(&[Some(time)], 7), &["7 steps", &time.to_string()]);
    }
    let one = Passages::new(&[Some(3.0)], 7).expect("one passage");
    for fraction in [0.0, -0.5, 1.5, f64::NAN] {
        refused("a fraction", one.quantile(fraction), &[&fraction.to_string(), "up to 1"]);
    }
    assert_eq!((one.restricted_mean().mean, one.restricted_mean().error), (3.0, f64::INFINITY));
    assert!(matches!(Passages::new(&[None], 7).expect("none").quantile(1.0), Err(PassageTimesError::Censored(_))));
}

#[test]
fn rates_of_escape() {
    for bad in NEVER {
        let text = bad.to_string();
        refused("a rate", mean_steps(bad, 1.5, 50), &[&text, "positive"]);
        refused("a rate", diffusion_time(&RegressionSgd { rate: bad, batch: 1 }, 1, 1.5), &[&text, "positive"]);
        refused("a noise", effective_temperature(1.0, bad, 0.5), &[&text, "positive"]);
        refused("a curvature", escape_rate(bad, 1.0, 0.5, 1.0, 200), &[&text, "positive"]);
        refused("a barrier", FirstExit::new(1.0, 1.0, 0.5, [bad]), &[&text, "positive"]);
        let barrier = Barrier { minimum_loss: 1.0, saddle_loss: 2.0, curvature: 1.0, saddle_curvature: -1.0, ratio: bad };
        refused("a ratio", barrier.rate(), &[&text, "positive"]);
        refused("a rise", TwoSamples::new(-0.5).expect("a maximum").escape_time(0.1, bad), &[&text, "positive"]);
    }
    for level in [1.0, 0.5, f64::NAN, f64::INFINITY] {
        refused("a level", mean_steps(0.1, level, 50), &[&format!("level {level}"), "above 1"]);
        let sgd = RegressionSgd { rate: 0.1, batch: 1 };
        refused("a level", diffusion_time(&sgd, 1, level), &[&format!("level {level}"), "above 1"]);
    }
    refused("no cells", mean_steps(0.1, 1.5, 0), &["0 cells"]);
    refused("no batch", diffusion_time(&RegressionSgd { rate: 0.1, batch: 0 }, 1, 1.5), &["batch size 0"]);
    refused("an unstable valley", effective_temperature(1.0, 1.0, 2.0), &["(0, 2)"]);
}

#[test]
fn exponents() {
    refused("no matrices", lyapunov_spectrum(2, 0, |_| ()), &["0 matrices", "at least 1"]);
    refused("no directions", lyapunov_spectrum(0, 3, |_| ()), &["0 dimensions", "at least 1"]);
    for (k, d) in [(0, 3), (4, 3)] {
        panics("too many exponents", move || largest_exponents(k, d, 0.5), "give 1 to 3");
    }
    for bad in NEVER {
        panics("a rate", move || largest_exponents(1, 3, bad), "positive");
        refused("a rate", tail_index(bad, 1), &[&bad.to_string(), "positive"]);
        refused("a rate", log_growth(bad, 1), &[&bad.to_string(), "positive"]);
        refused("a slope", critical_rate(&NoisyLine { slope: bad, noise: 1.0 }), &[&bad.to_string(), "positive"]);
    }
    refused("no batch", log_growth(0.5, 0), &["batch size 0"]);
    for power in [-1.0, f64::NAN, f64::INFINITY] {
        refused("a power", moment_growth(0.5, 1, power), &[&power.to_string(), "at least 0"]);
    }
    // Where there is no noise the logarithm is that of a number.
    assert_eq!((expected_log_abs(-3.0, 0.0), expected_log_abs(0.0, 0.0)), (3f64.ln(), f64::NEG_INFINITY));
    assert_eq!(expected_log_abs(1.0, -2.0), expected_log_abs(1.0, 2.0));
}

#[test]
fn stationary_states() {
    let line = |rate, batch| Regression {
        curvatures: [1.0],
        teacher: [0.0],
        label_noise: 1.0,
        decay: 0.0,
        rate,
        momentum: 0.0,
        batch,
    };
    let one = Matrix::identity(2);
    let data = DataSet::of_noise(20, 3, 1.0, &Key::new(["data"]));
    for bad in [0.0, -0.1, f64::NAN, f64::INFINITY, 100.0] {
        let text = bad.to_string();
        refused("a rate", constant_noise(&line(bad, 1)), &[&text]);
        refused("a rate", newton_covariance(&one, &one, bad, 0.5), &[&text, "(0, 3)"]);
        refused("a rate", epoch_variances(1.0, bad, 4), &[&text, "(0, 2)"]);
        refused("a rate", data.excess(bad, 4, 1.0), &[&text]);
        refused("a rate", data.excess_of_constant_noise(bad, 4), &[&text]);
    }
    refused("no batch", constant_noise(&line(0.1, 0)), &["0"]);
    refused("no batch", data.excess_of_constant_noise(0.1, 0), &["batch size 0"]);
    // The last is below 2/a = 0.9, where the noise of single samples makes it run away.
    for (bad, batch, mention) in [
        (0.0, 4, "(0, "),
        (-0.1, 4, "(0, "),
        (f64::NAN, 4, "(0, "),
        (f64::INFINITY, 4, "(0, "),
        (100.0, 4, "(0, "),
        (0.1, 0, "batch of at least 1"),
        (0.8, 1, "grows without bound"),
    ] {
        let exact = move || DataSet::of_noise(20, 3, 1.0, &Key::new(["data"])).exact_excess(bad, batch, 300);
        panics("a rate or batch", exact, mention);
    }
    refused("one sample", epoch_variances(1.0, 0.5, 1), &["at least 2"]);
    for momentum in [-0.1, 1.0, f64::NAN] {
        refused("a momentum", newton_covariance(&one, &one, 0.5, momentum), &[&momentum.to_string(), "[0, 1)"]);
        refused("a momentum", natural_covariance(&one, 0.5, momentum, 1.0), &[&momentum.to_string(), "[0, 1)"]);
    }
    refused("no batch", natural_covariance(&one, 0.5, 0.0, 0.0), &["batch size 0", "positive"]);
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        panics("a variance", move || Quadratic::diagonal([1.0], [bad], Shape::Gaussian), "at least 0");
    }
    let empty = || DataSet::of_noise(0, 3, 1.0, &Key::new(["empty"])).samples();
    panics("no samples", empty, "at least 1");
    refused("no samples", Moments::of(&[]), &["at least 1"]);
    for f in [f64::NAN, f64::INFINITY] {
        refused("an observable", compare(&[Outcome { p: 1.0, q: 1.0, f }]), &[&f.to_string(), "finite"]);
    }
    refused("no outcomes", compare(&[]), &["sum to 0"]);
    let still = Driven::new(vec![1.0], walk(1.0), 2).expect("a process");
    refused("no paths", still.sampled_second_moment(0, &mut Key::new(["paths"]).stream("paths", 0)), &["0 sampled paths"]);
    refused("no time", mean_size(0), &["time 0"]);
    refused("no time", size_variance(0), &["time 0"]);
    refused("no time", size_cdf(0, 1.0), &["time 0"]);
    refused("a size", size_cdf(5, f64::NAN), &["NaN", "give a number"]);
}

#[test]
fn symmetries() {
    let mut stream = Key::new(["symmetries"]).stream("draws", 0);
    let mirror = Mirror::exchange(2, &[(0, 1)], Device::Cpu).expect("a pair");
    // Neither counts as a symmetry.
    assert!(mirror.asymmetry(|theta| theta.square().sum(Kind::Double), 0, &mut stream).is_nan());
    assert!(mirror.asymmetry(|theta| theta.sum(Kind::Double).log(), 20, &mut stream).is_nan());
    for normals in [0, 3, -1] {
        let random = Mirror::random(2, normals, &mut stream, Device::Cpu);
        refused("normals", random, &[&format!("[2, {normals}]"), "at least 1"]);
    }
    for (groups, weights) in [(2, 3), (2, 1), (0, 1)] {
        let product = move || GroupFactors { u: vec![1.0; groups], w: vec![1.0; weights] }.product();
        panics("unequal groups", product, &format!("{weights} weights in {groups} groups"));
    }
    for bad in [f64::NAN, f64::INFINITY] {
        refused("a factor", Factors::new(vec![1.0, bad], vec![2.0, 3.0]), &["weight 1", &bad.to_string(), "finite"]);
    }
}

#[test]
fn diffusions() {
    let clock = TimeChanged::new(&NoisyLine { slope: 1.0, noise: 1.0 }.moments(), 0.1, 1, 1).expect("below T_c");
    let good = Schedule { step: 0.02, burn: 10, thin: 2, samples: 3, replicas: 4 };
    let sampled = |schedule| clock.samples(schedule, &Key::new(["clock"]));
    assert_eq!(sampled(good).map(|pairs| pairs.len()), Ok(12));
    for step in NEVER {
        refused("a step", sampled(Schedule { step, ..good }), &[&format!("steps of {step}"), "positive"]);
    }
    refused("no thinning", sampled(Schedule { thin: 0, ..good }), &["every 0 steps"]);
    refused("no samples", sampled(Schedule { samples: 0, ..good }), &["0 samples"]);
    refused("no replicas", sampled(Schedule { replicas: 0, ..good }), &["0 replicas"]);
    refused("too large a step", sampled(Schedule { step: 1e306, ..good }), &["diverged", "step"]);
    let data = Interpolation::new(1.0, 2.0, 1.0, 1.0, 0.0).expect("valid input");
    for step in NEVER {
        refused("a step", data.diffusion(step), &[&step.to_string(), "positive"]);
    }
    for start in [0.0, 1.0, -0.5, f64::NAN] {
        refused("a start", data.reaches_slope(start), &[&start.to_string(), "between 0 and 1"]);
    }
}
