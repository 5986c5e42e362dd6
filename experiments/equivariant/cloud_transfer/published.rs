//! What the authors measured on furniture, beside which runs on ellipsoids and tori stand. Errors depend on the clouds and on their
//! scale; what carries over is whether they grow with the size.

use crate::framework::{Point, PublishedTable};

/// Points of the clouds, those of training first.
const SIZES: [i64; 5] = [20, 100, 200, 300, 500];

/// Mean squared errors at these sizes.
const ERRORS: [(&str, [f64; 5]); 5] = [
    ("svd-sum", [0.0949, 5.40, 27.7, 70.1, 175.0]),
    ("svd-mean", [0.0556, 0.0251, 0.0289, 0.0253, 0.0270]),
    ("ds-ci-distinct", [0.0242, 0.0083, 0.0109, 0.0070, 0.0083]),
    ("ds-ci-all", [0.0225, 0.0094, 0.0109, 0.0083, 0.0088]),
    ("oi-ds", [0.372, 0.245, 0.237, 0.236, 0.227]),
];

/// Error at five times the training size over that at the training size, of SVD-DS with sums.
pub(super) const SUM_GROWTH: f64 = 5.40 / 0.0949;

/// The published errors of a model, beside those of `point` at the same multiples of the training size `n_tr`.
pub(super) fn table(model: &str, point: &Point, n_tr: i64) -> PublishedTable {
    let about = format!(
        "mean squared error; published of the third lower bound with entropy and squared distances between chairs and sofas, trained on \
         clouds of {}; measured of the exact bound between ellipsoids and tori, trained on {n_tr}",
        SIZES[0]
    );
    let source = "Levin et al., arXiv 2505.23599, logs of the released code (e71f9e0), mean of ten runs";
    let own = ERRORS.iter().filter(|row| row.0 == model).flat_map(|row| SIZES.map(|n| n / SIZES[0]).into_iter().zip(row.1));
    own.fold(PublishedTable::new(&about, source, ["n/n_tr"]), |table, (multiple, error)| {
        table.row([multiple.to_string()], error, point.site("mse").at((multiple * n_tr) as f64))
    })
}
