//! The limit of a nonlinear Laplacian through the public interface, against an outside quadrature.

#![allow(clippy::expect_used, missing_docs)]

use lawbook_equivariant::laplacian::{Nonlinearity, Prior, Theory};

/// X-Val: SciPy, the trapezoidal rule on 48 001 nodes of [−12, 12] and Brent's method, for the published best tanh for submatrices.
#[test]
fn eigenvalues_and_overlaps_of_the_best_tanh_are_those_of_scipy() {
    let sigma = Nonlinearity::Tanh { height: 1.709_745_34, slope: 0.583_841_17 };
    let theory = Theory::new(Prior::Constant, &sigma).expect("monotone and bounded");
    for (beta, eigenvalue, overlap) in [
        (0.8, 2.563_190, 0.100_013),
        (0.9, 2.593_141, 0.281_193),
        (1.0, 2.646_483, 0.416_881),
        (1.2, 2.799_607, 0.599_257),
        (1.5, 3.094_299, 0.751_124),
        (2.0, 3.651_408, 0.867_472),
        (2.5, 4.221_146, 0.918_109),
    ] {
        let top = theory.top(beta).expect("in range");
        assert!((top.eigenvalue - eigenvalue).abs() < 1e-6 && (top.overlap - overlap).abs() < 1e-6, "{beta}: {top:?}");
    }
}
