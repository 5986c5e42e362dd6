//! The strength of minibatch noise in linear regression: stationary covariance at any learning rate, in closed form.
//!
//! Liu Ziyin, Kangqiao Liu, Takashi Mori & Masahito Ueda, *Strength of Minibatch Noise in SGD*, ICLR 2022, arXiv 2102.05375:
//! theorem 2 (noisy labels, with momentum) and theorem 4 (weight decay), here at once. With curvatures `a`, `k = a + γ`,
//! `T = Σ a γ² u²/k²` and `tᵢ` the stationary `a Var w`, the noise of the gradient along an eigenvector is
//! `c = (a² Var w + (Σ t + T + σ²) a + γ² a² u²/k²)/S`, and the covariance of SGD in discrete time
//! `Var w = λ c/(k (1 − μ)(2 − λ k/(1 + μ)))` closes the circle.

use lawbook_analysis::root::bisect;

use crate::systems::regression::Regression;

/// Why there is no stationary variance.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum MinibatchError {
    /// A parameter is out of range.
    #[error(
        "learning rate {rate}, momentum {momentum}, batch size {batch}: the rate must be positive, the momentum in [0, 1), the \
         batch at least 1"
    )]
    Invalid {
        /// `λ`.
        rate: f64,
        /// `μ`.
        momentum: f64,
        /// `S`.
        batch: u32,
    },
    /// The loss has no minimum.
    #[error("curvature a + gamma = {0} in some direction: weight decay must exceed minus the smallest curvature")]
    NoMinimum(f64),
    /// Not the variance of any inputs.
    #[error("curvature a = {0}: it is the variance of the inputs in some direction; give a finite number of at least 0")]
    Curvature(f64),
    /// Not the weights of any teacher.
    #[error("a weight {0} of the teacher: give finite ones")]
    Teacher(f64),
    /// Not the deviation of any labels.
    #[error("label noise {0}: give a finite standard deviation of at least 0")]
    Noise(f64),
    /// The second moment diverges.
    #[error(
        "at learning rate {rate} and batch size {batch} the variance is infinite; it is finite below a rate of {largest}"
    )]
    Unstable {
        /// `λ`.
        rate: f64,
        /// `S`.
        batch: u32,
        /// The rate below which it exists.
        largest: f64,
    },
}

/// What SGD on a linear regression settles to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stationary<const D: usize> {
    /// The mean of the weights: `a u/(a + γ)`.
    pub mean: [f64; D],
    /// The variance of each weight.
    pub variance: [f64; D],
    /// `E Σ a (w − u)²/2`: the loss on clean labels, without weight decay.
    pub test_loss: f64,
}

/// The stationary means, variances and loss: equations of theorems 2 and 4. Exact for normal inputs.
pub fn stationary<const D: usize>(r: &Regression<D>) -> Result<Stationary<D>, MinibatchError> {
    check(r)?;
    let Some(parts) = Parts::of(r) else {
        return Err(MinibatchError::Unstable { rate: r.rate, batch: r.batch, largest: largest_rate(r)? });
    };
    let size = r.rate / f64::from(r.batch);
    let noise = r.label_noise * r.label_noise + parts.bias;
    // Σ a Var w.
    let total = size * (noise * parts.feedback + parts.drift) / (1.0 - size * parts.feedback);
    let variance = std::array::from_fn(|i| {
        let (a, k) = (r.curvatures[i], r.curvatures[i] + r.decay);
        size * (a * (total + noise) + pull(r, i)) / (k * parts.gains[i])
    });
    let mean = std::array::from_fn(|i| r.curvatures[i] * r.teacher[i] / (r.curvatures[i] + r.decay));
    Ok(Stationary { mean, variance, test_loss: 0.5 * (total + parts.bias) })
}

/// The learning rate from which on the second moment is infinite: where `λ Tr[A² K⁻¹ G⁻¹] = S`.
pub fn largest_rate<const D: usize>(r: &Regression<D>) -> Result<f64, MinibatchError> {
    check(r)?;
    let steepest = r.curvatures.iter().fold(0.0, |top: f64, a| top.max(a + r.decay));
    let end = 2.0 * (1.0 + r.momentum) / steepest;
    let side = |rate: f64| if Parts::of(&Regression { rate, ..*r }).is_some() { -1.0 } else { 1.0 };
    // It is finite at small rates, infinite where the deterministic dynamics diverges, and monotone between.
    Ok(bisect(side, 1e-12 * end, end).unwrap_or(0.0))
}

/// In continuous time with noise as strong as at the minimum, `C = σ² A/S`: `Var w = λ σ²/(2S (1 − μ))` in every direction.
/// Without weight decay.
pub fn continuous_time<const D: usize>(r: &Regression<D>) -> f64 {
    r.rate * r.label_noise * r.label_noise / (2.0 * f64::from(r.batch) * (1.0 - r.momentum))
}

/// In discrete time with noise as strong as at the minimum, `C = σ² A/S`:
/// `Var w = λ σ²/(S (1 − μ)(2 − λ a/(1 + μ)))`. Without weight decay.
pub fn constant_noise<const D: usize>(r: &Regression<D>) -> Result<[f64; D], MinibatchError> {
    check(r)?;
    let largest = 2.0 * (1.0 + r.momentum) / r.curvatures.iter().fold(0.0, |top: f64, a| top.max(*a));
    if r.rate >= largest {
        return Err(MinibatchError::Unstable { rate: r.rate, batch: r.batch, largest });
    }
    Ok(r.curvatures.map(|a| 2.0 * continuous_time(r) / (2.0 - r.rate * a / (1.0 + r.momentum))))
}

fn check<const D: usize>(r: &Regression<D>) -> Result<(), MinibatchError> {
    let Regression { rate, momentum, batch, .. } = *r;
    if !(rate > 0.0 && (0.0..1.0).contains(&momentum) && batch > 0) {
        return Err(MinibatchError::Invalid { rate, momentum, batch });
    }
    if !(r.label_noise >= 0.0 && r.label_noise.is_finite()) {
        return Err(MinibatchError::Noise(r.label_noise));
    }
    if let Some(k) = r.curvatures.iter().map(|a| a + r.decay).find(|k| !(*k > 0.0 && k.is_finite())) {
        return Err(MinibatchError::NoMinimum(k));
    }
    // Weight decay makes a minimum of any curvature, but no inputs have a negative variance.
    if let Some(a) = r.curvatures.into_iter().find(|a| *a < 0.0) {
        return Err(MinibatchError::Curvature(a));
    }
    r.teacher.into_iter().find(|u| !u.is_finite()).map_or(Ok(()), |u| Err(MinibatchError::Teacher(u)))
}

/// `γ² a² u²/k²`: `S` times the gradient noise that weight decay makes along its pull.
fn pull<const D: usize>(r: &Regression<D>, i: usize) -> f64 {
    let a = r.curvatures[i];
    (r.decay * a * r.teacher[i] / (a + r.decay)).powi(2)
}

/// The sums of which the closed forms are made.
struct Parts<const D: usize> {
    /// `g = (1 − μ)(2 − λ k/(1 + μ)) − λ a²/(k S)`.
    gains: [f64; D],
    /// `T = Σ a γ² u²/k²`.
    bias: f64,
    /// `Tr[A² K⁻¹ G⁻¹]`.
    feedback: f64,
    /// `Σ a³ γ² u²/(k³ g)`.
    drift: f64,
}

impl<const D: usize> Parts<D> {
    /// `None` where the second moment is infinite.
    fn of(r: &Regression<D>) -> Option<Self> {
        let size = f64::from(r.batch);
        let curvature = |i: usize| (r.curvatures[i], r.curvatures[i] + r.decay);
        let gains: [f64; D] = std::array::from_fn(|i| {
            let (a, k) = curvature(i);
            (1.0 - r.momentum) * (2.0 - r.rate * k / (1.0 + r.momentum)) - r.rate * a * a / (k * size)
        });
        let sum = |f: &dyn Fn(usize) -> f64| (0..D).map(f).sum::<f64>();
        let bias = sum(&|i| r.curvatures[i] * (r.decay * r.teacher[i] / curvature(i).1).powi(2));
        let feedback = sum(&|i| r.curvatures[i] * r.curvatures[i] / (curvature(i).1 * gains[i]));
        let drift = sum(&|i| r.curvatures[i] * pull(r, i) / (curvature(i).1 * gains[i]));
        let finite = gains.iter().all(|g| *g > 0.0) && r.rate * feedback < size;
        finite.then_some(Self { gains, bias, feedback, drift })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels<const D: usize>(curvatures: [f64; D], rate: f64, momentum: f64, batch: u32) -> Regression<D> {
        Regression { curvatures, teacher: [0.0; D], label_noise: 1.0, decay: 0.0, rate, momentum, batch }
    }

    /// Second moments about the teacher, step by step from the definition: `z' = (1 − λ h)z − λ m …` for weights and momentum,
    /// with `E xᵢxⱼxₖxₗ` of normal inputs. Along eigenvectors only the diagonal feeds the diagonal; with weight decay the mean
    /// moves too, which is why this is written out for one dimension.
    fn line_by_iteration(r: &Regression<1>) -> (f64, f64) {
        let (a, s, l, mu, g) = (r.curvatures[0], f64::from(r.batch), r.rate, r.momentum, r.decay);
        let (u, noise) = (r.teacher[0], r.label_noise * r.label_noise * a / s);
        // v = w − u; E h = a, E h² = a²(1 + 2/S). Gradient: (h + γ) v + γ u + ξ.
        let (h1, h2) = (a + g, (a + g) * (a + g) + 2.0 * a * a / s);
        let (mut v, mut m, mut vv, mut vm, mut mm) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for _ in 0..200_000 {
            // p = μ m + (h + γ)v + γu + ξ, v' = v − λ p.
            let p = mu * m + h1 * v + g * u;
            let vp = mu * vm + h1 * vv + g * u * v;
            let pp = mu * mu * mm + h2 * vv + g * g * u * u + noise + 2.0 * (mu * h1 * vm + mu * g * u * m + h1 * g * u * v);
            (v, m, vv, vm, mm) = (v - l * p, p, vv - 2.0 * l * vp + l * l * pp, vp - l * pp, pp);
        }
        (vv - v * v, 0.5 * a * vv)
    }

    /// X-Val: the exact recursion of first and second moments, which knows nothing of covariance equations.
    #[test]
    fn in_one_dimension_it_is_the_fixed_point_of_the_exact_recursion() {
        for (rate, momentum, batch, decay, label_noise) in [
            (1.0, 0.0, 10, 0.0, 1.0),
            (1.0, 0.0, 50, 0.0, 1.0),
            (0.3, 0.9, 10, 0.0, 2.0),
            (0.5, 0.0, 4, 0.3, 0.0),
            (0.5, 0.0, 4, -0.4, 0.7),
            (0.4, 0.5, 3, 0.2, 0.5),
        ] {
            let r = Regression { curvatures: [1.5], teacher: [0.8], label_noise, decay, rate, momentum, batch };
            let ours = stationary(&r).expect("stable");
            let (variance, loss) = line_by_iteration(&r);
            assert!((ours.variance[0] / variance - 1.0).abs() < 1e-9, "{r:?} {ours:?} {variance}");
            assert!((ours.test_loss / loss - 1.0).abs() < 1e-9, "{r:?} {ours:?} {loss}");
        }
    }

    /// Second moments in any dimension, from `E(I − λ x xᵀ)M(I − λ x xᵀ)` of normal inputs.
    fn plane_by_iteration<const D: usize>(r: &Regression<D>) -> [f64; D] {
        let (a, s, l) = (r.curvatures, f64::from(r.batch), r.rate);
        let mut m = [0.0; D];
        for _ in 0..20_000 {
            let trace: f64 = (0..D).map(|i| a[i] * m[i]).sum::<f64>() + r.label_noise * r.label_noise;
            m = std::array::from_fn(|i| (1.0 - l * a[i]).powi(2) * m[i] + l * l / s * (a[i] * a[i] * m[i] + a[i] * trace));
        }
        m
    }

    /// X-Val: the exact recursion; and theorem 2 evaluated independently in numpy to five digits, at the
    /// parameters of figures 4b and 4c.
    #[test]
    fn in_the_plane_it_is_the_fixed_point_of_the_exact_recursion() {
        for (batch, evaluated) in [(50, [0.069_078, 0.026_289]), (10, [0.844_31, 0.251_50])] {
            let r = labels([1.0, 0.5], 1.5, 0.0, batch);
            let (ours, iterated) = (stationary(&r).expect("stable").variance, plane_by_iteration(&r));
            for i in 0..2 {
                assert!((ours[i] / iterated[i] - 1.0).abs() < 1e-10, "{ours:?} {iterated:?}");
                assert!((ours[i] / evaluated[i] - 1.0).abs() < 2e-5, "{ours:?}");
            }
        }
        let momentum = stationary(&labels([1.0, 0.5], 0.3, 0.9, 10)).expect("stable").variance;
        assert!((momentum[0] - 0.269_91).abs() < 1e-5 && (momentum[1] - 0.235_02).abs() < 1e-5, "{momentum:?}");
    }

    /// X-Val: theorem 4 evaluated independently in numpy, at the parameters of figure 3 right, `λ = 0.5`, `a = S = u = 1`.
    #[test]
    fn weight_decay_costs_what_theorem_four_says() {
        for (decay, loss) in [(0.1, 0.011_077_158), (0.5, 0.119_047_619), (-0.1, 0.021_800_281)] {
            let r = Regression { teacher: [1.0], label_noise: 0.0, decay, ..labels([1.0], 0.5, 0.0, 1) };
            assert!((stationary(&r).expect("stable").test_loss - loss).abs() < 1e-9);
        }
    }

    /// X-Val: a scan of theorem 4 in numpy at `λ = 0.6`, `a = 4`, `S = 64`, `u = 1` (corollary 1): stable for decays between −3.84
    /// and −0.825 alone, and best at −1.00, with a loss of 0.4444.
    #[test]
    fn the_best_weight_decay_is_negative_where_zero_runs_away() {
        let loss = |decay: f64| {
            let r = Regression { teacher: [1.0], label_noise: 0.0, decay, ..labels([4.0], 0.6, 0.0, 64) };
            stationary(&r).map_or(f64::INFINITY, |found| found.test_loss)
        };
        for (decay, stable) in [(-3.85, false), (-3.83, true), (-0.83, true), (-0.82, false), (0.0, false)] {
            assert_eq!(loss(decay).is_finite(), stable, "{decay}");
        }
        let best = (-383..-83).map(|i| 0.01 * f64::from(i)).min_by(|a, b| loss(*a).total_cmp(&loss(*b))).expect("a decay");
        assert!((best + 1.0).abs() < 0.011 && (loss(best) - 0.4444).abs() < 1e-4, "{best} {}", loss(best));
    }

    /// `1/(38 − S)` at `λ = S/20`, `a = 1` (section 6.5), up to where it diverges.
    #[test]
    fn the_ratio_of_rate_and_batch_size_is_no_scaling_variable() {
        for batch in [1, 8, 16, 32, 37] {
            let found = stationary(&labels([1.0], 0.05 * f64::from(batch), 0.0, batch)).expect("stable").variance[0];
            assert!((found * (38.0 - f64::from(batch)) - 1.0).abs() < 1e-9, "{batch}: {found}");
        }
        assert!(stationary(&labels([1.0], 1.9 + 1e-12, 0.0, 38)).is_err());
    }

    /// Closed forms: `λa < 2S/(S + 2)` on a line, `2S/(S + D + 1)` for equal curvatures, both with `a = 2`.
    #[test]
    fn the_largest_rate_is_the_closed_form() {
        for batch in [1, 2, 8, 100] {
            let s = f64::from(batch);
            let line = largest_rate(&labels([2.0], 0.1, 0.0, batch)).expect("valid input");
            assert!((line - s / (s + 2.0)).abs() < 1e-12, "{line}");
            let equal = largest_rate(&labels([2.0; 7], 0.1, 0.0, batch)).expect("valid input");
            assert!((equal - s / (s + 8.0)).abs() < 1e-12, "{equal}");
        }
    }

    proptest! {
        /// Below the largest rate the exact recursion has a limit, beyond it none.
        #[test]
        fn the_recursion_diverges_exactly_beyond_the_largest_rate(a in 0.2..2.0f64, b in 0.1..2.0f64, batch in 1..20u32) {
            let edge = largest_rate(&labels([a, b], 0.1, 0.0, batch)).expect("valid input");
            let below = plane_by_iteration(&labels([a, b], 0.97 * edge, 0.0, batch));
            let exact = stationary(&labels([a, b], 0.97 * edge, 0.0, batch)).expect("stable");
            prop_assert!((below[0] / exact.variance[0] - 1.0).abs() < 1e-6);
            prop_assert!(plane_by_iteration(&labels([a, b], 1.03 * edge, 0.0, batch))[0] > 1e9);
        }
    }

    #[test]
    fn out_of_range_is_answered_with_the_range() {
        let error = stationary(&labels([1.5], 1.2, 0.0, 10)).expect_err("unstable").to_string();
        assert!(error.contains("1.111"), "{error}");
        let decay = Regression { decay: -2.0, ..labels([1.5], 0.1, 0.0, 10) };
        assert_eq!(stationary(&decay), Err(MinibatchError::NoMinimum(-0.5)));
        assert!(matches!(stationary(&labels([1.0], 0.1, 1.0, 1)), Err(MinibatchError::Invalid { .. })));
        for rate in [0.0, -0.1, f64::NAN] {
            assert!(matches!(stationary(&labels([1.0], rate, 0.0, 1)), Err(MinibatchError::Invalid { .. })), "{rate}");
        }
        let upside_down = Regression { curvatures: [-1.0], decay: 2.0, ..labels([1.0], 0.1, 0.0, 1) };
        assert_eq!(stationary(&upside_down), Err(MinibatchError::Curvature(-1.0)));
        for u in [f64::NAN, f64::INFINITY] {
            let lost = Regression { teacher: [u], ..labels([1.0], 0.1, 0.0, 1) };
            assert!(matches!(stationary(&lost), Err(MinibatchError::Teacher(_))), "{u}");
        }
        for a in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(stationary(&labels([1.0, a], 0.1, 0.0, 1)), Err(MinibatchError::NoMinimum(_))), "{a}");
        }
        let noise = Regression { label_noise: f64::NAN, ..labels([1.0], 0.1, 0.0, 1) };
        assert!(matches!(stationary(&noise), Err(MinibatchError::Noise(_))));
        assert!(matches!(stationary(&labels([1.0], 0.1, 0.0, 0)), Err(MinibatchError::Invalid { .. })));
    }
}
