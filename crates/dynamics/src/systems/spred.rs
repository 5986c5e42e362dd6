//! Sparsity by redundant parameters: each weight is the product of two, and weight decay on these is an L1 penalty on the weight.
//!
//! Since `u² + w² ≥ 2|u w|`, minimising `L(U∘W) + κ(|U|² + |W|²)` minimises `L(V) + 2κ|V|₁`, and no bad minima are added (Liu
//! Ziyin & Zihao Wang, *spred: Solving L1 Penalty with SGD*, ICML 2023, arXiv 2210.01212). With a scalar `u` and a vector `W` the
//! same gives the group penalty `2κ|V|₂`.
//!
//! In PyTorch `weight_decay = wd` is `κ = wd/2`. For the mean squared error, twice the loss to which scikit-learn's `alpha`
//! belongs, that makes `wd = 2 alpha`.

use lawbook_core::Stream;
use thiserror::Error;

use crate::estimators::divergence::DivergedAt;

/// Why weights cannot be trained through redundant ones.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum SpredError {
    /// Factors of different number.
    #[error("{u} first factors and {w} second ones: give one of each for every weight")]
    Lengths {
        /// Number of first factors.
        u: usize,
        /// Number of second factors.
        w: usize,
    },
    /// Groups that do not share the weights.
    #[error(
        "{weights} weights in {groups} groups: give at least one group, and the same number of weights, at least one, to each"
    )]
    Groups {
        /// Number of groups.
        groups: usize,
        /// Number of weights.
        weights: usize,
    },
    /// A factor is infinite or no number.
    #[error("the factors {u} and {w} of weight {index}: give finite ones")]
    NotFinite {
        /// Number of the weight.
        index: usize,
        /// The first factor.
        u: f64,
        /// The second factor.
        w: f64,
    },
    /// Both factors are zero.
    #[error(
        "both factors of weight {index} start at 0, where their gradient vanishes whatever the loss: the weight stays 0 forever; \
         draw the factors at random"
    )]
    FixedPoint {
        /// Number of the weight.
        index: usize,
    },
    /// The factors have the same size.
    #[error(
        "the factors {u} and {w} of weight {index} have equal size, which gradient descent keeps: their product never changes \
         sign; draw the factors independently"
    )]
    FrozenSign {
        /// Number of the weight.
        index: usize,
        /// The first factor.
        u: f64,
        /// The second factor.
        w: f64,
    },
    /// Negative or not a number.
    #[error("kappa is {0}: give a finite number of at least 0, for a negative one lets the factors grow without bound")]
    Decay(f64),
    /// Not positive.
    #[error("the learning rate is {0}: give a finite number above 0")]
    Rate(f64),
}

/// Two factors for every weight `v = u w`.
#[derive(Debug, Clone, PartialEq)]
pub struct Factors {
    /// The first.
    pub u: Vec<f64>,
    /// The second.
    pub w: Vec<f64>,
}

impl Factors {
    /// Factors from which every weight can be reached; an error says which weight is stuck, and why.
    pub fn new(u: Vec<f64>, w: Vec<f64>) -> Result<Self, SpredError> {
        if u.len() != w.len() {
            return Err(SpredError::Lengths { u: u.len(), w: w.len() });
        }
        for (index, (&u, &w)) in u.iter().zip(&w).enumerate() {
            if !(u.is_finite() && w.is_finite()) {
                return Err(SpredError::NotFinite { index, u, w });
            }
            if u == 0.0 && w == 0.0 {
                return Err(SpredError::FixedPoint { index });
            }
            if u.abs() == w.abs() {
                return Err(SpredError::FrozenSign { index, u, w });
            }
        }
        Ok(Self { u, w })
    }

    /// Independent normal factors for `count` weights.
    pub fn normal(count: usize, deviation: f64, stream: &mut Stream) -> Self {
        let mut draw = || (0..count).map(|_| deviation * stream.normal()).collect();
        Self { u: draw(), w: draw() }
    }

    /// The balanced factors `sgn(v) √|v|` and `√|v|` of given weights: as cheap as they come, and frozen in their signs.
    pub fn balanced(weights: &[f64]) -> Self {
        let w: Vec<f64> = weights.iter().map(|v| v.abs().sqrt()).collect();
        Self { u: weights.iter().zip(&w).map(|(v, root)| v.signum() * root).collect(), w }
    }

    /// The weights.
    pub fn product(&self) -> Vec<f64> {
        self.u.iter().zip(&self.w).map(|(u, w)| u * w).collect()
    }

    /// `u² − w²` of every weight. Gradient flow multiplies it by `e^{−4κt}`, so that factors come to have equal size.
    pub fn imbalance(&self) -> Vec<f64> {
        self.u.iter().zip(&self.w).map(|(u, w)| (u - w) * (u + w)).collect()
    }
}

/// Gradient descent with weight decay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Descent {
    /// Learning rate η.
    pub rate: f64,
    /// Weight of `|U|² + |W|²` in the loss.
    pub kappa: f64,
    /// Number of steps.
    pub steps: usize,
}

impl Descent {
    fn check(&self) -> Result<(), SpredError> {
        if !(self.kappa.is_finite() && self.kappa >= 0.0) {
            return Err(SpredError::Decay(self.kappa));
        }
        if !(self.rate.is_finite() && self.rate > 0.0) {
            return Err(SpredError::Rate(self.rate));
        }
        Ok(())
    }
}

/// Trains the factors on `L(U∘W) + κ(|U|² + |W|²)`, where `gradient(v, g)` writes `∂L/∂v` to `g`. Gives the step after which the
/// weights were first not finite, if they diverged.
pub fn descend(
    factors: &mut Factors,
    descent: &Descent,
    mut gradient: impl FnMut(&[f64], &mut [f64]),
) -> Result<Option<usize>, SpredError> {
    descent.check()?;
    let Factors { u, w } = factors;
    if u.len() != w.len() {
        return Err(SpredError::Lengths { u: u.len(), w: w.len() });
    }
    let shrink = 1.0 - 2.0 * descent.rate * descent.kappa;
    let (mut v, mut g) = (vec![0.0; u.len()], vec![0.0; u.len()]);
    for step in 0..descent.steps {
        v.iter_mut().zip(u.iter().zip(&*w)).for_each(|(v, (u, w))| *v = u * w);
        if let Err(DivergedAt(step)) = DivergedAt::check(step, &v) {
            return Ok(Some(step));
        }
        gradient(&v, &mut g);
        for ((u, w), g) in u.iter_mut().zip(w.iter_mut()).zip(&g) {
            let push = descent.rate * g;
            (*u, *w) = (shrink * *u - push * *w, shrink * *w - push * *u);
        }
    }
    let diverged = !u.iter().zip(&*w).all(|(u, w)| (u * w).is_finite());
    Ok(diverged.then_some(descent.steps))
}

/// A scalar and a vector for every group of weights `V = u W`; groups have equal size.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupFactors {
    /// One scalar per group.
    pub u: Vec<f64>,
    /// The vectors one after the other.
    pub w: Vec<f64>,
}

impl GroupFactors {
    /// Independent normal factors for `groups` of `size` weights.
    pub fn normal(groups: usize, size: usize, deviation: f64, stream: &mut Stream) -> Self {
        let mut draw = |count: usize| (0..count).map(|_| deviation * stream.normal()).collect();
        Self { u: draw(groups), w: draw(groups * size) }
    }

    /// The weights, group by group. Panics unless all groups have the same number of weights, at least one.
    pub fn product(&self) -> Vec<f64> {
        let size = self.size().unwrap_or_else(|error| panic!("{error}"));
        self.w.iter().enumerate().map(|(i, w)| self.u[i / size] * w).collect()
    }

    /// Weights per group.
    fn size(&self) -> Result<usize, SpredError> {
        let (groups, weights) = (self.u.len(), self.w.len());
        let fits = groups > 0 && weights > 0 && weights.is_multiple_of(groups);
        if fits { Ok(weights / groups) } else { Err(SpredError::Groups { groups, weights }) }
    }
}

/// The same as [`descend`] for groups: `L(V) + κ(|u|² + |W|²)` with `V = u W` in every group.
pub fn descend_groups(
    factors: &mut GroupFactors,
    descent: &Descent,
    mut gradient: impl FnMut(&[f64], &mut [f64]),
) -> Result<Option<usize>, SpredError> {
    descent.check()?;
    let (size, count) = (factors.size()?, factors.w.len());
    let shrink = 1.0 - 2.0 * descent.rate * descent.kappa;
    let mut g = vec![0.0; count];
    for step in 0..descent.steps {
        let v = factors.product();
        if let Err(DivergedAt(step)) = DivergedAt::check(step, &v) {
            return Ok(Some(step));
        }
        gradient(&v, &mut g);
        for ((u, w), g) in factors.u.iter_mut().zip(factors.w.chunks_exact_mut(size)).zip(g.chunks_exact(size)) {
            let pull: f64 = w.iter().zip(g).map(|(w, g)| w * g).sum();
            w.iter_mut().zip(g).for_each(|(w, g)| *w = shrink * *w - descent.rate * g * *u);
            *u = shrink * *u - descent.rate * pull;
        }
    }
    Ok((!factors.product().iter().all(|v| v.is_finite())).then_some(descent.steps))
}

#[cfg(test)]
mod tests {
    use lawbook_analysis::lasso::{LeastSquares, group_soft_threshold, lasso, soft_threshold};
    use lawbook_core::Key;
    use proptest::prelude::*;

    use super::*;

    fn stream(purpose: &str) -> Stream {
        Key::new(["spred"]).stream(purpose, 0)
    }

    /// X-Val: scikit-learn 1.9.1, `Lasso(alpha=0.1, fit_intercept=False)` on the same design as in `lawbook_analysis::lasso`.
    #[test]
    fn gradient_descent_on_factors_finds_the_lasso_of_scikit_learn() {
        let entry = |i: usize, j: usize| (1.0 + 3.0 * i as f64 + 7.0 * j as f64 + (i * j) as f64).cos();
        let design: Vec<f64> = (0..96).map(|k| entry(k / 12, k % 12)).collect();
        let targets: Vec<f64> = (0..8).map(|i| (0.5 + 2.0 * f64::from(i)).sin()).collect();
        let problem = LeastSquares::new(&design, &targets).expect("a matrix");
        let mut factors = Factors::normal(12, 0.5, &mut stream("lasso"));
        let descent = Descent { rate: 0.1, kappa: 0.05, steps: 40_000 };
        assert_eq!(descend(&mut factors, &descent, |v, g| problem.gradient(v, g)), Ok(None));
        let v = factors.product();
        let published = [(1, 0.447_539_100_703_141_5), (4, -0.069_711_066_038_840_57), (8, 0.132_665_971_233_905_9)];
        assert!(published.iter().all(|&(i, exact): &(usize, f64)| (v[i] - exact).abs() < 1e-8), "{v:?}");
        assert!(v.iter().enumerate().all(|(i, v)| published.iter().any(|(j, _)| i == *j) || v.abs() < 1e-6), "{v:?}");
        // Ridge regression, the rival, keeps every weight; half the penalty gives other weights.
        let other = lasso(&problem, 0.05, 1e-12).expect("converges");
        assert!((v[1] - other[1]).abs() > 0.01);
    }

    /// Ziyin 2024, arXiv 2309.16932, rescaling symmetry: (u w x − y)² + γ(u² + w²) with b₁ = E x² and b₂ = E xy ends at
    /// u w = sgn(b₂) max(|b₂| − γ, 0)/b₁. The shift is divided by b₁, the threshold is not.
    #[test]
    fn the_curvature_divides_the_shift_and_leaves_the_threshold() {
        for (b1, b2, gamma) in [(0.5, 0.3, 0.1), (2.0, -0.7, 0.2), (4.0, 1.0, 0.5), (0.5, 0.3, 0.4), (0.25, -0.2, 0.3)] {
            let mut factors = Factors::new(vec![0.5], vec![0.3]).expect("free");
            let descent = Descent { rate: 0.02, kappa: gamma, steps: 40_000 };
            descend(&mut factors, &descent, |v, g| g[0] = 2.0 * (b1 * v[0] - b2)).expect("valid");
            let exact = soft_threshold(b2, gamma) / b1;
            assert!((factors.product()[0] - exact).abs() < 1e-9, "{b1} {b2} {gamma}: {factors:?}");
            // Not soft(b₂/b₁, γ), which is what stands there if both are divided.
            assert!((exact - soft_threshold(b2 / b1, gamma)).abs() > 0.04);
        }
    }

    proptest! {
        /// A step multiplies the imbalance by exactly (1 − 2ηκ)² − η²g².
        #[test]
        fn the_imbalance_decays_by_its_exact_factor(u in -2.0..2.0f64, w in -2.0..2.0f64, g in -2.0..2.0f64, kappa in 0.0..1.0f64) {
            let mut factors = Factors { u: vec![u], w: vec![w] };
            let rate = 0.1;
            descend(&mut factors, &Descent { rate, kappa, steps: 1 }, |_, slope| slope[0] = g).expect("valid");
            let factor = (1.0 - 2.0 * rate * kappa).powi(2) - (rate * g).powi(2);
            prop_assert!((factors.imbalance()[0] - factor * (u - w) * (u + w)).abs() < 1e-12);
        }
    }

    /// A group of one is a single weight up to the names of its factors.
    #[test]
    fn groups_threshold_as_groups() {
        let target = [3.0, 4.0, 0.3, -0.4, -1.0, 0.0];
        let pull = |v: &[f64], g: &mut [f64]| (0..6).for_each(|i| g[i] = v[i] - target[i]);
        let mut factors = GroupFactors::normal(3, 2, 0.5, &mut stream("groups"));
        let descent = Descent { rate: 0.05, kappa: 0.4, steps: 4000 };
        descend_groups(&mut factors, &descent, pull).expect("valid");
        let exact: Vec<f64> = target.chunks(2).flat_map(|group| group_soft_threshold(group, 0.8)).collect();
        assert!(factors.product().iter().zip(&exact).all(|(v, exact)| (v - exact).abs() < 1e-9), "{factors:?} {exact:?}");
        assert!((factors.product()[0] - soft_threshold(3.0, 0.8)).abs() > 0.1);
    }

    #[test]
    fn groups_of_unequal_size_are_refused() {
        let descent = Descent { rate: 0.1, kappa: 0.1, steps: 1 };
        for (groups, weights) in [(2, 3), (2, 1), (2, 0), (0, 2)] {
            let mut factors = GroupFactors { u: vec![1.0; groups], w: vec![1.0; weights] };
            let refused = Err(SpredError::Groups { groups, weights });
            assert_eq!(descend_groups(&mut factors, &descent, |_, _| {}), refused);
        }
    }

    #[test]
    fn factors_that_are_stuck_are_named() {
        let stuck = |u: f64, w: f64| Factors::new(vec![1.0, u], vec![0.5, w]);
        assert_eq!(stuck(0.0, 0.0), Err(SpredError::FixedPoint { index: 1 }));
        assert_eq!(stuck(0.3, -0.3), Err(SpredError::FrozenSign { index: 1, u: 0.3, w: -0.3 }));
        assert!(stuck(0.3, 0.2).is_ok());
        assert_eq!(Factors::new(vec![1.0], vec![]), Err(SpredError::Lengths { u: 1, w: 0 }));
        let mut one = Factors { u: vec![1.0], w: vec![0.5] };
        let descent = Descent { rate: 0.1, kappa: -0.1, steps: 1 };
        assert_eq!(descend(&mut one, &descent, |_, _| {}), Err(SpredError::Decay(-0.1)));
        assert_eq!(descend(&mut one, &Descent { kappa: 0.0, rate: 0.0, ..descent }, |_, _| {}), Err(SpredError::Rate(0.0)));
    }

    /// Equal factors keep their sign although the loss wants the other; factors a little apart do not.
    #[test]
    fn equal_factors_never_change_sign() {
        let train = |w: f64| {
            let mut factors = Factors { u: vec![0.5], w: vec![w] };
            let descent = Descent { rate: 0.05, kappa: 0.1, steps: 4000 };
            descend(&mut factors, &descent, |v, g| g[0] = v[0] + 1.0).expect("valid");
            factors.product()[0]
        };
        assert!((0.0..1e-12).contains(&train(0.5)), "{}", train(0.5));
        assert!((train(0.49) + 0.8).abs() < 1e-9, "{}", train(0.49));
    }

    /// A learning rate beyond stability is an observation.
    #[test]
    fn divergence_is_told_with_its_step() {
        let mut factors = Factors { u: vec![3.0], w: vec![2.0] };
        let ended = descend(&mut factors, &Descent { rate: 10.0, kappa: 0.1, steps: 5000 }, |v, g| g[0] = v[0] - 1.0);
        // The factors of about 10^2 grow to 10^7, 10^22, 10^69 and 10^209, whose product is beyond f64.
        assert_eq!(ended, Ok(Some(5)));
    }
}
