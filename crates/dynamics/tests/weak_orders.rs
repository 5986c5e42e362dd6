//! Weak orders of the integrators, measured: the error of a mean against the step.
//!
//! At finite time every replica has beside it the exact process, driven by the same normals: what the scheme adds to a mean
//! then stands out of the scatter of samples. In the stationary state there is no scatter at all, as the law of a chain with
//! normal noise is a fixed point of quadratures.

use lawbook_analysis::gaussian::normal_rule;
use lawbook_core::Key;
use lawbook_dynamics::{
    Ensemble, Noise, Number, Process,
    engine::table::Table,
    integrators::{
        leimkuhler_matthews::LeimkuhlerMatthews,
        sde::{Clocked, Diffusion, EulerMaruyama, TimeChanged},
    },
};

/// Noise that has been drawn before.
struct Drawn<X>(X);

impl<X: Number> Noise<X> for Drawn<X> {
    #[inline(always)]
    fn normal(&mut self) -> X {
        self.0
    }

    fn uniform(&mut self) -> X {
        unreachable!("a diffusion draws normals")
    }

    fn sign(&mut self) -> X {
        unreachable!("a diffusion draws normals")
    }

    fn row<const C: usize>(&mut self, _: &Table<C>) -> [X; C] {
        unreachable!("a diffusion draws normals")
    }

    fn next_row<const C: usize>(&mut self, _: &Table<C>) -> [X; C] {
        unreachable!("a diffusion draws normals")
    }

    fn time(&self) -> u64 {
        0
    }
}

/// `dX = −X dτ + σ dW` on the clock `dτ/dt = 1/(1 + X²)`, and in τ itself.
#[derive(Debug, Clone, Copy)]
struct OrnsteinUhlenbeck {
    sigma: f64,
}

/// Where it starts.
const START: f64 = 1.0;

impl OrnsteinUhlenbeck {
    /// `E X²` at `τ`.
    fn square(&self, tau: f64) -> f64 {
        let left = (-2.0 * tau).exp();
        START * START * left + 0.5 * self.sigma.powi(2) * (1.0 - left)
    }

    /// `E t = ∫ (1 + E X²) dτ`.
    fn time(&self, tau: f64) -> f64 {
        let (left, stationary) = ((-2.0 * tau).exp(), 0.5 * self.sigma.powi(2));
        tau * (1.0 + stationary) + 0.5 * (START * START - stationary) * (1.0 - left)
    }

    /// The exact position a step later.
    #[inline(always)]
    fn exact<X: Number>(&self, y: X, step: f64, normal: X) -> X {
        y * (-step).exp() + normal * (self.sigma * (0.5 * (1.0 - (-2.0 * step).exp())).sqrt())
    }
}

impl Diffusion<1> for OrnsteinUhlenbeck {
    #[inline(always)]
    fn drift<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
        [-x]
    }

    #[inline(always)]
    fn diffusion<X: Number>(&self, _: [X; 1]) -> [X; 1] {
        [X::constant(self.sigma)]
    }
}

/// The same in the time t of the clock.
#[derive(Debug, Clone, Copy)]
struct Slowed(OrnsteinUhlenbeck);

impl Diffusion<1> for Slowed {
    #[inline(always)]
    fn drift<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
        [-x * self.clock([x])]
    }

    #[inline(always)]
    fn diffusion<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
        [self.clock([x]).sqrt() * self.0.sigma]
    }
}

impl Clocked<1> for Slowed {
    #[inline(always)]
    fn clock<X: Number>(&self, [x]: [X; 1]) -> X {
        X::constant(1.0) / (x.squared() + 1.0)
    }
}

/// The changed clock; the exact position in τ, and the time that it takes by the trapezoidal rule.
struct OnTheClock(TimeChanged<Slowed, 1>);

impl Process for OnTheClock {
    type State<X: Number> = (([X; 1], [X; 1]), [X; 2]);

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, (state, [y, t]): Self::State<X>, noise: &mut N) -> Self::State<X> {
        let (normal, step) = (noise.normal(), self.0.step);
        let next = self.0.diffusion.0.exact(y, step, normal);
        (self.0.step(state, &mut Drawn(normal)), [next, t + (y.squared() + next.squared() + 2.0) * (0.5 * step)])
    }
}

/// Leimkuhler and Matthews, and the exact position.
struct Beside(LeimkuhlerMatthews<OrnsteinUhlenbeck, 1>);

impl Process for Beside {
    type State<X: Number> = (([X; 1], [X; 1]), [X; 1]);

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, (state, [y]): Self::State<X>, noise: &mut N) -> Self::State<X> {
        let normal = noise.normal();
        (self.0.step(state, &mut Drawn(normal)), [self.0.diffusion.exact(y, self.0.step, normal)])
    }
}

/// The mean of these numbers and its standard error.
fn mean(values: impl Iterator<Item = f64> + Clone) -> [f64; 2] {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    [mean, (values.map(|x| (x - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))).sqrt()]
}

const STEPS: [u32; 4] = [16, 32, 64, 128];
const REPLICAS: u64 = 40_000;

/// The slope of ln |error| against ln step, and its standard error from those of the errors.
fn order(errors: [[f64; 2]; 4]) -> [f64; 2] {
    // Least squares on equally spaced logarithms, as STEPS are.
    let weights = [1.5, 0.5, -0.5, -1.5].map(|w| w / (5.0 * std::f64::consts::LN_2));
    let pairs = || errors.iter().zip(weights);
    let slope = pairs().map(|([error, _], w)| w * error.abs().ln()).sum();
    [slope, pairs().map(|([error, scatter], w)| (w * scatter / error).powi(2)).sum::<f64>().sqrt()]
}

/// Within four standard errors, which must be small, and what steps of 1/16 and less leave of higher orders.
fn assert_order(name: &str, errors: [[f64; 2]; 4], expected: f64) {
    let [slope, scatter] = order(errors);
    assert!(scatter < 0.03, "{name}: {slope} ± {scatter} from {errors:?} tells nothing");
    assert!((slope - expected).abs() < 4.0 * scatter + 0.06, "{name}: {slope} ± {scatter} from {errors:?}");
}

#[test]
fn the_changed_clock_is_of_weak_order_one() {
    let process = OrnsteinUhlenbeck { sigma: 0.6 };
    let errors = STEPS.map(|steps| {
        let step = 1.0 / f64::from(steps);
        let clock = OnTheClock(TimeChanged { diffusion: Slowed(process), step });
        let start = (([START], [0.0]), [START, 0.0]);
        let mut ensemble = Ensemble::<_, f64>::new(clock, REPLICAS, &Key::new(["clock", &steps.to_string()]), |_| start);
        ensemble.advance(u64::from(steps));
        let [position, square] = mean(ensemble.states().map(|(([x], _), [y, _])| x * x - y * y));
        let [time, apart] = mean(ensemble.states().map(|((_, [t]), [_, exact])| t - exact));
        let squares: f64 =
            (0..steps).map(|i| process.square(f64::from(i) * step) + process.square(f64::from(i + 1) * step)).sum();
        let trapezoid = 1.0 + 0.5 * step * squares;
        [[position, square], [time + trapezoid - process.time(1.0), apart]]
    });
    assert_order("E X²", errors.map(|[position, _]| position), 1.0);
    assert_order("E t", errors.map(|[_, time]| time), 1.0);
}

#[test]
fn leimkuhler_matthews_is_of_weak_order_one_at_finite_time() {
    let errors = STEPS.map(|steps| {
        let method = LeimkuhlerMatthews { diffusion: OrnsteinUhlenbeck { sigma: 0.3 }, step: 1.0 / f64::from(steps) };
        let key = Key::new(["average", &steps.to_string()]);
        let mut ensemble = Ensemble::<_, f64>::new(Beside(method), REPLICAS, &key, |_| (([START], [0.0]), [START]));
        ensemble.advance(u64::from(steps));
        mean(ensemble.states().map(|(([x], _), [y])| x * x - y * y))
    });
    assert_order("E X²", errors, 1.0);
}

/// `dX = −U'(X) dt + √2 dW` with `U = x²/2 + g e^{−x²/2}`: the stationary density is `e^{−U}`.
#[derive(Debug, Clone, Copy)]
struct Well {
    g: f64,
}

impl Well {
    /// `E X²` in the stationary state.
    fn square(&self) -> f64 {
        let nodes = normal_rule(241).into_iter().map(|(x, weight)| (x, weight * (-self.g * (-0.5 * x * x).exp()).exp()));
        let [all, squares] = nodes.fold([0.0; 2], |[all, squares], (x, weight)| [all + weight, squares + weight * x * x]);
        squares / all
    }
}

impl Diffusion<1> for Well {
    #[inline(always)]
    fn drift<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
        [x * (x.squared() * -0.5).exp() * self.g - x]
    }

    #[inline(always)]
    fn diffusion<X: Number>(&self, _: [X; 1]) -> [X; 1] {
        [X::constant(std::f64::consts::SQRT_2)]
    }
}

/// Hermite polynomials in the expansion of a stationary density.
const TERMS: usize = 28;

/// Those of unit norm under the normal law.
fn hermite(x: f64) -> [f64; TERMS] {
    let mut values = [1.0; TERMS];
    values[1] = x;
    for n in 2..TERMS {
        values[n] = (x * values[n - 1] - ((n - 1) as f64).sqrt() * values[n - 2]) / (n as f64).sqrt();
    }
    values
}

/// The stationary mean of `see(y, normal)` for the chain `y → step(y, normal)`, its density expanded in Hermite polynomials.
fn stationary(step: impl Fn(f64, f64) -> f64, see: impl Fn(f64, f64) -> f64) -> f64 {
    let nodes = normal_rule(97);
    let mut transition = [[0.0; TERMS]; TERMS];
    for (y, weight) in &nodes {
        let mut reached = [0.0; TERMS];
        for (normal, chance) in &nodes {
            reached.iter_mut().zip(hermite(step(*y, *normal))).for_each(|(sum, value)| *sum += chance * value);
        }
        for (row, value) in transition.iter_mut().zip(hermite(*y)) {
            row.iter_mut().zip(reached).for_each(|(entry, reached)| *entry += weight * value * reached);
        }
    }
    let (mut density, mut moved) = ([0.0; TERMS], 1.0);
    density[0] = 1.0;
    while moved > 1e-13 {
        let next: [f64; TERMS] = std::array::from_fn(|j| (0..TERMS).map(|i| density[i] * transition[i][j]).sum());
        moved = density.iter().zip(next).map(|(a, b)| (a - b).abs()).sum();
        density = next;
    }
    let seen = |y: f64| nodes.iter().map(|(normal, chance)| chance * see(y, *normal)).sum::<f64>();
    let ratio = |y: f64| density.iter().zip(hermite(y)).map(|(a, b)| a * b).sum::<f64>();
    nodes.iter().map(|(y, weight)| weight * ratio(*y) * seen(*y)).sum()
}

/// `E X²` in the stationary state of Leimkuhler and Matthews. Without the last normal, `y = x − σ√h R/2` is a Markov chain.
fn averaged_square(diffusion: Well, step: f64) -> f64 {
    let method = LeimkuhlerMatthews { diffusion, step };
    let position = |y: f64, normal: f64| y + (0.5 * step).sqrt() * normal;
    let next = |y: f64, normal: f64| method.step(([position(y, normal)], [normal]), &mut Drawn(0.0)).0[0];
    stationary(next, |y, normal| position(y, normal).powi(2))
}

/// The same of Euler and Maruyama.
fn euler_square(diffusion: Well, step: f64) -> f64 {
    let method = EulerMaruyama { diffusion, step };
    stationary(|x, normal| method.step([x], &mut Drawn(normal))[0], |x, _| x * x)
}

#[test]
fn the_stationary_law_of_leimkuhler_and_matthews_is_of_order_two() {
    let (well, exact) = (Well { g: 0.5 }, Well { g: 0.5 }.square());
    let errors = |square: fn(Well, f64) -> f64| [0.08, 0.04, 0.02, 0.01].map(|step| [square(well, step) - exact, 0.0]);
    assert_order("Leimkuhler-Matthews", errors(averaged_square), 2.0);
    assert_order("Euler-Maruyama", errors(euler_square), 1.0);
}

/// In closed form: variance 1 at any step, where that of Euler and Maruyama is `1/(1 − h/2)`.
#[test]
fn the_harmonic_well_is_exact() {
    let harmonic = Well { g: 0.0 };
    for step in [0.05, 0.5, 1.0] {
        assert!((averaged_square(harmonic, step) - 1.0).abs() < 1e-10, "{step}: {}", averaged_square(harmonic, step));
    }
    assert!((euler_square(harmonic, 0.5) - 4.0 / 3.0).abs() < 1e-10, "{}", euler_square(harmonic, 0.5));
    // On the engine too: four standard errors of a variance.
    let method = LeimkuhlerMatthews { diffusion: harmonic, step: 1.0 };
    let mut ensemble = Ensemble::<_, f64>::new(method, REPLICAS, &Key::new(["harmonic"]), |_| ([0.0], [0.0]));
    ensemble.advance(40);
    let [variance, error] = mean(ensemble.states().map(|([x], _)| x * x));
    assert!((variance - 1.0).abs() < 4.0 * error && error < 0.01, "{variance} ± {error}");
}
