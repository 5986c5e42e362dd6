//! What the gradients by hand of graph models share: errors at the nodes, and sums over graphs in parts of their own.

use lawbook_core::dense::{Columns, Slopes};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

/// Parts of the work, each with a gradient of its own. Fixed, so that no sum depends on the number of threads.
const PARTS: usize = 16;

/// Sums over `count` graphs: what `add` gives for each, and the slopes that it adds to; it also gets a workspace that stays the same
/// for some graphs. Nothing without graphs.
pub(super) fn sum_over_graphs<const K: usize, W: Default>(
    count: usize,
    zeros: impl Fn() -> Vec<[Slopes; K]> + Sync,
    add: impl Fn(usize, &mut [[Slopes; K]], &mut W) -> f64 + Sync,
) -> Option<(f64, Vec<[Slopes; K]>)> {
    let part = count.div_ceil(PARTS).max(1);
    let part_of = |index: usize| {
        let (mut loss, mut slopes, mut workspace) = (0.0, zeros(), W::default());
        for graph in index * part..((index + 1) * part).min(count) {
            loss += add(graph, &mut slopes, &mut workspace);
        }
        (loss, slopes)
    };
    let parts: Vec<(f64, Vec<[Slopes; K]>)> = (0..count.div_ceil(part)).into_par_iter().map(part_of).collect();
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
