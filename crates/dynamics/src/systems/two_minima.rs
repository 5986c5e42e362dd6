//! A landscape with a sharp and a flat minimum, of which SGD leaves the flat one.
//!
//! Whether SGD stays at a minimum is decided by `E ln|1 − λ h|` of the curvature `h` of the single samples, not by its mean (Ziyin,
//! Li, Simon & Ueda, ICLR 2022, arXiv 2107.11774). Here all samples share the sharp minimum with one curvature, and share the flat
//! one with curvatures of either sign: `h = H ± s`.

use crate::{engine::noise::Noise, engine::number::Number, engine::process::Process};

/// SGD at batch size 1 on it. The state is `z = w − 1`: the flat minimum lies at `z = 0`, the sharp one at `z = −2`, so that near
/// both no digits are lost.
///
/// The gradient of a sample is `q k (w² − 1)(w − c) + ξ s q² (w − 1)(w + 1)²/4` with `ξ = ±1` and `q = 2/(1 + w²)`, which is 1 at
/// both minima and keeps the gradient linear far out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoMinima {
    rate: f64,
    strength: f64,
    barrier: f64,
    spread: f64,
}

/// Bad input.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "curvatures {sharp} and {flat}, spread {spread}, learning rate {rate}: give curvatures sharp > flat > 0, a spread of at least 0 \
     and a positive rate"
)]
pub struct NotTwoMinima {
    sharp: f64,
    flat: f64,
    spread: f64,
    rate: f64,
}

impl TwoMinima {
    /// With these curvatures of the mean loss, `sharp > flat > 0`, and this spread `s` of the flat one between samples.
    pub fn new(sharp: f64, flat: f64, spread: f64, rate: f64) -> Result<Self, NotTwoMinima> {
        if !(sharp > flat && flat > 0.0 && spread >= 0.0 && rate > 0.0) {
            return Err(NotTwoMinima { sharp, flat, spread, rate });
        }
        Ok(Self { rate, strength: 0.25 * (sharp + flat), barrier: (sharp - flat) / (sharp + flat), spread })
    }

    /// The gradient of the sample `ξ` at `z`.
    #[inline(always)]
    fn gradient<X: Number>(&self, z: X, sample: X) -> X {
        let (w, above) = (z + 1.0, z + 2.0);
        let q = X::constant(2.0) / (w.squared() + 1.0);
        let common = q * z * above * (w - self.barrier) * self.strength;
        common + sample * q.squared() * z * above.squared() * (0.25 * self.spread)
    }
}

impl Process for TwoMinima {
    type State<X: Number> = [X; 1];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [z]: [X; 1], noise: &mut N) -> [X; 1] {
        let sample = noise.sign();
        [z - self.gradient(z, sample) * self.rate]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Curvatures by finite differences of the gradient.
    #[test]
    fn the_curvatures() {
        let landscape = TwoMinima::new(1.6, 0.4, 2.0, 1.0).expect("two minima");
        let curvature = |z: f64, sample: f64| {
            let step = 1e-6;
            (landscape.gradient(z + step, sample) - landscape.gradient(z - step, sample)) / (2.0 * step)
        };
        for sample in [1.0, -1.0] {
            assert!(landscape.gradient(0.0, sample) == 0.0 && landscape.gradient(-2.0, sample) == 0.0);
            assert!((curvature(0.0, sample) - (0.4 + 2.0 * sample)).abs() < 1e-9);
            assert!((curvature(-2.0, sample) - 1.6).abs() < 1e-9);
        }
        assert!(TwoMinima::new(0.4, 1.6, 2.0, 1.0).is_err());
    }
}
