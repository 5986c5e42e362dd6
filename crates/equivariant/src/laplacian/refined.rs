//! The top eigenpair of a symmetric map with most products taken on a rougher one that is cheaper to multiply with.
//!
//! Source: Gerard Sleijpen & Henk van der Vorst, *A Jacobi–Davidson iteration method for linear eigenvalue problems*, SIAM J. Matrix
//! Anal. Appl. 17 (1996) 401: a Ritz vector v of value θ and residual r is corrected by the solution d of (θ − A)d = r in its complement,
//! of which a few digits are enough.

use super::{
    Eigenpair, LaplacianError, Search, Symmetric, top_eigenpair,
    vectors::{add_scaled, dot, norm},
};

/// The largest eigenvalue of `map` and its eigenvector, from `start`, to a residual that is computed with `map` itself.
///
/// `rough` is about `apart` from it: ‖(A − B)v‖ of vectors of norm 1. The eigenpair of `rough` is found first and then corrected, each
/// correction with one product of `map` and conjugate gradients on `rough`; where that makes no progress, the search goes on with `map`
/// alone. Two top eigenvalues that are closer together than the maps may be taken for one another. All products count.
pub fn refined_top_eigenpair(
    map: &impl Symmetric,
    rough: &impl Symmetric,
    apart: f64,
    start: &[f64],
    search: &Search,
) -> Result<Eigenpair, LaplacianError> {
    let near = Search { tolerance: search.tolerance.max(apart), ..*search };
    let mut pair = top_eigenpair(rough, start, &near)?;
    let (mut before, mut residual) = (f64::INFINITY, vec![0.0; map.order()]);
    loop {
        map.multiply(&pair.vector, &mut residual);
        pair.products += 1;
        pair.value = dot(&pair.vector, &residual);
        add_scaled(-pair.value, &pair.vector, &mut residual);
        pair.residual = norm(&residual);
        if pair.residual <= search.tolerance {
            return Ok(pair);
        }
        let left = search.products.saturating_sub(pair.products);
        if left == 0 {
            let Eigenpair { residual, products, .. } = pair;
            return Err(LaplacianError::NotConverged { residual, products, tolerance: search.tolerance });
        }
        let progress = pair.residual < 0.5 * before;
        let enough = |rest: f64, length: f64| rest <= (0.5 * search.tolerance).max(apart * length);
        match if progress { correction(rough, &pair, &residual, enough, left) } else { None } {
            Some((correction, products)) => {
                add_scaled(1.0, &correction, &mut pair.vector);
                let length = norm(&pair.vector);
                pair.vector.iter_mut().for_each(|x| *x /= length);
                pair.products += products;
            }
            None => {
                let found = top_eigenpair(map, &pair.vector, &Search { products: left, ..*search })?;
                return Ok(Eigenpair { products: pair.products + found.products, ..found });
            }
        }
        before = pair.residual;
    }
}

/// d ⊥ v with (θ − B)d = r, by conjugate gradients until `enough` of what is left and of ‖d‖, and its products; nothing if θ − B is not
/// positive there, so that θ is not the top.
fn correction(
    rough: &impl Symmetric,
    pair: &Eigenpair,
    residual: &[f64],
    enough: impl Fn(f64, f64) -> bool,
    most: usize,
) -> Option<(Vec<f64>, usize)> {
    let v = &pair.vector;
    let mut left = residual.to_vec();
    add_scaled(-dot(v, &left), v, &mut left);
    let (mut direction, mut found, mut image) = (left.clone(), vec![0.0; left.len()], vec![0.0; left.len()]);
    let mut square = dot(&left, &left);
    for products in 1..=most {
        rough.multiply(&direction, &mut image);
        image.iter_mut().zip(&direction).for_each(|(image, x)| *image = pair.value * x - *image);
        add_scaled(-dot(v, &image), v, &mut image);
        let curvature = dot(&direction, &image);
        if curvature <= 0.0 {
            return None;
        }
        add_scaled(square / curvature, &direction, &mut found);
        add_scaled(-square / curvature, &image, &mut left);
        let next = dot(&left, &left);
        if enough(next.sqrt(), norm(&found)) || products == most {
            return Some((found, products));
        }
        direction.iter_mut().zip(&left).for_each(|(direction, x)| *direction = x + next / square * *direction);
        square = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::laplacian::{Nonlinearity, Packed, Rounded, SigmaLaplacian, observation::planted_submatrix};

    fn setting(order: usize) -> (Packed<f64>, Vec<f64>) {
        let key = Key::new(["refined"]);
        let mut start = vec![0.0; order];
        key.stream("start", 0).fill_normal(&mut start);
        (planted_submatrix(order, 1.2, &key).expect("a signal").matrix, start)
    }

    /// X-Val: Lanczos on the matrix itself. Gaussian entries are rounded, so that two corrections are needed, and seen.
    #[test]
    fn it_finds_the_same_as_the_exact_search_with_few_exact_products() {
        let (matrix, start) = setting(900);
        let exact = SigmaLaplacian::new(&matrix, &Nonlinearity::Tanh { height: 1.7, slope: 0.6 });
        let rounded = Rounded::new(&matrix);
        let search = Search { tolerance: 1e-10, ..Search::default() };
        let expected = top_eigenpair(&exact, &start, &search).expect("convergence");
        let counted = Counted { map: &exact, products: std::sync::atomic::AtomicUsize::new(0) };
        let found =
            refined_top_eigenpair(&counted, &exact.on(&rounded), rounded.apart(), &start, &search).expect("convergence");
        assert!((found.value - expected.value).abs() < 1e-13, "{} {}", found.value, expected.value);
        assert!((dot(&found.vector, &expected.vector).abs() - 1.0).abs() < 1e-13);
        assert!(found.residual <= search.tolerance);
        let exact_products = counted.products.into_inner();
        assert!((2..=5).contains(&exact_products), "{exact_products}");
        assert!(found.products < 2 * expected.products, "{} {}", found.products, expected.products);
    }

    /// A map that has nothing to do with the other costs products and no correctness.
    #[test]
    fn a_wrong_rough_map_is_no_harm() {
        let (matrix, start) = setting(300);
        let other = matrix.negated();
        let search = Search { tolerance: 1e-8, ..Search::default() };
        let expected = top_eigenpair(&matrix, &start, &search).expect("convergence");
        let found = refined_top_eigenpair(&matrix, &other, 1e-3, &start, &search).expect("convergence");
        assert!((found.value - expected.value).abs() < 1e-12, "{} {}", found.value, expected.value);
        let short = Search { products: found.products - 20, ..search };
        let refused = refined_top_eigenpair(&matrix, &other, 1e-3, &start, &short);
        assert!(matches!(refused, Err(LaplacianError::NotConverged { .. })));
    }

    struct Counted<'a, M> {
        map: &'a M,
        products: std::sync::atomic::AtomicUsize,
    }

    impl<M: Symmetric> Symmetric for Counted<'_, M> {
        fn order(&self) -> usize {
            self.map.order()
        }

        fn multiply(&self, x: &[f64], product: &mut [f64]) {
            self.products.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            self.map.multiply(x, product);
        }
    }
}
