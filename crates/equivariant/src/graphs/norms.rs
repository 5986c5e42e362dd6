//! The operator norm of symmetric matrices as graphons, which duplication keeps. For the cut norm see
//! [`sequences::cut_norm`](crate::sequences::cut_norm).

use lawbook_core::{Kind, Tensor, tensor::scalar};

/// ‖T_W‖_{2→2} of the step graphon of a symmetric matrix A `[n, n]`: its largest |eigenvalue| over n.
pub fn operator_norm(a: &Tensor) -> f64 {
    let n = a.size()[0] as f64;
    scalar(&a.detach().to_kind(Kind::Double).linalg_eigvalsh("L").abs().max()) / n
}
