//! What the gradients by hand of graph models share: errors at the nodes, and sums over graphs in parts of their own.

use lawbook_core::{
    Tensor,
    dense::{Columns, Slopes, numbers},
};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::GraphSignal;

/// Parts of the work, each with a gradient of its own. Fixed, so that no sum depends on the number of threads.
const PARTS: u64 = 16;

/// The numbers of one graph: A `[n, n]`, X `[n, features]` and targets `[n, outputs]`.
pub(super) struct Graph<'a> {
    pub(super) adjacency: &'a [f32],
    pub(super) signal: &'a [f32],
    pub(super) targets: &'a [f32],
}

/// Sums over graphs: what `add` gives for each, and the slopes that it adds to; it also gets a workspace that stays the same for some
/// graphs. Nothing without graphs or features, for other numbers of `[features, outputs]`, or where the tensors are not in single precision on
/// the CPU.
pub(super) fn sum_over_graphs<const K: usize, W: Default>(
    graphs: &GraphSignal,
    labels: &Tensor,
    [features, outputs]: [i64; 2],
    zeros: impl Fn() -> Vec<[Slopes; K]> + Sync,
    add: impl Fn(Graph<'_>, &mut [[Slopes; K]], &mut W) -> f64 + Sync,
) -> Option<(f64, Vec<[Slopes; K]>)> {
    let (count, nodes) = (graphs.graphs(), graphs.nodes());
    let sizes = [graphs.signal().size(), labels.size()];
    if count * features == 0 || sizes != [[count, nodes, features], [count, nodes, outputs]] {
        return None;
    }
    let [square, inputs, outputs] = [nodes, features, outputs].map(|channels| (nodes * channels) as usize);
    let part_of = |(graphs, labels): (GraphSignal, Tensor)| {
        let (mut loss, mut slopes, mut workspace) = (0.0, zeros(), W::default());
        let (adjacency, signal, targets) = (numbers(graphs.adjacency())?, numbers(graphs.signal())?, numbers(&labels)?);
        let pairs = adjacency.chunks_exact(square).zip(signal.chunks_exact(inputs));
        for ((adjacency, signal), targets) in pairs.zip(targets.chunks_exact(outputs)) {
            loss += add(Graph { adjacency, signal, targets }, &mut slopes, &mut workspace);
        }
        Some((loss, slopes))
    };
    let part = (count as u64).div_ceil(PARTS) as i64;
    // Each part copies its own numbers, into its thread's cache.
    let parts: Vec<_> = graphs.split(part).into_iter().zip(labels.split(part, 0)).collect();
    let parts = parts.into_par_iter().map(part_of).collect::<Option<Vec<_>>>()?;
    parts.into_iter().reduce(|(loss, mut sum), (other, part)| {
        sum.as_flattened_mut().iter_mut().zip(part.as_flattened()).for_each(|(sum, part)| sum.add_part(part));
        (loss + other, sum)
    })
}

/// The sum of squared errors of a graph's nodes against `targets` `[nodes, outputs]`, and the derivatives of their mean over `total`
/// numbers.
pub(super) fn squared_errors(outputs: &Columns, targets: &[f32], total: f32) -> (f64, Columns) {
    let (mut loss, mut slopes) = (0.0, Columns::zeros(outputs.channels(), outputs.points()));
    for (at, target) in targets.iter().enumerate() {
        let (output, node) = (at % outputs.channels(), at / outputs.channels());
        let error = outputs.get(output, node) - target;
        loss += f64::from(error).powi(2);
        *slopes.at(output, node) = 2.0 * error / total;
    }
    (loss, slopes)
}
