//! The weakest signal that any σ-Laplacian can see, in closed form, and the nonlinearity that comes arbitrarily close to it.
//!
//! With u = 1/(θ − σ), θ = θ(β), the effective signal says E\[uΛ\] = 1/β and an outlier needs E u² < 1 (Ma & Kunisky 2025,
//! arXiv 2505.12528, Theorem 3.3; Λ is [`Prior::tilt`]). By Cauchy and Schwarz 1/β < ‖Λ‖, so that
//! β² E\[Λ²\] = β² E_{y,y'}[(yy'/m₂)² e^{γ²yy'}] > 1 is necessary for every σ; u = Λ/‖Λ‖ meets it. Λ grows with x, so the optimal
//! σ = θ − ‖Λ‖/Λ is monotone; it is unbounded below, and bounded ones reach the limit only by clipping it ever wider.

use lawbook_analysis::{
    gaussian::normal_density,
    quadrature::integral,
    root::{NoBracket, bisect},
};

use super::{Nonlinearity, Prior};

/// inf over σ of β_*(σ): the root of β² E\[Λ²\] = 1.
///
/// For the constant prior β e^{β²/2} = 1, so that it is √W(1) = 0.753…, W the Lambert function; 0.660… for the half-normal.
pub fn optimal_strength(prior: Prior) -> Result<f64, NoBracket> {
    let excess = |beta: f64| {
        let gamma = prior.shift(beta);
        let square = |x: f64| normal_density(x) * prior.tilt(gamma, x).powi(2);
        beta * beta * integral(square, -12.0, 36.0, 192) - 1.0
    };
    bisect(excess, 0.1, 0.9)
}

/// The optimal nonlinearity clipped to −ceiling..−floor: σ = −clip(‖Λ‖/Λ, floor, ceiling) at the optimal strength. For the
/// constant prior ‖Λ‖/Λ = e^{−βx + β²}.
pub fn optimal_nonlinearity(prior: Prior, floor: f64, ceiling: f64) -> Result<Nonlinearity, NoBracket> {
    Ok(Nonlinearity::Optimal { prior, strength: optimal_strength(prior)?, floor, ceiling })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laplacian::Theory;

    /// W(1) is the fixed point of e^{−w}.
    #[test]
    fn the_constant_prior_has_the_root_of_lambert() {
        let omega = bisect(|w| w - (-w).exp(), 0.0, 1.0).expect("one root");
        let strength = optimal_strength(Prior::Constant).expect("one root");
        assert!((strength - omega.sqrt()).abs() < 1e-12, "{strength}");
    }

    /// X-Val: β² E_{y,y'}[(yy')² e^{γ²yy'}] = 1 as a double integral over two half-normals, by another route than Λ.
    #[test]
    fn the_half_normal_agrees_with_the_double_integral() {
        let beta = optimal_strength(Prior::HalfNormal).expect("one root");
        let gamma = Prior::HalfNormal.shift(beta);
        let inner =
            |y: f64| integral(|z| 2.0 * normal_density(z) * (y * z).powi(2) * (gamma * gamma * y * z).exp(), 0.0, 16.0, 64);
        let whole = integral(|y| 2.0 * normal_density(y) * inner(y), 0.0, 16.0, 64);
        assert!((beta * beta * whole - 1.0).abs() < 1e-10, "{beta} {whole}");
        assert!((beta - 0.660_927_364_4).abs() < 1e-9, "{beta}");
    }

    /// X-Val: an earlier computation with SciPy's `quad` and `brentq`.
    #[test]
    fn wider_clipping_comes_closer() {
        for (ceiling, floor, expected) in
            [(3.0, 0.3, 0.760_064), (5.0, 0.2, 0.755_102), (8.0, 0.1, 0.753_266), (20.0, 0.05, 0.753_096)]
        {
            let sigma = optimal_nonlinearity(Prior::Constant, floor, ceiling).expect("one root");
            let theory = Theory::new(Prior::Constant, &sigma).expect("monotone and bounded");
            let strength = theory.critical_strength().expect("a transition");
            assert!((strength - expected).abs() < 1e-6, "{ceiling} {floor}: {strength}");
        }
    }
}
