//! SGD with a constant learning rate can converge to a local maximum.
//!
//! Of the loss `ℓ(w; x) = x w²/2 + w⁴/4` with `x = 1` or `x = a − 1`, each with chance ½ and `−1 < a < 0`, zero is a local maximum in
//! the mean. A step of SGD at batch size 1 multiplies small `w` by `1 − λ` or `1 + λ(1 − a)`: `ln |w|` is a random walk, and where its
//! drift is negative `w` goes to the maximum almost surely, although `E w²` grows. The same drift decides how long SGD needs to
//! leave, which of two minima it keeps, and where AMSGrad ends.
//!
//! Assumptions: batch size 1, samples with replacement, learning rate below 1. The quartic term, which bounds the landscape, the
//! landscape of two minima and the state from which AMSGrad starts are ours: of the paper only the abstract could be read.
//!
//! Source: Liu Ziyin, Botao Li, James B. Simon, Masahito Ueda, *SGD with a Constant Large Learning Rate Can Converge to Local
//! Maxima*, ICLR 2022, arXiv 2107.11774.

use crate::framework::Law;

pub mod amsgrad;
pub mod boundary;
pub mod convergence;
pub mod crowding;
pub mod escape;
pub mod exponent;
pub mod moments;
pub mod selection;

/// The law.
pub fn law() -> Law {
    Law::new("dynamics", "local-maxima", file!())
        .title("SGD converges to a local maximum where the mean logarithm of its factors is negative")
        .statement(
            "Where two samples curve a stationary point in opposite ways, SGD at batch size 1 converges to it almost surely \
             if the mean logarithm of the factors 1 − λh is negative, be it a maximum of the mean loss and E w² growing. \
             Below that learning rate it escapes, but ever more slowly; of a sharp minimum that all samples share and a flat \
             one that they do not it keeps the sharp one; and AMSGrad with a frozen scale does as SGD.",
        )
        .equation(
            r"\gamma(\lambda) = \tfrac12 \ln\left[(1-\lambda)(1+\lambda(1-a))\right] < 0
             \iff \frac{a}{a-1} < \lambda < 1, \qquad \mathbb{E}\,\tau = \frac{\ln(|w_1|/|w_0|)}{\gamma(\lambda)}",
        )
        .symbol("w", "weight")
        .symbol("a", "curvature of the loss at the maximum, summed over both samples")
        .symbol(r"\lambda", "learning rate")
        .symbol(r"\gamma", "growth of ln |w| per step near the maximum")
        .symbol(r"\tau", "number of steps until |w| has grown from |w_0| to |w_1|")
        .source("Ziyin, Li, Simon & Ueda, ICLR 2022, arXiv 2107.11774")
        .study::<exponent::Exponent>()
        .study::<boundary::Boundary>()
        .study::<convergence::Convergence>()
        .study::<crowding::Crowding>()
        .study::<moments::Moments>()
        .study::<escape::Escape>()
        .study::<selection::Selection>()
        .study::<amsgrad::Adaptive>()
}
