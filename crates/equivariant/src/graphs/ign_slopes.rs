//! The mean squared error of an invariant graph network and its gradient by hand, graph by graph: activations never leave the cache.
//!
//! All operations but A and Aᵀ act on five vectors of n numbers, diag A, r, c, t1 and s1, and are one linear layer on n points, before
//! they are spread out.

use lawbook_core::{
    Tensor,
    dense::{Activation, Columns, Layer, Slopes, numbers},
};

use super::{
    GraphSignal, Ign,
    parts::{squared_errors, sum_over_graphs},
    square::Square,
};

/// By diag A, r, c, t and s: the operations constant along rows, along columns, and on the diagonal, which are also those of the last
/// layer.
const ROWS: [Option<usize>; 5] = [Some(11), Some(6), Some(5), Some(13), Some(14)];
const COLUMNS: [Option<usize>; 5] = [Some(12), Some(8), Some(7), None, None];
const DIAGONAL: [Option<usize>; 5] = [Some(0), Some(2), Some(3), Some(1), Some(4)];

/// Operations with their bias, one table below the other.
const HIDDEN: &[([Option<usize>; 5], Option<usize>)] = &[(ROWS, Some(0)), (COLUMNS, None), (DIAGONAL, Some(1))];
const LAST: &[([Option<usize>; 5], Option<usize>)] = &[(DIAGONAL, Some(0))];

/// A and Aᵀ, and the operation of each.
const MATRICES: [usize; 2] = [9, 10];

/// A layer at fixed coefficients.
struct Operations {
    tables: &'static [([Option<usize>; 5], Option<usize>)],
    inputs: usize,
    outputs: usize,
    vectors: Layer,
    matrices: Layer,
}

impl Operations {
    fn new(
        weight: &[f32],
        bias: &[f32],
        [inputs, outputs]: [usize; 2],
        tables: &'static [([Option<usize>; 5], Option<usize>)],
    ) -> Self {
        let coefficient = |operation: usize, o: usize, i: usize| weight[(operation * outputs + o) * inputs + i];
        let mut vectors = Vec::new();
        let mut biases = Vec::new();
        for (operations, constant) in tables {
            for o in 0..outputs {
                biases.push(constant.map_or(0.0, |at| bias[at * outputs + o]));
                for operation in operations {
                    vectors.extend((0..inputs).map(|i| operation.map_or(0.0, |operation| coefficient(operation, o, i))));
                }
            }
        }
        let row = |o: usize| MATRICES.into_iter().flat_map(move |k| (0..inputs).map(move |i| coefficient(k, o, i)));
        let matrices: Vec<f32> = if tables.len() == 1 { Vec::new() } else { (0..outputs).flat_map(row).collect() };
        let none = if tables.len() == 1 { Vec::new() } else { vec![0.0; outputs] };
        Self { tables, inputs, outputs, vectors: Layer::new(&vectors, &biases), matrices: Layer::new(&matrices, &none) }
    }

    fn zeros(&self) -> [Slopes; 2] {
        [Slopes::zeros(&self.vectors), Slopes::zeros(&self.matrices)]
    }

    /// The gradient in the shapes of the parameters.
    fn unpack(&self, [vectors, matrices]: &[Slopes; 2], sizes: [usize; 2]) -> [Vec<f32>; 2] {
        let (mut weight, mut bias) = (vec![0.0; sizes[0]], vec![0.0; sizes[1]]);
        let (inputs, outputs) = (self.inputs, self.outputs);
        let mut put = |operation: usize, o: usize, from: &[f32]| {
            weight[(operation * outputs + o) * inputs..][..inputs].copy_from_slice(from);
        };
        for (block, (operations, constant)) in self.tables.iter().enumerate() {
            for o in 0..outputs {
                let row = block * outputs + o;
                if let Some(at) = constant {
                    bias[at * outputs + o] = vectors.bias[row];
                }
                for (k, operation) in operations.iter().enumerate() {
                    operation
                        .iter()
                        .for_each(|&operation| put(operation, o, &vectors.weight[(5 * row + k) * inputs..][..inputs]));
                }
            }
        }
        for (k, operation) in MATRICES.into_iter().enumerate().filter(|_| self.tables.len() > 1) {
            (0..outputs).for_each(|o| put(operation, o, &matrices.weight[(2 * o + k) * inputs..][..inputs]));
        }
        [weight, bias]
    }
}

/// The loss and the gradient, or nothing where the tensors are not in single precision on the CPU.
pub(super) fn squared_error(
    model: &Ign,
    parameters: &[Tensor],
    graphs: &GraphSignal,
    labels: &Tensor,
) -> Option<(f64, Vec<Tensor>)> {
    let square = Square::new(graphs.nodes() as usize);
    let widths: Vec<usize> = model.channels.iter().map(|width| *width as usize).collect();
    let values = parameters.iter().map(numbers).collect::<Option<Vec<_>>>()?;
    let depth = widths.len() - 1;
    let operations = |(k, pair): (usize, &[Vec<f32>])| {
        Operations::new(&pair[0], &pair[1], [widths[k], widths[k + 1]], if k + 1 < depth { HIDDEN } else { LAST })
    };
    let layers: Vec<Operations> = values.chunks_exact(2).enumerate().map(operations).collect();
    let total = labels.numel() as f32;
    let zeros = || layers.iter().map(Operations::zeros).collect();
    let channels = [model.channels[0] - 1, model.channels[depth]];
    let (loss, slopes) = sum_over_graphs(graphs, labels, channels, zeros, |graph, slopes, (): &mut ()| {
        let input = input(graph.adjacency, graph.signal, square);
        add_graph(&layers, input, graph.targets, total, square, slopes)
    })?;
    let sizes = values.chunks_exact(2).map(|pair| [pair[0].len(), pair[1].len()]);
    let gradient = layers.iter().zip(&slopes).zip(sizes).flat_map(|((layer, slopes), sizes)| layer.unpack(slopes, sizes));
    let tensors = gradient.zip(parameters).map(|(numbers, like)| Tensor::from_slice(&numbers).reshape(like.size()));
    Some((loss / f64::from(total), tensors.collect()))
}

/// A and the diagonal matrices of the features.
fn input(adjacency: &[f32], signal: &[f32], square: Square) -> Columns {
    let features = signal.len() / square.n;
    let mut input = Columns::zeros(1 + features, square.n * square.width);
    for i in 0..square.n {
        for j in 0..square.n {
            *input.at(0, square.row(i).start + j) = adjacency[i * square.n + j];
        }
        (0..features).for_each(|k| *input.at(1 + k, square.diagonal(i)) = signal[i * features + k]);
    }
    input
}

/// Adds a graph's part of the gradient, and gives its sum of squared errors.
fn add_graph(
    layers: &[Operations],
    input: Columns,
    targets: &[f32],
    total: f32,
    square: Square,
    slopes: &mut [[Slopes; 2]],
) -> f64 {
    let Some((last, hidden)) = layers.split_last() else { return 0.0 };
    // Of every layer A with Aᵀ, and the contractions.
    let mut passes = Vec::new();
    let mut a = input;
    for layer in hidden {
        let (contractions, both) = (square.contractions(&a, layer.inputs), square.with_transposes(&a));
        let mut vectors = Columns::default();
        layer.vectors.apply(&contractions, Activation::Identity, &mut vectors);
        layer.matrices.apply(&both, Activation::Identity, &mut a);
        square.spread(&vectors, &mut a);
        passes.push((both, contractions));
    }
    let contractions = square.contractions(&a, last.inputs);
    let mut outputs = Columns::default();
    last.vectors.apply(&contractions, Activation::Identity, &mut outputs);
    let (loss, by_outputs) = squared_errors(&outputs, targets, total);

    let mut by_vectors = Columns::default();
    slopes[hidden.len()][0].add(&by_outputs, &contractions);
    last.vectors.pull_back(&by_outputs, &mut by_vectors);
    if hidden.is_empty() {
        return loss;
    }
    let mut by_a = square.gathered(&by_vectors, None, &a);
    for (k, (layer, (both, contractions))) in hidden.iter().zip(&passes).enumerate().rev() {
        let sums = square.sums(&by_a, layer.outputs);
        slopes[k][0].add(&sums, contractions);
        slopes[k][1].add(&by_a, both);
        if k > 0 {
            let mut by_both = Columns::default();
            layer.vectors.pull_back(&sums, &mut by_vectors);
            layer.matrices.pull_back(&by_a, &mut by_both);
            by_a = square.gathered(&by_vectors, Some(&by_both), both);
        }
    }
    loss
}
