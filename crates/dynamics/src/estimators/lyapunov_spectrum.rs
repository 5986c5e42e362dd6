//! All Lyapunov exponents of a product of random matrices, by repeated orthogonalisation.
//!
//! Benettin, Galgani, Giorgilli & Strelcyn, *Lyapunov characteristic exponents for smooth dynamical systems*, Meccanica 15
//! (1980) 9: carry an orthonormal frame along, orthogonalise it after every step, and average the logarithms of the lengths.

/// A matrix that maps some direction to zero, or to what is not finite.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "at step {step} direction {direction} was mapped to length {length}: its exponent is not finite; leave out the exact zeros \
     of the matrices, or count how often they come"
)]
pub struct Annihilated {
    /// The step, from 0.
    pub step: usize,
    /// The direction, from 0.
    pub direction: usize,
    /// The length.
    pub length: f64,
}

/// Why there are no exponents.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SpectrumError {
    /// No matrices, or no directions.
    #[error("{steps} matrices of {dimension} dimensions: give at least 1 of both")]
    Nothing {
        /// Directions.
        dimension: usize,
        /// Matrices.
        steps: usize,
    },
    /// One of them is infinite.
    #[error(transparent)]
    Annihilated(#[from] Annihilated),
}

/// The exponents of the product of `steps` matrices, per step, the largest first on average. `apply` draws a matrix and maps each
/// of the `dimension` vectors by it.
pub fn lyapunov_spectrum(
    dimension: usize,
    steps: usize,
    mut apply: impl FnMut(&mut [Vec<f64>]),
) -> Result<Vec<f64>, SpectrumError> {
    if dimension == 0 || steps == 0 {
        return Err(SpectrumError::Nothing { dimension, steps });
    }
    let mut frame: Vec<Vec<f64>> =
        (0..dimension).map(|i| (0..dimension).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    let mut sums = vec![0.0; dimension];
    for step in 0..steps {
        apply(&mut frame);
        for (direction, sum) in sums.iter_mut().enumerate() {
            let length = orthogonalise(&mut frame, direction);
            if !(length > 0.0 && length.is_finite()) {
                return Err(Annihilated { step, direction, length }.into());
            }
            *sum += length.ln();
        }
    }
    Ok(sums.into_iter().map(|sum| sum / steps as f64).collect())
}

/// Makes a vector orthogonal to those before it and of length 1 (modified Gram–Schmidt); its length before that.
fn orthogonalise(frame: &mut [Vec<f64>], direction: usize) -> f64 {
    let (before, rest) = frame.split_at_mut(direction);
    let Some(vector) = rest.first_mut() else { return 0.0 };
    for other in before.iter() {
        let overlap: f64 = vector.iter().zip(other).map(|(a, b)| a * b).sum();
        vector.iter_mut().zip(other).for_each(|(a, b)| *a -= overlap * b);
    }
    let length = vector.iter().map(|a| a * a).sum::<f64>().sqrt();
    vector.iter_mut().for_each(|a| *a /= length);
    length
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::systems::isotropic::largest_exponents;

    /// The exponents of a constant matrix are the logarithms of the moduli of its eigenvalues.
    #[test]
    fn a_constant_matrix() {
        // [[2, 1], [1, 1]]: eigenvalues (3 ± √5)/2.
        let apply = |frame: &mut [Vec<f64>]| {
            for v in frame {
                *v = vec![2.0 * v[0] + v[1], v[0] + v[1]];
            }
        };
        let exponents = lyapunov_spectrum(2, 20_000, apply).expect("invertible");
        let exact = ((3.0 + 5f64.sqrt()) / 2.0).ln();
        assert!((exponents[0] - exact).abs() < 1e-4 && (exponents[1] + exact).abs() < 1e-4, "{exponents:?}");
    }

    /// X-Val: the exact exponents of isotropic products (Newman 1986), by quadrature.
    #[test]
    fn isotropic_least_squares() {
        let mut noise = Key::new(["spectrum"]).stream("inputs", 0);
        let rate = 0.5;
        let apply = |frame: &mut [Vec<f64>]| {
            let x: [f64; 3] = std::array::from_fn(|_| noise.normal());
            for v in frame {
                let overlap: f64 = v.iter().zip(x).map(|(v, x)| v * x).sum();
                v.iter_mut().zip(x).for_each(|(v, x)| *v -= rate * overlap * x);
            }
        };
        let exponents = lyapunov_spectrum(3, 200_000, apply).expect("no exact zero");
        let sums: Vec<f64> = (0..=3).map(|k| if k == 0 { 0.0 } else { largest_exponents(k, 3, rate) }).collect();
        for (i, exponent) in exponents.iter().enumerate() {
            assert!((exponent - (sums[i + 1] - sums[i])).abs() < 0.01, "{i}: {exponents:?} {sums:?}");
        }
    }

    #[test]
    fn an_exact_zero_is_told() {
        let error = lyapunov_spectrum(2, 3, |frame| frame[1].fill(0.0)).expect_err("a singular matrix");
        assert_eq!(error, Annihilated { step: 0, direction: 1, length: 0.0 }.into());
    }
}
