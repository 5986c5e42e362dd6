//! Distribution of adaptive gradients.
//!
//! On Gaussian gradients the variance of the size of an adaptive step grows with time and stays bounded. It does not diverge at
//! the first steps, as it would if the preconditioner were independent of the gradient: so this is not why Adam needs warmup.
//!
//! Assumptions: independent Gaussian gradients; no ε. The paper's statement is read for `β₁ = 0`; with much momentum it is not so,
//! and the law that holds then stands beside it. Without momentum and with equal weights everything is in closed form, since
//! the direction of `t` Gaussian gradients is uniform on a sphere.
//!
//! Source: Zhiyi Zhang, Liu Ziyin, *On the Distributional Properties of Adaptive Gradients*, UAI 2021, arXiv 2105.07222.

use crate::framework::Law;

pub mod preconditioner;
pub mod steps;

/// The law.
pub fn law() -> Law {
    Law::new("dynamics", "adaptive-gradients", file!())
        .title("The variance of an adaptive step grows with time and stays bounded")
        .statement(
            "On independent Gaussian gradients the size of an adaptive step without momentum has a variance that grows from \
             0 to 1 − 2/π: the first steps are the least random ones, though the preconditioner alone has no variance there. \
             With much momentum (β₁ = 0.9) the variance rises once and then falls.",
        )
        .equation(
            r"u_t = \frac{g_t}{\sqrt{\frac1t\sum_{i\le t} g_i^2}}, \qquad \frac{u_t^2}{t} \sim
             \mathrm{Beta}\left(\tfrac12,\tfrac{t-1}2\right), \qquad
             \mathrm{Var}|u_t| = 1-\frac t\pi\left(\frac{\Gamma(t/2)}{\Gamma((t+1)/2)}\right)^2",
        )
        .symbol("u_t", "step at time t over the learning rate")
        .symbol("g_t", "gradient at time t: independent, Gaussian with mean 0")
        .symbol("t", "number of gradients so far")
        .source(
            "Zhiyi Zhang, Liu Ziyin, On the Distributional Properties of Adaptive Gradients, UAI 2021, arXiv 2105.07222",
        )
        .study::<steps::Steps>()
        .study::<preconditioner::Preconditioner>()
}
