//! The top eigenpair of a symmetric map from products with vectors alone.
//!
//! Source: Kesheng Wu & Horst Simon, *Thick-restart Lanczos method for large symmetric eigenvalue problems*, SIAM J. Matrix
//! Anal. Appl. 22 (2000) 602: Lanczos with the basis kept orthogonal, restarted from the leading Ritz vectors.

use lawbook_core::{Device, Kind, device::use_one_thread_here, tensor};

use super::{
    LaplacianError, Symmetric,
    vectors::{add_scaled, dot, norm},
};

/// How long to search, and in how large a space.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// Residual ‖Av − λv‖ at which to stop, in units of the matrix.
    pub tolerance: f64,
    /// Vectors of the basis, at least 8: more need fewer products and more memory.
    pub basis: usize,
    /// Products after which to give up.
    pub products: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self { tolerance: 1e-6, basis: 64, products: 2000 }
    }
}

/// An eigenpair.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigenpair {
    /// λ.
    pub value: f64,
    /// v, of norm 1.
    pub vector: Vec<f64>,
    /// ‖Av − λv‖ by the recurrence, exact up to rounding.
    pub residual: f64,
    /// Products that it took.
    pub products: usize,
}

/// Products between two looks at the Ritz values.
const LOOK: usize = 4;

/// The largest eigenvalue of `map` and its eigenvector, from `start`: any vector that is not orthogonal to it, the nearer the
/// better.
pub fn top_eigenpair(map: &impl Symmetric, start: &[f64], search: &Search) -> Result<Eigenpair, LaplacianError> {
    let order = map.order();
    let length = norm(start);
    if start.len() != order || !(length > 0.0 && length.is_finite()) {
        return Err(LaplacianError::Start { given: start.len(), norm: length, order });
    }
    if search.basis < 8 {
        return Err(LaplacianError::Basis(search.basis));
    }
    let size = search.basis.min(order);
    let mut projected = Projected { size, entries: vec![0.0; size * size] };
    let mut basis: Vec<Vec<f64>> = vec![start.iter().map(|x| x / length).collect()];
    let (mut products, mut next) = (0, vec![0.0; order]);
    // After a restart the newest vector couples to all those kept, and not only to the one before it.
    let mut kept = 0;
    loop {
        let newest = basis.len() - 1;
        map.multiply(&basis[newest], &mut next);
        products += 1;
        let first = if newest == kept { 0 } else { newest - 1 };
        let mut diagonal = 0.0;
        // The recurrence's own terms first; what is left of any basis vector is then at the level of rounding.
        for vector in (first..=newest).chain(0..=newest) {
            let share = dot(&basis[vector], &next);
            add_scaled(-share, &basis[vector], &mut next);
            if vector == newest {
                diagonal += share;
            }
        }
        projected.set(newest, newest, diagonal);
        let rest = norm(&next);
        let full = basis.len() == size;
        let invariant = rest <= f64::EPSILON * diagonal.abs() || basis.len() == order;
        if full || invariant || products % LOOK == 0 || products >= search.products {
            let (values, vectors) = projected.eigen(basis.len());
            let last = basis.len() - 1;
            let residual = if invariant { 0.0 } else { rest * vectors[last][last].abs() };
            if residual <= search.tolerance {
                let vector = combined(&basis, &vectors[last]);
                return Ok(Eigenpair { value: values[last], vector, residual, products });
            }
            if products >= search.products {
                return Err(LaplacianError::NotConverged { residual, products, tolerance: search.tolerance });
            }
            if full {
                // A quarter of the basis keeps what is known of the spectrum's edge.
                kept = (size / 4).max(1);
                let leading = size - kept..size;
                basis = vectors[leading.clone()].iter().map(|ritz| combined(&basis, ritz)).collect();
                projected.entries.fill(0.0);
                for (at, old) in leading.enumerate() {
                    projected.set(at, at, values[old]);
                    projected.set(at, kept, rest * vectors[old][last]);
                }
            } else {
                projected.set(newest, newest + 1, rest);
            }
        } else {
            projected.set(newest, newest + 1, rest);
        }
        basis.push(next.iter().map(|x| x / rest).collect());
    }
}

/// Σ cᵢvᵢ, of norm 1.
fn combined(basis: &[Vec<f64>], coefficients: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; basis[0].len()];
    basis.iter().zip(coefficients).for_each(|(vector, factor)| add_scaled(*factor, vector, &mut sum));
    let length = norm(&sum);
    sum.iter_mut().for_each(|x| *x /= length);
    sum
}

/// The map on the basis: symmetric, row by row.
struct Projected {
    size: usize,
    entries: Vec<f64>,
}

impl Projected {
    fn set(&mut self, i: usize, j: usize, value: f64) {
        self.entries[i * self.size + j] = value;
        self.entries[j * self.size + i] = value;
    }

    /// Eigenvalues in ascending order, each with its eigenvector, of the leading `count` rows and columns.
    fn eigen(&self, count: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
        // Threads of libtorch would wait busily where ours multiply.
        use_one_thread_here();
        let rows = self.entries.chunks(self.size).take(count);
        let entries: Vec<f64> = rows.flat_map(|row| row[..count].iter().copied()).collect();
        let shape = [count as i64, count as i64];
        let (values, vectors) = tensor::from_slice(&entries, &shape, Kind::Double, Device::Cpu).linalg_eigh("L");
        let vectors = tensor::to_vec(&vectors.transpose(0, 1));
        (tensor::to_vec(&values), vectors.chunks(count).map(<[f64]>::to_vec).collect())
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::laplacian::Packed;

    fn random(order: usize) -> (Packed<f64>, Vec<f64>) {
        let key = Key::new(["lanczos"]);
        let mut values = vec![0.0; order * order];
        key.stream("matrix", order as u64).fill_normal(&mut values);
        let mut start = vec![0.0; order];
        key.stream("start", order as u64).fill_normal(&mut start);
        (Packed::from_fn(order, |i, j| values[i * order + j]), start)
    }

    /// X-Val: LAPACK's `syevd` by way of libtorch, with and without restarts, and where the basis spans everything.
    #[test]
    fn it_finds_what_lapack_finds() {
        for (order, basis) in [(5, 64), (150, 64), (150, 12), (260, 20)] {
            let (matrix, start) = random(order);
            let dense: Vec<f64> = (0..order * order).map(|at| matrix.entry(at / order, at % order)).collect();
            let shape = [order as i64; 2];
            let exact = tensor::from_slice(&dense, &shape, Kind::Double, Device::Cpu).linalg_eigvalsh("L");
            let exact = tensor::to_vec(&exact)[order - 1];
            let search = Search { tolerance: 1e-8, basis, products: 4000 };
            let found = top_eigenpair(&matrix, &start, &search).expect("convergence");
            assert!((found.value - exact).abs() < 1e-10, "{order} {basis}: {} {exact}", found.value);
            let mut image = vec![0.0; order];
            matrix.multiply(&found.vector, &mut image);
            add_scaled(-found.value, &found.vector, &mut image);
            assert!(norm(&image) < 2e-8, "{order} {basis}: {}", norm(&image));
            assert!((norm(&found.vector) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn bad_searches_are_refused() {
        let (matrix, start) = random(30);
        let search = Search::default();
        assert!(matches!(top_eigenpair(&matrix, &start[1..], &search), Err(LaplacianError::Start { given: 29, .. })));
        assert!(matches!(top_eigenpair(&matrix, &[0.0; 30], &search), Err(LaplacianError::Start { .. })));
        let small = Search { basis: 7, ..search };
        assert_eq!(top_eigenpair(&matrix, &start, &small), Err(LaplacianError::Basis(7)));
        let short = Search { products: 3, ..search };
        assert!(matches!(top_eigenpair(&matrix, &start, &short), Err(LaplacianError::NotConverged { products: 3, .. })));
    }
}
