//! Linear regression by SGD with fresh normal data: batches of any size at the price of one sample.
//!
//! Inputs `x ~ N(0, A)`, labels `y = u·x + ε`, `ε ~ N(0, σ²)`, loss `(w·x − y)²/2 + γ|w|²/2`; the coordinates are the
//! eigenvectors of `A`. Heavy-ball momentum without dampening, as in Liu Ziyin, Kangqiao Liu, Takashi Mori & Masahito Ueda,
//! *Strength of Minibatch Noise in SGD*, ICLR 2022, arXiv 2102.05375.

use crate::{Noise, Number, Process};

/// Linear regression in `D` dimensions. Its state is the weights and the momentum.
///
/// A batch is never drawn. Of `S` samples only the gradient matters, and its law given `w` is known: with whitened inputs `z`
/// and `v = A^{1/2}(w − u)`, the errors `rᵢ = zᵢ·v − εᵢ` are independent `N(0, τ²)`, `τ² = |v|² + σ²`, and given them
/// `Σ zᵢ rᵢ = χ²_S v + χ_S (τ − v vᵀ/(τ + σ)) n`, where `n` is standard normal and `χ²_S = |r|²/τ²` the same in both terms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regression<const D: usize> {
    /// Eigenvalues `a` of the covariance of the inputs; not negative.
    pub curvatures: [f64; D],
    /// The weights `u` of the teacher.
    pub teacher: [f64; D],
    /// The standard deviation `σ` of the labels around the teacher.
    pub label_noise: f64,
    /// Weight decay `γ`, of any sign.
    pub decay: f64,
    /// The learning rate `λ`.
    pub rate: f64,
    /// Momentum `μ` in [0, 1).
    pub momentum: f64,
    /// Batch size `S`, at least 1.
    pub batch: u32,
}

impl<const D: usize> Process for Regression<D> {
    type State<X: Number> = ([X; D], [X; D]);

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, (mut w, mut m): Self::State<X>, noise: &mut N) -> Self::State<X> {
        let squares = chi_squared::<X, N>(self.batch, noise);
        let length = squares.sqrt();
        let (mut v, mut n) = (w, w);
        let (mut size, mut along) = (X::constant(self.label_noise * self.label_noise), X::constant(0.0));
        for i in 0..D {
            v[i] = (w[i] - self.teacher[i]) * self.curvatures[i].sqrt();
            n[i] = noise.normal();
            size = size + v[i].squared();
            along = along + v[i] * n[i];
        }
        let deviation = size.sqrt();
        // Without noise and error there is no gradient: 0/0 is to be 0.
        let along = along / (deviation + self.label_noise).max(X::constant(f64::MIN_POSITIVE));
        for i in 0..D {
            let sum = squares * v[i] + length * (deviation * n[i] - along * v[i]);
            let gradient = sum * (self.curvatures[i].sqrt() / f64::from(self.batch)) + w[i] * self.decay;
            m[i] = m[i] * self.momentum + gradient;
            w[i] = w[i] - m[i] * self.rate;
        }
        (w, m)
    }
}

/// A chi-squared number, `degrees` at least 1: minus twice the logarithm of a product of uniforms, one for two degrees, and
/// the square of a normal for an odd one.
#[inline(always)]
pub fn chi_squared<X: Number, N: Noise<X>>(degrees: u32, noise: &mut N) -> X {
    /// Factors whose product cannot underflow.
    const AT_ONCE: u32 = 128;
    let mut sum = X::constant(0.0);
    let mut left = degrees / 2;
    while left > 0 {
        let now = left.min(AT_ONCE);
        let mut product = X::constant(1.0);
        for _ in 0..now {
            product = product * (-noise.uniform() + 1.0);
        }
        sum = sum + product.ln() * -2.0;
        left -= now;
    }
    if degrees % 2 == 1 { sum + noise.normal().squared() } else { sum }
}

/// Regression on noisy inputs: the labels `u·x` come from clean inputs `x ~ N(0, A)`, the learner sees
/// `x + η`, `η ~ N(0, B)`; both diagonal. Draws every sample of every batch. Its state is the weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoisyInputs<const D: usize> {
    /// Variances of the clean inputs.
    pub clean: [f64; D],
    /// Variances of the noise on them.
    pub noise: [f64; D],
    /// The weights `u` of the teacher.
    pub teacher: [f64; D],
    /// The learning rate `λ`.
    pub rate: f64,
    /// Batch size `S`, at least 1.
    pub batch: u32,
}

impl<const D: usize> NoisyInputs<D> {
    /// The regression with noisy labels that is the same process: curvatures `K = A + B`, teacher `K⁻¹A u`, and label noise of
    /// variance `Tr[A K⁻¹ B u uᵀ]`. Given its noisy input, the label of a sample is normal with that mean and variance.
    pub fn as_label_noise(&self) -> Regression<D> {
        let curvatures = std::array::from_fn(|i| self.clean[i] + self.noise[i]);
        let variance: f64 =
            (0..D).map(|i| self.clean[i] * self.noise[i] / curvatures[i] * self.teacher[i] * self.teacher[i]).sum();
        Regression {
            curvatures,
            teacher: std::array::from_fn(|i| self.clean[i] / curvatures[i] * self.teacher[i]),
            label_noise: variance.sqrt(),
            decay: 0.0,
            rate: self.rate,
            momentum: 0.0,
            batch: self.batch,
        }
    }
}

impl<const D: usize> Process for NoisyInputs<D> {
    type State<X: Number> = [X; D];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, mut w: [X; D], noise: &mut N) -> [X; D] {
        let (before, mut seen) = (w, w);
        for _ in 0..self.batch {
            let mut error = X::constant(0.0);
            for i in 0..D {
                let clean = noise.normal() * self.clean[i].sqrt();
                seen[i] = clean + noise.normal() * self.noise[i].sqrt();
                error = error + before[i] * seen[i] - clean * self.teacher[i];
            }
            let pull = error * (self.rate / f64::from(self.batch));
            for i in 0..D {
                w[i] = w[i] - pull * seen[i];
            }
        }
        w
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::Ensemble;

    fn moments(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
        let values: Vec<f64> = values.collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let central = |k: i32| values.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
        (mean, central(2), central(4))
    }

    /// A batch drawn sample by sample, as anyone would.
    struct Literal<const D: usize>(Regression<D>);

    impl<const D: usize> Process for Literal<D> {
        type State<X: Number> = ([X; D], [X; D]);

        fn step<X: Number, N: Noise<X>>(&self, (w, mut m): Self::State<X>, noise: &mut N) -> Self::State<X> {
            let Regression { curvatures, teacher, label_noise, decay, rate, momentum, batch } = self.0;
            let mut gradient = w.map(|w| w * decay);
            for _ in 0..batch {
                let x: [X; D] = std::array::from_fn(|i| noise.normal() * curvatures[i].sqrt());
                let mut error = noise.normal() * -label_noise;
                (0..D).for_each(|i| error = error + (w[i] - teacher[i]) * x[i]);
                (0..D).for_each(|i| gradient[i] = gradient[i] + error * x[i] / f64::from(batch));
            }
            (0..D).for_each(|i| m[i] = m[i] * momentum + gradient[i]);
            (std::array::from_fn(|i| w[i] - m[i] * rate), m)
        }
    }

    /// Means, variances, covariance and fourth moments of two steps agree with sample-by-sample batches, odd and even S.
    #[test]
    fn a_batch_at_the_price_of_a_sample_is_a_batch() {
        for batch in [1, 2, 5] {
            let process = Regression {
                curvatures: [1.5, 0.4, 0.0],
                teacher: [0.7, -0.3, 1.0],
                label_noise: 0.6,
                decay: 0.2,
                rate: 0.5,
                momentum: 0.4,
                batch,
            };
            let n = 100_000;
            let start = |_| ([1.4, 0.5, 0.3], [0.1, 0.0, 0.0]);
            let mut short = Ensemble::<_, f64>::new(process, n, &Key::new(["short"]), start);
            let mut literal = Ensemble::<_, f64>::new(Literal(process), n, &Key::new(["literal"]), start);
            short.advance(2);
            literal.advance(2);
            type Observable = fn(&([f64; 3], [f64; 3])) -> f64;
            let of: [Observable; 5] = [|s| s.0[0], |s| s.0[1], |s| s.0[2], |s| s.0[0] + s.0[1], |s| s.1[0] - s.1[1]];
            for f in of {
                let ((m1, v1, f1), (m2, v2, f2)) =
                    (moments(short.states().map(|s| f(&s))), moments(literal.states().map(|s| f(&s))));
                let five = 5.0 * (2.0 / n as f64).sqrt();
                assert!((m1 - m2).abs() <= five * v2.sqrt() + 1e-12, "{batch}: {m1} {m2}");
                assert!((v1 - v2).abs() <= five * f1.max(f2).sqrt() + 1e-12, "{batch}: {v1} {v2}");
            }
        }
    }

    /// Mean S, variance 2S, third and fourth moments through the kurtosis 3 + 12/S, on both sides of the chunk size.
    #[test]
    fn chi_squared_has_its_moments() {
        struct Chi(u32);
        impl Process for Chi {
            type State<X: Number> = [X; 1];
            fn step<X: Number, N: Noise<X>>(&self, _: [X; 1], noise: &mut N) -> [X; 1] {
                [chi_squared(self.0, noise)]
            }
        }
        for degrees in [1, 2, 3, 50, 600] {
            let n = 60_000;
            let mut ensemble = Ensemble::<_, f64>::new(Chi(degrees), n, &Key::new(["chi"]), |_| [0.0]);
            ensemble.advance(1);
            let (mean, variance, fourth) = moments(ensemble.states().map(|[x]| x));
            let s = f64::from(degrees);
            assert!((mean - s).abs() < 5.0 * (2.0 * s / n as f64).sqrt(), "{degrees}: {mean}");
            assert!(
                (variance / (2.0 * s) - 1.0).abs() < 5.0 * ((2.0 + 12.0 / s) / n as f64).sqrt(),
                "{degrees}: {variance}"
            );
            assert!((fourth / (variance * variance) / (3.0 + 12.0 / s) - 1.0).abs() < 0.25, "{degrees}: {fourth}");
        }
    }

    #[test]
    fn at_the_teacher_without_noise_nothing_moves() {
        let process = Regression {
            curvatures: [1.0],
            teacher: [0.5],
            label_noise: 0.0,
            decay: 0.0,
            rate: 0.5,
            momentum: 0.0,
            batch: 3,
        };
        let mut ensemble = Ensemble::<_, f64>::new(process, 16, &Key::new(["rest"]), |_| ([0.5], [0.0]));
        ensemble.advance(10);
        assert!(ensemble.states().all(|(w, _)| w == [0.5]));
    }

    /// The equivalence with noisy labels, in mean and variance of a step from anywhere.
    #[test]
    fn noisy_inputs_are_noisy_labels() {
        let inputs = NoisyInputs { clean: [1.0, 0.5], noise: [0.5, 0.8], teacher: [1.0, -2.0], rate: 0.7, batch: 3 };
        let labels = inputs.as_label_noise();
        let n = 200_000;
        let mut one = Ensemble::<_, f64>::new(inputs, n, &Key::new(["inputs"]), |_| [0.3, 0.9]);
        let mut other = Ensemble::<_, f64>::new(labels, n, &Key::new(["labels"]), |_| ([0.3, 0.9], [0.0; 2]));
        one.advance(2);
        other.advance(2);
        for i in 0..2 {
            let (m1, v1, f1) = moments(one.states().map(|w| w[i]));
            let (m2, v2, f2) = moments(other.states().map(|(w, _)| w[i]));
            let five = 5.0 * (2.0 / n as f64).sqrt();
            assert!((m1 - m2).abs() < five * v1.sqrt(), "{m1} {m2}");
            assert!((v1 - v2).abs() < five * f1.max(f2).sqrt(), "{v1} {v2}");
        }
    }
}
