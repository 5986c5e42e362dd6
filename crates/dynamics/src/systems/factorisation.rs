//! Matrix factorisation under weight decay: `|U W − Y|² + γ(|U|² + |W|²)` for square matrices.
//!
//! Since `|U|² + |W|² ≥ 2|U W|_*`, the minimum soft-thresholds the singular values of `Y` by `γ`, and the rank falls by one at each of
//! them.

use lawbook_core::Stream;

use crate::estimators::divergence::DivergedAt;

/// Square matrices of `n` rows, row by row, and their training.
#[derive(Debug, Clone, PartialEq)]
pub struct Factorisation {
    /// Number of rows.
    pub n: usize,
    /// Weight decay γ; without a half, like the loss.
    pub gamma: f64,
    /// Learning rate.
    pub rate: f64,
    /// Steps of gradient descent.
    pub steps: usize,
}

impl Factorisation {
    /// The product `U W` after gradient descent towards `y` from normal factors of standard deviation `deviation`, or the step at
    /// which the factors overflowed. Panics if `y` does not hold `n²` numbers.
    pub fn train(&self, y: &[f64], deviation: f64, stream: &mut Stream) -> Result<Vec<f64>, DivergedAt> {
        let n = self.n;
        assert_eq!(y.len(), n * n, "a matrix of {n} rows");
        let mut draw = || (0..n * n).map(|_| deviation * stream.normal()).collect::<Vec<f64>>();
        let (mut u, mut w) = (draw(), draw());
        let (keep, push) = (1.0 - 2.0 * self.rate * self.gamma, 2.0 * self.rate);
        let (mut error, mut du, mut dw) = (vec![0.0; n * n], vec![0.0; n * n], vec![0.0; n * n]);
        for step in 1..=self.steps {
            error.iter_mut().zip(y).for_each(|(e, y)| *e = -y);
            [&mut du, &mut dw].into_iter().for_each(|d| d.fill(0.0));
            for (i, k, j) in indices(n) {
                error[i * n + j] += u[i * n + k] * w[k * n + j];
            }
            for (i, k, j) in indices(n) {
                du[i * n + k] += error[i * n + j] * w[k * n + j];
                dw[k * n + j] += u[i * n + k] * error[i * n + j];
            }
            u.iter_mut().zip(&du).for_each(|(u, d)| *u = keep * *u - push * d);
            w.iter_mut().zip(&dw).for_each(|(w, d)| *w = keep * *w - push * d);
            DivergedAt::check(step, u.iter().chain(&w))?;
        }
        error.fill(0.0);
        for (i, k, j) in indices(n) {
            error[i * n + j] += u[i * n + k] * w[k * n + j];
        }
        Ok(error)
    }
}

/// The index triples of a matrix product.
fn indices(n: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..n).flat_map(move |i| (0..n).flat_map(move |k| (0..n).map(move |j| (i, k, j))))
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;

    /// For a diagonal target the singular values are the entries: 2 and 0.5 under γ = 0.6.
    #[test]
    fn a_diagonal_target_is_thresholded() {
        let training = Factorisation { n: 2, gamma: 0.6, rate: 0.02, steps: 8000 };
        let mut start = Key::new(["factors"]).stream("start", 0);
        let product = training.train(&[2.0, 0.0, 0.0, 0.5], 0.5, &mut start).expect("a small learning rate");
        let exact = [1.4, 0.0, 0.0, 0.0];
        assert!(product.iter().zip(exact).all(|(v, exact)| (v - exact).abs() < 1e-9), "{product:?}");
    }

    /// One factor each and 1 − 2ηγ = 0 leave u ← −u w², w ← −u² w: about 10³⁰ becomes 10⁹⁰, 10²⁷⁰ and 10⁸¹⁰, beyond f64.
    #[test]
    fn an_overflow_is_told_with_its_step() {
        let training = Factorisation { n: 1, gamma: 1.0, rate: 0.5, steps: 100 };
        let mut stream = Key::new(["factors"]).stream("start", 0);
        let ended = training.train(&[0.0], 1e30, &mut stream);
        assert_eq!(ended, Err(DivergedAt(3)));
    }
}
