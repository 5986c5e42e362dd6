//! Invariant graph networks of order two (Maron, Ben-Hamu, Shamir & Lipman 2019, arXiv 1812.09902), normalised: every sum over
//! nodes is a mean.

use lawbook_core::{Device, Kind, Stream, Tensor, optim::parameter};

use super::{GraphModel, GraphSignal, channels, ign_slopes, mix_matrices};
use crate::mlp::ModelError;

/// Layers R^{n×n} → R^{n×n} with all 15 permutation-equivariant linear operations and 2 biases per pair of channels, ReLU between
/// them, and a last layer R^{n×n} → R^n with its 5 operations and 1 bias.
///
/// With row means r = A1/n, column means c = Aᵀ1/n, t = tr A/n, s = 1ᵀA1/n², the operations are in this order
/// diag(diag A), tI, diag r, diag c, sI; c1ᵀ, r1ᵀ, 1cᵀ, 1rᵀ; A, Aᵀ; diag(A)1ᵀ, 1diag(A)ᵀ; t11ᵀ, s11ᵀ; the biases 11ᵀ and I. The last
/// layer has diag A, t1, r, c, s1.
///
/// Not compatible with duplication: the operations whose output is diagonal are not, diag(A ⊗ 11ᵀ) ≠ diag(A) ⊗ 11ᵀ.
///
/// The input is A and diag(x) for each of the d features: the first number of channels is 1 + d. Parameters per layer are the
/// coefficients `[15, d_out, d_in]` (last: `[5, ...]`) and the biases `[2, d_out]` (last: `[1, d_out]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ign {
    pub(super) channels: Vec<i64>,
}

impl Ign {
    /// The network of these channels: 1 + d, the hidden ones, the outputs per node.
    pub fn new(widths: &[i64]) -> Result<Self, ModelError> {
        Ok(Self { channels: channels(widths)? })
    }
}

/// diag A `[.., n]`, r, c, and t, s `[.., 1]` of matrices `[.., n, n]`.
struct Contractions {
    diagonal: Tensor,
    rows: Tensor,
    columns: Tensor,
    trace: Tensor,
    total: Tensor,
}

impl Contractions {
    fn of(a: &Tensor) -> Self {
        let mean = |x: &Tensor, axis: i64, keep| x.mean_dim([axis].as_slice(), keep, x.kind());
        let (diagonal, rows) = (a.diagonal(0, -2, -1), mean(a, -1, false));
        let (trace, total) = (mean(&diagonal, -1, true), mean(&rows, -1, true));
        Self { diagonal, rows, columns: mean(a, -2, false), trace, total }
    }
}

/// Mixes the channels: `[b, d_in, ...]` with `[d_out, d_in]`.
fn mix(x: &Tensor, weight: &Tensor) -> Tensor {
    Tensor::einsum("bd...,sd->bs...", &[x, weight], None::<i64>)
}

fn sum<const N: usize>(weight: &Tensor, terms: [(&Tensor, i64); N]) -> Tensor {
    let mut parts = terms.into_iter().map(|(x, operation)| mix(x, &weight.get(operation)));
    let Some(first) = parts.next() else { return weight.zeros_like() };
    parts.fold(first, |total, part| total + part)
}

/// One layer R^{n×n} → R^{n×n}: the matrices `[b, d_in, n, n]` to `[b, d_out, n, n]`, with coefficients `[15, d_out, d_in]`. Whatever is
/// constant along an axis is mixed before it is spread out.
pub(super) fn matrix_layer(a: &Tensor, weight: &Tensor, bias: &Tensor) -> Tensor {
    let v = Contractions::of(a);
    let column = |x: &Tensor| x.unsqueeze(-1);
    let on_diagonal =
        sum(weight, [(&v.diagonal, 0), (&v.trace, 1), (&v.rows, 2), (&v.columns, 3), (&v.total, 4)]) + column(&bias.get(1));
    let along_rows = sum(weight, [(&v.columns, 5), (&v.rows, 6), (&v.diagonal, 11)]);
    let along_columns = sum(weight, [(&v.columns, 7), (&v.rows, 8), (&v.diagonal, 12)]);
    let constant = sum(weight, [(&v.trace, 13), (&v.total, 14)]) + column(&bias.get(0));
    let both = mix_matrices(a, &weight.narrow(0, 9, 2).flatten(0, 1)).chunk(2, 1);
    &both[0]
        + both[1].transpose(-2, -1)
        + column(&(along_rows + constant))
        + along_columns.unsqueeze(-2)
        + on_diagonal.diag_embed(0, -2, -1)
}

fn vector_layer(a: &Tensor, weight: &Tensor, bias: &Tensor) -> Tensor {
    let v = Contractions::of(a);
    let terms = [(&v.diagonal, 0), (&v.trace, 1), (&v.rows, 2), (&v.columns, 3), (&v.total, 4)];
    (sum(weight, terms) + bias.get(0).unsqueeze(-1)).transpose(-2, -1)
}

impl GraphModel for Ign {
    /// Coefficients N(0, 1) √2/(d_in + d_out), biases zero, as in the reference implementation.
    fn init(&self, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor> {
        let layers = self.channels.len() - 1;
        let layer = |(i, pair): (usize, &[i64])| {
            let (operations, biases) = if i + 1 < layers { (15, 2) } else { (5, 1) };
            let scale = std::f64::consts::SQRT_2 / (pair[0] + pair[1]) as f64;
            let weight = stream.normal_tensor(&[operations, pair[1], pair[0]], Kind::Double, device) * scale;
            let bias = Tensor::zeros([biases, pair[1]], (Kind::Double, device));
            [parameter(&weight, kind), parameter(&bias, kind)]
        };
        self.channels.windows(2).enumerate().flat_map(layer).collect()
    }

    fn forward(&self, parameters: &[Tensor], graphs: &GraphSignal) -> Tensor {
        let features = graphs.signal().transpose(-2, -1).diag_embed(0, -2, -1);
        let input = Tensor::cat(&[graphs.adjacency().unsqueeze(1), features], 1);
        let last = self.channels.len() - 2;
        let hidden = parameters[..2 * last].chunks_exact(2);
        let matrices = hidden.fold(input, |a, pair| matrix_layer(&a, &pair[0], &pair[1]).relu());
        vector_layer(&matrices, &parameters[2 * last], &parameters[2 * last + 1])
    }

    fn features(&self) -> i64 {
        self.channels[0] - 1
    }

    fn matrices(&self) -> i64 {
        self.channels[..self.channels.len() - 1].iter().copied().max().unwrap_or(0)
    }

    fn fast_squared_error(
        &self,
        parameters: &[Tensor],
        graphs: &GraphSignal,
        labels: &Tensor,
    ) -> Option<(f64, Vec<Tensor>)> {
        ign_slopes::squared_error(self, parameters, graphs, labels)
    }

    fn parameter_count(&self) -> i64 {
        let layers = self.channels.len() - 1;
        let count = |(i, pair): (usize, &[i64])| {
            let (operations, biases) = if i + 1 < layers { (15, 2) } else { (5, 1) };
            pair[1] * (operations * pair[0] + biases)
        };
        self.channels.windows(2).enumerate().map(count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lawbook_core::tensor::scalar;

    /// X-Val: the layer space has dimension Bell(4) = 15 from n = 4 on, 14 at n = 3 and 8 at n = 2: the partitions of four
    /// indices into at most n blocks.
    #[test]
    fn the_operations_span_all_equivariant_maps() {
        for (n, dimension) in [(2, 8.0), (3, 14.0), (4, 15.0)] {
            let options = (Kind::Double, Device::Cpu);
            let inputs = Tensor::eye(n * n, options).reshape([n * n, 1, n, n]);
            let bias = Tensor::zeros([2, 1], options);
            let operator = |k: i64| {
                let weight = Tensor::eye(15, options).get(k).reshape([15, 1, 1]);
                matrix_layer(&inputs, &weight, &bias).reshape([-1])
            };
            let operators = Tensor::stack(&(0..15).map(operator).collect::<Vec<_>>(), 0);
            let gram = operators.matmul(&operators.transpose(0, 1));
            let rank = scalar(&gram.linalg_eigvalsh("L").gt(1e-9).sum(Kind::Double));
            assert_eq!(rank, dimension, "n = {n}");
        }
    }
}
