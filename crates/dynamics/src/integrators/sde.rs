//! Itô diffusions with diagonal noise and their integrators, as processes.
//!
//! A diffusion is described once ([`Diffusion`]); [`EulerMaruyama`] and [`Milstein`] step it in its own time, [`TimeChanged`] in
//! a time of its own choosing. Source: Peter Kloeden, Eckhard Platen, *Numerical Solution of Stochastic Differential Equations*,
//! 1992, sections 10.2 and 10.3.

use crate::{Noise, Number, Process};

/// `dX_i = μ_i(X) dt + σ_i(X) dW_i` in the sense of Itô, in `D` dimensions with independent noises.
pub trait Diffusion<const D: usize>: Sync {
    /// μ, the drift.
    fn drift<X: Number>(&self, x: [X; D]) -> [X; D];

    /// σ, the standard deviation of the noise per root of the time.
    fn diffusion<X: Number>(&self, x: [X; D]) -> [X; D];
}

/// A diffusion whose noise σ_i depends on `x_i` alone, with its slope, as [`Milstein`] needs.
pub trait SmoothDiffusion<const D: usize>: Diffusion<D> {
    /// ∂σ_i/∂x_i.
    fn slope<X: Number>(&self, x: [X; D]) -> [X; D];
}

/// A diffusion with a clock of its own.
pub trait Clocked<const D: usize>: Diffusion<D> {
    /// dτ/dt > 0: how fast the clock runs. Noise of variance proportional to it becomes constant noise per unit of τ.
    fn clock<X: Number>(&self, x: [X; D]) -> X;
}

/// The Euler–Maruyama method: of strong order 1/2, 1 if the noise is constant; of weak order 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EulerMaruyama<S, const D: usize> {
    /// The diffusion.
    pub diffusion: S,
    /// The time step, positive.
    pub step: f64,
}

/// The Milstein method: of strong and weak order 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Milstein<S, const D: usize> {
    /// The diffusion.
    pub diffusion: S,
    /// The time step, positive.
    pub step: f64,
}

/// The Euler–Maruyama method in the clock's time τ: steps of equal dτ take dt = dτ/clock(x).
///
/// The state is the position and the time t. If the noise has constant variance per unit of τ, as for noise whose variance is
/// proportional to the loss and `dτ = L dt`, the strong order is 1 and steps shorten by themselves where the noise is strong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeChanged<S, const D: usize> {
    /// The diffusion.
    pub diffusion: S,
    /// The step of τ, positive.
    pub step: f64,
}

/// One step of Euler–Maruyama over `time` with standard normals.
#[inline(always)]
pub fn euler_maruyama<X: Number, S: Diffusion<D>, const D: usize>(
    diffusion: &S,
    x: [X; D],
    time: X,
    normals: [X; D],
) -> [X; D] {
    let (drift, sigma, root) = (diffusion.drift(x), diffusion.diffusion(x), time.sqrt());
    let mut next = x;
    for i in 0..D {
        next[i] = x[i] + drift[i] * time + sigma[i] * root * normals[i];
    }
    next
}

/// One step of Milstein over `time` with standard normals.
#[inline(always)]
pub fn milstein<X: Number, S: SmoothDiffusion<D>, const D: usize>(
    diffusion: &S,
    x: [X; D],
    time: X,
    normals: [X; D],
) -> [X; D] {
    let (sigma, slope) = (diffusion.diffusion(x), diffusion.slope(x));
    let euler = euler_maruyama(diffusion, x, time, normals);
    let mut next = euler;
    for i in 0..D {
        next[i] = euler[i] + sigma[i] * slope[i] * time * (normals[i].squared() - 1.0) * 0.5;
    }
    next
}

// A loop and no closure, as everywhere in a step: closures are compiled without the instructions of the kernel, where they stay calls.
#[inline(always)]
pub(crate) fn normals<X: Number, N: Noise<X>, const D: usize>(noise: &mut N) -> [X; D] {
    let mut normals = [X::constant(0.0); D];
    for normal in &mut normals {
        *normal = noise.normal();
    }
    normals
}

impl<S: Diffusion<D>, const D: usize> Process for EulerMaruyama<S, D> {
    type State<X: Number> = [X; D];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, x: [X; D], noise: &mut N) -> [X; D] {
        euler_maruyama(&self.diffusion, x, X::constant(self.step), normals(noise))
    }
}

impl<S: SmoothDiffusion<D>, const D: usize> Process for Milstein<S, D> {
    type State<X: Number> = [X; D];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, x: [X; D], noise: &mut N) -> [X; D] {
        milstein(&self.diffusion, x, X::constant(self.step), normals(noise))
    }
}

impl<S: Clocked<D>, const D: usize> Process for TimeChanged<S, D> {
    type State<X: Number> = ([X; D], [X; 1]);

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, (x, [t]): Self::State<X>, noise: &mut N) -> Self::State<X> {
        let time = X::constant(self.step) / self.diffusion.clock(x);
        (euler_maruyama(&self.diffusion, x, time, normals(noise)), [t + time])
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::Ensemble;

    /// Geometric Brownian motion `dX = a X dt + b X dW`; exactly `X_0 exp((a − b²/2) t + b W_t)`.
    #[derive(Debug, Clone, Copy)]
    struct Geometric {
        a: f64,
        b: f64,
    }

    impl Diffusion<1> for Geometric {
        #[inline(always)]
        fn drift<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
            [x * self.a]
        }

        #[inline(always)]
        fn diffusion<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
            [x * self.b]
        }
    }

    impl SmoothDiffusion<1> for Geometric {
        #[inline(always)]
        fn slope<X: Number>(&self, _: [X; 1]) -> [X; 1] {
            [X::constant(self.b)]
        }
    }

    impl Clocked<1> for Geometric {
        #[inline(always)]
        fn clock<X: Number>(&self, [x]: [X; 1]) -> X {
            x.squared()
        }
    }

    /// Both methods and the Wiener process itself, with the same normals.
    struct Coupled {
        diffusion: Geometric,
        step: f64,
    }

    impl Process for Coupled {
        type State<X: Number> = [X; 3];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, [euler, better, w]: [X; 3], noise: &mut N) -> [X; 3] {
            let (n, time) = (noise.normal(), X::constant(self.step));
            let [euler] = euler_maruyama(&self.diffusion, [euler], time, [n]);
            let [better] = milstein(&self.diffusion, [better], time, [n]);
            [euler, better, w + time.sqrt() * n]
        }
    }

    /// Strong and weak errors at t = 1 of both methods: mean modulus of the difference to the exact solution on the same path,
    /// and modulus of its mean.
    fn errors(diffusion: Geometric, steps: u64) -> [f64; 4] {
        let (replicas, step) = (20_000, 1.0 / steps as f64);
        let mut ensemble =
            Ensemble::<_, f64>::new(Coupled { diffusion, step }, replicas, &Key::new(["gbm"]), |_| [1.0, 1.0, 0.0]);
        ensemble.advance(steps);
        let mut sums = [0.0; 4];
        for [euler, better, w] in ensemble.states() {
            let exact = (diffusion.a - 0.5 * diffusion.b.powi(2) + diffusion.b * w).exp();
            for (i, approximate) in [euler, better].into_iter().enumerate() {
                sums[i] += (approximate - exact).abs() / replicas as f64;
                sums[2 + i] += (approximate - exact) / replicas as f64;
            }
        }
        sums.map(f64::abs)
    }

    /// X-Val: Kloeden & Platen 1992, theorems 10.2.2 and 10.3.5 (strong), 14.1.5 (weak).
    #[test]
    fn orders_of_convergence_on_geometric_brownian_motion() {
        let orders = |diffusion: Geometric| -> [f64; 4] {
            let levels = [32_u64, 64, 128, 256];
            let logs = levels.map(|n| errors(diffusion, n).map(f64::ln));
            // The least-squares slope against the levels, whose logarithms are equally spaced.
            std::array::from_fn(|i| {
                (1.5 * (logs[0][i] - logs[3][i]) + 0.5 * (logs[1][i] - logs[2][i])) / (5.0 * std::f64::consts::LN_2)
            })
        };
        let [euler, milstein, ..] = orders(Geometric { a: 0.3, b: 0.6 });
        assert!((euler - 0.5).abs() < 0.05, "strong, Euler: {euler}");
        assert!((milstein - 1.0).abs() < 0.05, "strong, Milstein: {milstein}");
        let [.., euler, milstein] = orders(Geometric { a: 1.0, b: 0.2 });
        assert!((euler - 1.0).abs() < 0.08, "weak, Euler: {euler}");
        assert!((milstein - 1.0).abs() < 0.08, "weak, Milstein: {milstein}");
    }

    /// Noise of variance proportional to `1 + x²`, which is also the clock: constant noise per unit of τ.
    #[derive(Debug, Clone, Copy)]
    struct Multiplicative;

    impl Diffusion<1> for Multiplicative {
        #[inline(always)]
        fn drift<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
            [-x]
        }

        #[inline(always)]
        fn diffusion<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
            [(x.squared() + 1.0).sqrt()]
        }
    }

    impl Clocked<1> for Multiplicative {
        #[inline(always)]
        fn clock<X: Number>(&self, [x]: [X; 1]) -> X {
            x.squared() + 1.0
        }
    }

    /// A step of `2 dτ` beside two of `dτ` on the same path, in τ, and the same in steps of `2 dt` and `dt`.
    struct Halved(f64);

    impl Process for Halved {
        type State<X: Number> = [X; 6];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, [fine, t, coarse, s, plain, half]: [X; 6], noise: &mut N) -> [X; 6] {
            let normals = [noise.normal(), noise.normal()];
            let sum = (normals[0] + normals[1]) * std::f64::consts::FRAC_1_SQRT_2;
            let advance = |x: X, step: f64, normal: X| {
                let time = X::constant(step) / Multiplicative.clock([x]);
                (euler_maruyama(&Multiplicative, [x], time, [normal])[0], time)
            };
            let (middle, first) = advance(fine, self.0, normals[0]);
            let (fine, second) = advance(middle, self.0, normals[1]);
            let (coarse, both) = advance(coarse, 2.0 * self.0, sum);
            let euler = |x: X, step: f64, normal: X| euler_maruyama(&Multiplicative, [x], X::constant(step), [normal])[0];
            let half = euler(euler(half, self.0, normals[0]), self.0, normals[1]);
            [fine, t + first + second, coarse, s + both, euler(plain, 2.0 * self.0, sum), half]
        }
    }

    /// What halving the step changes falls as the step to the strong order: 1 on the clock, where the noise is constant, for the
    /// position and for the time; 1/2 without it.
    #[test]
    fn the_clock_raises_the_strong_order() {
        let changes = |steps: u64| -> [f64; 3] {
            let process = Halved(0.5 / steps as f64);
            let mut ensemble =
                Ensemble::<_, f64>::new(process, 4000, &Key::new(["order"]), |_| [0.5, 0.0, 0.5, 0.0, 0.5, 0.5]);
            ensemble.advance(steps);
            let apart = |state: [f64; 6]| [state[0] - state[2], state[1] - state[3], state[4] - state[5]];
            let add = |sums: [f64; 3], state| std::array::from_fn(|i| sums[i] + apart(state)[i].abs());
            ensemble.states().fold([0.0; 3], add)
        };
        let (long, short) = (changes(32), changes(256));
        for (i, order) in [1.0, 1.0, 0.5].into_iter().enumerate() {
            let found = (long[i] / short[i]).log2() / 3.0;
            assert!((found - order).abs() < 0.08, "{i}: {found}");
        }
    }

    /// E t at τ: for dX = b X dW and dτ = X² dt, X is Brownian in τ with variance b² and t = ∫ dτ/X². Reversed: after many small
    /// steps, ln X at the random time t has mean −b² t/2.
    #[test]
    fn the_clock_keeps_the_law_of_the_path() {
        let diffusion = Geometric { a: 0.0, b: 0.5 };
        let process = TimeChanged::<_, 1> { diffusion, step: 1e-4 };
        let mut ensemble = Ensemble::<_, f64>::new(process, 20_000, &Key::new(["clock"]), |_| ([1.0], [0.0]));
        ensemble.advance(1000);
        let drift = |([x], [t]): ([f64; 1], [f64; 1])| x.ln() + 0.125 * t;
        let mean = ensemble.states().map(drift).sum::<f64>() / 20_000.0;
        let sd = (ensemble.states().map(|s| (drift(s) - mean).powi(2)).sum::<f64>()).sqrt() / 20_000.0;
        assert!(mean.abs() < 4.0 * sd, "{mean} {sd}");
        // Its time is not τ: E t > τ = 0.1, as X wanders and 1/X² is convex.
        let time = ensemble.states().map(|(_, [t])| t).sum::<f64>() / 20_000.0;
        assert!(time > 0.1005, "{time}");
    }
}
