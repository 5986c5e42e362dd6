//! The covariance of SGD at finite learning rate.
//!
//! Around a minimum with Hessian `K`, SGD with learning-rate matrix `Λ`, momentum `μ` and gradient noise of covariance `C` has a
//! stationary covariance `Σ` that solves a linear matrix equation exactly, at any learning rate. Along one direction it is
//! `λc/{k(1 − μ)[2 − λk/(1 + μ)]}`, larger than what continuous-time theory says by `1/(1 − λk/[2(1 + μ)])`: without bound towards
//! the edge of stability, and by another factor in every direction.
//!
//! Assumptions: a quadratic loss; noise uncorrelated between steps (samples drawn with replacement) with covariance `C` in the
//! mean over the stationary state; heavy-ball momentum without dampening.
//!
//! Source: Kangqiao Liu, Liu Ziyin, Masahito Ueda, *Noise and Fluctuation of Finite Learning Rate Stochastic Gradient Descent*,
//! ICML 2021 (PMLR 139:7045), arXiv 2012.03636.

use crate::framework::Law;

pub mod adam;
pub mod edge;
pub mod escape;
pub mod identity;
pub mod momentum;
pub mod sampling;
pub mod shape;
pub mod time_mean;
pub mod variance;

/// The law.
pub fn law() -> Law {
    Law::new("dynamics", "noise-covariance", file!())
        .title("SGD fluctuates more, and in another shape, than continuous time says")
        .statement(
            "In a quadratic valley the stationary covariance of SGD with momentum and preconditioning solves a linear matrix \
             equation at any learning rate. Along each eigendirection it exceeds that of continuous-time theory by the factor \
             1/(1 − λk/(2(1 + μ))), which diverges at the edge of stability. It depends on the covariance of the noise alone, \
             not on its shape, and it fails for Nesterov's momentum and for samples drawn without replacement.",
        )
        .equation(
            r"(1-\mu)\left(\Lambda K\Sigma+\Sigma K\Lambda\right) - \frac{1+\mu^2}{1-\mu^2}\Lambda K\Sigma K\Lambda
             + \frac{\mu}{1-\mu^2}\left(\Lambda K\Lambda K\Sigma+\Sigma K\Lambda K\Lambda\right) = \Lambda C\Lambda, \qquad
             \Sigma = \frac{\lambda c}{k(1-\mu)\left[2-\frac{\lambda k}{1+\mu}\right]}",
        )
        .symbol(r"\Sigma", "stationary covariance of the weights")
        .symbol(r"\Lambda, \lambda", "learning rate, as a matrix and along one direction")
        .symbol(r"\mu", "momentum")
        .symbol("K, k", "Hessian, and curvature along one direction")
        .symbol("C, c", "covariance of the gradient noise, and its variance along one direction")
        .source(
            "Kangqiao Liu, Liu Ziyin, Masahito Ueda, Noise and Fluctuation of Finite Learning Rate Stochastic Gradient \
             Descent, ICML 2021 (PMLR 139:7045), arXiv 2012.03636",
        )
        .study::<identity::Identity>()
        .study::<variance::Variance>()
        .study::<time_mean::TimeMean>()
        .study::<edge::Edge>()
        .study::<momentum::Momentum>()
        .study::<shape::ShapeOfNoise>()
        .study::<adam::AdaptiveRate>()
        .study::<sampling::Sampling>()
        .study::<escape::Escape>()
}
