//! The node-regression task of the paper: signal-weighted triangle densities, on two laws of graphs.

use lawbook_core::{Device, Kind, Stream, Tensor};

use super::{GraphSignal, graphon::symmetric, w_random};

/// The target y_i = (1/n²) Σ_{jk} A_ij A_jk A_ki x_i x_j x_k `[graphs, n, 1]`, for features of one channel.
pub fn triangles(graphs: &GraphSignal) -> Tensor {
    let (a, x) = (graphs.adjacency(), graphs.signal());
    let n = graphs.nodes() as f64;
    // Σ_j A_ij x_j A_jk, then times A_ik x_k.
    let paths = a.matmul(&(x * a));
    x * (a * paths).matmul(x) / (n * n)
}

/// Graphs of n nodes with A symmetric and X, all entries (the diagonal too) independent and uniform in [0, 1]. For n → ∞ the target
/// of node i tends to x_i (½)³ (½)² = x_i/32.
pub fn full_random(n: usize, graphs: usize, stream: &mut Stream, kind: Kind, device: Device) -> GraphSignal {
    let mut one = || {
        let a = symmetric(n, |_, _| stream.uniform());
        (a, (0..n).map(|_| stream.uniform()).collect::<Vec<f64>>())
    };
    assemble((0..graphs).map(|_| one()), kind, device)
}

/// Graphs of n nodes from stochastic block models: 10 to 20 equal blocks, edge probabilities and a feature per block uniform in
/// [0, 1], self-loops included.
pub fn stochastic_blocks(n: usize, graphs: usize, stream: &mut Stream, kind: Kind, device: Device) -> GraphSignal {
    let mut one = || {
        let blocks = 10 + stream.below(11) as usize;
        let values: Vec<f64> = (0..blocks * (blocks + 1) / 2).map(|_| stream.uniform()).collect();
        let value = |i: usize, j: usize| values[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)];
        let features: Vec<f64> = (0..blocks).map(|_| stream.uniform()).collect();
        let block = |u: f64| ((u * blocks as f64) as usize).min(blocks - 1);
        let (a, latent) = w_random(|u, v| value(block(u), block(v)), n, stream);
        (a, latent.into_iter().map(|u| features[block(u)]).collect())
    };
    assemble((0..graphs).map(|_| one()), kind, device)
}

fn assemble(graphs: impl Iterator<Item = (Tensor, Vec<f64>)>, kind: Kind, device: Device) -> GraphSignal {
    let (adjacency, signal): (Vec<Tensor>, Vec<Tensor>) =
        graphs.map(|(a, x)| (a.to_kind(kind), Tensor::from_slice(&x).unsqueeze(-1).to_kind(kind))).unzip();
    let stack = |tensors: &[Tensor]| Tensor::stack(tensors, 0).to_device(device);
    GraphSignal::from_parts(stack(&adjacency), stack(&signal))
}
