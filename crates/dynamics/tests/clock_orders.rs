//! Orders of the method of Leimkuhler and Matthews on the diffusion of `ln v` on its changed clock, measured: strong and weak at
//! finite time by two steps beside one of double length on the same path, weak in the stationary state against its closed form.

use lawbook_core::Key;
use lawbook_dynamics::{
    Ensemble, Noise, Number, Process,
    integrators::{
        leimkuhler_matthews::leimkuhler_matthews,
        sde::Diffusion,
        time_changed::{Schedule, TimeChanged},
    },
    theory::{
        moments::{Moments, NoisyLine},
        stationary::depth_one_density,
    },
};

const TEMPERATURE: f64 = 0.15;

fn data() -> Moments {
    NoisyLine { slope: 1.0, noise: 1.0 }.moments()
}

fn clock() -> TimeChanged {
    TimeChanged::new(&data(), TEMPERATURE, 1, 1).expect("below the critical temperature of 1/3")
}

/// `σ`: per root of time.
fn scatter() -> f64 {
    let [sigma] = clock().diffusion([0.0]);
    sigma
}

/// Two steps of `step` and one of twice that, driven by the same path.
struct Halved {
    clock: TimeChanged,
    step: f64,
}

impl Process for Halved {
    /// Fine position and its last normal, coarse position and its last normal.
    type State<X: Number> = [X; 4];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [fine, last, coarse, old]: [X; 4], noise: &mut N) -> [X; 4] {
        let (first, second) = (noise.normal(), noise.normal());
        let both = (first + second) * std::f64::consts::FRAC_1_SQRT_2;
        let middle = leimkuhler_matthews(&self.clock, [fine], self.step, [[last], [first]]);
        let [fine] = leimkuhler_matthews(&self.clock, middle, self.step, [[first], [second]]);
        let [coarse] = leimkuhler_matthews(&self.clock, [coarse], 2.0 * self.step, [[old], [both]]);
        [fine, second, coarse, both]
    }
}

const PAIRS: [u32; 4] = [64, 128, 256, 512];
const REPLICAS: u64 = 120_000;

/// The mean of these numbers and its standard error.
fn mean(values: impl Iterator<Item = f64> + Clone) -> [f64; 2] {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    [mean, (values.map(|x| (x - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))).sqrt()]
}

/// The slope of ln |change| against ln step, which falls by `ratio` each time, and its standard error.
fn order(changes: [[f64; 2]; 4], ratio: f64) -> [f64; 2] {
    // Least squares on equally spaced logarithms.
    let weights = [1.5, 0.5, -0.5, -1.5].map(|w| w / (5.0 * ratio.ln()));
    let pairs = || changes.iter().zip(weights);
    let slope = pairs().map(|([change, _], w)| w * change.abs().ln()).sum();
    [slope, pairs().map(|([change, scatter], w)| (w * scatter / change).powi(2)).sum::<f64>().sqrt()]
}

/// Within four standard errors, which must be small, and `left` for what these steps leave of higher orders.
fn assert_order(name: &str, changes: [[f64; 2]; 4], ratio: f64, (expected, left): (f64, f64)) {
    let [slope, scatter] = order(changes, ratio);
    assert!(scatter < 0.08, "{name}: {slope} ± {scatter} from {changes:?} tells nothing");
    assert!((slope - expected).abs() < 4.0 * scatter + left, "{name}: {slope} ± {scatter} from {changes:?}");
}

/// All replicas after unit time on the clock in so many pairs of steps, from the minimum.
fn at_one(pairs: u32) -> Vec<[f64; 4]> {
    let step = 0.5 / f64::from(pairs);
    let start = data().minimum().ln();
    let key = Key::new(["halved", &pairs.to_string()]);
    let mut ensemble =
        Ensemble::<_, f64>::new(Halved { clock: clock(), step }, REPLICAS, &key, |_| [start, 0.0, start, 0.0]);
    ensemble.advance(u64::from(pairs));
    ensemble.states().collect()
}

/// The normals of a step enter by half with that step and by half with the next: the position lacks `½ σ √h R` of the path, so
/// that its strong order is ½ although the noise is constant. With that put back it is 1, that of Euler and Maruyama.
///
/// Of one step of 2h and two of h on the same path the second lacks `½ σ √h R'` and the first `½ σ √h (R + R')`: they differ by
/// `½ σ √h |R|` to leading order, in the mean by `σ √(h/2π)`.
#[test]
fn the_strong_order_is_a_half_and_one_with_half_a_kick_put_back() {
    let lacks = |step: f64| 0.5 * scatter() * step.sqrt();
    let (mut plain, mut mended) = ([[0.0; 2]; 4], [[0.0; 2]; 4]);
    for (i, pairs) in PAIRS.into_iter().enumerate() {
        let (states, step) = (at_one(pairs), 0.5 / f64::from(pairs));
        plain[i] = mean(states.iter().map(|[fine, _, coarse, _]| (coarse - fine).abs()));
        let put_back = |[fine, last, coarse, old]: &[f64; 4]| coarse + lacks(2.0 * step) * old - fine - lacks(step) * last;
        mended[i] = mean(states.iter().map(|state| put_back(state).abs()));
        let leading = scatter() * (step / (2.0 * std::f64::consts::PI)).sqrt();
        let [found, error] = plain[i];
        // What is left out is of relative order √h.
        assert!((found / leading - 1.0).abs() < 4.0 * error / leading + 0.5 * step.sqrt(), "{step}: {found} {leading}");
    }
    assert_order("the position", plain, 2.0, (0.5, 0.02));
    assert_order("the position on the path", mended, 2.0, (1.0, 0.03));
}

/// At finite time the weak order is 1: so does what halving the step changes in a mean fall.
///
/// The position `x` has much scatter of no mean, which putting half a kick back takes away: `z = x + ½ σ √h R`, where `x` holds
/// `R` by just as much, so that `E x = E z` and `E x² = E z² − ¾ σ² h`.
#[test]
fn at_finite_time_the_weak_order_is_one() {
    let found = PAIRS.map(|pairs| (0.5 / f64::from(pairs), at_one(pairs)));
    let moments = |x: f64, last: f64, step: f64| {
        let z = x + 0.5 * scatter() * step.sqrt() * last;
        [z, z * z - 0.75 * scatter().powi(2) * step]
    };
    for (i, name) in ["E ln v", "E (ln v)²"].into_iter().enumerate() {
        let changes =
            found.each_ref().map(|(step, states)| {
                mean(states.iter().map(|[fine, last, coarse, old]| {
                    moments(*coarse, *old, 2.0 * step)[i] - moments(*fine, *last, *step)[i]
                }))
            });
        assert_order(name, changes, 2.0, (1.0, 0.03));
    }
}

/// The error of the stationary mean of `v/(1 + v)` at steps that fall by √2, each with its standard error from the scatter of
/// independent replicas, against the closed form: of second order, as the method promises of stationary laws.
#[test]
fn the_stationary_mean_is_of_weak_order_two() {
    let (replicas, bounded) = (65_536, |v: f64| v / (1.0 + v));
    let exact = depth_one_density(&data(), TEMPERATURE).expect("below the critical temperature").mean(bounded);
    let error = |step: f64, samples: u64| -> [f64; 2] {
        // A sample every unit of the clock, after four relaxation times.
        let (thin, burn) = ((1.0 / step).round() as u64, (4.0 * clock().relaxation_time() / step) as u64);
        let (mut sums, mut replica) = (vec![[0.0; 2]; replicas], 0);
        let schedule = Schedule { step, burn, thin, samples, replicas: replicas as u64 };
        let see = |v: f64, weight: f64| {
            let [sum, all] = &mut sums[replica];
            (*sum, *all) = (*sum + weight * bounded(v), *all + weight);
            replica = (replica + 1) % replicas;
        };
        clock().visit(schedule, &Key::new(["stationary", &step.to_string()]), see).expect("a schedule");
        let [sum, all] = sums.iter().fold([0.0; 2], |[sum, all], [a, b]| [sum + a, all + b]);
        let ratio = sum / all;
        [ratio - exact, sums.iter().map(|[a, b]| (a - ratio * b).powi(2)).sum::<f64>().sqrt() / all]
    };
    let root = std::f64::consts::SQRT_2;
    let errors = [0.6, 0.6 / root, 0.3, 0.3 / root].map(|step| error(step, 300));
    // The next order has a part of h² of the error, a tenth at most.
    assert_order("E v/(1 + v)", errors, root, (2.0, 0.1));
    // By the law of h² from the longest step, 1.6·10⁻⁴ at 0.08: below four standard errors.
    let [short, scatter] = error(0.08, 40);
    let expected = errors[0][0] * (0.08f64 / 0.6).powi(2);
    assert!((short - expected).abs() < 4.0 * scatter && scatter < 4e-4, "{short} ± {scatter}, not {expected}");
}
