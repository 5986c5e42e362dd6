//! Least squares on features.

use lawbook_core::{Kind, Tensor, tensor::scalar};

/// The fraction of the labels' second moment that no combination of the columns of `features` `[rows, p]` explains, for
/// `labels` `[rows, 1]`. The columns may be dependent.
pub(super) fn unexplained(features: &Tensor, labels: &Tensor) -> f64 {
    let weights = features.linalg_pinv(1e-11, false).matmul(labels);
    let rest = labels - features.matmul(&weights);
    scalar(&rest.square().sum(Kind::Double)) / scalar(&labels.square().sum(Kind::Double))
}

/// All columns, all products of two columns, and one.
pub(super) fn quadratic(x: &Tensor) -> Tensor {
    let columns = x.size()[1];
    let pairs = (0..columns).flat_map(|i| (i..columns).map(move |j| (i, j)));
    let products = pairs.map(|(i, j)| x.select(1, i) * x.select(1, j)).collect::<Vec<_>>();
    Tensor::cat(&[x.ones_like().narrow(1, 0, 1), x.shallow_clone(), Tensor::stack(&products, 1)], 1)
}
